"""Masses: what papers declare against what a scale showed, and one scale against another."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from beket.core.documents.state import Paper, Scale, Weighed
from beket.core.risk.couples import Papers, together
from beket.core.risk.kinds import GOODS
from beket.core.risk.picture import Because, Picture, because
from beket.core.risk.rule import rule
from beket.core.risk.scales import error_kg, run_out
from beket.words.ids import EntryRef
from beket.words.moments import day_of

EMPTY_KG_MAX: Final = Decimal(20_000)
"""The heaviest that an empty lorry with its trailer is taken to be. A tractor has 7 to 10 t, a trailer 5 to 9 t; no
source settles it; what this vehicle itself weighed before knows better (W12)."""

WEIGHINGS_MAX: Final = 8
"""Most weighings of one crossing that are held against each other: the last ones."""


@rule("W01", harm="goods", basis="EEC Collegium decision 56 of 2018: advance information declares the vehicle's mass")
def weighed_off_declared_conveyance(seen: Picture) -> Iterator[Because]:
    """The scale showed another mass than the papers declare for the conveyance, beyond what it can err."""
    for paper in seen.papers:
        declared = _conveyance_kg(paper)
        for ref, weighed, error in _weighed(seen):
            off = Decimal(0) if declared is None else Decimal(str(weighed.gross_kg)) - declared
            if declared is not None and abs(off) > error:
                yield _of_kind(
                    (paper,), ref, declared_kg=declared, weighed_kg=weighed.gross_kg, error_kg=error, off_kg=off
                )


@rule("W02", harm="goods", basis="plain sense: the whole is heavier than its part")
def goods_outweigh_conveyance(seen: Picture) -> Iterator[Because]:
    """The goods alone are declared heavier than the whole conveyance on the scale."""
    for papers, declared in _declared(seen):
        for ref, weighed, error in _weighed(seen):
            if declared > Decimal(str(weighed.gross_kg)) + error:
                yield _of_kind(papers, ref, declared_kg=declared, weighed_kg=weighed.gross_kg, error_kg=error)


@rule(
    "W03",
    harm="loss",
    until="minutes",
    basis="plain sense; report of 337 kg recorded where 22 t were found (reference 01 §4)",
)
def more_on_the_scale_than_goods_and_lorry(seen: Picture) -> Iterator[Because]:
    """The scale showed more than the declared goods and the heaviest empty lorry can weigh together."""
    for papers, declared in _declared(seen):
        for ref, weighed, error in _weighed(seen):
            over = Decimal(str(weighed.gross_kg)) - error - declared - EMPTY_KG_MAX
            if over > 0:
                yield _of_kind(
                    papers, ref, declared_kg=declared, weighed_kg=weighed.gross_kg, error_kg=error,
                    empty_kg_max=EMPTY_KG_MAX, over_kg=over,
                )  # fmt: skip


@rule("W04", harm="goods", basis="plain sense: a load does not change between two scales; evidence against tampering")
def scales_differ(seen: Picture) -> Iterator[Because]:
    """Two weighings of one conveyance differ by more than both scales can err together."""
    shown = [
        (ref, weighed, error_kg(weighed, scale))
        for ref, weighed in seen.weighings()[-WEIGHINGS_MAX:]
        if not run_out(weighed, scale := seen.scales.get(weighed.device, Scale()))
    ]
    over, lighter, heavier = max(
        ((_gap(one, other), one, other) for one in shown for other in shown), key=lambda found: found[0],
        default=(Decimal(0), None, None),
    )  # fmt: skip
    if lighter is not None and heavier is not None and over > 0:
        yield because(
            (), "", (lighter[0], heavier[0]), lighter_kg=lighter[1].gross_kg, heavier_kg=heavier[1].gross_kg,
            error_kg=lighter[2] + heavier[2],
        )  # fmt: skip


@rule("W05", harm="record", basis="verification of measuring devices: what a scale shows counts while it is in force")
def scale_not_verified(seen: Picture) -> Iterator[Because]:
    """Masses of the papers were held against a scale whose verification had run out on that day."""
    papers = tuple(paper for paper in seen.papers if _compared(paper))
    for ref, weighed, _error in _weighed(seen) if papers else ():
        scale = seen.scales.get(weighed.device, Scale())
        if run_out(weighed, scale):
            yield because(
                papers, str(weighed.device), (ref,), device=weighed.device, verified_until=scale.verified_until,
                weighed_on=day_of(weighed.at),
            )  # fmt: skip


Shown = tuple[EntryRef, Weighed, Decimal]


def _gap(one: Shown, other: Shown) -> Decimal:
    """By how much the second is heavier than both may err together."""
    return Decimal(str(other[1].gross_kg)) - Decimal(str(one[1].gross_kg)) - one[2] - other[2]


def _conveyance_kg(paper: Paper) -> Decimal | None:
    """The mass of the vehicle that a paper declares; a permit tells the most that it may have."""
    return None if paper.gist.kind == "permit" else paper.gist.conveyance_kg


def _compared(paper: Paper) -> bool:
    """Whether a paper says anything that a scale can be asked about."""
    gist = paper.gist
    return _conveyance_kg(paper) is not None or (gist.kind in GOODS and not gist.cancels and gist.gross_kg is not None)


def _weighed(seen: Picture) -> Iterator[Shown]:
    """The last that was shown: a lorry that is weighed twice was weighed anew for a reason."""
    for ref, weighed in seen.weighings()[-1:]:
        yield ref, weighed, error_kg(weighed, seen.scales.get(weighed.device, Scale()))


def _declared(seen: Picture) -> Iterator[tuple[Papers, Decimal]]:
    """What papers of one kind say together of the goods on this lorry; with a mass missing, nothing is said."""
    yield from together(seen, GOODS, lambda gist: gist.gross_kg).values()


def _of_kind(papers: Papers, ref: EntryRef, **values: object) -> Because:
    """Two kinds of papers that declare wrongly are two findings: the kind tells them apart."""
    return because(papers, papers[0].gist.kind, (ref,), **values)
