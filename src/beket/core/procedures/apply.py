"""Fold facts about procedures, and those about crossings and papers that steps rest on, into what is held."""

from __future__ import annotations

from itertools import islice
from typing import Final

from beket.core.procedures.limits import (
    CODES_MAX,
    COURSES_MAX,
    DONE_MS,
    IN_FORCE_MAX,
    LOOKED_AT_MAX,
    PAPERS_MAX,
    PROOFS_MAX,
    PROPOSED_MAX,
)
from beket.core.procedures.state import Claimed, Course, Done, InForce, Known, Procedures, Proposed, Standing
from beket.words.facts import (
    AlarmAdjudicated,
    CrossingClosed,
    CrossingDeparted,
    CrossingIdentified,
    CrossingOpened,
    CrossingsJoined,
    DocumentAttached,
    DocumentDetached,
    DocumentFiled,
    EvidenceAttached,
    EvidenceMoved,
    Fact,
    FindingRaised,
    FindingWithdrawn,
    PassageRecorded,
    PassageTaken,
    ProcedureApproved,
    ProcedureProposed,
    ProcedureRejected,
    StandingFound,
    StateClaimed,
    StepBegun,
    StepDecided,
)
from beket.words.gravity import EXAMINED
from beket.words.ids import CrossingId, EntryRef, Instant, split_ref
from beket.words.procedures import PAPER_PROVES, Proof

REAL: Final = frozenset({1, 2, 10})
"""Codes of a judged radiation alarm that say it was real (words/decisions.ADJUDICATION): it goes on to stand."""

_OF_EVIDENCE: Final[dict[str, Proof]] = {
    "weighing": "weighing", "weight": "weighing", "wim_pass": "weighing", "rpm_occupancy": "radiation",
    "rad_measurement": "radiation", "container_read": "container", "scan_result": "scan", "seal_status": "seal",
    "seal_event": "seal", "passage": "passage",
}  # fmt: skip
"""What a reading of a crossing proves, by its kind; a plate does when it is known whose it is."""

_OF_SIGN: Final[dict[str, Proof]] = {
    "front": "plate", "rear": "rear_plate", "exit_front": "plate", "exit_rear": "rear_plate", "container": "container",
}  # fmt: skip

OF_COURSES: Final = frozenset(
    {
        CrossingIdentified, EvidenceAttached, CrossingDeparted, CrossingClosed, DocumentAttached, DocumentDetached,
        FindingRaised, FindingWithdrawn, StepBegun, StepDecided, StateClaimed, StandingFound,
        PassageTaken, PassageRecorded,
    }
)  # fmt: skip
"""Facts that change the course of the one crossing that they name."""

_OF_RECORDS: Final = frozenset({CrossingDeparted, CrossingClosed, PassageTaken, PassageRecorded})
"""What is kept of a crossing without a procedure: it has no steps that anything would prove."""

_OF_PROCEDURES: Final = frozenset({ProcedureProposed, ProcedureApproved, ProcedureRejected})

_OF_PLACE: Final = frozenset({CrossingOpened, CrossingsJoined, EvidenceMoved, AlarmAdjudicated, DocumentFiled})


def apply(held: Procedures, fact: Fact) -> Procedures:
    """Fold one fact in; never refuses."""
    kind = type(fact)
    if kind in OF_COURSES:
        course = held.courses.get(getattr(fact, "crossing", None) or CrossingId(""))
        if course is not None and (course.procedure is not None or kind in _OF_RECORDS):
            _on_course(held, course, fact)
    elif kind in _OF_PLACE:
        _on_place(held, fact)
    elif kind in _OF_PROCEDURES:
        _on_procedure(held, fact)
    return held


def _on_procedure(held: Procedures, fact: Fact) -> None:
    match fact:
        case ProcedureProposed():
            held.proposed[fact.because[0]] = Proposed(
                procedure=fact.procedure, sha256=fact.sha256, from_at=fact.from_at, by=fact.by
            )
            if len(held.proposed) > PROPOSED_MAX:
                del held.proposed[next(iter(held.proposed))]
        case ProcedureApproved():
            _put_in_force(held, fact)
        case ProcedureRejected():
            held.proposed.pop(fact.of, None)
        case _:
            pass


def _on_place(held: Procedures, fact: Fact) -> None:
    match fact:
        case CrossingOpened():
            _open(held, fact)
        case CrossingsJoined():
            _join(held, fact)
        case EvidenceMoved():
            _move(held, fact)
        case AlarmAdjudicated():
            _adjudicate(held, fact)
        case DocumentFiled():
            _file(held, fact)
        case _:
            pass


def _put_in_force(held: Procedures, fact: ProcedureApproved) -> None:
    proposed = held.proposed.pop(fact.of, None)
    if proposed is None:
        return
    held.in_force.append(
        InForce(procedure=proposed.procedure, sha256=fact.sha256, version=fact.version, from_at=fact.from_at)
    )
    del held.in_force[:-IN_FORCE_MAX]


def _file(held: Procedures, fact: DocumentFiled) -> None:
    gist = fact.gist
    if fact.replaces is not None:
        held.papers.pop(fact.replaces, None)
    codes = tuple(line.code for line in gist.lines[:CODES_MAX])
    held.papers[fact.document] = Known(kind=gist.kind, codes=codes, coded=gist.coded)
    if len(held.papers) > PAPERS_MAX:
        del held.papers[next(iter(held.papers))]


def _open(held: Procedures, fact: CrossingOpened) -> None:
    in_force = held.at(fact.direction, fact.at)
    held.courses[fact.crossing] = Course(
        id=fact.crossing, direction=fact.direction, procedure=None if in_force is None else in_force.sha256,
        opened_at=fact.at, opened_by=fact.because[0], lane=fact.lane,
    )  # fmt: skip
    oldest = [one for one in islice(held.courses.values(), LOOKED_AT_MAX) if _done_long(one, fact.at)]
    for course in oldest:
        _forget(held, course)
    if len(held.courses) > COURSES_MAX:
        _forget(held, next(iter(held.courses.values())))


def _done_long(course: Course, now: Instant) -> bool:
    return course.closed_at is not None and course.closed_at + DONE_MS < now


def _forget(held: Procedures, course: Course) -> None:
    del held.courses[course.id]
    for alarm in course.alarms:
        held.alarms.pop(alarm, None)


def _join(held: Procedures, fact: CrossingsJoined) -> None:
    """What was found of one crossing is the other's; what was decided of both stays decided of the one that goes on."""
    gone, into = held.courses.pop(fact.crossing, None), held.courses.get(fact.into)
    if gone is None or into is None:
        return
    for proof, refs in gone.proofs.items():
        for ref in refs:
            _prove(into, proof, ref)
    into.papers = {**gone.papers, **into.papers}
    into.done = {**gone.done, **into.done}
    into.begun = {**gone.begun, **into.begun}
    into.claims = {**gone.claims, **into.claims}
    both = {**gone.records, **into.records}
    into.records = dict(sorted(both.items(), key=lambda one: split_ref(one[1])))
    into.taken_by = into.taken_by or gone.taken_by
    into.alarms = {**gone.alarms, **into.alarms}
    held.alarms.update(dict.fromkeys(gone.alarms, into.id))


def _move(held: Procedures, fact: EvidenceMoved) -> None:
    proof = _OF_EVIDENCE.get(fact.evidence)
    loser, winner = held.courses.get(fact.out_of), held.courses.get(fact.crossing)
    alarming = bool(fact.gamma_alarm or fact.neutron_alarm)
    if loser is not None:
        for one, refs in list(loser.proofs.items()):  # a plate that was read in this entry goes with it
            loser.proofs[one] = tuple(ref for ref in refs if ref != fact.of)
        alarming = loser.alarms.pop(fact.of, alarming)
    if winner is not None:
        if proof is not None:
            _prove(winner, proof, fact.of)
        if fact.gamma_alarm or fact.neutron_alarm:
            winner.alarms[fact.of] = alarming
            held.alarms[fact.of] = winner.id


def _adjudicate(held: Procedures, fact: AlarmAdjudicated) -> None:
    course = held.courses.get(held.alarms.get(fact.of, CrossingId("")))
    if course is not None and fact.settled and fact.of in course.alarms:
        course.alarms[fact.of] = fact.code in REAL


def _on_course(held: Procedures, course: Course, fact: Fact) -> None:
    match fact:
        case EvidenceAttached() | CrossingIdentified() | CrossingDeparted() | CrossingClosed():
            _on_passage(held, course, fact)
        case DocumentAttached() | DocumentDetached():
            _on_paper(held, course, fact)
        case FindingRaised() | FindingWithdrawn():
            _on_finding(course, fact)
        case StepBegun() | StepDecided() | StateClaimed():
            _on_decision(course, fact)
        case PassageTaken():
            course.taken_by = fact.by
        case PassageRecorded():
            course.taken_by = fact.by
            course.records[fact.record] = fact.because[0]
        case StandingFound():
            course.standing = Standing(
                state=fact.state, proven=fact.proven, steps=dict(fact.steps), lacks=fact.lacks, claims=fact.claims
            )
            for step in fact.due:
                course.asked_at.setdefault(step, fact.at)
            for step in fact.overtaken:
                course.overtaken.setdefault(step, fact.at)
            course.overdue = {step: course.overdue.get(step, fact.at) for step in fact.overdue}
        case _:
            pass


ALARMING: Final = frozenset({"high", "critical"})
"""Levels that made an examination needed before findings said what they threaten."""


def _on_finding(course: Course, fact: FindingRaised | FindingWithdrawn) -> None:
    key = f"{fact.rule} {fact.subject}"
    if isinstance(fact, FindingWithdrawn):
        course.findings.pop(key, None)
        course.raised.pop(key, None)
    elif fact.rule in OWN_RULES:
        course.raised[key] = dict(fact.values)
    else:
        course.findings[key] = fact.level in ALARMING if fact.harm is None else fact.harm in EXAMINED


def _on_decision(course: Course, fact: StepBegun | StepDecided | StateClaimed) -> None:
    match fact:
        case StepBegun():
            course.begun.setdefault(fact.step, fact.at)
        case StepDecided():
            course.done[fact.step] = Done(
                outcome=fact.outcome, effect=fact.effect, by=fact.by, agency=fact.agency, at=fact.at,
                ref=fact.because[0], override=fact.override,
            )  # fmt: skip
        case StateClaimed():
            course.claims.setdefault(fact.state, Claimed(by=fact.by, at=fact.at, ref=fact.because[0]))


OWN_RULES: Final = frozenset({"G01", "G02", "G03"})
"""What a standing itself gives rise to: departed without release, claimed and not proven, a step over its norm."""


def _on_passage(
    held: Procedures, course: Course, fact: EvidenceAttached | CrossingIdentified | CrossingDeparted | CrossingClosed
) -> None:
    match fact:
        case EvidenceAttached():
            proof = _OF_EVIDENCE.get(fact.evidence)
            if proof is not None:
                _prove(course, proof, fact.of)
            if fact.gamma_alarm or fact.neutron_alarm:
                course.alarms[fact.of] = True
                held.alarms[fact.of] = course.id
        case CrossingIdentified():
            sign = _OF_SIGN.get(fact.role)
            if sign is not None:
                _prove(course, sign, fact.because[0])
                if sign == "rear_plate":
                    _prove(course, "plate", fact.because[0])
        case CrossingDeparted():
            course.departed_at = fact.at
            _prove(course, "exit", fact.because[0])
        case CrossingClosed():
            course.closed, course.closed_at = fact.reason, fact.at


def _on_paper(held: Procedures, course: Course, fact: DocumentAttached | DocumentDetached) -> None:
    ref = EntryRef(fact.document)  # a document proves by itself, not by the entry that put it here
    if isinstance(fact, DocumentDetached):
        course.papers.pop(fact.document, None)
        for proof, refs in list(course.proofs.items()):
            course.proofs[proof] = tuple(one for one in refs if one != ref)
        return
    known = held.papers.get(fact.document)
    if known is None:
        return
    course.papers[fact.document] = known
    _prove(course, "document", ref)
    own = PAPER_PROVES.get(known.kind)
    if own is not None:
        _prove(course, own, ref)


def _prove(course: Course, proof: Proof, ref: EntryRef) -> None:
    refs = course.proofs.get(proof, ())
    if ref not in refs and len(refs) < PROOFS_MAX:
        course.proofs[proof] = (*refs, ref)
