"""The words of procedures: states of crossings and steps, agencies, proof, and why a decision is not taken."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from beket.board.panels.procedures import LISTED_MAX
from beket.web.moments import language
from beket.words.procedures import Procedure, read_procedure
from beket.words.site import Name

STATES: Final[dict[str, Any]] = {
    "arrived": _("arrived"),
    "identified": _("identified"),
    "in_control": _("in control"),
    "referred": _("referred to examination"),
    "held": _("held"),
    "released": _("released"),
    "diverted": _("released to a store or an inland post"),
    "detained": _("detained"),
    "refused": _("refused, to go back"),
    "departed": _("departed"),
    "closed": _("closed"),
    "expired": _("expired without departure"),
    "discharged": _("transit discharged"),
}
"""Where a crossing stands, and what may be claimed of it."""

STEP_STATES: Final[dict[str, Any]] = {
    "undecided": _("not known yet whether needed"),
    "not_required": _("not needed"),
    "pending": _("to be done"),
    "in_progress": _("being done"),
    "held": _("waits"),
    "cleared": _("done"),
    "cleared_with_conditions": _("done, with conditions"),
    "refused": _("refused"),
    "waived_by_rule": _("nobody answered in time"),
    "not_performed": _("not done"),
}

LEVELS: Final[dict[str, str]] = {
    "held": "medium", "refused": "high", "not_performed": "high", "in_progress": "low", "waived_by_rule": "medium",
    "detained": "high", "referred": "medium", "expired": "medium",
}  # fmt: skip
"""The colour of what is not as it usually is."""

AGENCIES: Final[dict[str, Any]] = {
    "customs": _("Customs"),
    "border": _("Border Service"),
    "tax": _("Tax Service"),
    "transport": _("Transport control"),
    "veterinary": _("Veterinary service"),
    "phytosanitary": _("Plant quarantine"),
    "health": _("Sanitary service"),
    "operator": _("Operator of the checkpoint"),
}

PROOFS: Final[dict[str, Any]] = {
    "plate": _("plate seen"),
    "rear_plate": _("rear plate seen"),
    "container": _("container seen"),
    "weighing": _("weighing"),
    "radiation": _("radiation portal passed"),
    "scan": _("X-ray scan"),
    "seal": _("seal heard"),
    "passage": _("passage"),
    "exit": _("seen at the exit"),
    "document": _("a document"),
    "transport_document": _("transport document"),
    "declaration": _("declaration"),
    "invoice": _("invoice"),
    "waybill": _("waybill"),
    "certificate": _("certificate"),
    "control_result": _("control result"),
}

EFFECTS: Final[dict[str, Any]] = {
    "clears": _("the step is done"),
    "clears_with_conditions": _("done, with conditions"),
    "diverts": _("goes on to a store or an inland post"),
    "holds": _("waits"),
    "refuses": _("the conveyance goes back"),
    "detains": _("the conveyance is kept here"),
}

OVERRIDES: Final[dict[str, Any]] = {
    "device_failed": _("a device failed"),
    "paper_elsewhere": _("the paper was seen, and is not in this system"),
    "ordered": _("ordered by a superior"),
    "emergency": _("emergency"),
    "other": _("another reason, written below"),
}
"""Why a step is decided though its proof is missing."""

NOTES: Final[dict[str, Any]] = {
    "plate": _("Plate"),
    "trailer": _("Trailer"),
    "container": _("Container"),
    "vin": _("VIN"),
    "seals": _("Seals"),
    "gross_kg": _("Gross mass, kg"),
    "packages": _("Packages"),
    "persons": _("Persons on board"),
}
"""What an inspector may note of a conveyance."""

CONDITIONS: Final[dict[str, Any]] = {
    "goods": _("goods of the codes"),
    "transit": _("a transit declaration"),
    "alarm": _("a radiation alarm stands"),
    "finding": _("a finding of high level or above"),
    "papers": _("there are papers"),
}
"""What a step's need depends on."""

TEMPLATES: Final[dict[str, Any]] = {
    "external_road": _("external border, road"),
    "consolidated_post": _("Consolidated Post"),
    "rail": _("railway"),
    "air": _("air cargo"),
}

STATUSES: Final[dict[str, Any]] = {
    "proposed": _("waits for a second person"),
    "approved": _("approved"),
    "rejected": _("rejected"),
}

OUTCOMES: Final[dict[str, Any]] = {
    "awaited": _("It is in the log; what follows from it is still awaited."),
    "not_allowed": _("Your role may not decide this."),
    "no_such_course": _("This crossing goes by no procedure, or is not held any more."),
    "no_such_step": _("This procedure has no such step, or a machine does it."),
    "no_such_outcome": _("Choose how the step ended."),
    "other_agency": _("Another agency decides this step."),
    "crossing_is_over": _("The conveyance has gone; nothing more is decided of its steps."),
    "step_not_needed": _("This crossing does not need this step."),
    "not_its_turn": _("Steps before this one are not done yet."),
    "decided_meanwhile": _("Somebody decided this step meanwhile. Look at what stands there now."),
    "step_is_decided": _("This step is decided already."),
    "step_is_begun": _("This step was begun already."),
    "proof_missing": _("Its proof is missing: say why it is decided all the same. It is then shown as claimed."),
    "no_reason": _("Write down the reason."),
    "not_signed": _("The answer of a system is signed by its key."),
    "no_document": _("The answer of a system names its agency’s own document."),
    "too_long": _("That is too long."),
    "already_claimed": _("This was said of the crossing already."),
    "procedure_torn": _("The text came torn. Send it again."),
    "procedure_unusable": _("The text is no procedure."),
    "procedure_is_the_same": _("This is what is in force then, word for word."),
    "procedure_changed_meanwhile": _("It is another text than you have read. Look at it again."),
    "no_such_procedure": _("This procedure does not wait any more."),
    "too_many_procedures": _("Too many procedures wait at this checkpoint. Reject some first."),
    "not_from_then": _("It can be in force from now on, and at most 400 days ahead."),
    "taken_meanwhile": _("Somebody else has taken it meanwhile."),
    "taken_by_another": _("Somebody else records this conveyance. Take it over first."),
    "recorded_meanwhile": _("Somebody signed another record meanwhile. Look at both, and sign anew."),
    "already_recorded": _("This was recorded already."),
    "too_many_records": _("Too many records were signed of this crossing."),
    "nothing_recorded": _("Nothing was noted, photographed or decided."),
    "noted_twice": _("One thing was noted twice."),
    "note_unusable": _("A note cannot be kept as it is written."),
    "machine_reads_it": _("A machine reads this. Say why it is written by hand."),
    "photo_missing": _("What is written in a machine’s place needs a photograph."),
    "photo_too_large": _("A photograph is too large."),
    "no_crossing": _("No conveyance with this plate was seen here then. Choose one, or take the plate down anew."),
    "several_crossings": _("Several conveyances fit. Choose the one that is meant."),
    "second_person": _("You proposed it; another person approves it."),
}
"""What became of a decision about a procedure or a step (core/procedures/orders); a test holds this complete."""


READ_MAX: Final = LISTED_MAX + 50
"""Procedures that are kept read: as many as one list has, and those that come with the house."""


def in_language(name: Name) -> str:
    """Give a name in the language of the page."""
    return str(getattr(name, language()))


@lru_cache(READ_MAX)
def procedure_of(text: str) -> Procedure:
    """Read a procedure that is on the board, and so was read before."""
    return read_procedure(text)
