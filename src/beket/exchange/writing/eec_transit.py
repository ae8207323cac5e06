"""Writes the transit declaration of the Eurasian Economic Commission (R.048) from the neutral form.

Source: album of formats 5.23.0, EEC_TransitDeclaration.xsd. What is written is read again before it is handed out:
what the form has no place for is told by that, and nothing is left out in silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from beket.exchange.kit.eec_writing import (
    CARNET,
    amount_in,
    as_numbered,
    coded,
    kind_and_name,
    mass,
    registered_under,
    seals_listed,
    serial_of,
)
from beket.exchange.kit.form import Fault, refuse_faults
from beket.exchange.kit.refusal import Refusal, Refused
from beket.exchange.kit.writing import Written, bytes_of, group, leaf, root
from beket.exchange.reading import read_documents
from beket.exchange.writing.eec_transit_form import FORM
from beket.exchange.writing.eec_transit_goods import item_written
from beket.exchange.writing.left_out import left_out
from beket.words.documents import (
    Address,
    Consignment,
    Document,
    Guarantee,
    Means,
    Party,
    PartyRole,
    Place,
    PlaceRole,
    Reference,
    Seal,
    Unread,
)

ROOT: Final = "TransitDeclaration"
READ_BY: Final = "eec_declaration"

NAMESPACES: Final = MappingProxyType(
    {
        "td": f"urn:EEC:R:048:{ROOT}:v1.0.0",
        "cacdo": "urn:EEC:M:CA:ComplexDataObjects:v1.8.1",
        "casdo": "urn:EEC:M:CA:SimpleDataObjects:v1.8.1",
        "ccdo": "urn:EEC:M:ComplexDataObjects:v0.4.14",
        "csdo": "urn:EEC:M:SimpleDataObjects:v0.4.14",
    }
)

CERTIFICATE_CHARS: Final = 8
"""Characters of a guarantee certificate's number; a customs document that secures has fewer (XSD: 5 to 7)."""

_CARRYING: Final[tuple[PartyRole, ...]] = ("carrier", "successive_carrier")


class TransitWritten(Struct, frozen=True, kw_only=True):
    """A declaration as bytes, and what the neutral form said that R.048 has no place for."""

    blob: bytes
    left_out: tuple[Unread, ...]


def write(document: Document) -> TransitWritten | Refusal:
    """Write a declaration, or say everything that it lacks."""
    try:
        top = _declaration(document)
        refuse_faults(top, FORM, tuple(_contradictions(document)))
    except Refused as refused:
        return refused.refusal
    blob = bytes_of(top, NAMESPACES)
    again = read_documents(blob, READ_BY)
    if isinstance(again, Refusal):
        return again
    return TransitWritten(blob=blob, left_out=left_out(document, again[0]))


def _contradictions(document: Document) -> Iterator[Fault]:
    """Say what the parts of a reloading leave open: who takes over where, and into what."""
    places, later = _at(document.places, "reloading"), _in_role(document.parties, "successive_carrier")
    reloaded = [means for means in document.means if means.stage == "reloaded"]
    if document.kind != "transit_declaration":
        yield Fault(kind="value", where="the document", what=f"is no transit declaration ({document.kind})")
    if len(later) > len(places):
        what = f"{len(places)} told, and {len(later)} carriers take over on the way"
        yield Fault(kind="missing", where="places of reloading", what=what)
    elif reloaded and not places:
        yield Fault(kind="missing", where="places of reloading", what="none told, and a vehicle takes over on the way")
    elif reloaded and len(places) > 1:
        what = f"{len(places)} told, and not at which of them each vehicle takes over"
        yield Fault(kind="missing", where="places of reloading", what=what)


def _declaration(document: Document) -> Written:
    totals = document.totals
    return root(
        f"td:{ROOT}",
        leaf("csdo:EDocCode", "R.048"),
        leaf("csdo:EDocId", document.id),
        leaf("csdo:EDocDateTime", document.issued_at),
        leaf("casdo:DeclarationKindCode", document.declaration_type),
        coded("casdo:TransitProcedureCode", document.procedure),
        leaf("casdo:EDocIndicatorCode", "ЭД"),
        leaf("casdo:GoodsQuantity", totals.items),
        leaf("casdo:CargoQuantity", totals.packages),
        mass("casdo:TotalGrossMassMeasure", totals.gross_kg),
        amount_in("casdo:TotalAmount", totals.invoiced),
        _carnet(document),
        leaf("casdo:ContainerIndicator", document.containerised),
        *(_means("cacdo:TransportMeansItemDetails", one) for one in document.means if one.stage == "departure"),
        *_reloadings(document),
        *(_party("cacdo:DeclarantDetails", one) for one in _in_role(document.parties, "declarant")),
        *(_shipment(one, at) for at, one in enumerate(document.consignments, 1)),
        *_seals(document.seals),
        *_carriers(document),
        group(
            "cacdo:TransitGuaranteeDetails",
            leaf("casdo:GuaranteePresentCode", document.guarantee_given),
            *(_guarantee(one) for one in document.guarantees),
            required=True,
        ),
        *_signed(document),
    )


def _in_role(parties: Iterable[Party], *roles: PartyRole) -> list[Party]:
    return [one for one in parties if one.role in roles]


def _at(places: Iterable[Place], role: PlaceRole) -> list[Place]:
    return [one for one in places if one.role == role]


def _carnet(document: Document) -> Iterator[Written]:
    """Give the number of the TIR carnet and of its holder; a number that is no carnet's is a fault where it stands."""
    number = document.tir_carnet
    series, serial = (number[:2], number[2:]) if number and CARNET.fits(number) else (number, None)
    held = [found for one in _in_role(document.parties, "principal") for found in one.identifiers]
    holder = next((one.value for one in held if one.register == "TIRHolderId"), None)
    return group(
        "cacdo:TIRCarnetIdDetails",
        leaf("casdo:TIRSeriesId", series),
        leaf("casdo:TIRId", serial),
        leaf("casdo:TIRHolderId", holder),
    )


def _means(name: str, one: Means) -> Iterator[Written]:
    return group(
        name,
        coded("csdo:UnifiedTransportModeCode", one.mode),
        coded("casdo:RegistrationNationalityCode", one.country),
        leaf("csdo:TransportMeansRegId", one.plate),
        leaf("csdo:VehicleId", one.vin),
        coded("casdo:TransportTypeCode", one.kind),
        coded("csdo:VehicleMakeCode", one.make),
    )


def _reloadings(document: Document) -> Iterator[Iterator[Written]]:
    """Give where goods are reloaded, with who takes over there: carriers have the numbers of their places in a row."""
    carriers = _in_role(document.parties, *_CARRYING)
    later = [at for at, one in enumerate(carriers, 1) if one.role == "successive_carrier"]
    for at, place in enumerate(_at(document.places, "reloading")):
        yield group(
            "cacdo:TranshipmentDetails",
            leaf("casdo:CarrierOrdinal", later[at] if at < len(later) else None),
            leaf("casdo:GoodsTranshsipmentIndicator", place.repacked),
            coded("casdo:CACountryCode", place.country),
            leaf("casdo:PlaceName", place.name),
            leaf("csdo:CustomsOfficeCode", place.code),
            *(
                _means("cacdo:TranshipmentTransportMeansDetails", one)
                for one in document.means
                if one.stage == "reloaded"
            ),
            required=True,
        )


def _party(name: str, one: Party, *behind: Iterator[Written]) -> Iterator[Written]:
    """Give a party with one number of each register; its country stands with its address where that is the same."""
    numbers = {held.register: held.value for held in reversed(one.identifiers)}
    parts = one.address_parts or Address(street=one.address)
    return group(
        name,
        coded("csdo:UnifiedCountryCode", None if parts.country == one.country else one.country),
        leaf("csdo:SubjectName", one.name),
        leaf("casdo:CAUniqueCustomsNumberId", numbers.get("CAUniqueCustomsNumberId")),
        leaf("csdo:TaxpayerId", numbers.get("TaxpayerId")),
        leaf("casdo:PersonId", numbers.get("PersonId")),
        _address(parts),
        _register(numbers.get("RegistrationNumberId")),
        leaf("casdo:EqualIndicator", True if one.same_as == "declarant" else None),
        *behind,
    )


def _register(number: str | None) -> Iterator[Written]:
    return group("cacdo:RegisterDocumentIdDetails", leaf("casdo:RegistrationNumberId", number))


def _address(parts: Address) -> Iterator[Written]:
    return group(
        "ccdo:SubjectAddressDetails",
        coded("csdo:UnifiedCountryCode", parts.country),
        leaf("csdo:RegionName", parts.region),
        leaf("csdo:DistrictName", parts.district),
        leaf("csdo:CityName", parts.city),
        leaf("csdo:SettlementName", parts.settlement),
        leaf("csdo:StreetName", parts.street or parts.text),
        leaf("csdo:BuildingNumberId", parts.building),
        leaf("csdo:RoomNumberId", parts.room),
        leaf("csdo:PostCode", parts.postcode),
        leaf("csdo:PostOfficeBoxId", parts.post_box),
    )


def _shipment(one: Consignment, position: int) -> Iterator[Written]:
    """Give a consignment; its place in the list is its number where it has none."""
    totals = one.totals
    return group(
        "cacdo:TDGoodsShipmentDetails",
        leaf("csdo:ObjectOrdinal", one.number or position),
        *(_transport_document(paper) for paper in one.references),
        leaf("casdo:GoodsQuantity", totals.items),
        leaf("casdo:CargoQuantity", totals.packages),
        coded("casdo:DepartureCountryCode", one.dispatch_country),
        coded("casdo:DestinationCountryCode", one.destination_country),
        mass("casdo:TotalGrossMassMeasure", totals.gross_kg),
        amount_in("casdo:TotalAmount", totals.invoiced),
        *(_party("cacdo:ConsignorDetails", party) for party in _in_role(one.parties, "consignor")),
        *(_party("cacdo:ConsigneeDetails", party) for party in _in_role(one.parties, "consignee")),
        *(_destination(place) for place in _at(one.places, "destination")),
        *(item_written(item) for item in one.items),
    )


def _transport_document(paper: Reference) -> Iterator[Written]:
    return group("cacdo:TransportDocumentDetails", kind_and_name(paper), as_numbered(paper))


def _destination(place: Place) -> Iterator[Written]:
    return group(
        "cacdo:TransitDestinationDetails",
        group(
            "ccdo:CustomsOfficeDetails",
            leaf("csdo:CustomsOfficeCode", place.code),
            leaf("csdo:CustomsOfficeName", place.name),
            coded("csdo:UnifiedCountryCode", place.country),
            required=True,
        ),
        leaf("casdo:CustomsControlZoneId", place.zone),
    )


def _seals(seals: tuple[Seal, ...]) -> Iterator[Iterator[Written]]:
    for (method, kind), listed in groupby(seals, key=lambda one: (one.method, one.kind)):
        numbers = tuple(one.number for one in listed)
        yield seals_listed("cacdo:CustomsIdentificationDetails", method, kind, numbers)


def _carriers(document: Document) -> Iterator[Iterator[Written]]:
    """Give those who carry, each with the drivers named behind; they are numbered where one takes over from another."""
    carriers: list[tuple[Party, list[Party]]] = []
    for party in _in_role(document.parties, *_CARRYING, "driver"):
        if party.role != "driver":
            carriers.append((party, []))
        elif carriers:
            carriers[-1][1].append(party)
    reloaded = bool(_at(document.places, "reloading"))
    for at, (carrier, drivers) in enumerate(carriers, 1):
        yield _party(
            "cacdo:CarrierDetails",
            carrier,
            *(_driver(one) for one in drivers),
            leaf("casdo:CarrierOrdinal", at if reloaded else None),
        )


def _driver(one: Party) -> Iterator[Written]:
    return group("cacdo:CarrierRepresentativeDetails", _full_name(one.name), leaf("casdo:RoleCode", one.role_code))


def _full_name(name: str | None) -> Iterator[Written]:
    """Give a name in its parts; it is read as last name, first name, and what else there is."""
    last, first, middle = [*(name or "").split(maxsplit=2), None, None, None][:3]
    return group(
        "ccdo:FullNameDetails",
        leaf("csdo:FirstName", first),
        leaf("csdo:MiddleName", middle),
        leaf("csdo:LastName", last),
    )


def _guarantee(one: Guarantee) -> Iterator[Written]:
    paper = one.reference or Reference()
    serial = serial_of(paper)
    numbered = as_numbered(paper)
    if serial is not None and len(serial) >= CERTIFICATE_CHARS:
        certificate = leaf("casdo:GuaranteeCertificateRegId", serial)
        numbered = registered_under("cacdo:GuaranteeCertificateIdDetails", paper, certificate)
    elif serial is not None:
        secured = leaf("casdo:CustomsDocumentId", serial)
        numbered = registered_under("cacdo:GuaranteeCustomsDocIdDetails", paper, secured)
    return group(
        "cacdo:TransitGuaranteeDocDetails",
        kind_and_name(paper),
        numbered,
        amount_in("casdo:GuaranteeAmount", one.amount),
        coded("casdo:PaymentGuaranteeMethodCode", one.kind),
    )


def _signed(document: Document) -> Iterator[Iterator[Written]]:
    """Give who signs: a representative with the contract, which is the first of the papers, then the person."""
    papers = list(document.references)
    for one in _in_role(document.parties, "representative"):
        number = next((held.value for held in one.identifiers if held.register == "RegistrationNumberId"), None)
        contract = papers.pop(0) if papers else Reference()
        yield group(
            "cacdo:SignatoryRepresentativeDetails",
            _register(number),
            _shown("cacdo:RepresentativeContractDetails", contract, required=True),
        )
    for one in _in_role(document.parties, "signatory"):
        authority = papers.pop(0) if papers else Reference()
        yield group(
            "cacdo:SignatoryPersonV2Details",
            group("cacdo:SigningDetails", _full_name(one.name), leaf("casdo:SigningDate", document.signed_on)),
            _shown("cacdo:PowerOfAttorneyDetails", authority),
        )


def _shown(name: str, paper: Reference, *, required: bool = False) -> Iterator[Written]:
    return group(
        name,
        kind_and_name(paper),
        as_numbered(paper),
        leaf("csdo:DocStartDate", paper.valid_from),
        leaf("csdo:DocValidityDate", paper.valid_until),
        required=required,
    )
