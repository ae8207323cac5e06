"""Where a crossing stands, worked out of its steps and its evidence: pure, and the only place that says so.

*Released* is proven only when every step that is needed, or of which nobody knows yet whether it is, is cleared and all
of its proof is there. Whatever order things come in, nothing else leads to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from beket.core.procedures.state import Course, Done, Standing
from beket.words.ids import Instant
from beket.words.procedures import (
    CLEARED,
    CLEARING,
    OVER,
    TELLS_GOODS,
    WAITING,
    Claim,
    Condition,
    CourseState,
    Effect,
    Need,
    Procedure,
    Step,
    StepState,
    When,
)

_ENDED: Final[dict[Effect, StepState]] = {
    "clears": "cleared",
    "clears_with_conditions": "cleared_with_conditions",
    "diverts": "cleared_with_conditions",
    "holds": "held",
    "refuses": "refused",
    "detains": "refused",
}


def standing_of(course: Course, procedure: Procedure) -> Standing:
    """Work out where a crossing stands."""
    steps = {step.code: step_state(course, step) for step in procedure.steps}
    lacks = tuple(_lacks(course, procedure, steps))
    release = course.done.get(releasing(procedure).code)
    state = _state(course, procedure, steps, release)
    return Standing(
        state=state,
        proven=not lacks if state in ("released", "diverted", "departed", "closed") else True,
        steps=steps,
        lacks=lacks,
        claims=tuple(_unproven(course, proven=not lacks)),
    )


def step_state(course: Course, step: Step) -> StepState:
    """Work out how one step stands."""
    need = need_of(course, step)
    done = course.done.get(step.code)
    if done is not None:
        return "waived_by_rule" if done.by is None and done.effect in CLEARING else _ENDED[done.effect]
    if need == "not_required":
        return "not_required"
    if step.machine and not missing(course, step):
        return "cleared"
    if course.closed is not None or course.departed_at is not None:
        return "undecided" if need == "undecided" else "not_performed"
    if step.code in course.begun:
        return "in_progress"
    return "undecided" if need == "undecided" else "pending"


def missing(course: Course, step: Step) -> tuple[str, ...]:
    """Name the proof of a step that is not there."""
    return tuple(proof for proof in step.proof if not course.proofs.get(proof))


def need_of(course: Course, step: Step) -> Need:
    """Say whether a crossing needs a step: if any of its conditions holds; unknown where one may still turn out so."""
    if not step.when:
        return "required"
    answers = [_CONDITIONS[when.condition](course, when) for when in step.when]
    if True in answers:
        return "required"
    return "undecided" if None in answers else "not_required"


def due(procedure: Procedure, standing: Standing) -> tuple[str, ...]:
    """Name the steps whose turn it is: all before them are done or not needed, and they are not."""
    states = standing.steps
    return tuple(
        step.code
        for step in procedure.steps
        if states[step.code] in WAITING and all(states[earlier] in OVER for earlier in step.after)
    )


def before_release(procedure: Procedure) -> Iterator[Step]:
    """Give the steps that a release rests on: all but those that only come after it."""
    later = {releasing(procedure).code}
    for step in procedure.steps:
        if later.intersection(step.after):
            later.add(step.code)
        else:
            yield step


def released_at(course: Course, procedure: Procedure) -> Instant | None:
    """Say since when a crossing is released; None where it is not."""
    done = course.done.get(releasing(procedure).code)
    return None if done is None or done.effect not in CLEARING else done.at


def releasing(procedure: Procedure) -> Step:
    """Give the step that releases."""
    return next(step for step in procedure.steps if step.releases)


def _lacks(course: Course, procedure: Procedure, steps: dict[str, StepState]) -> Iterator[str]:
    """Name what a release lacks."""
    for step in before_release(procedure):
        state = steps[step.code]
        if state == "not_required":
            continue
        if state not in CLEARED:
            yield step.code
        yield from (f"{step.code}:{proof}" for proof in missing(course, step))


def _state(course: Course, procedure: Procedure, steps: dict[str, StepState], release: Done | None) -> CourseState:
    if course.closed is not None:
        return "closed" if course.departed_at is not None else "expired"
    if course.departed_at is not None:
        return "departed"
    effects = {done.effect for done in course.done.values()}
    for effect, state in _STOPPING:
        if effect in effects:
            return state
    if release is not None and release.effect in CLEARING:
        return "diverted" if release.effect == "diverts" else "released"
    return _on_its_way(course, procedure, steps)


_STOPPING: Final[tuple[tuple[Effect, CourseState], ...]] = (
    ("detains", "detained"), ("refuses", "refused"), ("holds", "held"),
)  # fmt: skip


def _on_its_way(course: Course, procedure: Procedure, steps: dict[str, StepState]) -> CourseState:
    referred = any(
        step.when and steps[step.code] in ("pending", "in_progress") and _by_suspicion(step) for step in procedure.steps
    )
    if referred:
        return "referred"
    if course.begun or course.done:
        return "in_control"
    return "identified" if course.proofs.get("plate") else "arrived"


def _by_suspicion(step: Step) -> bool:
    return any(when.condition in ("alarm", "finding") for when in step.when)


def _unproven(course: Course, *, proven: bool) -> Iterator[Claim]:
    """Name what was claimed of a crossing and nothing proves."""
    for claim in course.claims:
        if claim == "released" and not proven:
            yield claim
        if claim == "departed" and course.departed_at is None:
            yield claim
        if claim == "discharged" and not (course.departed_at is not None and _seen_here(course)):
            yield claim


def _seen_here(course: Course) -> bool:
    """Whether a plate or seal was seen here, or it was weighed: what a transit's end must show besides (DESIGN §3)."""
    return any(course.proofs.get(proof) for proof in ("plate", "seal", "weighing"))


def _goods(course: Course, when: When) -> bool | None:
    """Whether listed goods are among those of its papers; nobody knows before papers tell all their codes."""
    if any(code.startswith(when.codes) for known in course.papers.values() for code in known.codes):
        return True
    telling = [known for known in course.papers.values() if known.kind in TELLS_GOODS]
    return False if telling and all(known.coded for known in telling) else None


def _transit(course: Course, _when: When) -> bool | None:
    kinds = {known.kind for known in course.papers.values()}
    if "transit_declaration" in kinds:
        return True
    return False if "goods_declaration" in kinds else None


def _alarm(course: Course, _when: When) -> bool | None:
    return any(course.alarms.values())


def _finding(course: Course, _when: When) -> bool | None:
    return any(course.findings.values())


def _papers(course: Course, _when: When) -> bool | None:
    return bool(course.papers)


_CONDITIONS: Final[dict[Condition, Callable[[Course, When], bool | None]]] = {
    "goods": _goods,
    "transit": _transit,
    "alarm": _alarm,
    "finding": _finding,
    "papers": _papers,
}
