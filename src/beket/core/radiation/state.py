"""What is held of the radiation alarms of one place that wait to be judged."""

from __future__ import annotations

from msgspec import Struct, field

from beket.words.ids import DeviceId, EntryRef, LaneId


class Judged(Struct, frozen=True):
    """How a first person judged an alarm that needs two."""

    code: int
    by: str


class Alarm(Struct):
    """One alarm that waits."""

    device: DeviceId
    lane: LaneId
    gamma: bool
    neutron: bool
    first: Judged | None = None


class Radiation(Struct, kw_only=True):
    """The alarms that wait, oldest first, and which lane each device stands in."""

    waiting: dict[EntryRef, Alarm] = field(default_factory=dict)
    lanes: dict[DeviceId, LaneId] = field(default_factory=dict)


def blocked(held: Radiation, lane: LaneId) -> bool:
    """Tell whether a lane stays closed because an alarm in it was not judged yet."""
    return any(alarm.lane == lane for alarm in held.waiting.values())
