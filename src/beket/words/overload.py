"""An act of overload: whose vehicle, on which scale, how far above which limit, with what permit and fee.

It is made of what was concluded of a crossing, told once more: nothing in it is judged anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from msgspec import Struct

from beket.words.excess import Excess
from beket.words.facts import CrossingIdentified, Fact, FindingRaised, FindingWithdrawn, IdentityRole
from beket.words.fees import NO_FEES, Fees
from beket.words.gist import Gist
from beket.words.ids import CrossingId, EntryRef, Instant, PlaceId
from beket.words.limits import What
from beket.words.moments import day_said


class Sign(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A plate or number of the vehicle, and the entries that it was concluded from."""

    role: IdentityRole
    value: str
    country: str | None = None
    because: tuple[EntryRef, ...] = ()


class OverloadAct(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The act: `at` is when the last of it was found, `fees` the title of the table of fees, None where there is none.

    `carriers` are named by the papers of the crossing.
    """

    place: PlaceId
    crossing: CrossingId
    at: Instant
    vehicle: tuple[Sign, ...]
    excesses: tuple[Excess, ...]
    carriers: tuple[str, ...] = ()
    fees: str | None = None


ABOVE: Final = frozenset({"W10", "W11"})
"""The rules that find a load above its limit (core/risk/rules/limits.py)."""

VALUES: Final = frozenset({
    "weighed_kg", "error_kg", "limit_kg", "above_kg", "limit_row", "limit_source", "limit_confirmed", "device",
    "weighed_on", "weighing",
})  # fmt: skip
"""What a finding has to tell; one from before acts were made of findings may not."""

CARRIERS_MAX: Final = 10
"""Most carriers that an act names: a lorry with more has no papers but a list."""


def overload_act(
    place: PlaceId, crossing: CrossingId, facts: Iterable[Fact], papers: Iterable[Gist] = (), fees: Fees = NO_FEES
) -> OverloadAct | None:
    """Give the act of a crossing, from its facts in their order; None where nothing is above a limit (any more)."""
    signs: dict[IdentityRole, Sign] = {}
    found: dict[tuple[str, str], FindingRaised] = {}
    for fact in facts:
        match fact:
            case CrossingIdentified(crossing=of) if of == crossing:
                signs[fact.role] = Sign(role=fact.role, value=fact.value, country=fact.country, because=fact.because)
            case FindingRaised(crossing=of) if of == crossing and is_whole(fact):
                found[fact.rule, fact.subject] = fact
            case FindingWithdrawn(crossing=of) if of == crossing:
                found.pop((fact.rule, fact.subject), None)
            case _:
                pass
    if not found:
        return None
    carriers = dict.fromkeys(
        party.name for gist in papers if not gist.cancels for party in gist.parties if party.role == "carrier"
    )
    return OverloadAct(
        place=place, crossing=crossing, at=max(fact.at for fact in found.values()), vehicle=tuple(signs.values()),
        excesses=tuple(excess_of(fact, fees) for _, fact in sorted(found.items())),
        carriers=tuple(carriers)[:CARRIERS_MAX], fees=fees.title if fees.fee else None,
    )  # fmt: skip


def is_whole(fact: FindingRaised) -> bool:
    """Tell whether a finding is of a load above its limit, and tells all that an act says of it."""
    return fact.rule in ABOVE and fact.values.keys() >= VALUES


def excess_of(fact: FindingRaised, fees: Fees = NO_FEES) -> Excess:
    """Read a finding that is whole back: its values are exact as written."""
    told = fact.values
    limits: What = _limits_of(told)
    above, until = Decimal(told["above_kg"]), told.get("verified_until")
    last = day_said(until)
    return Excess(
        limits=limits, weighed_kg=Decimal(told["weighed_kg"]), error_kg=Decimal(told["error_kg"]),
        limit_kg=Decimal(told["limit_kg"]), above_kg=above, weighing=EntryRef(told["weighing"]),
        weighed_on=told["weighed_on"], device=told["device"], row=told["limit_row"], source=told["limit_source"],
        confirmed=told["limit_confirmed"] == "yes", level=fact.level, law_from=told.get("limit_from"),
        axles=told.get("axles", ""), accuracy_class=told.get("accuracy_class"), verified_on=told.get("verified_on"),
        verified_until=until,
        run_out=last is not None and told["weighed_on"] > last, permits=told.get("permit", ""), because=fact.because,
        fee=fees.of(limits, above, told["weighed_on"]),
    )  # fmt: skip


def _limits_of(told: dict[str, str]) -> What:
    """Say what a finding is of by how many axles it names: "2" is one, "2–3" two."""
    first, dash, last = told.get("axles", "").partition("–")
    if not first:
        return "gross"
    if not dash:
        return "axle"
    return "tandem" if int(last) - int(first) == 1 else "tridem"
