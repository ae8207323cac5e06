"""History: what a vehicle weighs against what it weighed at this checkpoint before."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from beket.core.documents.state import Past, Scale, Weighed
from beket.core.risk.couples import together
from beket.core.risk.kinds import GOODS, TRANSIT
from beket.core.risk.picture import Because, Picture, because
from beket.core.risk.rule import rule
from beket.core.risk.scales import error_kg, run_out
from beket.words.ids import EntryRef
from beket.words.moments import day_of

OWN_KG_MAX: Final = Decimal(1_500)
"""By how much a vehicle with the same load may differ from itself: two tanks of 600 litres of fuel, the driver's
stores, a spare wheel, snow and mud."""

CONTRADICTION: Final = "plain sense; entry weight against exit weight and tare history (reference 01 §5.2)"
SPARE_PARTS: Final = "plain sense; transit declared as spare parts in which banned nets were found (reference 01 §4)"


@rule("W12", harm="goods", basis=CONTRADICTION)
def more_than_goods_and_own_tare(seen: Picture) -> Iterator[Because]:
    """The scale showed more than the declared goods and this vehicle at its lightest can weigh together."""
    lightest = min(_trusted(seen), key=lambda past: past.weighed.gross_kg, default=None)
    for ref, weighed in _last(seen) if lightest is not None else ():
        assert lightest is not None
        error, tare = _errors(seen, weighed, lightest), _kg(lightest.weighed)
        for papers, declared in together(seen, GOODS, lambda gist: gist.gross_kg).values():
            over = _kg(weighed) - tare - declared - error - OWN_KG_MAX
            if over > 0:
                yield because(
                    papers, papers[0].gist.kind, (ref,), declared_kg=declared, weighed_kg=weighed.gross_kg,
                    lightest_kg=tare, lightest_on=day_of(lightest.weighed.at), error_kg=error, own_kg_max=OWN_KG_MAX,
                    over_kg=over,
                )  # fmt: skip


@rule("W13", harm="loss", basis=SPARE_PARTS)
def transit_leaves_lighter(seen: Picture) -> Iterator[Because]:
    """A vehicle whose goods were to pass through leaves lighter than it came."""
    came = _came(seen)
    papers = tuple(seen.of(*TRANSIT))
    if came is not None and (came.transit or papers):
        for ref, weighed in _last(seen):
            error = _errors(seen, weighed, came)
            lost = _kg(came.weighed) - _kg(weighed) - error - OWN_KG_MAX
            if lost > 0:
                yield because(papers, "", (ref,), **_both(came, weighed, error), missing_kg=lost)


@rule("W14", harm="record", basis=CONTRADICTION)
def empty_leaves_heavier(seen: Picture) -> Iterator[Because]:
    """A vehicle that came without papers of goods leaves heavier, and no paper says what it carries."""
    came = _came(seen)
    if came is not None and not came.goods and not any(seen.of(*GOODS)):
        for ref, weighed in _last(seen):
            error = _errors(seen, weighed, came)
            more = _kg(weighed) - _kg(came.weighed) - error - OWN_KG_MAX
            if more > 0:
                yield because((), "", (ref,), **_both(came, weighed, error), over_kg=more)


def _last(seen: Picture) -> Iterator[tuple[EntryRef, Weighed]]:
    """The last weighing, unless the verification of its scale had run out."""
    for ref, weighed in seen.weighings()[-1:]:
        if not run_out(weighed, seen.scales.get(weighed.device, Scale())):
            yield ref, weighed


def _trusted(seen: Picture) -> tuple[Past, ...]:
    """What it weighed before with the trailer that it has now, on scales whose verification was in force."""
    return tuple(
        past
        for past in seen.pasts
        if past.trailer == seen.visit.trailer
        and not run_out(past.weighed, seen.scales.get(past.weighed.device, Scale()))
    )


def _came(seen: Picture) -> Past | None:
    """The entry that this exit ends: the crossing before it here, if that one went in, with the same trailer."""
    if seen.visit.direction != "out" or not seen.pasts or seen.pasts[-1].direction != "in":
        return None
    return seen.pasts[-1] if seen.pasts[-1] in _trusted(seen) else None


def _errors(seen: Picture, weighed: Weighed, past: Past) -> Decimal:
    """By how much both scales may err together."""
    both = (weighed, past.weighed)
    return sum((error_kg(one, seen.scales.get(one.device, Scale())) for one in both), Decimal(0))


def _both(came: Past, weighed: Weighed, error: Decimal) -> dict[str, object]:
    return {
        "entry_kg": came.weighed.gross_kg, "exit_kg": weighed.gross_kg, "error_kg": error, "own_kg_max": OWN_KG_MAX,
        "entry_on": day_of(came.weighed.at), "other_crossings": came.crossing,
    }  # fmt: skip


def _kg(weighed: Weighed) -> Decimal:
    return Decimal(str(weighed.gross_kg))
