"""What the album of formats and the structures of the EEC write alike: parties, documents, amounts, codes of goods."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from msgspec.structs import replace

from beket.exchange.kit.branch import Branch
from beket.words.documents import (
    Address,
    GoodsItem,
    Identifier,
    Means,
    MeansStage,
    Money,
    Package,
    Party,
    PartyRole,
    Quantity,
    Reference,
    Remark,
    address_line,
)

CODE_DIGITS: Final = 10
"""Digits of the Union's nomenclature; members add their own behind them (reference 02 §1.3: 11 in Armenia)."""

EXPORT: Final = "ЭК"
"""The declaration's type where goods leave the Union."""

PACKAGING: Final = "0"
"""What kind of packing is told of: not tare (1), the load (2), pallets (3) or each single package (4)."""

_CARNET: Final = re.compile(r"([A-Z]{2})?\d{8}")
"""Two letters and eight digits, the oldest without letters; how the letters are reckoned is in no source (02 §3)."""

_NUMBERS: Final = (
    "TaxpayerId", "BusinessEntityId", "UniqueCustomsNumberId", "CAUniqueCustomsNumberId", "PersonId", "OKPOID", "ITN",
    "UITN/UITNCode", "LicenseID", "RegisterDocumentIdDetails/RegistrationNumberId", "IdentityCard/IdentityCardSeries",
    "IdentityCard/IdentityCardNumber",
)  # fmt: skip
_FEATURES: Final = tuple(f"{country}OrganizationFeatures" for country in ("RF", "RK", "RB", "RA", "KG"))


def album_version(root: Branch) -> str | None:
    """Read the version of a document: the last part of its namespace."""
    return root.namespace.rpartition(":")[2] or None


def party_of(found: Branch, role: PartyRole, equal_to: PartyRole = "declarant") -> Party:
    """Read a party with its address and its numbers in the members' registers; one may only be said to be another."""
    same = found.yes("EqualIndicator") or found.yes("DeclarantEqualFlag")
    where = found.one("SubjectAddressDetails", "Address", "PostalAddress")
    parts = address_in(where)
    return Party(
        role=role,
        name=found.says("SubjectName", "OrganizationName", "SubjectBriefName", "ShortName", "Name"),
        country=found.says("UnifiedCountryCode", "CountryA2Code") or country_of(where),
        address=address_line(parts),
        identifiers=tuple(_identifiers(found)),
        same_as=equal_to if same else None,
        address_parts=parts,
    )


def person_of(found: Branch, role: PartyRole) -> Party:
    """Read a person with the numbers of the papers that prove who it is."""
    names = [found.says(f"Person{part}") for part in ("Surname", "Name", "MiddleName")]
    return Party(
        role=role,
        name=" ".join(filter(None, names)) or None,
        country=found.says("RegCountryCode"),
        identifiers=tuple(_identifiers(found)),
    )


def address_in(where: Branch) -> Address | None:
    """Read an address in its parts; None where there is none, or only a country."""
    parts = Address(
        country=country_of(where),
        postcode=where.says("PostalCode", "PostCode"),
        region=where.says("RegionName", "Region"),
        district=where.says("DistrictName", "District"),
        city=where.says("CityName", "City"),
        settlement=where.says("SettlementName", "Town"),
        street=where.says("StreetName", "StreetHouse"),
        building=where.says("BuildingNumberId", "House"),
        room=where.says("RoomNumberId", "Room"),
        post_box=where.says("PostOfficeBoxId"),
        text=where.says("AddressText"),
    )
    return None if address_line(parts) is None else parts


def address_of(where: Branch) -> str | None:
    """Read an address as one line."""
    return address_line(address_in(where))


def country_of(where: Branch) -> str | None:
    """Read the country of an address or a place."""
    return where.says("UnifiedCountryCode", "CountryCode")


def _identifiers(found: Branch) -> Iterator[Identifier]:
    for path in _NUMBERS:
        yield from (Identifier(register=path.rpartition("/")[2], value=value) for value in found.every(path))
    for feature in _FEATURES:
        for held in found.all(feature):
            yield from (
                Identifier(register=one.name, value=value) for one in held.branches for value in held.every(one.name)
            )


def signatories(root: Branch) -> Iterator[Party]:
    """Give those who filled a document in and signed it."""
    for signed in root.all("FilledPerson"):
        yield person_of(signed.one("SigningDetails") if signed.all("SigningDetails") else signed, "signatory")


def document_of(document: Branch) -> Reference:
    """Read a document that is named."""
    return Reference(
        kind=document.says("DocKindCode", "PresentedDocumentModeCode", "ModeCode", "DocumentKind"),
        name=document.says("PrDocumentName"),
        number=document.says("PrDocumentNumber"),
        issued_on=document.date("PrDocumentDate"),
        valid_from=document.date("DocStartDate", "DocumentBeginActionsDate"),
        valid_until=document.date("DocValidityDate", "DocumentEndActionsDate", "ExpiredDate"),
        office=document.says("CustomsCode"),
    )


def named_document(document: Branch) -> Reference | None:
    """Read a document that is named by its number; None where there is no number."""
    return None if document.says("PrDocumentNumber") is None else document_of(document)


def of_element(document: Branch) -> Reference:
    """Read a document of which the element that names it says the kind, unless it has a code."""
    found = document_of(document)
    return found if found.kind is not None else replace(found, kind=document.name)


def preceding_document(document: Branch) -> Reference:
    """Read a preceding document: a declaration, a TIR carnet, or any other."""
    office, day = document.says("PrecedingDocumentCustomsCode"), document.date("PrecedingDocumentDate")
    said = document.says("PrecedingDocumentNumber", "OtherPrDocumentNumber", "PrDocumentNumber")
    return Reference(
        kind=document.says("PrecedingDocumentModeCode", "DocumentKind"),
        name=document.says("PrecedingDocumentName", "PrDocumentName"),
        number=carnet_number(document.one("TIRIdDetails")) or declaration_number(office, day, said),
        issued_on=day or document.date("OtherPrDocumentDate", "PrDocumentDate"),
        office=office,
        item=document.whole("PrecedingDocumentGoodsNumeric"),
        preceding=True,
    )


def registered_document(found: Branch) -> Reference:
    """Read the registration number that an office gave; the element that holds it says what to."""
    office, day = found.says("CustomsCode"), found.date("RegistrationDate")
    number = declaration_number(office, day, found.says("GTDNumber", "SerialNumber"))
    return Reference(kind=found.name, number=number, issued_on=day, office=office)


def carnet_number(found: Branch) -> str | None:
    """Read the number of a TIR carnet: series and number."""
    serial = found.says("TIRID")
    return None if serial is None else f"{found.says('TIRSeries') or ''}{serial}"


def carnet_remarks(number: str | None) -> tuple[Remark, ...]:
    """Remark a number that has not the shape of a TIR carnet's; its letters are not reckoned again."""
    if number is None or _CARNET.fullmatch(number):
        return ()
    return (Remark(kind="number", detail=f"{number!r} is no number of a TIR carnet"),)


def item_of(one: Branch, position: int) -> GoodsItem:
    """Read what all write of a line of goods; its place in the list is its number where it has none."""
    code, national = goods_code(one.says("GoodsTNVEDCode", "GoodsNomenclatureCode"))
    return GoodsItem(
        number=one.whole("GoodsNumeric") or position,
        code=code,
        national_code=national,
        description=" ".join(one.every("GoodsDescription")) or None,
        origin=one.says("OriginCountryCode", "OriginCountryDetails/CountryCode"),
        gross_kg=one.number("GrossWeightQuantity"),
        net_kg=one.number("NetWeightQuantity"),
    )


def packages_of(packed: Branch, kinds: str = "PackingInformation", total: str = "PakageQuantity") -> Iterator[Package]:
    """Give packages by kind where they are told so, else only how many; a kind by its code, or in words without one."""
    quantity, marks = packed.whole(total), packed.says("GoodsMarking")
    told = packed.all(kinds)
    for kind in told:
        yield Package(
            quantity=kind.whole("PakingQuantity"),
            kind=kind.says("PackingCode", "PackingDescription"),
            marks=marks or kind.says("PackingMark"),
        )
    if not told and (quantity is not None or marks is not None):
        yield Package(quantity=quantity, marks=marks)


def packed_of(packed: Branch, kinds: str = "PackagePalleteInformation") -> Iterator[Package]:
    """Give packages as newer albums tell them; tare, pallets and what lies within would count the same goods twice."""
    quantity = packed.whole("PakageQuantity")
    marks = packed.says("CargoLabelDescriptionText", "GoodsMarking")
    told = [one for one in packed.all(kinds) if one.says("InfoKindCode") in (None, PACKAGING)]
    for kind in told:
        count = kind.whole("PalleteQuantity")
        yield Package(
            quantity=quantity if count is None and len(told) == 1 else count, kind=kind.says("PalleteCode"), marks=marks
        )
    if not told and (quantity is not None or marks is not None):
        yield Package(quantity=quantity, kind=packed.says("PakageKindName"), marks=marks)


def vehicle_of(one: Branch, stage: MeansStage, mode: str | None, country: str | None) -> Means:
    """Read a registered vehicle; a trailer is one that names the vehicle which draws it."""
    return Means(
        stage=stage,
        mode=mode,
        plate=one.says("TransportIdentifier"),
        country=one.says("TransportMeansNationalityCode") or country,
        vin=one.says("VIN"),
        kind=one.says("TransportKindCode"),
        make=one.says("TransportMarkCode"),
        trailer=one.says("ActiveTransportIdentifier") is not None,
    )


def expected_arrival(found: Branch) -> str | None:
    """Read when somebody is expected to arrive: a day, and the time where it is told."""
    day, hour = found.date("DateExpectedArrival"), found.says("TimeExpectedArrival")
    return f"{day}T{hour}" if day and hour else day


def quantities_of(found: Iterable[Branch]) -> Iterator[Quantity]:
    """Read amounts in supplementary units; one that is no number is remarked, and none."""
    for one in found:
        amount, unit = one.number("GoodsQuantity"), one.says("MeasureUnitQualifierCode")
        if amount is not None:
            yield Quantity(amount=amount, unit=unit or one.says("MeasureUnitQualifierName"))


def money_of(found: Branch, currency: str | None, *names: str) -> Money | None:
    """Read an amount at the first of some paths that has one."""
    amount = found.number(*names)
    return None if amount is None else Money(amount=amount, currency=currency)


def amount_of(found: Branch) -> Money | None:
    """Read an amount that has its currency beside it."""
    return money_of(found, found.says("CurrencyCode"), "Amount")


def goods_code(code: str | None) -> tuple[str | None, str | None]:
    """Part a code of goods into the Union's ten digits and what a member added behind them."""
    return (code and code[:CODE_DIGITS], (code or "")[CODE_DIGITS:] or None)


def declaration_number(office: str | None, day: str | None, number: str | None) -> str | None:
    """Write the number of a declaration: office, day, number (reference 02 §1.4); as it stands where one is missing."""
    return f"{office}/{day[8:10]}{day[5:7]}{day[2:4]}/{number}" if office and day and number else number
