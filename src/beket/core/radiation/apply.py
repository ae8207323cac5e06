"""Fold facts about radiation alarms into what is held."""

from __future__ import annotations

from typing import Final

from beket.core.radiation.state import Alarm, Judged, Radiation
from beket.words.facts import AlarmAdjudicated, AlarmRaised, Fact, PostDescribed

WAITING_MAX: Final = 1000
"""Most alarms that wait at one place; the oldest is let go from memory, and stays in the log and on the board."""

_OURS: Final = frozenset({AlarmRaised, AlarmAdjudicated, PostDescribed})


def apply(held: Radiation, fact: Fact) -> Radiation:
    """Fold one fact in; never refuses."""
    if type(fact) not in _OURS:
        return held
    match fact:
        case AlarmRaised():
            held.waiting[fact.of] = Alarm(fact.device, fact.lane, fact.gamma, fact.neutron)
            if len(held.waiting) > WAITING_MAX:
                del held.waiting[next(iter(held.waiting))]
        case AlarmAdjudicated():
            alarm = held.waiting.get(fact.of)
            if fact.settled:
                held.waiting.pop(fact.of, None)
            elif alarm is not None:
                alarm.first = Judged(fact.code, fact.by)
        case PostDescribed():
            held.lanes = {device.id: device.lane for device in fact.post.devices}
        case _:
            pass
    return held
