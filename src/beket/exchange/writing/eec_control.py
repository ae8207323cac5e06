"""Writes the result of a customs control as the Eurasian Economic Commission defines it (R.051).

Source: album of formats 5.23.0, EEC_CustomsControlUnifiedDoc.xsd. Written is what a checkpoint finds out (reference
02 §1.1): masses, vehicles, seals, radiation, what it was found out with, and by whom. The schema asks for one officer.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from types import MappingProxyType
from typing import Final

from beket.exchange.kit.eec_writing import (
    CARNET,
    COUNTRIES,
    as_numbered,
    coded,
    kind_and_name,
    mass,
    measure,
    registered_under,
    seals_listed,
    serial_of,
)
from beket.exchange.kit.form import refuse_faults
from beket.exchange.kit.refusal import Refusal, Refused
from beket.exchange.kit.writing import Written, bytes_of, group, leaf, root
from beket.exchange.writing.eec_control_form import FORM
from beket.words.documents import (
    ControlResult,
    MeansChecked,
    Officer,
    Place,
    RadiationMeasured,
    Reference,
    SealGroup,
    SealsChecked,
    Tool,
    WeightChecked,
)

ROOT: Final = "CustomsControlUnifiedDoc"

NAMESPACES: Final = MappingProxyType(
    {
        "rcc": f"urn:EEC:R:051:{ROOT}:v1.0.0",
        "cacdo": "urn:EEC:M:CA:ComplexDataObjects:v1.8.4",
        "casdo": "urn:EEC:M:CA:SimpleDataObjects:v1.8.4",
        "ccdo": "urn:EEC:M:ComplexDataObjects:v0.4.14",
        "csdo": "urn:EEC:M:SimpleDataObjects:v0.4.14",
    }
)


def write(result: ControlResult) -> bytes | Refusal:
    """Write a result, or say everything that it lacks; what it does not know and need not is left out."""
    top = _result(result)
    try:
        refuse_faults(top, FORM)
    except Refused as refused:
        return refused.refusal
    return bytes_of(top, NAMESPACES)


def _result(result: ControlResult) -> Written:
    return root(
        f"rcc:{ROOT}",
        leaf("csdo:EDocCode", "R.051"),
        leaf("csdo:EDocId", result.id),
        leaf("csdo:EDocDateTime", result.made_at),
        leaf("casdo:EDocIndicatorCode", "ЭД"),
        leaf("csdo:CustomsOfficeCode", result.office),
        coded("csdo:DocKindCode", result.kind),
        group(
            "cacdo:InspectionDocIdDetails",
            leaf("csdo:CustomsOfficeCode", result.office),
            leaf("csdo:DocCreationDate", result.registered_on),
            leaf("casdo:InspectionDocId", result.number),
        ),
        leaf("casdo:CustomsControlFormCode", result.form),
        leaf("casdo:PlaceName", result.place),
        leaf("csdo:DocCreationDate", result.completed_on),
        leaf("csdo:StartDateTime", result.began_at),
        leaf("csdo:EndDateTime", result.ended_at),
        *(_written_officer(one) for one in result.officers),
        group("cacdo:ATDInformationDetails", *_about(result), required=True),
    )


def _about(result: ControlResult) -> Iterator[Iterator[Written]]:
    """Give what was found, in the order of the schema."""
    yield from (_written_basis(one) for one in result.basis)
    if result.location is not None:
        yield _written_location(result.location)
    yield group("cacdo:ATDCustomsToolsDetails", *(_written_tool(one) for one in result.tools))
    yield from (_written_weight(one) for one in result.weights)
    yield from (_written_means(one) for one in result.means)
    if result.seals is not None:
        yield _written_seals(result.seals)
    if result.radiation is not None:
        yield _written_radiation(result.radiation)
    yield group(
        "cacdo:ATDResultsDetails",
        *(leaf("csdo:DescriptionText", said) for said in result.findings),
        *(leaf("casdo:OffenceCode", code) for code in result.offences),
    )


def _written_officer(one: Officer) -> Iterator[Written]:
    return group(
        "cacdo:ATDCustomsPersonDetails",
        group(
            "ccdo:FullNameDetails",
            leaf("csdo:FirstName", one.first_name),
            leaf("csdo:MiddleName", one.middle_name),
            leaf("csdo:LastName", one.last_name),
        ),
        leaf("csdo:PositionName", one.position),
        leaf("casdo:LNPId", one.number),
        leaf("csdo:CustomsOfficeCode", one.office),
        *(leaf("casdo:RoleCode", role) for role in one.roles),
        leaf("casdo:SignatureIndicator", one.signed),
        leaf("casdo:SigningDate", one.signed_on),
        required=True,
    )


def _written_basis(paper: Reference) -> Iterator[Written]:
    """Write a document: by office, day and number where its number is made of these, else as it is numbered."""
    serial, number = serial_of(paper), paper.number or ""
    numbered = as_numbered(paper)
    if serial is not None:
        declared = leaf("casdo:CustomsDocumentId", serial)
        numbered = registered_under("cacdo:CustomsDeclarationIdDetails", paper, declared)
    elif CARNET.fits(number):
        parts = (leaf("casdo:TIRSeriesId", number[:2]), leaf("casdo:TIRId", number[2:]))
        numbered = chain(group("cacdo:TIRIdDetails", *parts), leaf("csdo:DocCreationDate", paper.issued_on))
    return group("cacdo:ATDDocDetails", kind_and_name(paper), numbered, required=True)


def _listed(name: str, seals: SealGroup) -> Iterator[Written]:
    return seals_listed(name, seals.method, seals.kind, seals.numbers)


def _written_location(location: Place) -> Iterator[Written]:
    return group(
        "cacdo:ATDLocationDetails",
        leaf("csdo:CustomsOfficeCode", location.code),
        leaf("casdo:PlaceName", location.name),
        leaf("casdo:CustomsControlZoneId", location.zone),
        group("ccdo:SubjectAddressDetails", coded("csdo:UnifiedCountryCode", location.country)),
    )


def _written_tool(tool: Tool) -> Iterator[Written]:
    return group(
        "cacdo:CustomsToolDetails",
        leaf("casdo:ProductTypeName", tool.kind),
        leaf("casdo:ProductMarkName", tool.make),
        leaf("csdo:ProductModelName", tool.model),
        leaf("casdo:DeviceId", tool.number),
        leaf("csdo:EventDate", tool.checked_on),
        leaf("casdo:EquipmentErrorText", tool.error),
        required=True,
    )


def _written_weight(weight: WeightChecked) -> Iterator[Written]:
    return group(
        "cacdo:ATDGoodsWeightDetails",
        mass("csdo:UnifiedGrossMassMeasure", weight.declared_kg),
        leaf("casdo:CargoQuantity", weight.packages),
        mass("casdo:FactGrossMassMeasure", weight.gross_kg),
        mass("csdo:UnifiedNetMassMeasure", weight.net_kg),
        leaf("casdo:WeightMethodCode", weight.method),
        required=True,
    )


def _written_means(means: MeansChecked) -> Iterator[Written]:
    registered_in = {"countryCode": means.country, "countryCodeListId": COUNTRIES} if means.country else {}
    return group(
        "cacdo:ATDInformationTransportMeansDetails",
        leaf("casdo:ConditionArrivalCode", means.arrival),
        leaf("csdo:TransportMeansRegId", means.plate, **registered_in),
        leaf("csdo:VehicleId", means.vin),
    )


def _written_seals(seals: SealsChecked) -> Iterator[Written]:
    identified = "cacdo:CustomsIdentificationDetails"
    return group(
        "cacdo:ATDSealDetails",
        leaf("casdo:SealIndicator", seals.present),
        leaf("casdo:DefectCustomsIdentificationMeansIndicator", seals.damaged),
        *(_listed("cacdo:ATDFactSealDetails", found) for found in seals.found),
        *(
            group(
                "cacdo:ATDChangeSealDetails",
                _listed(identified, change.seals),
                leaf("casdo:ActionCode", change.action),
            )
            for change in seals.changed
        ),
        *(
            group(
                "cacdo:ATDNewSealDetails",
                _listed(identified, placed.seals),
                leaf("csdo:EventDate", placed.placed_on),
            )
            for placed in seals.placed
        ),
        required=True,
    )


def _written_radiation(measured: RadiationMeasured) -> Iterator[Written]:
    return group(
        "cacdo:ATDRadiationDetails",
        measure("casdo:RadiationMeasure", measured.level, measured.unit),
        _written_tool(measured.tool),
    )
