"""The goods and transit declaration of the Union as the album of formats writes it: ESADout_CU, any version.

Source: album of formats of electronic documents 5.23.0, ESADout_CU.xsd (DocumentModeID 1006107E); misspelt names are
the schema's own. A version changes the namespace and little else: names are matched without it (reference 02 §1.2).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from beket.exchange.kit.album import (
    EXPORT,
    album_version,
    document_of,
    expected_arrival,
    item_of,
    money_of,
    named_document,
    packages_of,
    packed_of,
    party_of,
    preceding_document,
    quantities_of,
    signatories,
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
    Means,
    MeansStage,
    Package,
    PartyRole,
    Place,
    PlaceRole,
    Seal,
    Totals,
)

TRANSIT: Final = "ТТ"

_PARTIES: Final[tuple[tuple[str, PartyRole], ...]] = (
    ("ESADout_CUConsignor", "consignor"),
    ("ESADout_CUConsignee", "consignee"),
    ("ESADout_CUFinancialAdjustingResponsiblePerson", "payer"),
    ("ESADout_CUDeclarant", "declarant"),
    ("ESADout_CUCarrier", "carrier"),
)

_NATIONAL: Final = ("SecurityLabelCode", "SubsoilSign", "RegNumberDoc")


def read(root: Branch) -> Document:
    """Read one declaration."""
    shipment = root.one("ESADout_CUGoodsShipment")
    declared = root.says("CustomsProcedure")
    return Document(
        kind="transit_declaration" if declared == TRANSIT else "goods_declaration",
        format=FORMAT.name,
        version=album_version(root),
        id=root.says("DocumentID"),
        replaces=root.says("RefDocumentID"),
        issued_at=root.says("EECEDocHeaderAddInfo/EDocDateTime", "FilledPerson/SigningDetails/SigningDate"),
        language=root.says("EECEDocHeaderAddInfo/LanguageCode"),
        declaration_type=declared,
        procedure=root.says("CustomsModeCode"),
        parties=tuple(signatories(root)),
        places=tuple(_place("declaration", name=root.says("ExecutionPlace"))),
        guarantees=tuple(_guarantee(one) for one in shipment.all("Guarantee")),
        consignments=(_consignment(root, shipment, declared),),
        national={name: said for name in _NATIONAL if (said := root.says(name)) is not None},
    )


def _consignment(root: Branch, shipment: Branch, declared: str | None) -> Consignment:
    moved, terms = shipment.one("ESADout_CUConsigment"), shipment.one("ESADout_CUMainContractTerms")
    currency = terms.says("ContractCurrencyCode")
    return Consignment(
        dispatch_country=moved.says("DispatchCountryCode"),
        destination_country=moved.says("DestinationCountryCode"),
        containerised=moved.yes("ContainerIndicator"),
        delivery_terms=terms.says("CUESADDeliveryTerms/DeliveryTermsStringCode"),
        parties=tuple(party_of(found, role) for name, role in _PARTIES for found in shipment.all(name)),
        means=tuple(_all_means(moved, declared)),
        seals=tuple(Seal(number=number) for number in root.every("SealId")),
        places=tuple(_places(shipment, moved, declared)),
        totals=Totals(
            items=shipment.whole("TotalGoodsNumber"),
            packages=shipment.whole("TotalPackageNumber"),
            invoiced=money_of(terms, currency, "TotalInvoiceAmount", "TotalAmount"),
            customs_value=money_of(
                shipment, shipment.says("CustCostCurrencyCode"), "TotalCustCost", "TotalCustomsValueAmount"
            ),
        ),
        items=tuple(_item(one, at, currency) for at, one in enumerate(bounded(shipment.all("ESADout_CUGoods")), 1)),
    )


def _item(one: Branch, position: int, currency: str | None) -> GoodsItem:
    item = item_of(one, position)
    return replace(
        item,
        national_code=item.national_code or one.says("GoodsAddTNVEDCode"),
        packages=tuple(_packages(one.one("ESADGoodsPackaging"))),
        quantities=tuple(quantities_of(one.all("SupplementaryGoodsQuantity"))),
        invoiced=money_of(one, one.says("InvoicedCurrencyCode") or currency, "InvoicedCost"),
        customs_value=money_of(one, None, "CustomsCost"),
        statistical_value=money_of(one, None, "StatisticalCost"),
        procedure=one.says("ESADCustomsProcedure/MainCustomsModeCode"),
        previous_procedure=one.says("ESADCustomsProcedure/PrecedingCustomsModeCode"),
        equipment=tuple(_equipment(one)),
        references=(
            *(document_of(found) for found in one.all("ESADout_CUPresentedDocument")),
            *(preceding_document(found) for found in one.all("ESADout_CUPrecedingDocument")),
        ),
    )


def _packages(packed: Branch) -> Iterator[Package]:
    """Read how goods are packed, as older albums said it, or as 5.23 does."""
    return packages_of(packed) if packed.all("PackingInformation") else packed_of(packed)


def _equipment(one: Branch) -> Iterator[Equipment]:
    for held in one.all("ESADContainer"):
        kind = held.says("ContainerKind")
        for number in held.every("ContainerNumber/ContainerIdentificaror"):
            yield Equipment(number=number, kind=kind)


def _all_means(moved: Branch, declared: str | None) -> Iterator[Means]:
    """Give the vehicles at the border, and those that bring the goods or take them away."""
    beside: MeansStage = "departure" if declared in (TRANSIT, EXPORT) else "arrival"
    stages: tuple[tuple[str, str, MeansStage], ...] = (
        ("ESADout_CUDepartureArrivalTransport", "RUTransportMeans", beside),
        ("ESADout_CUBorderTransport", "RUTransportMeans", "border"),
        ("ESADout_CUReloadingInfo", "ReloadingTransportMeans", "reloaded"),
    )
    for name, vehicle, stage in stages:
        for group in moved.all(name):
            mode, country = group.says("TransportModeCode"), group.says("TransportNationalityCode")
            vehicles = group.all(vehicle)
            yield from (vehicle_of(one, stage, mode, country) for one in vehicles)
            if not vehicles and mode is not None:
                yield Means(stage=stage, mode=mode, country=country)


def _places(shipment: Branch, moved: Branch, declared: str | None) -> Iterator[Place]:
    for office in (*moved.all("BorderCustomsOffice"), *moved.all("PPBorderCustoms")):
        role: PlaceRole = "exit" if declared == EXPORT else "entry"
        yield from _place(role, office, expected=expected_arrival(moved))
    for goal in moved.all("TDDeliveryPlace/DeliveryCustomsOffice"):
        yield from _place("destination", goal)
    for stands in shipment.all("ESADout_CUGoodsLocation"):
        yield Place(
            role="goods_location",
            code=stands.says("CustomsOffice"),
            name=stands.says("LocationName"),
            country=stands.says("CustomsCountryCode"),
        )
    for reloaded in moved.all("ESADout_CUReloadingInfo"):
        yield Place(role="reloading", name=reloaded.says("PlaceName"), country=reloaded.says("ReloadCountryCode"))


def _place(
    role: PlaceRole, office: Branch | None = None, *, name: str | None = None, expected: str | None = None
) -> Iterator[Place]:
    """Give a place that is named in any way."""
    code = None
    if office is not None:
        code, name = office.says("Code"), office.says("OfficeName")
    if code is not None or name is not None:
        yield Place(role=role, code=code, name=name, expected_at=expected)


def _guarantee(one: Branch) -> Guarantee:
    return Guarantee(
        kind=one.says("PaymentWayCode"),
        amount=money_of(one, None, "Amount"),
        reference=named_document(one.one("GuaranteeDocDetails")),
    )


FORMAT: Final = Format(
    name="esadout_cu",
    title="Goods and transit declaration of the Union (ESADout_CU)",
    source="album of formats 5.23.0",
    shape="xml",
    knows=lambda root: root.name == "ESADout_CU",
    read=read,
    versions=("5.10.0", "5.12.0", "5.13.0", "5.20.0", "5.21.0", "5.23.0", "5.27.0"),
)
