"""Who was overtaken: one whose turn came later has been there first, so the way was open and nobody here stood in it.

That is the proof that a conveyance which was not seen somewhere waited for itself, not for an agency or the neighbour.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from beket.core.procedures.limits import TICK_COURSES_MAX
from beket.core.procedures.near import Near
from beket.core.procedures.standing import released_at, releasing
from beket.core.procedures.state import Course, Procedures
from beket.words.ids import CrossingId, Instant
from beket.words.procedures import WAITING, Procedure, Step


def overtaken(held: Procedures, near: Near) -> dict[CrossingId, tuple[str, ...]]:
    """Name the crossings that those which an entry touched have overtaken, with the steps in which they did."""
    found: dict[CrossingId, tuple[str, ...]] = {}
    for crossing in near.touched:
        before, after = held.courses.get(crossing), near.near.courses.get(crossing)
        procedure = None if after is None else near.near.of(after.procedure)
        if before is None or after is None or procedure is None:
            continue
        for step in _passed(before, after, procedure):
            for other in _behind(near, after, step, procedure):
                found[other.id] = (*found.get(other.id, ()), step.code)
    return found


def _passed(before: Course, after: Course, procedure: Procedure) -> Iterator[Step]:
    """Give the machines' steps that a crossing has got behind it now, and the one that releases when it drove off."""
    if after.departed_at is not None and before.departed_at is None:
        yield releasing(procedure)
        return
    if before.standing is None or after.standing is None:
        return
    for step in procedure.steps:
        states = before.standing.steps.get(step.code), after.standing.steps.get(step.code)
        if step.machine and states[0] in WAITING and states[1] == "cleared":
            yield step


def _behind(near: Near, first: Course, step: Step, procedure: Procedure) -> Iterator[Course]:
    """Give those whose turn came before and who have not been there; at a lane's machine only those of its lane."""
    turn = _turn(first, step, procedure)
    for other in islice(near.running(), TICK_COURSES_MAX):
        earlier = _turn(other, step, procedure)
        if (
            turn is not None and earlier is not None and earlier < turn and other.id != first.id
            and other.procedure == first.procedure and step.code not in other.overtaken
            and (step.releases or (other.lane == first.lane and _is_awaited(other, step)))
        ):  # fmt: skip
            yield other


def _turn(course: Course, step: Step, procedure: Procedure) -> Instant | None:
    return released_at(course, procedure) if step.releases else course.asked_at.get(step.code)


def _is_awaited(course: Course, step: Step) -> bool:
    """Whether a conveyance was not seen yet where a machine does this step."""
    return course.standing is not None and course.standing.steps.get(step.code) in WAITING
