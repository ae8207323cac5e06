"""Conclude facts about radiation alarms: each waits for people, some for two of them (reference 03 §3.4)."""

from __future__ import annotations

from beket.core.radiation.natural import is_natural
from beket.core.radiation.state import Alarm, Radiation
from beket.core.refused import refused
from beket.words.decisions import ADJUDICATION, INNOCENT, SECOND_PERSON, AdjudicateAlarm, Decision
from beket.words.facts import AlarmAdjudicated, AlarmRaised, Fact
from beket.words.ids import EntryRef, LaneId
from beket.words.readings import RadMeasurement, Reading, RpmOccupancy
from beket.words.roles import may


def react(held: Radiation, ref: EntryRef, body: Reading | Decision) -> tuple[Fact, ...]:
    """Conclude facts about alarms from one entry."""
    if isinstance(body, RpmOccupancy | RadMeasurement):
        return _raised(held, ref, body) if body.gamma_alarm or body.neutron_alarm else ()
    if isinstance(body, AdjudicateAlarm):
        return (_judged(held, ref, body),)
    return ()


def _raised(held: Radiation, ref: EntryRef, said: RpmOccupancy | RadMeasurement) -> tuple[Fact, ...]:
    alarm = AlarmRaised(
        at=said.received,
        because=(ref,),
        of=ref,
        device=said.device_id,
        lane=held.lanes.get(said.device_id, LaneId("")),
        gamma=said.gamma_alarm,
        neutron=said.neutron_alarm,
        natural=is_natural(said),
    )
    return (alarm,)


def _judged(held: Radiation, ref: EntryRef, ordered: AdjudicateAlarm) -> Fact:
    alarm = held.waiting.get(ordered.of)
    why = _why_not(alarm, ordered)
    if alarm is None or why is not None:
        return refused(ref, ordered, why or "no_such_alarm")
    first = alarm.first
    agreed = first is not None and first.code == ordered.code
    return AlarmAdjudicated(
        at=ordered.at,
        because=(ref,),
        of=ordered.of,
        code=ordered.code,
        by=first.by if first is not None and agreed else ordered.by,
        second=ordered.by if agreed else None,
        settled=agreed or ordered.code not in SECOND_PERSON,
    )


def _why_not(alarm: Alarm | None, ordered: AdjudicateAlarm) -> str | None:
    if not may(ordered.role, "adjudicate"):
        return "not_allowed"
    if alarm is None:
        return "no_such_alarm"
    if ordered.code not in ADJUDICATION:
        return "no_such_code"
    if alarm.neutron and ordered.code in INNOCENT and ordered.secondary != "completed":
        return "neutron_needs_inspection"
    if alarm.first is not None and alarm.first.by == ordered.by:
        return "second_person"
    return None
