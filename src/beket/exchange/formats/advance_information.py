"""What is told of a lorry before it arrives: advance information by road, in both forms of the album, any version.

Source: album of formats of electronic documents 5.23.0, AutoPreliminary.xsd (DocumentModeID 1006826E, decisions of the
EEC Collegium 46 of 2019, 130 of 2020 and 116 of 2023) and PI_AutoArrive.xsd (1006814E). Misspelt names are the schemas'
own. Neither says which vehicle of AutoPreliminary draws the others: only their types do, as coded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from beket.exchange.kit.album import (
    address_of,
    album_version,
    amount_of,
    carnet_number,
    carnet_remarks,
    country_of,
    declaration_number,
    document_of,
    expected_arrival,
    item_of,
    money_of,
    of_element,
    packages_of,
    packed_of,
    party_of,
    person_of,
    quantities_of,
    registered_document,
)
from beket.exchange.kit.branch import Branch
from beket.exchange.kit.eec import kilograms_in, seals_in
from beket.exchange.kit.format import Format, bounded
from beket.words.documents import (
    Consignment,
    Document,
    Equipment,
    GoodsItem,
    Guarantee,
    Means,
    MeansStage,
    Party,
    PartyRole,
    Place,
    PlaceRole,
    Reference,
    Seal,
    Totals,
)

_PARTIES: Final[tuple[tuple[str, PartyRole, PartyRole], ...]] = (
    ("ConsignorDetails", "consignor", "seller"),
    ("ConsigneeDetails", "consignee", "buyer"),
    ("SellerDetails", "seller", "consignor"),
    ("BuyerDetails", "buyer", "consignee"),
)
"""Who takes part in a consignment, and whom the sign of equality beside them means."""

_PERMITS: Final = ("ForeignDoc", "DangerDoc", "OversizedDoc", "HeavyweightDoc", "RusPermitDoc")
_CONTROLS: Final = (
    "SanitaryQuarantine/DocPermit", "Veterinary/DocPermit", "Veterinary/VeterinaryAdd", "FitoSanitary/FitoSanitaryDoc",
)  # fmt: skip


def read(root: Branch) -> Document:
    """Read one advance information, in whichever of the two forms."""
    return _preliminary(root) if root.name == "AutoPreliminary" else _arrival(root)


def _preliminary(root: Branch) -> Document:
    moved, journey = root.one("BorderTransportDetails"), root.one("MainConsignmentDetails")
    carnet = carnet_number(journey.one("TIRCarnetIdDetails"))
    bounded(journey.all("ConsignmentDetails/GoodsItem"))
    return Document(
        kind="advance_information",
        format=FORMAT.name,
        version=album_version(root),
        id=root.says("DocumentID"),
        replaces=root.says("RefDocumentID"),
        number=_registered(root.one("RegNumber")),
        issued_at=root.says("EECEDocHeaderAddInfo/EDocDateTime"),
        language=root.says("EECEDocHeaderAddInfo/LanguageCode"),
        declaration_type=journey.says("DeclarationKindCode"),
        purposes=tuple(root.every("UsageCode")),
        parties=tuple(_all_parties(root, journey)),
        places=tuple(_places(root, moved, journey)),
        references=tuple(_references(root, moved, carnet)),
        guarantees=tuple(_guarantee(one) for one in journey.all("TransitGuaranteeDetails/TransitGuaranteeDocDetails")),
        consignments=tuple(_consignment(one, moved) for one in journey.all("ConsignmentDetails")),
        means=tuple(_all_means(moved, journey)),
        seals=tuple(seals_in(journey.one("CustomsIdentificationDetails"))),
        totals=Totals(
            items=journey.whole("GoodsQuantity"),
            packages=journey.whole("CargoQuantity"),
            gross_kg=journey.number("TotalGrossMassMeasure"),
            conveyance_kg=_conveyance(moved.one("TransportMeansGrossMass")),
            invoiced=amount_of(journey.one("TotalAmount")),
        ),
        remarks=carnet_remarks(carnet),
    )


def _registered(number: Branch) -> str | None:
    return declaration_number(number.says("CountryCode"), number.date("Date"), number.says("PINumber"))


def _conveyance(mass: Branch) -> Decimal | None:
    """Read the mass of vehicle and load."""
    return kilograms_in(mass, "MeasuredAmount", mass.says("MeasureUnitQualifierCode"))


def _in_order(found: Sequence[Branch]) -> list[Branch]:
    """Put what is numbered in the order of its numbers."""
    return sorted(found, key=lambda one: one.whole("ObjectOrdinal") or 0)


def _all_parties(root: Branch, journey: Branch) -> Iterator[Party]:
    yield from (party_of(one, "declarant", "carrier") for one in root.all("DeclarantDetails"))
    yield from _carriers(root.all("CarrierDetails"), "carrier")
    yield from _carriers(journey.all("UnionCarrierDetails"), "successive_carrier")
    yield from (party_of(one, "principal") for one in journey.all("TransitDeclarantDetails"))
    yield from (party_of(one, "representative") for one in journey.all("SignatoryRepresentativeDetails"))
    yield from (person_of(one, "signatory") for one in journey.all("SignatoryPersonDetails/SigningDetails"))


def _carriers(carriers: Sequence[Branch], role: PartyRole) -> Iterator[Party]:
    for carrier in carriers:
        yield party_of(carrier, role)
        yield from (person_of(one, "driver") for one in carrier.all("CarrierRepresentativeDetails"))


def _all_means(moved: Branch, journey: Branch) -> Iterator[Means]:
    """Give what arrives, what carries on under transit where that is another, and what is reloaded to."""
    mode, purpose = moved.says("TransportModeCode"), moved.says("Purpose")
    for one in _in_order(moved.all("PIATTransportMeansItemDetails")):
        yield Means(
            stage="border",
            mode=mode,
            plate=one.says("TransportMeansRegId"),
            country=one.says("TransportMeansCountryCode"),
            vin=one.says("VINID"),
            kind=one.says("TransportKindCode"),
            make=one.says("MarkCode"),
            purpose=purpose,
        )
    for one in _in_order(journey.all("PITransitTransportMeansDetails/TransportMeansRegistrationId")):
        yield _means(one, "departure")
    for one in journey.all("PITranshipmentDetails/TranshipmentTransportMeansDetails"):
        yield _means(one, "reloaded")


def _means(one: Branch, stage: MeansStage) -> Means:
    return Means(
        stage=stage,
        mode=one.says("UnifiedTransportModeCode"),
        plate=one.says("TransportMeansRegId"),
        country=one.says("RegistrationNationalityCode"),
        vin=one.says("VehicleId"),
        kind=one.says("TransportTypeCode"),
        make=one.says("VehicleMarkCode"),
    )


def _places(root: Branch, moved: Branch, journey: Branch) -> Iterator[Place]:
    for entry in root.all("EntryCheckPointDetails"):
        yield Place(
            role="entry",
            code=entry.says("CustomsOfficeCode"),
            name=entry.says("BorderCheckpointName"),
            checkpoint=entry.says("BorderCheckpointCode"),
        )
    for point in _in_order(moved.all("ItineraryPointDetails")):
        yield _place("itinerary", point)
    for goal in journey.all("TransitTerminationDetails/CustomsOfficeDetails"):
        yield _place("destination", goal)
    for reloaded in journey.all("PITranshipmentDetails"):
        yield _place("reloading", reloaded)


def _place(role: PlaceRole, found: Branch) -> Place:
    return Place(
        role=role,
        code=found.says("LocationCode", "CustomsOfficeCode", "CustomsCode", "Code"),
        name=found.says("PlaceName", "CustomsOfficeName", "OfficeName", "CountryPlace")
        or address_of(found.one("Address")),
        country=country_of(found) or found.says("CountryACode"),
        dated_at=found.date("Date", "EventDate"),
    )


def _references(root: Branch, moved: Branch, carnet: str | None) -> Iterator[Reference]:
    yield from (document_of(one) for one in moved.all("PermitTranspornationDocDetails"))
    if carnet is not None:
        yield Reference(kind="TIRCarnetIdDetails", number=carnet)
    for before in root.all("RefRegNumber"):
        yield Reference(kind=before.name, number=_registered(before), issued_on=before.date("Date"), preceding=True)


def _guarantee(one: Branch) -> Guarantee:
    certificate = one.one("GuaranteeCertificateIdDetails", "GuaranteeCustomsDocIdDetails")
    registered = registered_document(certificate)
    return Guarantee(
        kind=one.says("PaymentGuaranteeMethodCode"),
        amount=amount_of(one.one("GuaranteeAmount")),
        reference=replace(
            registered,
            kind=one.says("DocKindCode"),
            name=one.says("DocName"),
            number=registered.number or one.says("DocId"),
            issued_on=registered.issued_on or one.date("DocCreationDate"),
        ),
    )


def _consignment(one: Branch, moved: Branch) -> Consignment:
    places: tuple[tuple[str, PlaceRole], ...] = (
        ("LoadingLocationDetails", "taking_over"),
        ("UnloadingLocationDetails", "unloading"),
        ("DestinationDetails", "destination"),
    )
    return Consignment(
        number=one.says("ObjectOrdinal"),
        dispatch_country=one.says("DispatchCountryCode"),
        destination_country=one.says("DestinationCountryCode"),
        containerised=moved.yes("ContainerIndicator"),
        parties=tuple(party_of(found, role, same) for name, role, same in _PARTIES for found in one.all(name)),
        equipment=tuple(Equipment(number=number) for number in one.every("ContainerDetails/ContainerNumber")),
        places=(
            *(_place(role, found) for name, role in places for found in one.all(name)),
            *(_warehouse(found) for found in one.all("UnloadWarehouseDetails")),
        ),
        references=(
            *(document_of(found) for found in one.all("TransportDocumentDetails")),
            *(registered_document(found) for found in one.all("CustomsDocIdDetails")),
        ),
        totals=Totals(
            items=one.whole("GoodsQuantity"),
            packages=one.whole("CargoQuantity"),
            gross_kg=one.number("GrossWeightQuantity"),
            invoiced=amount_of(one.one("TotalAmount")),
        ),
        items=tuple(_item(found, at) for at, found in enumerate(one.all("GoodsItem"), 1)),
    )


def _warehouse(found: Branch) -> Place:
    return Place(role="goods_location", name=found.says("PlaceName"), expected_at=found.date("WarehouseDate"))


def _item(one: Branch, position: int) -> GoodsItem:
    return replace(
        item_of(one, position),
        packages=tuple(packed_of(one.one("CargoPackagePalletDetails"))),
        quantities=tuple(quantities_of((*one.all("GoodsMeasureQuantity"), *one.all("AddGoodsMeasureQuantity")))),
        invoiced=amount_of(one.one("CAValueAmount")),
        equipment=tuple(Equipment(number=number) for number in one.every("PIContainerDetails/ContainerNumber")),
        references=(
            *(replace(document_of(found), preceding=True) for found in one.all("PIPrecedingDocDetails")),
            *(document_of(found) for found in one.all("PIGoodsDocDetails")),
        ),
    )


def _arrival(root: Branch) -> Document:
    """Read the older form: one consignment, a lorry with its trailers on one line."""
    goods, shipped = root.one("GoodsInform"), root.one("ShippingInformation")
    return Document(
        kind="advance_information",
        format=FORMAT.name,
        version=album_version(root),
        id=root.says("DocumentID"),
        replaces=root.says("RefDocumentID"),
        parties=tuple(party_of(one, "carrier") for one in root.all("Carrier")),
        places=tuple(
            replace(_place("entry", one), expected_at=expected_arrival(goods)) for one in goods.all("BorderCustoms")
        ),
        references=tuple(of_element(one) for name in _PERMITS for one in shipped.all(f"TransControl/{name}")),
        consignments=(_only_consignment(root, goods, shipped),),
        means=tuple(means for one in shipped.all("BorderTransport") for means in _coupled(one)),
    )


def _coupled(one: Branch) -> Iterator[Means]:
    """Give a lorry and its trailers; country and chassis number are the lorry's."""
    mode = one.says("TransportModeCode")
    yield Means(
        stage="border",
        mode=mode,
        plate=one.says("TransportIdentifier"),
        country=one.says("TransportMeansNationalityCode"),
        vin=one.says("VINID"),
        make=one.says("TransportMarkCode"),
    )
    for name in ("TrailerIdentifier", "SecondTrailerIdentifier"):
        for plate in one.every(name):
            yield Means(stage="border", mode=mode, plate=plate, trailer=True)


def _only_consignment(root: Branch, goods: Branch, shipped: Branch) -> Consignment:
    dispatch, destination = shipped.one("DispatchCountry"), shipped.one("DestinationCountry")
    exported = root.says("Exp_DTNumber")
    return Consignment(
        number=root.says("PI_URN"),
        dispatch_country=dispatch.says("CountryACode"),
        destination_country=destination.says("CountryACode"),
        containerised=shipped.yes("ContainerIndicator"),
        parties=(
            *(party_of(one, "consignor") for one in root.all("Consignor")),
            *(party_of(one, "consignee") for one in root.all("Consignee")),
        ),
        seals=tuple(Seal(number=number) for number in goods.every("Goods/GoodsPackaging/Seal")),
        places=(_place("departure", dispatch), _place("destination", destination)),
        references=(
            *(registered_document(one) for one in root.all("PI_DTNumber")),
            *((Reference(kind="Exp_DTNumber", number=exported, preceding=True),) if exported else ()),
        ),
        totals=Totals(items=goods.whole("TotalGoodsNameQuantity")),
        items=tuple(_arriving_item(one, at) for at, one in enumerate(bounded(goods.all("Goods")), 1)),
    )


def _arriving_item(one: Branch, position: int) -> GoodsItem:
    return replace(
        item_of(one, position),
        packages=tuple(package for packed in one.all("GoodsPackaging") for package in packages_of(packed)),
        quantities=tuple(quantities_of(one.all("GoodsMeasureQuantity"))),
        invoiced=money_of(one, one.says("CurrencyCode"), "InvoicedCost"),
        equipment=tuple(Equipment(number=number) for number in one.every("ContainerNumbers")),
        references=tuple(of_element(found) for name in _CONTROLS for found in one.all(f"ControlNoCustoms/{name}")),
    )


FORMAT: Final = Format(
    name="advance_information",
    title="Advance information on goods by road (AutoPreliminary, PI_AutoArrive)",
    source="album of formats 5.23.0",
    shape="xml",
    knows=lambda root: root.name in ("AutoPreliminary", "PI_AutoArrive"),
    read=read,
    versions=("5.23.0",),
)
