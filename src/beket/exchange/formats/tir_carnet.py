"""TIR carnets as the album of formats writes them: the carnet itself, and the one used as a transit declaration.

Source: album of formats of electronic documents 5.23.0, TIR_Carnet.xsd (DocumentModeID 1003104E) and CUTIR_Carnet.xsd
(1003106E, its namespace still 5.22.0). Neither has an element for certificates of approval: where a sender names one,
it is among the documents presented. Countries stand as each form writes them, in letters or in ISO numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from beket.exchange.kit.album import (
    address_of,
    album_version,
    carnet_number,
    carnet_remarks,
    country_of,
    document_of,
    expected_arrival,
    item_of,
    money_of,
    packages_of,
    party_of,
    person_of,
    preceding_document,
    vehicle_of,
)
from beket.exchange.kit.branch import Branch
from beket.exchange.kit.format import Format, bounded
from beket.words.documents import (
    Consignment,
    Document,
    Equipment,
    GoodsItem,
    Guarantee,
    Identifier,
    Means,
    Party,
    PartyRole,
    Place,
    Quantity,
    Reference,
    Seal,
    Totals,
)

_SHIPMENTS: Final = ("TIR_Shipment", "TIRShipment")
_GOODS: Final = ("Goods", "TIRGoods")
_PARTIES: Final[tuple[tuple[str, PartyRole], ...]] = (
    ("Consignor", "consignor"),
    ("TIRConsignor", "consignor"),
    ("Consignee", "consignee"),
    ("TIRConsignee", "consignee"),
)
"""What the carnet and the declaration call the same things."""


def read(root: Branch) -> Document:
    """Read one carnet."""
    number = carnet_number(root.one("TIRIdentifier"))
    currency = root.says("InvoicedCostCurrencyCode")
    shipments = [found for name in _SHIPMENTS for found in root.all(name)]
    bounded([goods for one in shipments for name in _GOODS for goods in one.all(name)])
    return Document(
        kind="tir_carnet",
        format=FORMAT.name,
        version=album_version(root),
        id=root.says("DocumentID"),
        replaces=root.says("RefDocumentID"),
        number=number,
        issued_at=root.date("Carrier/TIRSignature/SignDate"),
        language=root.says("Language"),
        declaration_type=root.says("CustomsProcedure"),
        parties=tuple(_all_parties(root)),
        places=tuple(_places(root)),
        references=tuple(_references(root)),
        guarantees=tuple(_guarantee(one) for one in root.all("Guarantee")),
        consignments=tuple(_consignment(root, one, currency) for one in shipments),
        means=tuple(_all_means(root)),
        totals=Totals(
            items=root.whole("GoodsQuantity"),
            packages=root.whole("TotalPackageNumber"),
            invoiced=money_of(root, currency, "TotalInvoicedCost"),
        ),
        remarks=carnet_remarks(number),
    )


def _all_parties(root: Branch) -> Iterator[Party]:
    """Give carrier and holder, who are one and the same to both forms, and those who act for them."""
    for carrier in root.all("Carrier"):
        yield party_of(carrier, "carrier")
        held = root.says("TIRHolderID", "Carrier/TIRHolderID")
        identifiers = () if held is None else (Identifier(register="TIRHolderID", value=held),)
        yield Party(role="principal", same_as="carrier", identifiers=identifiers)
        yield from (person_of(one, "driver") for one in carrier.all("CUDriverInformation"))
        yield from (person_of(one, "signatory") for one in carrier.all("TIRSignature/SignPerson"))
    yield from (party_of(one, "forwarder") for one in root.all("Forwarder"))
    yield from (party_of(one, "declarant") for one in root.all("TIRDeclarant"))


def _all_means(root: Branch) -> Iterator[Means]:
    """Give the vehicles: the carnet has trailers beside the lorry, the declaration each as its own."""
    for one in root.all("TransportMeans"):
        mode = one.says("ModeCode")
        yield Means(mode=mode, plate=one.says("TMNumber"), country=one.says("NationalityCode"), vin=one.says("VINID"))
        for name in ("TrailerNumber", "TrailerNumber2"):
            yield from (Means(mode=mode, plate=plate, trailer=True) for plate in one.every(name))
    for group in root.all("CUTransport"):
        mode, country = group.says("TransportModeCode"), group.says("TransportNationalityCode")
        yield from (vehicle_of(one, "only", mode, country) for one in group.all("TransportMeans"))


def _places(root: Branch) -> Iterator[Place]:
    for signed in root.all("Carrier/TIRSignature"):
        yield Place(role="declaration", name=signed.says("SignPlace"), country=signed.says("SignPlaceCountry"))
    for office in root.all("BorderCustoms"):
        yield Place(
            role="entry", code=office.says("Code"), name=office.says("OfficeName"), expected_at=expected_arrival(root)
        )


def _references(found: Branch) -> Iterator[Reference]:
    yield from (preceding_document(one) for one in found.all("PrecedingDocument"))
    yield from (document_of(one) for one in found.all("CUPresentedDocuments"))


def _guarantee(one: Branch) -> Guarantee:
    return Guarantee(
        kind=one.says("MeasureCode"),
        reference=Reference(number=one.says("DocumentNumber"), issued_on=one.date("IssueDate")),
    )


def _consignment(root: Branch, one: Branch, currency: str | None) -> Consignment:
    """Read a consignment; what seals it is described in one text, which is kept whole."""
    return Consignment(
        dispatch_country=root.says("DispatchCountryCode", "DispatchCountryA3Code"),
        destination_country=root.says("DestinationCountryCode", "DestinationCountryA3Code"),
        containerised=one.yes("ContainerIndicator"),
        parties=tuple(party_of(found, role) for name, role in _PARTIES for found in one.all(name)),
        equipment=tuple(Equipment(number=number) for number in one.every("ContainerID")),
        seals=tuple(Seal(number=text) for text in one.every("IdentityMark/MarkDescription")),
        places=tuple(_offices(one)),
        totals=Totals(packages=one.whole("TotalPlacesQuantity")),
        items=tuple(_item(goods, at, currency) for name in _GOODS for at, goods in enumerate(one.all(name), 1)),
    )


def _offices(one: Branch) -> Iterator[Place]:
    for name in one.every("DepartureCustomsOffice"):
        yield Place(role="departure", name=name)
    for goal in one.all("Destination"):
        where = goal.one("Address")
        yield Place(
            role="destination",
            code=goal.says("DestinationCustomsCode"),
            name=goal.says("DestinationPlaceName") or address_of(where),
            country=country_of(where),
        )
        yield from (Place(role="delivery", code=code) for code in goal.every("DeliveryCustomsPostCode"))
    for office in one.all("UnloadCustoms/Customs"):
        yield Place(role="unloading", code=office.says("Code"), name=office.says("OfficeName"))


def _item(one: Branch, position: int, currency: str | None) -> GoodsItem:
    return replace(
        item_of(one, position),
        packages=tuple(packages_of(one, "PlacesInfo")),
        quantities=tuple(_quantities(one)),
        invoiced=money_of(one, one.says("InvoicedCostCurrencyCode") or currency, "InvoicedCost"),
        references=tuple(_item_references(one)),
    )


def _quantities(one: Branch) -> Iterator[Quantity]:
    amount = one.number("SupplementaryGoodsQuantity")
    if amount is not None:
        yield Quantity(amount=amount, unit=one.says("SupplementaryMeasureUnitCode"))


def _item_references(one: Branch) -> Iterator[Reference]:
    yield from _references(one)
    if one.all("PrecedingDocumentNumber"):
        yield preceding_document(one)
    yield from (Reference(kind="TTNNumber", number=number) for number in one.every("TTNNumber"))


FORMAT: Final = Format(
    name="tir_carnet",
    title="TIR carnet (TIR_Carnet, CUTIR_Carnet)",
    source="album of formats 5.23.0",
    shape="xml",
    knows=lambda root: root.name in ("TIR_Carnet", "CUTIR_Carnet"),
    read=read,
    versions=("5.22.0", "5.23.0"),
)
