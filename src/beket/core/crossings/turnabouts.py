"""Conclude what it means that something moves against its lane: it backs out, or it left by the way in."""

from __future__ import annotations

from itertools import islice

from beket.core.crossings.limits import BACK_OUT_MS, BACK_OUTS_MAX, HEADWAY_MS
from beket.core.crossings.lookup import known, nearest
from beket.core.crossings.say import Seen, attached, closed, identified, joined, opened, unexplained
from beket.core.crossings.state import Crossing
from beket.core.crossings.tracks import track_of
from beket.words.facts import Fact, IdentityRole


def turns_back(seen: Seen) -> tuple[Fact, ...]:
    """Conclude who moves against the lane; one that nobody saw coming opens a riddle, for it is evidence too."""
    crossing = _who(seen)
    if crossing is None:
        return _riddle(seen)
    attach = attached(seen, crossing.id, "plate" if seen.key else "companion", crossing.opened_by, movement="against")
    if seen.key is None or seen.station.zone != "arrival" or crossing.ended_at is not None:
        return (attach,)
    over = closed(seen, crossing.id, "backed_out", crossing.opened_by, at=seen.at)
    unread = _just_turned(seen)
    if unread is None or not unread.against or unread.signs or unread.id == crossing.id:
        return (attach, over)
    return (attach, over, joined(seen, unread, crossing))


def _who(seen: Seen) -> Crossing | None:
    """Give the crossing of this plate that passed this lane within ten minutes."""
    if seen.key is None:
        return _just_turned(seen)
    for crossing in known(seen.held, seen.key, seen.country):
        if seen.station.lane == crossing.lane and _just_here(seen, crossing):
            return crossing
    track = track_of(seen.held, seen.station.gate)
    recent = track.order[track.position(seen.at - BACK_OUT_MS) : track.position(seen.at + 1)]
    return nearest(seen.held, (c for c in recent if _just_here(seen, seen.held.crossings[c])), seen.key)


def _just_turned(seen: Seen) -> Crossing | None:
    """What a camera could not read is what another saw turn back a moment ago."""
    for crossing in islice(reversed(seen.held.crossings.values()), BACK_OUTS_MAX):
        turned_at = crossing.opened_at if crossing.against else crossing.closed_at
        here = crossing.lane == seen.station.lane and (crossing.against or crossing.closed == "backed_out")
        if here and turned_at is not None and abs(turned_at - seen.at) <= HEADWAY_MS:
            return crossing
    return None


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
