"""A paper that a person wrote into the form of this house: the neutral form itself, as JSON, and nothing beside it.

Source: this file; version 1. `{"beket_document": 1, "document": {…}}`, where `document` is `words/documents.py` by
field, and `instead` may tell of what a machine had read and the person typed otherwise. It is read strictly: a field
that nobody knows is a fault of who wrote it, not a part to be counted. What a reader says of a document (its remarks,
its signatures, the rates that it was looked at by) nobody can write into the form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

import msgspec
from msgspec import inspect
from msgspec.structs import replace

from beket.exchange.kit.branch import Branch
from beket.exchange.kit.format import ITEMS_MAX, Format
from beket.exchange.kit.refusal import Refused
from beket.words.documents import Document

TEXT_CHARS_MAX: Final = 4_000
"""Characters of one text: a description of goods has a few hundred."""

INSTEAD_MAX: Final = 20
"""Most numbers that a machine had read and a person typed otherwise: two plates and some containers."""

SHOWN: Final = 60
"""Characters of what is refused that a refusal shows."""

_PARTS: Final = frozenset({"beket_document", "document", "instead"})
_INSTEAD: Final = frozenset({"field", "read", "typed"})
_READERS_OWN: Final = frozenset({"format", "layout_confirmed", "unread", "remarks", "signatures", "rates"})

_NUMBER: Final = re.compile(r"[+-]?\d{1,24}(\.\d{1,24})?", re.ASCII)
_PLACE: Final = re.compile(r" - at `\$(.*)`$")


def read(root: Branch) -> Document:
    """Read one paper."""
    for part in root.branches:
        if part.name not in _PARTS:
            raise Refused("malformed", "a form has no such part", part.name[:SHOWN])
    version, (written, *others) = root.says("beket_document"), root.all("document") or [root.one("document")]
    if others or not written.branches:
        raise Refused("malformed", "a form has one document, as an object", "document")
    said = {"format": FORMAT.name, **_table(written, _form(), "document")}
    try:
        document = msgspec.convert(said, Document, strict=False)
    except msgspec.ValidationError as error:
        place = _PLACE.search(str(error))
        where = "document" + (place[1] if place else "")
        raise Refused("malformed", _PLACE.sub("", str(error)), where) from error
    _tell_instead(root)
    return replace(document, version=version)


@cache
def _form() -> inspect.StructType:
    """Give what can be written into the form: what a document claims."""
    whole = inspect.type_info(Document)
    assert isinstance(whole, inspect.StructType)
    claimed = tuple(field for field in whole.fields if field.encode_name not in {*_READERS_OWN, "version"})
    return inspect.StructType(Document, claimed)


def _table(branch: Branch, form: inspect.StructType, where: str) -> dict[str, object]:
    """Give what a branch says, field by field, as the form has them; raises Refused for any other."""
    if branch.text:
        raise Refused("malformed", "here stand fields with names, not one value", where)
    fields = {field.encode_name: _bare(field.type) for field in form.fields}
    found: dict[str, object] = {}
    for name, several in _by_name(branch).items():
        path = f"{where}.{name[:SHOWN]}"
        if name not in fields:
            raise Refused("malformed", "the form has no such field", path)
        kind = fields[name]
        if isinstance(kind, inspect.VarTupleType):
            found[name] = _list(several, kind, path)
        elif len(several) > 1:
            raise Refused("malformed", "one value stands here, not a list", path)
        elif (value := _value(several[0], kind, path)) not in (None, {}):
            found[name] = value
    return found


def _by_name(branch: Branch) -> Mapping[str, list[Branch]]:
    named: dict[str, list[Branch]] = {}
    for below in branch.branches:
        named.setdefault(below.name, []).append(below)
    return named


def _bare(kind: inspect.Type) -> inspect.Type:
    """Give what a field holds where it holds anything."""
    if not isinstance(kind, inspect.UnionType):
        return kind
    (bare,) = (one for one in kind.types if not isinstance(one, inspect.NoneType))
    return bare


def _list(several: list[Branch], kind: inspect.VarTupleType, where: str) -> list[object]:
    if len(several) > ITEMS_MAX:
        raise Refused("items", f"{len(several)} values; at most {ITEMS_MAX} are read", where)
    return [_value(one, _bare(kind.item_type), f"{where}[{at}]") for at, one in enumerate(several)]


def _value(branch: Branch, kind: inspect.Type, where: str) -> object:
    """Give one value as plainly as it is written; a number is a number, and exact."""
    if isinstance(kind, inspect.StructType):
        return _table(branch, kind, where)
    if isinstance(kind, inspect.DictType):
        return dict(_national(branch, where))
    text = _text(branch, where)
    if text is not None and isinstance(kind, inspect.DecimalType | inspect.IntType) and not _NUMBER.fullmatch(text):
        raise Refused("malformed", f"{text[:SHOWN]!r} is no number", where)
    return text


def _national(branch: Branch, where: str) -> Iterator[tuple[str, str]]:
    for below in branch.branches:
        path = f"{where}.{below.name[:SHOWN]}"
        if len(below.name) > TEXT_CHARS_MAX:
            raise Refused("size", f"a name has at most {TEXT_CHARS_MAX} characters", path)
        yield below.name, _text(below, path) or ""


def _text(branch: Branch, where: str) -> str | None:
    branch.taken = True
    if branch.branches:
        raise Refused("malformed", "one value stands here, not fields with names", where)
    if len(branch.text) > TEXT_CHARS_MAX:
        raise Refused("size", f"{len(branch.text)} characters; at most {TEXT_CHARS_MAX} are read", where)
    return branch.text or None


def _tell_instead(root: Branch) -> None:
    """Remark each number that was typed although a machine had read another."""
    told = root.all("instead")
    if len(told) > INSTEAD_MAX:
        raise Refused("items", f"{len(told)} values; at most {INSTEAD_MAX} are read", "instead")
    for at, one in enumerate(told):
        where = f"instead[{at}]"
        if one.text or any(below.name not in _INSTEAD for below in one.branches):
            raise Refused("malformed", f"the fields are {', '.join(sorted(_INSTEAD))}", where)
        said = {below.name: _text(below, f"{where}.{below.name}") or "" for below in one.branches}
        read_as = f"typed; a machine had read {said.get('read', '')[:TEXT_CHARS_MAX]!r}"
        root.remark("typed", said.get("typed", ""), read_as, said.get("field", ""))


FORMAT: Final = Format(
    name="beket_form",
    title="Paper written into the form of this house (JSON)",
    source="beket, version 1",
    shape="json",
    knows=lambda root: bool(root.all("beket_document")),
    read=read,
    versions=("1",),
)
