"""Writes declarations to customs as the album has them: goods under a procedure, or in transit."""

from __future__ import annotations

from typing import Final

from beket.sim.documents.load import Firm, Line
from beket.sim.documents.making import ROAD_MODE, Making
from beket.sim.documents.note import INVOICE
from beket.sim.documents.xml import Part, written

_ALBUM: Final = "urn:customs.ru:Information:CustomsDocuments:ESADout_CU:5.23.0"
_SPACES: Final = {
    "c": "urn:customs.ru:CommonAggregateTypes:5.22.0",
    "e": "urn:customs.ru:CUESADCommonAggregateTypesCust:5.22.0",
    "r": "urn:customs.ru:RUSCommonAggregateTypes:5.22.0",
}
_MODE: Final = "1006107E"
NOTE: Final = "02015"
"""The code of a consignment note in the classifier of documents."""

IMPORT: Final = ("ИМ", "40")
EXPORT: Final = ("ЭК", "10")
TRANSIT: Final = ("ТТ", "80")
"""Types of declarations, each with the code of its procedure."""


def declaration_of(made: Making, procedure: tuple[str, str]) -> bytes:
    """Write a declaration of this procedure."""
    load = made.load
    parts: tuple[Part, ...] = (
        ("c:DocumentID", made.id),
        ("c:RefDocumentID", made.corrects),
        (
            "EECEDocHeaderAddInfo",
            (("r:EDocCode", "R.036"), ("r:EDocDateTime", made.moment), ("r:LanguageCode", "RU")),
        ),
        ("CustomsProcedure", procedure[0]),
        ("CustomsModeCode", procedure[1]),
        ("SealQuantity", len(load.seals)),
        *(("SealId", seal) for seal in load.seals),
        ("RecipientCountryCode", load.destination),
        ("ExecutionPlace", made.post),
        ("ESADout_CUGoodsShipment", _shipment(made)),
    )
    return written("ESADout_CU", _ALBUM, _SPACES, parts, _MODE)


def _shipment(made: Making) -> tuple[Part, ...]:
    load = made.load
    return (
        ("e:TotalGoodsNumber", len(load.lines)),
        ("e:TotalPackageNumber", load.packages),
        ("ESADout_CUConsignor", _subject(load.consignor)),
        ("ESADout_CUConsignee", _subject(load.consignee)),
        ("ESADout_CUDeclarant", (("c:OrganizationName", load.consignor.name),)),
        ("ESADout_CUCarrier", (("c:OrganizationName", load.carrier.name),)),
        ("ESADout_CUConsigment", _moved(made)),
        (
            "ESADout_CUMainContractTerms",
            (("e:ContractCurrencyCode", load.currency), ("e:TotalInvoiceAmount", load.value)),
        ),
        *(("ESADout_CUGoods", _goods(made, at, line)) for at, line in enumerate(load.lines, 1)),
    )


def _subject(firm: Firm) -> tuple[Part, ...]:
    where: tuple[Part, ...] = (("r:CountryCode", firm.country), ("r:City", firm.town))
    return (("c:OrganizationName", firm.name), ("r:SubjectAddressDetails", where))


def _moved(made: Making) -> tuple[Part, ...]:
    load = made.load
    return (
        ("e:ContainerIndicator", int(load.container is not None)),
        ("e:DispatchCountryCode", load.dispatch),
        ("e:DestinationCountryCode", load.destination),
        ("e:BorderCustomsOffice", (("c:Code", made.office), ("c:OfficeName", made.post))),
        ("ESADout_CUBorderTransport", (("c:TransportModeCode", ROAD_MODE), *_vehicles(made))),
        ("DateExpectedArrival", made.expected.date().isoformat()),
    )


def _vehicles(made: Making) -> tuple[Part, ...]:
    """Give the lorry, and the trailer as the one that it draws."""
    tractor, *trailers = made.load.signs
    drawn: tuple[Part, ...] = (("c:ActiveTransportIdentifier", tractor.value),)
    return tuple(
        (
            "RUTransportMeans",
            (
                ("c:TransportIdentifier", sign.value),
                ("c:TransportMeansNationalityCode", sign.country),
                *(() if sign is tractor else drawn),
            ),
        )
        for sign in (tractor, *trailers)
    )


def _goods(made: Making, number: int, line: Line) -> tuple[Part, ...]:
    load = made.load
    box: tuple[Part, ...] = (("e:ContainerNumber", (("e:ContainerIdentificaror", load.container),)),)
    packing: tuple[Part, ...] = (
        ("e:InfoKindCode", "0"),
        ("e:PalleteCode", line.kind.packing),
        ("e:PalleteQuantity", line.packages),
    )
    return (
        ("e:GoodsNumeric", number),
        ("e:GoodsDescription", line.kind.description),
        ("e:GrossWeightQuantity", line.gross_kg),
        ("e:NetWeightQuantity", line.net_kg),
        ("e:InvoicedCost", line.value),
        ("e:GoodsTNVEDCode", line.kind.code),
        ("e:OriginCountryCode", line.origin),
        ("ESADout_CUPresentedDocument", _named("CMR", load.note, made.day, NOTE)),
        ("ESADout_CUPresentedDocument", _named("Инвойс", load.invoice, made.loaded_on, INVOICE)),
        ("ESADGoodsPackaging", (("e:PakageQuantity", line.packages), ("e:PackagePalleteInformation", packing))),
        ("ESADContainer", box if load.container is not None else None),
    )


def _named(name: str, number: str, day: str, code: str) -> tuple[Part, ...]:
    return (
        ("c:PrDocumentName", name),
        ("c:PrDocumentNumber", number),
        ("c:PrDocumentDate", day),
        ("e:PresentedDocumentModeCode", code),
    )
