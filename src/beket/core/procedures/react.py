"""Conclude where crossings stand: from what was decided of steps, from evidence that came, and from the clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from beket.core.procedures.limits import TICK_COURSES_MAX
from beket.core.procedures.near import Near
from beket.core.procedures.orders import ordered
from beket.core.procedures.overtaking import overtaken
from beket.core.procedures.standing import due, need_of, released_at, standing_of
from beket.core.procedures.state import Course, Procedures
from beket.words.decisions import Decision, OfProcedures
from beket.words.facts import (
    Fact,
    FindingRaised,
    FindingWithdrawn,
    StandingFound,
    StepDecided,
)
from beket.words.gravity import Weight, level_of
from beket.words.ids import CrossingId, EntryRef, Instant
from beket.words.procedures import Procedure
from beket.words.readings import Reading, Said, Tick

UNRELEASED: Final[Weight] = ("loss", "minutes")
UNPROVEN: Final[Weight] = ("goods", "minutes")
SLOW: Final[Weight] = ("record", "shift")
"""What must not be: gone while nobody released it; released or said to be, without proof, which may still be found; a
step over its norm of time."""

LACKS_TOLD_MAX: Final = 10
"""Most missing things that a finding names; the dossier has all."""


def react(
    held: Procedures, ref: EntryRef, body: Reading | Decision, concluded: Iterable[Fact] = ()
) -> tuple[Fact, ...]:
    """Conclude facts about procedures and standings, from one entry and from what others concluded of it."""
    if not held.in_force and not isinstance(body, OfProcedures):
        return ()
    near = Near(held, concluded)
    facts: list[Fact] = []
    if isinstance(body, OfProcedures):
        facts += ordered(held, ref, body)
    elif isinstance(body, Tick):
        facts += _silences(held, ref, body.received)
        near.look_at(_late(held, body.received))
    for fact in facts:
        near.fold(fact)
    at = body.received if isinstance(body, Said) else body.at
    for crossing in near.touched:
        facts += _standing(near, crossing, ref, at)
    for crossing, steps in overtaken(held, near).items():
        near.look_at([crossing])
        facts += _standing(near, crossing, ref, at, steps)
    return tuple(facts)


def _standing(
    near: Near, crossing: CrossingId, ref: EntryRef, at: Instant, passed: tuple[str, ...] = ()
) -> Iterator[Fact]:
    """Say where a crossing stands if that changed or others passed it in some steps, and what follows from it."""
    course = near.near.courses.get(crossing)
    procedure = None if course is None else near.near.of(course.procedure)
    if course is None or course.procedure is None or procedure is None:
        return
    standing = standing_of(course, procedure)
    turn = tuple(step for step in due(procedure, standing) if step not in course.asked_at)
    overdue = tuple(_overdue(course, procedure, at))
    if standing != course.standing or turn or passed or set(overdue) != set(course.overdue):
        found = StandingFound(
            at=at, because=_rests_on(course, ref), crossing=crossing, procedure=course.procedure, state=standing.state,
            proven=standing.proven, steps=standing.steps, lacks=standing.lacks, claims=standing.claims, due=turn,
            overdue=overdue, overtaken=passed,
        )  # fmt: skip
        near.fold(found)
        yield found
    if not procedure.trial:
        yield from _found(course, procedure, ref, at)


def _rests_on(course: Course, ref: EntryRef) -> tuple[EntryRef, ...]:
    """The entry that is thought about, and the decisions that the standing rests on."""
    return tuple(dict.fromkeys((ref, *(done.ref for done in course.done.values()))))


def _overdue(course: Course, procedure: Procedure, at: Instant) -> Iterator[str]:
    """Name the steps that take longer than their norm."""
    if course.closed is not None or course.departed_at is not None:
        return
    for step in procedure.steps:
        asked = course.asked_at.get(step.code)
        waiting = course.standing is None or course.standing.steps.get(step.code) in ("pending", "in_progress", "held")
        norm_ms = None if step.norm_s is None or step.code in course.done else step.norm_s * 1000
        if asked is not None and norm_ms is not None and waiting and at - asked > norm_ms:
            yield step.code


def _found(course: Course, procedure: Procedure, ref: EntryRef, at: Instant) -> Iterator[Fact]:
    """Say as findings what must not be: gone without release, claimed and not proven, a step over its norm."""
    wanted = dict(_wrong(course, procedure))
    for key, ((harm, until), values) in wanted.items():
        if course.raised.get(key) != values:
            rule, _, subject = key.partition(" ")
            yield FindingRaised(
                at=at, because=_rests_on(course, ref), rule=rule, level=level_of(harm, until), crossing=course.id,
                subject=subject, values=values, harm=harm,
            )  # fmt: skip
    for key in course.raised:
        if key not in wanted:
            rule, _, subject = key.partition(" ")
            yield FindingWithdrawn(at=at, because=(ref,), rule=rule, crossing=course.id, subject=subject)


def _wrong(course: Course, procedure: Procedure) -> Iterator[tuple[str, tuple[Weight, dict[str, str]]]]:
    standing = course.standing
    if standing is None:
        return
    lacks = {"lacking": ", ".join(standing.lacks[:LACKS_TOLD_MAX])}
    if course.departed_at is not None and not standing.proven:
        yield "G01 ", (UNRELEASED if _nobody_released(course, procedure) else UNPROVEN, lacks)
    elif standing.state in ("released", "diverted") and not standing.proven:
        yield "G02 released", (UNPROVEN, lacks)
    for claim in standing.claims:
        if claim != "released":
            yield f"G02 {claim}", (UNPROVEN, {"claimed_by": course.claims[claim].by})
    for step in course.overdue:
        norm = next((one.norm_s for one in procedure.steps if one.code == step), None)
        yield f"G03 {step}", (SLOW, {"step": step, "norm_min": str((norm or 0) // 60)})


def _nobody_released(course: Course, procedure: Procedure) -> bool:
    return released_at(course, procedure) is None


def _here(held: Procedures) -> Iterator[tuple[Course, Procedure]]:
    """Give the crossings whose clocks run, each with its procedure: those that are over are held for a day more."""
    running = (course for course in held.courses.values() if course.closed is None)
    for course in islice(running, TICK_COURSES_MAX):
        procedure = held.of(course.procedure)
        if procedure is not None:
            yield course, procedure


def _late(held: Procedures, now: Instant) -> list[CrossingId]:
    """Crossings with a step that ran over its norm and was not said to."""
    return [
        course.id for course, procedure in _here(held) if set(_overdue(course, procedure, now)) != set(course.overdue)
    ]


def _silences(held: Procedures, ref: EntryRef, now: Instant) -> Iterator[Fact]:
    """Say of steps whose time to answer is over what silence means."""
    for course, procedure in _here(held):
        for step in procedure.steps:
            asked = course.asked_at.get(step.code)
            if step.silence is None or asked is None or step.code in course.done:
                continue
            if need_of(course, step) == "not_required":  # its turn came while nobody knew that
                continue
            outcome = step.outcome(step.silence.outcome)
            if outcome is not None and now - asked >= step.silence.after_s * 1000:
                yield StepDecided(
                    at=Instant(asked + step.silence.after_s * 1000), because=(ref, course.opened_by),
                    crossing=course.id, step=step.code, outcome=outcome.code, effect=outcome.effect,
                    agency=step.agency,
                )  # fmt: skip
