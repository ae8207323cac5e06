"""Opens XLSX workbooks that anybody may have sent: unpacked here within limits, and only then given to the library.

Three things a library cannot be left alone with: what a ZIP claims of its parts, one cell in the last column of the
last row (a sheet is held with all its empty cells), and one long text that a million cells share.
"""

from __future__ import annotations

import datetime
import io
import math
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from typing import Final

from lxml import etree
from msgspec import field
from python_calamine import CalamineError, CalamineWorkbook

from beket.exchange.kit.refusal import Refused
from beket.exchange.kit.table import CELLS_MAX, COLUMNS_MAX, ROWS_MAX, Cell, Line, Page, Table, cleaned, within_limits

ZIP: Final = b"PK\x03\x04"

PACKED_MAX: Final = 16 * 1024 * 1024
UNPACKED_MAX: Final = 64 * 1024 * 1024
"""Most bytes of a workbook, and of its parts together; fifty thousand rows of a register have a tenth of that."""

RATIO_MAX: Final = 200
RATIO_FROM: Final = 4 * 1024 * 1024
"""How far a part may shrink when packed, where it is large enough to matter; sheets shrink to a tenth."""

MEMBERS_MAX: Final = 500
SHEETS_MAX: Final = 50
"""Most parts of a workbook, and sheets."""

AREA_MAX: Final = 2_000_000
"""Most cells of the rectangle around all that a sheet has: the empty ones are held too."""

TEXT_CHARS_MAX: Final = 32 * 1024 * 1024
"""Most characters that all cells have together, a text that several share counted for each."""

_ENTRY: Final = b"PK\x01\x02"
_TYPES: Final = "[Content_Types].xml"
_BOOK: Final = "xl/workbook.xml"
_STRINGS: Final = "sharedstrings.xml"
_PACKED_AS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_LETTERS: Final = 26
_COLUMN_LETTERS_MAX: Final = 3
_DIGITS: Final = "0123456789"
_ROW_DIGITS_MAX: Final = 9
_PLAIN: Final = ("UTF-8", "ASCII", "US-ASCII")
_PANIC: Final = "PanicException"


class Workbook(Table, kw_only=True):
    """A workbook whose sheets are read when somebody asks for them, each once."""

    book: CalamineWorkbook
    sheets: dict[str, list[Line]] = field(default_factory=dict)
    """Those that somebody asked for; at most SHEETS_MAX."""

    def pages(self, encoding: str = "", delimiter: str = "") -> Iterator[Page]:
        """Give each sheet that has anything in it; a workbook is in no encoding and has no delimiters."""
        if encoding or delimiter:
            return
        for name in self.book.sheet_names:
            if name not in self.sheets:
                self.sheets[name] = _sheet(self.book, name)
            if self.sheets[name]:
                yield Page(name, partial(_again, self.sheets[name]))


def is_workbook(blob: bytes) -> bool:
    """Tell whether bytes are a ZIP container that holds a workbook, by its table of contents."""
    if not blob.startswith(ZIP) or blob.count(_ENTRY) > MEMBERS_MAX:
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(blob)) as packed:
            return {_TYPES, _BOOK} <= set(packed.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError):
        return False


def opened_workbook(blob: bytes) -> Workbook:
    """Open a workbook; raises Refused."""
    if len(blob) > PACKED_MAX:
        raise Refused("size", f"{len(blob)} bytes; of a workbook at most {PACKED_MAX} are read")
    if blob.count(_ENTRY) > MEMBERS_MAX:
        raise Refused("container", f"more than {MEMBERS_MAX} parts")
    parts = _unpacked(blob)
    _refuse_sprawl(parts)
    book = _read(_packed_again(parts))
    if len(book.sheet_names) > SHEETS_MAX:
        raise Refused("container", f"{len(book.sheet_names)} sheets; at most {SHEETS_MAX} are read")
    return Workbook(book=book)


def _unpacked(blob: bytes) -> dict[str, bytes]:
    """Unpack what is XML, never more of it than the table of contents claims, and that within limits."""
    try:
        with zipfile.ZipFile(io.BytesIO(blob)) as packed:
            wanted = [one for one in packed.infolist() if one.filename.lower().endswith((".xml", ".rels"))]
            for one in wanted:
                _refuse_part(one)
            total = sum(one.file_size for one in wanted)
            if total > UNPACKED_MAX:
                raise Refused("size", f"{total} bytes when unpacked; at most {UNPACKED_MAX} are read")
            if len({one.filename.lower() for one in wanted}) < len(wanted):
                raise Refused("container", "two parts have one name")
            return {one.filename: packed.read(one) for one in wanted}
    except (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise Refused("container", f"the ZIP is damaged: {error}") from error


def _refuse_part(one: zipfile.ZipInfo) -> None:
    if one.compress_type not in _PACKED_AS or one.flag_bits & 1:
        raise Refused("container", "encrypted, or packed as no spreadsheet packs it", one.filename)
    if one.file_size > RATIO_FROM and one.file_size > RATIO_MAX * one.compress_size:
        raise Refused("size", f"{one.compress_size} bytes unpack to {one.file_size}", one.filename)


def _packed_again(parts: dict[str, bytes]) -> io.BytesIO:
    """Pack what was looked at, so that the library reads this and nothing that a ZIP may hide from one reader."""
    clean = io.BytesIO()
    with zipfile.ZipFile(clean, "w", zipfile.ZIP_STORED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    clean.seek(0)
    return clean


class _Extent:
    """How far the cells of one part reach, by what they say of their places and by how many say nothing."""

    def __init__(self, part: str) -> None:
        self.part = part
        self.rows = self.columns = self.in_row = self.cells = self.last_row = 0

    def row(self, reference: str) -> None:
        """Count a row that has ended."""
        self.last_row = int(reference[:_ROW_DIGITS_MAX]) if reference.isdecimal() else self.last_row + 1
        self.rows = max(self.rows, self.last_row)
        self.in_row = 0
        self._refuse_far()

    def cell(self, reference: str) -> None:
        """Count a cell, whose place is its letters and its number, or the next one."""
        letters = reference.rstrip(_DIGITS)
        column = 0
        for letter in letters[: _COLUMN_LETTERS_MAX + 1].upper():
            column = column * _LETTERS + ord(letter) - ord("A") + 1
        self.in_row = max(self.in_row + 1, column)
        self.columns = max(self.columns, self.in_row)
        self.rows = max(self.rows, int(reference[len(letters) :][:_ROW_DIGITS_MAX] or 0))
        self.cells += 1
        self._refuse_far()

    def _refuse_far(self) -> None:
        if self.rows > ROWS_MAX:
            raise Refused("items", f"a cell stands in row {self.rows}; at most {ROWS_MAX} are read", self.part)
        if self.columns > COLUMNS_MAX:
            raise Refused("elements", f"a cell stands further right than {COLUMNS_MAX} columns", self.part)
        if self.rows * self.columns > AREA_MAX or self.cells > CELLS_MAX:
            raise Refused("elements", f"{self.rows} rows of {self.columns} cells are more than is read", self.part)


def _refuse_sprawl(parts: dict[str, bytes]) -> None:
    """Refuse cells that stand too far out, too many of them, and texts that too many share."""
    lengths = [size for name, content in parts.items() if name.lower().endswith(_STRINGS) for size in _texts(content)]
    chars = 0
    for name, content in parts.items():
        extent = _Extent(name)
        for local, one in _walked(name, content, "row", "c"):
            reference = str(one.get("r") or "")
            if local == "row":
                extent.row(reference)
            else:
                extent.cell(reference)
                chars += sum(_shared(one, lengths, name))
            one.clear()
            if chars > TEXT_CHARS_MAX:
                raise Refused("elements", f"its cells have more than {TEXT_CHARS_MAX} characters", name)


def _shared(cell: etree._Element, lengths: list[int], part: str) -> Iterator[int]:
    """Tell how long the shared text is that a cell shows."""
    if cell.get("t") != "s":
        return
    for value in cell.iter("{*}v"):
        number = (value.text or "").strip()
        if not number.isdecimal() or len(number) > _ROW_DIGITS_MAX or int(number) >= len(lengths):
            raise Refused("malformed", f"there is no shared text {number[:20]!r}", part)
        yield lengths[int(number)]


def _texts(content: bytes) -> Iterator[int]:
    """Tell how long each shared text is."""
    for _, one in _walked(_STRINGS, content, "si"):
        yield sum(len(str(text)) for text in one.itertext())
        one.clear()


def _walked(part: str, content: bytes, *names: str) -> Iterator[tuple[str, etree._Element]]:
    tags = [f"{{*}}{one}" for one in names]
    try:
        walk = etree.iterparse(
            io.BytesIO(content), events=("end",), tag=tags, resolve_entities=False, no_network=True, load_dtd=False
        )
        for _, one in walk:
            yield str(one.tag).rpartition("}")[2], one
    except etree.XMLSyntaxError as error:
        raise Refused("malformed", str(error.msg), part) from error
    root = walk.root
    told = None if root is None else root.getroottree().docinfo
    if told is None or told.doctype or (told.encoding or "UTF-8").upper() not in _PLAIN:
        raise Refused("malformed", "a part is not plain XML in UTF-8", part)


@contextmanager
def _library(where: str) -> Iterator[None]:
    """Turn what the library raises into a refusal: its own errors, and its panics, which are no Exception."""
    try:
        yield
    except (CalamineError, ValueError, OSError) as error:
        raise Refused("malformed", f"not a workbook: {error}", where) from error
    except BaseException as error:
        if type(error).__name__ == _PANIC:
            raise Refused("malformed", "not a workbook", where) from error
        raise


def _read(clean: io.BytesIO) -> CalamineWorkbook:
    with _library(""):
        return CalamineWorkbook.from_filelike(clean)


def _sheet(book: CalamineWorkbook, name: str) -> list[Line]:
    """Read the rows of a sheet, numbered as the spreadsheet numbers them; a chart has none."""
    with _library(f"sheet {name}"):
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    lines = ((at, [_cell(value, at) for value in row]) for at, row in enumerate(rows, start=1))
    return [(at, cells) for at, cells in within_limits(lines) if any(cell != "" for cell in cells)]


def _again(lines: list[Line]) -> Iterator[Line]:
    return iter(lines)


def _cell(value: object, line: int) -> Cell:
    """Write a cell: numbers exactly as the workbook has them, days as ISO 8601."""
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return Decimal(value)
        case float() if math.isfinite(value):
            return Decimal(int(value)) if value.is_integer() else Decimal(repr(value))
        case datetime.datetime():
            return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(timespec="seconds")
        case datetime.date() | datetime.time():
            return value.isoformat()
        case _:
            return cleaned(str(value), line)
