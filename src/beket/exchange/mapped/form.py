"""What a map may say, as it is written in TOML and as it is used once it was checked."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from beket.words.documents import DocumentKind

Words = str | tuple[str, ...]
"""One word, or several that stand for one another."""

Plain = str | int | float | bool
Decimals = Literal[".", ",", "either"]
Delimiter = Literal["", ",", ";", "\t", "|"]
Encoding = Literal["", "utf-8", "utf-8-sig", "windows-1251"]


class Fault(Struct, frozen=True, kw_only=True):
    """What is wrong with a map: in which file, under which key, and why."""

    file: str
    key: str
    reason: str

    def __str__(self) -> str:
        return ": ".join(filter(None, (self.file, self.key, self.reason)))


# As it is written ----------------------------------------------------------------------------------------------------


class FieldRow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one field is filled, where more than a path is to be said."""

    path: str = ""
    paths: tuple[str, ...] = ()
    value: Plain | None = None
    join: bool = False
    dates: Words = ()
    codes: str = ""
    otherwise: str | None = None


class KnownRow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a message is known by."""

    root: Words = ()
    namespace: str = ""
    paths: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()


class TableRow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a table lies in its file, and what its rows come to."""

    header_row: int = 0
    sheet: str = ""
    delimiter: Delimiter = ""
    encoding: Encoding = ""
    documents_by: tuple[str, ...] = ()
    consignments_by: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()


class MapRow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole map."""

    name: str
    title: str
    source: str
    kind: DocumentKind
    shape: Literal["xml", "json", "table"]
    known: KnownRow = KnownRow()
    layout_confirmed: bool = False
    versions: tuple[str, ...] = ()
    each: str = ""
    dates: Words = ()
    decimal: Decimals = "."
    table: TableRow = TableRow()
    columns: dict[str, str | int | tuple[str | int, ...]] = {}
    codes: dict[str, dict[str, str]] = {}
    document: dict[str, Any] = {}
    consignment: dict[str, Any] = {}


# As it is used -------------------------------------------------------------------------------------------------------

Kind = Literal["text", "number", "whole", "truth", "moment", "word"]
"""What a field holds; `word` is one of a closed list."""


class Route(Struct, frozen=True):
    """Where a value stands: names from here down, or from the top; at the end perhaps an attribute."""

    names: tuple[str, ...]
    attribute: str = ""
    from_top: bool = False

    def __str__(self) -> str:
        return "/".join((*self.names, f"@{self.attribute}") if self.attribute else self.names)


class Field(Struct, frozen=True, kw_only=True):
    """One field of the neutral form, ready to be read."""

    name: str
    kind: Kind
    routes: tuple[Route, ...] = ()
    constant: str | None = None
    joined: bool = False
    many: bool = False
    required: bool = False
    forms: tuple[str, ...] = ()
    codes: dict[str, str] | None = None
    otherwise: str | None = None
    words: frozenset[str] = frozenset()


class Group(Struct, frozen=True, kw_only=True):
    """A struct of the neutral form: its fields, and the groups below it; `many` where it stands in a list."""

    name: str
    makes: type[Struct]
    each: Route | None = None
    many: bool = False
    fields: tuple[Field, ...] = ()
    groups: tuple[Group, ...] = ()
    national: tuple[Field, ...] = ()


class Column(Struct, frozen=True):
    """A column by what its header may be called, each word folded, or by its number from 1."""

    key: str
    headers: tuple[str | int, ...]


class Map(Struct, frozen=True, kw_only=True):
    """A map, checked and ready to be used; what it says of its table stands in `table` as it is written."""

    name: str
    title: str
    source: str
    kind: DocumentKind
    shape: Literal["xml", "json", "table"]
    layout_confirmed: bool
    versions: tuple[str, ...]
    each: Route | None
    decimal: Decimals
    roots: tuple[str, ...]
    namespace: str
    paths: tuple[Route, ...]
    columns: tuple[Column, ...]
    needed: frozenset[str]
    table: TableRow
    document: Group
    consignment: Group
