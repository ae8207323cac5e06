"""The goods and transit declaration as the Eurasian Economic Commission defines it: R.055 and R.048, any version.

Source: album of formats 5.23.0, EEC_GoodsDeclaration.xsd (R.055) and EEC_TransitDeclaration.xsd (R.048). The elder
R.036 has the same root and other names for some parts; we know these from published programs only (reference 02 §1.1).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from beket.exchange.kit.album import EXPORT, goods_code, party_of
from beket.exchange.kit.branch import Branch
from beket.exchange.kit.eec import (
    counted,
    either,
    kilograms,
    means_of,
    person,
    place_of,
    price,
    quantity_in,
    references_of,
    registered,
    seals_in,
    structure_of,
    tir_carnet,
)
from beket.exchange.kit.format import Format, bounded
from beket.words.documents import (
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
    Totals,
)

GOODS: Final = "GoodsDeclaration"
TRANSIT: Final = "TransitDeclaration"

_UNCONFIRMED: Final = "R.036 "
_SIGNED: Final = ("Signatory", "GDCSignatory")
"""Those who sign the declaration, and those who sign its correction."""

_PARTIES: Final[tuple[tuple[str, PartyRole], ...]] = (
    ("ConsignorDetails", "consignor"),
    ("ConsigneeDetails", "consignee"),
    ("FinancialSettlementSubjectDetails", "payer"),
)

_NATIONAL: Final = ("SubsoilUserCode", "InternalDocId")


def read(root: Branch) -> Document:
    """Read one declaration, or the correction of one."""
    correction = root.whole("ObjectOrdinal")
    declared, structure = root.says("DeclarationKindCode"), structure_of(root)
    shipments = either(root, "GDGoodsShipmentDetails", "DeclarationGoodsShipmentDetails", "TDGoodsShipmentDetails")
    goods = bounded([one for shipment in shipments for one in _goods(shipment)])
    return Document(
        kind="transit_declaration" if root.name == TRANSIT else "goods_declaration",
        format=FORMAT.name,
        version=structure,
        layout_confirmed=not (structure or "").startswith(_UNCONFIRMED),
        id=root.says("EDocId"),
        replaces=None if correction is None else root.says("EDocRefId"),
        number=registered(root.one("CustomsDeclarationIdDetails")),
        correction=correction,
        issued_at=root.says("EDocDateTime"),
        declaration_type=declared,
        procedure=root.says("CustomsProcedureCode", "TransitProcedureCode"),
        tir_carnet=tir_carnet(root.one("TIRCarnetIdDetails")),
        containerised=root.yes("ContainerIndicator"),
        parties=tuple(_parties(root)),
        means=tuple(_means_of_transit(root)),
        seals=tuple(seal for one in root.all("CustomsIdentificationDetails") for seal in seals_in(one)),
        places=tuple(_reloading(one) for one in root.all("TranshipmentDetails")),
        references=tuple(references_of(_papers(root))),
        guarantees=tuple(_guarantees(root, shipments)),
        guarantee_given=root.says("TransitGuaranteeDetails/GuaranteePresentCode"),
        totals=_totals(root, len(goods), "GoodsQuantity" if correction is None else "GDCGoodsQuantity"),
        consignments=tuple(_consignment(one, declared) for one in shipments),
        signed_on=_signed_on(root),
        national={name: said for name in _NATIONAL if (said := root.says(name)) is not None},
    )


def _signed_on(root: Branch) -> str | None:
    """Read the day on which the last of those who sign did."""
    signing = [found for name in _SIGNED for one in _persons(root, name) for found in one.all("SigningDetails")]
    return max((day for one in signing if (day := one.date("SigningDate"))), default=None)


def _reloading(one: Branch) -> Place:
    return replace(place_of(one, "reloading"), repacked=one.yes("GoodsTranshsipmentIndicator"))


def _totals(said: Branch, listed: int, count: str) -> Totals:
    return Totals(
        items=counted(said, count, listed),
        packages=said.whole("CargoQuantity"),
        gross_kg=kilograms(said, "TotalGrossMassMeasure"),
        invoiced=price(said, "TotalAmount"),
    )


def _parties(root: Branch) -> Iterator[Party]:
    """Give the declarant, those who carry, the holder of the carnet, and those who sign."""
    yield from (party_of(one, "declarant") for one in root.all("DeclarantDetails"))
    later = frozenset(root.every("TranshipmentDetails/CarrierOrdinal"))
    for carrier in root.all("CarrierDetails"):
        follows = carrier.says("CarrierOrdinal") in later
        yield party_of(carrier, "successive_carrier" if follows else "carrier")
        for driver in carrier.all("CarrierRepresentativeDetails"):
            yield replace(person(driver, "driver"), role_code=driver.says("RoleCode"))
    for holder in root.every("TIRCarnetIdDetails/TIRHolderId"):
        yield Party(role="principal", identifiers=(Identifier(register="TIRHolderId", value=holder),))
    for signed in _SIGNED:
        yield from (party_of(one, "representative") for one in root.all(f"{signed}RepresentativeDetails"))
        for one in _persons(root, signed):
            yield from (person(signing, "signatory") for signing in one.all("SigningDetails"))


def _papers(root: Branch) -> Iterator[Branch]:
    """Give what those who sign show for it: a contract, a power of attorney."""
    for signed in _SIGNED:
        yield from root.all(f"{signed}RepresentativeDetails/RepresentativeContractDetails")
        yield from (paper for one in _persons(root, signed) for paper in one.all("PowerOfAttorneyDetails"))


def _persons(root: Branch, signed: str) -> list[Branch]:
    return either(root, f"{signed}PersonV2Details", f"{signed}PersonDetails")


def _means_of_transit(root: Branch) -> Iterator[Means]:
    """Give the vehicles that a transit begins with, and those that take over on the way."""
    yield from (means_of(one, "departure") for one in root.all("TransportMeansItemDetails"))
    later = root.all("TranshipmentDetails/TranshipmentTransportMeansDetails")
    yield from (means_of(one, "reloaded") for one in later)


def _guarantees(root: Branch, shipments: list[Branch]) -> Iterator[Guarantee]:
    secured = [one for shipment in shipments for one in shipment.all("PaymentGuaranteeDetails")]
    for one in (*root.all("TransitGuaranteeDetails/TransitGuaranteeDocDetails"), *secured):
        papers = one.all("GuaranteeDocDetails") if one.name == "PaymentGuaranteeDetails" else [one]
        yield Guarantee(
            kind=one.says("PaymentGuaranteeMethodCode"),
            amount=price(one, "GuaranteeAmount"),
            reference=next(references_of(papers), None),
        )


def _consignment(shipment: Branch, declared: str | None) -> Consignment:
    moved = shipment.one("GDConsignmentDetails", "DeclarationConsignmentDetails")
    goods = _goods(shipment)
    return Consignment(
        number=shipment.says("ObjectOrdinal"),
        dispatch_country=shipment.says("DepartureCountryDetails/CACountryCode", "DepartureCountryCode"),
        destination_country=shipment.says("DestinationCountryDetails/CACountryCode", "DestinationCountryCode"),
        containerised=moved.yes("ContainerIndicator"),
        delivery_terms=shipment.says("DeliveryTermsDetails/DeliveryTermsCode"),
        parties=tuple(party_of(found, role) for name, role in _PARTIES for found in shipment.all(name)),
        means=tuple(_all_means(moved, declared)),
        places=tuple(_places(shipment, moved, declared)),
        references=tuple(references_of(shipment.all("TransportDocumentDetails"))),
        totals=_shipment_totals(shipment, len(goods)),
        items=tuple(_item(one) for one in goods),
    )


def _goods(shipment: Branch) -> list[Branch]:
    return either(shipment, "GDGoodsItemDetails", "DeclarationGoodsItemDetails", "TransitGoodsItemDetails")


def _shipment_totals(shipment: Branch, listed: int) -> Totals:
    """Read what the lines of a consignment come to; in a goods declaration "total" is of an unassembled article."""
    if shipment.name == "TDGoodsShipmentDetails":
        return _totals(shipment, listed, "GoodsQuantity")
    return Totals(invoiced=price(shipment, "CAValueAmount"), customs_value=price(shipment, "CustomsValueAmount"))


def _all_means(moved: Branch, declared: str | None) -> Iterator[Means]:
    """Give the vehicles at the border, and those that bring the goods or take them away."""
    beside: MeansStage = "departure" if declared == EXPORT else "arrival"
    stages: tuple[tuple[str, MeansStage], ...] = (
        ("BorderTransportDetails", "border"),
        ("ArrivalDepartureTransportDetails", beside),
    )
    for name, stage in stages:
        for group in moved.all(name):
            mode, country = group.says("UnifiedTransportModeCode"), group.says("RegistrationNationalityCode")
            vehicles = either(group, "TransportMeansItemDetails", "TransportMeansRegistrationIdDetails")
            yield from (means_of(one, stage, mode, country) for one in vehicles)
            if not vehicles and mode is not None:
                yield Means(stage=stage, mode=mode, country=country)


def _places(shipment: Branch, moved: Branch, declared: str | None) -> Iterator[Place]:
    crossed = moved.all("BorderCustomsOfficeDetails")
    yield from (place_of(one, "exit" if declared == EXPORT else "entry") for one in crossed)
    yield from (place_of(one, "goods_location") for one in shipment.all("GoodsLocationDetails"))
    yield from (place_of(one, "destination") for one in shipment.all("TransitDestinationDetails"))


def _item(one: Branch) -> GoodsItem:
    code, national = goods_code(one.says("CommodityCode"))
    measures = either(one, "GoodsMeasureDetails", "AddGoodsMeasureDetails")
    presented = either(one, "PresentedDocDetails", "TDPresentedDocDetails")
    preceding = either(one, "PrecedingDocDetails", "TDPrecedingDocDetails")
    return GoodsItem(
        number=one.whole("ConsignmentItemOrdinal") or 0,
        code=code,
        national_code=national or one.says("CommodityAddCode"),
        description=" ".join(one.every("GoodsDescriptionText")) or None,
        origin=one.says("OriginCountryDetails/CACountryCode"),
        gross_kg=kilograms(one, "UnifiedGrossMassMeasure"),
        net_kg=kilograms(one, "UnifiedNetMassMeasure"),
        packages=tuple(_packages(one.one("CargoPackagePalletDetails"))),
        quantities=tuple(quantity for measure in measures for quantity in quantity_in(measure)),
        invoiced=price(one, "CAValueAmount"),
        customs_value=price(one, "CustomsValueAmount"),
        statistical_value=price(one, "StatisticValueAmount"),
        procedure=one.says("CustomsProcedureDetails/CustomsProcedureCode"),
        previous_procedure=one.says("CustomsProcedureDetails/PreviousCustomsProcedureModeCode"),
        equipment=tuple(_equipment(one)),
        references=(*references_of(presented), *references_of(preceding, preceding=True)),
    )


def _packages(packed: Branch) -> Iterator[Package]:
    """Give the packages by kind where they are told so, else only how many."""
    kinds = packed.all("PackagePalletDetails")
    for kind in kinds:
        marks = " ".join(kind.every("CargoDescriptionText")) or None
        yield Package(quantity=kind.whole("PackageQuantity"), kind=kind.says("PackageKindCode"), marks=marks)
    quantity = None if kinds else packed.whole("CargoQuantity")
    if quantity is not None:
        yield Package(quantity=quantity, kind=packed.says("CargoKindName"))


def _equipment(one: Branch) -> Iterator[Equipment]:
    for listed in one.all("ContainerListDetails"):
        kind = listed.says("PackageKindCode")
        yield from (Equipment(number=number, kind=kind) for number in listed.every("ContainerDetails/ContainerId"))


FORMAT: Final = Format(
    name="eec_declaration",
    title="Goods and transit declaration of the Eurasian Economic Commission (R.055, R.036, R.048)",
    source="album of formats 5.23.0; R.036 from published programs",
    shape="xml",
    knows=lambda root: root.name in (GOODS, TRANSIT),
    read=read,
    versions=("R.055 1.0.0", "R.048 1.0.0"),
)
