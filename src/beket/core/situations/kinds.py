"""What each signal threatens and how soon, hence its level; and the sort of a situation whose gravest one it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from beket.core.situations.limits import RANK
from beket.words.facts import AlarmRaised, CrossingUnexplained, Level, Signal
from beket.words.gravity import Weight, level_of
from beket.words.ids import DeviceId
from beket.words.situations import SignalKind, Sort

OF_RULES: Final[dict[str, Sort]] = {
    "W": "weight",
    "C": "certificate",
    "P": "identity",
    "G": "standing",
    "R": "radiation",
}
"""The sort of a finding by the letter of its rule; all other rules are about documents."""

OF_RULE: Final[dict[str, Sort]] = {"N01": "identity", "N04": "identity"}
"""Rules about documents that speak of who somebody is: a container's number, a maker's number."""

OF_KINDS: Final[dict[str, Sort]] = {"radiation": "radiation", "unexplained": "no_record"}
"""The sort of what is no finding; all else is said of equipment."""

OPENED: Final = "tampered"
"""What a device says whose case was opened: that is no fault, somebody did it."""

PASSED_UNSEEN: Final = frozenset({"departure_without_arrival", "weighing_without_plate", "portal_without_plate"})
"""Something was here that no camera saw coming; a plate that was not read is a camera's weakness, and a message."""

OF_ALARMS: Final[dict[str, Weight]] = {
    "neutron": ("people", "minutes"), "gamma": ("people", "release"), "natural": ("goods", "release"),
}  # fmt: skip
"""Radiation alarms: of neutrons, of gamma rays, and of gamma rays no stronger than ordinary goods have."""

UNSEEN: Final[Weight] = ("goods", "shift")
UNREAD: Final[Weight] = ("record", "shift")
"""Something that passed without a record: it has gone, and pictures and the papers of the day tell what it was."""

OPENED_CASE: Final[Weight] = ("loss", "release")
BROKEN: Final[Weight] = ("goods", "shift")
WORKED_ON: Final[Weight] = ("record", "shift")
"""A device that fails: somebody opened it and may have made its measurements worth nothing; it cannot see, and the lane
is controlled by hand; somebody is at it."""

STAYING: Final = frozenset({"finding", "radiation"})
"""What there is time for as long as the conveyance stands here; what passed unseen or fails has the shift."""

UNUSED: Final[Weight] = ("goods", "shift")
DOUBTED: Final[Weight] = ("record", "shift")
"""A device that meets nobody is as good as none; one that drifts is still within what the law lets it err."""


def sort_of(signal: Signal) -> Sort:
    """Say what a situation is of whose gravest signal this is."""
    if signal.kind == "finding":
        return OF_RULE.get(signal.name) or OF_RULES.get(signal.name[:1], "documents")
    return OF_KINDS.get(signal.kind, "equipment")


def gravest_of(signals: Iterable[Signal]) -> Signal | None:
    """Give the gravest signal, of several the first."""
    return min(signals, key=lambda signal: RANK[signal.level], default=None)


def of_alarm(fact: AlarmRaised) -> Signal:
    """A radiation alarm: the lane stays closed until it is judged, and most are of ordinary goods; neutrons never."""
    said = "neutron" if fact.neutron else "natural" if fact.natural else "gamma"
    return _signal("radiation", fact.of, said, OF_ALARMS[said])


def of_unexplained(fact: CrossingUnexplained) -> Signal:
    """Something passed without a record."""
    return _signal("unexplained", fact.crossing, fact.why, UNSEEN if fact.why in PASSED_UNSEEN else UNREAD)


def of_failure(device: DeviceId, reason: str, *, agreed: bool) -> Signal:
    """A device fails or is silent; while it is worked on that is a message."""
    return _signal("failed", device, reason, WORKED_ON if agreed else OPENED_CASE if reason == OPENED else BROKEN)


def of_unused(device: DeviceId, why: str) -> Signal:
    """A device works, and meets nothing that goes past."""
    return _signal("unused", device, why, UNUSED)


def of_doubt(device: DeviceId, doubt: str) -> Signal:
    """A device measures itself out of bounds."""
    return _signal("doubted", device, doubt, DOUBTED)


def out_of_time(signal: Signal) -> Signal:
    """What a signal is when the conveyance went and nobody had seen to it: there is no time any more."""
    if signal.harm is None or signal.kind not in STAYING:
        return signal
    return replace(signal, level=graver(signal.level, level_of(signal.harm, "minutes")), left=True)


def graver(one: Level, other: Level) -> Level:
    """Give the graver of two levels."""
    return one if RANK[one] <= RANK[other] else other


def _signal(kind: SignalKind, about: str, name: str, weight: Weight) -> Signal:
    harm, until = weight
    return Signal(kind=kind, about=about, name=name, level=level_of(harm, until), harm=harm)
