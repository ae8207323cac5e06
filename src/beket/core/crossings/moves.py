"""Say what changes when something late comes between: sightings move, and the signs they carried move with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from beket.core.crossings.dealing import Turn
from beket.core.crossings.likeness import FAR, likeness
from beket.core.crossings.lookup import like
from beket.core.crossings.say import Seen, explained, moved
from beket.core.crossings.state import Crossing, Crossings, Sight, Track
from beket.core.crossings.turns import Queue, first_free, left_over, take_turns
from beket.words.facts import AttachedBy, CrossingIdentified, CrossingsJoined, Fact, IdentityRole
from beket.words.ids import CrossingId, DeviceId, EntryRef
from beket.words.plates import plate_key


class Due(Struct, frozen=True, kw_only=True):
    """Whose turn a sighting is, whether that was the only choice, and what older sightings have to move for it."""

    crossing: CrossingId | None
    by: AttachedBy = "order"
    moves: tuple[Fact, ...] = ()


def rear_role(seen: Seen, front: str | None, key: str) -> IdentityRole:
    """Say what a plate seen from behind is: the conveyance's own, or its trailer's."""
    if seen.station.zone == "departure":
        return "exit_rear"
    return "rear" if front is None or likeness(front, key) != FAR else "trailer"


def settle(seen: Seen, track: Track, crossing: CrossingId, *, front: str | None) -> tuple[Fact, ...]:
    """Deal out again what passed behind a front sighting that only now says when its conveyance was at the gate."""
    changes: list[tuple[Sight, CrossingId]] = []
    for name, sights in track.sights.items():
        station = seen.held.stations.get(DeviceId(name.partition("#")[0]))
        if station is None or (station.anchors and "#" not in name) or sights[-1].at < seen.at + station.least_ms:
            continue
        passage = track.passages.get(crossing)
        served = 0 if passage is None else passage.served.get(name, 0)
        mine = sum(sight.crossing == crossing for sight in sights) if served else 0
        turn = Turn(crossing=crossing, earliest=seen.at, at=seen.at, anchored=True, free=served <= mine)
        changes += take_turns(Queue(held=seen.held, track=track, name=name, station=station), turn, None)
    return said_of_moves(seen, track, changes, crossing, front)


def said_of_moves(
    seen: Seen, track: Track, changes: Sequence[tuple[Sight, CrossingId]], fronted: CrossingId | None, front: str | None
) -> tuple[Fact, ...]:
    """Say each move, with the sign it carries; a crossing that nothing is left of is joined to where its last went."""
    freed = {sight.ref for sight, _ in changes}
    emptied = _emptied(seen.held, track, changes, fronted)
    facts: list[Fact] = []
    for sight, owner in changes:
        if emptied.get(sight.crossing) != (sight.ref, owner):
            facts += moved(seen, sight, owner)
    for lost, (ref, owner) in emptied.items():
        facts.append(CrossingsJoined(at=seen.at, because=(seen.ref, ref), crossing=lost, into=owner))
    for sight, owner in changes:
        lost_one = seen.held.crossings[sight.crossing]
        facts += _sign_moves(seen, sight, lost_one, owner, front if owner == fronted else None, freed)
    return tuple(facts)


def _emptied(
    held: Crossings, track: Track, changes: Sequence[tuple[Sight, CrossingId]], fronted: CrossingId | None
) -> dict[CrossingId, tuple[EntryRef, CrossingId]]:
    """Find the crossings without a front that all leave, each with the sighting that leaves last and where it goes."""
    leaving: dict[CrossingId, int] = {}
    last: dict[CrossingId, tuple[EntryRef, CrossingId]] = {}
    for sight, owner in changes:
        leaving[sight.crossing] = leaving.get(sight.crossing, 0) + 1
        last[sight.crossing] = (sight.ref, owner)
    gained = {owner for _, owner in changes}
    found = {}
    for crossing, count in leaving.items():
        passage = track.passages.get(crossing)
        if passage is None or passage.anchored or crossing == fronted or crossing in gained:
            continue
        if sum(passage.served.values()) == count and len(held.crossings[crossing].gates) == 1:
            found[crossing] = last[crossing]
    return found


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


def whose_turn(seen: Seen, track: Track, name: str) -> Due:
    """Give the crossing whose turn it was when this happened, and what moves if it came late."""
    queue = Queue(held=seen.held, track=track, name=name, station=seen.station)
    late = as_sight(seen)
    if queue.is_newest(seen.at):
        turn, alone = first_free(queue, seen.at, late.gross_kg)
        if alone:
            return Due(crossing=turn, by="window")
    changes = take_turns(queue, None, late)
    mine = next((owner for sight, owner in changes if sight is late), None)
    if mine is None:
        return Due(crossing=left_over(queue, seen.at, late.gross_kg))
    others = [(sight, owner) for sight, owner in changes if sight is not late]
    return Due(crossing=mine, moves=said_of_moves(seen, track, others, None, None))


def likes_front(crossing: Crossing, key: str) -> bool:
    """Say whether a plate seen from behind is the one seen from the front."""
    return like(crossing, key, ("front", "exit_front")) != FAR
