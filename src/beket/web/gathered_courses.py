"""Procedures, where crossings stand in them, and how long that took: asked through the one door."""

from __future__ import annotations

from django.http import Http404

from beket.board.panels import procedures as board
from beket.board.panels import release as board_release
from beket.board.panels.asking import Cursor, Scope
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
    """How long crossings that left in each of some times were held, and by whom."""

    def ask(cursor: Cursor, scope: Scope) -> tuple[tuple[Held, ...], ...]:
        owners = _owners(cursor)
        return tuple(board_release.held(cursor, owners, span, scope) for span in spans)

    return access.scoped(eyes, "see_crossings", ask)


def release_records(eyes: Eyes, span: Span, of: Figure) -> tuple[Stay, ...]:
    """The crossings behind one figure of the release times."""
    access.at_place(eyes, "see_crossings", of.place)
    return access.scoped(
        eyes, "see_crossings", lambda cursor, scope: board_release.records(cursor, _owners(cursor), span, of, scope)
    )


def _owners(cursor: Cursor) -> Steps:
    """Whose each step of the procedures is that were proposed at any time; that is no secret."""
    known = {one.sha256: procedure_of(one.text) for one in board.procedures(cursor)}
    return {(sha256, step.code): step.agency for sha256, one in known.items() for step in one.steps}
