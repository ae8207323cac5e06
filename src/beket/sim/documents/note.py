"""Writes consignment notes: as XML of the album, and as an electronic one in JSON."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import msgspec

from beket.sim.documents.load import Firm, Line
from beket.sim.documents.making import Making
from beket.sim.documents.xml import Part, written

_ALBUM: Final = "urn:customs.ru:Information:TransportDocuments:Car:CMR:5.23.0"
_SPACES: Final = {
    "c": "urn:customs.ru:CommonAggregateTypes:5.22.0",
    "t": "urn:customs.ru:Information:TransportDocuments:TransportCommonAgregateTypesCust:5.23.0",
    "u": "urn:customs.ru:Information:TransportDocuments:CUTransportCommonAgregateTypesCust:5.22.0",
}
_MODE: Final = "1003102E"
INVOICE: Final = "04021"
"""The code of an invoice in the classifier of documents."""


def cmr_of(made: Making) -> bytes:
    """Write a consignment note of the album."""
    load = made.load
    trailers = tuple(("TrailerStateSignID", sign.value) for sign in load.signs[1:])
    parts: tuple[Part, ...] = (
        ("c:DocumentID", made.id),
        ("c:RefDocumentID", made.corrects),
        ("LanguageCode", "RU"),
        ("CarrierNotice", made.remark),
        ("GoodsQuantity", load.packages),
        ("StampSign", "1"),
        ("RegistrationDocument", (("Date", made.day), ("RegID", load.note), ("Place", load.consignor.town))),
        ("Consignor", _party(load.consignor)),
        ("Consignee", _party(load.consignee)),
        ("Carrier", (("c:OrganizationName", load.carrier.name), ("PostalAddress", _address(load.carrier)))),
        ("DeliveryPlace", _address(load.consignee)),
        ("EnclosedDocument", _invoice(made)),
        *(("CMRGoods", _goods(line)) for line in load.lines),
        ("DeliveryTerms", (("DeliveryPlace", load.consignee.town), ("DeliveryTermsStringCode", "DAP"))),
        ("CMRTransport", (("PrimeMoverStateSignID", load.tractor.value), *trailers)),
        ("TakingCargo", (("TakingCargoDate", made.loaded_on), ("TakingCargoPlace", _address(load.consignor)))),
        ("CMRGoodsWeight", (("GrossWeightQuantity", load.told_gross_kg),)),
    )
    return written("CMR", _ALBUM, _SPACES, parts, _MODE)


def _party(firm: Firm) -> tuple[Part, ...]:
    return (("c:OrganizationName", firm.name), ("c:Address", _address(firm)))


def _address(firm: Firm) -> tuple[Part, ...]:
    return (("c:CountryCode", firm.country), ("c:City", firm.town))


def _invoice(made: Making) -> tuple[Part, ...]:
    return (
        ("c:PrDocumentName", "Инвойс"),
        ("c:PrDocumentNumber", made.load.invoice),
        ("c:PrDocumentDate", made.loaded_on),
        ("t:ModeCode", INVOICE),
    )


def _goods(line: Line) -> tuple[Part, ...]:
    return (
        ("c:GoodsDescription", line.kind.description),
        ("t:GoodsNomenclatureCode", line.kind.code),
        ("GoodsQuantity", line.packages),
        ("GrossWeightQuantity", line.gross_kg),
        ("GoodsPackingInfo", (("u:PackingCode", line.kind.packing), ("u:PakingQuantity", line.packages))),
    )


def ecmr_of(made: Making) -> bytes:
    """Write an electronic consignment note as programs of Open Logistics do, without seals."""
    load = made.load
    moved: dict[str, Any] = {
        "senderInformation": _sided("sender", load.consignor),
        "consigneeInformation": _sided("consignee", load.consignee),
        "carrierInformation": {
            **_sided("carrier", load.carrier),
            "carrierLicensePlate": " / ".join(sign.value for sign in load.signs),
        },
        "takingOverTheGoods": {
            "takingOverTheGoodsPlace": load.consignor.town,
            "logisticsTimeOfDepartureDateTime": made.loaded_on,
        },
        "deliveryOfTheGoods": {"logisticsLocationCity": load.consignee.town},
        "documentsHandedToCarrier": {"documentsRemarks": f"Инвойс {load.invoice}"},
        "itemList": [_item(line) for line in load.lines],
        "established": {"customEstablishedDate": made.moment, "customEstablishedIn": load.consignor.town},
        "referenceIdentificationNumber": {"value": load.note},
    }
    return msgspec.json.encode({"ecmrId": made.id, "ecmrConsignment": moved})


def _sided(word: str, firm: Firm) -> dict[str, Any]:
    return {
        f"{word}CompanyName": firm.name,
        f"{word}City": firm.town,
        f"{word}CountryCode": {"value": firm.country},
    }


def _item(line: Line) -> dict[str, Any]:
    return {
        "numberOfPackages": {"logisticsPackageItemQuantity": line.packages},
        "methodOfPacking": {"logisticsPackageType": line.kind.packing},
        "natureOfTheGoods": {"transportCargoIdentification": line.kind.description},
        "grossWeightInKg": {"supplyChainConsignmentItemGrossWeight": _exact(line.gross_kg)},
    }


def _exact(amount: Decimal) -> msgspec.Raw:
    """Write a number of JSON with the places it has, which no binary number keeps."""
    return msgspec.Raw(f"{amount:f}".encode())
