"""Procedures, where crossings stand in them, and how long that took: asked through the one door."""

from __future__ import annotations

from django.http import Http404

from beket.board.panels import holding as board_holding
from beket.board.panels import procedures as board
from beket.board.panels import release as board_release
from beket.board.panels.asking import Cursor, Scope
from beket.board.panels.holding import Stop, Wait
from beket.board.panels.procedures import CourseSeen, ProcedureSeen
from beket.board.panels.release import Figure, Held, Span, Stay, Steps
from beket.web import access
from beket.web.courses import procedure_of
from beket.web.eyes import Eyes
from beket.words.ids import CrossingId, EntryRef, Instant, PlaceId


def procedures(eyes: Eyes) -> tuple[ProcedureSeen, ...]:
    """Procedures that were proposed, with what became of them."""
    return access.scoped(eyes, "see_procedures", board.procedures)


def procedure(eyes: Eyes, place: str, of: str) -> ProcedureSeen:
    """One procedure."""
    named = PlaceId(place), EntryRef(of)
    found = access.scoped(eyes, "see_procedures", lambda cursor, scope: board.procedure(cursor, *named, scope))
    if found is None:
        raise Http404
    return found


def in_force(eyes: Eyes, place: str, direction: str, at: Instant) -> ProcedureSeen | None:
    """The procedure that is in force at a checkpoint at an instant."""
    access.at_place(eyes, "see_procedures", place)
    named = PlaceId(place), direction, at
    return access.scoped(eyes, "see_procedures", lambda cursor, _scope: board.in_force(cursor, *named))


def all_in_force(eyes: Eyes, at: Instant) -> frozenset[tuple[PlaceId, EntryRef]]:
    """The procedures that are in force at an instant at any checkpoint, by place and proposal."""
    return access.scoped(eyes, "see_procedures", lambda cursor, scope: board.all_in_force(cursor, at, scope))


def course(eyes: Eyes, crossing: str) -> CourseSeen | None:
    """Where a crossing stands in its procedure; None where it goes by none."""
    return access.scoped(eyes, "see_dossier", lambda cursor, scope: board.course(cursor, CrossingId(crossing), scope))


def course_for_systems(eyes: Eyes, crossing: str) -> CourseSeen | None:
    """The same for an agency's system, which sees no dossiers."""
    return access.scoped(eyes, "answer_steps", lambda cursor, scope: board.course(cursor, CrossingId(crossing), scope))


def release_times(eyes: Eyes, *spans: Span) -> tuple[tuple[Held, ...], ...]:
    """How long crossings that left in each of some times, or are here, were held, and by whom."""

    def ask(cursor: Cursor, scope: Scope) -> tuple[tuple[Held, ...], ...]:
        steps = _steps(cursor)
        return tuple(board_release.held(cursor, steps, span, scope) for span in spans)

    return access.scoped(eyes, "see_crossings", ask)


def release_records(eyes: Eyes, span: Span, of: Figure) -> tuple[tuple[Stay, ...], int]:
    """The crossings behind one figure of the release times, the longest of them, and how many they are."""
    access.at_place(eyes, "see_crossings", of.place)
    named = frozenset({of.place})

    def ask(cursor: Cursor, _scope: Scope) -> tuple[tuple[Stay, ...], int]:
        steps = _steps(cursor)
        found = board_release.records(cursor, steps, span, of, named)
        if len(found) < board_release.RECORDS_MAX:
            return found, len(found)
        told = board_release.held(cursor, steps, span, named)
        return found, next(one.crossings for one in told if (one.direction, one.holder) == (of.direction, of.holder))

    return access.scoped(eyes, "see_crossings", ask)


def waits(eyes: Eyes, crossing: str) -> tuple[Wait, ...]:
    """What agencies said of a crossing that they wait for, the newest first."""
    return access.scoped(
        eyes, "see_dossier", lambda cursor, scope: board_holding.waits(cursor, CrossingId(crossing), scope)
    )


def stops(eyes: Eyes, place: str, since: Instant, until: Instant) -> tuple[Stop, ...]:
    """What was said of the neighbour of a checkpoint that held in a time, the newest first."""
    access.at_place(eyes, "see_wall", place)
    named = frozenset({PlaceId(place)})
    return access.scoped(eyes, "see_wall", lambda cursor, _scope: board_holding.stops(cursor, since, until, named))


def _steps(cursor: Cursor) -> Steps:
    """The steps of the procedures that were proposed at any time; they are no secret."""
    known = {one.sha256: procedure_of(one.text) for one in board.procedures(cursor)}
    return {(sha256, step.code): step for sha256, one in known.items() for step in one.steps}
