"""Makes a format of a map: it knows its messages, cuts them into documents and reads each into the neutral form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from msgspec import Struct

from beket.exchange.kit.album import goods_code
from beket.exchange.kit.branch import Branch
from beket.exchange.kit.format import DOCUMENTS_MAX, Format, bounded
from beket.exchange.kit.refusal import Refused
from beket.exchange.mapped.columns import ROW, layout_of, tabled
from beket.exchange.mapped.form import Group, Map, Route
from beket.exchange.mapped.values import Around, Scope, found_at, value_of
from beket.words.documents import Consignment, Document, GoodsItem

_CODE: Final = re.compile(r"\d[\d ]*", re.ASCII)


class Cut(Branch):
    """One document of a message that holds several: the way down to it, and what stands around all of them."""

    around: Around | None = None


def format_of(one: Map) -> Format:
    """Make a format of a map."""
    return Format(
        name=one.name,
        title=one.title,
        source=one.source,
        shape=one.shape,
        knows=partial(_knows, one),
        parts=partial(_parts, one),
        read=partial(_read, one),
        versions=one.versions,
        layout_confirmed=one.layout_confirmed,
    )


def _knows(one: Map, root: Branch) -> bool:
    if one.shape == "table":
        return layout_of(one, root) is not None
    named = root.name in one.roots if one.roots else one.shape == "json"
    return named and root.namespace.endswith(one.namespace) and all(_there(root, path) for path in one.paths)


def _there(root: Branch, route: Route) -> bool:
    found = found_at(route, Scope((root,), root, None, "."))
    return any(not route.attribute or branch.attribute(route.attribute) for branch in found)


# One message, cut ----------------------------------------------------------------------------------------------------


def _parts(one: Map, root: Branch) -> Iterator[Branch]:
    if one.shape == "table":
        yield from tabled(one, root)
    elif one.each is None:
        yield root
    else:
        yield from _cut(one.each, root)


def _cut(each: Route, root: Branch) -> Iterator[Branch]:
    """Give each element at a path with the way down to it alone; what stands around them is told with the first."""
    found = found_at(each, Scope((root,), root, None, "."))
    around = Around(_without(root, each.names))
    count = 0
    for count, one in enumerate(found, start=1):
        if count > DOCUMENTS_MAX:
            raise Refused("items", f"more than {DOCUMENTS_MAX} documents in one message", f"line {one.line}")
        way = _above(root, each.names, one)
        cut = Cut(root.name, root.text, root.line, root.remarks, root.namespace)
        cut.attributes = root.attributes
        cut.branches = way.branches if count > 1 else [*way.branches, *around.tree.branches]
        cut.around = around
        yield cut
    if not count:
        raise Refused("empty", f"{root.name} holds no {each}", f"line {root.line}")


def _above(root: Branch, names: tuple[str, ...], one: Branch) -> Branch:
    for name in reversed(names[:-1]):
        above = Branch(name, "", one.line, root.remarks)
        above.branches = [one]
        one = above
    top = Branch("", "", root.line, root.remarks)
    top.branches = [one]
    return top


def _without(root: Branch, names: tuple[str, ...]) -> Branch:
    """Give a message without the elements at a path."""
    first, *rest = names
    copy = Branch(root.name, root.text, root.line, root.remarks)
    copy.attributes = root.attributes
    inner = (_without(below, tuple(rest)) for below in root.branches if below.name == first and rest)
    others = (below for below in root.branches if below.name != first)
    copy.branches = [*others, *(one for one in inner if one.branches or one.text)]
    return copy


# One document, read --------------------------------------------------------------------------------------------------


def _read(one: Map, root: Branch) -> Document:
    around = root.around if isinstance(root, Cut) else None
    inner = next(iter(found_at(one.each, Scope((root,), root, None, "."))), root) if one.each else root
    holders = tuple(root.all(ROW)) if one.shape == "table" else (inner,)
    scope = Scope(holders, root, around, one.decimal)
    fields, _ = _fields(one.document, scope)
    return Document(
        kind=one.kind,
        format=one.name,
        layout_confirmed=one.layout_confirmed,
        consignments=tuple(_consignments(one, scope)),
        **fields,
    )


def _consignments(one: Map, scope: Scope) -> Iterator[Consignment]:
    each = one.consignment.each
    if one.shape == "table":
        held = list(_together(scope.holders, one.table.consignments_by))
    else:
        held = [(branch,) for branch in bounded(list(found_at(each, scope)))] if each else [scope.holders]
    for holders in held:
        fields, said = _fields(one.consignment, Scope(holders, scope.top, scope.around, scope.decimal))
        if said:
            yield Consignment(**fields)


def _together(rows: tuple[Branch, ...], keys: tuple[str, ...]) -> Iterator[tuple[Branch, ...]]:
    """Give the rows of each consignment: those that say the same in some columns."""
    groups: dict[tuple[str, ...], list[Branch]] = {}
    for row in rows:
        groups.setdefault(tuple(row.one(key).text for key in keys), []).append(row)
    yield from map(tuple, groups.values())


def _fields(group: Group, scope: Scope) -> tuple[dict[str, Any], bool]:
    """Read the fields of a group, and say whether any was said at all; nothing more where a needed one is missing."""
    fields: dict[str, Any] = {}
    said = False
    for field in group.fields:
        value = value_of(field, scope)
        if value is None and field.required and not (group.makes is GoodsItem and field.name == "number"):
            return {}, False
        if value is not None:
            fields[field.name] = value
            said = said or field.constant is None
    for below in group.groups:
        if below.many:
            found = tuple(_many(below, scope))
            fields[below.name] = fields.get(below.name, ()) + found
            said = said or bool(found)
        elif (made := _made(below, scope)) is not None:
            fields[below.name] = made
            said = True
    national = {field.name: value for field in group.national if (value := value_of(field, scope)) is not None}
    return fields | ({"national": national} if national else {}), said or bool(national)


def _made(group: Group, scope: Scope, place: int = 1) -> Struct | None:
    """Make a struct of what is said, or nothing where nothing is but what the map says by itself."""
    fields, said = _fields(group, scope)
    if not said:
        return None
    if group.makes is GoodsItem:
        fields = {"number": place} | fields | _code(fields)
    return group.makes(**fields)


def _code(fields: dict[str, Any]) -> dict[str, Any]:
    """Part a code of goods as all formats do; blanks within it are people's."""
    said = fields.get("code")
    if not said or not _CODE.fullmatch(said):
        return {}
    code, behind = goods_code(said.replace(" ", ""))
    return {"code": code, "national_code": fields.get("national_code") or behind}


def _many(group: Group, scope: Scope) -> Iterator[Struct]:
    """Make one struct of each element or row; but for goods, what several say alike is one."""
    held = bounded(list(found_at(group.each, scope))) if group.each else scope.holders
    within = (Scope((one,), scope.top, scope.around, scope.decimal) for one in held)
    made = (_made(group, one, place) for place, one in enumerate(within, start=1))
    found = (one for one in made if one is not None)
    return found if group.makes is GoodsItem else iter(dict.fromkeys(found))
