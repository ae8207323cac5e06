"""Finds in a table the columns that a map names, and turns its rows into branches that the map can read."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from msgspec import Struct

from beket.exchange.kit.branch import Branch
from beket.exchange.kit.format import DOCUMENTS_MAX, ITEMS_MAX
from beket.exchange.kit.refusal import Refused
from beket.exchange.kit.table import Cell, Line, Page, Table, folded
from beket.exchange.mapped.form import Map

ROW: Final = "row"
"""What the branch of a row is called; its own branches are called by the keys of the map's columns."""


class Layout(Struct, frozen=True, kw_only=True):
    """Where a table's headers stand, and which column each key of the map is; columns count from 0."""

    page: Page
    line: int
    headers: tuple[str, ...]
    keys: dict[int, str]

    def column(self, key: str) -> int | None:
        """Give the column of a key."""
        return next((at for at, one in self.keys.items() if one == key), None)


def layout_of(one: Map, root: Branch) -> Layout | None:
    """Find the page and the row where all columns stand that must be there; None where they stand nowhere."""
    if not isinstance(root, Table):
        return None
    found: Layout | None = None
    for page in root.pages(one.table.encoding, one.table.delimiter):
        if one.table.sheet and folded(page.name) != folded(one.table.sheet):
            continue
        layout = _on_page(one, page)
        if layout and (found is None or len(layout.keys) > len(found.keys)):
            found = layout
    return found


def _on_page(one: Map, page: Page) -> Layout | None:
    for place, (line, cells) in enumerate(page.head(), start=1):
        if one.table.header_row and one.table.header_row not in (place, line):
            continue
        headers = tuple(str(cell) for cell in cells)
        keys = _keys(one, [folded(header) for header in headers])
        if one.needed <= set(keys.values()):
            return Layout(page=page, line=line, headers=headers, keys=keys)
    return None


def _keys(one: Map, headers: list[str]) -> dict[int, str]:
    """Give each column its key: by the first of its words that heads one which no other key has taken."""
    found: dict[int, str] = {}
    for column in one.columns:
        for word in column.headers:
            at = word - 1 if isinstance(word, int) else headers.index(word) if word in headers else -1
            if 0 <= at < len(headers) and at not in found:
                found[at] = column.key
                break
    return found


def tabled(one: Map, root: Branch) -> Iterator[Branch]:
    """Cut a table into its documents, each with its rows; raises Refused."""
    layout = layout_of(one, root)
    assert layout is not None  # a map reads only what it knows
    if layout.page.fault:
        raise layout.page.fault
    documents, skipped = _grouped(one, layout)
    if not documents:
        raise Refused("empty", "the table has headers and no rows", f"line {layout.line}")
    aside = [*_above(layout), *skipped, *_other_pages(layout, root)]
    repeated = sorted({name for name in layout.headers if name and layout.headers.count(name) > 1})
    for at, lines in enumerate(documents):
        document = Branch("table", "", layout.line, root.remarks)
        rows = [_row(one, layout, line, root) for line in lines]
        document.branches = rows + aside if at == 0 else rows
        for name in repeated:
            document.remark("layout", name, "the header of several columns; the first is read", "headers")
        yield document


def _grouped(one: Map, layout: Layout) -> tuple[list[list[Line]], list[Branch]]:
    """Give the rows of each document, and those that are none: sums at the foot."""
    columns = [layout.column(key) for key in one.table.documents_by]
    words = tuple(folded(word) for word in one.table.skip)
    groups: dict[tuple[Cell, ...], list[Line]] = {}
    skipped: list[Branch] = []
    for line, cells in layout.page.lines():
        first = next((folded(str(cell)) for cell in cells if cell != ""), "")
        if line <= layout.line or not any(cell != "" for cell in cells):
            continue
        if words and first.startswith(words):
            skipped.append(_beside("skipped", line, cells))
            continue
        key = tuple(cells[at] if at is not None and at < len(cells) else "" for at in columns)
        rows = groups.setdefault(key, [])
        rows.append((line, cells))
        _refuse_many(len(rows), len(groups), line)
    return list(groups.values()), skipped


def _refuse_many(rows: int, documents: int, line: int) -> None:
    if rows > ITEMS_MAX:
        raise Refused("items", f"more than {ITEMS_MAX} rows of one document", f"line {line}")
    if documents > DOCUMENTS_MAX:
        raise Refused("items", f"more than {DOCUMENTS_MAX} documents in one table", f"line {line}")


def _row(one: Map, layout: Layout, line: Line, root: Branch) -> Branch:
    number, cells = line
    row = Branch(ROW, "", number, root.remarks)
    row.branches = [
        Branch(_name(layout, at), _text(cell, one.decimal), number, root.remarks)
        for at, cell in enumerate(cells)
        if cell != ""
    ]
    extra = sum(cell != "" for cell in cells[len(layout.headers) :])
    if extra:
        row.remark("count", f"{extra} cells", "more than there are headers", ROW)
    return row


def _name(layout: Layout, at: int) -> str:
    """Name a cell by its key; what no key has, by its header or its number, with a blank in it as no key has one."""
    if at in layout.keys:
        return layout.keys[at]
    header = layout.headers[at] if at < len(layout.headers) else ""
    return f"column {header or at + 1}"


def _text(cell: Cell, decimal: str) -> str:
    """Write a cell as the map says numbers are written: a number of a spreadsheet has no sign of its own."""
    if not isinstance(cell, Decimal):
        return cell
    return f"{cell:f}".replace(".", ",") if decimal == "," else f"{cell:f}"


def _beside(name: str, line: int, cells: list[Cell]) -> Branch:
    """Keep a row that is no line of the register, to be told as unread."""
    return Branch(name, " | ".join(_text(cell, ".") for cell in cells if cell != ""), line, [])


def _above(layout: Layout) -> Iterator[Branch]:
    for line, cells in layout.page.head():
        if line < layout.line and any(cell != "" for cell in cells):
            yield _beside("above", line, cells)


def _other_pages(layout: Layout, root: Branch) -> Iterator[Branch]:
    assert isinstance(root, Table)
    if not layout.page.name:
        return
    for page in root.pages():
        if page.name != layout.page.name:
            rows = sum(1 for _ in page.lines())
            yield Branch(f"sheet {page.name}", f"{rows} rows", 0, [])
