"""What each device's words mean where it stands, looked up once per layout."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from beket.core.crossings.limits import LEEWAY_MS, SECOND
from beket.words.ids import DeviceId, LaneId
from beket.words.site import Device, Direction, Post, View, Zone

Gate = Literal["arrival", "departure"]
"""Where passages of a lane are counted; the control area is timed from the arrival gate."""


class Station(Struct, frozen=True, kw_only=True):
    """One device as the lane model sees it.

    `least_ms` and `most_ms` bound how long after the gate it meets a conveyance; one that `anchors` begins passages.
    """

    device: DeviceId
    lane: LaneId
    direction: Direction
    zone: Zone
    gate: str
    view: View
    along: bool
    anchors: bool
    least_ms: int
    most_ms: int

    @property
    def kind(self) -> str:
        """Name what is alike in every lane: a station of the same place in the lane, view and window."""
        return f"{self.zone}|{self.view}|{self.least_ms}|{self.most_ms}"


def gate_of(lane: LaneId, zone: Zone) -> str:
    """Name the gate whose passages a device of this lane and zone is timed by."""
    return f"{lane}|{'departure' if zone == 'departure' else 'arrival'}"


def stations(post: Post) -> dict[DeviceId, Station]:
    """Lay the devices of a post out along its lanes; a device of an unknown lane has no meaning and is left out."""
    directions = {lane.id: lane.direction for lane in post.lanes}
    faced = {gate_of(d.lane, d.zone) for d in post.devices if d.view == "front" and d.zone != "control"}
    return {d.id: _station(d, directions[d.lane], faced) for d in post.devices if d.lane in directions}


def _station(device: Device, direction: Direction, faced: set[str]) -> Station:
    """A front view begins a passage; where a gate has none, any camera there does."""
    gate = gate_of(device.lane, device.zone)
    at_gate = device.zone != "control"
    least, most = device.after_s
    return Station(
        device=device.id,
        lane=device.lane,
        direction=direction,
        zone=device.zone,
        gate=gate,
        view=device.view,
        along=device.forward == "along",
        anchors=at_gate and (device.view == "front" or gate not in faced),
        least_ms=least * SECOND - LEEWAY_MS,
        most_ms=most * SECOND + LEEWAY_MS,
    )
