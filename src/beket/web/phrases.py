"""The words for what the house knows by codes: kinds of readings and facts, reasons, zones, states."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

KINDS: Final[dict[str, Any]] = {
    "plate_read": _("Plate read"),
    "container_read": _("Container number read"),
    "weight": _("Weight shown"),
    "weighing": _("Weighing"),
    "rpm_background": _("Radiation background"),
    "rpm_sample": _("Radiation sample"),
    "rpm_occupancy": _("Radiation portal passed"),
    "rpm_fault": _("Radiation portal fault"),
    "rpm_tamper": _("Radiation portal opened"),
    "rpm_setup": _("Radiation portal settings"),
    "passage": _("Passage"),
    "scan_request": _("Scan asked for"),
    "scan_result": _("Scan result"),
    "position": _("Position"),
    "seal_status": _("Seal state"),
    "seal_event": _("Seal locked or unlocked"),
    "document": _("Document number read"),
    "document_lodged": _("Document brought"),
    "source_answered": _("Source of a certificate answered"),
    "slip_shown": _("Printed slip shown"),
    "health": _("Device health"),
    "wim_pass": _("Weighed in motion"),
    "rad_measurement": _("Radiation measured"),
    "state": _("State of equipment"),
    "switch_result": _("Order carried out"),
    "code": _("Code read"),
    "tick": _("Clock"),
    "describe_post": _("Layout of the post ordered"),
    "agree_maintenance": _("Maintenance planned"),
    "end_maintenance": _("Maintenance to be ended"),
    "adjudicate_alarm": _("Alarm judged"),
    "order_equipment": _("Equipment ordered"),
    "attach_document": _("Document put into a dossier"),
    "detach_document": _("Document taken out of a dossier"),
    "save_map": _("Map of documents to be saved"),
    "retire_map": _("Map of documents to be put out of force"),
    "propose_procedure": _("Procedure proposed"),
    "approve_procedure": _("Procedure to be approved"),
    "reject_procedure": _("Procedure to be rejected"),
    "begin_step": _("Step to be begun"),
    "decide_step": _("Step to be decided"),
    "claim_state": _("State claimed without proof"),
    "take_passage": _("Passage to be taken"),
    "record_passage": _("Record of a passage signed"),
    "passage_taken": _("Passage taken"),
    "passage_recorded": _("Recorded by an inspector"),
    "procedure_proposed": _("Procedure waits for a second person"),
    "procedure_approved": _("Procedure approved"),
    "procedure_rejected": _("Procedure rejected"),
    "step_begun": _("Step begun"),
    "step_decided": _("Step decided"),
    "state_claimed": _("Claimed, not proven"),
    "standing_found": _("State worked out"),
    "report_neighbour": _("Said of the neighbour"),
    "await_trade": _("Said that the trade is awaited"),
    "end_awaiting": _("Said that the trade is awaited no longer"),
    "neighbour_stopped": _("The neighbour stopped, as somebody says"),
    "neighbour_resumed": _("The neighbour goes on, or nobody says that it stopped"),
    "trade_awaited": _("An agency waits for the driver or for papers"),
    "awaiting_ended": _("An agency waits for the trade no longer"),
    "propose_weight_limits": _("Table of limits of mass to be put in force"),
    "approve_weight_limits": _("Table of limits of mass to be approved"),
    "reject_weight_limits": _("Table of limits of mass to be rejected"),
    "propose_post": _("Layout of a checkpoint to be put in force"),
    "approve_post": _("Layout of a checkpoint to be approved"),
    "reject_post": _("Layout of a checkpoint to be rejected"),
    "post_proposed": _("Layout of a checkpoint waits for a second person"),
    "post_approved": _("Layout of a checkpoint approved"),
    "post_rejected": _("Layout of a checkpoint rejected"),
    "post_described": _("Layout of the post in force"),
    "crossing_opened": _("Crossing opened"),
    "crossing_identified": _("Identified"),
    "evidence_attached": _("Evidence attached"),
    "evidence_moved": _("Evidence moved here"),
    "crossing_unexplained": _("Not explained"),
    "crossing_explained": _("Explained"),
    "crossings_joined": _("Joined with another crossing"),
    "crossing_departed": _("Departed"),
    "crossing_closed": _("Closed"),
    "device_failed": _("Device failed"),
    "device_recovered": _("Device recovered"),
    "clock_found_wrong": _("Device clock is wrong"),
    "clock_found_right": _("Device clock is right again"),
    "aspect_found": _("Found out about a device"),
    "device_doubted": _("Device doubted"),
    "doubt_withdrawn": _("Doubt withdrawn"),
    "usual_found": _("What is usual is known"),
    "maintenance_agreed": _("Maintenance agreed"),
    "maintenance_ended": _("Maintenance over"),
    "alarm_raised": _("Radiation alarm waits"),
    "alarm_adjudicated": _("Radiation alarm judged"),
    "decision_refused": _("Decision without effect"),
    "document_filed": _("Document on file"),
    "document_resent": _("Document came again"),
    "source_compared": _("Compared with its source"),
    "document_attached": _("Document belongs here"),
    "document_offered": _("Document fits several"),
    "document_detached": _("Document does not belong here"),
    "slip_claimed": _("Claimed by a printed slip"),
    "finding_raised": _("Does not agree"),
    "finding_withdrawn": _("Agrees again"),
    "map_saved": _("Map of documents in force"),
    "map_retired": _("Map of documents out of force"),
    "take_situation": _("Situation to be taken"),
    "escalate_situation": _("Situation to go up"),
    "snooze_situation": _("Situation to be put off"),
    "merge_situations": _("Situations to be merged"),
    "dispatch_situation": _("Post to be asked"),
    "tick_check": _("Step of a card to be ticked"),
    "close_situation": _("Situation to be closed"),
    "start_shift": _("Shift to begin"),
    "end_shift": _("Shift to end"),
    "confirm_handover": _("Hand-over to be confirmed"),
    "situation_opened": _("Situation raised"),
    "situation_changed": _("Situation changed"),
    "situation_raised_again": _("Situation raised again"),
    "situation_taken": _("Situation taken"),
    "situation_escalated": _("Situation went up"),
    "situation_snoozed": _("Situation put off"),
    "situations_merged": _("Situations merged"),
    "check_ticked": _("Step of a card ticked"),
    "situation_dispatched": _("Post asked"),
    "closing_proposed": _("Closing waits for a second person"),
    "situation_closed": _("Situation closed"),
    "shift_started": _("Shift began"),
    "shift_ended": _("Shift ended"),
    "handover_confirmed": _("Hand-over confirmed"),
    "issue_act": _("Act to be issued"),
    "sign_act": _("Act to be signed"),
    "act_issued": _("Act issued"),
    "act_signed": _("Act signed"),
    "weight_limits_proposed": _("Table of limits of mass proposed"),
    "weight_limits_set": _("Table of limits of mass in force"),
    "weight_limits_rejected": _("Table of limits of mass rejected"),
}
"""Every kind an entry may have (words/readings.py, decisions.py, facts.py); a test holds this complete."""

UNEXPLAINED: Final[dict[str, Any]] = {
    "no_plate": _("Plate not readable"),
    "weighing_without_plate": _("Weighed without a plate"),
    "portal_without_plate": _("At the portal without a plate"),
    "container_without_plate": _("Container without a plate"),
    "passage_without_plate": _("Passed without a plate"),
    "departure_without_arrival": _("Left without having arrived"),
}
CLOSED: Final[dict[str, Any]] = {
    "departed": _("Departed"),
    "backed_out": _("Backed out"),
    "seen_again_without_departure": _("Came again; its leaving was not seen"),
    "seen_leaving_elsewhere": _("Left in the other direction"),
    "expired_no_departure": _("Expired: leaving was not seen"),
    "expired_unexplained": _("Expired without explanation"),
}
ZONES: Final[dict[str, Any]] = {
    "arrival": _("arrival"),
    "control": _("control area"),
    "departure": _("departure"),
}
ROLES_SEEN: Final[dict[str, Any]] = {
    "front": _("Front plate"),
    "rear": _("Rear plate"),
    "trailer": _("Trailer"),
    "container": _("Container"),
    "exit_front": _("Front plate at the exit"),
    "exit_rear": _("Rear plate at the exit"),
}
VIEWS: Final[dict[str, Any]] = {"front": _("front"), "rear": _("rear"), "side": _("side"), "none": ""}
DEVICE_STATES: Final[dict[str, Any]] = {"up": _("Works"), "down": _("Down"), "unknown": _("Not heard yet")}
CLASSES: Final[dict[str, Any]] = {
    "camera": _("Camera"),
    "scale": _("Scales"),
    "wim": _("Weigh-in-motion"),
    "portal": _("Radiation portal"),
    "detector": _("Radiation detector"),
    "tracker": _("Tracker"),
    "seal": _("Electronic seal"),
    "scanner": _("X-ray scanner"),
    "reader": _("Document reader"),
    "barrier": _("Barrier"),
    "loop": _("Loop"),
    "sensor": _("Sensor"),
}
"""Every class of equipment (words/site.py); a test holds this complete."""

ASPECTS: Final[dict[str, Any]] = {
    "installed": _("Installed"),
    "powered": _("Powered"),
    "calibrated": _("Calibrated"),
    "sending": _("Sending"),
    "used": _("Used"),
}
ASPECTS_NOT: Final[dict[str, Any]] = {
    "installed": _("Not installed"),
    "powered": _("Without power"),
    "calibrated": _("Not calibrated"),
    "sending": _("Not sending"),
    "used": _("Not used"),
}
WHY: Final[dict[str, Any]] = {
    "silent": _("it is silent"),
    "unreachable": _("it cannot be reached"),
    "expired": _("its verification has run out"),
    "no_date": _("the register has no date"),
    "not_yet": _("it is to be installed later"),
    "none": _("it met none of the last conveyances of its lane"),
    "some": _("it met fewer than half of the last conveyances of its lane"),
    "no_crossings": _("too few conveyances passed its lane"),
}
"""Why an aspect is so (core/equipment/aspects.py); a device's own word for its fault is shown as it came."""

MEASURES: Final[dict[str, Any]] = {
    "zero_drift": _("Zero of the scales"),
    "gamma_background": _("Gamma background"),
    "neutron_background": _("Neutron background"),
    "unread_plates": _("Share of unread plates"),
    "bad_frames": _("Share of damaged messages"),
}
DOUBTS: Final[dict[str, Any]] = {
    "zero_drift": _("Zero of the scales has drifted"),
    "gamma_background": _("Gamma background is unusual"),
    "neutron_background": _("Neutron background is unusual"),
    "unread_plates": _("Many plates are not read"),
    "bad_frames": _("Many messages are damaged"),
}
FORWARD: Final[dict[str, Any]] = {
    "along": _("“approaching” means along the lane"),
    "against": _("“approaching” means against the lane"),
}
VEHICLES: Final[dict[str, Any]] = {
    "truck": _("lorry"),
    "bus": _("bus"),
    "largeBus": _("bus"),
    "vehicle": _("car"),
    "SUVMPV": _("car"),
    "van": _("van"),
}
"""What cameras call a vehicle; a word we do not know is shown as it came."""

DOCUMENTS: Final[dict[str, Any]] = {
    "P": _("passport"),
    "I": _("identity card"),
    "A": _("identity card"),
    "C": _("identity card"),
    "V": _("visa"),
}
"""What the first letter of a zone says the document is (Doc 9303); another letter is shown as it came."""

VERDICTS: Final[dict[str, Any]] = {
    "clear": _("nothing found"),
    "suspect": _("suspect"),
    "rescan": _("to be scanned again"),
    "refused": _("not scanned"),
}
"""How the analyst of an X-ray complex judged an image."""

PICTURES: Final[dict[str, Any]] = {
    "scene": _("Scene"),
    "plate": _("Plate"),
    "vehicle": _("Vehicle"),
    "seal": _("Seal"),
    "goods": _("Goods"),
    "document": _("Document"),
    "other": _("Other picture"),
}


REFUSED: Final[dict[str, Any]] = {
    "gone": _("There is no such page, or it belongs to a checkpoint you have no duty at."),
    "duty": _("None of your roles may open this page. An administrator grants roles."),
    "form": _("The form was too old or came from another site. Open the page again and repeat."),
}
"""Why somebody is not let in."""

UNSEEN: Final[dict[str, Any]] = {
    "password": _("The password is not right."),
    "passkey": _("The passkey was not accepted. Try once more, with a passkey of this account."),
}
"""Why a proof of presence was none."""


def word(table: dict[str, Any], code: str | None) -> str:
    """The word for a code; a code without one is shown as it is, never hidden."""
    return str(table.get(code, code)) if code else ""
