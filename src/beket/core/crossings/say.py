"""Put conclusions about crossings into words, each with the entries it rests on."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from beket.core.crossings.layout import Station
from beket.core.crossings.state import Crossing, Crossings, Sight
from beket.words.facts import (
    AttachedBy,
    CloseReason,
    CrossingClosed,
    CrossingDeparted,
    CrossingExplained,
    CrossingIdentified,
    CrossingOpened,
    CrossingsJoined,
    CrossingUnexplained,
    EvidenceAttached,
    EvidenceMoved,
    IdentityRole,
    Unexplained,
)
from beket.words.ids import CrossingId, EntryRef, Instant
from beket.words.loads import AXLES_MAX
from beket.words.plates import canonical, plate_key
from beket.words.readings import ContainerRead, PlateRead, RadMeasurement, Reading, RpmOccupancy, Weighing, WimPass


class Seen(Struct, frozen=True, kw_only=True):
    """One reading of a lane's device, dated and placed, with its plate or number as a key."""

    held: Crossings
    ref: EntryRef
    said: Reading
    station: Station
    at: Instant
    evidence: str
    value: str | None = None
    key: str | None = None
    country: str | None = None
    confidence: float | None = None
    against: bool = False

    @property
    def new_id(self) -> CrossingId:
        """Name the crossing this entry opens, should it open one."""
        return CrossingId(f"{self.held.place}:{self.ref}")


def seen_plate(held: Crossings, ref: EntryRef, said: PlateRead, station: Station, at: Instant) -> Seen:
    """See a plate reading with its plate as a key; an empty or unread plate is no plate."""
    value = canonical(said.plate) if said.plate and said.unread_reason is None else ""
    return Seen(
        held=held,
        ref=ref,
        said=said,
        station=station,
        at=at,
        evidence="plate_read",
        value=value or None,
        key=plate_key(value, said.country) if value else None,
        country=said.country,
        confidence=said.confidence,
        against=said.direction != "unknown" and (said.direction == "approaching") != station.along,
    )


def because(seen: Seen, *others: EntryRef) -> tuple[EntryRef, ...]:
    """Rest on this entry first, then on others, each once."""
    if not others or others == (seen.ref,):
        return (seen.ref,)
    return (seen.ref, *(other for other in dict.fromkeys(others) if other != seen.ref))


def opened(seen: Seen) -> CrossingOpened:
    """Say that a dossier begins."""
    return CrossingOpened(
        at=seen.at,
        because=(seen.ref,),
        crossing=seen.new_id,
        lane=seen.station.lane,
        direction=seen.station.direction,
        zone=seen.station.zone,
        opened_by=seen.evidence,
    )


def attached(
    seen: Seen, crossing: CrossingId, by: AttachedBy, *others: EntryRef, movement: Literal["along", "against"] = "along"
) -> EvidenceAttached:
    """Say that this entry belongs to a crossing."""
    said = seen.said
    return EvidenceAttached(
        at=seen.at,
        because=because(seen, *others),
        crossing=crossing,
        of=seen.ref,
        evidence=seen.evidence,
        device=said.device_id,
        lane=seen.station.lane,
        zone=seen.station.zone,
        gross_kg=said.gross_kg if isinstance(said, Weighing | WimPass) else None,
        gamma_alarm=said.gamma_alarm if isinstance(said, RpmOccupancy | RadMeasurement) else None,
        neutron_alarm=said.neutron_alarm if isinstance(said, RpmOccupancy | RadMeasurement) else None,
        by=by,
        sign=seen.value,
        event_id=said.event_id if isinstance(said, PlateRead) else None,
        vehicle_type=said.vehicle_type if isinstance(said, PlateRead) else None,
        movement=movement,
        axles=said.axles[:AXLES_MAX] if isinstance(said, WimPass) else (),
        temperature_c=said.temperature_c if isinstance(said, WimPass) else None,
    )


def identified(
    seen: Seen, crossing: CrossingId, role: IdentityRole, *others: EntryRef, corrects: str | None = None
) -> CrossingIdentified:
    """Say that this entry's plate or number is a sign of a crossing."""
    assert seen.value is not None
    return CrossingIdentified(
        at=seen.at,
        because=because(seen, *others),
        crossing=crossing,
        role=role,
        value=seen.value,
        country=seen.country,
        confidence=seen.confidence,
        corrects=corrects,
    )


def unexplained(seen: Seen, why: Unexplained) -> CrossingUnexplained:
    """Say that what this entry opened is a riddle."""
    return CrossingUnexplained(at=seen.at, because=(seen.ref,), crossing=seen.new_id, why=why)


def explained(seen: Seen, crossing: Crossing) -> tuple[CrossingExplained, ...]:
    """Say that this entry solves a crossing's riddle, if it had one."""
    if crossing.unexplained is None:
        return ()
    return (CrossingExplained(at=seen.at, because=because(seen, crossing.opened_by), crossing=crossing.id),)


def joined(seen: Seen, crossing: Crossing, into: Crossing) -> CrossingsJoined:
    """Say that two dossiers are one conveyance."""
    return CrossingsJoined(
        at=seen.at, because=because(seen, into.opened_by, crossing.opened_by), crossing=crossing.id, into=into.id
    )


def departed(seen: Seen, crossing: CrossingId, *others: EntryRef, at: Instant | None = None) -> CrossingDeparted:
    """Say that a conveyance was sighted at the exit."""
    return CrossingDeparted(
        at=seen.at if at is None else at, because=because(seen, *others), crossing=crossing, lane=seen.station.lane
    )


def closed(seen: Seen, crossing: CrossingId, reason: CloseReason, *others: EntryRef, at: Instant) -> CrossingClosed:
    """Say that nothing more is awaited of a crossing."""
    return CrossingClosed(at=at, because=because(seen, *others), crossing=crossing, reason=reason)


def moved(seen: Seen, sight: Sight, into: CrossingId) -> tuple[EvidenceMoved, ...]:
    """Say that an older entry, and what was read together with it, belongs to another crossing after all."""
    first = EvidenceMoved(
        at=sight.at,
        because=(seen.ref, sight.ref),
        of=sight.ref,
        evidence=sight.evidence,
        out_of=sight.crossing,
        crossing=into,
        gross_kg=sight.gross_kg,
        gamma_alarm=sight.gamma_alarm,
        neutron_alarm=sight.neutron_alarm,
    )
    others = (
        EvidenceMoved(
            at=one.at,
            because=(seen.ref, sight.ref, one.ref),
            of=one.ref,
            evidence=one.evidence,
            out_of=sight.crossing,
            crossing=into,
        )
        for one in sight.beside
    )
    return (first, *others)


def seen_container(held: Crossings, ref: EntryRef, said: ContainerRead, station: Station, at: Instant) -> Seen:
    """See a container number as a key."""
    value = canonical(said.number) or None
    return Seen(
        held=held, ref=ref, said=said, station=station, at=at, evidence="container_read",
        value=value, key=value, confidence=said.confidence,
    )  # fmt: skip
