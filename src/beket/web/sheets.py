"""Lists as files for spreadsheets: bounded, in the page's language, and no cell of them is ever a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from beket.board.panels.equipment import EquipmentRow
from beket.web.phrases import ASPECTS, CLASSES, DEVICE_STATES, DOUBTS, VIEWS, ZONES, word
from beket.web.shown.equipment import NAMES, holds_of
from beket.words.cells import MARK, guarded
from beket.words.ids import Instant

Cell = str | int | float | date | None

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

ROWS_MAX: Final = 20_000
"""Most rows of one file: every piece of a country, with room to spare; packed they are one or two megabytes."""

_WIDTH_CHARS: Final = 18


def safe(value: Cell) -> str | int | float:
    """Write a cell so that no spreadsheet runs it: text that looks like a formula begins with an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    return guarded(value) if isinstance(value, str) else value


def csv_lines(rows: Sequence[Sequence[Cell]]) -> Iterator[str]:
    """Give the lines of a text file (RFC 4180), one at a time."""
    yield MARK
    for row in rows:
        line = io.StringIO()
        csv.writer(line).writerow([safe(cell) for cell in row])
        yield line.getvalue()


def workbook(rows: Sequence[Sequence[Cell]], title: str, taken_by: str) -> io.BytesIO:
    """Write a workbook row by row; who took it stands in its properties."""
    import xlsxwriter  # noqa: PLC0415  few ask for a workbook, and every desk must begin

    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": title, "author": taken_by, "company": "Beket"})
    sheet = book.add_worksheet(title[:31])
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
    sheet.freeze_panes(1, 3)
    sheet.set_column(0, max(0, len(rows[0]) - 1), _WIDTH_CHARS)
    sheet.autofilter(0, 0, max(0, len(rows) - 1), max(0, len(rows[0]) - 1))
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(at, column, cell, day)
            elif isinstance(cell, int | float):
                sheet.write_number(at, column, cell)
            elif cell:
                sheet.write_string(at, column, cell, *((head,) if at == 0 else ()))
    book.close()
    file.seek(0)
    return file


def equipment_rows(
    rows: Sequence[EquipmentRow], names: Mapping[str, tuple[str, str]], now: Instant
) -> list[list[Cell]]:
    """Lay the register out as rows of cells under one head."""
    return [_head(), *(_cells(row, names[row.place][0], now) for row in rows)]


def _head() -> list[Cell]:
    return [
        _("Checkpoint id"),
        _("Checkpoint"),
        _("Device"),
        _("Class"),
        _("Model"),
        _("Serial number"),
        _("Firmware"),
        _("Driver"),
        _("Lane"),
        _("Zone"),
        _("View"),
        _("State"),
        *(word(ASPECTS, name) for name in NAMES),
        _("Doubts"),
        _("Installed on"),
        _("Verified on"),
        _("Verified until"),
        _("Calibrated on"),
        _("Calibrated until"),
        _("Days left"),
        _("Accuracy class"),
        _("Should speak every, s"),
        _("Clock offset, ms"),
        _("In maintenance"),
    ]


def _cells(row: EquipmentRow, place_name: str, now: Instant) -> list[Cell]:
    says = {"yes": _("yes"), "no": _("no"), "unknown": _("nobody knows"), "apart": "–"}
    return [
        row.place,
        place_name,
        row.id,
        word(CLASSES, row.klass),
        row.model,
        row.serial,
        row.firmware,
        row.driver,
        row.lane,
        word(ZONES, row.zone),
        word(VIEWS, row.view),
        word(DEVICE_STATES, row.state),
        *(says[holds_of(row, name)] for name in NAMES),
        "; ".join(word(DOUBTS, one.doubt) for one in row.doubts),
        _day(row.installed_on),
        _day(row.verified_on),
        _day(row.verified_until),
        _day(row.calibrated_on),
        _day(row.calibrated_until),
        row.days_left(now),
        row.accuracy_class,
        row.expected_period_s,
        row.drift_ms,
        _("yes") if row.in_maintenance(now) else _("no"),
    ]


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None
