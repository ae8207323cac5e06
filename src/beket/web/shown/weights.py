"""Weights as people see them: each load beside its limit, the scale, the vehicle's past, and what papers declare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from msgspec import Struct
from msgspec.structs import replace

from beket.board.panels.dossier import Dossier
from beket.board.panels.papers import Finding, Held
from beket.board.panels.weights import Other, Weighing
from beket.web import moments
from beket.web.names import device_here
from beket.web.papers import paper_named
from beket.web.phrases import word
from beket.web.rules import SHIPPED_WORDS
from beket.web.shown.documents import url_of
from beket.words.ids import EntryRef
from beket.words.limits import Limit, Limits, Load
from beket.words.loads import gross_error_kg, group_error_kg, loads_of
from beket.words.moments import day_of, day_said

OF_LIMITS: Final = frozenset({"W10", "W11"})
"""The rules that say that a load is above its limit; the subject of W10 is empty, that of W11 names the axles."""

Odd = Mapping[tuple[EntryRef, str], str]
"""The level at which a load was found above its limit, by the entry of the weighing and its axles."""

SCALE_OF_BAR: Final = Decimal("1.25")
"""How far beyond the limit a bar goes, as a share of it."""

LOADS: Final[dict[str, Any]] = {
    "gross": gettext_lazy("whole"),
    "axle": gettext_lazy("axle"),
    "tandem": gettext_lazy("two axles"),
    "tridem": gettext_lazy("three axles"),
}
"""What a limit is of (words/limits.py)."""


class ShownLoad(Struct, frozen=True, kw_only=True):
    """A load beside the row of the table that it falls under; `odd` is the level at which a rule found it above.

    `value`, `high` and `most` are for a bar: plain digits, whatever the language.
    """

    word: str
    kg: str
    error: str
    limit: Limit | None
    limit_kg: str
    source: str
    value: str
    high: str
    most: str
    odd: str


class ShownWeighing(Struct, frozen=True, kw_only=True):
    """One weighing with its loads and its scale."""

    row: Weighing
    device: str
    gross: str
    loads: tuple[ShownLoad, ...]
    run_out: bool


class ShownOther(Struct, frozen=True, kw_only=True):
    """What the vehicle weighed at another crossing, and by how much that is off this one's."""

    row: Other
    gross: str
    off: str
    place_name: str
    zone_name: str
    lightest: bool
    other_trailer: bool


class ShownPermit(Struct, frozen=True, kw_only=True):
    """A permit that was shown."""

    url: str
    number: str
    most: str
    valid: str


class ShownWeights(Struct, frozen=True, kw_only=True):
    """All that is known of a conveyance's weight."""

    weighings: tuple[ShownWeighing, ...]
    declared: tuple[tuple[str, str, str], ...]
    others: tuple[ShownOther, ...]
    permits: tuple[ShownPermit, ...]


class Known(Struct, frozen=True, kw_only=True):
    """What is known of a conveyance's weight: shown, at other times, declared, and found to be wrong."""

    weighings: tuple[Weighing, ...]
    others: tuple[Other, ...] = ()
    papers: tuple[Held, ...] = ()
    findings: tuple[Finding, ...] = ()


def show_weights(dossier: Dossier, known: Known, limits: Limits, names: Mapping[str, tuple[str, str]]) -> ShownWeights:
    """Put weights beside limits, declarations and the vehicle's past."""
    counted = max((len(one.axles) for one in known.weighings), default=0)
    odd = _odd(known.findings)
    last = Decimal(str(known.weighings[-1].gross_kg))
    lightest = min((one.gross_kg for one in known.others), default=None)
    return ShownWeights(
        weighings=tuple(_weighing(one, counted, odd, limits) for one in known.weighings),
        declared=tuple(_declared(known.papers, last)),
        others=tuple(_other(one, last, lightest, dossier, names[one.place]) for one in known.others),
        permits=tuple(_permit(one) for one in known.papers if one.row.kind == "permit" and not one.row.cancels),
    )


def _odd(findings: Sequence[Finding]) -> Odd:
    """The loads that a rule found above a limit."""
    above = [one for one in findings if one.active and one.rule in OF_LIMITS]
    return {(ref, one.subject): one.level for one in above for ref in one.because}


def _weighing(
    one: Weighing, counted: int, odd: Odd, limits: Limits
) -> ShownWeighing:  # fmt: skip
    said, scale = one.said, one.scale
    rolling = scale.klass == "wim" or said.kind == "wim_pass"
    told = None if scale.error_kg is None else Decimal(str(scale.error_kg))
    whole, *groups = loads_of(one.gross_kg, one.axles, said.at, one.temperature_c)
    error = gross_error_kg(whole.kg, told, scale.accuracy_class, rolling=rolling)
    shown = [_load(replace(whole, axles=counted or None), error, odd, said.ref, limits)]
    shown += [_load(load, group_error_kg(load.kg, scale.accuracy_class), odd, said.ref, limits) for load in groups]
    last = day_said(scale.verified_until)
    return ShownWeighing(
        row=one, device=device_here(said.device), gross=moments.figure(one.gross_kg),
        loads=tuple(shown), run_out=last is not None and day_of(said.at) > last,
    )  # fmt: skip


def _load(load: Load, error: Decimal, odd: Odd, ref: EntryRef, limits: Limits) -> ShownLoad:
    row = limits.over(load)
    return ShownLoad(
        source="" if row is None else word(SHIPPED_WORDS, row.source),
        word=" ".join(filter(None, (word(LOADS, load.limits), load.named))), kg=moments.figure(load.kg),
        error=moments.figure(error), limit=row, limit_kg="" if row is None else moments.figure(row.kg),
        value=str(int(load.kg)), high="" if row is None else str(row.kg),
        most="" if row is None else str(int(max(row.kg * SCALE_OF_BAR, load.kg))), odd=odd.get((ref, load.named), ""),
    )  # fmt: skip


def _declared(papers: Sequence[Held], weighed: Decimal) -> list[tuple[str, str, str]]:
    """What each paper declares of goods or vehicle, and what is left of the last weighing beside it."""
    found = []
    for held in papers:
        for said, what in ((held.gist.gross_kg, _("goods")), (held.gist.conveyance_kg, _("vehicle with its goods"))):
            if said is not None and held.row.kind != "permit" and not held.row.cancels:
                name = paper_named(held.row.kind, held.row.number)
                found.append((f"{name} · {what}", moments.figure(said), _signed(weighed - said)))
    return found


def _other(
    one: Other, last: Decimal, lightest: float | None, dossier: Dossier, names: tuple[str, str]
) -> ShownOther:  # fmt: skip
    return ShownOther(
        row=one, gross=moments.figure(one.gross_kg), off=_signed(last - Decimal(str(one.gross_kg))),
        place_name=names[0], zone_name=names[1], lightest=one.gross_kg == lightest,
        other_trailer=one.trailer != dossier.crossing.trailer,
    )  # fmt: skip


def _permit(held: Held) -> ShownPermit:
    gist = held.gist
    days = " – ".join(moments.written_day(day) for day in (gist.valid_from, gist.valid_until) if day)
    most = "" if gist.conveyance_kg is None else moments.figure(gist.conveyance_kg)
    return ShownPermit(url=url_of(held.row.id), number=held.row.number or held.row.id, most=most, valid=days)


def _signed(kg: Decimal) -> str:
    return ("+" if kg > 0 else "−" if kg < 0 else "") + moments.figure(abs(kg))
