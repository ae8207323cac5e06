"""The result of a customs control as the Eurasian Economic Commission defines it (R.051): written here, and read back.

Source: album of formats 5.23.0, EEC_CustomsControlUnifiedDoc.xsd. One structure serves inspections, weighings, seals,
radiation and detention; written is what a checkpoint finds out (reference 02 §1.1). The schema asks for one officer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from types import MappingProxyType
from typing import Final

from beket.exchange.kit.album import declaration_number
from beket.exchange.kit.branch import Branch
from beket.exchange.kit.eec import (
    KILOGRAM,
    kilograms,
    place_of,
    references_of,
    registered,
    seals_of,
    structure_of,
)
from beket.exchange.kit.format import Format
from beket.exchange.kit.writing import Written, group, leaf, message
from beket.words.documents import (
    ControlResult,
    Document,
    MeansChecked,
    Officer,
    Place,
    RadiationMeasured,
    Reference,
    SealChange,
    SealGroup,
    SealsChecked,
    SealsPlaced,
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

DOCUMENT_KINDS: Final = "2009"
UNITS: Final = "2016"
COUNTRIES: Final = "2021"
"""Lists of codes by the numbers that the Union gave them."""


def read(root: Branch) -> Document:
    """Read one result of a control."""
    numbered = root.one("InspectionDocIdDetails")
    return Document(
        kind="control_result",
        format=FORMAT.name,
        version=structure_of(root),
        id=root.says("EDocId"),
        number=registered(numbered),
        issued_at=root.says("EDocDateTime"),
        control=_result(root, numbered),
    )


def _result(root: Branch, numbered: Branch) -> ControlResult:
    about = root.one("ATDInformationDetails")
    return ControlResult(
        id=root.says("EDocId") or "",
        made_at=root.says("EDocDateTime") or "",
        office=numbered.says("CustomsOfficeCode") or "",
        kind=root.says("DocKindCode") or "",
        number=numbered.says("InspectionDocId") or "",
        registered_on=numbered.date("DocCreationDate") or "",
        completed_on=root.date("DocCreationDate") or "",
        form=root.says("CustomsControlFormCode"),
        place=root.says("PlaceName"),
        began_at=root.says("StartDateTime"),
        ended_at=root.says("EndDateTime"),
        officers=tuple(_officer(one) for one in root.all("ATDCustomsPersonDetails")),
        basis=tuple(references_of(about.all("ATDDocDetails"))),
        location=next((place_of(one, "control") for one in about.all("ATDLocationDetails")), None),
        tools=tuple(_tool(one) for one in about.all("ATDCustomsToolsDetails/CustomsToolDetails")),
        weights=tuple(_weight(one) for one in about.all("ATDGoodsWeightDetails")),
        means=tuple(_means(one) for one in about.all("ATDInformationTransportMeansDetails")),
        seals=next((_seals(one) for one in about.all("ATDSealDetails")), None),
        radiation=next((_radiation(one) for one in about.all("ATDRadiationDetails")), None),
        findings=tuple(about.every("ATDResultsDetails/DescriptionText")),
        offences=tuple(about.every("ATDResultsDetails/OffenceCode")),
    )


def _officer(one: Branch) -> Officer:
    return Officer(
        last_name=one.says("FullNameDetails/LastName"),
        first_name=one.says("FullNameDetails/FirstName"),
        middle_name=one.says("FullNameDetails/MiddleName"),
        position=one.says("PositionName"),
        number=one.says("LNPId"),
        office=one.says("CustomsOfficeCode"),
        roles=tuple(one.every("RoleCode")),
        signed=one.yes("SignatureIndicator"),
        signed_on=one.date("SigningDate"),
    )


def _tool(one: Branch) -> Tool:
    return Tool(
        kind=one.says("ProductTypeName"),
        make=one.says("ProductMarkName"),
        model=one.says("ProductModelName"),
        number=one.says("DeviceId"),
        checked_on=one.date("EventDate"),
        error=one.says("EquipmentErrorText"),
    )


def _weight(one: Branch) -> WeightChecked:
    return WeightChecked(
        packages=one.whole("CargoQuantity"),
        declared_kg=kilograms(one, "UnifiedGrossMassMeasure"),
        gross_kg=kilograms(one, "FactGrossMassMeasure"),
        net_kg=kilograms(one, "UnifiedNetMassMeasure"),
        method=one.says("WeightMethodCode"),
    )


def _means(one: Branch) -> MeansChecked:
    return MeansChecked(
        arrival=one.says("ConditionArrivalCode") or "",
        plate=one.says("TransportMeansRegId"),
        country=one.one("TransportMeansRegId").attribute("countryCode"),
        vin=one.says("VehicleId"),
    )


def _seals(one: Branch) -> SealsChecked:
    return SealsChecked(
        present=one.yes("SealIndicator"),
        damaged=one.yes("DefectCustomsIdentificationMeansIndicator"),
        found=tuple(_group(found) for found in one.all("ATDFactSealDetails")),
        changed=tuple(
            SealChange(action=change.says("ActionCode") or "", seals=_group(found))
            for change in one.all("ATDChangeSealDetails")
            for found in change.all("CustomsIdentificationDetails")
        ),
        placed=tuple(
            SealsPlaced(placed_on=placed.date("EventDate") or "", seals=_group(found))
            for placed in one.all("ATDNewSealDetails")
            for found in placed.all("CustomsIdentificationDetails")
        ),
    )


def _group(found: Branch) -> SealGroup:
    kind, numbers = seals_of(found)
    return SealGroup(
        method=found.says("CustomsIdentificationMethodCode") or "",
        kind=kind,
        numbers=tuple(numbers),
    )


def _radiation(one: Branch) -> RadiationMeasured | None:
    level, unit = one.number("RadiationMeasure"), one.one("RadiationMeasure").attribute("measurementUnitCode")
    if level is None:
        return None
    return RadiationMeasured(level=level, unit=unit or "", tool=_tool(one.one("CustomsToolDetails")))


def write(result: ControlResult) -> bytes:
    """Write a result; what it does not know is left out."""
    return message(
        f"rcc:{ROOT}",
        NAMESPACES,
        leaf("csdo:EDocCode", "R.051"),
        leaf("csdo:EDocId", result.id),
        leaf("csdo:EDocDateTime", result.made_at),
        leaf("casdo:EDocIndicatorCode", "ЭД"),
        leaf("csdo:CustomsOfficeCode", result.office),
        leaf("csdo:DocKindCode", result.kind, codeListId=DOCUMENT_KINDS),
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
    numbered: Iterable[Written]
    head, _, serial = (paper.number or "").rpartition("/")
    if head and declaration_number(paper.office, paper.issued_on, serial) == paper.number:
        numbered = group(
            "cacdo:CustomsDeclarationIdDetails",
            leaf("csdo:CustomsOfficeCode", paper.office),
            leaf("csdo:DocCreationDate", paper.issued_on),
            leaf("casdo:CustomsDocumentId", serial),
        )
    else:
        numbered = chain(leaf("csdo:DocId", paper.number), leaf("csdo:DocCreationDate", paper.issued_on))
    return group(
        "cacdo:ATDDocDetails",
        leaf("csdo:DocKindCode", paper.kind, codeListId=DOCUMENT_KINDS),
        leaf("csdo:DocName", paper.name),
        numbered,
    )


def _written_location(location: Place) -> Iterator[Written]:
    return group(
        "cacdo:ATDLocationDetails",
        leaf("csdo:CustomsOfficeCode", location.code),
        leaf("casdo:PlaceName", location.name),
        leaf("casdo:CustomsControlZoneId", location.zone),
        group("ccdo:SubjectAddressDetails", leaf("csdo:UnifiedCountryCode", location.country, codeListId=COUNTRIES)),
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
    unit = {"measurementUnitCode": KILOGRAM, "measurementUnitCodeListId": UNITS}
    return group(
        "cacdo:ATDGoodsWeightDetails",
        leaf("csdo:UnifiedGrossMassMeasure", weight.declared_kg, **unit),
        leaf("casdo:CargoQuantity", weight.packages),
        leaf("casdo:FactGrossMassMeasure", weight.gross_kg, **unit),
        leaf("csdo:UnifiedNetMassMeasure", weight.net_kg, **unit),
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
        *(_written_group("cacdo:ATDFactSealDetails", found) for found in seals.found),
        *(
            group(
                "cacdo:ATDChangeSealDetails",
                _written_group(identified, change.seals),
                leaf("casdo:ActionCode", change.action),
            )
            for change in seals.changed
        ),
        *(
            group(
                "cacdo:ATDNewSealDetails",
                _written_group(identified, placed.seals),
                leaf("csdo:EventDate", placed.placed_on),
            )
            for placed in seals.placed
        ),
        required=True,
    )


def _written_group(name: str, seals: SealGroup) -> Iterator[Written]:
    return group(
        name,
        leaf("casdo:CustomsIdentificationMethodCode", seals.method),
        leaf("casdo:CustomsIdentificationMeansKindCode", seals.kind),
        leaf("casdo:SealQuantity", len(seals.numbers) or None),
        *(
            group("cacdo:CustomsIdentificationMeansIdDetails", leaf("casdo:CustomsIdentificationMeansId", number))
            for number in seals.numbers
        ),
    )


def _written_radiation(measured: RadiationMeasured) -> Iterator[Written]:
    return group(
        "cacdo:ATDRadiationDetails",
        leaf(
            "casdo:RadiationMeasure",
            measured.level,
            measurementUnitCode=measured.unit,
            measurementUnitCodeListId=UNITS,
        ),
        _written_tool(measured.tool),
    )


FORMAT: Final = Format(
    name="eec_control_result",
    title="Result of a customs control of the Eurasian Economic Commission (R.051)",
    source="album of formats 5.23.0",
    shape="xml",
    knows=lambda root: root.name == ROOT,
    read=read,
    versions=("R.051 1.0.0",),
)
