"""What the field shows of each device: its link, its last message, its counters."""

from __future__ import annotations

from msgspec import Struct

from beket.words.ids import DeviceId, Instant, PlaceId


class Count(Struct, kw_only=True):
    """What one device did; running totals since the field was opened."""

    messages: int = 0
    kept: int = 0
    resent: int = 0
    refused: int = 0
    thinned: int = 0
    unsettled: int = 0
    connects: int = 0
    bytes: int = 0


class DeviceState(Struct, kw_only=True):
    """How one device is now, as an engineer wants to see it."""

    device: DeviceId
    place: PlaceId
    driver: str
    transport: str
    connected: bool = False
    alive: bool | None = None
    fault: str | None = None
    link_trouble: str | None = None
    last_at: Instant | None = None
    drift_ms: int | None = None
    last_raw: bytes = b""
    last_readings: tuple[bytes, ...] = ()
    last_problem: str | None = None
    count: Count
