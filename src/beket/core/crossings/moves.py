"""Say what changes when something late comes between: sightings move, and the signs they carried move with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from beket.core.crossings.likeness import FAR, likeness
from beket.core.crossings.lookup import like
from beket.core.crossings.say import Seen, explained, moved
from beket.core.crossings.state import Crossing, Sight, Track
from beket.core.crossings.turns import Queue, Turn, first_free, take_turns
from beket.words.facts import CrossingIdentified, CrossingsJoined, Fact, IdentityRole
from beket.words.ids import CrossingId, EntryRef
from beket.words.plates import plate_key


def rear_role(seen: Seen, front: str | None, key: str) -> IdentityRole:
    """Say what a plate seen from behind is: the conveyance's own, or its trailer's."""
    if seen.station.zone == "departure":
        return "exit_rear"
    return "rear" if front is None or likeness(front, key) != FAR else "trailer"


def settle(seen: Seen, track: Track, crossing: CrossingId, *, front: str | None) -> tuple[Fact, ...]:
    """Deal out again what passed behind a front sighting that only now says when its conveyance was at the gate."""
    facts: list[Fact] = []
    turn = Turn(crossing=crossing, earliest=seen.at, at=seen.at, anchored=True, free=True)
    for name, sights in track.sights.items():
        station = seen.held.stations.get(name.partition("#")[0])  # type: ignore[call-overload]
        if station is None or (station.anchors and "#" not in name) or sights[-1].at < seen.at + station.least_ms:
            continue
        passage = track.passages.get(crossing)
        served = 0 if passage is None else passage.served.get(name, 0)
        mine = sum(sight.crossing == crossing for sight in sights) if served else 0
        turn.free = served <= mine
        queue = Queue(held=seen.held, track=track, name=name, station=station)
        facts += said_of_moves(seen, track, take_turns(queue, turn, None), crossing, front)
    return tuple(facts)


def said_of_moves(
    seen: Seen, track: Track, changes: Sequence[tuple[Sight, CrossingId]], fronted: CrossingId | None, front: str | None
) -> Iterator[Fact]:
    """Say each move; a crossing that was nothing but the moved sighting is joined to where it goes."""
    freed = {sight.ref for sight, _ in changes}
    for sight, owner in changes:
        lost = seen.held.crossings[sight.crossing]
        if owner != lost.id and _was_all(track, lost, fronted):
            yield CrossingsJoined(at=seen.at, because=(seen.ref, sight.ref), crossing=lost.id, into=owner)
        else:
            yield moved(seen, sight, owner)
        yield from _sign_moves(seen, sight, lost, owner, front if owner == fronted else None, freed)


def _was_all(track: Track, crossing: Crossing, fronted: CrossingId | None) -> bool:
    """Say whether a crossing rests on what other devices saw behind the gate, without a front, at this gate alone."""
    passage = track.passages.get(crossing.id)
    if passage is None or passage.anchored or crossing.id == fronted or len(crossing.gates) > 1:
        return False
    return sum(passage.served.values()) == 1


def _sign_moves(  # noqa: PLR0913, PLR0917
    seen: Seen, sight: Sight, lost: Crossing, owner: CrossingId, front: str | None, freed: set[EntryRef]
) -> Iterator[Fact]:
    if sight.sign is None:
        return
    gained = seen.held.crossings.get(owner)
    if sight.evidence == "container_read":
        role: IdentityRole = "container"
    else:
        known = None if gained is None else gained.signs.get("front")
        role = rear_role(seen, front or (None if known is None else known.key), plate_key(sight.sign))
    told = next((sign for sign in lost.signs.values() if sign.ref == sight.ref), None)
    before = None if gained is None else gained.signs.get(role)
    if before is not None and before.ref not in freed:
        return
    yield CrossingIdentified(
        at=sight.at,
        because=(sight.ref, seen.ref),
        crossing=owner,
        role=role,
        value=sight.sign,
        country=None if told is None else told.country,
        confidence=None if told is None else told.confidence,
        corrects=None if before is None or before.value == sight.sign else before.value,
    )
    if gained is not None and gained.unexplained is not None and owner != seen.new_id:
        yield from explained(seen, gained)


def as_sight(seen: Seen) -> Sight:
    """See this entry as a sighting that has no crossing yet."""
    return Sight(
        at=seen.at, ref=seen.ref, crossing=CrossingId(""), pinned=False, sign=seen.value, evidence=seen.evidence,
        gross_kg=getattr(seen.said, "gross_kg", None),
    )  # fmt: skip


def whose_turn(seen: Seen, track: Track, name: str) -> tuple[CrossingId | None, tuple[Fact, ...]]:
    """Give the crossing whose turn it was when this happened, and what moves if it came late."""
    queue = Queue(held=seen.held, track=track, name=name, station=seen.station)
    late = as_sight(seen)
    if queue.is_newest(seen.at):
        return first_free(queue, seen.at, late.gross_kg), ()
    changes = take_turns(queue, None, late)
    mine = next((owner for sight, owner in changes if sight is late), None)
    if mine is None:
        return None, ()
    others = [(sight, owner) for sight, owner in changes if sight is not late]
    return mine, tuple(said_of_moves(seen, track, others, None, None))


def likes_front(crossing: Crossing, key: str) -> bool:
    """Say whether a plate seen from behind is the one seen from the front."""
    return like(crossing, key, ("front", "exit_front")) != FAR
