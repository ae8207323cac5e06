"""Deal a station's sightings to the passages of its gate so that, taken together, they fit best.

Nobody overtakes inside a lane, so sightings and passages pair up in order, and only some of either lack a partner: a
message that was lost, a conveyance that did not stop there. Of all such pairings the cheapest is chosen, not the next
best for each sighting alone: what is odd for one may be plain for all that follow.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct

from beket.core.crossings.limits import PASSED_OVER_COST, STRANGER_COST, UNSETTLED_COST
from beket.core.crossings.state import Sight
from beket.words.ids import CrossingId

NEVER: Final = math.inf
"""A pairing that cannot be."""


class Turn(Struct, kw_only=True):
    """A passage as one station sees it: when it was at the gate, and whether this station still awaits it.

    `over` is what it costs to pass it over: nothing for a conveyance that was gone by then.
    """

    crossing: CrossingId
    earliest: int
    at: int
    anchored: bool
    free: bool
    over: float = PASSED_OVER_COST


Odd = Callable[[Turn, Sight, int], float]
"""Says how odd it would be that this sighting, with the one before it at an instant, is of this passage."""


class _Table(Struct, frozen=True, kw_only=True):
    """What is dealt to: `over` sums up what it costs to pass over the passages before each place."""

    turns: Sequence[Turn]
    over: list[float]
    odd: Odd

    def place(self, crossing: CrossingId) -> int:
        """Say where a crossing's passage stands; -1 when it is not among these."""
        return next((place for place, turn in enumerate(self.turns) if turn.crossing == crossing), -1)


class _Step(Struct, kw_only=True):
    """The cheapest way to deal all sightings up to one, with the last pairing at a place."""

    cost: float
    place: int
    owner: int | None
    before: _Step | None


def deal(turns: Sequence[Turn], sights: Sequence[Sight], since: tuple[int, int], odd: Odd) -> list[int | None]:
    """Give each sighting, in order, the place of its passage, or none: it stays where it is.

    `since` is the place of the sighting before them and its instant. A pinned sighting keeps its passage.
    """
    place, before = since
    table = _Table(turns=turns, over=_passed_over(turns), odd=odd)
    ways = [_Step(cost=0.0, place=place, owner=None, before=None)]
    for sight in sights:
        ways = _pinned(table, sight, ways) if sight.pinned else _next(table, sight, before, ways)
        before = sight.at
    return _owners(min(ways, key=lambda way: way.cost), len(sights))


def _passed_over(turns: Sequence[Turn]) -> list[float]:
    """Sum up what it costs to pass over the passages before each place; one with its own sighting costs nothing."""
    sums = [0.0]
    for turn in turns:
        sums.append(sums[-1] + (turn.over if turn.free else 0.0))
    return sums


def _pinned(table: _Table, sight: Sight, ways: list[_Step]) -> list[_Step]:
    """What a sign says is not dealt: whatever is dealt after it lies behind it."""
    own = table.place(sight.crossing)
    behind = [way for way in ways if way.place < own]
    if own < 0 or not behind:
        return [_Step(cost=way.cost, place=way.place, owner=None, before=way) for way in ways]
    # what the sign says of the order says nothing of who was passed over on the way
    best = min(behind, key=lambda way: way.cost)
    return [_Step(cost=best.cost, place=own, owner=None, before=best)]


def _next(table: _Table, sight: Sight, before: int, ways: list[_Step]) -> list[_Step]:
    """Go on from every way so far by giving this sighting to each passage behind it, or to none."""
    own = table.place(sight.crossing)
    steps: dict[int, _Step] = {}
    if not sight.crossing or own < 0:
        steps = {way.place: _unmatched(way) for way in ways}
    waiting = sorted(ways, key=lambda way: way.place, reverse=True)
    best: _Step | None = None
    for place in range(waiting[-1].place + 1, len(table.turns)):
        while waiting and waiting[-1].place < place:
            best = _cheaper(table, best, waiting.pop())
        oddness = table.odd(table.turns[place], sight, before)
        if best is None or oddness == NEVER:
            continue
        moved = 0.0 if place == own or not sight.crossing else UNSETTLED_COST
        cost = best.cost + table.over[place] - table.over[best.place + 1] + oddness + moved
        if place not in steps or cost < steps[place].cost:
            steps[place] = _Step(cost=cost, place=place, owner=place, before=best)
    return list(steps.values()) or [_unmatched(way) for way in ways]


def _unmatched(way: _Step) -> _Step:
    return _Step(cost=way.cost + STRANGER_COST, place=way.place, owner=None, before=way)


def _cheaper(table: _Table, one: _Step | None, other: _Step) -> _Step:
    """Give the way to go on from to any place behind both."""
    if one is None or other.cost - table.over[other.place + 1] < one.cost - table.over[one.place + 1]:
        return other
    return one


def _owners(last: _Step, count: int) -> list[int | None]:
    owners: list[int | None] = []
    way: _Step | None = last
    while way is not None and len(owners) < count:
        owners.append(way.owner)
        way = way.before
    return owners[::-1]
