"""Devices: how each one is, since when and why, how far its clock is off, what it said last."""

from __future__ import annotations

from typing import Final, Literal

from msgspec import Struct

from beket.board.panels.asking import Cursor, Scope, all_of, places_named, scoped
from beket.words.ids import DeviceId, EntryRef, Instant, LaneId, PlaceId


class DeviceRow(Struct, frozen=True, kw_only=True):
    """One device; `last` is its newest message in the log, `state_fact` and `clock_fact` say why it is shown so."""

    place: PlaceId
    id: DeviceId
    driver: str
    lane: LaneId
    zone: str
    view: str
    model: str | None
    serial: str | None
    expected_period_s: int
    verified_until: str | None
    state: Literal["up", "down", "unknown"]
    reason: str | None
    since: Instant | None
    state_fact: EntryRef | None
    clock_wrong: bool
    clock_fact: EntryRef | None
    drift_ms: int | None
    readings: int
    last: EntryRef | None
    last_kind: str | None
    last_received: Instant | None


class Devices(Struct, frozen=True, kw_only=True):
    """Devices of a scope, place by place in the order of their layout."""

    at: Instant
    devices: tuple[DeviceRow, ...]


_DEVICES: Final = """
SELECT c.place, c.id, c.driver, c.lane, c.zone, c.view, c.model, c.serial, c.expected_period_s, c.verified_until,
  c.state, c.reason, c.since, c.state_fact, c.clock_wrong, c.clock_fact, c.drift_ms, c.readings,
  CASE WHEN c.last_seq IS NULL THEN NULL ELSE c.last_seq::text || '.' || c.last_idx::text END AS last,
  c.last_kind, c.last_received
FROM device c WHERE c.described AND SCOPE AND MATCH ORDER BY c.place, c.ordinal, c.id
"""


def devices(
    cursor: Cursor, now: Instant, places: Scope = None, *, place: PlaceId | None = None, state: str | None = None
) -> Devices:
    """Read the devices of the layouts in force."""
    named = places_named(places)
    match = []
    if place is not None:
        match.append("c.place = %(place)s")
        named["place"] = place
    if state is not None:
        match.append("c.state = %(state)s")
        named["state"] = state
    statement = scoped(_DEVICES, places).replace("MATCH", " AND ".join(match) or "true")
    return Devices(at=now, devices=all_of(cursor, DeviceRow, statement, named))


def device(cursor: Cursor, device_id: DeviceId, places: Scope = None) -> DeviceRow | None:
    """Read one device, None where there is none or it is out of scope."""
    statement = scoped(_DEVICES, places).replace("MATCH", "c.id = %(id)s")
    found = all_of(cursor, DeviceRow, statement, {"id": device_id, **places_named(places)})
    return found[0] if found else None
