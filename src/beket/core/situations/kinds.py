"""What each signal is worth: its level, and the sort of a situation in which it is the gravest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from beket.core.situations.limits import RANK
from beket.words.facts import AlarmRaised, CrossingUnexplained, DeviceFailed, Level, Signal
from beket.words.situations import Sort

OF_RULES: Final[dict[str, Sort]] = {"W": "weight", "C": "certificate", "P": "identity", "G": "standing"}
"""The sort of a finding by the letter of its rule; all other rules are about documents."""

OF_RULE: Final[dict[str, Sort]] = {"N01": "identity", "N04": "identity"}
"""Rules about documents that speak of who somebody is: a container's number, a maker's number."""

OF_KINDS: Final[dict[str, Sort]] = {"radiation": "radiation", "unexplained": "no_record"}
"""The sort of what is no finding; all else is said of equipment."""

OPENED: Final = "tampered"
"""What a device says whose case was opened: that is no fault, somebody did it."""

PASSED_UNSEEN: Final = frozenset({"departure_without_arrival", "weighing_without_plate", "portal_without_plate"})
"""Something was here that no camera saw coming; a plate that was not read is a camera's weakness, and a message."""


def sort_of(signal: Signal) -> Sort:
    """Say what a situation is of whose gravest signal this is."""
    if signal.kind == "finding":
        return OF_RULE.get(signal.name) or OF_RULES.get(signal.name[:1], "documents")
    return OF_KINDS.get(signal.kind, "equipment")


def gravest_of(signals: Iterable[Signal]) -> Signal | None:
    """Give the gravest signal, of several the first."""
    return min(signals, key=lambda signal: RANK[signal.level], default=None)


def of_alarm(fact: AlarmRaised) -> Signal:
    """A radiation alarm: neutrons are critical."""
    return Signal(kind="radiation", about=fact.of, name="neutron" if fact.neutron else "gamma", level=_radiation(fact))


def _radiation(fact: AlarmRaised) -> Level:
    return "critical" if fact.neutron else "high"


def of_unexplained(fact: CrossingUnexplained) -> Signal:
    """Something passed without a record."""
    level: Level = "medium" if fact.why in PASSED_UNSEEN else "low"
    return Signal(kind="unexplained", about=fact.crossing, name=fact.why, level=level)


def of_failure(fact: DeviceFailed, *, agreed: bool) -> Signal:
    """A device fails or is silent; while it is worked on that is a message."""
    level: Level = "low" if agreed else "high" if fact.reason == OPENED else "medium"
    return Signal(kind="failed", about=fact.device, name=fact.reason, level=level)
