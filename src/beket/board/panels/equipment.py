"""The equipment register with what is known of each piece: five aspects, doubts, maintenance, days to verification."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, Final

from msgspec import Struct, json

from beket.board.panels.asking import Cursor, Scope, places_named, scoped
from beket.words.facts import Aspect, Doubt
from beket.words.ids import DeviceId, EntryRef, Instant, LaneId, PlaceId

SOON_DAYS: Final = 30
"""A verification that ends within so many days should be ordered now."""


class AspectSeen(Struct, frozen=True, kw_only=True):
    """One aspect: whether it holds (None: nobody can tell), why, since when, and the fact that says so."""

    aspect: Aspect
    holds: bool | None
    why: str | None
    since: Instant
    fact: EntryRef


class DoubtSeen(Struct, frozen=True, kw_only=True):
    """One doubt in force."""

    doubt: Doubt
    measured: float
    usual: float
    bound: float
    since: Instant
    fact: EntryRef


class WindowSeen(Struct, frozen=True, kw_only=True):
    """A maintenance window that has not ended."""

    from_at: Instant
    until_at: Instant
    reason: str
    by_whom: str
    fact: EntryRef


class EquipmentRow(Struct, frozen=True, kw_only=True):
    """One piece of equipment; `state_fact` says why its state is so, `last` is its newest entry in the log."""

    place: PlaceId
    id: DeviceId
    driver: str
    klass: str | None
    lane: LaneId
    zone: str
    view: str
    model: str | None
    serial: str | None
    firmware: str | None
    accuracy_class: str | None
    installed_on: str | None
    verified_on: str | None
    verified_until: str | None
    calibrated_on: str | None
    calibrated_until: str | None
    expected_period_s: int
    state: str
    reason: str | None
    since: Instant | None
    state_fact: EntryRef | None
    clock_wrong: bool
    drift_ms: int | None
    readings: int
    last: EntryRef | None
    last_kind: str | None
    last_received: Instant | None
    aspects: tuple[AspectSeen, ...]
    doubts: tuple[DoubtSeen, ...]
    window: WindowSeen | None

    def aspect(self, name: Aspect) -> AspectSeen | None:
        """One aspect, None where nothing was found about it yet or it does not apply."""
        return next((one for one in self.aspects if one.aspect == name), None)

    def in_maintenance(self, now: Instant) -> bool:
        """Tell whether its silence is agreed now."""
        return self.window is not None and self.window.from_at <= now < self.window.until_at

    def days_left(self, now: Instant) -> int | None:
        """Days until its verification or calibration ends, the nearer one; below nought when it has ended."""
        ends = [day for day in (self.verified_until, self.calibrated_until) if day is not None]
        if not ends:
            return None
        return (date.fromisoformat(min(ends)) - datetime.fromtimestamp(now / 1000, UTC).date()).days


_EQUIPMENT: Final = """
SELECT c.place, c.id, c.driver, c.klass, c.lane, c.zone, c.view, c.model, c.serial, c.firmware, c.accuracy_class,
  c.installed_on, c.verified_on, c.verified_until, c.calibrated_on, c.calibrated_until, c.expected_period_s,
  c.state, c.reason, c.since, c.state_fact, c.clock_wrong, c.drift_ms, c.readings,
  CASE WHEN c.last_seq IS NULL THEN NULL ELSE c.last_seq::text || '.' || c.last_idx::text END AS last,
  c.last_kind, c.last_received,
  (SELECT coalesce(jsonb_agg(to_jsonb(a) - 'place' - 'device' ORDER BY array_position(
      array['installed', 'powered', 'calibrated', 'sending', 'used'], a.aspect)), '[]')
    FROM device_aspect a WHERE a.place = c.place AND a.device = c.id)::text AS aspects,
  (SELECT coalesce(jsonb_agg(to_jsonb(d) - 'place' - 'device' - 'active' ORDER BY d.doubt), '[]')
    FROM device_doubt d WHERE d.place = c.place AND d.device = c.id AND d.active)::text AS doubts,
  (SELECT (to_jsonb(m) - 'place' - 'device' - 'ended_at')::text FROM maintenance m
    WHERE m.place = c.place AND m.device = c.id AND m.ended_at IS NULL) AS window
FROM device c WHERE c.described AND SCOPE AND MATCH ORDER BY c.place, c.ordinal, c.id
"""


def equipment(
    cursor: Cursor, places: Scope = None, *, place: PlaceId | None = None, klass: str | None = None
) -> tuple[EquipmentRow, ...]:
    """Read the equipment of the layouts in force, place by place in the order of their layout."""
    named = places_named(places)
    match = []
    if place is not None:
        match.append("c.place = %(place)s")
        named["place"] = place
    if klass is not None:
        match.append("c.klass = %(klass)s")
        named["klass"] = klass
    return _rows(cursor, scoped(_EQUIPMENT, places).replace("MATCH", " AND ".join(match) or "true"), named)


def piece(cursor: Cursor, device: DeviceId, places: Scope = None) -> EquipmentRow | None:
    """Read one piece, None where there is none or it is out of scope."""
    statement = scoped(_EQUIPMENT, places).replace("MATCH", "c.id = %(id)s")
    return next(iter(_rows(cursor, statement, {"id": device, **places_named(places)})), None)


def _rows(cursor: Cursor, statement: str, named: dict[str, object]) -> tuple[EquipmentRow, ...]:
    cursor.execute(statement, named)
    names = [column[0] for column in cursor.description]
    return tuple(_row(dict(zip(names, row, strict=True))) for row in cursor.fetchall())


def _row(read: dict[str, Any]) -> EquipmentRow:
    known = {name: json.decode(read[name], type=shape) if read[name] else None for name, shape in _GROUPED.items()}
    return EquipmentRow(**{**read, **known})


_GROUPED: Final[dict[str, Any]] = {
    "aspects": tuple[AspectSeen, ...],
    "doubts": tuple[DoubtSeen, ...],
    "window": WindowSeen,
}
"""Columns that hold rows of other tables as JSON text."""
