"""Writes what is neither a note nor a declaration: a register in a table, and the national electronic waybill."""

from __future__ import annotations

import csv
import io
from typing import Final

from lxml import etree

from beket.sim.documents.making import Making
from beket.sim.documents.xml import Part, fill

_HEADERS: Final = (
    "Номер документа", "Дата", "Госномер", "Прицеп", "Контейнер", "Отправитель", "Получатель", "Код ТН ВЭД",
    "Наименование товара", "Кол-во мест", "Вес брутто, кг", "Вес нетто, кг", "Стоимость", "Валюта",
)  # fmt: skip
"""What the columns of an invoice's register are called; the shipped map knows these words."""

_PIECES: Final = "796"
"""The code of pieces as a unit."""


def register_of(made: Making) -> bytes:
    """Write the lines of an invoice as people save them from a spreadsheet: a semicolon between, a decimal comma."""
    load = made.load
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow(_HEADERS)
    trailer = load.signs[1].value if len(load.signs) > 1 else ""
    for line in load.lines:
        amounts = (line.gross_kg, line.net_kg, line.value)
        writer.writerow(
            [
                load.invoice, _day(made.loaded_on), load.tractor.value, trailer, load.container or "",
                load.consignor.name, load.consignee.name, line.kind.code, line.kind.description, line.packages,
                *(f"{amount:f}".replace(".", ",") for amount in amounts), load.currency,
            ]
        )  # fmt: skip
    return ("\ufeff" + text.getvalue()).encode()


def _day(written: str) -> str:
    year, month, day = written.split("-")
    return f"{day}.{month}.{year}"


def ettn_of(made: Making) -> bytes:
    """Write a national waybill (ЭТТН) as a batch of one."""
    load = made.load
    products: tuple[Part, ...] = tuple(
        (
            "SellingProduct",
            (
                ("ProductId", line.kind.code),
                ("UnitCode", _PIECES),
                ("Amount", line.packages),
                ("NetWeight", line.net_kg),
                ("GrossWeight", line.gross_kg),
            ),
        )
        for line in load.lines
    )
    selling: tuple[Part, ...] = (
        ("DeliveryTypeCode", "10"),
        ("EsfNum", load.invoice),
        ("ShippingTypeCode", "40"),
        ("AutoShippingTypeCode", "102"),
        ("CarNumber", load.tractor.value),
        ("ShippingOrganizationName", load.carrier.name),
        ("Products", products),
        ("Comment", load.note),
    )
    top = etree.Element("SellingBatchUpload", {"FileVer": "1.1", "InfoType": "Selling"})
    fill(top, (("Sender", made.id), ("Sellings", (("Selling", selling),))), {})
    return etree.tostring(top, encoding="UTF-8", xml_declaration=True)
