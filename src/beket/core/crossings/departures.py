"""Conclude what a departure gate says: who left, and who left without having been seen to come."""

from __future__ import annotations

from beket.core.crossings.arrivals import learn, still_here
from beket.core.crossings.likeness import FAR
from beket.core.crossings.limits import OPEN_MS_MAX
from beket.core.crossings.lookup import PLATES, at_gate_again, like, may_be_front_of, nearest, orphan_at
from beket.core.crossings.moves import settle, whose_turn
from beket.core.crossings.rears import captured_again, in_window
from beket.core.crossings.say import Seen, attached, departed, identified, joined, opened, unexplained
from beket.core.crossings.state import Crossing, Track
from beket.core.crossings.tracks import track_of
from beket.words.facts import AttachedBy, Fact


def leaves(seen: Seen) -> tuple[Fact, ...]:
    """Conclude what a front sighting at a departure gate says."""
    track = track_of(seen.held, seen.station.gate)
    again = at_gate_again(seen, track)
    if again is not None:
        return _again(seen, track, again)
    inside = who_leaves(seen)
    orphan = orphan_at(seen, track)
    if inside is not None:
        return _known(seen, track, inside, orphan)
    if orphan is not None:
        return _behind(seen, track, orphan)
    return _stray(seen, track)


def who_leaves(seen: Seen) -> Crossing | None:
    """Give the crossing of this direction that has this plate and has not left: the very plate, else one like it."""
    if seen.key is None:
        return None
    exact = _plate_inside(seen)
    if exact is not None:
        return exact
    held = seen.held
    direction = seen.station.direction
    inside = (
        name
        for name, way in held.inside.items()
        if way == direction and name not in held.strays and 0 <= seen.at - held.crossings[name].opened_at <= OPEN_MS_MAX
    )
    return nearest(held, inside, seen.key)


def _plate_inside(seen: Seen) -> Crossing | None:
    exact = still_here(seen, seen.at)
    return exact if exact is not None and exact.departed_at is None and not exact.against else None


def _again(seen: Seen, track: Track, crossing: Crossing) -> tuple[Fact, ...]:
    """Another capture at the exit; a better read may say at last who it was."""
    attach = attached(seen, crossing.id, "plate" if seen.key else "companion", crossing.opened_by)
    facts = (attach, *learn(seen, crossing, "exit_front"))
    passage = track.passages.get(crossing.id)
    if passage is not None and not passage.anchored:
        facts += settle(seen, track, crossing.id, front=seen.key)
    return facts + _solved(seen, crossing)


def _solved(seen: Seen, stray: Crossing) -> tuple[Fact, ...]:
    """Join a departure nobody could explain to the arrival it turns out to be of."""
    if stray.zone != "departure" or stray.unexplained is None:
        return _left(seen, stray)
    inside = who_leaves(seen)
    if inside is None or inside.id == stray.id:
        return _left(seen, stray)
    return (joined(seen, stray, inside), *_left(seen, inside))


def _left(seen: Seen, crossing: Crossing) -> tuple[Fact, ...]:
    if crossing.departed_at is not None:
        return ()
    return (departed(seen, crossing.id, crossing.opened_by),)


def _known(seen: Seen, track: Track, crossing: Crossing, orphan: Crossing | None) -> tuple[Fact, ...]:
    facts: tuple[Fact, ...] = (
        attached(seen, crossing.id, "plate", crossing.opened_by),
        identified(seen, crossing.id, "exit_front", crossing.opened_by),
        departed(seen, crossing.id, crossing.opened_by),
    )
    if orphan is not None and orphan.id != crossing.id and orphan.zone == "departure":
        return (*facts, joined(seen, orphan, crossing))
    return facts + settle(seen, track, crossing.id, front=seen.key)


def _behind(seen: Seen, track: Track, orphan: Crossing) -> tuple[Fact, ...]:
    attach = attached(seen, orphan.id, "order", orphan.opened_by)
    learnt = learn(seen, orphan, "exit_front") if orphan.zone != "departure" else _named(seen, orphan)
    return (attach, *learnt, *_left(seen, orphan), *settle(seen, track, orphan.id, front=seen.key))


def _named(seen: Seen, stray: Crossing) -> tuple[Fact, ...]:
    """A departure that has a plate now, and still no arrival."""
    if seen.key is None or "exit_front" in stray.signs:
        return ()
    return (identified(seen, stray.id, "exit_front", stray.opened_by),)


def _stray(seen: Seen, track: Track) -> tuple[Fact, ...]:
    """Somebody left whom nobody saw arriving."""
    new = seen.new_id
    named = () if seen.key is None else (identified(seen, new, "exit_front"),)
    why = unexplained(seen, "no_plate" if seen.key is None else "departure_without_arrival")
    begun = (opened(seen), attached(seen, new, "opening"), *named, why, departed(seen, new))
    return (*begun, *settle(seen, track, new, front=seen.key))


def leaves_behind(seen: Seen) -> tuple[Fact, ...]:
    """Conclude what a sighting from behind at a departure gate says."""
    track = track_of(seen.held, seen.station.gate)
    named = captured_again(seen, track) or _by_exit_plate(seen, track)
    if named is not None:
        return _rear_of(seen, named, "plate")
    due = whose_turn(seen, track, seen.station.device)
    if due.crossing is None:
        return _rear_alone(seen, who_leaves(seen))
    crossing = seen.held.crossings[due.crossing]
    inside = _plate_inside(seen) or _like_inside(seen, crossing)
    if inside is None or inside.id == crossing.id:
        return (*due.moves, *_rear_of(seen, crossing, due.by))
    if may_be_front_of(crossing, inside):
        return (*due.moves, *_rear_of(seen, crossing, due.by), *_joined_by_rear(seen, crossing, inside))
    return _rear_of(seen, inside, "plate")


def _like_inside(seen: Seen, stray: Crossing) -> Crossing | None:
    """Give who is inside with a plate like this one, where that tells at last whose front left."""
    inside = who_leaves(seen)
    return inside if inside is not None and may_be_front_of(stray, inside) else None


def _by_exit_plate(seen: Seen, track: Track) -> Crossing | None:
    if seen.key is None:
        return None
    return next((c for c in in_window(seen, track) if like(c, seen.key, PLATES) != FAR), None)


def _joined_by_rear(seen: Seen, stray: Crossing, inside: Crossing) -> tuple[Fact, ...]:
    return (joined(seen, stray, inside), *_left(seen, inside))


def _rear_of(seen: Seen, crossing: Crossing, by: AttachedBy) -> tuple[Fact, ...]:
    attach = attached(seen, crossing.id, by, crossing.opened_by)
    sign = crossing.signs.get("exit_rear")
    if seen.key is None:
        learnt: tuple[Fact, ...] = ()
    elif sign is None:
        learnt = (identified(seen, crossing.id, "exit_rear", crossing.opened_by),)
    else:
        learnt = learn(seen, crossing, "exit_rear")
    return (attach, *learnt, *_left(seen, crossing))


def _rear_alone(seen: Seen, inside: Crossing | None) -> tuple[Fact, ...]:
    """The front was missed at the exit: the rear or trailer plate may still say who left."""
    if inside is not None:
        return _rear_of(seen, inside, "plate")
    new = seen.new_id
    named = () if seen.key is None else (identified(seen, new, "exit_rear"),)
    why = unexplained(seen, "no_plate" if seen.key is None else "departure_without_arrival")
    return (opened(seen), attached(seen, new, "opening"), *named, why, departed(seen, new))
