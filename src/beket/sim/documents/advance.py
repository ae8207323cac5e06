"""Writes what is told of a lorry before it arrives, in both forms of the album."""

from __future__ import annotations

from typing import Final

from beket.sim.documents.declaration import IMPORT, NOTE
from beket.sim.documents.load import Firm, Line
from beket.sim.documents.making import ROAD_MODE, Making
from beket.sim.documents.xml import Part, written

_PRELIMINARY: Final = "urn:customs.ru:Information:CustomsDocuments:AutoPreliminary:5.23.0"
_ARRIVAL: Final = "urn:customs.ru:Information:PriorInformation:PI_AutoArrive:5.23.0"
_SPACES: Final = {
    "c": "urn:customs.ru:CommonAggregateTypes:5.22.0",
    "r": "urn:customs.ru:RUSCommonAggregateTypes:5.22.0",
    "p": "urn:customs.ru:Information:PriorInformation:PriorCommonAggregateTypes:5.23.0",
}
_PRELIMINARY_MODE: Final = "1006826E"
_ARRIVAL_MODE: Final = "1006814E"
_KILOGRAM: Final = "166"
_SEALED: Final[tuple[Part, ...]] = (
    ("p:CustomsIdentificationMethodCode", "01"),
    ("p:CustomsIdentificationMeansKindCode", "02"),
)
"""The codes of the method (seals) and of the kind of seals, as coded by the Union."""


def preliminary_of(made: Making) -> bytes:
    """Write the newer form, which declares the mass of the lorry too."""
    load = made.load
    parts: tuple[Part, ...] = (
        ("c:DocumentID", made.id),
        ("c:RefDocumentID", made.corrects),
        (
            "EECEDocHeaderAddInfo",
            (("r:EDocCode", "R.043"), ("r:EDocDateTime", made.moment), ("r:LanguageCode", "RU")),
        ),
        ("ElectronicDocumentSign", "ЭД"),
        (
            "RegNumber",
            (("p:CountryCode", load.dispatch), ("p:Date", made.day), ("p:PINumber", f"{load.serial:09d}")),
        ),
        ("UsageCode", "01"),
        ("EntryCheckPointDetails", (("CustomsOfficeCode", made.office), ("BorderCheckpointName", made.post))),
        ("DeclarantDetails", (("p:EqualIndicator", 1),)),
        ("BorderTransportDetails", _transport(made)),
        ("MainConsignmentDetails", _main(made)),
        ("CarrierDetails", (("c:OrganizationName", load.carrier.name), ("r:CountryA2Code", load.carrier.country))),
    )
    return written("AutoPreliminary", _PRELIMINARY, _SPACES, parts, _PRELIMINARY_MODE)


def _transport(made: Making) -> tuple[Part, ...]:
    load = made.load
    vehicles: tuple[Part, ...] = tuple(
        (
            "PIATTransportMeansItemDetails",
            (("ObjectOrdinal", at), ("TransportMeansCountryCode", sign.country), ("TransportMeansRegId", sign.value)),
        )
        for at, sign in enumerate(load.signs, 1)
    )
    mass: tuple[Part, ...] = (
        ("p:MeasuredAmount", load.conveyance_kg),
        ("p:MeasureUnitQualifierCode", _KILOGRAM),
    )
    return (
        ("TransportModeCode", ROAD_MODE),
        ("ContainerIndicator", int(load.container is not None)),
        *vehicles,
        ("TransportMeansGrossMass", mass),
    )


def _main(made: Making) -> tuple[Part, ...]:
    load = made.load
    seals: tuple[Part, ...] = tuple(
        ("p:CustomsIdentificationMeansIdDetails", (("p:CustomsIdentificationMeansId", seal),)) for seal in load.seals
    )
    return (
        ("TIRCarnetIndicator", 0),
        ("DeclarationKindCode", IMPORT[0]),
        ("GoodsQuantity", len(load.lines)),
        ("CargoQuantity", load.packages),
        ("TotalGrossMassMeasure", load.told_gross_kg),
        ("TotalAmount", (("r:Amount", load.value), ("r:CurrencyCode", load.currency))),
        ("CustomsIdentificationDetails", (*_SEALED, ("p:SealQuantity", len(load.seals)), *seals)),
        ("ConsignmentDetails", _consignment(made)),
    )


def _consignment(made: Making) -> tuple[Part, ...]:
    load = made.load
    note: tuple[Part, ...] = (
        ("c:PrDocumentName", "CMR"),
        ("c:PrDocumentNumber", load.note),
        ("c:PrDocumentDate", made.day),
        ("r:DocKindCode", NOTE),
    )
    box: tuple[Part, ...] | None = (("p:ContainerNumber", load.container),) if load.container is not None else None
    return (
        ("ObjectOrdinal", 1),
        ("TransportDocumentDetails", note),
        ("DispatchCountryCode", load.dispatch),
        ("DestinationCountryCode", load.destination),
        ("GrossWeightQuantity", load.told_gross_kg),
        ("ConsignorDetails", _party(load.consignor)),
        ("ConsigneeDetails", _party(load.consignee)),
        ("ContainerDetails", box),
        *(("GoodsItem", _item(made, at, line)) for at, line in enumerate(load.lines, 1)),
    )


def _party(firm: Firm) -> tuple[Part, ...]:
    return (("c:OrganizationName", firm.name), ("r:CountryA2Code", firm.country))


def _item(made: Making, number: int, line: Line) -> tuple[Part, ...]:
    kind: tuple[Part, ...] = (
        ("p:InfoKindCode", "0"),
        ("p:PalleteCode", line.kind.packing),
        ("p:PalleteQuantity", line.packages),
    )
    return (
        ("p:GoodsNumeric", number),
        ("p:GoodsTNVEDCode", line.kind.code),
        ("p:GoodsDescription", line.kind.description),
        ("p:GrossWeightQuantity", line.gross_kg),
        ("p:NetWeightQuantity", line.net_kg),
        (
            "p:CargoPackagePalletDetails",
            (("p:PakageQuantity", line.packages), ("p:PackagePalleteInformation", kind)),
        ),
        ("p:OriginCountryDetails", (("r:CountryCode", line.origin),)),
        ("p:CAValueAmount", (("r:Amount", line.value), ("r:CurrencyCode", made.load.currency))),
    )


def arrival_of(made: Making) -> bytes:
    """Write the older form, which says to the minute when the lorry is expected."""
    load = made.load
    parts: tuple[Part, ...] = (
        ("c:DocumentID", made.id),
        ("c:RefDocumentID", made.corrects),
        ("Consignee", _organization(load.consignee)),
        ("Carrier", _organization(load.carrier)),
        ("Consignor", _organization(load.consignor)),
        ("GoodsInform", _goods_inform(made)),
        ("ShippingInformation", _shipping(made)),
    )
    return written("PI_AutoArrive", _ARRIVAL, _SPACES, parts, _ARRIVAL_MODE)


def _organization(firm: Firm) -> tuple[Part, ...]:
    where: tuple[Part, ...] = (("p:CountryCode", firm.country), ("p:City", firm.town), ("p:StreetHouse", "1"))
    return (("c:OrganizationName", firm.name), ("Address", where))


def _goods_inform(made: Making) -> tuple[Part, ...]:
    load = made.load
    return (
        ("TotalGoodsNameQuantity", len(load.lines)),
        ("DateExpectedArrival", made.expected.date().isoformat()),
        ("TimeExpectedArrival", made.expected.time().isoformat(timespec="seconds")),
        *(("Goods", _arriving(made, at, line)) for at, line in enumerate(load.lines, 1)),
        ("BorderCustoms", (("c:Code", made.office), ("c:OfficeName", made.post))),
    )


def _arriving(made: Making, number: int, line: Line) -> tuple[Part, ...]:
    packing: tuple[Part, ...] = (("p:PackingCode", line.kind.packing), ("p:PakingQuantity", line.packages))
    seals: tuple[Part, ...] = tuple(("p:Seal", seal) for seal in made.load.seals[:1])
    return (
        ("p:GoodsNumeric", number),
        ("p:GoodsTNVEDCode", line.kind.code),
        ("p:GoodsDescription", line.kind.description),
        ("p:GrossWeightQuantity", line.gross_kg),
        ("p:NetWeightQuantity", line.net_kg),
        ("p:ContainerNumbers", made.load.container),
        ("p:OriginCountryCode", line.origin),
        ("p:InvoicedCost", line.value),
        ("p:CurrencyCode", made.load.currency),
        (
            "p:GoodsPackaging",
            (("p:PakageQuantity", line.packages), ("p:CargoCode", "10"), *seals, ("p:PackingInformation", packing)),
        ),
    )


def _shipping(made: Making) -> tuple[Part, ...]:
    load = made.load
    tractor, *trailers = load.signs
    return (
        ("ContainerIndicator", int(load.container is not None)),
        (
            "BorderTransport",
            (
                ("p:TransportIdentifier", tractor.value),
                *(("p:TrailerIdentifier", sign.value) for sign in trailers),
                ("p:TransportMeansNationalityCode", tractor.country),
                ("p:TransportModeCode", ROAD_MODE),
            ),
        ),
        ("DispatchCountry", (("p:CountryACode", load.dispatch),)),
        ("DestinationCountry", (("p:CountryACode", load.destination),)),
    )
