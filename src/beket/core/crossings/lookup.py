"""Find the crossing a reading speaks of: by its plate, by a plate like it, or by what the same gate saw just now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from beket.core.crossings.layout import gate_of
from beket.core.crossings.likeness import FAR, likeness
from beket.core.crossings.limits import (
    CORRECT_MS,
    HEADWAY_MS,
    LEEWAY_MS,
    LIKE_MARGIN,
    LIKE_MAX,
    LIKE_SAME_EYE_MAX,
    REPEAT_MS,
)
from beket.core.crossings.say import Seen
from beket.core.crossings.state import Crossing, Crossings, Passage, Sign, Track, after
from beket.words.facts import IdentityRole
from beket.words.ids import CrossingId, Instant
from beket.words.plates import formats_of

PLATES: Final[tuple[IdentityRole, ...]] = ("front", "rear", "trailer", "exit_front", "exit_rear")
FRONTS: Final[tuple[IdentityRole, ...]] = ("front", "rear", "exit_front")


def may_be_one(country: str | None, other: str | None) -> bool:
    """Say whether two countries allow one plate: a country is part of the key only where both are known."""
    return country is None or other is None or country == other


def known(held: Crossings, key: str, country: str | None) -> Iterator[Crossing]:
    """Give the crossings that have this very plate or number among their signs, oldest first."""
    for name in held.keys.get(key, ()):
        crossing = held.crossings[name]
        for sign in crossing.signs.values():
            if sign.key == key and may_be_one(sign.country, country):
                yield crossing
                break


def gone(crossing: Crossing, at: Instant) -> bool:
    """Say whether a crossing was over before an instant."""
    ended = crossing.ended_at
    return ended is not None and ended < at


def like(crossing: Crossing, key: str, roles: Iterable[IdentityRole] = FRONTS) -> float:
    """Say how far a plate is from the nearest of a crossing's plates."""
    signs, least = crossing.signs, FAR
    for role in roles:
        sign = signs.get(role)
        if sign is not None:
            least = min(least, likeness(key, sign.key))
    return least


def nearest(
    held: Crossings, crossings: Iterable[CrossingId], key: str, roles: Iterable[IdentityRole] = PLATES
) -> Crossing | None:
    """Give the one crossing whose plate is like this one, with the runner-up clearly further off (06 §4 rule 4)."""
    best, best_like, runner_up = None, FAR, FAR
    for name in crossings:
        crossing = held.crossings[name]
        far = like(crossing, key, roles)
        if far < best_like:
            best, best_like, runner_up = crossing, far, best_like
        elif far < runner_up:
            runner_up = far
    return best if best_like <= LIKE_MAX and runner_up - best_like >= LIKE_MARGIN - 1e-9 else None


def may_be_front_of(stray: Crossing, inside: Crossing) -> bool:
    """Say whether a departure nobody could explain may be the front of one known from behind: no two fronts differ."""
    if stray.zone != "departure" or stray.unexplained is None:
        return False
    front, came = stray.signs.get("exit_front"), inside.signs.get("front")
    return front is None or came is None or likeness(front.key, came.key) != FAR


def at_gate_again(seen: Seen, track: Track) -> Crossing | None:
    """Give the crossing that this front sighting is one more of: another camera, another capture, a better read."""
    crossing = _same_message(seen, track)
    if crossing is not None:
        return crossing
    if seen.key is None:
        return _unread_beside(seen, track)
    return _same_plate(seen, track) or _like_plate(seen, track) or _beside_unread(seen, track)


def _same_message(seen: Seen, track: Track) -> Crossing | None:
    """A camera that gives the same event id twice speaks of one conveyance."""
    event_id = getattr(seen.said, "event_id", None)
    sights = track.sights.get(seen.station.device)
    if not event_id or not sights:
        return None
    for index in range(after(sights, seen.at + CORRECT_MS) - 1, -1, -1):
        sight = sights[index]
        if sight.at < seen.at - CORRECT_MS:
            return None
        if sight.event_id == event_id:
            return seen.held.crossings.get(sight.crossing)
    return None


def _same_plate(seen: Seen, track: Track) -> Crossing | None:
    """The same plate at its gate within ten minutes is still there, unless somebody came or it left between."""
    assert seen.key is not None
    for crossing in known(seen.held, seen.key, seen.country):
        passage = track.passages.get(crossing.id)
        if passage is not None and _about(track, passage, seen.at) and not left_before(seen, crossing):
            return crossing
    return None


def _about(track: Track, passage: Passage, at: Instant) -> bool:
    """Say whether a passage may still go on: for seconds in any case, for minutes while nobody else passed."""
    if passage.earliest - CORRECT_MS <= at <= passage.at + CORRECT_MS:
        return True
    if not passage.earliest - REPEAT_MS <= at <= passage.at + REPEAT_MS:
        return False
    return abs(track.position(at) - track.place_of(passage.crossing)) <= 1


def left_before(seen: Seen, crossing: Crossing) -> bool:
    """At the arrival gate what has left is another visit; at the departure gate it is what leaves."""
    return seen.station.zone != "departure" and gone(crossing, seen.at)


def _like_plate(seen: Seen, track: Track) -> Crossing | None:
    assert seen.key is not None
    best, best_like, runner_up = None, FAR, FAR
    for passage, limit in _in_view(seen, track):
        crossing = seen.held.crossings[passage.crossing]
        far = like(crossing, seen.key)
        if far > limit or left_before(seen, crossing):
            continue
        if far < best_like:
            best, best_like, runner_up = crossing, far, best_like
        else:
            runner_up = min(runner_up, far)
    return best if runner_up - best_like >= LIKE_MARGIN - 1e-9 or runner_up == FAR else None


def _in_view(seen: Seen, track: Track) -> Iterator[tuple[Passage, float]]:
    """Give the passages this camera may still be looking at, each with how unlike the plate may be.

    A camera's eye moves on: behind a conveyance it saw later it never sees an earlier one again.
    """
    pivot = track.position(seen.at + 1)
    for indices in (range(pivot - 1, -1, -1), range(pivot, len(track.order))):
        for index in indices:
            passage = track.passages[track.order[index]]
            apart = abs(seen.at - passage.at)
            if apart > CORRECT_MS:
                break
            served = passage.served.get(seen.station.device, 0) > 0
            if passage.anchored:
                yield passage, LIKE_SAME_EYE_MAX if served and apart > HEADWAY_MS else LIKE_MAX
            if served:
                break


def _unread_beside(seen: Seen, track: Track) -> Crossing | None:
    """What a camera could not read is what stands there already, if another saw it or this one a moment ago."""
    return _beside(seen, track, seen.at - HEADWAY_MS - LEEWAY_MS, seen.at + LEEWAY_MS, unread=False)


def _beside_unread(seen: Seen, track: Track) -> Crossing | None:
    """A plate belongs to the conveyance that stood there unread."""
    return _beside(seen, track, seen.at - HEADWAY_MS, seen.at + HEADWAY_MS, unread=True)


def _beside(seen: Seen, track: Track, first: int, last: int, *, unread: bool) -> Crossing | None:
    for index in range(track.position(first), len(track.order)):
        passage = track.passages[track.order[index]]
        if passage.at > last:
            return None
        crossing = seen.held.crossings[passage.crossing]
        mine = passage.served.get(seen.station.device, 0) > 0 and abs(seen.at - passage.at) > HEADWAY_MS
        if not passage.anchored or mine or (unread and not _nameless(seen, crossing)) or left_before(seen, crossing):
            continue
        return crossing
    return None


def _nameless(seen: Seen, crossing: Crossing) -> bool:
    """Say whether no camera at this gate could read the front yet."""
    role = "exit_front" if seen.station.zone == "departure" else "front"
    return role not in crossing.signs


def orphan_at(seen: Seen, track: Track) -> Crossing | None:
    """Give the earliest crossing that others saw behind this gate and no front camera did, if this may be its front."""
    for index in range(track.position(seen.at), len(track.order)):
        passage = track.passages[track.order[index]]
        if not passage.anchored and passage.earliest <= seen.at:
            crossing = seen.held.crossings[passage.crossing]
            if not left_before(seen, crossing):
                return crossing
    return None


def better(seen: Seen, sign: Sign) -> bool:
    """Say whether this reading of a plate is to be believed over the one held: it fits a format, then confidence."""
    assert seen.value is not None
    mine = (bool(formats_of(seen.value)), seen.confidence or 0.0)
    return mine > (bool(formats_of(sign.value)), sign.confidence or 0.0)


def arrival_track(held: Crossings, crossing: Crossing) -> Track | None:
    """Give the track of the gate a crossing came in by."""
    return held.tracks.get(gate_of(crossing.lane, "arrival"))
