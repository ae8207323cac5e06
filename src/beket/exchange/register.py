"""Writes documents as a register: one row for each line of goods, as CSV or XLSX, as the shipped map reads it again."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from itertools import islice
from typing import Final

import xlsxwriter
from msgspec import Struct

from beket.exchange.kit.refusal import Refused
from beket.exchange.kit.table import CELL_CHARS_MAX, ROWS_MAX
from beket.exchange.mapped.shelf import shipped_texts
from beket.words.cells import MARK, guarded
from beket.words.documents import Consignment, Document, GoodsItem, PartyRole

MAP: Final = "register"
"""The shipped map that reads what is written here, and whose first words are its headers."""

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""What no table may have in its text; JSON can bring it."""

_EXACT_DIGITS: Final = 15
"""Digits that a spreadsheet keeps of a number; one that has more is written as text."""

_WIDTH_CHARS: Final = 18
_BETWEEN: Final = " / "

Cell = str | int | Decimal | None


class Line(Struct, frozen=True):
    """One line of a register: goods, or a consignment that lists none, with the document it stands in."""

    document: Document
    consignment: Consignment
    item: GoodsItem | None


def written_csv(documents: Iterable[Document]) -> bytes:
    """Write a register as CSV (RFC 4180, UTF-8 with a mark); no cell of it is a formula. Raises Refused if too long."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for row in _rows(documents):
        writer.writerow([_guarded(cell) for cell in row])
    return (MARK + text.getvalue()).encode()


def written_xlsx(documents: Iterable[Document]) -> bytes:
    """Write a register as a workbook; no cell of it is a formula or a link. Raises Refused if too long."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("register")
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(COLUMNS) - 1, _WIDTH_CHARS)
    for at, row in enumerate(_rows(documents)):
        for column, cell in enumerate(row):
            if isinstance(cell, int | Decimal) and _is_exact(cell):
                sheet.write_number(at, column, float(cell))
            elif cell is not None:
                sheet.write_string(at, column, _text(cell), *((head,) if at == 0 else ()))
    book.close()
    return file.getvalue()


def _rows(documents: Iterable[Document]) -> Iterator[list[Cell]]:
    headers = _headers()
    yield [headers[key] for key in COLUMNS]
    lines = _lines(documents)
    for line in islice(lines, ROWS_MAX - 1):
        yield [cell(line) for cell in COLUMNS.values()]
    if next(lines, None) is not None:
        raise Refused("items", f"more than {ROWS_MAX} rows of one register")


def _lines(documents: Iterable[Document]) -> Iterator[Line]:
    for document in documents:
        for consignment in document.consignments or (Consignment(),):
            for item in consignment.items or (None,):
                yield Line(document, consignment, item)


@cache
def _headers() -> Mapping[str, str]:
    columns = tomllib.loads(shipped_texts()[MAP])["columns"]
    return {key: words[0].capitalize() for key, words in columns.items()}


def _guarded(cell: Cell) -> str:
    text = "" if cell is None else _text(cell)
    return guarded(text) if isinstance(cell, str) else text


def _text(cell: Cell) -> str:
    text = f"{cell:f}" if isinstance(cell, Decimal) else str(cell)
    return _CONTROL.sub(" ", text)[:CELL_CHARS_MAX]


def _is_exact(cell: int | Decimal) -> bool:
    return len(Decimal(cell).as_tuple().digits) <= _EXACT_DIGITS


# What stands in each column ------------------------------------------------------------------------------------------


def _party(role: PartyRole) -> Callable[[Line], Cell]:
    def name(line: Line) -> Cell:
        held = (*line.consignment.parties, *line.document.parties)
        return next((one.name for one in held if one.role == role and one.name), None)

    return name


def _plates(*, trailers: bool) -> Callable[[Line], Cell]:
    def plates(line: Line) -> Cell:
        held = (*line.consignment.means, *line.document.means)
        found = dict.fromkeys(one.plate for one in held if one.plate and one.trailer is trailers)
        return _BETWEEN.join(found) or None

    return plates


def _containers(line: Line) -> Cell:
    held = (*(line.item.equipment if line.item else ()), *line.consignment.equipment, *line.document.equipment)
    return _BETWEEN.join(dict.fromkeys(one.number for one in held)) or None


def _of_item(name: str) -> Callable[[Line], Cell]:
    def said(line: Line) -> Cell:
        found: Cell = getattr(line.item, name, None)
        return found

    return said


def _packages(line: Line) -> Cell:
    counted = [one.quantity for one in (line.item.packages if line.item else ()) if one.quantity is not None]
    return sum(counted) if counted else None


def _package_kinds(line: Line) -> Cell:
    kinds = dict.fromkeys(one.kind for one in (line.item.packages if line.item else ()) if one.kind)
    return _BETWEEN.join(kinds) or None


def _value(line: Line) -> Cell:
    return line.item.invoiced.amount if line.item and line.item.invoiced else None


def _currency(line: Line) -> Cell:
    return line.item.invoiced.currency if line.item and line.item.invoiced else None


COLUMNS: Final[Mapping[str, Callable[[Line], Cell]]] = {
    "number": lambda line: line.document.number or line.document.id,
    "date": lambda line: line.document.issued_at,
    "plate": _plates(trailers=False),
    "trailer": _plates(trailers=True),
    "container": _containers,
    "consignor": _party("consignor"),
    "consignee": _party("consignee"),
    "carrier": _party("carrier"),
    "item": _of_item("number"),
    "code": _of_item("code"),
    "national_code": _of_item("national_code"),
    "description": _of_item("description"),
    "origin": _of_item("origin"),
    "packages": _packages,
    "package_kind": _package_kinds,
    "gross_kg": _of_item("gross_kg"),
    "net_kg": _of_item("net_kg"),
    "value": _value,
    "currency": _currency,
}
"""The columns in their order, by the keys of the map."""
