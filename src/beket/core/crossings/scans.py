"""Conclude whose a scan is: of the plate or container it carries if that conveyance can be there, else by turn."""

from __future__ import annotations

from beket.core.crossings.limits import FITTING_MAX
from beket.core.crossings.lookup import known, left_before, nearest
from beket.core.crossings.say import Seen, attached
from beket.core.crossings.state import Crossing, Track
from beket.core.crossings.stations import serves
from beket.core.crossings.tracks import track_of
from beket.words.facts import Fact
from beket.words.ids import CrossingId
from beket.words.plates import canonical, plate_key
from beket.words.readings import ScanResult


def scanned(seen: Seen, said: ScanResult) -> tuple[Fact, ...]:
    """Conclude whose a scan is; who runs the complex typed plate and container from papers, and may have mistyped."""
    track = track_of(seen.held, seen.station.gate)
    crossing = _named(seen, track, said)
    if crossing is None:
        return serves(seen)
    return (attached(seen, crossing.id, "plate", crossing.opened_by),)


def _named(seen: Seen, track: Track, said: ScanResult) -> Crossing | None:
    """Give who bears what the scan carries, the plate before the containers, and nobody who is not there just now."""
    plate = plate_key(said.plate or "")
    bearers = [_bearers(seen, key) for key in (plate, *map(canonical, said.containers))]
    there = [crossing for found in bearers for crossing in found if _in_window(seen, track, crossing)]
    if there:
        return there[0]
    # a plate that somebody else here bears is no misspelling of one that stands in the complex
    return None if bearers[0] else nearest(seen.held, _about(seen, track), plate)


def _bearers(seen: Seen, key: str) -> list[Crossing]:
    """Give who is at the checkpoint with this very plate or number, the newest first."""
    way = seen.station.direction
    here = [c for c in known(seen.held, key, None) if c.direction == way and not left_before(seen, c)]
    return here[::-1]


def _in_window(seen: Seen, track: Track, crossing: Crossing) -> bool:
    """Say whether a conveyance may be at the station now; of one from another lane only its beginning is known."""
    passage = track.passages.get(crossing.id)
    earliest, latest = (crossing.opened_at, crossing.opened_at) if passage is None else (passage.earliest, passage.at)
    return earliest <= seen.at - seen.station.least_ms and seen.at - seen.station.most_ms <= latest


def _about(seen: Seen, track: Track) -> list[CrossingId]:
    """Give the crossings of this lane that may be at the station now."""
    begin = track.position(seen.at - seen.station.most_ms)
    crossings = (seen.held.crossings[name] for name in track.order[begin : begin + FITTING_MAX])
    return [c.id for c in crossings if _in_window(seen, track, c) and not left_before(seen, c)]
