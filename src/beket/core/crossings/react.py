"""Conclude crossings from what devices say: one branch per kind of reading, the leaves elsewhere."""

from __future__ import annotations

from typing import assert_never

from beket.core.crossings.arrivals import arrives
from beket.core.crossings.departures import leaves, leaves_behind
from beket.core.crossings.moments import happened
from beket.core.crossings.rears import passes
from beket.core.crossings.say import Seen, seen_container, seen_plate
from beket.core.crossings.scans import scanned
from beket.core.crossings.state import Crossings
from beket.core.crossings.stations import inside_plate, numbers, said_of_nobody, serves, shows
from beket.core.crossings.timeouts import expire
from beket.core.crossings.turnabouts import turns_back
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
from beket.words.facts import Fact
from beket.words.ids import EntryRef
from beket.words.readings import (
    CodeRead,
    ContainerRead,
    DocumentLodged,
    DocumentRead,
    Health,
    Passage,
    PlateRead,
    Position,
    RadMeasurement,
    Reading,
    RpmBackground,
    RpmFault,
    RpmOccupancy,
    RpmSample,
    RpmSetup,
    RpmTamper,
    ScanRequest,
    ScanResult,
    SealSignal,
    SealStatus,
    SlipShown,
    SourceAnswered,
    SwitchResult,
    SwitchState,
    Tick,
    Weighing,
    Weight,
    WimPass,
)


def react(held: Crossings, ref: EntryRef, body: Reading | Decision) -> tuple[Fact, ...]:  # noqa: C901, PLR0911 - flat
    """Conclude facts about crossings from one entry."""
    match body:
        case PlateRead():
            return _on_plate(held, ref, body)
        case ContainerRead():
            return _on_container(held, ref, body)
        case RadMeasurement() if said_of_nobody(body):
            return ()
        case Weighing() | WimPass() | RpmOccupancy() | RadMeasurement() | ScanResult() | DocumentRead() | CodeRead():
            return _on_station(held, ref, body, str(type(body).__struct_config__.tag))
        case Passage():
            return _on_station(held, ref, body, "passage") if body.occupied else ()
        case Tick():
            return expire(held, ref, body.received)
        case Weight() | RpmBackground() | RpmSample() | RpmFault() | RpmTamper() | RpmSetup() | Health():
            return ()
        case ScanRequest() | Position() | SealStatus() | SealSignal() | SwitchState() | SwitchResult():
            return ()
        case DescribePost() | AgreeMaintenance() | EndMaintenance() | AdjudicateAlarm() | OrderEquipment():
            return ()
        case (
            DocumentLodged() | SourceAnswered() | SlipShown() | AttachDocument() | DetachDocument() | SaveMap()
            | RetireMap() | AboutSituation() | TickCheck() | StartShift() | EndShift() | ConfirmHandover()
        ):  # fmt: skip  # what is so of documents and situations say their own slices
            return ()
        case (
            ProposeProcedure() | ApproveProcedure() | RejectProcedure() | BeginStep() | DecideStep() | ClaimState()
            | IssueAct() | SignAct() | ProposeWeightLimits() | ApproveWeightLimits() | RejectWeightLimits()
            | ProposePost() | ApprovePost() | RejectPost()
            | TakePassage() | RecordPassage()
            | ReportNeighbour() | AwaitTrade() | EndAwaiting()
        ):  # fmt: skip
            return ()
        case _ as unknown:
            assert_never(unknown)


def _on_plate(held: Crossings, ref: EntryRef, said: PlateRead) -> tuple[Fact, ...]:
    station = held.stations.get(said.device_id)
    if station is None:
        return ()
    seen = seen_plate(held, ref, said, station, happened(said))
    if station.zone == "control":
        return inside_plate(seen)
    if seen.against:
        return turns_back(seen)
    if station.zone == "departure":
        return leaves(seen) if station.anchors else leaves_behind(seen)
    return arrives(seen) if station.anchors else passes(seen)


def _on_container(held: Crossings, ref: EntryRef, said: ContainerRead) -> tuple[Fact, ...]:
    station = held.stations.get(said.device_id)
    if station is None:
        return ()
    return numbers(seen_container(held, ref, said, station, happened(said)))


def _on_station(held: Crossings, ref: EntryRef, said: Reading, evidence: str) -> tuple[Fact, ...]:
    station = held.stations.get(said.device_id)
    if station is None:
        return ()
    seen = Seen(held=held, ref=ref, said=said, station=station, at=happened(said), evidence=evidence)
    match said:
        case ScanResult():
            return scanned(seen, said)
        case DocumentRead() | CodeRead():
            return shows(seen)
        case _:
            return serves(seen)
