"""What situations are of, what is done about each kind, and how they end: codes, for which the desk has the words."""

from __future__ import annotations

from typing import Final, Literal

from msgspec import Struct

Sort = Literal[
    "weight", "documents", "certificate", "identity", "radiation", "no_record", "equipment", "standing", "silence"
]
"""What a situation is of: that of its gravest signal; `silence` is of a whole post of which nothing is heard."""

Subject = Literal["crossing", "document", "device", "alarm", "post"]
"""What a situation is about: a visit, a document that is nobody's yet, a device, a radiation alarm of nobody known,
or a post that is silent with its devices."""

SignalKind = Literal["finding", "radiation", "unexplained", "failed", "unused", "doubted"]
"""Where a signal comes from: a rule, a portal, something that passed without a record; a device that fails or is
silent, that works and meets no lorry, or that measures itself out of bounds."""

Rung = Literal["post", "duty", "all"]
"""Whom a situation asks for: the inspectors of its post, the duty officers on shift, or every duty officer."""

RUNGS: Final[tuple[Rung, ...]] = ("post", "duty", "all")
"""The chain by which a situation goes up; it never goes down."""

Again = Literal["expired", "woke", "worse", "new_signal"]
"""Why a situation asks for somebody again: nobody did anything for too long, it slept long enough, it is graver now, or
something was added to it."""

Outcome = Literal["resolved", "false_alarm", "no_action", "passed_on"]
"""How people close a situation."""

OUTCOMES: Final[tuple[Outcome, ...]] = ("resolved", "false_alarm", "no_action", "passed_on")

Ended = Literal["cleared", "message_over", "let_go"]
"""How a situation ends by itself: nothing of it stands any more, it was to be known only, or there were too many."""

REMARK_MAX: Final = 400
"""Most signs of a remark, or of what a post is asked to do."""


class Check(Struct, frozen=True):
    """One step of a card; without a mandatory one a situation is not closed as resolved."""

    code: str
    mandatory: bool = True


CARDS: Final[dict[Sort, tuple[Check, ...]]] = {
    "weight": (
        Check("hold"),
        Check("look_at_pictures", mandatory=False),
        Check("compare_masses"),
        Check("weigh_again"),
        Check("inspect_cargo"),
        Check("write_act"),
    ),
    "documents": (
        Check("compare_papers"),
        Check("ask_carrier"),
        Check("demand_correction", mandatory=False),
        Check("inspect_cargo", mandatory=False),
        Check("record_decision"),
    ),
    "certificate": (
        Check("hold"),
        Check("open_source"),
        Check("compare_certificate"),
        Check("ask_issuer"),
        Check("record_decision"),
    ),
    "identity": (
        Check("hold"),
        Check("look_at_pictures"),
        Check("read_vin"),
        Check("look_up_history"),
        Check("record_decision"),
    ),
    "radiation": (
        Check("stop_lane"),
        Check("keep_people_away"),
        Check("second_look"),
        Check("judge_alarm"),
        Check("tell_radiation_service", mandatory=False),
        Check("record_decision"),
    ),
    "no_record": (
        Check("look_at_pictures"),
        Check("find_lorry"),
        Check("find_papers"),
        Check("ask_guard", mandatory=False),
        Check("record_decision"),
    ),
    "standing": (
        Check("look_at_steps"),
        Check("stop_at_exit"),
        Check("ask_who_released"),
        Check("tell_mobile_group", mandatory=False),
        Check("bring_proof"),
        Check("record_decision"),
    ),
    "equipment": (
        Check("look_at_device"),
        Check("power_and_line"),
        Check("control_by_hand"),
        Check("call_engineer"),
        Check("see_it_send"),
    ),
    "silence": (
        Check("call_post"),
        Check("power_and_line"),
        Check("control_by_hand"),
        Check("call_engineer", mandatory=False),
        Check("see_all_send"),
        Check("enter_what_passed"),
        Check("record_decision"),
    ),
}
"""The clear algorithm of each sort (reference 01 §7.4): what is done, in this order; the desk has the words."""


def card_of(sort: Sort) -> dict[str, Check]:
    """Give the steps of a sort by their codes."""
    return {check.code: check for check in CARDS[sort]}
