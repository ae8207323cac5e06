"""Take what people order of procedures and steps, or say why it cannot be so."""

from __future__ import annotations

from beket.core.procedures.limits import AHEAD_MS_MAX, BACK_MS_MAX, PROPOSED_MAX
from beket.core.procedures.standing import due, missing, standing_of
from beket.core.procedures.state import Course, Procedures
from beket.core.refused import refused
from beket.words.decisions import (
    REFERENCE_MAX,
    REMARK_MAX,
    ApproveProcedure,
    BeginStep,
    ClaimState,
    DecideStep,
    OfPassages,
    OfProcedures,
    ProposeProcedure,
    RejectProcedure,
)
from beket.words.facts import (
    Fact,
    ProcedureApproved,
    ProcedureProposed,
    ProcedureRejected,
    StateClaimed,
    StepBegun,
    StepDecided,
)
from beket.words.ids import EntryRef, Instant, sha256
from beket.words.procedures import CLEARING, Procedure, Step, Unusable, deciders, read_procedure
from beket.words.roles import may


class Refused(Exception):
    """Carries the one word why a decision cannot be taken."""


def ordered(held: Procedures, ref: EntryRef, order: OfProcedures) -> tuple[Fact, ...]:
    """Conclude what follows from a decision, or that it is refused."""
    try:
        return (_concluded(held, ref, order),)
    except Refused as why:
        return (refused(ref, order, str(why)),)


def _concluded(held: Procedures, ref: EntryRef, order: OfProcedures) -> Fact:
    match order:
        case ProposeProcedure():
            return _proposed(held, ref, order)
        case ApproveProcedure():
            return _approved(held, ref, order)
        case RejectProcedure():
            return _rejected(held, ref, order)
        case BeginStep():
            return _begun(held, ref, order)
        case DecideStep():
            return decided(held, ref, order)
        case ClaimState():
            return _claimed(held, ref, order)


def _proposed(held: Procedures, ref: EntryRef, order: ProposeProcedure) -> Fact:
    see(may(order.role, "write_procedures"), "not_allowed")
    see(sha256(order.text.encode(errors="replace")) == order.sha256, "procedure_torn")
    see(len(held.proposed) < PROPOSED_MAX, "too_many_procedures")
    see(order.at - BACK_MS_MAX <= order.from_at <= order.at + AHEAD_MS_MAX, "not_from_then")
    try:
        procedure = read_procedure(order.text)
    except Unusable as error:
        raise Refused("procedure_unusable") from error
    in_force = held.at(procedure.direction, order.from_at)
    see(in_force is None or in_force.sha256 != order.sha256, "procedure_is_the_same")
    return ProcedureProposed(
        at=order.at, because=(ref,), procedure=procedure, text=order.text, sha256=order.sha256, from_at=order.from_at,
        by=order.by,
    )  # fmt: skip


def _approved(held: Procedures, ref: EntryRef, order: ApproveProcedure) -> Fact:
    see(may(order.role, "write_procedures"), "not_allowed")
    proposed = held.proposed.get(order.of)
    if proposed is None:
        raise Refused("no_such_procedure")
    see(proposed.sha256 == order.sha256, "procedure_changed_meanwhile")
    see(proposed.by != order.by, "second_person")
    from_at = Instant(max(proposed.from_at, order.at))  # never in force before two persons agreed
    code = proposed.procedure.code
    versions = [one.version for one in held.in_force if one.procedure.code == code]
    return ProcedureApproved(
        at=order.at, because=(ref, order.of), of=order.of, code=code, sha256=proposed.sha256,
        version=max(versions, default=0) + 1, from_at=from_at, by=proposed.by, second=order.by,
    )  # fmt: skip


def _rejected(held: Procedures, ref: EntryRef, order: RejectProcedure) -> Fact:
    see(may(order.role, "write_procedures"), "not_allowed")
    see(order.of in held.proposed, "no_such_procedure")
    see(0 < len(order.why.strip()) <= REMARK_MAX, "no_reason")
    return ProcedureRejected(at=order.at, because=(ref, order.of), of=order.of, by=order.by, why=order.why.strip())


def _begun(held: Procedures, ref: EntryRef, order: BeginStep) -> Fact:
    course, procedure = course_of(held, order)
    step = _step(course, procedure, order)
    see(step.code not in course.done, "step_is_decided")
    see(step.code not in course.begun, "step_is_begun")
    return StepBegun(
        at=order.at, because=(ref,), crossing=course.id, step=step.code, by=order.by, agency=order.agency
    )  # fmt: skip


def decided(held: Procedures, ref: EntryRef, order: DecideStep) -> Fact:
    """Conclude how a step ended; raises Refused."""
    course, procedure = course_of(held, order)
    step = _step(course, procedure, order)
    outcome = step.outcome(order.outcome)
    if outcome is None:
        raise Refused("no_such_outcome")
    before = course.done.get(step.code)
    see((before.ref if before is not None else None) == order.replaces, "decided_meanwhile")
    see(len(order.remark) <= REMARK_MAX, "too_long")
    if outcome.effect in CLEARING and missing(course, step):
        see(order.override is not None, "proof_missing")
    see(len(order.document) <= REFERENCE_MAX, "too_long")
    see(may(order.role, "decide_steps") or bool(order.document.strip()), "no_document")
    stopping = outcome.effect not in CLEARING or order.override == "other"
    see(bool(order.remark.strip()) or not stopping, "no_reason")
    return StepDecided(
        at=order.at, because=(ref,), crossing=course.id, step=step.code, outcome=outcome.code, effect=outcome.effect,
        agency=step.agency, by=order.by, remark=order.remark.strip(), override=order.override,
        document=order.document.strip(),
    )  # fmt: skip


def _claimed(held: Procedures, ref: EntryRef, order: ClaimState) -> Fact:
    course, _ = course_of(held, order)
    see(order.state not in course.claims, "already_claimed")
    see(len(order.remark) <= REMARK_MAX, "too_long")
    return StateClaimed(
        at=order.at, because=(ref,), crossing=course.id, state=order.state, by=order.by, agency=order.agency,
        remark=order.remark.strip(),
    )  # fmt: skip


def course_of(held: Procedures, order: BeginStep | DecideStep | ClaimState) -> tuple[Course, Procedure]:
    """Give the crossing that is meant and its procedure, to whoever may decide steps; raises Refused."""
    course = held_of(held, order)
    procedure = held.of(course.procedure)
    if procedure is None:
        raise Refused("no_such_course")
    return course, procedure


def held_of(held: Procedures, order: BeginStep | DecideStep | ClaimState | OfPassages) -> Course:
    """Give the crossing that is meant, with a procedure or without, to whoever may decide steps; raises Refused."""
    see(may(order.role, "decide_steps") or _answers(order), "not_allowed")
    course = held.courses.get(order.crossing)
    if course is None:
        raise Refused("no_such_course")
    return course


def _answers(order: BeginStep | DecideStep | ClaimState | OfPassages) -> bool:
    """Whether a system says how a step ended: all that it may say, and what it says is signed."""
    if not isinstance(order, DecideStep) or not may(order.role, "answer_steps"):
        return False
    see(order.proof == "signature" and order.key is not None, "not_signed")
    return True


def _step(course: Course, procedure: Procedure, order: BeginStep | DecideStep) -> Step:
    """Give the step that is meant, where whoever decides may decide it, and now."""
    step = procedure.step(order.step)
    if step is None or step.machine:
        raise Refused("no_such_step")
    see(order.agency in deciders(step.agency), "other_agency")
    see(course.departed_at is None and course.closed is None, "crossing_is_over")
    standing = standing_of(course, procedure)
    see(standing.steps[step.code] != "not_required", "step_not_needed")
    see(step.code in course.done or step.code in due(procedure, standing), "not_its_turn")
    return step


def see(holds: bool, why: str) -> None:  # noqa: FBT001 - reads as a sentence
    """See that this holds; raises Refused with why not."""
    if not holds:
        raise Refused(why)
