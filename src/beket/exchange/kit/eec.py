"""What the structures of the Eurasian Economic Commission write alike: masses, amounts, numbers, vehicles, seals."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from beket.exchange.kit.album import declaration_number
from beket.exchange.kit.branch import Branch
from beket.words.documents import (
    Means,
    MeansStage,
    Money,
    Party,
    PartyRole,
    Place,
    PlaceRole,
    Quantity,
    Reference,
    Seal,
)

KILOGRAM: Final = "166"
"""The unit of mass that the neutral form has (list 2016)."""

_STRUCTURE: Final = re.compile(r"urn:EEC:R:(\d{3}):\w+:v([\d.]+)")
_REGISTERED: Final = (
    "CustomsDeclarationIdDetails",
    "CustomsDocIdDetails",
    "DTMDocDetails",
    "GuaranteeCertificateIdDetails",
    "GuaranteeCustomsDocIdDetails",
    "PreliminaryInformationIdDetails",
)


def structure_of(root: Branch) -> str | None:
    """Name a structure and its version, as `R.055 1.0.0`: two structures may have one root and count on their own."""
    found = _STRUCTURE.fullmatch(root.namespace)
    return f"R.{found[1]} {found[2]}" if found else root.namespace.rpartition(":")[2] or None


def either(found: Branch, *paths: str) -> list[Branch]:
    """Give the branches of all paths, where structures name one thing differently."""
    return [one for path in paths for one in found.all(path)]


def kilograms(found: Branch, name: str) -> Decimal | None:
    """Read a mass; one in another unit is remarked, and left where it is."""
    return kilograms_in(found, name, found.one(name).attribute("measurementUnitCode"))


def kilograms_in(found: Branch, name: str, unit: str | None) -> Decimal | None:
    """Read a mass whose unit is told in any way; one in another unit is remarked, and left where it is."""
    mass = found.one(name)
    if mass.text and unit != KILOGRAM:
        mass.remark("unit", unit or "", f"not the kilogram ({KILOGRAM})", name)
        return None
    return found.number(name)


def quantity_in(found: Branch) -> Iterator[Quantity]:
    """Read an amount in its unit."""
    amount = found.number("GoodsMeasure")
    if amount is not None:
        yield Quantity(amount=amount, unit=found.one("GoodsMeasure").attribute("measurementUnitCode"))


def price(found: Branch, name: str) -> Money | None:
    """Read an amount of money with the currency beside it."""
    amount = found.number(name)
    return None if amount is None else Money(amount=amount, currency=found.one(name).attribute("currencyCode"))


def counted(found: Branch, name: str, listed: int) -> int | None:
    """Read how many there are said to be; a number other than of those that are listed is remarked."""
    said = found.whole(name)
    if said not in (None, listed):
        found.remark("count", str(said), f"not the number listed ({listed})", name)
    return said


def registered(numbered: Branch) -> str | None:
    """Read what an office registered a document under."""
    return declaration_number(
        numbered.says("CustomsOfficeCode", "UnifiedCountryCode"),
        numbered.date("DocCreationDate", "EventDate"),
        numbered.says(
            "CustomsDocumentId", "GuaranteeCertificateRegId", "PreliminaryInformationSeqId", "InspectionDocId"
        ),
    )


def tir_carnet(numbered: Branch) -> str | None:
    """Read the number of a TIR carnet: two letters and eight digits."""
    series, number = numbered.says("TIRSeriesId"), numbered.says("TIRId")
    return f"{series}{number}" if series and number else number


def references_of(papers: Iterable[Branch], *, preceding: bool = False) -> Iterator[Reference]:
    """Read documents that are named: registered ones, TIR carnets, or any other; one without a name is none."""
    for paper in papers:
        held = paper.one(*_REGISTERED)
        kind, name = paper.says("DocKindCode"), paper.says("DocName")
        number = registered(held) or tir_carnet(paper.one("TIRIdDetails")) or paper.says("DocId")
        if kind or name or number:
            yield Reference(
                kind=kind,
                name=name,
                number=number,
                issued_on=held.date("DocCreationDate", "EventDate") or paper.date("DocCreationDate"),
                valid_from=paper.date("DocStartDate"),
                valid_until=paper.date("DocValidityDate"),
                office=held.says("CustomsOfficeCode") or paper.says("CustomsOfficeCode"),
                item=paper.whole("ConsignmentItemOrdinal"),
                preceding=preceding,
            )


def person(found: Branch, role: PartyRole) -> Party:
    """Read somebody of whom only the name matters."""
    names = [found.says(f"FullNameDetails/{part}Name") for part in ("Last", "First", "Middle")]
    return Party(role=role, name=" ".join(filter(None, names)) or None)


def place_of(found: Branch, role: PlaceRole) -> Place:
    """Read a place: an office, a zone of control, or one that is only named."""
    return Place(
        role=role,
        code=found.says("CustomsOfficeCode", "CustomsOfficeDetails/CustomsOfficeCode"),
        name=found.says("PlaceName", "CustomsOfficeName", "CustomsOfficeDetails/CustomsOfficeName"),
        country=found.says(
            "CACountryCode",
            "UnifiedCountryCode",
            "CustomsOfficeDetails/UnifiedCountryCode",
            "SubjectAddressDetails/UnifiedCountryCode",
        ),
        zone=found.says("CustomsControlZoneId"),
    )


def means_of(one: Branch, stage: MeansStage, mode: str | None = None, country: str | None = None) -> Means:
    """Read a vehicle, with the mode and the country of its group where it has none of its own."""
    written = one.one("TransportMeansRegId").attribute("countryCode")
    return Means(
        stage=stage,
        mode=one.says("UnifiedTransportModeCode") or mode,
        plate=one.says("TransportMeansRegId"),
        country=one.says("RegistrationNationalityCode") or written or country,
        vin=one.says("VehicleId"),
        kind=one.says("TransportTypeCode"),
        make=one.says("VehicleMakeCode"),
    )


def seals_in(identified: Branch) -> Iterator[Seal]:
    """Read seals that are listed by their numbers, with their kind and how they identify what they are on."""
    kind, numbers = seals_of(identified)
    method = identified.says("CustomsIdentificationMethodCode") if numbers else None
    yield from (Seal(number=number, kind=kind, method=method) for number in numbers)


def seals_of(identified: Branch) -> tuple[str | None, list[str]]:
    """Read the kind and the numbers of seals; how many there are said to be is only asked where they are listed."""
    numbers = identified.every("CustomsIdentificationMeansIdDetails/CustomsIdentificationMeansId")
    if numbers:
        counted(identified, "SealQuantity", len(numbers))
    return identified.says("CustomsIdentificationMeansKindCode"), numbers
