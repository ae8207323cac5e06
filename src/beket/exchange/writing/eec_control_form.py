"""What R.051 asks, and what people call its parts: the table that the result of a control is held against.

Source: album of formats 5.23.0, EEC_CustomsControlUnifiedDoc.xsd: what there has no `minOccurs` of nought.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from beket.exchange.kit.eec_writing import SHAPES
from beket.exchange.kit.form import Form

_NAMES: Final = MappingProxyType(
    {
        "@countryCode": "country",
        "@measurementUnitCode": "unit",
        "ATDChangeSealDetails": "change of seals",
        "ATDCustomsPersonDetails": "officer",
        "ATDCustomsToolsDetails": "technical means",
        "ATDDocDetails": "document that goods move under",
        "ATDFactSealDetails": "seals found",
        "ATDGoodsWeightDetails": "weighing",
        "ATDInformationDetails": "what was found out",
        "ATDInformationTransportMeansDetails": "vehicle",
        "ATDLocationDetails": "place of the control",
        "ATDNewSealDetails": "new seals",
        "ATDRadiationDetails": "radiation",
        "ATDResultsDetails": "findings",
        "ATDSealDetails": "seals",
        "ActionCode": "what was done to them (code)",
        "CargoQuantity": "number of packages",
        "ConditionArrivalCode": "how it came (code)",
        "CustomsControlFormCode": "form of control (code)",
        "CustomsControlZoneId": "zone of customs control",
        "CustomsDeclarationIdDetails": "number",
        "CustomsDocumentId": "serial number",
        "CustomsIdentificationDetails": "seals",
        "CustomsIdentificationMeansId": "number",
        "CustomsIdentificationMeansIdDetails": "seal",
        "CustomsIdentificationMeansKindCode": "kind of seal (code)",
        "CustomsIdentificationMethodCode": "how the seals identify (code)",
        "CustomsOfficeCode": "customs office",
        "CustomsToolDetails": "device",
        "DescriptionText": "finding",
        "DeviceId": "number",
        "DocCreationDate": "day",
        "DocId": "number",
        "DocKindCode": "kind of document",
        "DocName": "name of document",
        "EDocDateTime": "day and time of the document",
        "EDocId": "identifier of the document",
        "EndDateTime": "end of the control",
        "EquipmentErrorText": "error of the device",
        "EventDate": "day",
        "FactGrossMassMeasure": "mass found",
        "FirstName": "first name",
        "FullNameDetails": "name",
        "InspectionDocId": "number",
        "InspectionDocIdDetails": "registration",
        "LNPId": "number of the stamp",
        "LastName": "last name",
        "MiddleName": "middle name",
        "OffenceCode": "offence (code)",
        "PlaceName": "place",
        "PositionName": "position",
        "ProductMarkName": "make",
        "ProductModelName": "model",
        "ProductTypeName": "kind",
        "RadiationMeasure": "level",
        "RoleCode": "role (code)",
        "SealQuantity": "number of seals",
        "SigningDate": "day of signing",
        "StartDateTime": "begin of the control",
        "SubjectAddressDetails": "address",
        "TIRIdDetails": "TIR carnet",
        "TransportMeansRegId": "plate",
        "UnifiedCountryCode": "country",
        "UnifiedGrossMassMeasure": "mass declared",
        "UnifiedNetMassMeasure": "net mass",
        "VehicleId": "VIN",
        "WeightMethodCode": "method of weighing (code)",
    }
)

FORM: Final = Form(
    names=_NAMES,
    shapes=SHAPES,
    wanted={
        "CustomsControlUnifiedDoc": (
            "EDocId", "EDocDateTime", "CustomsOfficeCode", "DocKindCode", "DocCreationDate", "ATDCustomsPersonDetails",
        ),
        "InspectionDocIdDetails": ("CustomsOfficeCode", "DocCreationDate", "InspectionDocId"),
        "ATDDocDetails": ("DocKindCode",),
        "ATDFactSealDetails": ("CustomsIdentificationMethodCode",),
        "ATDChangeSealDetails": ("CustomsIdentificationDetails", "ActionCode"),
        "ATDNewSealDetails": ("CustomsIdentificationDetails", "EventDate"),
        "CustomsIdentificationDetails": ("CustomsIdentificationMethodCode",),
        "ATDInformationTransportMeansDetails": ("ConditionArrivalCode",),
    },
    most={"RoleCode": 2},
)  # fmt: skip
