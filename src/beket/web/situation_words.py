"""The words of situations: sorts, steps of their cards, how they end, whom they ask for, and why one was not taken."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

SORTS: Final[dict[str, Any]] = {
    "weight": _("Mass does not agree"),
    "documents": _("Papers do not agree"),
    "certificate": _("Certificate in doubt"),
    "identity": _("Not what the papers name"),
    "radiation": _("Radiation alarm"),
    "no_record": _("No record"),
    "equipment": _("Equipment does not work"),
    "standing": _("Not released, or not proven"),
    "silence": _("The whole checkpoint is silent"),
}
"""What a situation is of; a test holds this and the tables below complete."""

CHECKS: Final[dict[str, Any]] = {
    "hold": _("Hold the conveyance: it does not leave the control area"),
    "look_at_pictures": _("Look at the pictures: plates, vehicle, load"),
    "compare_masses": _("Compare the declared masses with the scale, axle by axle"),
    "weigh_again": _("Weigh it again, on another scale if there is one"),
    "inspect_cargo": _("Open and inspect the load, two officers together"),
    "write_act": _("Write the act, with photographs and signatures"),
    "compare_papers": _("Compare the papers side by side in the dossier"),
    "ask_carrier": _("Ask the carrier or the declarant to explain, in writing"),
    "demand_correction": _("Demand a corrected document"),
    "record_decision": _("Write down what was decided, and on what ground"),
    "open_source": _("Open the certificate at its source, not by the printed code"),
    "compare_certificate": _("Compare number, goods, mass, dates and names with the source"),
    "ask_issuer": _("Ask the issuer, by a contact that is not on the certificate"),
    "read_vin": _("Read the VIN on the frame, photograph it, feel for traces of tampering"),
    "look_up_history": _("Look up the earlier visits of this plate and of this VIN"),
    "stop_lane": _("Stop the lane: nobody passes the portal"),
    "keep_people_away": _("Keep people away from the conveyance"),
    "second_look": _("Measure with the hand instrument, identify the isotope"),
    "judge_alarm": _("Judge the alarm on its page, with the second person where it is asked for"),
    "tell_radiation_service": _("Tell the radiation safety service"),
    "look_at_steps": _("Look at the steps: which is missing, and whose it is"),
    "stop_at_exit": _("Stop the conveyance at the exit, or find out where it is"),
    "ask_who_released": _("Ask who let it go, and on what ground"),
    "tell_mobile_group": _("Tell the mobile group, if it has gone"),
    "bring_proof": _("Have the missing proof brought, or the decision mended"),
    "find_lorry": _("Find the conveyance: in the lanes, on the ground, on the road"),
    "find_papers": _("Find its papers, or have them entered now"),
    "ask_guard": _("Ask the border guard what they have of it"),
    "look_at_device": _("Look at the device itself, not at its screen"),
    "power_and_line": _("Check power, cable and network"),
    "control_by_hand": _("Until it works, control by hand and write it down"),
    "call_engineer": _("Call the engineer, agree a maintenance window"),
    "see_it_send": _("See that it sends again, with a lorry that passes"),
    "call_post": _("Call the checkpoint by telephone or radio: is there power, who is there"),
    "see_all_send": _("See that every device sends again, lane by lane"),
    "enter_what_passed": _("Have entered what passed meanwhile, from the paper records"),
}
"""What each step of a card says."""

ENDS: Final[dict[str, Any]] = {
    "resolved": _("Resolved: the card is done"),
    "false_alarm": _("False alarm"),
    "no_action": _("No action needed"),
    "passed_on": _("Passed on to another body"),
    "cleared": _("Over by itself: nothing of it stands"),
    "message_over": _("A message whose day is over"),
    "let_go": _("Let go: too many were open"),
}
"""How a situation was closed; the first four are what people choose from."""

RUNGS: Final[dict[str, Any]] = {
    "post": _("the inspectors of the post"),
    "duty": _("the duty officers on shift"),
    "all": _("every duty officer"),
}
"""Whom a situation asks for."""

AGAIN: Final[dict[str, Any]] = {
    "expired": _("nothing was done for too long"),
    "woke": _("it was put off until now"),
    "worse": _("it is graver now"),
    "new_signal": _("something was added"),
}
"""Why a situation asks for somebody again."""

REFUSED: Final[dict[str, Any]] = {
    "done": _("Done."),
    "awaited": _("It is in the log; what follows from it is still awaited."),
    "not_allowed": _("Your role may not decide this."),
    "no_such_situation": _("This situation is not open any more."),
    "taken_by_other": _("Somebody else has this situation; nothing was changed."),
    "taken_already": _("You have it already."),
    "changed_meanwhile": _(
        "The situation changed while you looked at it; nothing was changed. Look again, and decide."
    ),
    "no_such_check": _("This step is not on the card any more."),
    "nobody_above": _("There is nobody above to give it to."),
    "no_reason": _("Write down the reason."),
    "never_snoozed": _("A critical situation is not put off."),
    "snoozed_too_long": _("It cannot be put off for so long."),
    "same_situation": _("Choose another situation to merge it into."),
    "no_such_outcome": _("Choose how it ends."),
    "second_person": _("You said so first; the second person is another one."),
    "take_first": _("Take it first: who closes a situation has it."),
    "card_not_done": _("Steps of the card that must be done are not done yet."),
    "on_shift": _("You are on shift already."),
    "not_on_shift": _("You are not on shift."),
    "too_many": _("Too many are on shift here."),
    "own_handover": _("Another person confirms a hand-over."),
    "nothing_handed": _("There is nothing to take over."),
}
"""What became of a decision about a situation or a shift."""

DID: Final[dict[str, Any]] = {
    "situation_opened": _("Raised"),
    "situation_changed": _("Signals changed"),
    "situation_raised_again": _("Raised again"),
    "situation_taken": _("Taken"),
    "still_at_it": _("Still at it"),
    "situation_escalated": _("Given up the chain"),
    "situation_snoozed": _("Put off"),
    "situations_merged": _("Merged"),
    "check_ticked": _("Step of the card"),
    "situation_dispatched": _("Post asked"),
    "closing_proposed": _("Closing waits for a second person"),
    "situation_closed": _("Closed"),
}
"""What each fact about a situation says in its history."""

SIGNALS: Final[dict[str, Any]] = {
    "gamma": _("The portal counted gamma radiation above its alarm level"),
    "natural": _(
        "The portal counted gamma radiation above its alarm level, no more than ordinary goods have by nature"
    ),
    "neutron": _("The portal counted neutrons above its alarm level"),
    "unused": _("It is said to work, and none of the last conveyances of its lane was met by it"),
}
"""What signals say that are no findings and have no words yet."""

SHARED: Final[dict[str, Any]] = {
    "vin": _("the same VIN"),
    "container": _("the same container"),
    "plate": _("the same plate"),
    "number": _("the same paper"),
    "fault": _("the same fault of one device"),
    "rule": _("the same rule at one device"),
    "firm": _("the same consignor or carrier"),
}
"""What two situations share."""
