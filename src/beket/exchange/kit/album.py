"""What the album of formats and the structures of the EEC write alike: parties, documents, amounts, codes of goods."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from beket.exchange.kit.branch import Branch
from beket.words.documents import Identifier, Money, Party, PartyRole, Quantity, Reference

CODE_DIGITS: Final = 10
"""Digits of the Union's nomenclature; members add their own behind them (reference 02 §1.3: 11 in Armenia)."""

EXPORT: Final = "ЭК"
"""The declaration's type where goods leave the Union."""

_NUMBERS: Final = (
    "TaxpayerId", "BusinessEntityId", "UniqueCustomsNumberId", "CAUniqueCustomsNumberId", "PersonId", "OKPOID",
    "RegisterDocumentIdDetails/RegistrationNumberId",
)  # fmt: skip
_FEATURES: Final = tuple(f"{country}OrganizationFeatures" for country in ("RF", "RK", "RB", "RA", "KG"))
_ADDRESS: Final = (
    "PostalCode", "PostCode", "RegionName", "Region", "DistrictName", "CityName", "City", "SettlementName",
    "StreetHouse", "StreetName", "BuildingNumberId", "RoomNumberId", "PostOfficeBoxId",
)  # fmt: skip


def party_of(found: Branch, role: PartyRole) -> Party:
    """Read a party with its address and its numbers in the members' registers; one may only be said to be another."""
    same = found.yes("EqualIndicator") or found.yes("DeclarantEqualFlag")
    where = found.one("SubjectAddressDetails", "Address")
    return Party(
        role=role,
        name=found.says("SubjectName", "OrganizationName", "SubjectBriefName", "ShortName"),
        country=found.says("UnifiedCountryCode") or where.says("UnifiedCountryCode", "CountryCode"),
        address=where.joined(*_ADDRESS),
        identifiers=tuple(_identifiers(found)),
        same_as="declarant" if same else None,
    )


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
        person = signed.one("SigningDetails") if signed.all("SigningDetails") else signed
        names = [person.says(f"Person{part}") for part in ("Surname", "Name", "MiddleName")]
        yield Party(role="signatory", name=" ".join(filter(None, names)) or None)


def named_document(document: Branch) -> Reference | None:
    """Read a document that is named by its number; None where there is no number."""
    number = document.says("PrDocumentNumber")
    if number is None:
        return None
    return Reference(
        kind=document.says("DocKindCode"),
        name=document.says("PrDocumentName"),
        number=number,
        issued_on=document.date("PrDocumentDate"),
        valid_from=document.date("DocStartDate"),
        valid_until=document.date("DocValidityDate"),
    )


def quantity_of(found: Branch) -> Quantity:
    """Read an amount in a supplementary unit."""
    unit = found.says("MeasureUnitQualifierCode")
    return Quantity(
        amount=found.number("GoodsQuantity") or Decimal(0), unit=unit or found.says("MeasureUnitQualifierName")
    )


def money_of(found: Branch, currency: str | None, *names: str) -> Money | None:
    """Read an amount at the first of some paths that has one."""
    amount = found.number(*names)
    return None if amount is None else Money(amount=amount, currency=currency)


def goods_code(code: str | None) -> tuple[str | None, str | None]:
    """Part a code of goods into the Union's ten digits and what a member added behind them."""
    return (code and code[:CODE_DIGITS], (code or "")[CODE_DIGITS:] or None)


def declaration_number(office: str | None, day: str | None, number: str | None) -> str | None:
    """Write the number of a declaration: office, day, number (reference 02 §1.4); as it stands where one is missing."""
    return f"{office}/{day[8:10]}{day[5:7]}{day[2:4]}/{number}" if office and day and number else number
