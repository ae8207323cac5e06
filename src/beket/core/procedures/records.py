"""Take what an inspector records of a conveyance as a whole: all of it or, with the one word why, nothing of it.

A conveyance that goes by no procedure is recorded as well; there is no step of it that could be decided.
"""

from __future__ import annotations

from collections.abc import Iterator

from beket.core.procedures.limits import RECORDS_MAX
from beket.core.procedures.near import Near
from beket.core.procedures.orders import Refused, decided, held_of, see
from beket.core.procedures.state import Course, Procedures
from beket.core.refused import refused
from beket.words.decisions import REMARK_MAX, DecideStep, OfPassages, RecordPassage, TakePassage
from beket.words.facts import Fact, PassageRecorded, PassageTaken
from beket.words.ids import EntryRef
from beket.words.passages import NOTES_MAX, PHOTO_BYTES_MAX, PHOTOS_MAX, READ, Note, Unusable, tidy
from beket.words.procedures import STEPS_MAX


def recorded(held: Procedures, ref: EntryRef, order: OfPassages) -> tuple[Fact, ...]:
    """Conclude what follows from taking or recording a passage, or that it is refused."""
    try:
        if isinstance(order, TakePassage):
            return (_taken(held, ref, order),)
        return tuple(_recorded(held, ref, order))
    except Refused as why:
        return (refused(ref, order, str(why)),)


def _taken(held: Procedures, ref: EntryRef, order: TakePassage) -> Fact:
    course = held_of(held, order)
    see(not _is_over(course), "crossing_is_over")
    see(course.taken_by in (order.seen, order.by), "taken_meanwhile")
    return PassageTaken(at=order.at, because=(ref,), crossing=course.id, by=order.by, agency=order.agency)


def _recorded(held: Procedures, ref: EntryRef, order: RecordPassage) -> Iterator[Fact]:
    """The record first, then its steps: each may rest on the one before it."""
    course = held_of(held, order)
    see(order.decision_id not in course.records, "already_recorded")
    see(len(course.records) < RECORDS_MAX, "too_many_records")
    see(not _is_over(course) or _was_signed_before(course, order), "crossing_is_over")
    see(course.taken_by in (None, order.by), "taken_by_another")
    see(next(reversed(course.records.values()), None) == order.after, "recorded_meanwhile")
    _usable(order)
    near = Near(held)
    near.look_at([course.id])
    there = near.near.courses[course.id]
    there.departed_at = there.closed = None  # as it was when this was signed
    fact: Fact = PassageRecorded(
        at=order.at, because=(ref,), crossing=course.id, record=order.decision_id, by=order.by, agency=order.agency,
        notes=order.notes, photos=order.photos, began_at=order.began_at, signed_at=order.signed_at,
        offline=order.offline,
    )  # fmt: skip
    near.fold(fact)
    yield fact
    for step in order.steps:
        fact = decided(near.near, ref, DecideStep(
            decision_id=order.decision_id, by=order.by, role=order.role, agency=order.agency, at=order.at,
            crossing=course.id, step=step.step, outcome=step.outcome, remark=step.remark, override=step.override,
            replaces=step.replaces,
        ))  # fmt: skip
        near.fold(fact)
        yield fact


def _is_over(course: Course) -> bool:
    return course.departed_at is not None or course.closed is not None


def _was_signed_before(course: Course, order: RecordPassage) -> bool:
    """Tell whether this was signed without a line before the conveyance left, as far as the tablet's clock is right."""
    over_at = course.departed_at if course.departed_at is not None else course.closed_at
    return order.offline and over_at is not None and order.signed_at <= over_at


def _usable(order: RecordPassage) -> None:
    """See that what was noted can be kept: once each, and what machines read only with a reason and a photograph."""
    see(bool(order.notes or order.photos or order.steps), "nothing_recorded")
    fits = len(order.notes) <= NOTES_MAX and len(order.photos) <= PHOTOS_MAX and len(order.steps) <= STEPS_MAX
    see(fits and all(len(step.remark) <= REMARK_MAX for step in order.steps), "too_long")
    see(all(0 < photo.size <= PHOTO_BYTES_MAX for photo in order.photos), "photo_too_large")
    see(len({note.field for note in order.notes}) == len(order.notes), "noted_twice")
    see(all(map(_is_tidy, order.notes)), "note_unusable")
    see(all(note.why is not None for note in order.notes if note.field in READ), "machine_reads_it")
    see(bool(order.photos) or not any(note.why for note in order.notes), "photo_missing")


def _is_tidy(note: Note) -> bool:
    try:
        return tidy(note) == note
    except Unusable:
        return False
