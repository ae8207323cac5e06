"""Common transit (NCTS): its declaration CC015C and its release CC029C, as XML or as JSON of the same names.

Source: cc015c.xsd and cc029c.xsd 60.4.16, which is phase 6. The phase stands in the message; earlier ones are still
sent and are read alike (reference 02 §4).
"""

from __future__ import annotations

from collections.abc import Iterator
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
    Equipment,
    GoodsItem,
    Guarantee,
    Identifier,
    Means,
    MeansStage,
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

MESSAGES: Final = frozenset({"CC015C", "CC029C"})
SHORT: Final = 3
CONTAINER_SHORT: Final = 17
"""Characters of what is said once and repeated with many: a code, a container's number. What is longer is not."""

_REGISTERS: Final = ("identificationNumber", "TIRHolderIdentificationNumber")
_PARTIES: Final[tuple[tuple[str, PartyRole], ...]] = (
    ("HolderOfTheTransitProcedure", "principal"),
    ("Representative", "representative"),
    ("Consignment/Carrier", "carrier"),
    ("Consignment/Consignor", "consignor"),
    ("Consignment/Consignee", "consignee"),
)
_HOUSE_PARTIES: Final[tuple[tuple[str, PartyRole], ...]] = (("Consignor", "consignor"), ("Consignee", "consignee"))
_OFFICES: Final[tuple[tuple[str, PlaceRole], ...]] = (
    ("CustomsOfficeOfDeparture", "departure"),
    ("CustomsOfficeOfTransitDeclared", "transit"),
    ("CustomsOfficeOfExitForTransitDeclared", "exit"),
    ("CustomsOfficeOfDestinationDeclared", "destination"),
)
_MEANS: Final[tuple[tuple[str, MeansStage, str], ...]] = (
    ("DepartureTransportMeans", "departure", "inlandModeOfTransport"),
    ("ActiveBorderTransportMeans", "border", "modeOfTransportAtTheBorder"),
)
_DOCUMENTS: Final = ("SupportingDocument", "TransportDocument", "AdditionalReference")


def read(root: Branch) -> Document:
    """Read one declaration, or its release."""
    message = _message(root) or root
    operation, moved = message.one("TransitOperation"), message.one("Consignment")
    equipment, seals = sealed_equipment(moved)
    return Document(
        kind="transit_declaration",
        format=FORMAT.name,
        version=message.attribute("PhaseID") or message.says("@PhaseID"),
        id=operation.says("LRN"),
        number=operation.says("MRN"),
        issued_at=message.says("preparationDateAndTime"),
        accepted_at=operation.date("declarationAcceptanceDate"),
        released_on=operation.date("releaseDate"),
        declaration_type=operation.says("declarationType"),
        tir_carnet=operation.says("TIRCarnetNumber"),
        containerised=moved.yes("containerIndicator"),
        parties=tuple(_parties(message, _PARTIES)),
        means=tuple(_all_means(moved)),
        equipment=equipment,
        seals=seals,
        places=(*_offices(message), *_places(moved)),
        references=(*_unique_reference(moved), *_references(moved)),
        guarantees=tuple(found for one in message.all("Guarantee") for found in _guarantees(one)),
        totals=Totals(gross_kg=moved.number("grossMass")),
        consignments=tuple(_houses(moved)),
    )


def _message(root: Branch) -> Branch | None:
    """Give the message itself, which JSON holds below its name."""
    named = [root] if root.name else root.branches
    return next((one for one in named if one.name.rpartition(":")[2] in MESSAGES), None)


def _houses(moved: Branch) -> Iterator[Consignment]:
    """Give the consignments of the houses; what the whole says for all of them is short, and said of each."""
    bounded(moved.all("HouseConsignment/ConsignmentItem"))
    dispatched, destined = _short(moved, "countryOfDispatch"), _short(moved, "countryOfDestination")
    inland = _short(moved, "inlandModeOfTransport")
    loaded = _loaded(moved)
    for house in moved.all("HouseConsignment"):
        yield Consignment(
            number=house.says("referenceNumberUCR"),
            dispatch_country=house.says("countryOfDispatch") or dispatched,
            destination_country=house.says("countryOfDestination") or destined,
            parties=tuple(_parties(house, _HOUSE_PARTIES)),
            means=tuple(means_of(found, "departure", inland) for found in house.all("DepartureTransportMeans")),
            references=tuple(_references(house)),
            totals=Totals(gross_kg=house.number("grossMass")),
            items=tuple(_item(one, loaded) for one in house.all("ConsignmentItem")),
        )


def _loaded(moved: Branch) -> dict[int, list[Equipment]]:
    """Tell by the numbers of items in which containers they lie; remark containers that contradict their seals."""
    loaded: dict[int, list[Equipment]] = {}
    for held in moved.all("TransportEquipment"):
        claimed, listed = held.whole("numberOfSeals"), len(held.all("Seal"))
        if claimed is not None and claimed != listed:
            held.remark("count", str(claimed), f"not the {listed} seals that are listed", "numberOfSeals")
        number = _short(held, "containerIdentificationNumber", CONTAINER_SHORT)
        if number is None:
            continue
        for reference in held.all("GoodsReference"):
            item = reference.whole("declarationGoodsItemNumber")
            if item is not None:
                loaded.setdefault(item, []).append(Equipment(number=number))
    return loaded


def _item(one: Branch, loaded: dict[int, list[Equipment]]) -> GoodsItem:
    goods = one.one("Commodity")
    classified, measured = goods.one("CommodityCode"), goods.one("GoodsMeasure")
    number = one.whole("declarationGoodsItemNumber", "goodsItemNumber") or 0
    heading = classified.says("harmonizedSystemSubHeadingCode")
    code, behind = goods_code(heading and heading + (classified.says("combinedNomenclatureCode") or ""))
    supplementary = measured.number("supplementaryUnits")
    return GoodsItem(
        number=number,
        code=code,
        national_code=behind,
        description=goods.says("descriptionOfGoods"),
        gross_kg=measured.number("grossMass"),
        net_kg=measured.number("netMass"),
        packages=tuple(_package(packed) for packed in one.all("Packaging")),
        quantities=() if supplementary is None else (Quantity(amount=supplementary),),
        equipment=tuple(loaded.pop(number, ())),
        references=tuple(_references(one)),
    )


def _package(packed: Branch) -> Package:
    return Package(
        quantity=packed.whole("numberOfPackages"),
        kind=packed.says("typeOfPackages"),
        marks=packed.says("shippingMarks"),
    )


def _parties(found: Branch, roles: tuple[tuple[str, PartyRole], ...]) -> Iterator[Party]:
    for path, role in roles:
        for party in found.all(path):
            where = party.one("Address")
            parts = _address(where)
            yield Party(
                role=role,
                name=party.says("name"),
                country=where.says("country"),
                address=address_line(parts),
                address_parts=parts,
                identifiers=tuple(
                    Identifier(register=name, value=value) for name in _REGISTERS for value in party.every(name)
                ),
            )


def _address(where: Branch) -> Address | None:
    """Read an address; a country alone is none, and stands with its party."""
    parts = Address(postcode=where.says("postcode"), city=where.says("city"), street=where.says("streetAndNumber"))
    return None if parts == Address() else replace(parts, country=where.says("country"))


def _all_means(moved: Branch) -> Iterator[Means]:
    for name, stage, said in _MEANS:
        mode, vehicles = _short(moved, said), moved.all(name)
        yield from (means_of(found, stage, mode) for found in vehicles)
        if not vehicles and mode is not None:
            yield Means(stage=stage, mode=mode)


def _offices(message: Branch) -> Iterator[Place]:
    for name, role in _OFFICES:
        for office in message.all(name):
            yield Place(
                role=role,
                code=office.says("referenceNumber"),
                expected_at=office.says("arrivalDateAndTimeEstimated"),
            )


def _places(moved: Branch) -> Iterator[Place]:
    for code in moved.every("ActiveBorderTransportMeans/customsOfficeAtBorderReferenceNumber"):
        yield Place(role="border", code=code)
    for country in moved.every("CountryOfRoutingOfConsignment/country"):
        yield Place(role="itinerary", country=country)
    for stands in moved.all("LocationOfGoods"):
        yield Place(
            role="goods_location",
            code=stands.says("CustomsOffice/referenceNumber", "authorisationNumber", "UNLocode"),
            country=stands.says("Address/country", "PostcodeAddress/country"),
        )
    ends: tuple[tuple[str, PlaceRole], ...] = (("PlaceOfLoading", "loading"), ("PlaceOfUnloading", "unloading"))
    for name, role in ends:
        for end in moved.all(name):
            yield Place(role=role, code=end.says("UNLocode"), name=end.says("location"), country=end.says("country"))


def _unique_reference(moved: Branch) -> Iterator[Reference]:
    for number in moved.every("referenceNumberUCR"):
        yield Reference(kind="referenceNumberUCR", number=number)


def _references(found: Branch) -> Iterator[Reference]:
    for document in found.all("PreviousDocument"):
        yield Reference(
            kind=document.says("type"),
            number=document.says("referenceNumber"),
            item=document.whole("goodsItemNumber"),
            preceding=True,
        )
    for name in _DOCUMENTS:
        for document in found.all(name):
            yield Reference(
                kind=document.says("type"),
                number=document.says("referenceNumber"),
                item=document.whole("documentLineItemNumber"),
            )


def _guarantees(one: Branch) -> Iterator[Guarantee]:
    """Give what is secured under each reference number, or under what stands instead of one."""
    kind, numbered = _short(one, "guaranteeType"), one.all("GuaranteeReference")
    for found in numbered:
        number = found.says("GRN")
        yield Guarantee(
            kind=kind,
            amount=money_of(found, found.says("currency"), "amountToBeCovered"),
            reference=None if number is None else Reference(number=number),
        )
    if not numbered:
        other = one.says("otherGuaranteeReference")
        yield Guarantee(kind=kind, reference=None if other is None else Reference(number=other))


def _short(found: Branch, name: str, longest: int = SHORT) -> str | None:
    return found.says(name) if len(found.one(name).text) <= longest else None


FORMAT: Final = Format(
    name="ncts",
    title="Transit declaration of common transit and its release (NCTS CC015C, CC029C)",
    source="NCTS phase 6, XSD 60.4.16",
    shape="xml",
    other_shapes=("json",),
    knows=lambda root: _message(root) is not None,
    read=read,
    versions=("NCTS6",),
)
