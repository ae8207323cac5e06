"""What facts change on the board, gathered into a batch in the order in which they were concluded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, get_args

import msgspec

from beket.board.acts import number_acts
from beket.board.maps import number_maps
from beket.board.papers import number_papers
from beket.board.past import number_past
from beket.board.procedures import number_procedures
from beket.board.rows import (
    Batch,
    ConclusionRow,
    CrossingChange,
    DeviceChange,
    EvidenceRow,
    HourRow,
    KeyRow,
)
from beket.board.situations import number_situations
from beket.board.slips import number_slips
from beket.board.trust import number_trust
from beket.words.facts import (
    ClockFoundRight,
    ClockFoundWrong,
    CrossingClosed,
    CrossingDeparted,
    CrossingExplained,
    CrossingIdentified,
    CrossingOpened,
    CrossingUnexplained,
    DeviceFailed,
    DeviceRecovered,
    EvidenceAttached,
    Fact,
)
from beket.words.ids import CrossingId, EntryRef, PlaceId, entry_ref, split_ref
from beket.words.plates import canonical, plate_key

Simple = (
    EvidenceAttached
    | CrossingOpened
    | CrossingIdentified
    | CrossingUnexplained
    | CrossingExplained
    | CrossingDeparted
    | CrossingClosed
)
"""Facts about one crossing that only add to it; the others are folded one by one (board.mending)."""

OfDevices = DeviceFailed | DeviceRecovered | ClockFoundWrong | ClockFoundRight
"""Facts that a row of a device shows."""

SIMPLE: Final = get_args(Simple)
OF_DEVICES: Final = get_args(OfDevices)

RANKS: Final = {"front": 4, "rear": 3, "exit_front": 2, "exit_rear": 1}
"""Whose plate names the conveyance: the front one where it was read, else the next best."""

_ENCODER: Final = msgspec.json.Encoder()
_HOUR_MS: Final = 3_600_000


def gather(batch: Batch, place: PlaceId, seq: int, idx: int, fact: Simple) -> None:
    """Add one fact about a crossing to the batch."""
    change = _change(batch, place, fact.crossing)
    if isinstance(fact, EvidenceAttached):
        _attach(batch, change, fact, seq, idx)
        return
    match fact:
        case CrossingOpened():
            _open(batch, change, fact)
        case CrossingIdentified():
            _identify(batch, change, fact)
        case CrossingUnexplained():
            change.unexplained = fact.why
        case CrossingExplained():
            change.unexplained = ""
        case CrossingDeparted():
            _depart(batch, change, fact)
        case CrossingClosed():
            change.closed_at, change.close_reason = fact.at, fact.reason
    batch.conclusions.append(conclusion(seq, idx, fact.crossing, fact))


def conclusion(seq: int, idx: int, crossing: CrossingId, fact: Fact) -> ConclusionRow:
    """Write a fact down whole, beside the crossing it is about."""
    kind = str(type(fact).__struct_config__.tag)
    return ConclusionRow(crossing, seq, idx, kind, _ENCODER.encode(fact).decode())


def gather_device(
    batch: Batch,
    place: PlaceId,
    ref: EntryRef,
    fact: OfDevices,
) -> None:
    """Add one fact about a device to the batch."""
    change = batch.devices.get((place, fact.device))
    if change is None:
        change = batch.devices[place, fact.device] = DeviceChange(place, fact.device)
    match fact:
        case DeviceFailed():
            change.state, change.reason, change.since, change.state_fact = "down", fact.reason, fact.at, ref
        case DeviceRecovered():
            change.state, change.reason, change.since, change.state_fact = "up", "", fact.at, ref
        case ClockFoundWrong():
            change.clock_wrong, change.clock_fact = True, ref
        case ClockFoundRight():
            change.clock_wrong, change.clock_fact = False, ref


def number(batch: Batch, refs: Sequence[tuple[int, int]]) -> None:
    """Give the rows of a batch the references of their facts, by which so far they only had their order."""
    for piece in batch.evidence:
        piece.fact_seq, piece.fact_idx = refs[piece.fact_idx]
    for row in batch.conclusions:
        row.seq, row.idx = refs[row.idx]
    number_trust(batch.trust, refs)
    number_papers(batch.papers, refs)
    number_maps(batch.maps, refs)
    number_situations(batch.situations, refs)
    number_procedures(batch.procedures, refs)
    number_acts(batch.acts, refs)
    number_slips(batch.slips, refs)
    number_past(batch.past, refs)
    for change in batch.devices.values():
        change.state_fact = change.state_fact and entry_ref(*refs[split_ref(change.state_fact)[1]])
        change.clock_fact = change.clock_fact and entry_ref(*refs[split_ref(change.clock_fact)[1]])


def _change(batch: Batch, place: PlaceId, crossing: CrossingId) -> CrossingChange:
    change = batch.crossings.get(crossing)
    if change is None:
        change = batch.crossings[crossing] = CrossingChange(crossing, place)
    return change


def _open(batch: Batch, change: CrossingChange, fact: CrossingOpened) -> None:
    change.direction, change.lane, change.opened_by = fact.direction, fact.lane, fact.opened_by
    change.opened_at, change.zone = fact.at, max(change.zone or fact.zone, fact.zone)
    change.last_at = max(change.last_at, fact.at)
    batch.hours.append(HourRow(change.id, fact.at, 1, 0))


def _identify(batch: Batch, change: CrossingChange, fact: CrossingIdentified) -> None:
    rank = RANKS.get(fact.role)
    if rank is not None and rank >= (change.plate_rank or 0):
        change.plate, change.country, change.plate_rank = fact.value, fact.country, rank
    elif fact.role == "trailer":
        change.trailer, change.trailer_country = fact.value, fact.country
    elif fact.role == "container":
        change.container = fact.value
    written, one = canonical(fact.value), plate_key(fact.value)
    if written:
        # Both as it is written and as the one key for all writings: either is found by a part of it.
        batch.keys.add(KeyRow(written if written == one else f"{written} {one}", change.id))


def _attach(batch: Batch, change: CrossingChange, fact: EvidenceAttached, fact_seq: int, fact_idx: int) -> None:
    frame, _, index = fact.of.partition(".")
    seq, idx = int(frame), int(index)
    change.evidence += 1
    change.last_at = max(change.last_at, fact.at)
    if fact.gross_kg is not None and (change.gross_at is None or fact.at >= change.gross_at):
        change.gross_kg, change.gross_at = fact.gross_kg, fact.at
    if fact.gamma_alarm is not None:
        change.gamma_alarm = change.gamma_alarm or fact.gamma_alarm
    if fact.neutron_alarm is not None:
        change.neutron_alarm = change.neutron_alarm or fact.neutron_alarm
    if fact.zone == "control":
        change.controlled_at = fact.at if change.controlled_at is None else min(change.controlled_at, fact.at)
    if change.zone is None or change.zone < fact.zone:
        change.zone = fact.zone
    face = batch.faces.get((seq, idx))
    if face is not None:
        change.vehicle_type = change.vehicle_type or face.vehicle_type
        change.picture = change.picture or face.picture
        change.plate_picture = change.plate_picture or face.plate_picture
    batch.evidence.append(
        EvidenceRow(
            change.place, seq, idx, change.id, fact.evidence, fact.device, fact.lane, fact.zone, fact.at,
            " ".join(fact.because), fact_seq, fact_idx, fact.gross_kg, fact.gamma_alarm, fact.neutron_alarm,
        )
    )  # fmt: skip


def _depart(batch: Batch, change: CrossingChange, fact: CrossingDeparted) -> None:
    change.departed_at, change.zone = fact.at, "departure"
    change.last_at = max(change.last_at, fact.at)
    batch.hours.append(HourRow(change.id, fact.at, 0, 1))
