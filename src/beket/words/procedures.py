"""What has to be done before a conveyance may go on: steps, who decides them, and what proves them. Data, not code.

A procedure is written for a kind of post and a direction, may differ from post to post, and is in force from a day on.
It never says in which state a crossing is: that is worked out from steps and evidence (core/procedures).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal, get_args

from msgspec import Struct

from beket.words.documents import DocumentKind
from beket.words.site import Direction, Name
from beket.words.written import Unreadable, read_written

Agency = Literal["customs", "border", "tax", "transport", "veterinary", "phytosanitary", "health", "operator"]
"""Who owns a step and alone decides it (reference 01 §7.1); customs coordinates."""

COORDINATED: Final[frozenset[Agency]] = frozenset({"operator"})
"""Agencies whose steps customs may decide as well: it coordinates the work of all (Resolution 178/2024)."""


def deciders(owner: Agency) -> frozenset[Agency]:
    """Name the agencies whose officers decide the steps of an agency."""
    return frozenset({owner, "customs"} if owner in COORDINATED else {owner})


Template = Literal["external_road", "consolidated_post", "rail", "air"]
"""For which kind of post a procedure is written."""

Proof = Literal[
    "plate", "rear_plate", "container", "weighing", "radiation", "scan", "seal", "passage", "exit", "document",
    "transport_document", "declaration", "invoice", "waybill", "certificate", "control_result",
]  # fmt: skip
"""What evidence of a crossing can prove: something that was seen or measured of it, or a paper that belongs to it."""

PAPER_PROVES: Final[dict[DocumentKind, Proof]] = {
    "consignment_note": "transport_document", "tir_carnet": "transport_document", "waybill": "waybill",
    "goods_declaration": "declaration", "transit_declaration": "declaration", "invoice": "invoice",
    "certificate": "certificate", "control_result": "control_result",
}  # fmt: skip
"""What a document proves besides that there is one."""

TELLS_GOODS: Final[frozenset[DocumentKind]] = frozenset(
    {"goods_declaration", "transit_declaration", "consignment_note", "waybill", "invoice"}
)
"""Documents that can tell the codes of all goods."""

TELLS_TRANSIT: Final[frozenset[DocumentKind]] = frozenset({"goods_declaration", "transit_declaration"})
"""Documents that tell whether it is transit."""

Effect = Literal["clears", "clears_with_conditions", "diverts", "holds", "refuses", "detains"]
"""What an outcome does: the step is done; it is done and something is imposed; it is done and the goods go on to a
store or an inland post; it waits; the conveyance is sent back; it is kept here."""

CLEARING: Final[frozenset[Effect]] = frozenset({"clears", "clears_with_conditions", "diverts"})

Need = Literal["required", "not_required", "undecided"]
"""Whether a crossing needs a step: three values, for what is not known yet is not 'no' (reference 01 §6.2)."""

Condition = Literal["goods", "transit", "alarm", "finding", "papers"]
"""What a need may depend on: listed codes of goods, a transit declaration, a radiation alarm that stands, a finding of
high level or above, any paper at all."""

StepState = Literal[
    "undecided", "not_required", "pending", "in_progress", "held", "cleared", "cleared_with_conditions", "refused",
    "waived_by_rule", "not_performed",
]  # fmt: skip
"""How a step stands (DESIGN §3)."""

CLEARED: Final[frozenset[StepState]] = frozenset({"cleared", "cleared_with_conditions", "waived_by_rule"})
"""States of a step that is done."""

OVER: Final[frozenset[StepState]] = CLEARED | {"not_required"}
"""States of a step that nothing waits for any more."""

WAITING: Final[frozenset[StepState]] = frozenset({"undecided", "pending", "in_progress", "held"})
"""States of a step that somebody is still to decide, once its turn has come."""

CourseState = Literal[
    "arrived", "identified", "in_control", "referred", "held", "released", "diverted", "detained", "refused",
    "departed", "closed", "expired",
]  # fmt: skip
"""How a crossing stands, as far as this house can know it; nobody can set one."""

Override = Literal["device_failed", "paper_elsewhere", "ordered", "emergency", "other"]
"""Why a step is decided though its proof is missing: it is then claimed, and counted."""

OVERRIDES: Final[frozenset[str]] = frozenset(get_args(Override))

Claim = Literal["released", "departed", "discharged"]
"""What somebody may say of a crossing without proof: it is shown as claimed until the proof is there."""

STEPS_MAX: Final = 40
OUTCOMES_MAX: Final = 12
CODES_MAX: Final = 200
"""Most steps of a procedure, outcomes of a step, and codes of goods of a condition."""

TEXT_MAX: Final = 64 * 1024
"""Most characters of a procedure as it is written."""

CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
"""What a procedure, a step or an outcome may be called."""

_GOODS: Final = re.compile(r"\d{2,10}", re.ASCII)


class Outcome(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way in which a step may end."""

    code: str
    effect: Effect
    name: Name


class Silence(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What it means that nobody answers: after so many seconds from when the step was asked for, this outcome holds."""

    after_s: int
    outcome: str


class When(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What makes a step needed; `codes` are the beginnings of codes of goods, for `goods`."""

    condition: Condition
    codes: tuple[str, ...] = ()


class Step(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One step: whose it is, what comes before it, when it is needed, and what proves that it was done.

    Without `when` it is always needed. `proof` is what must be there before it counts as done; `machine` steps are done
    by their evidence alone. `norm_s` is the time it may take from when its turn has come, `releases` marks the step
    whose clearing says that the conveyance may go.
    """

    code: str
    name: Name
    agency: Agency
    after: tuple[str, ...] = ()
    when: tuple[When, ...] = ()
    proof: tuple[Proof, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    norm_s: int | None = None
    silence: Silence | None = None
    machine: bool = False
    releases: bool = False

    def outcome(self, code: str) -> Outcome | None:
        """Give an outcome by its code."""
        return next((one for one in self.outcomes if one.code == code), None)


class Procedure(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is to be done with every conveyance that crosses in one direction at one kind of post.

    `source` says which law or order it carries out. On `trial` states are worked out and shown, and nobody is alarmed.
    """

    code: str
    name: Name
    template: Template
    direction: Direction
    source: str
    steps: tuple[Step, ...]
    trial: bool = False

    def step(self, code: str) -> Step | None:
        """Give a step by its code."""
        return next((one for one in self.steps if one.code == code), None)


class Unusable(ValueError):
    """A procedure cannot be used; the message names what is wrong and where."""


def read_procedure(text: str) -> Procedure:
    """Read a procedure as it is written (TOML); raises Unusable."""
    try:
        procedure = read_written(text, Procedure, TEXT_MAX)
    except Unreadable as unreadable:
        raise Unusable(str(unreadable)) from unreadable
    for fault in faults_of(procedure):
        raise Unusable(fault)
    return procedure


def faults_of(procedure: Procedure) -> Iterator[str]:
    """Tell what is wrong with a procedure though its form is right."""
    codes = [step.code for step in procedure.steps]
    if not 0 < len(codes) <= STEPS_MAX:
        yield f"{len(codes)} steps; a procedure has from 1 to {STEPS_MAX}"
    if CODE.fullmatch(procedure.code) is None:
        yield f"code: {procedure.code[:60]!r} is no name of small letters, digits and _"
    if not procedure.source.strip():
        yield "source: say which law or order this carries out"
    for code in dict.fromkeys(code for code in codes if codes.count(code) > 1):
        yield f"steps: {code!r} is there {codes.count(code)} times"
    before: set[str] = set()
    for step in procedure.steps:
        yield from (f"step {step.code[:60]!r}: {fault}" for fault in _faults_of_step(step, before))
        before.add(step.code)
    if sum(step.releases for step in procedure.steps) != 1:
        yield "steps: exactly one releases"


def _faults_of_step(step: Step, before: set[str]) -> Iterator[str]:
    if CODE.fullmatch(step.code) is None:
        yield "its code is no name of small letters, digits and _"
    for earlier in step.after:
        if earlier not in before:
            yield f"after: {earlier!r} is no step above it"
    yield from _faults_of_outcomes(step)
    if step.machine and (step.outcomes or not step.proof):
        yield "a machine's step has proof and no outcomes"
    if step.releases and (step.machine or step.when or step.silence):
        yield "the step that releases is always needed, a person decides it, and silence does not"
    if step.norm_s is not None and step.norm_s <= 0:
        yield "norm_s: more than nought seconds"
    for when in step.when:
        if (when.condition == "goods") != bool(when.codes):
            yield f"when: {when.condition} {'lacks' if not when.codes else 'has no'} codes of goods"
        if len(when.codes) > CODES_MAX or not all(map(_GOODS.fullmatch, when.codes)):
            yield f"when: codes are 2 to 10 digits, and at most {CODES_MAX} of them"


def _faults_of_outcomes(step: Step) -> Iterator[str]:
    codes = [one.code for one in step.outcomes]
    if not step.machine and not any(one.effect in CLEARING for one in step.outcomes):
        yield "outcomes: none of them clears it"
    if len(codes) > OUTCOMES_MAX or len(set(codes)) < len(codes) or not all(map(CODE.fullmatch, codes)):
        yield f"outcomes: at most {OUTCOMES_MAX}, each with a code of its own of small letters, digits and _"
    if step.silence is not None and (step.silence.after_s <= 0 or step.outcome(step.silence.outcome) is None):
        yield "silence: a time above nought, and one of its outcomes"
