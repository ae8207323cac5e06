"""Give each station's sightings to passages by their turn: no overtaking inside a lane, first come first served."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final

from msgspec import Struct

from beket.core.crossings.dealing import NEVER, Meeting, Meetings, Turn, deal
from beket.core.crossings.habits import Habit, habit
from beket.core.crossings.layout import Station
from beket.core.crossings.limits import (
    HEAVY_GROSS_KG_MIN,
    HINDSIGHT_MAX,
    LIGHT_GROSS_KG_MAX,
    PASSED_OVER_COST,
    RESOLVE_MAX,
    UNFIT_COST,
    UNSEEN_COST,
)
from beket.core.crossings.lookup import gone
from beket.core.crossings.state import Crossing, Crossings, Passage, Sight, Track, after
from beket.words.ids import CrossingId, Instant

_LIGHT: Final = frozenset({"car", "passenger_car", "vehicle", "suv", "suvmpv", "saloon", "motorcycle", "motorvehicle"})
"""Words cameras use for what never weighs as much as a lorry."""


_HEAVY: Final = frozenset({"truck", "bus", "largetruck", "mediumtruck", "largebus"})
"""Words cameras use for what never weighs as little as a passenger car."""


class Queue(Struct, frozen=True, kw_only=True):
    """One station's line at one gate: `name` is the station's, with the job it does where it does two."""

    held: Crossings
    track: Track
    name: str
    station: Station

    @property
    def sights(self) -> list[Sight]:
        """Give the station's sightings in their order."""
        return self.track.sights.get(self.name, [])

    def is_newest(self, at: Instant) -> bool:
        """Say whether the station has said nothing of a later instant yet."""
        sights = self.sights
        return not sights or sights[-1].at <= at

    def may_serve(self, crossing: Crossing, at: Instant, gross_kg: float | None) -> bool:
        """Say whether a conveyance is still there, and can weigh that much at all."""
        if self.station.zone != "departure" and gone(crossing, at):
            return False
        light = gross_kg is not None and gross_kg > LIGHT_GROSS_KG_MAX
        return not light or (crossing.vehicle_type or "").lower() not in _LIGHT


def first_free(queue: Queue, at: Instant, gross_kg: float | None) -> tuple[CrossingId | None, bool]:
    """Give the passage whose turn it is at a station when this sighting is its newest, and whether no other fits.

    That is plain while only one passed the gate behind the one served last. None when it is not plain, or nobody did.
    """
    track, sights = queue.track, queue.sights
    begin = track.position(at - queue.station.most_ms)
    last = begin - 1
    if sights and sights[-1].crossing in track.passages:
        last = max(last, track.place_of(sights[-1].crossing))
    fitting = _fitting(queue, at, gross_kg, range(last + 1, len(track.order)))
    first = next(fitting, None)
    if first is None or next(fitting, None) is not None:
        return None, False
    return first.crossing, True


def left_over(queue: Queue, at: Instant, gross_kg: float | None) -> CrossingId | None:
    """Give the first passage the station still awaits, before the one served last or behind it."""
    track = queue.track
    begin = track.position(at - queue.station.most_ms)
    return next((p.crossing for p in _fitting(queue, at, gross_kg, range(begin, len(track.order)))), None)


def _fitting(queue: Queue, at: Instant, gross_kg: float | None, places: range) -> Iterator[Passage]:
    """Give the passages the station still awaits and may be meeting now, in their order."""
    latest = at - queue.station.least_ms
    passages, order = queue.track.passages, queue.track.order
    for place in places:
        passage = passages[order[place]]
        if passage.earliest > latest:
            if passage.anchored:
                return
        elif not passage.served.get(queue.name) and queue.may_serve(
            queue.held.crossings[passage.crossing], at, gross_kg
        ):
            yield passage


def take_turns(queue: Queue, anchor: Turn | None, late: Sight | None) -> list[tuple[Sight, CrossingId]]:
    """Deal a station's sightings out again where something came between, or after them: a passage, or a sighting.

    Gives the sightings whose crossing changes, the one that came included if it has a turn.
    """
    sights = queue.sights
    if late is not None:
        come = after(sights, late.at)
        begin = _looked_back(sights, come)
        before, again = sights[begin:come], sights[come : come + RESOLVE_MAX]
        dealt = [*before, late, *again]
    else:
        begin = 0 if anchor is None else after(sights, anchor.at + queue.station.least_ms - 1)
        dealt = sights[begin : begin + RESOLVE_MAX]
    if not dealt:
        return []
    usual = habit(queue.held, queue.track, queue.name, queue.station)
    turns = _turns(queue, dealt, anchor, usual, sights[begin - 1] if begin else None)
    since = (_place(turns, sights[begin - 1].crossing), sights[begin - 1].at) if begin else (-1, 0)
    places = deal(turns, dealt, since, _meetings(queue, usual, turns))
    owners = [None if place is None else turns[place].crossing for place in places]
    return [(s, owner) for s, owner in zip(dealt, owners, strict=True) if owner is not None and owner != s.crossing]


def _looked_back(sights: Sequence[Sight], come: int) -> int:
    """Say from which sighting on to think again: a few back, but not beyond one whose sign says whose it is."""
    begin = come
    while begin > max(come - HINDSIGHT_MAX, 0) and not sights[begin - 1].pinned:
        begin -= 1
    return begin


def _meetings(queue: Queue, usual: Habit, turns: Sequence[Turn]) -> Meetings:
    """Tell for any sighting which passages it may be of: by the window, by who is still there, by what it can weigh."""
    station = queue.station
    ats = [turn.at for turn in turns]
    soonest = [*accumulate((turn.earliest for turn in reversed(turns)), min, initial=NEVER)][::-1]

    def meetings(sight: Sight, before: int, first: int) -> Iterator[Meeting]:
        at, latest, kg = sight.at, sight.at - station.least_ms, sight.gross_kg
        freed = usual.freed(at, before)
        for place in range(max(first, bisect_left(ats, at - station.most_ms)), bisect_right(soonest, latest)):
            turn = turns[place]
            if not turn.free or turn.earliest > latest or turn.gone_at < at:
                continue
            if not turn.anchored and turn.crossing != sight.crossing:
                continue
            unfit = 0.0 if kg is None else _unfit(turn, kg)
            if unfit < NEVER:
                # whoever comes behind one that is early already is earlier still
                plain = (
                    unfit == 0.0
                    and turn.doubt == 0.0
                    and turn.over == PASSED_OVER_COST
                    and soonest[place + 1] >= turn.at
                )
                least = plain and turn.at + usual.after_ms >= at
                yield Meeting(place, usual.odd(turn.earliest, turn.at, at, freed) + unfit + turn.doubt, least)

    return meetings


def _unfit(turn: Turn, gross_kg: float) -> float:
    """Say how odd a weight is for a conveyance of this class: one of a car never is that of a lorry."""
    if gross_kg > LIGHT_GROSS_KG_MAX:
        return NEVER if turn.light else 0.0
    return UNFIT_COST if turn.heavy and gross_kg < HEAVY_GROSS_KG_MIN else 0.0


def _turns(queue: Queue, dealt: Sequence[Sight], anchor: Turn | None, usual: Habit, before: Sight | None) -> list[Turn]:
    """Lay out the passages these sightings may belong to, in their order, with the one that is being anchored.

    Nobody overtakes, so they begin with whose sighting came before them.
    """
    mine: dict[CrossingId, int] = {}
    for sight in dealt:
        mine[sight.crossing] = mine.get(sight.crossing, 0) + 1
    turns = []
    track, station = queue.track, queue.station
    last = dealt[-1].at - station.least_ms
    first = track.position(dealt[0].at - station.most_ms)
    if before is not None and before.crossing in track.passages:
        first = max(first, track.place_of(before.crossing))
    for place in range(first, len(track.order)):
        passage = track.passages[track.order[place]]
        if passage.earliest > last or (anchor is not None and passage.crossing == anchor.crossing):
            continue
        turns.append(_turn(queue, passage, mine.get(passage.crossing, 0), usual))
    if anchor is not None:
        turns.append(anchor)
        turns.sort(key=lambda turn: turn.at)
    return turns


def _turn(queue: Queue, passage: Passage, mine: int, usual: Habit) -> Turn:
    served = passage.served.get(queue.name, 0)
    seen_else = sum(passage.served.values()) > served
    crossing = queue.held.crossings[passage.crossing]
    kind = (crossing.vehicle_type or "").lower()
    ended = None if queue.station.zone == "departure" else crossing.ended_at
    gone_at = NEVER if ended is None else ended
    left = gone_at < passage.at + usual.after_ms
    if crossing.closed == "backed_out" and queue.station.zone == "control":
        left = True
    return Turn(
        crossing=passage.crossing,
        earliest=passage.earliest,
        at=passage.at,
        anchored=passage.anchored or served == 0,
        free=served <= mine,
        over=0.0 if left or not (passage.anchored or seen_else) else PASSED_OVER_COST,
        doubt=0.0 if passage.anchored else UNSEEN_COST,
        gone_at=gone_at,
        light=kind in _LIGHT,
        heavy=kind in _HEAVY,
    )


def _place(turns: Sequence[Turn], crossing: CrossingId) -> int:
    return next((place for place, turn in enumerate(turns) if turn.crossing == crossing), -1)
