"""Conclude what a camera at an arrival gate says: another sighting, a dossier found, or a dossier begun."""

from __future__ import annotations

from beket.core.crossings.limits import BACK_OUT_MS, CORRECT_MS, OPEN_MS_MAX, REPEAT_MS
from beket.core.crossings.lookup import at_gate_again, better, gone, known, nearest, orphan_at
from beket.core.crossings.moves import rear_role, settle
from beket.core.crossings.say import (
    Seen,
    attached,
    closed,
    explained,
    identified,
    joined,
    opened,
    unexplained,
)
from beket.core.crossings.state import Crossing, Track
from beket.core.crossings.tracks import track_of
from beket.words.facts import CloseReason, CrossingIdentified, Fact, IdentityRole
from beket.words.ids import CrossingId, Instant


def arrives(seen: Seen) -> tuple[Fact, ...]:
    """Conclude what a front sighting at an arrival gate says."""
    track = track_of(seen.held, seen.station.gate)
    again = at_gate_again(seen, track)
    if again is not None:
        return _again(seen, track, again)
    beside = _next_lane(seen)
    if beside is not None:
        return (attached(seen, beside.id, "plate", beside.opened_by),)
    stray = _stray(seen)
    orphan = orphan_at(seen, track)
    if stray is not None:
        return _found_leaving(seen, track, stray, orphan)
    if orphan is not None:
        return _found_behind(seen, track, orphan)
    return begin(seen, track)


def front_role(seen: Seen) -> IdentityRole:
    """Say what a plate seen by a camera that begins passages is."""
    return "rear" if seen.station.view == "rear" else "front"


def _again(seen: Seen, track: Track, crossing: Crossing) -> tuple[Fact, ...]:
    passage = track.passages.get(crossing.id)
    anchors = passage is not None and not passage.anchored
    attach = attached(seen, crossing.id, "plate" if seen.key else "companion", crossing.opened_by)
    moves = settle(seen, track, crossing.id, front=seen.key) if anchors else ()
    return (attach, *learn(seen, crossing, front_role(seen)), *moves, *left_already(seen, crossing))


def left_already(seen: Seen, crossing: Crossing) -> tuple[Fact, ...]:
    """Join one whose plate is only known now to the departure that came before it, from a camera less late."""
    stray = None if crossing.departed_at is not None or crossing.against else _stray(seen)
    if stray is None or stray.id == crossing.id or stray.against:
        return ()
    return (joined(seen, crossing, stray), *explained(seen, stray))


def learn(seen: Seen, crossing: Crossing, role: IdentityRole) -> tuple[Fact, ...]:
    """Say what this plate adds to a crossing's signs: a first one, a better one, or nothing."""
    if seen.key is None:
        return ()
    sign = crossing.signs.get(role)
    if sign is None:
        known_as = identified(seen, crossing.id, role, crossing.opened_by)
        return (known_as, *explained(seen, crossing), *_rear_again(seen, crossing, crossing.id, role))
    if sign.key == seen.key or not better(seen, sign):
        return ()
    return (identified(seen, crossing.id, role, sign.ref, corrects=sign.value),)


def _rear_again(seen: Seen, crossing: Crossing, into: CrossingId, role: IdentityRole) -> tuple[Fact, ...]:
    """A plate seen from behind before the front was known may be a trailer's."""
    rear = crossing.signs.get("rear")
    if rear is None or role != "front" or seen.key is None or rear_role(seen, seen.key, rear.key) == "rear":
        return ()
    return (
        CrossingIdentified(
            at=seen.at, because=(rear.ref, seen.ref), crossing=into, role="trailer", value=rear.value,
            country=rear.country, confidence=rear.confidence,
        ),
    )  # fmt: skip


def _next_lane(seen: Seen) -> Crossing | None:
    """Give the crossing of this very plate that the gate of another lane saw seconds ago: a view that overlaps."""
    if seen.key is None:
        return None
    for crossing in known(seen.held, seen.key, seen.country):
        near = abs(crossing.opened_at - seen.at) <= CORRECT_MS and crossing.zone == "arrival"
        if near and crossing.direction == seen.station.direction and crossing.lane != seen.station.lane:
            return crossing
    return None


def _stray(seen: Seen) -> Crossing | None:
    """Give the departure that nobody saw arriving and that this late sighting explains."""
    if seen.key is None or not seen.held.strays:
        return None
    for crossing in known(seen.held, seen.key, seen.country):
        if crossing.id in seen.held.strays and _may_explain(seen, crossing):
            return crossing
    strays = (s for s in seen.held.strays if _may_explain(seen, seen.held.crossings[s]))
    return nearest(seen.held, strays, seen.key)


def _may_explain(seen: Seen, crossing: Crossing) -> bool:
    if crossing.direction != seen.station.direction:
        return False
    most = BACK_OUT_MS if crossing.against else OPEN_MS_MAX
    return 0 <= crossing.opened_at - seen.at <= most


def _found_leaving(seen: Seen, track: Track, stray: Crossing, orphan: Crossing | None) -> tuple[Fact, ...]:
    facts: list[Fact] = [
        attached(seen, stray.id, "plate", stray.opened_by),
        identified(seen, stray.id, front_role(seen), stray.opened_by),
        *explained(seen, stray),
    ]
    if orphan is not None and orphan.id != stray.id:
        facts += (joined(seen, orphan, stray), *_rear_again(seen, orphan, stray.id, front_role(seen)))
    else:
        facts += settle(seen, track, stray.id, front=seen.key)
    if stray.against and stray.closed_at is None:
        facts.append(closed(seen, stray.id, "backed_out", stray.opened_by, at=stray.opened_at))
    return tuple(facts)


def _found_behind(seen: Seen, track: Track, orphan: Crossing) -> tuple[Fact, ...]:
    """What was seen behind the gate, with no front, was this conveyance."""
    attach = attached(seen, orphan.id, "order", orphan.opened_by)
    ended = superseded(seen, orphan.id) if seen.key is not None else ()
    learnt = learn(seen, orphan, front_role(seen))
    return (*ended, attach, *learnt, *settle(seen, track, orphan.id, front=seen.key))


def begin(seen: Seen, track: Track) -> tuple[Fact, ...]:
    """Open a dossier with a camera's sighting."""
    if seen.key is None:
        return (
            opened(seen),
            attached(seen, seen.new_id, "opening"),
            unexplained(seen, "no_plate"),
            *settle(seen, track, seen.new_id, front=None),
        )
    ended = superseded(seen, seen.new_id)
    return (
        *(fact for fact in ended if getattr(fact, "crossing", None) != seen.new_id),
        opened(seen),
        attached(seen, seen.new_id, "opening"),
        identified(seen, seen.new_id, front_role(seen)),
        *(fact for fact in ended if getattr(fact, "crossing", None) == seen.new_id),
        *settle(seen, track, seen.new_id, front=seen.key),
    )


def superseded(seen: Seen, new: CrossingId) -> tuple[Fact, ...]:
    """Say which visits of the same plate are over because it arrives now, or that this late one is, by a later one."""
    assert seen.key is not None
    facts: list[Fact] = []
    over = False
    for crossing in known(seen.held, seen.key, seen.country):
        if crossing.id == new or crossing.ended_at is not None:
            continue
        same = crossing.direction == seen.station.direction
        reason: CloseReason = "seen_again_without_departure" if same else "seen_leaving_elsewhere"
        if crossing.opened_at <= seen.at:
            facts.append(closed(seen, crossing.id, reason, crossing.opened_by, at=seen.at))
        elif not over and crossing.opened_at - seen.at > REPEAT_MS:
            over = True
            facts.append(closed(seen, new, reason, crossing.opened_by, at=crossing.opened_at))
    return tuple(facts)


def still_here(seen: Seen, at: Instant) -> Crossing | None:
    """Give the crossing of this very plate that was at the checkpoint, in this direction, at an instant."""
    if seen.key is None:
        return None
    found = None
    for crossing in known(seen.held, seen.key, seen.country):
        if crossing.direction == seen.station.direction and crossing.opened_at <= at and not gone(crossing, at):
            found = crossing
    return found
