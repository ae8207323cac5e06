"""What a node knows of its lanes while orders are carried out: alarms that wait, and what stands under a barrier.

Folded from the log alone. A reading that gives alarm blocks at once, whether or not the loop runs; only that the alarm
was judged takes the block away. Where the log was not read to its end a short while ago, nothing is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from msgspec import Struct, field

from beket.devices.writing.interlock import Lane
from beket.words.decisions import Decision
from beket.words.facts import AlarmAdjudicated, AlarmRaised, Fact
from beket.words.ids import DeviceId, EntryRef, LaneId, PlaceId
from beket.words.readings import Health, Passage, RadMeasurement, Reading, RpmOccupancy
from beket.words.site import Device, Post

FRESH_S: Final = 3.0
"""How long ago the log was read to its end at most: longer, and an alarm may have come that we do not know."""

ALARMS_MAX: Final = 10_000
"""Most alarms that are held of one place; the oldest is let go then, and all the others still block."""

SPOTS_MAX: Final = 1_000
"""Most loops and curtains that are held of one place: more than its lanes have."""

Spot = tuple[DeviceId, str]


class Held(Struct):
    """What is held of one place: which lane each alarm that waits blocks, and which spots are occupied."""

    alarms: dict[EntryRef, LaneId] = field(default_factory=dict)
    spots: dict[Spot, bool] = field(default_factory=dict)
    read_at: float | None = None


class Known:
    """Answers what is known of a lane, for the places it was laid out with."""

    def __init__(self, posts: Iterable[Post], clock: Callable[[], float]) -> None:
        """Take the layout, and a clock that only goes forward."""
        self._clock = clock
        self._devices: dict[PlaceId, dict[DeviceId, Device]] = {
            post.id: {device.id: device for device in post.devices} for post in posts
        }
        self._held: dict[PlaceId, Held] = {place: Held() for place in self._devices}

    def begin(self, place: PlaceId, alarms: Mapping[EntryRef, LaneId]) -> None:
        """Forget a place, but for alarms that are known to wait; nothing is known before its log is read again."""
        self._held[place] = Held(alarms=dict(alarms))

    def caught_up(self, place: PlaceId) -> None:
        """Note that the log of a place has just been read to its end."""
        self._held[place].read_at = self._clock()

    def take(self, place: PlaceId, ref: EntryRef, body: Reading | Decision | Fact) -> None:
        """Take one entry of a place's log, in its order."""
        held = self._held[place]
        match body:
            case RpmOccupancy() | RadMeasurement():
                if body.gamma_alarm or body.neutron_alarm:
                    _block(held, ref, self._lane(place, body.device_id))
            case AlarmRaised():
                _block(held, body.of, body.lane)
            case AlarmAdjudicated():
                if body.settled:
                    held.alarms.pop(body.of, None)
            case Passage():
                _stand(held, body)
            case Health():
                if not body.alive or body.connected is False:
                    held.spots = {spot: on for spot, on in held.spots.items() if spot[0] != body.device_id}
            case _:
                pass

    def lane_of(self, place: PlaceId, device: DeviceId) -> Lane | None:
        """What is known of the lane a device stands in; None when nothing is."""
        held, row = self._held.get(place), self._devices.get(place, {}).get(device)
        if held is None or row is None or not row.lane:
            return None
        if held.read_at is None or self._clock() - held.read_at > FRESH_S:
            return Lane()
        # An alarm whose lane nobody knows may stand in any of them.
        blocks = tuple(f"radiation alarm {of}" for of, lane in held.alarms.items() if lane in {row.lane, ""})
        seen = [on for spot, on in held.spots.items() if self._is_beside(place, spot[0], row)]
        return Lane(blocked_by=blocks, occupied=any(seen) if seen else None)

    def _lane(self, place: PlaceId, device: DeviceId) -> LaneId:
        row = self._devices[place].get(device)
        return row.lane if row is not None else LaneId("")

    def _is_beside(self, place: PlaceId, other: DeviceId, row: Device) -> bool:
        """Tell whether another device looks at the same stretch of the lane; the row's own signals are read live."""
        seer = self._devices[place].get(other)
        return seer is not None and seer.id != row.id and (seer.lane, seer.zone) == (row.lane, row.zone)


def _block(held: Held, of: EntryRef, lane: LaneId) -> None:
    held.alarms[of] = lane
    while len(held.alarms) > ALARMS_MAX:
        del held.alarms[next(iter(held.alarms))]


def _stand(held: Held, said: Passage) -> None:
    if said.occupied is None:
        return
    held.spots[said.device_id, said.what or ""] = said.occupied
    while len(held.spots) > SPOTS_MAX:
        del held.spots[next(iter(held.spots))]
