"""Situations: those that are open, the worst first, what one rests on, its card and its history; and shifts."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import Struct

from beket.board.panels.asking import Cursor, Scope, all_of, places_named, scoped
from beket.words.ids import CrossingId, EntryRef, Instant, PlaceId, SituationId
from beket.words.roles import Role

LISTED_MAX: Final = 60
"""Most situations of one list: such a panel stays under 32 KB, and nobody sees to more at once."""

FACTS_MAX: Final = 200
"""Most lines of one history; the log has all of them."""

SIGNALS_MAX: Final = 100
"""Most signals of one situation that are shown."""

SHIFTS_MAX: Final = 100
"""Most shifts of one list."""


class SituationSeen(Struct, frozen=True, kw_only=True):
    """One situation with the visit that it is about; `standing` and `folded` count its signals now and ever."""

    place: PlaceId
    id: SituationId
    about: str
    subject: str
    sort: str
    level: str
    opened_at: Instant
    version: int
    rung: str
    asks: bool
    asked_at: Instant
    again: str | None
    holder: str | None
    until_at: Instant | None
    snoozed_until: Instant | None
    handing: bool
    asked_for: str | None
    asked_for_by: str | None
    asked_for_at: Instant | None
    proposed: str | None
    proposed_by: str | None
    outcome: str | None
    closed_at: Instant | None
    closed_by: str | None
    second: str | None
    remark: str | None
    merged_into: SituationId | None
    standing: int
    folded: int
    four_eyes: bool
    plate: str | None
    country: str | None
    lane: str | None
    picture: str | None
    plate_picture: str | None
    number: str | None


class SignalSeen(Struct, frozen=True, kw_only=True):
    """One signal, and what the rule told of it where it is a finding."""

    situation: SituationId
    kind: str
    about: str
    name: str
    subject: str
    level: str
    raised_at: Instant
    gone_at: Instant | None
    gone_with: bool
    told: str | None


class CheckSeen(Struct, frozen=True, kw_only=True):
    """A step of the card as it stands."""

    code: str
    done: bool
    by_whom: str
    at: Instant


class FactSeen(Struct, frozen=True, kw_only=True):
    """One line of a situation's history."""

    ref: EntryRef
    fact: str

    def fields(self) -> dict[str, Any]:
        """The fact as it was written."""
        found: dict[str, Any] = msgspec.json.decode(self.fact)
        return found


class ShiftSeen(Struct, frozen=True, kw_only=True):
    """Somebody's shift at one place."""

    place: PlaceId
    account: str
    role: Role
    started_at: Instant
    ended_at: Instant | None
    forgotten: bool
    handed: str
    confirmed_by: str | None
    confirmed_at: Instant | None


class Counted(Struct, frozen=True, kw_only=True):
    """How many situations of a level are open, and how many of these ask for somebody."""

    level: str
    number: int
    asking: int


class Sounding(Struct, frozen=True, kw_only=True):
    """An open situation that asks for somebody aloud, by its level and since when."""

    id: SituationId
    level: str
    rung: str
    asked_at: Instant


OPEN: Final = "c.closed_at IS NULL AND c.merged_into IS NULL"

_SITUATIONS: Final = """
SELECT c.place, c.id, c.about, c.subject, c.sort, c.level, c.opened_at, c.version, c.rung, c.asks, c.asked_at, c.again,
  c.holder, c.until_at, c.snoozed_until, c.handing, c.asked_for, c.asked_for_by, c.asked_for_at, c.proposed,
  c.proposed_by, c.outcome, c.closed_at, c.closed_by, c.second, c.remark, c.merged_into,
  coalesce(g.standing, 0) AS standing, coalesce(g.folded, 0) AS folded,
  coalesce(g.four_eyes, c.ranking <= 2) AS four_eyes,
  k.plate, k.country, k.lane, k.picture, k.plate_picture, d.number
FROM situation c
LEFT JOIN crossing k ON k.id = c.about
LEFT JOIN document d ON d.id = c.about
LEFT JOIN LATERAL (
  SELECT count(*) FILTER (WHERE s.gone_at IS NULL) AS standing, count(*) AS folded, bool_or(s.four_eyes) AS four_eyes
  FROM situation_signal s WHERE s.situation = c.id
    OR s.situation IN (SELECT m.id FROM situation m WHERE m.merged_into = c.id)
) g ON true
WHERE SCOPE AND MATCH ORDER BY SEQUENCE LIMIT %(limit)s
"""

_WORST: Final = "c.ranking, c.opened_at, c.id"
_LAST: Final = "c.closed_at DESC, c.id"

_SIGNALS: Final = """
SELECT s.situation, s.kind, s.about, s.name, s.subject, s.level, s.raised_at, s.gone_at, s.gone_with, f.told
FROM situation_signal s LEFT JOIN finding f
  ON s.kind = 'finding' AND f.about = s.about AND f.rule = s.name AND f.subject = s.subject
WHERE s.situation = %(id)s OR s.situation IN (SELECT m.id FROM situation m WHERE m.merged_into = %(id)s)
ORDER BY s.gone_at IS NOT NULL, s.ranking, s.raised_at, s.key LIMIT %(limit)s
"""

_CHECKS: Final = """
SELECT DISTINCT ON (k.code) k.code, k.done, k.by_whom, k.at FROM situation_check k WHERE k.situation = %(id)s
ORDER BY k.code
"""

_FACTS: Final = """
SELECT f.seq::text || '.' || f.idx::text AS ref, f.fact FROM situation_fact f
WHERE f.situation = %(id)s ORDER BY f.seq DESC, f.idx DESC LIMIT %(limit)s
"""

_SHIFTS: Final = """
SELECT c.place, c.account, c.role, c.started_at, c.ended_at, c.forgotten, c.handed, c.confirmed_by, c.confirmed_at
FROM shift c WHERE SCOPE AND MATCH ORDER BY c.started_at DESC, c.place, c.account LIMIT %(limit)s
"""


_SOUNDING: Final = f"""
SELECT c.id, c.level, c.rung, c.asked_at FROM situation c
WHERE SCOPE AND {OPEN} AND c.asks AND c.level IN ('critical', 'high') ORDER BY {_WORST} LIMIT %(limit)s
"""  # noqa: S608 - words of our own


def situations(cursor: Cursor, places: Scope = None, place: PlaceId | None = None) -> tuple[SituationSeen, ...]:
    """Read the open situations, the worst first, of one level the oldest."""
    match = OPEN if place is None else OPEN + " AND c.place = %(place)s"
    return _read(cursor, places, match, _WORST, place=place)


def worst(cursor: Cursor, places: Scope = None) -> SituationSeen | None:
    """Read the worst open situation that is more than a message."""
    return next(iter(_read(cursor, places, OPEN + " AND c.level <> 'low'", _WORST, limit=1)), None)


def sounding(cursor: Cursor, places: Scope = None) -> tuple[Sounding, ...]:
    """Read what asks for somebody with a sound, the worst first."""
    return all_of(
        cursor, Sounding, scoped(_SOUNDING, places), {"limit": LISTED_MAX, **places_named(places)}
    )  # fmt: skip


def closed(cursor: Cursor, places: Scope = None, place: PlaceId | None = None) -> tuple[SituationSeen, ...]:
    """Read those that were closed last."""
    match = "c.closed_at IS NOT NULL AND c.merged_into IS NULL" + ("" if place is None else " AND c.place = %(place)s")
    return _read(cursor, places, match, _LAST, place=place)


def situation(cursor: Cursor, name: SituationId, places: Scope = None) -> SituationSeen | None:
    """Read one situation; None where there is none or its place is out of scope."""
    found = _read(cursor, places, "c.id = %(name)s", _WORST, name=name)
    return found[0] if found else None


def held_by(cursor: Cursor, account: str, places: Scope = None) -> tuple[SituationSeen, ...]:
    """Read what somebody has, wherever."""
    return _read(cursor, places, OPEN + " AND c.holder = %(account)s", _WORST, account=account)


def about(cursor: Cursor, name: CrossingId, places: Scope = None) -> tuple[SituationSeen, ...]:
    """Read the situations that are about a visit, the open one first."""
    return _read(
        cursor, places, "c.about = %(name)s AND c.merged_into IS NULL", "c.closed_at IS NOT NULL, c.id", name=name
    )


def _read(cursor: Cursor, places: Scope, match: str, sequence: str, **named: object) -> tuple[SituationSeen, ...]:
    statement = scoped(_SITUATIONS, places).replace("MATCH", match).replace("SEQUENCE", sequence)
    return all_of(cursor, SituationSeen, statement, {"limit": LISTED_MAX, **named, **places_named(places)})


def counted(cursor: Cursor, places: Scope = None) -> tuple[Counted, ...]:
    """How many situations are open of each level, the worst first."""
    statement = (
        "SELECT c.level, count(*) AS number, count(*) FILTER (WHERE c.asks) AS asking FROM situation c"
        " WHERE SCOPE AND MATCH GROUP BY 1 ORDER BY min(c.ranking)"
    )
    return all_of(cursor, Counted, scoped(statement, places).replace("MATCH", OPEN), places_named(places))


def signals_of(cursor: Cursor, name: SituationId) -> tuple[SignalSeen, ...]:
    """What a situation rests on, and rested on."""
    return all_of(cursor, SignalSeen, _SIGNALS, {"id": name, "limit": SIGNALS_MAX})


def checks_of(cursor: Cursor, name: SituationId) -> dict[str, CheckSeen]:
    """What was done of its card."""
    return {row.code: row for row in all_of(cursor, CheckSeen, _CHECKS, {"id": name})}


def facts_of(cursor: Cursor, name: SituationId) -> tuple[FactSeen, ...]:
    """Its history, the newest first."""
    return all_of(cursor, FactSeen, _FACTS, {"id": name, "limit": FACTS_MAX})


def on_shift(cursor: Cursor, places: Scope = None) -> tuple[ShiftSeen, ...]:
    """Who is on shift now."""
    statement = scoped(_SHIFTS, places).replace("MATCH", "c.ended_at IS NULL")
    return all_of(cursor, ShiftSeen, statement, {"limit": SHIFTS_MAX, **places_named(places)})


def shifts_of(cursor: Cursor, account: str) -> tuple[ShiftSeen, ...]:
    """Where somebody is on shift now; their own, so it has no scope."""
    statement = scoped(_SHIFTS, None).replace("MATCH", "c.ended_at IS NULL AND c.account = %(account)s")
    return all_of(cursor, ShiftSeen, statement, {"limit": SHIFTS_MAX, "account": account})


def waiting_for_relief(cursor: Cursor, places: Scope = None) -> tuple[ShiftSeen, ...]:
    """Shifts that are over, of which something still waits for somebody to confirm it."""
    waits = "c.ended_at IS NOT NULL AND c.handed <> '' AND c.confirmed_by IS NULL"
    statement = scoped(_SHIFTS, places).replace("MATCH", waits)
    return all_of(cursor, ShiftSeen, statement, {"limit": SHIFTS_MAX, **places_named(places)})
