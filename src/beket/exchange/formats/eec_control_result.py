"""The result of a customs control as the Eurasian Economic Commission defines it (R.051).

Source: album of formats 5.23.0, EEC_CustomsControlUnifiedDoc.xsd. One structure serves inspections, weighings, seals,
radiation and detention; read is what a checkpoint finds out (reference 02 §1.1). `exchange/writing` writes it.
"""

from __future__ import annotations

from typing import Final

from beket.exchange.kit.branch import Branch
from beket.exchange.kit.eec import (
    kilograms,
    place_of,
    references_of,
    registered,
    seals_of,
    structure_of,
)
from beket.exchange.kit.format import Format
from beket.words.documents import (
    ControlResult,
    Document,
    MeansChecked,
    Officer,
    RadiationMeasured,
    SealChange,
    SealGroup,
    SealsChecked,
    SealsPlaced,
    Tool,
    WeightChecked,
)

ROOT: Final = "CustomsControlUnifiedDoc"


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


FORMAT: Final = Format(
    name="eec_control_result",
    title="Result of a customs control of the Eurasian Economic Commission (R.051)",
    source="album of formats 5.23.0",
    shape="xml",
    knows=lambda root: root.name == ROOT,
    read=read,
    versions=("R.051 1.0.0",),
)
