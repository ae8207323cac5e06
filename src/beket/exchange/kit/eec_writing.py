"""What the structures of the Eurasian Economic Commission write alike, and how their texts must look.

Source: album of formats 5.23.0, the data types of EEC_M_SimpleDataObjects 0.4.14 and EEC_M_CA_SimpleDataObjects 1.8.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import chain
from types import MappingProxyType
from typing import Final

from beket.exchange.kit.album import declaration_number
from beket.exchange.kit.eec import KILOGRAM
from beket.exchange.kit.form import DAY, INDICATOR, MOMENT, Shape, decimal, matching, text
from beket.exchange.kit.writing import Written, group, leaf
from beket.words.documents import Money, Reference

CODE_LISTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "CACountryCode": "2021",
        "DepartureCountryCode": "2021",
        "DestinationCountryCode": "2021",
        "DocKindCode": "2009",
        "PackageKindCode": "2013",
        "PaymentGuaranteeMethodCode": "2051",
        "RegistrationNationalityCode": "2021",
        "TransitProcedureCode": "2052",
        "TransportTypeCode": "2024",
        "UnifiedCountryCode": "2021",
        "UnifiedTransportModeCode": "2004",
        "VehicleMakeCode": "2025",
    }
)
"""By element: the number that the Union gave to the list its code is from."""

CURRENCIES: Final = "2022"
COUNTRIES: Final = "2021"
UNITS: Final = "2016"

CARNET: Final = matching(r"[A-Z]{2}\d{8}", "two letters and eight digits")

_COUNTRY: Final = matching("[A-Z]{2}", "a country in two letters")
_CUSTOMS_COUNTRY: Final = matching(r"[A-Z]{2}|\d{2}", "a country in two letters or two digits")
_ORDINAL: Final = matching("0*[1-9][0-9]{0,2}", "a number from 1 to 999")
_MASS: Final = decimal(18, 6)
_THREE_DIGITS: Final = matching(r"\d{3}", "three digits")

SHAPES: Final[Mapping[str, Shape]] = MappingProxyType(
    {
        "@codeListId": text(20),
        "@countryCode": _CUSTOMS_COUNTRY,
        "@countryCodeListId": text(20),
        "@currencyCode": matching("[A-Z]{3}", "a currency in three letters"),
        "@currencyCodeListId": text(20),
        "@measurementUnitCode": matching(r"[0-9A-Z]{2,3}|\d{3,4}", "a unit as coded"),
        "@measurementUnitCodeListId": text(20),
        "ActionCode": text(20),
        "BuildingNumberId": text(50),
        "CACountryCode": _CUSTOMS_COUNTRY,
        "CAUniqueCustomsNumberId": text(40),
        "CAValueAmount": decimal(18, 2),
        "CargoDescriptionText": text(250),
        "CargoKindName": text(20),
        "CargoQuantity": matching(r"\d{1,8}", "a whole number of at most 8 digits"),
        "CarrierOrdinal": _ORDINAL,
        "CityName": text(120),
        "CommodityCode": matching(r"\d{2}|\d{4}|\d{6}|\d{8,10}", "a code of goods of 2, 4, 6 or 8 to 10 digits"),
        "ConditionArrivalCode": text(1),
        "ConsignmentItemOrdinal": _ORDINAL,
        "ContainerId": text(17),
        "ContainerIndicator": INDICATOR,
        "CustomsControlFormCode": text(2, 2),
        "CustomsControlZoneId": text(50),
        "CustomsDocumentId": text(7, 5),
        "CustomsIdentificationMeansId": text(20),
        "CustomsIdentificationMeansKindCode": text(2, 2),
        "CustomsIdentificationMethodCode": text(2, 2),
        "CustomsOfficeCode": matching(r"\d{2}|\d{5}|\d{8}", "the code of an office in 2, 5 or 8 digits"),
        "CustomsOfficeName": text(50),
        "DeclarationKindCode": text(2, 2),
        "DefectCustomsIdentificationMeansIndicator": INDICATOR,
        "DepartureCountryCode": _COUNTRY,
        "DescriptionText": text(4000),
        "DestinationCountryCode": _COUNTRY,
        "DeviceId": text(100),
        "DistrictName": text(120),
        "DocCreationDate": DAY,
        "DocId": text(50),
        "DocKindCode": text(20),
        "DocName": text(500),
        "DocStartDate": DAY,
        "DocValidityDate": DAY,
        "EDocCode": matching(r"R\.\d{3}", "the code of a structure"),
        "EDocDateTime": MOMENT,
        "EDocId": matching("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", "a UUID"),
        "EDocIndicatorCode": text(2, 2),
        "EndDateTime": MOMENT,
        "EqualIndicator": INDICATOR,
        "EquipmentErrorText": text(1000),
        "EventDate": DAY,
        "FactGrossMassMeasure": _MASS,
        "FirstName": text(120),
        "GoodsDescriptionText": text(250),
        "GoodsMeasure": _MASS,
        "GoodsQuantity": matching(r"\d{1,5}", "a whole number of at most 5 digits"),
        "GoodsTranshsipmentIndicator": INDICATOR,
        "GuaranteeAmount": decimal(18, 2),
        "GuaranteeCertificateRegId": text(8),
        "GuaranteePresentCode": text(1),
        "InspectionDocId": text(25),
        "LNPId": text(4),
        "LastName": text(120),
        "LineId": text(40),
        "MiddleName": text(120),
        "ObjectOrdinal": _ORDINAL,
        "OffenceCode": text(20),
        "PackageKindCode": matching("[A-Z0-9]{2}", "a kind of package in two letters or digits"),
        "PackageQuantity": matching(r"\d{1,8}", "a whole number of at most 8 digits"),
        "PaymentGuaranteeMethodCode": matching(r"\d{2}", "two digits"),
        "PersonId": text(20),
        "PlaceName": text(120),
        "PositionName": text(120),
        "PostCode": matching("[A-Z0-9][A-Z0-9 -]{1,8}[A-Z0-9]", "a postcode of 3 to 10 letters and digits"),
        "PostOfficeBoxId": text(20),
        "ProductMarkName": text(250),
        "ProductModelName": text(250),
        "ProductTypeName": text(250),
        "RadiationMeasure": _MASS,
        "RegionName": text(120),
        "RegistrationNationalityCode": _CUSTOMS_COUNTRY,
        "RegistrationNumberId": text(25),
        "RoleCode": text(20),
        "RoomNumberId": text(20),
        "SealIndicator": INDICATOR,
        "SealQuantity": matching(r"\d{1,4}", "a whole number of at most 4 digits"),
        "SettlementName": text(120),
        "SignatureIndicator": INDICATOR,
        "SigningDate": DAY,
        "StartDateTime": MOMENT,
        "StreetName": text(120),
        "SubjectName": text(300),
        "TIRHolderId": text(18),
        "TIRId": matching(r"\d{8}", "eight digits"),
        "TIRSeriesId": matching("[A-Z]{2}", "two letters"),
        "TaxpayerId": text(20),
        "TotalAmount": decimal(15, 4),
        "TotalGrossMassMeasure": _MASS,
        "TransitProcedureCode": text(2, 2),
        "TransportMeansRegId": text(40),
        "TransportTypeCode": _THREE_DIGITS,
        "UnifiedCountryCode": _COUNTRY,
        "UnifiedGrossMassMeasure": _MASS,
        "UnifiedNetMassMeasure": _MASS,
        "UnifiedTransportModeCode": text(20),
        "VehicleId": text(17),
        "VehicleMakeCode": _THREE_DIGITS,
        "WeightMethodCode": text(1),
    }
)
"""How each text must look, by its local name; one name has one type in all structures that are written here."""


def coded(name: str, code: str | None) -> Iterator[Written]:
    """Give a code with the list it is from."""
    return leaf(name, code, codeListId=CODE_LISTS[name.rpartition(":")[2]])


def mass(name: str, kg: Decimal | None) -> Iterator[Written]:
    """Give a mass in kilograms."""
    return measure(name, kg, KILOGRAM)


def measure(name: str, amount: Decimal | None, unit: str | None) -> Iterator[Written]:
    """Give an amount in a unit; one without a unit is a fault of what is written, and told as such."""
    return leaf(name, amount, measurementUnitCode=unit or "", measurementUnitCodeListId=UNITS)


def amount_in(name: str, money: Money | None) -> Iterator[Written]:
    """Give an amount of money with its currency."""
    if money is None:
        return iter(())
    return leaf(name, money.amount, currencyCode=money.currency or "", currencyCodeListId=CURRENCIES)


def serial_of(paper: Reference) -> str | None:
    """Give the last part of a number that is made of office and day; None where it is not."""
    head, _, serial = (paper.number or "").rpartition("/")
    made = bool(head) and declaration_number(paper.office, paper.issued_on, serial) == paper.number
    return serial if made else None


def registered_under(name: str, paper: Reference, serial: Iterable[Written]) -> Iterator[Written]:
    """Give a number in its parts: the office, the day, and what an office numbered."""
    return group(
        name, leaf("csdo:CustomsOfficeCode", paper.office), leaf("csdo:DocCreationDate", paper.issued_on), serial
    )


def kind_and_name(paper: Reference) -> Iterator[Written]:
    """Give the kind of a document, and its name."""
    return chain(coded("csdo:DocKindCode", paper.kind), leaf("csdo:DocName", paper.name))


def as_numbered(paper: Reference) -> Iterator[Written]:
    """Give a number as it stands, and its day."""
    return chain(leaf("csdo:DocId", paper.number), leaf("csdo:DocCreationDate", paper.issued_on))


def seals_listed(name: str, method: str | None, kind: str | None, numbers: tuple[str, ...]) -> Iterator[Written]:
    """Give seals of one method and one kind, counted where they are numbered."""
    return group(
        name,
        leaf("casdo:CustomsIdentificationMethodCode", method),
        leaf("casdo:CustomsIdentificationMeansKindCode", kind),
        leaf("casdo:SealQuantity", len(numbers) or None),
        *(
            group("cacdo:CustomsIdentificationMeansIdDetails", leaf("casdo:CustomsIdentificationMeansId", number))
            for number in numbers
        ),
    )
