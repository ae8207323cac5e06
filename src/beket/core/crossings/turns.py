"""Give each station's sightings to passages by their turn: no overtaking inside a lane, first come first served."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Final

from msgspec import Struct

from beket.core.crossings.layout import Station
from beket.core.crossings.limits import (
    FITTING_MAX,
    LIGHT_GROSS_KG_MAX,
    QUEUE_STEP_MS,
    RESOLVE_MAX,
    UNHURRIED_SHARE,
    USUAL_SEEN_MIN,
)
from beket.core.crossings.lookup import gone
from beket.core.crossings.state import Crossing, Crossings, Passage, Sight, Track, after
from beket.words.ids import CrossingId, Instant

_LIGHT: Final = frozenset({"car", "passenger_car", "vehicle", "suv", "suvmpv", "saloon", "motorcycle", "motorvehicle"})
"""Words cameras use for what never weighs as much as a lorry."""


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

    def is_usual(self, earliest: int, latest: int, at: Instant, before: int) -> bool:
        """Say whether a passage at the gate from `earliest` to `latest` is usually met about now.

        Who should have been met before the one served last has waited for it: it counts from then.
        """
        after_ms, reach = self.usual()
        expected = latest + after_ms
        if at < earliest + after_ms - reach:
            return False
        waited = before > expected and self.station.zone == "control"
        return at <= (before + QUEUE_STEP_MS if waited else expected) + reach

    def usual(self) -> tuple[float, float]:
        """Say how long after the gate this station meets a conveyance, and by how much that usually differs.

        Before enough was seen the installer's window says it; a control window reaches far, for whoever has to wait.
        """
        known = self.track.usual.get(self.name)
        if known is not None and known.seen >= USUAL_SEEN_MIN:
            return known.after_ms, known.reach_ms(unruly=self.station.zone == "control")
        least, most = self.station.least_ms, self.station.most_ms
        if self.station.zone == "control":
            most = least + (most - least) // UNHURRIED_SHARE
        return (least + most) / 2, (most - least) / 2

    def may_serve(self, crossing: Crossing, at: Instant, gross_kg: float | None) -> bool:
        """Say whether a conveyance is still there, and can weigh that much at all."""
        if self.station.zone != "departure" and gone(crossing, at):
            return False
        light = gross_kg is not None and gross_kg > LIGHT_GROSS_KG_MAX
        return not light or (crossing.vehicle_type or "").lower() not in _LIGHT


class Turn(Struct, kw_only=True):
    """A passage as one station sees it: when it was at the gate, and whether this station still awaits it."""

    crossing: CrossingId
    earliest: int
    at: int
    anchored: bool
    free: bool


def first_free(queue: Queue, at: Instant, gross_kg: float | None) -> tuple[CrossingId | None, bool]:
    """Give the passage whose turn it is at a station when this sighting is its newest, and whether no other fits.

    First whatever passed the gate behind the one served last, as long after it as is usual here; failing that, whatever
    passed behind it; failing that, whatever is still unserved.
    """
    track, sights = queue.track, queue.sights
    begin = track.position(at - queue.station.most_ms)
    last = begin - 1
    if sights and sights[-1].crossing in track.passages:
        last = max(last, track.place_of(sights[-1].crossing))
    fitting = _fitting(queue, at, gross_kg, range(last + 1, len(track.order)))
    first = next(fitting, None)
    if first is None:
        return next((p.crossing for p in _fitting(queue, at, gross_kg, range(begin, last))), None), False
    before = sights[-1].at if sights else 0
    second = next(fitting, None)
    if second is None or queue.is_usual(first.earliest, first.at, at, before):
        return first.crossing, second is None
    others = islice(chain((second,), fitting), FITTING_MAX)
    usual = (p.crossing for p in others if queue.is_usual(p.earliest, p.at, at, before))
    return next(usual, first.crossing), False


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
    """Deal a station's sightings out again where something late came between: a passage, or a sighting.

    Gives the sightings whose crossing changes, the late one included if it has a turn.
    """
    sights = queue.sights
    if late is not None:
        begin = after(sights, late.at)
    else:
        begin = 0 if anchor is None else after(sights, anchor.at + queue.station.least_ms - 1)
    again = sights[begin : begin + RESOLVE_MAX]
    dealt = again if late is None else [late, *again]
    if not dealt:
        return []
    turns = _turns(queue, again, dealt, anchor)
    since = (_place(turns, sights[begin - 1].crossing), sights[begin - 1].at) if begin else (-1, 0)
    owners = deal(queue, turns, dealt, since, usual=True)
    if _doubled(dealt, owners):
        owners = deal(queue, turns, dealt, since, usual=False)
    if _doubled(dealt, owners):
        return []
    return [(s, owner) for s, owner in zip(dealt, owners, strict=True) if owner is not None and owner != s.crossing]


def _doubled(sights: Sequence[Sight], owners: Sequence[CrossingId | None]) -> bool:
    """Say whether dealing again left two sightings to one passage: then nothing is gained, and all stays as it was."""
    dealt = [owner for sight, owner in zip(sights, owners, strict=True) if owner is not None and not sight.pinned]
    return len(dealt) != len(set(dealt))


def _turns(queue: Queue, again: Sequence[Sight], dealt: Sequence[Sight], anchor: Turn | None) -> list[Turn]:
    """Lay out the passages these sightings may belong to, in their order, with the one that is being anchored."""
    mine: dict[CrossingId, int] = {}
    for sight in again:
        mine[sight.crossing] = mine.get(sight.crossing, 0) + 1
    turns = []
    track, station = queue.track, queue.station
    last = dealt[-1].at - station.least_ms
    for place in range(track.position(dealt[0].at - station.most_ms), len(track.order)):
        passage = track.passages[track.order[place]]
        if passage.earliest > last or (anchor is not None and passage.crossing == anchor.crossing):
            continue
        served = passage.served.get(queue.name, 0)
        turn = Turn(
            crossing=passage.crossing,
            earliest=passage.earliest,
            at=passage.at,
            anchored=passage.anchored or served == 0,
            free=served <= mine.get(passage.crossing, 0),
        )
        turns.append(turn)
    if anchor is not None:
        turns.append(anchor)
        turns.sort(key=lambda turn: turn.at)
    return turns


def _place(turns: Sequence[Turn], crossing: CrossingId) -> int:
    return next((place for place, turn in enumerate(turns) if turn.crossing == crossing), -1)


def deal(
    queue: Queue, turns: Sequence[Turn], sights: Sequence[Sight], since: tuple[int, int], *, usual: bool
) -> list[CrossingId | None]:
    """Give each sighting, in order, to the first passage behind the one before; whoever finds none stays where it is.

    `since` is the place of the sighting before them and its instant. A sighting that began a crossing by itself is not
    given away to another of the same station.
    """
    pointer, before = since
    taken: set[int] = set()
    owners: list[CrossingId | None] = []
    for sight in sights:
        found = None
        if not sight.pinned:
            fitting = [p for p in range(pointer + 1, len(turns)) if p not in taken and _fits(queue, turns[p], sight)]
            likely = (p for p in fitting if usual and queue.is_usual(turns[p].earliest, turns[p].at, sight.at, before))
            found = next(likely, fitting[0] if fitting else None)
        before = sight.at
        place = found if found is not None else _place(turns, sight.crossing)
        owners.append(turns[found].crossing if found is not None else sight.crossing or None)
        if place >= 0:
            taken.add(place)
            pointer = max(pointer, place)
    return owners


def _fits(queue: Queue, turn: Turn, sight: Sight) -> bool:
    station = queue.station
    if not (sight.at - station.most_ms <= turn.at and turn.earliest <= sight.at - station.least_ms and turn.free):
        return False
    if not turn.anchored and turn.crossing != sight.crossing:
        return False
    crossing = queue.held.crossings.get(turn.crossing)
    return crossing is None or queue.may_serve(crossing, sight.at, sight.gross_kg)
