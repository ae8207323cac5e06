"""Deal a station's sightings to the passages of its gate so that, taken together, they fit best.

Nobody overtakes inside a lane, so sightings and passages pair up in order, and only some of either lack a partner: a
message that was lost, a conveyance that did not stop there. Of all such pairings the cheapest is chosen, not the next
best for each sighting alone: what is odd for one may be plain for all that follow.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from msgspec import Struct

from beket.core.crossings.limits import PASSED_OVER_COST, STRANGER_COST, UNSETTLED_COST
from beket.core.crossings.state import Sight
from beket.words.ids import CrossingId

NEVER: Final = math.inf
"""A pairing that cannot be."""


class Turn(Struct, kw_only=True):
    """A passage as one station sees it: when it was at the gate, and whether this station still awaits it.

    `over` is what it costs to pass it over: nothing for a conveyance that was gone by then. After `gone_at` it is not
    met any more; `light` and `heavy` are what its class tells of its weight, `doubt` is how odd its
    very existence is.
    """

    crossing: CrossingId
    earliest: int
    at: int
    anchored: bool
    free: bool
    over: float = PASSED_OVER_COST
    gone_at: float = NEVER
    doubt: float = 0.0
    light: bool = False
    heavy: bool = False


class Meeting(NamedTuple):
    """A passage, by its place, that a sighting may be of, and how odd that is; `least` if none behind is less so."""

    place: int
    odd: float
    least: bool


Meetings = Callable[[Sight, int, int], Iterator[Meeting]]
"""Gives the meetings that are possible, from one place on, for a sighting with the one before it at an instant."""


class _Table(Struct, frozen=True, kw_only=True):
    """What is dealt to: `over` sums up what it costs to pass over the passages before each place."""

    places: dict[CrossingId, int]
    over: list[float]
    meetings: Meetings

    def place(self, crossing: CrossingId) -> int:
        """Say where a crossing's passage stands; -1 when it is not among these."""
        return self.places.get(crossing, -1)


class _Step(Struct, kw_only=True):
    """The cheapest way to deal all sightings up to one, with the last pairing at a place."""

    cost: float
    place: int
    owner: int | None
    before: _Step | None


def deal(
    turns: Sequence[Turn], sights: Sequence[Sight], since: tuple[int, int], meetings: Meetings
) -> list[int | None]:
    """Give each sighting, in order, the place of its passage, or none: it stays where it is.

    `since` is the place of the sighting before them and its instant. A pinned sighting keeps its passage.
    """
    place, before = since
    places = {turn.crossing: at for at, turn in enumerate(turns)}
    table = _Table(places=places, over=_passed_over(turns), meetings=meetings)
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
    unsettled = UNSETTLED_COST if sight.crossing else 0.0
    steps = {way.place: _unmatched(way) for way in ways} if own < 0 else {}
    behind, over = 0, table.over
    for place, odd, least in table.meetings(sight, before, ways[0].place + 1):
        while behind < len(ways) and ways[behind].place < place:
            behind += 1
        way = ways[behind - 1]
        cost = way.cost + over[place] - over[way.place + 1] + odd + (0.0 if place == own else unsettled)
        if place not in steps or cost < steps[place].cost:
            steps[place] = _Step(cost=cost, place=place, owner=place, before=way)
        if least and behind == len(ways) and own <= place:
            break
    return _worth_going_on(table, steps) or [_unmatched(way) for way in ways]


def _worth_going_on(table: _Table, steps: dict[int, _Step]) -> list[_Step]:
    """Leave out the ways that another, further back, is as cheap as even when it passes over all between.

    So the last way before a place is always the cheapest to go on from.
    """
    kept, least = [], NEVER
    for place in sorted(steps):
        value = steps[place].cost - table.over[place + 1]
        if value < least:
            kept.append(steps[place])
            least = value
    return kept


def _unmatched(way: _Step) -> _Step:
    return _Step(cost=way.cost + STRANGER_COST, place=way.place, owner=None, before=way)


def _owners(last: _Step, count: int) -> list[int | None]:
    owners: list[int | None] = []
    way: _Step | None = last
    while way is not None and len(owners) < count:
        owners.append(way.owner)
        way = way.before
    return owners[::-1]
