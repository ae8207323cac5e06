"""What others are told of a crossing: one vehicle, many documents, where to report. Our contract, with a version.

The names and patterns that the port interface of the United Kingdom's Goods Vehicle Movement Service has are used as
they are there (reference 02 §4), so that who knows it can read this; an id is ours and is no goods movement reference.
Plates of other scripts than Latin do not fit its pattern: they stand in `vehicle` and `trailers` alone.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

from beket.exchange.kit.refusal import Refusal
from beket.words.ids import Instant

SCHEMA_VERSION: Final[Literal["1.0"]] = "1.0"
"""Raised in front when something is taken away or means another thing, behind when something is added."""

TRAILERS_MAX: Final = 2
"""As there."""

CONTAINERS_MAX: Final = 50
DOCUMENTS_MAX: Final = 200
INSPECTIONS_MAX: Final = 20
LOCATIONS_MAX: Final = 50
FAILURES_MAX: Final = 200
"""Most of each that one message tells; more than any lorry has."""

_REG_NUM: Final = r"^[A-Z0-9 -]{1,30}$"

CrossingKey = Annotated[str, Meta(pattern=r"^[A-Z0-9-]{1,40}:[0-9]{1,18}\.[0-9]{1,9}$", examples=["KG-TOR-A:90412.0"])]
DocumentKey = Annotated[str, Meta(pattern=r"^[A-Z0-9-]{1,40}:[0-9]{1,18}\.[0-9]{1,9}$", examples=["KG-TOR-A:90417.0"])]
Place = Annotated[str, Meta(pattern=r"^[A-Z0-9-]{1,40}$", examples=["KG-TOR-A"])]
RegNum = Annotated[str, Meta(pattern=_REG_NUM)]
ReferenceNum = Annotated[str, Meta(pattern=r"^[A-Z0-9 -]{1,200}$")]
RouteId = Annotated[str, Meta(pattern=r"^[A-Z0-9-]{1,200}$", examples=["KG-TOR-A-IN"])]
InspectionId = Annotated[str, Meta(pattern=r"^[0-9A-Za-z\-_]{1,100}$")]
LocalMoment = Annotated[str, Meta(pattern=r"^\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d$")]
Moment = Annotated[str, Meta(pattern=r"^\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d.\d{3}Z$")]
Country = Annotated[str, Meta(pattern=r"^[A-Z]{2}$")]
Code = Annotated[str, Meta(pattern=r"^[0-9A-Za-z_-]{1,40}$")]
Text = Annotated[str, Meta(min_length=1, max_length=1000)]
Short = Annotated[str, Meta(min_length=1, max_length=250)]

State = Literal["expected", "checked_in", "departed", "closed", "joined"]
"""Papers came and nobody was seen; it is here; it was seen to leave; it was closed unseen; it was another one."""


class RegisteredVehicle(Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """A vehicle or a trailer by its plate, in the script that the plate has."""

    registration: Annotated[str, Meta(min_length=1, max_length=32)]
    country: Country | None = None


class Route(Struct, frozen=True, kw_only=True, rename="camel"):
    """A checkpoint and a direction as one id, and when the vehicle came there by the clock on its wall."""

    route_id: RouteId
    local_date_time_of_arrival: LocalMoment


class ReportTo(Struct, frozen=True, kw_only=True, rename="camel"):
    """An inspection that has to be made, and where that can be done; several are made in the order told."""

    inspection_type_id: InspectionId
    location_ids: Annotated[tuple[InspectionId, ...], Meta(min_length=1, max_length=LOCATIONS_MAX)]


class NamedDocument(Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """A document that goes with the crossing: its id with us, its kind, and the number on it."""

    document_id: DocumentKey
    kind: Code
    number: Short | None = None


class RuleFailure(Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """A rule that found something: its code, what it found, and the part of a document that it speaks of."""

    code: Code
    technical_message: Text
    field: Short | None = None
    value: Short | None = None


class CrossingTold(Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One crossing as others are told of it.

    `inspection_required` is left out until somebody has decided it. `checked_in_crossing` is where it came,
    `actual_crossing` where it left, once it did. `joined_into` is the crossing that it turned out to be.
    """

    schema_version: Literal["1.0"]
    crossing_id: CrossingKey
    state: State
    place: Place
    direction: Literal["in", "out"]
    updated_date_time: Moment
    is_unaccompanied: bool
    vehicle_reg_num: RegNum | None = None
    vehicle: RegisteredVehicle | None = None
    trailer_registration_nums: Annotated[tuple[ReferenceNum, ...], Meta(min_length=1, max_length=TRAILERS_MAX)] = ()
    trailers: Annotated[tuple[RegisteredVehicle, ...], Meta(min_length=1, max_length=TRAILERS_MAX)] = ()
    container_reference_nums: Annotated[tuple[ReferenceNum, ...], Meta(min_length=1, max_length=CONTAINERS_MAX)] = ()
    documents: Annotated[tuple[NamedDocument, ...], Meta(min_length=1, max_length=DOCUMENTS_MAX)] = ()
    checked_in_crossing: Route | None = None
    actual_crossing: Route | None = None
    inspection_required: bool | None = None
    report_to_locations: Annotated[tuple[ReportTo, ...], Meta(min_length=1, max_length=INSPECTIONS_MAX)] = ()
    rule_failures: Annotated[tuple[RuleFailure, ...], Meta(max_length=FAILURES_MAX)] = ()
    joined_into: CrossingKey | None = None


_DECODER: Final = msgspec.json.Decoder(CrossingTold)


def written(told: CrossingTold) -> bytes | Refusal:
    """Write what others are told as JSON, or say what in it breaks the contract."""
    blob = msgspec.json.encode(told)
    checked = read(blob)
    return checked if isinstance(checked, Refusal) else blob


def read(blob: bytes) -> CrossingTold | Refusal:
    """Read a message of this contract, as who gets one would."""
    try:
        told = _DECODER.decode(blob)
    except msgspec.ValidationError as error:
        reason, _, where = str(error).partition(" - at ")
        return Refusal(kind="value", reason=reason, where=where.strip("`"))
    except msgspec.DecodeError as error:
        return Refusal(kind="malformed", reason=str(error))
    return _unfit(told) or told


def _unfit(told: CrossingTold) -> Refusal | None:
    """Say what no single field shows: a lorry that nobody names, a crossing joined into none."""
    driven = told.vehicle or told.vehicle_reg_num
    drawn = told.trailers or told.trailer_registration_nums or told.container_reference_nums
    if not told.is_unaccompanied and not driven:
        return Refusal(kind="missing", reason="the vehicle is named neither in Latin nor as it is", where="$.vehicle")
    if told.is_unaccompanied and not drawn:
        return Refusal(kind="missing", reason="neither a trailer nor a container is named", where="$.trailers")
    if (told.state == "joined") != (told.joined_into is not None):
        return Refusal(kind="value", reason="joined, and into which crossing, go together", where="$.joinedInto")
    return None


def schema() -> dict[str, object]:
    """Give the JSON Schema of the contract, for the documentation of the interface."""
    return msgspec.json.schema(CrossingTold)


def reg_num(plate: str) -> str | None:
    """Give a plate as `vehicleRegNum` may have it; None where its script or its length does not fit."""
    upper = plate.upper()
    return upper if re.fullmatch(_REG_NUM.strip("^$"), upper) else None


def moment(at: Instant) -> str:
    """Give an instant as `updatedDateTime` has it."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
