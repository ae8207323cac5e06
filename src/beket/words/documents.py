"""What accompanying documents claim, in one neutral form: whatever its format, a paper is read into this.

Names follow the WCO data model and UN/CEFACT. Nothing here is true; it is what somebody wrote. A field that a document
does not have is None or empty, never nought. Masses are kilograms, exact as written; dates are ISO 8601 as written,
without a zone that nobody named.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final, Literal

from msgspec import Struct, field

DocumentKind = Literal[
    "goods_declaration", "transit_declaration", "advance_information", "consignment_note", "tir_carnet", "waybill",
    "invoice", "certificate", "register", "control_result", "permit",
]  # fmt: skip
"""What kind of document it is; `register` is a list of consignments that somebody keeps in a table, `permit` lets one
conveyance be heavier or larger than the law allows, up to its `conveyance_kg` where it tells one."""

CertificateType = Literal["veterinary", "phytosanitary", "conformity", "origin", "quality", "other"]
"""What a certificate is of."""

PartyRole = Literal[
    "consignor", "consignee", "declarant", "representative", "carrier", "successive_carrier", "driver", "principal",
    "guarantor", "payer", "seller", "buyer", "importer", "exporter", "issuer", "signatory", "forwarder", "other",
]  # fmt: skip

MeansStage = Literal["border", "arrival", "departure", "reloaded", "only"]
"""Where a means of transport is used; `only` where the document knows one and says no more."""

PlaceRole = Literal[
    "entry", "exit", "departure", "destination", "taking_over", "delivery", "goods_location", "reloading", "itinerary",
    "declaration", "loading", "unloading", "border", "transit", "control",
]  # fmt: skip


class Money(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An amount as written; the currency is its ISO 4217 code, None where the document names none."""

    amount: Decimal
    currency: str | None = None


class Quantity(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An amount of goods in a unit other than the kilogram; the unit as the document codes or names it."""

    amount: Decimal
    unit: str | None = None


class Identifier(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A number that some register gave to a party; `register` is the element that named it."""

    register: str
    value: str


class Address(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where somebody is, in the parts that a document writes; `street` may have the house in it.

    `text` is what a form without parts for it writes in one piece.
    """

    country: str | None = None
    postcode: str | None = None
    region: str | None = None
    district: str | None = None
    city: str | None = None
    settlement: str | None = None
    street: str | None = None
    building: str | None = None
    room: str | None = None
    post_box: str | None = None
    text: str | None = None


_LINE: Final = (
    "postcode", "region", "district", "city", "settlement", "street", "building", "room", "post_box", "text",
)  # fmt: skip


def address_line(address: Address | None) -> str | None:
    """Write an address in one line, from the large to the small; its country is told beside it."""
    if address is None:
        return None
    return ", ".join(part for name in _LINE if (part := getattr(address, name))) or None


class Party(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A person or an organisation in one role; `same_as` where the document only says "the same as that one".

    `address` is one line to show, made of `address_parts` where the document has parts. `role_code` is what a format
    with a list of its own says of the role: which of two drivers somebody is.
    """

    role: PartyRole
    name: str | None = None
    country: str | None = None
    address: str | None = None
    identifiers: tuple[Identifier, ...] = ()
    same_as: PartyRole | None = None
    address_parts: Address | None = None
    role_code: str | None = None


class Reference(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Another document that this one names.

    `kind` is the code of the list that the format uses; where there is none, the element that named it.
    """

    kind: str | None = None
    name: str | None = None
    number: str | None = None
    issued_on: str | None = None
    valid_from: str | None = None
    valid_until: str | None = None
    office: str | None = None
    item: int | None = None
    preceding: bool = False


class Package(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Packages of one kind; the kind as coded (UN/ECE Recommendation 21 in most formats)."""

    quantity: int | None = None
    kind: str | None = None
    marks: str | None = None


class Seal(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A physical seal by its number; `method` is the code of how goods or vehicles are identified by it."""

    number: str
    kind: str | None = None
    method: str | None = None


class Equipment(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A container or another unit that holds goods."""

    number: str
    kind: str | None = None
    seals: tuple[Seal, ...] = ()


class Means(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One registered vehicle, trailer, wagon or craft; `mode`, and `purpose` of its entry, as coded by the format.

    `identified_by` is the code of what `plate` is where a format knows more than plates: a ship's number, a flight's.
    """

    stage: MeansStage = "only"
    mode: str | None = None
    plate: str | None = None
    identified_by: str | None = None
    country: str | None = None
    vin: str | None = None
    kind: str | None = None
    make: str | None = None
    trailer: bool = False
    purpose: str | None = None


class Place(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A place in one role; `code` is an office's or checkpoint's number, or another code the format uses.

    `zone` is the number of a zone of customs control, `checkpoint` that of a border checkpoint where it stands beside
    its office's; `dated_at` the day or moment that the document writes beside the place, `expected_at` when somebody is
    to be there; `repacked` whether goods change their container there.
    """

    role: PlaceRole
    code: str | None = None
    name: str | None = None
    country: str | None = None
    zone: str | None = None
    expected_at: str | None = None
    checkpoint: str | None = None
    dated_at: str | None = None
    repacked: bool | None = None


class Guarantee(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What secures the payment of duties."""

    kind: str | None = None
    amount: Money | None = None
    reference: Reference | None = None


class GoodsItem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of goods.

    `code` has at most ten digits (HS or the Union's nomenclature); what a country adds to it is `national_code`.
    """

    number: int
    code: str | None = None
    national_code: str | None = None
    description: str | None = None
    origin: str | None = None
    gross_kg: Decimal | None = None
    net_kg: Decimal | None = None
    packages: tuple[Package, ...] = ()
    quantities: tuple[Quantity, ...] = ()
    invoiced: Money | None = None
    customs_value: Money | None = None
    statistical_value: Money | None = None
    procedure: str | None = None
    previous_procedure: str | None = None
    equipment: tuple[Equipment, ...] = ()
    references: tuple[Reference, ...] = ()
    volume_m3: Decimal | None = None


class Totals(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the document itself says its items come to: claimed like all the rest, and compared with their sum."""

    items: int | None = None
    packages: int | None = None
    gross_kg: Decimal | None = None
    net_kg: Decimal | None = None
    conveyance_kg: Decimal | None = None
    invoiced: Money | None = None
    customs_value: Money | None = None


class Consignment(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Goods that move together under one contract of carriage.

    `instructions` is what was agreed about the carriage, `reservations` what the carrier found odd about the goods.
    """

    number: str | None = None
    dispatch_country: str | None = None
    destination_country: str | None = None
    containerised: bool | None = None
    delivery_terms: str | None = None
    parties: tuple[Party, ...] = ()
    means: tuple[Means, ...] = ()
    equipment: tuple[Equipment, ...] = ()
    seals: tuple[Seal, ...] = ()
    places: tuple[Place, ...] = ()
    references: tuple[Reference, ...] = ()
    totals: Totals = Totals()
    items: tuple[GoodsItem, ...] = ()
    instructions: str | None = None
    reservations: str | None = None


class Officer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody of customs who took part in a control; `number` is that of the personal stamp."""

    last_name: str | None = None
    first_name: str | None = None
    middle_name: str | None = None
    position: str | None = None
    number: str | None = None
    office: str | None = None
    roles: tuple[str, ...] = ()
    signed: bool | None = None
    signed_on: str | None = None


class Tool(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A technical means that a control was made with; `checked_on` is the day of its last verification."""

    kind: str | None = None
    make: str | None = None
    model: str | None = None
    number: str | None = None
    checked_on: str | None = None
    error: str | None = None


class WeightChecked(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Goods weighed: what the papers say beside what was found, and the code of the method."""

    packages: int | None = None
    declared_kg: Decimal | None = None
    gross_kg: Decimal | None = None
    net_kg: Decimal | None = None
    method: str | None = None


class MeansChecked(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A vehicle under control; `arrival` is the code of how it came, `country` that of its plate."""

    arrival: str
    plate: str | None = None
    country: str | None = None
    vin: str | None = None


class SealGroup(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Seals of one method of identification and one kind."""

    method: str
    kind: str | None = None
    numbers: tuple[str, ...] = ()


class SealChange(Struct, frozen=True, kw_only=True):
    """What was done to seals that were there: the code of the action."""

    action: str
    seals: SealGroup


class SealsPlaced(Struct, frozen=True, kw_only=True):
    """New seals, and the day they were put on."""

    placed_on: str
    seals: SealGroup


class SealsChecked(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Seals under control: whether there were any, whether they were damaged, and what became of them."""

    present: bool | None = None
    damaged: bool | None = None
    found: tuple[SealGroup, ...] = ()
    changed: tuple[SealChange, ...] = ()
    placed: tuple[SealsPlaced, ...] = ()


class RadiationMeasured(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The level of radiation, in the unit as coded, and what it was measured with."""

    level: Decimal
    unit: str
    tool: Tool = Tool()


class ControlResult(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a customs control came to, as an office registers it under its own number and day.

    `kind` is the document's code, `form` that of the form of control, `offences` those of what was found to be against
    the law. `basis` are the documents that the goods move under: by kind, number and day.
    """

    id: str
    made_at: str
    office: str
    kind: str
    number: str
    registered_on: str
    completed_on: str
    form: str | None = None
    place: str | None = None
    began_at: str | None = None
    ended_at: str | None = None
    officers: tuple[Officer, ...] = ()
    basis: tuple[Reference, ...] = ()
    location: Place | None = None
    tools: tuple[Tool, ...] = ()
    weights: tuple[WeightChecked, ...] = ()
    means: tuple[MeansChecked, ...] = ()
    seals: SealsChecked | None = None
    radiation: RadiationMeasured | None = None
    findings: tuple[str, ...] = ()
    offences: tuple[str, ...] = ()


class RateUsed(Struct, frozen=True, kw_only=True):
    """What one unit of a currency was worth in som when a document was looked at: published by `source` for `day`."""

    currency: str
    per_unit: Decimal
    day: str
    source: str


class Unread(Struct, frozen=True, kw_only=True):
    """Parts of a document that the neutral form has no field for: kept as written, and counted, never dropped."""

    path: str
    count: int
    values: tuple[str, ...]


RemarkKind = Literal[
    "version", "number", "date", "code", "layout", "count", "unit", "signature", "container", "source", "typed",
]  # fmt: skip
"""What is odd, in one word. `source`: the one who issued a certificate says otherwise than it does; `typed`: a person
typed another number than a machine had read."""


class Remark(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something about a document that is odd and stops nothing: a version nobody knows, a number that is none."""

    kind: RemarkKind
    detail: str
    where: str = ""


SignatureForm = Literal["xades", "xmldsig", "cades", "cms", "jws"]
"""How a signature is written; `xades` and `cades` also name, under the signature, the certificate that made it."""

SignatureState = Literal["valid", "invalid", "unchecked"]


class Signature(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A signature that came with a document, as far as it could be checked.

    Three answers that are never one. `state` is the mathematics alone: whether the signature fits the bytes and the key
    of the certificate beside it, which anybody can make. `trusted` is whether that certificate leads to an anchor that
    the operator gave, and is never so of a signature that is not valid. `in_force` is whether the certificate was
    within its time when the signature was made; None where nobody can say. Whether it was revoked is not known here.
    `signed_at` is what the signer claims, `role` on whose side (a seal of an eCMR, a claimed role of XAdES). `covers`
    names what lies under the signature, and `whole` says whether all that was read of this document does. `reason` says
    why it is not checked, or what is lacking where it is.
    """

    form: SignatureForm
    state: SignatureState
    signer: str | None = None
    role: str | None = None
    signed_at: str | None = None
    certificate_sha256: str | None = None
    issuer: str | None = None
    trusted: bool = False
    in_force: bool | None = None
    covers: tuple[str, ...] = ()
    whole: bool = False
    reason: str = ""


class Document(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One document as it was written.

    `id` is what its sender names it by, the same in a resend; `replaces` the id of the one it corrects. `number` is
    what an office, or who made it out, registered it under; `accepted_at` when an office did, `released_on` when it let
    the goods go, `correction` which correction of that number this is. `function` is the code of what it does to what
    was said before: original, replacement, cancellation; `purposes` is what it was sent for, as coded.
    `signed_on` is the day on which somebody signed it, `guarantee_given` the code of whether payment is secured.
    `layout_confirmed` is False where nobody could show us the format's own schema. What is said of one consignment
    stands with it; `means`, `equipment`, `seals`, `totals` and `containerised` are what is said of all of them
    together, or of the whole journey. `certificate_type` says what a certificate is of, `valid_from` and `valid_until`
    its first and last day, `qr` the text of the code printed on it. `rates` are no claim of the document's: they are
    what its amounts were converted by.
    """

    kind: DocumentKind
    format: str
    version: str | None = None
    layout_confirmed: bool = True
    id: str | None = None
    replaces: str | None = None
    number: str | None = None
    correction: int | None = None
    function: str | None = None
    issued_at: str | None = None
    accepted_at: str | None = None
    released_on: str | None = None
    language: str | None = None
    procedure: str | None = None
    declaration_type: str | None = None
    tir_carnet: str | None = None
    containerised: bool | None = None
    parties: tuple[Party, ...] = ()
    means: tuple[Means, ...] = ()
    equipment: tuple[Equipment, ...] = ()
    seals: tuple[Seal, ...] = ()
    places: tuple[Place, ...] = ()
    references: tuple[Reference, ...] = ()
    guarantees: tuple[Guarantee, ...] = ()
    totals: Totals = Totals()
    consignments: tuple[Consignment, ...] = ()
    control: ControlResult | None = None
    national: dict[str, str] = field(default_factory=dict)
    unread: tuple[Unread, ...] = ()
    remarks: tuple[Remark, ...] = ()
    purposes: tuple[str, ...] = ()
    certificate_type: CertificateType | None = None
    valid_from: str | None = None
    valid_until: str | None = None
    rates: tuple[RateUsed, ...] = ()
    signatures: tuple[Signature, ...] = ()
    signed_on: str | None = None
    qr: str | None = None
    guarantee_given: str | None = None
