"""Procedures and standings as the desk asks for them: what is in force, what waits, and where one crossing stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Struct

from beket.board.panels.asking import Cursor, Scope, all_of, places_named, scoped
from beket.words.ids import CrossingId, EntryRef, Instant, PlaceId, Sha256
from beket.words.procedures import Agency, Claim, CourseState, Effect, Override, StepState

LISTED_MAX: Final = 200
"""Most procedures of one list; all of them stand in the log."""


class ProcedureSeen(Struct, frozen=True, kw_only=True):
    """A procedure as it was proposed, and what became of it."""

    place: PlaceId
    of: EntryRef
    code: str
    direction: str
    template: str
    trial: bool
    text: str
    sha256: Sha256
    from_at: Instant
    by_whom: str
    at: Instant
    status: str
    version: int | None
    second: str | None
    settled_at: Instant | None
    why: str | None


class StepSeen(Struct, frozen=True, kw_only=True):
    """The stamps of a step."""

    crossing: CrossingId
    step: str
    asked_at: Instant | None
    begun_at: Instant | None
    begun_by: str | None
    done_at: Instant | None
    outcome: str | None
    effect: Effect | None
    agency: Agency | None
    by_whom: str | None
    remark: str | None
    override: Override | None
    decided: EntryRef | None


class ClaimSeen(Struct, frozen=True, kw_only=True):
    """What somebody said of a crossing without proof."""

    crossing: CrossingId
    state: Claim
    by_whom: str
    agency: str
    remark: str
    at: Instant


class CourseSeen(Struct, frozen=True, kw_only=True):
    """Where a crossing stands, by which procedure, and the stamps of its steps."""

    place: PlaceId
    crossing: CrossingId
    procedure: ProcedureSeen | None
    state: CourseState
    proven: bool
    steps: dict[str, StepState]
    lacks: tuple[str, ...]
    claims: tuple[Claim, ...]
    overdue: tuple[str, ...]
    since: Instant
    fact: EntryRef
    stamps: dict[str, StepSeen]
    claimed: tuple[ClaimSeen, ...]


class _Course(Struct, frozen=True, kw_only=True):
    place: PlaceId
    crossing: CrossingId
    procedure: Sha256
    state: CourseState
    proven: bool
    steps: str
    lacks: str
    claims: str
    overdue: str
    since: Instant
    fact: EntryRef


_Seen = TypeVar("_Seen", StepSeen, ClaimSeen)

_PROCEDURES: Final = """
SELECT c.place, c.of, c.code, c.direction, c.template, c.trial, c.text, c.sha256, c.from_at, c.by_whom, c.at, c.status,
  c.version, c.second, c.settled_at, c.why
FROM procedure c WHERE SCOPE AND MATCH ORDER BY ORDERING LIMIT %(limit)s
"""

_IN_FORCE: Final = """
SELECT DISTINCT ON (c.place, c.direction) c.place, c.of
FROM procedure c WHERE SCOPE AND c.status = 'approved' AND c.from_at <= %(at)s
ORDER BY c.place, c.direction, c.from_at DESC, c.version DESC
"""

_COURSES: Final = """
SELECT c.place, c.crossing, c.procedure, c.state, c.proven, c.steps, c.lacks, c.claims, c.overdue, c.since,
  c.seq || '.' || c.idx AS fact
FROM course c WHERE c.crossing = ANY(%(crossings)s) AND SCOPE
"""

_STAMPS: Final = """
SELECT c.crossing, c.step, c.asked_at, c.begun_at, c.begun_by, c.done_at, c.outcome, c.effect, c.agency, c.by_whom,
  c.remark, c.override, c.decided
FROM course_step c WHERE c.crossing = ANY(%(crossings)s)
"""

_CLAIMS: Final = """
SELECT c.crossing, c.state, c.by_whom, c.agency, c.remark, c.at
FROM claim c WHERE c.crossing = ANY(%(crossings)s) ORDER BY c.at, c.state
"""


def procedures(cursor: Cursor, places: Scope = None) -> tuple[ProcedureSeen, ...]:
    """Read the procedures that were proposed: those that wait first, then the newest."""
    order = "c.status <> 'proposed', coalesce(c.settled_at, c.at) DESC, c.place, c.of"
    return _read(cursor, "true", order, places, {})


def procedure(cursor: Cursor, place: PlaceId, of: EntryRef, places: Scope = None) -> ProcedureSeen | None:
    """Read one procedure, None where there is none or it is out of scope."""
    found = _read(cursor, "c.place = %(place)s AND c.of = %(of)s", "c.of", places, {"place": place, "of": of})
    return found[0] if found else None


def in_force(cursor: Cursor, place: PlaceId, direction: str, at: Instant) -> ProcedureSeen | None:
    """Read the procedure that is in force at a place for a direction at an instant."""
    match = "c.place = %(place)s AND c.direction = %(direction)s AND c.status = 'approved' AND c.from_at <= %(at)s"
    named = {"place": place, "direction": direction, "at": at}
    return next(iter(_read(cursor, match, "c.from_at DESC, c.version DESC", None, named)), None)


def all_in_force(cursor: Cursor, at: Instant, places: Scope = None) -> frozenset[tuple[PlaceId, EntryRef]]:
    """Name the procedures that are in force at an instant, by place and proposal: one for a place and direction."""
    cursor.execute(scoped(_IN_FORCE, places), {"at": at, **places_named(places)})
    return frozenset((place, of) for place, of in cursor.fetchall())


def course(cursor: Cursor, crossing: CrossingId, places: Scope = None) -> CourseSeen | None:
    """Read where a crossing stands; None where it goes by no procedure or is out of scope."""
    return next(iter(courses(cursor, [crossing], places)), None)


def courses(cursor: Cursor, crossings: Sequence[CrossingId], places: Scope = None) -> tuple[CourseSeen, ...]:
    """Read where crossings of one place stand; those that go by no procedure or are out of scope are left out."""
    named = {"crossings": list(crossings), **places_named(places)}
    rows = all_of(cursor, _Course, scoped(_COURSES, places), named)
    if not rows:
        return ()
    match = "c.place = %(place)s AND c.sha256 = ANY(%(hashes)s) AND c.status = 'approved'"
    hashes = sorted({row.procedure for row in rows})
    read = _read(cursor, match, "c.version", None, {"place": rows[0].place, "hashes": hashes})
    by = {one.sha256: one for one in read}
    stamps, claims = _by_crossing(cursor, StepSeen, _STAMPS, named), _by_crossing(cursor, ClaimSeen, _CLAIMS, named)
    return tuple(
        CourseSeen(
            place=row.place, crossing=row.crossing, procedure=by.get(row.procedure), state=row.state, proven=row.proven,
            steps=msgspec.json.decode(row.steps), lacks=tuple(msgspec.json.decode(row.lacks)),
            claims=tuple(msgspec.json.decode(row.claims)), overdue=tuple(msgspec.json.decode(row.overdue)),
            since=row.since, fact=row.fact, stamps={one.step: one for one in stamps.get(row.crossing, ())},
            claimed=tuple(claims.get(row.crossing, ())),
        )
        for row in rows
    )  # fmt: skip


def _by_crossing(
    cursor: Cursor, shape: type[_Seen], statement: str, named: dict[str, Any]
) -> dict[CrossingId, list[_Seen]]:
    found: dict[CrossingId, list[_Seen]] = {}
    for row in all_of(cursor, shape, statement, named):
        found.setdefault(row.crossing, []).append(row)
    return found


def _read(cursor: Cursor, match: str, order: str, places: Scope, named: dict[str, Any]) -> tuple[ProcedureSeen, ...]:
    statement = scoped(_PROCEDURES, places).replace("MATCH", match).replace("ORDERING", order)
    rows = all_of(cursor, ProcedureSeen, statement, {"limit": LISTED_MAX, **places_named(places), **named})
    return tuple(msgspec.structs.replace(row, text=msgspec.json.decode(row.text)) for row in rows)
