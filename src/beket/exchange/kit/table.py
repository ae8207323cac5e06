"""A table as it came: sheets of rows of cells, before a map has said what its columns are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import islice
from typing import Final

from msgspec import Struct, field

from beket.exchange.kit.branch import Branch
from beket.exchange.kit.refusal import Refused
from beket.words.cells import unguarded
from beket.words.documents import Remark

ROWS_MAX: Final = 50_000
COLUMNS_MAX: Final = 256
CELL_CHARS_MAX: Final = 32_767
"""Most rows of a table, cells of a row, and characters of a cell (as many as a spreadsheet holds)."""

CELLS_MAX: Final = 600_000
"""Most cells of a table, as many as XML may have elements."""

HEADER_ROWS_MAX: Final = 20
"""How far down headers are looked for: above them stand a title, a period, whose register it is."""

_SHOWN_MAX: Final = 40
"""Most headers that a refusal names."""

_BETWEEN: Final = re.compile(r"[^\w№#%]+|_")

Cell = str | Decimal
"""A cell: a text, or a number that a spreadsheet keeps as one."""

Line = tuple[int, list[Cell]]
"""A row with its number."""


class Page(Struct, frozen=True):
    """One sheet, or one text as one delimiter splits it; `lines` reads it from its first row again, and raises Refused.

    `fault` is why it must not be read though its headers can be.
    """

    name: str
    lines: Callable[[], Iterator[Line]]
    fault: Refused | None = None

    def head(self) -> list[Line]:
        """Give the first rows, among which the headers are; up to the one that is broken, if one is."""
        found: list[Line] = []
        try:
            found.extend(islice(self.lines(), HEADER_ROWS_MAX))
        except Refused:
            return found
        return found


class Table(Branch):
    """The root of a table: it knows its pages, and grows no branches until a map reads it."""

    name: str = "table"
    text: str = ""
    line: int = 1
    remarks: list[Remark] = field(default_factory=list)

    def pages(self, encoding: str = "", delimiter: str = "") -> Iterator[Page]:
        """Give each page; of a text, each way to split it, or the one that is named."""
        raise NotImplementedError

    def headers(self) -> list[str]:
        """Guess the headers: the first row with the most cells, however the text is split."""
        rows = [[str(cell) for cell in cells if cell != ""] for page in self.pages() for _, cells in page.head()]
        return max(rows, key=len, default=[])

    def stranger(self) -> Refused:
        """Say that no map fits, and what the map would have to name."""
        found = self.headers()
        shown = ", ".join(repr(one) for one in found[:_SHOWN_MAX]) + (", …" if len(found) > _SHOWN_MAX else "")
        reason = f"no saved map fits a table with the headers {shown or '(none)'}; a map of its columns is needed"
        return Refused("unknown_format", reason)


def folded(header: str) -> str:
    """Fold a header so that capitals, spaces and stops make no other word of it."""
    return _BETWEEN.sub(" ", header.casefold().replace("ё", "е")).strip()


def cleaned(text: str, line: int) -> str:
    """Give the text of a cell without blanks around it and without the guard against formulas; raises Refused."""
    if len(text) > CELL_CHARS_MAX:
        raise Refused("size", f"a cell of {len(text)} characters; at most {CELL_CHARS_MAX} are read", f"line {line}")
    return unguarded(text.strip()) if text.startswith("'") else text.strip()


def within_limits(lines: Iterator[Line]) -> Iterator[Line]:
    """Pass rows on as long as there are no more of them, and no longer ones, than a table has; raises Refused."""
    cells = 0
    for rows, (number, line) in enumerate(lines, start=1):
        cells += len(line)
        if rows > ROWS_MAX:
            raise Refused("items", f"more than {ROWS_MAX} rows", f"line {number}")
        if len(line) > COLUMNS_MAX:
            raise Refused("elements", f"{len(line)} cells in one row; at most {COLUMNS_MAX} are read", f"line {number}")
        if cells > CELLS_MAX:
            raise Refused("elements", f"more than {CELLS_MAX} cells", f"line {number}")
        yield number, line
