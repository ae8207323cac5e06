"""How the steps of a crossing are shown: each with whose it is, what proves it, and how long it took or has taken."""

from __future__ import annotations

from django.utils.translation import gettext as _
from msgspec import Struct

from beket.board.panels.procedures import ClaimSeen, CourseSeen, StepSeen
from beket.web import moments
from beket.web.courses import AGENCIES, LEVELS, NOTES, OVERRIDES, PROOFS, STATES, STEP_STATES, in_language, procedure_of
from beket.web.phrases import word
from beket.words import facts
from beket.words.ids import Instant
from beket.words.procedures import CLEARED, Procedure, Step, deciders


class ShownProof(Struct, frozen=True, kw_only=True):
    """One kind of evidence that a step needs."""

    word: str
    there: bool


class ShownStep(Struct, frozen=True, kw_only=True):
    """One step of a crossing."""

    step: Step
    name: str
    agency: str
    state: str
    word: str
    level: str
    proofs: tuple[ShownProof, ...]
    outcome: str
    stamp: StepSeen | None
    override: str
    took: str
    overdue: bool
    norm: str
    url: str
    open: bool
    due: bool


class ShownCourse(Struct, frozen=True, kw_only=True):
    """Where a crossing stands; `claims` are what was said without proof, each with the word for its state."""

    seen: CourseSeen
    procedure: Procedure
    name: str
    word: str
    level: str
    lacks: tuple[str, ...]
    claims: tuple[tuple[str, ClaimSeen], ...]
    steps: tuple[ShownStep, ...]
    done: int
    needed: int


def show_course(seen: CourseSeen, now: Instant) -> ShownCourse | None:
    """Show where a crossing stands; None where its procedure cannot be told."""
    if seen.procedure is None:
        return None
    procedure = procedure_of(seen.procedure.text)
    steps = tuple(_step(seen, one, now) for one in procedure.steps)
    needed = [one for one in steps if one.state != "not_required"]
    return ShownCourse(
        seen=seen,
        procedure=procedure,
        name=in_language(procedure.name),
        word=word(STATES, seen.state),
        level=("" if seen.proven else "high") or LEVELS.get(seen.state, ""),
        lacks=tuple(_lacking(procedure, one) for one in seen.lacks),
        claims=tuple((word(STATES, one.state), one) for one in seen.claimed),
        steps=steps,
        done=sum(one.state in CLEARED for one in needed),
        needed=len(needed),
    )


def own_steps(course: ShownCourse, agencies: frozenset[str]) -> frozenset[str]:
    """Name the steps that officers of these agencies decide."""
    return frozenset(one.step.code for one in course.steps if deciders(one.step.agency) & agencies)


def _step(seen: CourseSeen, step: Step, now: Instant) -> ShownStep:
    stamp = seen.stamps.get(step.code)
    state = seen.steps.get(step.code, "undecided")
    proofs = tuple(ShownProof(word=word(PROOFS, proof), there=_there(seen, step, proof, state)) for proof in step.proof)
    outcome = None if stamp is None or stamp.outcome is None else step.outcome(stamp.outcome)
    began, ended = (None, None) if stamp is None else (stamp.asked_at, stamp.done_at)
    return ShownStep(
        step=step,
        name=in_language(step.name),
        agency=word(AGENCIES, step.agency),
        state=state,
        word=word(STEP_STATES, state),
        level=LEVELS.get(state, ""),
        proofs=proofs if state != "not_required" else (),
        outcome="" if outcome is None else in_language(outcome.name),
        stamp=stamp,
        override="" if stamp is None or stamp.override is None else word(OVERRIDES, stamp.override),
        took="" if began is None else moments.span((ended or now) - began),
        overdue=step.code in seen.overdue,
        norm="" if step.norm_s is None else moments.span(step.norm_s * 1000),
        url=f"/crossings/{seen.crossing}/steps/{step.code}",
        open=not step.machine and state != "not_required" and seen.state not in ("departed", "closed", "expired"),
        due=stamp is not None and stamp.asked_at is not None,
    )


def _there(seen: CourseSeen, step: Step, proof: str, state: str) -> bool:
    """Whether a proof is there: what a release lacks is told; of a step that only comes after it, its state tells."""
    told = any(one.partition(":")[0] == step.code for one in seen.lacks)
    return f"{step.code}:{proof}" not in seen.lacks if told else state in CLEARED


def _lacking(procedure: Procedure, lack: str) -> str:
    """Say what a release lacks: a step, or the proof of one."""
    code, _colon, proof = lack.partition(":")
    step = procedure.step(code)
    name = code if step is None else in_language(step.name)
    return f"{name}: {word(PROOFS, proof)}" if proof else name


def of_step(fact: facts.Fact) -> str:
    """Say in the story of a crossing what was decided of a step, by its code: the procedure's words are beside it."""
    match fact:
        case facts.StepBegun():
            return " · ".join((fact.step, word(AGENCIES, fact.agency), fact.by))
        case facts.StepDecided():
            by = fact.by or _("nobody answered in time")
            override = word(OVERRIDES, fact.override) if fact.override else ""
            said = (
                f"{fact.step}: {fact.outcome}",
                word(AGENCIES, fact.agency),
                by,
                override,
                fact.remark,
                fact.document,
            )
            return " · ".join(filter(None, said))
        case facts.PassageRecorded():
            noted = (f"{word(NOTES, note.field)} {note.value}" for note in fact.notes)
            offline = _("signed without a line") if fact.offline else ""
            return " · ".join(filter(None, (fact.by, *noted, offline)))
        case facts.StateClaimed():
            claimed = (word(STATES, fact.state), word(AGENCIES, fact.agency), fact.by, fact.remark)
            return " · ".join(filter(None, claimed))
        case _:
            return ""
