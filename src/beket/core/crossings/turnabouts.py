"""Conclude what it means that something moves against its lane: it backs out, or it left by the way in."""

from __future__ import annotations

from beket.core.crossings.limits import BACK_OUT_MS
from beket.core.crossings.lookup import known, nearest
from beket.core.crossings.say import Seen, attached, closed, identified, opened, unexplained
from beket.core.crossings.state import Crossing
from beket.core.crossings.tracks import track_of
from beket.words.facts import Fact, IdentityRole


def turns_back(seen: Seen) -> tuple[Fact, ...]:
    """Conclude who moves against the lane; one that nobody saw coming opens a riddle, for it is evidence too."""
    crossing = _who(seen)
    if crossing is None:
        return _riddle(seen)
    attach = attached(seen, crossing.id, "plate", crossing.opened_by, movement="against")
    if seen.station.zone != "arrival" or crossing.ended_at is not None:
        return (attach,)
    return (attach, closed(seen, crossing.id, "backed_out", crossing.opened_by, at=seen.at))


def _who(seen: Seen) -> Crossing | None:
    """Give the crossing of this plate that passed this lane within ten minutes."""
    if seen.key is None:
        return None
    for crossing in known(seen.held, seen.key, seen.country):
        if seen.station.lane == crossing.lane and _just_here(seen, crossing):
            return crossing
    track = track_of(seen.held, seen.station.gate)
    recent = track.order[track.position(seen.at - BACK_OUT_MS) : track.position(seen.at + 1)]
    return nearest(seen.held, (c for c in recent if _just_here(seen, seen.held.crossings[c])), seen.key)


def _just_here(seen: Seen, crossing: Crossing) -> bool:
    if seen.station.zone == "departure":
        return crossing.departed_at is not None and 0 <= seen.at - crossing.departed_at <= BACK_OUT_MS
    settled = crossing.closed in (None, "backed_out", "expired_unexplained") and crossing.departed_at is None
    return settled and 0 <= seen.at - crossing.opened_at <= BACK_OUT_MS


def _riddle(seen: Seen) -> tuple[Fact, ...]:
    begun = (opened(seen), attached(seen, seen.new_id, "opening", movement="against"))
    if seen.key is None:
        return (*begun, unexplained(seen, "no_plate"))
    role: IdentityRole = "rear" if seen.station.view == "rear" else "front"
    return (*begun, identified(seen, seen.new_id, role), unexplained(seen, "departure_without_arrival"))
