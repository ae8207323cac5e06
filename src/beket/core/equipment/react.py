"""Conclude the state of equipment from what it says: what it complains of, that it speaks, what its clock shows."""

from __future__ import annotations

from typing import Final

from beket.core.equipment import aspects, doubts, maintenance, posts
from beket.core.equipment.state import Equipment
from beket.words.decisions import (
    AboutSituation,
    AdjudicateAlarm,
    AgreeMaintenance,
    ApprovePost,
    ApproveProcedure,
    ApproveWeightLimits,
    AttachDocument,
    AwaitTrade,
    BeginStep,
    ClaimState,
    ConfirmHandover,
    DecideStep,
    Decision,
    DescribePost,
    DetachDocument,
    EndAwaiting,
    EndMaintenance,
    EndShift,
    IssueAct,
    OrderEquipment,
    ProposePost,
    ProposeProcedure,
    ProposeWeightLimits,
    RecordPassage,
    RejectPost,
    RejectProcedure,
    RejectWeightLimits,
    ReportNeighbour,
    RetireMap,
    SaveMap,
    SignAct,
    StartShift,
    TakePassage,
    TickCheck,
)
from beket.words.facts import (
    ClockFoundRight,
    ClockFoundWrong,
    DeviceFailed,
    DeviceRecovered,
    Fact,
)
from beket.words.ids import EntryRef
from beket.words.readings import (
    DocumentLodged,
    Health,
    Reading,
    RpmBackground,
    RpmFault,
    RpmTamper,
    SlipShown,
    SourceAnswered,
    Tick,
)

CLOCK_WRONG_MS: Final = 30_000
"""A clock further off than this is a fault (reference 03 §9: > 2 s warn, > 30 s fault)."""

CLOCK_RIGHT_MS: Final = 25_000
"""A clock must come this near again: the gap keeps a clock at the edge from being reported at every message."""

GONE: Final = ("silent", "unreachable")
"""Failures that any live word from the device disproves."""

TAMPERED: Final = "tampered"
"""A case that was opened stays a failure, whatever else the device says, until it says that it is closed."""

_COMPLAINTS: Final = (Health, RpmFault, RpmTamper)
"""Only these can say that something is wrong; any other word at most withdraws it."""

_OF_PAPERS: Final = (DocumentLodged, SourceAnswered, SlipShown)
"""What no equipment said."""

_BACKGROUND: Final = "background "
"""Begins the reason of a portal whose background is out of bounds; a background in bounds withdraws it."""


def react(held: Equipment, ref: EntryRef, body: Reading | Decision) -> tuple[Fact, ...]:
    """Conclude facts about equipment from one entry."""
    match body:
        case Tick():
            now = body.received
            known = (*maintenance.of_time(held, ref, now), *aspects.of_time(held, ref, now))
            return (*known, *posts.of_time(held, ref, now))  # last: what was concluded of a device is forgotten with it
        case DescribePost() | ProposePost() | ApprovePost() | RejectPost():
            return posts.on_ordered(held, ref, body)
        case AgreeMaintenance() | EndMaintenance():
            return (maintenance.on_ordered(held, ref, body),)
        case (
            AdjudicateAlarm() | OrderEquipment() | AttachDocument() | DetachDocument() | SaveMap() | RetireMap()
            | AboutSituation() | TickCheck() | StartShift() | EndShift() | ConfirmHandover()
            | ProposeProcedure() | ApproveProcedure() | RejectProcedure() | BeginStep() | DecideStep() | ClaimState()
            | IssueAct() | SignAct()
            | ProposeWeightLimits() | ApproveWeightLimits() | RejectWeightLimits()
            | TakePassage() | RecordPassage()
            | ReportNeighbour() | AwaitTrade() | EndAwaiting()
        ):  # fmt: skip
            return ()
        case Health():
            facts = _state(held, ref, body) + _clock(held, ref, body)
            return (*facts, *aspects.of_health(held, ref, body), *doubts.of_health(held, ref, body))
        case _:
            return () if isinstance(body, _OF_PAPERS) else _state(held, ref, body) + _clock(held, ref, body)


def _state(held: Equipment, ref: EntryRef, said: Reading) -> tuple[Fact, ...]:
    """Compare what a reading says is wrong with its device with what was wrong before."""
    before = held.failures.get(said.device_id)
    if before is None and not isinstance(said, _COMPLAINTS):
        return ()
    now = _wrong_now(before, said)
    if now == before:
        return ()
    if now is None:
        return (DeviceRecovered(at=said.received, because=(ref,), device=said.device_id),)
    return (DeviceFailed(at=said.received, because=(ref,), device=said.device_id, reason=now),)


def _wrong_now(before: str | None, said: Reading) -> str | None:
    """Say what is wrong with a device after this reading."""
    if isinstance(said, RpmTamper):
        return TAMPERED if said.tampered else _unless(before, TAMPERED)
    if before == TAMPERED:
        return before
    if isinstance(said, Health):
        return _after_health(before, said)
    if isinstance(said, RpmFault):
        return f"{_BACKGROUND}{said.fault} {said.channel}"
    if isinstance(said, RpmBackground) and before is not None and before.startswith(_BACKGROUND):
        return None if before.endswith(said.channel) else before
    return before if said.buffered else _unless(before, *GONE)


def _after_health(before: str | None, said: Health) -> str | None:
    """A device that is away or names a fault has it; one that is well keeps only what its background says."""
    if not said.alive:
        return said.fault or GONE[0]
    if said.fault is not None:
        return said.fault
    return before if before is not None and before.startswith(_BACKGROUND) else None


def _unless(before: str | None, *withdrawn: str) -> str | None:
    return None if before in withdrawn else before


def _clock(held: Equipment, ref: EntryRef, said: Reading) -> tuple[Fact, ...]:
    """Compare a device's clock with ours by the drift the kit found."""
    if said.drift_ms is None:
        return ()
    wrong = said.device_id in held.wrong_clocks
    off = abs(said.drift_ms)
    if not wrong and off > CLOCK_WRONG_MS:
        return (ClockFoundWrong(at=said.received, because=(ref,), device=said.device_id, drift_ms=said.drift_ms),)
    if wrong and off <= CLOCK_RIGHT_MS:
        return (ClockFoundRight(at=said.received, because=(ref,), device=said.device_id, drift_ms=said.drift_ms),)
    return ()
