"""Checks a map whole before it is used: everything that is wrong with it is told at once, each with its key."""

from __future__ import annotations

import re
import tomllib
import types
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final, Literal, Union, get_args, get_origin

import msgspec
from msgspec import Struct, structs

from beket.exchange.kit.table import HEADER_ROWS_MAX, folded
from beket.exchange.mapped.dates import ISO, date_form
from beket.exchange.mapped.form import (
    Column,
    Fault,
    Field,
    FieldRow,
    Group,
    Kind,
    Map,
    MapRow,
    Plain,
    Route,
    TableRow,
    Words,
)
from beket.words.documents import Consignment, ControlResult, Document, GoodsItem

MAP_MAX: Final = 256 * 1024
"""Most characters of a map; the longest that is shipped has some thousands."""

FAULTS_MAX: Final = 100
"""Most faults told of one map."""

COLUMNS_MAX: Final = 256
ALTERNATIVES_MAX: Final = 64
CODES_MAX: Final = 5_000
GROUPS_MAX: Final = 256
"""Most columns of a map, words for one thing, codes of one table, and groups in the place of one list."""

_OURS: Final = frozenset({"kind", "format", "layout_confirmed", "consignments", "unread", "remarks"})
"""Fields of a document that are filled by whoever reads it."""

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
_MOMENT: Final = re.compile(r"\w+_(on|at)|valid_(from|until)")
"""Fields that hold a day or a moment."""

_PLAIN_KINDS: Final[Mapping[object, Kind]] = {str: "text", Decimal: "number", int: "whole", bool: "truth"}


def checked_map(text: str, file: str = "") -> Map | tuple[Fault, ...]:
    """Read and check a map; where it is wrong, everything that is wrong with it."""
    if len(text) > MAP_MAX:
        return (Fault(file=file, key="", reason=f"longer than {MAP_MAX} characters"),)
    try:
        row = msgspec.convert(tomllib.loads(text), MapRow)
    except tomllib.TOMLDecodeError as wrong:
        return (Fault(file=file, key="", reason=f"no TOML: {wrong}"),)
    except msgspec.ValidationError as wrong:
        reason, _, where = str(wrong).partition(" - at `$")
        return (Fault(file=file, key=where.strip("`.").removeprefix("."), reason=reason),)
    except RecursionError:
        return (Fault(file=file, key="", reason="tables lie too deep"),)
    check = _Check(row, file)
    found = check.map()
    return tuple(check.faults) if check.faults else found


class _Check:
    """One map under check, with the faults found so far."""

    def __init__(self, row: MapRow, file: str) -> None:
        self.row = row
        self.file = file
        self.faults: list[Fault] = []
        self.forms = self.dates(row.dates, "dates") or (ISO,)
        self.codes = {
            name: {code.casefold(): word for code, word in codes.items()} for name, codes in row.codes.items()
        }

    def wrong(self, key: str, reason: str) -> None:
        """Note a fault."""
        if len(self.faults) < FAULTS_MAX:
            self.faults.append(Fault(file=self.file, key=key, reason=reason))

    def map(self) -> Map:
        """Check everything, and give the map as it is used."""
        row = self.row
        self.names()
        self.knowledge()
        return Map(
            name=row.name,
            title=row.title,
            source=row.source,
            kind=row.kind,
            shape=row.shape,
            layout_confirmed=row.layout_confirmed,
            versions=row.versions,
            each=self.route(row.each, "each") if row.each else None,
            decimal=row.decimal,
            roots=_words(row.known.root),
            namespace=row.known.namespace,
            paths=tuple(self.route(path, "known.paths") for path in row.known.paths),
            columns=tuple(self.column(key, words) for key, words in row.columns.items()),
            needed=frozenset(row.known.columns or row.columns),
            table=row.table,
            document=self.group("document", row.document, Document, "document"),
            consignment=self.group("consignment", row.consignment, Consignment, "consignment"),
        )

    def names(self) -> None:
        """Check what the map calls itself and what it has too much of."""
        row = self.row
        if not _NAME.fullmatch(row.name):
            self.wrong("name", f"{row.name!r} must be small letters, digits and _, and begin with a letter")
        for key, said in (("title", row.title), ("source", row.source)):
            if not said.strip():
                self.wrong(key, "must not be empty")
        if not (row.document or row.consignment):
            self.wrong("document", "a map fills at least one field of `document` or `consignment`")
        for name, codes in row.codes.items():
            if not 0 < len(codes) <= CODES_MAX:
                self.wrong(f"codes.{name}", f"a table has from 1 to {CODES_MAX} codes")

    def knowledge(self) -> None:
        """Check what a message is known by, which is not the same for a table and for the others."""
        row = self.row
        if row.shape == "table":
            self.table_knowledge()
            return
        if row.columns or row.known.columns or row.table != TableRow():
            self.wrong("columns", f"{row.shape} has no columns; `columns`, `known.columns` and `table` are for tables")
        if row.shape == "xml" and not row.known.root:
            self.wrong("known.root", "XML is known by the name of its root element")
        if row.shape == "json" and not row.known.paths:
            self.wrong("known.paths", "JSON is known by paths that must be there")

    def table_knowledge(self) -> None:
        """Check how a table is known and laid out."""
        row, table = self.row, self.row.table
        if row.known.root or row.known.paths or row.known.namespace or row.each:
            self.wrong("known", "a table is known by `columns`; it has no root, namespace, paths or `each`")
        if not 0 < len(row.columns) <= COLUMNS_MAX:
            self.wrong("columns", f"a table has from 1 to {COLUMNS_MAX} columns")
        for key, names in (("known.columns", row.known.columns), ("table.documents_by", table.documents_by)):
            self.columns(names, key)
        self.columns(table.consignments_by, "table.consignments_by")
        needed = row.known.columns or tuple(row.columns)
        if all(isinstance(word, int) for key in needed for word in _headers(row.columns.get(key, ()))):
            self.wrong("known.columns", "at least one column that must be there has to be known by its header")
        if not 0 <= table.header_row <= HEADER_ROWS_MAX:
            self.wrong("table.header_row", f"from 1 to {HEADER_ROWS_MAX}, or 0 to look for it")

    def columns(self, names: Iterable[str], key: str) -> None:
        """Check that columns which are named are there."""
        for name in names:
            if name not in self.row.columns:
                self.wrong(key, f"there is no column {name!r}; there are {', '.join(self.row.columns) or 'none'}")

    def column(self, key: str, words: str | int | tuple[str | int, ...]) -> Column:
        """Check what a column may be called."""
        where = f"columns.{key}"
        if not _NAME.fullmatch(key):
            self.wrong(where, "a column's key must be small letters, digits and _, and begin with a letter")
        headers = tuple(word if isinstance(word, int) else folded(word) for word in _headers(words))
        if not 0 < len(headers) <= ALTERNATIVES_MAX:
            self.wrong(where, f"from 1 to {ALTERNATIVES_MAX} headers")
        for word in headers:
            if word == "" or (isinstance(word, int) and not 1 <= word <= COLUMNS_MAX):
                self.wrong(where, f"a header, or a number from 1 to {COLUMNS_MAX}")
        return Column(key, headers)

    def route(self, path: str, where: str) -> Route:
        """Check a path; in a table it is the key of a column."""
        if self.row.shape == "table":
            self.columns((path,), where)
            return Route((path,))
        *names, last = path.removeprefix("/").split("/")
        attribute = last.removeprefix("@") if last.startswith("@") else ""
        kept = tuple(names) if attribute else (*names, last)
        if not all(kept) or any("@" in name for name in kept) or last == "@":
            self.wrong(where, f"{path!r} is no path; write names with / between, and @ before an attribute at the end")
        return Route(kept, attribute, path.startswith("/"))

    def dates(self, words: Words, where: str) -> tuple[str, ...]:
        """Check how days are written."""
        found = []
        for word in _words(words):
            form = date_form(word)
            if form is None:
                self.wrong(where, f"{word!r} is no form of a date; write it with dd, mm, yyyy and perhaps hh:mm:ss")
            else:
                found.append(form)
        return tuple(found)

    # The neutral form ------------------------------------------------------------------------------------------------

    def group(self, name: str, rows: Mapping[str, Any], makes: type[Struct], where: str) -> Group:
        """Check the fields of a struct of the neutral form, and the groups below it."""
        infos = {one.name: one for one in structs.fields(makes) if makes is not Document or one.name not in _OURS}
        fields: list[Field] = []
        groups: list[Group] = []
        national: tuple[Field, ...] = ()
        for key, said in rows.items():
            here = f"{where}.{key}"
            info = infos.get(key)
            if key == "each" and makes is not Document and self.row.shape != "table":
                continue
            if info is None or _bare(info.type) is ControlResult:
                self.wrong(here, f"{makes.__name__} has no such field; it has {', '.join(infos)}")
            elif get_origin(info.type) is dict:
                national = tuple(self.field(one, path, str, f"{here}.{one}") for one, path in self.members(said, here))
            elif (inner := _inner(info.type)) is not None:
                groups += self.below(key, said, inner, here, many=get_origin(info.type) is tuple)
            else:
                fields.append(self.field(key, said, info.type, here, required=info.required))
        self.missing(makes, infos, rows, where)
        fields.sort(key=lambda one: not one.required)
        return Group(
            name=name,
            makes=makes,
            each=self.each(rows, where) if self.row.shape != "table" and makes is not Document else None,
            fields=tuple(fields),
            groups=tuple(groups),
            national=national,
        )

    def each(self, rows: Mapping[str, Any], where: str) -> Route | None:
        """Check which element is repeated."""
        path = rows.get("each")
        if path is None:
            return None
        if not isinstance(path, str) or "@" in path:
            self.wrong(f"{where}.each", "the path of an element that is repeated")
            return None
        return self.route(path, f"{where}.each")

    def below(self, name: str, said: object, makes: type[Struct], where: str, *, many: bool) -> list[Group]:
        """Check a group below, or each of those that fill one list."""
        if not many:
            return [self.group(name, self.table(said, where), makes, where)]
        rows = said if isinstance(said, list) else [said]
        if len(rows) > GROUPS_MAX:
            self.wrong(where, f"at most {GROUPS_MAX} of them")
        found = (self.group(name, self.table(row, where), makes, f"{where}[{at}]") for at, row in enumerate(rows, 1))
        return [structs.replace(one, many=True) for one in found]

    def table(self, said: object, where: str) -> Mapping[str, Any]:
        """Check that a group is written as a table."""
        if isinstance(said, dict):
            return said
        self.wrong(where, "has fields of its own: write it as a table")
        return {}

    def members(self, said: object, where: str) -> Iterable[tuple[str, Any]]:
        """Give the parts that a country has of its own."""
        return self.table(said, where).items()

    def missing(
        self, makes: type[Struct], infos: Mapping[str, structs.FieldInfo], rows: Mapping[str, Any], where: str
    ) -> None:
        """Check that what a struct cannot be without is said; an item is numbered by its place."""
        for name, info in infos.items():
            if info.required and name not in rows and not (makes is GoodsItem and name == "number"):
                self.wrong(where, f"needs {name}")

    def field(self, name: str, said: object, hint: object, where: str, *, required: bool = False) -> Field:
        """Check how one field is filled."""
        row = self.field_row(said, where)
        bare = _bare(hint)
        many = get_origin(hint) is tuple
        words = frozenset(get_args(bare)) if get_origin(bare) is Literal else frozenset[str]()
        kind: Kind = "word" if words else "text" if many else _PLAIN_KINDS.get(bare, "text")
        if kind == "text" and _MOMENT.fullmatch(name):
            kind = "moment"
        paths = row.paths or ((row.path,) if row.path else ())
        if (row.value is not None) == bool(paths):
            self.wrong(where, "name a path or a value, and not both")
        if len(paths) > ALTERNATIVES_MAX:
            self.wrong(where, f"at most {ALTERNATIVES_MAX} paths")
        self.field_codes(row, words, where)
        return Field(
            name=name,
            kind=kind,
            routes=tuple(self.route(path, where) for path in paths),
            constant=None if row.value is None else _said(row.value),
            joined=row.join,
            many=many,
            required=required,
            forms=self.dates(row.dates, f"{where}.dates") or self.forms,
            codes=self.codes.get(row.codes),
            otherwise=row.otherwise,
            words=words,
        )

    def field_row(self, said: object, where: str) -> FieldRow:
        """Read how a field is filled: a path, several, or a table that says more."""
        if isinstance(said, str):
            return FieldRow(path=said)
        if isinstance(said, list) and all(isinstance(one, str) for one in said):
            return FieldRow(paths=tuple(said))
        try:
            return msgspec.convert(said, FieldRow)
        except msgspec.ValidationError as wrong:
            self.wrong(where, str(wrong))
            return FieldRow(value="")

    def field_codes(self, row: FieldRow, words: frozenset[str], where: str) -> None:
        """Check that codes are translated by a table that is there, into words that the field can hold."""
        if row.codes and row.codes not in self.row.codes:
            self.wrong(f"{where}.codes", f"there is no table codes.{row.codes}")
        if row.otherwise is not None and not row.codes:
            self.wrong(f"{where}.otherwise", "is for a field with `codes`")
        given = [row.value, row.otherwise, *self.row.codes.get(row.codes, {}).values()]
        for one in given if words else ():
            if one is not None and one not in words:
                self.wrong(where, f"cannot be {one!r}; it is one of {', '.join(sorted(words))}")


def _words(said: Words) -> tuple[str, ...]:
    return (said,) if isinstance(said, str) else said


def _headers(said: str | int | tuple[str | int, ...]) -> tuple[str | int, ...]:
    return said if isinstance(said, tuple) else (said,)


def _said(value: Plain) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _bare(hint: object) -> object:
    """Give a type without its None."""
    if get_origin(hint) in (Union, types.UnionType):
        return next((one for one in get_args(hint) if one is not type(None)), hint)
    return hint


def _inner(hint: object) -> type[Struct] | None:
    """Give the struct that a field holds, alone or in a tuple."""
    bare = _bare(hint)
    inner = get_args(bare)[0] if get_origin(bare) is tuple else bare
    return inner if isinstance(inner, type) and issubclass(inner, Struct) else None
