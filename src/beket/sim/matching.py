"""Which reading tells of which happening: by its own name or counter, else by what was measured or read, and when."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from beket.sim.belief import Said
from beket.sim.eye import REPEAT_MS
from beket.sim.happenings import Pass, Roll, Scan, Show, Sight, Survey, Weigh
from beket.sim.truth import Told, Witnessed
from beket.sim.yantar import COUNTER_SPAN
from beket.words.ids import DeviceId, Instant
from beket.words.readings import (
    CodeRead,
    ContainerRead,
    DocumentRead,
    PlateRead,
    RadMeasurement,
    RpmOccupancy,
    ScanResult,
    Weighing,
    WimPass,
)

APART_MS_MAX: Final = 90_000
"""A weight, a count, a container or a paper is the one of a happening only if it came this near to when that was told.

A camera whose post is not answered tries again for a while; a scale and a portal are heard at once.
"""


class Matching:
    """Finds the telling behind a reading; a reading without one was caused by nobody."""

    def __init__(self, journeys: Iterable[Witnessed]) -> None:
        self._named: dict[tuple[DeviceId, str], Told] = {}
        self._moments: dict[tuple[DeviceId, int], Told] = {}
        self._passes: dict[tuple[DeviceId, int], Told] = {}
        self._alike: dict[tuple[DeviceId, str], list[Told]] = defaultdict(list)
        self._portals: dict[DeviceId, list[Told]] = defaultdict(list)
        for held in journeys:
            for told in held.told:
                self._index(told)

    def _index(self, told: Told) -> None:
        met = told.telling.met
        match met:
            case Sight():
                self._named[met.device, met.key] = told
                self._moments.update(dict.fromkeys(_moments(told, met), told))
                if met.container is not None:
                    self._alike[met.device, met.container].append(told)
            case Scan() | Roll():
                self._named[met.device, met.key] = told
            case Weigh() | Survey() | Show():
                self._alike[met.device, met.key].append(told)
            case Pass():
                self._passes[met.device, met.number] = told
                self._passes.setdefault((met.device, met.number % COUNTER_SPAN), told)
                self._portals[met.device].append(told)

    def told(self, said: Said) -> Told | None:
        """Give the telling that a reading comes from."""
        reading = said.reading
        match reading:
            case PlateRead():
                return self._sighted(reading)
            case WimPass():
                return self._named.get((reading.device_id, reading.event_id or ""))
            case ScanResult():
                return self._named.get((reading.device_id, reading.scan_id))
            case RpmOccupancy(counter=None):
                return _nearest(self._portals.get(reading.device_id, []), reading.started)
            case RpmOccupancy():
                return self._passes.get((reading.device_id, reading.counter or 0))
            case ContainerRead() | DocumentRead():
                what = reading.number
            case CodeRead():
                what = reading.text
            case Weighing():
                what = str(round(reading.gross_kg))
            case RadMeasurement():
                what = str(reading.gamma_counts)
        return _nearest(self._alike.get((reading.device_id, what), []), reading.received)

    def _sighted(self, reading: PlateRead) -> Told | None:
        """Go by what the camera calls it, else by when it was: no clock shows one moment for two conveyances."""
        if reading.event_id is not None:
            return self._named.get((reading.device_id, reading.event_id))
        return self._moments.get((reading.device_id, reading.time)) if reading.time is not None else None


def _moments(told: Told, met: Sight) -> Iterator[tuple[DeviceId, int]]:
    """Give the moments at which a camera says that it captured a conveyance."""
    if told.seen_at is not None:
        seen_at = told.seen_at + told.telling.clock_ms
        yield from ((met.device, seen_at + capture * REPEAT_MS) for capture in range(met.captures))


def _nearest(told: list[Told], at: Instant) -> Told | None:
    """Give the one that was told nearest to an instant, if any was near enough; they are in order of telling."""
    sent = [one for one in told if one.sent_at is not None]
    if not sent:
        return None
    moments = [one.sent_at or 0 for one in sent]
    after = bisect_left(moments, at)
    near = min(sent[max(after - 1, 0) : after + 1], key=lambda one: abs((one.sent_at or 0) - at))
    return near if abs((near.sent_at or 0) - at) <= APART_MS_MAX else None
