"""The declaration of the WCO data model (3.6): with its meta data, below a gateway's request, or bare.

Source: WCO_DEC_2_DMS.xsd, a national profile of the model's schema; another profile has other namespaces and the same
names. Replies (RES) and notices of arrival and departure are other messages, which nobody here reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from beket.exchange.kit.album import goods_code, money_of
from beket.exchange.kit.branch import Branch
from beket.exchange.kit.format import Format, bounded
from beket.exchange.kit.transport import means_of, sealed_equipment
from beket.words.documents import (
    Address,
    Consignment,
    Document,
    GoodsItem,
    Guarantee,
    Identifier,
    Means,
    Money,
    Package,
    Party,
    PartyRole,
    Place,
    PlaceRole,
    Quantity,
    Reference,
    Totals,
    address_line,
)

NAMESPACE: Final = "urn:wco:datamodel:WCO:DEC"
TRANSIT: Final = "T"
"""Codes of transit in the first box of the single administrative document: T, T1, T2, TIR and no other begins so."""

KILOGRAM: Final = "KGM"
CLASSIFIED: Final = ("TSP", "HS")
SUBDIVIDED: Final = "TRC"
NATIONAL: Final = "GN"
"""What a classification is (UN/EDIFACT 7143): the nomenclature, two digits behind it, or a country's own."""

FIRST_ORIGIN: Final = "1"
"""Of several origins the one that no preference rests on."""

_WRAPPED: Final = ("Declaration", "requestDetail/MetaData/Declaration")
_PARTIES: Final[tuple[tuple[str, PartyRole], ...]] = (
    ("Exporter", "exporter"),
    ("Declarant", "declarant"),
    ("Agent", "representative"),
    ("Submitter", "other"),
    ("Authentication/Authenticator", "signatory"),
    ("Consignment/Carrier", "carrier"),
    ("Consignment/Consignor", "consignor"),
)
_SHIPMENT_PARTIES: Final[tuple[tuple[str, PartyRole], ...]] = (
    ("Consignor", "consignor"),
    ("Consignee", "consignee"),
    ("Importer", "importer"),
    ("Seller", "seller"),
    ("Buyer", "buyer"),
    ("Payer", "payer"),
    ("Surety", "guarantor"),
)
_PLACES: Final[tuple[tuple[str, PlaceRole], ...]] = (("DeclarationOfficeID", "declaration"), ("ExitOffice/ID", "exit"))


def read(root: Branch) -> Document:
    """Read one declaration."""
    declaration = _declaration(root)
    declared = declaration.says("TypeCode")
    return Document(
        kind="transit_declaration" if (declared or "").startswith(TRANSIT) else "goods_declaration",
        format=FORMAT.name,
        version=root.says("WCODataModelVersionCode", "requestDetail/MetaData/WCODataModelVersionCode"),
        id=declaration.says("FunctionalReferenceID"),
        number=declaration.says("ID"),
        function=declaration.says("FunctionCode"),
        issued_at=_moment(declaration.one("IssueDateTime")),
        accepted_at=_moment(declaration.one("AcceptanceDateTime")),
        declaration_type=declared,
        parties=tuple(_parties(declaration, _PARTIES)),
        places=tuple(_places(declaration)),
        references=tuple(_additional(one) for one in declaration.all("AdditionalDocument")),
        guarantees=tuple(_guarantee(one) for one in declaration.all("ObligationGuarantee")),
        consignments=tuple(_consignment(declaration, one) for one in declaration.all("GoodsShipment")[:1]),
    )


def _declaration(root: Branch) -> Branch:
    return root if root.name == "Declaration" else root.one(*_WRAPPED)


def _knows(root: Branch) -> bool:
    return _declaration(root).namespace.startswith(NAMESPACE)


def _consignment(declaration: Branch, shipment: Branch) -> Consignment:
    moved, terms = shipment.one("Consignment"), shipment.one("TradeTerms")
    equipment, seals = sealed_equipment(moved)
    return Consignment(
        number=shipment.says("UCR/TraderAssignedReferenceID", "UCR/ID"),
        dispatch_country=shipment.says("ExportCountry/ID"),
        destination_country=shipment.says("Destination/CountryCode"),
        containerised=moved.yes("ContainerCode") if moved.one("ContainerCode").text in {"0", "1"} else None,
        delivery_terms=terms.says("ConditionCode"),
        parties=tuple(_parties(shipment, _SHIPMENT_PARTIES)),
        means=tuple(_all_means(declaration, moved)),
        equipment=equipment,
        seals=seals,
        places=tuple(_shipment_places(moved, terms)),
        references=(
            *(_previous(one) for one in shipment.all("PreviousDocument")),
            *(_invoice(one) for one in shipment.all("Invoice")),
        ),
        totals=Totals(
            items=declaration.whole("GoodsItemQuantity"),
            packages=declaration.whole("TotalPackageQuantity"),
            gross_kg=_kilograms(declaration, "TotalGrossMassMeasure"),
            invoiced=_money(declaration, "InvoiceAmount"),
        ),
        items=tuple(_item(one) for one in bounded(shipment.all("GovernmentAgencyGoodsItem"))),
    )


def _item(one: Branch) -> GoodsItem:
    goods, procedure = one.one("Commodity"), one.one("GovernmentProcedure")
    measured = goods.one("GoodsMeasure")
    code, national = _codes(goods)
    return GoodsItem(
        number=one.whole("SequenceNumeric") or 0,
        code=code,
        national_code=national,
        description=goods.says("Description"),
        origin=_origin(one),
        gross_kg=_kilograms(measured, "GrossMassMeasure"),
        net_kg=_kilograms(measured, "NetNetWeightMeasure"),
        packages=tuple(_package(packed) for packed in one.all("Packaging")),
        quantities=tuple(_quantities(measured)),
        invoiced=_money(goods, "InvoiceLine/ItemChargeAmount"),
        customs_value=_money(one, "CustomsValueAmount"),
        statistical_value=_money(one, "StatisticalValueAmount"),
        procedure=procedure.says("CurrentCode"),
        previous_procedure=procedure.says("PreviousCode"),
        equipment=sealed_equipment(goods)[0],
        references=(
            *(_additional(found) for found in one.all("AdditionalDocument")),
            *(_previous(found) for found in one.all("PreviousDocument")),
        ),
    )


def _codes(goods: Branch) -> tuple[str | None, str | None]:
    """Give the code of the goods, with the two digits that subdivide it, and what a country adds."""
    by_kind: dict[str | None, str | None] = {}
    for found in goods.all("Classification"):
        kind = found.says("IdentificationTypeCode")
        if kind in {*CLASSIFIED, SUBDIVIDED, NATIONAL} and kind not in by_kind:
            by_kind[kind] = found.says("ID")
    classified = next((by_kind[kind] for kind in CLASSIFIED if by_kind.get(kind)), None)
    code, behind = goods_code(classified and classified + (by_kind.get(SUBDIVIDED) or ""))
    return code, by_kind.get(NATIONAL) or behind


def _origin(one: Branch) -> str | None:
    origins = one.all("Origin")
    first = [origin for origin in origins if origin.says("TypeCode") == FIRST_ORIGIN]
    return (first or origins or [one])[0].says("CountryCode")


def _package(packed: Branch) -> Package:
    return Package(
        quantity=packed.whole("QuantityQuantity"), kind=packed.says("TypeCode"), marks=packed.says("MarksNumbersID")
    )


def _quantities(measured: Branch) -> Iterator[Quantity]:
    unit = measured.one("TariffQuantity").attribute("unitCode")
    amount = measured.number("TariffQuantity")
    if amount is not None:
        yield Quantity(amount=amount, unit=unit)


def _kilograms(measured: Branch, name: str) -> Decimal | None:
    """Give a mass; one in another unit is left as it is, and counted with what nobody read."""
    unit = measured.one(name).attribute("unitCode")
    return measured.number(name) if unit in {None, KILOGRAM} else None


def _money(found: Branch, path: str) -> Money | None:
    return money_of(found, found.one(path).attribute("currencyID"), path)


def _moment(found: Branch) -> str | None:
    return found.moment("DateTimeString", found.one("DateTimeString").attribute("formatCode"))


def _parties(found: Branch, roles: tuple[tuple[str, PartyRole], ...]) -> Iterator[Party]:
    """Give those who are named; an agent without a name or number is only said to be there, and is not."""
    for path, role in roles:
        for party in found.all(path):
            name, numbers, where = party.says("Name"), party.every("ID"), party.one("Address")
            if name is not None or numbers:
                parts = _address(where)
                yield Party(
                    role=role,
                    name=name,
                    country=where.says("CountryCode"),
                    address=address_line(parts),
                    identifiers=tuple(Identifier(register="ID", value=number) for number in numbers),
                    address_parts=parts,
                )


def _address(where: Branch) -> Address | None:
    """Read an address; a country alone is none, and stands with its party."""
    parts = Address(
        postcode=where.says("PostcodeID"),
        region=where.says("CountrySubDivisionName"),
        city=where.says("CityName"),
        street=where.says("Line"),
    )
    return None if parts == Address() else replace(parts, country=where.says("CountryCode"))


def _all_means(declaration: Branch, moved: Branch) -> Iterator[Means]:
    for found in declaration.all("BorderTransportMeans"):
        yield means_of(found, "border", found.says("ModeCode"))
    for found in moved.all("ArrivalTransportMeans"):
        yield means_of(found, "arrival", found.says("ModeCode"))
    for found in moved.all("DepartureTransportMeans"):
        yield means_of(found, "departure", found.says("ModeCode"))


def _places(declaration: Branch) -> Iterator[Place]:
    for path, role in _PLACES:
        for code in declaration.every(path):
            yield Place(role=role, code=code)
    for country in declaration.every("Consignment/Itinerary/RoutingCountryCode"):
        yield Place(role="itinerary", country=country)


def _shipment_places(moved: Branch, terms: Branch) -> Iterator[Place]:
    for stands in moved.all("GoodsLocation"):
        yield Place(
            role="goods_location",
            code=stands.says("ID"),
            name=stands.says("Name"),
            country=stands.says("Address/CountryCode"),
        )
    for loaded in moved.all("LoadingLocation"):
        yield Place(role="loading", code=loaded.says("ID"), name=loaded.says("Name"))
    code, name = terms.says("LocationID"), terms.says("LocationName")
    if code is not None or name is not None:
        yield Place(role="delivery", code=code, name=name)


def _guarantee(one: Branch) -> Guarantee:
    number, office = one.says("ReferenceID", "ID"), one.says("GuaranteeOffice/ID")
    return Guarantee(
        kind=one.says("SecurityDetailsCode"),
        amount=_money(one, "AmountAmount"),
        reference=Reference(number=number, office=office) if number is not None else None,
    )


def _additional(document: Branch) -> Reference:
    return Reference(kind=_kind(document), name=document.says("Name"), number=document.says("ID"))


def _previous(document: Branch) -> Reference:
    return Reference(
        kind=_kind(document), number=document.says("ID"), item=document.whole("LineNumeric"), preceding=True
    )


def _invoice(document: Branch) -> Reference:
    return Reference(kind=document.name, number=document.says("ID"), issued_on=_moment(document.one("IssueDateTime")))


def _kind(document: Branch) -> str | None:
    """Give the code of a document, whose first character stands apart."""
    return "".join(filter(None, (document.says("CategoryCode"), document.says("TypeCode")))) or None


FORMAT: Final = Format(
    name="wco_declaration",
    title="Declaration of the WCO data model",
    source="WCO data model 3.6, profile DMS 2",
    shape="xml",
    knows=_knows,
    read=read,
    versions=("3.6",),
)
