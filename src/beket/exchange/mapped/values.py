"""Takes one value of a message as a map says: finds it, marks it as read, and makes of it what the field holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import islice
from typing import Final

from msgspec import Struct

from beket.exchange.kit.branch import Branch
from beket.exchange.mapped.dates import day_or_moment
from beket.exchange.mapped.form import Decimals, Field, Kind, Route
from beket.words.documents import RemarkKind

_NUMBER: Final = re.compile(r"[+-]?\d{1,24}(\.\d{1,24})?", re.ASCII)
_GROUPED: Final = re.compile(r"[+-]?\d{1,3}([ \u00a0\u202f]\d{3})+([.,]\d+)?", re.ASCII)
_UNSURE: Final = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}", re.ASCII)
"""One thousand to some, one to others: taken for neither where a map does not say."""

_BLANKS: Final = re.compile(r"[ \u00a0\u202f]")
_DAY: Final = len("2026-11-22")

_YES: Final = frozenset({"1", "true", "yes", "да", "ооба", "+"})
_NO: Final = frozenset({"0", "false", "no", "нет", "жок", "-"})

_ODD: Final[Mapping[Kind, tuple[RemarkKind, str]]] = {
    "word": ("code", "no word that this field knows"),
    "moment": ("date", "no date"),
    "truth": ("code", "neither yes nor no"),
    "number": ("number", "no number"),
    "whole": ("number", "no whole number"),
}

Value = str | Decimal | int | bool


class Around:
    """What stands around the documents of one message: looked through once for each path, however many there are."""

    def __init__(self, tree: Branch) -> None:
        self.tree = tree
        self._found: dict[tuple[str, ...], tuple[Branch, ...]] = {}  # at most one for each path of the map

    def at(self, route: Route) -> tuple[Branch, ...]:
        """Give the first branch at a path that says anything."""
        if route.names not in self._found:
            said = (one for one in _walked(self.tree, route) if one.text)
            self._found[route.names] = tuple(islice(said, 1))
        return self._found[route.names]


class Scope(Struct, frozen=True):
    """What a group is read from: an element, or the rows that say it together; and the document they are of."""

    holders: tuple[Branch, ...]
    top: Branch
    around: Around | None
    decimal: Decimals


class Said(Struct, frozen=True):
    """A text, and the branch that says it; `where` is the path for a remark."""

    text: str
    branch: Branch
    where: str


def value_of(field: Field, scope: Scope) -> Value | tuple[str, ...] | None:
    """Take the value of a field; what is none is remarked."""
    if field.constant is not None:
        return _typed(field, Said(field.constant, scope.top, field.name), ".")
    if field.many:
        return tuple(one.text for route in field.routes for one in _all(route, scope, field)) or None
    if field.joined:
        parts = [found.text for route in field.routes if (found := _first(route, scope, field)) is not None]
        return ", ".join(parts) or None
    for route in field.routes:
        found = _first(route, scope, field)
        if found is not None:
            return _typed(field, found, scope.decimal)
    return None


def found_at(route: Route, scope: Scope) -> Iterator[Branch]:
    """Give the branches at a route, of all that the group is read from."""
    for holder in (scope.top,) if route.from_top else scope.holders:
        yield from _walked(holder, route)
    if route.from_top and scope.around is not None:
        yield from scope.around.at(route)


def _walked(holder: Branch, route: Route) -> list[Branch]:
    found = [holder]
    for name in route.names:
        found = [below for one in found for below in one.branches if below.name == name]
    return found


def _all(route: Route, scope: Scope, field: Field) -> Iterator[Said]:
    where = str(route) or field.name
    for branch in found_at(route, scope):
        text = branch.attributes.get(route.attribute, "") if route.attribute else branch.text
        branch.taken = branch.taken or not route.attribute
        if text:
            yield Said(text, branch, where)


def _first(route: Route, scope: Scope, field: Field) -> Said | None:
    """Give the first text at a route; where rows say it together and one differs, that is remarked and left unread."""
    first: Said | None = None
    told: set[str] = set()
    for branch in found_at(route, scope):
        text = branch.attributes.get(route.attribute, "") if route.attribute else branch.text
        if text and first is None:
            first = Said(text, branch, str(route) or field.name)
        if first is None or text == first.text:
            branch.taken = branch.taken or not route.attribute
            if first is not None and len(scope.holders) == 1:
                break
        elif text and text not in told:
            told.add(text)
            branch.remark("layout", text, f"not what line {first.branch.line} says, which is read", first.where)
    return first


def _typed(field: Field, said: Said, decimal: Decimals) -> Value | None:
    """Make of a text what the field holds; remark what it is not."""
    text = said.text if field.codes is None else field.codes.get(said.text.casefold(), field.otherwise)
    if text is None:
        said.branch.remark("code", said.text, "no code that the map translates", said.where)
        return None
    value = _made_of(text, field, decimal)
    if value is None:
        kind, what = _ODD[field.kind]
        said.branch.remark(kind, said.text, what, said.where)
    return value


def _made_of(text: str, field: Field, decimal: Decimals) -> Value | None:
    match field.kind:
        case "text":
            return text
        case "word":
            return text if text in field.words else None
        case "moment":
            return _moment(field, text)
        case "truth":
            return _truth(text)
        case "number":
            return _number(text, decimal)
        case "whole":
            number = _number(text, decimal)
            return int(number) if number is not None and number == number.to_integral_value() else None


def _number(text: str, decimal: Decimals) -> Decimal | None:
    """Read a number with the sign between its parts that the map names; blanks may part its thousands."""
    plain = _BLANKS.sub("", text) if _GROUPED.fullmatch(text) else text
    if decimal == "either" and not _UNSURE.fullmatch(plain):
        plain = plain.replace(",", ".")
    elif decimal == ",":
        plain = plain.replace(".", "?").replace(",", ".")
    return Decimal(plain) if _NUMBER.fullmatch(plain) else None


def _moment(field: Field, text: str) -> str | None:
    found = day_or_moment(text, field.forms)
    return found if found is None or field.name.endswith("_at") else found[:_DAY]


def _truth(text: str) -> bool | None:
    word = text.casefold()
    return word in _YES if word in _YES or word in _NO else None
