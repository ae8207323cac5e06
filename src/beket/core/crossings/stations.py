"""Conclude whose a weighing, a portal passage, a container number or any other station's word is."""

from __future__ import annotations

from beket.core.crossings.arrivals import learn, still_here
from beket.core.crossings.limits import HEADWAY_MS, LEEWAY_MS, PARTS_APART_MS, READ_TOGETHER_MS
from beket.core.crossings.lookup import known, left_before, may_be_front_of, nearest
from beket.core.crossings.moves import Due, whose_turn
from beket.core.crossings.rears import in_window
from beket.core.crossings.say import Seen, attached, departed, identified, joined, opened, unexplained
from beket.core.crossings.state import Crossing, Sight, Track, after
from beket.core.crossings.tracks import station_name, track_of
from beket.words.facts import Fact, Unexplained
from beket.words.readings import RadMeasurement, RpmOccupancy

_WITHOUT_PLATE: dict[str, Unexplained] = {
    "weighing": "weighing_without_plate",
    "wim_pass": "weighing_without_plate",
    "rpm_occupancy": "portal_without_plate",
    "container_read": "container_without_plate",
    "passage": "passage_without_plate",
    "scan_result": "passage_without_plate",
    "rad_measurement": "portal_without_plate",
}
"""Evidence that something passed: without a dossier it opens one. Anything else only joins a dossier there is."""


_OF_NOBODY = frozenset({"Background", "Calibration", "IntrinsicActivity"})
"""Classes of measurement that an instrument makes with nobody before it (ANSI N42.42)."""


def said_of_nobody(said: RadMeasurement) -> bool:
    """Tell whether an instrument measured no conveyance: its background takes nobody's turn."""
    return said.measurement in _OF_NOBODY


def serves(seen: Seen) -> tuple[Fact, ...]:
    """Conclude whose turn it is at a station that reads no plates."""
    return _served(seen, track_of(seen.held, seen.station.gate))


def _served(seen: Seen, track: Track) -> tuple[Fact, ...]:
    begun = _goes_on(seen, track)
    if begun is not None:
        return (attached(seen, begun.id, "companion", begun.opened_by),)
    return _by_turn(seen, track) or _begin(seen)


def _by_turn(seen: Seen, track: Track) -> tuple[Fact, ...]:
    due = _turn(seen, track)
    if due.crossing is None:
        return ()
    return (*due.moves, attached(seen, due.crossing, due.by, seen.held.crossings[due.crossing].opened_by))


def shows(seen: Seen) -> tuple[Fact, ...]:
    """Conclude whose a document or a code is that a reader at a window read.

    A paper belongs to the conveyance that the last one at its window belonged to, if it was read within a short time of
    that one or it is nobody else's turn, unless that conveyance had left. It opens nothing.
    """
    track = track_of(seen.held, seen.station.gate)
    near = _read_about(seen, track)
    if near is None:
        return _by_turn(seen, track)
    if near.apart_ms(seen.at) <= READ_TOGETHER_MS:
        return (attached(seen, near.crossing, "companion", near.ref),)
    # not as a companion, which could not move alone: somebody may yet be heard of late whose turn it was
    return _by_turn(seen, track) or (attached(seen, near.crossing, "window", near.ref),)


def _read_about(seen: Seen, track: Track) -> Sight | None:
    """Give the reading nearest to this one at its window, of somebody still there; one that comes late has two."""
    sights = track.sights.get(seen.station.device, [])
    here = after(sights, seen.at)
    near = [sight for sight in sights[max(here - 1, 0) : here + 1] if _still_there(seen, sight)]
    return min(near, key=lambda sight: sight.apart_ms(seen.at), default=None)


def _still_there(seen: Seen, sight: Sight) -> bool:
    crossing = seen.held.crossings.get(sight.crossing)
    if crossing is None or left_before(seen, crossing):
        return False
    return sight.apart_ms(seen.at) <= seen.station.most_ms


def _goes_on(seen: Seen, track: Track) -> Crossing | None:
    """Give whose passage this is a further part of: a part before it was said a moment ago.

    An occupancy that has no length is the mere end of one whose link broke. A measurement that began when another as
    long as it was over is the next part of the same passage: an instrument may write one for every tenth of a second.
    """
    match seen.said:
        case RpmOccupancy(started=started, ended=ended) if started == ended:
            within_ms = HEADWAY_MS
        case RadMeasurement(real_time_s=float(lasted_s)):
            within_ms = round(1000 * lasted_s) + PARTS_APART_MS
        case _:
            return None
    sights = track.sights.get(seen.station.device, [])
    here = after(sights, seen.at) - 1
    if here < 0 or sights[here].at < seen.at - within_ms:
        return None
    return seen.held.crossings.get(sights[here].crossing)


def _turn(seen: Seen, track: Track) -> Due:
    return whose_turn(seen, track, station_name(seen.station.device, seen.evidence))


def _of_a_portal(said: RadMeasurement) -> bool:
    """Tell a portal, which whoever passes must drive through, from what a person holds up to whatever he likes."""
    return said.occupied is True or "portal" in (said.instrument_class or "").lower()


def _begin(seen: Seen) -> tuple[Fact, ...]:
    held_up = isinstance(seen.said, RadMeasurement) and not _of_a_portal(seen.said)
    why = None if held_up else _WITHOUT_PLATE.get(seen.evidence)
    if why is None:
        return ()
    named = () if seen.key is None else (identified(seen, seen.new_id, "container"),)
    return (opened(seen), attached(seen, seen.new_id, "opening"), *named, unexplained(seen, why))


def numbers(seen: Seen) -> tuple[Fact, ...]:
    """Conclude whose a container number is: one known already, one of the same picture, or by turn."""
    track = track_of(seen.held, seen.station.gate)
    crossing = _numbered(seen)
    if crossing is not None:
        return (attached(seen, crossing.id, "plate", crossing.opened_by), *_solves(seen, track, crossing))
    beside = _same_picture(seen, track) or _second_box(seen, track)
    if beside is not None:
        return (attached(seen, beside.id, "companion", beside.opened_by), *_box(seen, beside))
    due = _turn(seen, track)
    if due.crossing is None:
        return _begin(seen)
    crossing = seen.held.crossings[due.crossing]
    return (*due.moves, attached(seen, crossing.id, due.by, crossing.opened_by), *_box(seen, crossing))


def _solves(seen: Seen, track: Track, crossing: Crossing) -> tuple[Fact, ...]:
    """Whoever left unread, or as a stranger, in the same picture as this container left with it."""
    stranger = _same_picture(seen, track) if seen.station.zone == "departure" else None
    if stranger is None or stranger.id == crossing.id or not may_be_front_of(stranger, crossing):
        return ()
    left = () if crossing.departed_at is not None else (departed(seen, crossing.id, crossing.opened_by),)
    return (joined(seen, stranger, crossing), *left)


def _numbered(seen: Seen) -> Crossing | None:
    """Give the crossing at the checkpoint that this very container is on."""
    if seen.key is None:
        return None
    found = still_here(seen, seen.at)
    if found is not None:
        return found
    for crossing in known(seen.held, seen.key, None):
        if crossing.direction == seen.station.direction and abs(crossing.opened_at - seen.at) <= seen.station.most_ms:
            return crossing
    return None


def _same_picture(seen: Seen, track: Track) -> Crossing | None:
    """A camera that reads plate and container in one picture speaks of one lorry."""
    sights = track.sights.get(seen.station.device, [])
    here = after(sights, seen.at + LEEWAY_MS) - 1
    if here < 0 or sights[here].at < seen.at - LEEWAY_MS:
        return None
    return seen.held.crossings.get(sights[here].crossing)


def _second_box(seen: Seen, track: Track) -> Crossing | None:
    """Two boxes that pass a container camera within a headway are on one lorry."""
    sights = track.sights.get(station_name(seen.station.device, seen.evidence), [])
    here = after(sights, seen.at) - 1
    if here < 0 or sights[here].at < seen.at - HEADWAY_MS:
        return None
    return seen.held.crossings.get(sights[here].crossing)


def _box(seen: Seen, crossing: Crossing) -> tuple[Fact, ...]:
    """A second box adds a number; the first stays known by its own evidence."""
    if seen.key is None or "container" in crossing.signs:
        return ()
    return (identified(seen, crossing.id, "container", crossing.opened_by),)


def inside_plate(seen: Seen) -> tuple[Fact, ...]:
    """Conclude whose a plate seen in the control area is."""
    track = track_of(seen.held, seen.station.gate)
    crossing = still_here(seen, seen.at)
    if crossing is None and seen.key is not None:
        crossing = nearest(seen.held, [c.id for c in in_window(seen, track)], seen.key)
    if crossing is not None:
        return (attached(seen, crossing.id, "plate", crossing.opened_by),)
    due = _turn(seen, track)
    if due.crossing is None:
        return _begin_named(seen)
    crossing = seen.held.crossings[due.crossing]
    learnt = learn(seen, crossing, "front") if "front" not in crossing.signs else ()
    return (*due.moves, attached(seen, crossing.id, due.by, crossing.opened_by), *learnt)


def _begin_named(seen: Seen) -> tuple[Fact, ...]:
    begun = (opened(seen), attached(seen, seen.new_id, "opening"))
    if seen.key is None:
        return (*begun, unexplained(seen, "no_plate"))
    return (*begun, identified(seen, seen.new_id, "front"))
