"""Fold facts about equipment into what is held."""

from __future__ import annotations

from typing import Final

from beket.core.equipment.state import Equipment
from beket.words.facts import ClockFoundRight, ClockFoundWrong, DeviceFailed, DeviceRecovered, Fact, PostDescribed
from beket.words.ids import DeviceId

_OURS: Final = frozenset({PostDescribed, DeviceFailed, DeviceRecovered, ClockFoundWrong, ClockFoundRight})
"""Asked first: nearly all facts are about crossings."""


def apply(held: Equipment, fact: Fact) -> Equipment:
    """Fold one fact in; never refuses."""
    if type(fact) not in _OURS:
        return held
    match fact:
        case PostDescribed():
            held.post = fact.post
            _keep_only(held, {device.id for device in fact.post.devices})
        case DeviceFailed():
            held.failures[fact.device] = fact.reason
        case DeviceRecovered():
            held.failures.pop(fact.device, None)
        case ClockFoundWrong():
            held.wrong_clocks[fact.device] = fact.drift_ms
        case ClockFoundRight():
            held.wrong_clocks.pop(fact.device, None)
        case _:
            pass
    return held


def _keep_only(held: Equipment, devices: set[DeviceId]) -> None:
    """Forget devices that are not part of the layout any more."""
    held.failures = {device: why for device, why in held.failures.items() if device in devices}
    held.wrong_clocks = {device: drift for device, drift in held.wrong_clocks.items() if device in devices}
