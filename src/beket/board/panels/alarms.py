"""Radiation alarms: those that wait for people, and how the others were judged."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from beket.board.panels.asking import Cursor, Scope, all_of, places_named, scoped
from beket.words.ids import CrossingId, DeviceId, EntryRef, Instant, LaneId, PlaceId

LISTED_MAX: Final = 200
"""Most alarms of one list."""


class AlarmSeen(Struct, frozen=True, kw_only=True):
    """One alarm, the crossing whose evidence it is, and how it was judged so far (`code` is None before that)."""

    place: PlaceId
    of: EntryRef
    device: DeviceId
    lane: LaneId
    gamma: bool
    neutron: bool
    by_nature: bool
    raised_at: Instant
    fact: EntryRef
    code: int | None
    by_whom: str | None
    second: str | None
    settled: bool
    judged_at: Instant | None
    judged_fact: EntryRef | None
    crossing: CrossingId | None
    plate: str | None
    country: str | None
    gross_kg: float | None
    picture: str | None


_ALARMS: Final = """
SELECT c.place, c.of, c.device, c.lane, c.gamma, c.neutron, c.by_nature, c.raised_at, c.fact, c.code, c.by_whom,
  c.second, c.settled, c.judged_at, c.judged_fact, k.id AS crossing, k.plate, k.country, k.gross_kg, k.picture
FROM alarm c LEFT JOIN LATERAL (
  SELECT k.* FROM evidence e JOIN crossing k ON k.id = e.crossing
  WHERE k.place = c.place AND k.opened_at BETWEEN c.raised_at - 3600000 AND c.raised_at + 3600000
    AND e.place = c.place AND e.seq = split_part(c.of, '.', 1)::bigint AND e.idx = split_part(c.of, '.', 2)::integer
  LIMIT 1) k ON true
WHERE SCOPE AND MATCH ORDER BY c.settled, c.raised_at DESC, c.place, c.of LIMIT %(limit)s
"""


def alarms(cursor: Cursor, places: Scope = None, *, settled: bool = False) -> tuple[AlarmSeen, ...]:
    """Read the alarms that wait, newest first; with `settled` the newest of those that were judged."""
    statement = scoped(_ALARMS, places).replace("MATCH", "c.settled" if settled else "NOT c.settled")
    return all_of(cursor, AlarmSeen, statement, {"limit": LISTED_MAX, **places_named(places)})


def alarm(cursor: Cursor, place: PlaceId, of: EntryRef, places: Scope = None) -> AlarmSeen | None:
    """Read one alarm, None where there is none or it is out of scope."""
    statement = scoped(_ALARMS, places).replace("MATCH", "c.place = %(place)s AND c.of = %(of)s")
    found = all_of(cursor, AlarmSeen, statement, {"place": place, "of": of, "limit": 1, **places_named(places)})
    return found[0] if found else None


def refused(cursor: Cursor, place: PlaceId, decision: str) -> str | None:
    """Why a decision changed nothing; None when it was not refused (yet)."""
    cursor.execute(
        "SELECT why FROM refusal WHERE place = %(place)s AND decision = %(decision)s",
        {"place": place, "decision": decision},
    )
    rows = cursor.fetchall()
    return str(rows[0][0]) if rows else None
