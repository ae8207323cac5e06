"""The truth of a rehearsal: who really passed, and what of it really reached the house."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from msgspec import Struct

from beket.sim.documents.ledger import PaperLedger
from beket.sim.faults import Telling
from beket.sim.happenings import Journey, Sight
from beket.sim.road.ledger import Ledger
from beket.words.ids import DeviceId, Instant, PlaceId

JOURNEYS_MAX: Final = 200_000
"""Journeys remembered: hours at the highest rate; an endless demonstration forgets its oldest."""


class Told(Struct, kw_only=True):
    """One happening as it was told: when it was seen, first said, and taken, or why it never arrived."""

    telling: Telling
    seen_at: Instant | None = None
    sent_at: Instant | None = None
    taken_at: Instant | None = None
    lost: str | None = None

    @property
    def reached(self) -> bool:
        """Tell whether the house has had the whole of it."""
        return self.taken_at is not None


class Witnessed(Struct, kw_only=True):
    """One journey and everything that was told of it so far."""

    journey: Journey
    told: list[Told]


class Truth:
    """Everything the judge needs; grows while the rehearsal runs, forgets the oldest beyond its bound."""

    def __init__(self, places: tuple[PlaceId, ...], seed: int) -> None:
        self.places = places
        self.seed = seed
        self.began: Instant = Instant(0)
        self.ended: Instant | None = None
        self.forgotten = 0
        self.road = Ledger()
        self.papers = PaperLedger()
        self.unverified: frozenset[DeviceId] = frozenset()
        self._journeys: OrderedDict[str, Witnessed] = OrderedDict()

    def witness(self, journey: Journey) -> Witnessed:
        """Begin to hold a journey."""
        held = Witnessed(journey=journey, told=[])
        self._journeys[journey.crossing] = held
        if len(self._journeys) > JOURNEYS_MAX:
            self._journeys.popitem(last=False)
            self.forgotten += 1
        return held

    def telling(self, told: Told) -> Told:
        """Write down that something happened and how it is told; what is never said is lost from the beginning."""
        if told.telling.silent:
            told.lost = "dropped"
        held = self._journeys.get(told.telling.met.crossing)
        if held is not None:
            held.told.append(told)
        return told

    def journeys(self) -> tuple[Witnessed, ...]:
        """Give every journey of which something was told, oldest first."""
        return tuple(held for held in self._journeys.values() if held.told)

    def counts(self) -> dict[str, int]:
        """Count what a person wants to see of a running rehearsal."""
        told = [told for held in self._journeys.values() for told in held.told]
        return {
            "journeys": sum(bool(held.told) for held in self._journeys.values()),
            "happenings": len(told),
            "reached": sum(one.reached for one in told),
            "captures": sum(one.telling.met.captures for one in told if isinstance(one.telling.met, Sight)),
            "faults": sum(bool(one.telling.faults) for one in told),
        }
