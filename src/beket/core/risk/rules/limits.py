"""Limits of mass: the whole and its axles against the law in force, less what the scale can err, and with permits.

The law is data (words/limits.py): a finding names the row that it goes by. It threatens less where nobody has confirmed
the row, where a permit covers it, and least where the verification of the scale had run out.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from beket.core.documents.state import Paper, Scale, Weighed
from beket.core.risk.picture import Because, Picture, because, label, told
from beket.core.risk.rule import rule
from beket.core.risk.scales import error_kg, run_out
from beket.words.gravity import Harm
from beket.words.ids import EntryRef
from beket.words.limits import Limit, Load
from beket.words.loads import group_error_kg, loads_of
from beket.words.moments import day_of, day_said

DECREE = (
    "Government decree 454 of 2011 on the passage of vehicles by road: total mass and axle loads (reference 03 §2.2)"
)


class Above(Struct, frozen=True, kw_only=True):
    """A load that is above its limit even less what the scale may err."""

    ref: EntryRef
    weighed: Weighed
    scale: Scale
    load: Load
    error: Decimal
    row: Limit


@rule("W10", harm="goods", basis=DECREE)
def gross_above_limit(seen: Picture) -> Iterator[Because]:
    """The conveyance is heavier than the law in force allows, beyond what the scale can err."""
    counted = max((len(weighed.axles) for weighed in seen.visit.weighings.values()), default=0)
    for ref, weighed in seen.weighings()[-1:]:
        scale = seen.scales.get(weighed.device, Scale())
        whole = loads_of(weighed.gross_kg, (), weighed.at, weighed.temperature_c)[0]
        load = replace(whole, axles=counted or None)
        row = seen.limits.over(load)
        error = error_kg(weighed, scale)
        if row is not None and load.kg - error > row.kg:
            yield _told(seen, Above(ref=ref, weighed=weighed, scale=scale, load=load, error=error, row=row))


@rule("W11", harm="goods", basis=DECREE)
def axles_above_limit(seen: Picture) -> Iterator[Because]:
    """An axle, or a group of axles, bears more than the law in force allows, beyond what the scale can err."""
    rolled = [one for one in seen.weighings() if one[1].axles]
    for ref, weighed in rolled[-1:]:
        scale = seen.scales.get(weighed.device, Scale())
        for load in loads_of(weighed.gross_kg, weighed.axles, weighed.at, weighed.temperature_c)[1:]:
            row = seen.limits.over(load)
            error = group_error_kg(load.kg, scale.accuracy_class)
            if row is not None and load.kg - error > row.kg:
                yield _told(seen, Above(ref=ref, weighed=weighed, scale=scale, load=load, error=error, row=row))


def _told(seen: Picture, above: Above) -> Because:
    """Say what is above which limit, and what makes it threaten less."""
    permits = tuple(_permits(seen, above))
    load, row = above.load, above.row
    values: dict[str, object] = {"axles": load.named} if load.named else {}
    values |= {
        "weighed_kg": load.kg, "error_kg": above.error, "limit_kg": row.kg,
        "above_kg": load.kg - above.error - row.kg, "limit_row": row.id, "limit_source": row.source,
        "limit_from": row.valid_from, "limit_confirmed": "yes" if row.confirmed else "no",
        "device": above.weighed.device, "weighed_on": day_of(above.weighed.at), "weighing": above.ref,
    }  # fmt: skip
    if above.scale.accuracy_class is not None:
        values["accuracy_class"] = above.scale.accuracy_class
    if above.scale.verified_on is not None:
        values["verified_on"] = above.scale.verified_on
    if above.scale.verified_until is not None:
        values["verified_until"] = above.scale.verified_until
    if permits:
        values["permit"] = told(label(paper) for paper in permits)
    harm = _harm(above, bool(permits))
    return replace(because(permits, load.named, (above.ref,), **values), harm=harm)


def _harm(above: Above, permitted: bool) -> Harm | None:  # noqa: FBT001 - one of two reasons beside each other
    """What it threatens; None where that is what the rule says."""
    if run_out(above.weighed, above.scale):
        return "record"
    return "papers" if permitted or not above.row.confirmed else None


def _permits(seen: Picture, above: Above) -> Iterator[Paper]:
    """Permits that cover it: in force on the day of the weighing, and for as much where they say for how much."""
    day = day_of(above.weighed.at)
    for paper in seen.of("permit"):
        first, last = day_said(paper.gist.valid_from), day_said(paper.gist.valid_until)
        allowed = paper.gist.conveyance_kg
        whole = Decimal(str(above.weighed.gross_kg)) - error_kg(above.weighed, above.scale)
        if (first is None or first <= day) and (last is None or day <= last) and (allowed is None or whole <= allowed):
            yield paper
