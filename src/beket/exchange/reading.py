"""The one door for documents: bytes in; documents, or one refusal, out. Nothing else ever comes out."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from beket.exchange import formats
from beket.exchange.kit.branch import Branch
from beket.exchange.kit.edifact import INTERCHANGE, MESSAGE, opened_edifact
from beket.exchange.kit.format import Format, version_remarks
from beket.exchange.kit.json import opened_json
from beket.exchange.kit.refusal import Refusal, Refused
from beket.exchange.kit.shape import Shape, shape_of
from beket.exchange.kit.table import Table
from beket.exchange.kit.tables import opened_table
from beket.exchange.kit.xml import opened
from beket.exchange.mapped.shelf import shipped_maps
from beket.exchange.signatures.opening import read_wrapped, signatures_inside
from beket.exchange.signatures.trust import NOBODY, Trust
from beket.exchange.signatures.xml_parts import DS, XADES
from beket.words.documents import Document

WRAPPERS: Final[Mapping[str, str]] = {
    "ED_Container": "ContainerDoc/DocBody",
    INTERCHANGE: MESSAGE,
    "Signature": "Object",
}
"""What holds documents one after the other, and below what each lies: the album's envelope (5.23.0), an interchange, a
signature that encloses what it signs."""

WRAPPED_MAX: Final = 500
"""Most documents of one envelope."""


_OPENERS: Final[Mapping[Shape, Callable[[bytes], Branch]]] = {
    "xml": opened,
    "json": opened_json,
    "edifact": opened_edifact,
    "table": opened_table,
}

_NO_MAPS: Final[Mapping[str, Format]] = MappingProxyType({})


@cache
def coded_formats() -> Mapping[str, Format]:
    """Find every format that is read by code, by a look into the folder; each file names its own as `FORMAT`."""
    found: dict[str, Format] = {}
    for entry in sorted(pkgutil.iter_modules(formats.__path__), key=lambda one: one.name):
        one: Format = importlib.import_module(f"{formats.__name__}.{entry.name}").FORMAT
        found[one.name] = one
    return MappingProxyType(found)


def known_formats(maps: Mapping[str, Format] = _NO_MAPS) -> Mapping[str, Format]:
    """Give every format there is, with a site's own maps; one of those goes in the place of a shipped map of its name.

    A format that is read by code is replaced by no map.
    """
    return MappingProxyType({**shipped_maps(), **maps, **coded_formats()})


def read_documents(
    blob: bytes, wanted: str | None = None, trust: Trust = NOBODY, maps: Mapping[str, Format] = _NO_MAPS
) -> tuple[Document, ...] | Refusal:
    """Read a message into documents, or say why it is refused; with `wanted`, as that format and no other.

    Its signatures are checked against its bytes, and judged by `trust`. `maps` are a site's own, from `mapped.shelf`.
    """
    asked = [one for one in known_formats(maps).values() if wanted in (None, one.name)]
    among = _Among(formats=tuple(asked), maps=maps, wanted=wanted)
    try:
        return read_wrapped(blob, trust, lambda one: tuple(_documents(one, among, trust)))
    except Refused as refused:
        return refused.refusal


class _Among(Struct, frozen=True, kw_only=True):
    """The formats that a message is looked for among, and which of them are a site's own maps."""

    formats: tuple[Format, ...]
    maps: Mapping[str, Format]
    wanted: str | None


def _documents(blob: bytes, among: _Among, trust: Trust) -> Iterator[Document]:
    shape = shape_of(blob)
    top = _OPENERS[shape](blob)
    signed = signatures_inside(shape, blob, top, trust)
    for root in _unwrapped(top):
        known = _the_one(root, shape, among)
        signatures = signed.over(root)
        for part in known.parts(root):
            yield replace(_whole(known, part), signatures=signatures)


def _the_one(root: Branch, shape: Shape, among: _Among) -> Format:
    """Give the format that knows a message: code before a site's maps, and those before what is shipped."""
    known = [one for one in among.formats if shape in (one.shape, *one.other_shapes) and one.knows(root)]
    coded = [one for one in known if one.name in coded_formats()]
    known = coded[:1] or [one for one in known if one.name in among.maps] or known
    if len(known) > 1:
        names = ", ".join(one.name for one in known)
        raise Refused("ambiguous", f"several maps fit: {names}; say which", f"line {root.line}")
    if known:
        return known[0]
    what = f"{root.name} in {root.namespace}" if root.namespace else root.name or "this object"
    if among.wanted is not None:
        raise Refused("not_this_format", f"{what} is not {among.wanted}", f"line {root.line}")
    if isinstance(root, Table):
        raise root.stranger()
    raise Refused("unknown_format", f"nobody here reads {what}", f"line {root.line}")


def _whole(known: Format, root: Branch) -> Document:
    """Read a document, and say of it what its format has not asked for and what was odd."""
    document = known.read(root)
    odd = version_remarks(document.version, known.versions, root.namespace)
    remarks = (*odd, *document.remarks, *root.remarks)
    root.remarks.clear()  # all documents of one message share them
    return replace(document, unread=root.unread(), remarks=remarks)


def _unwrapped(root: Branch) -> list[Branch]:
    """Give the documents of an envelope, or the one document that came without."""
    if root.name not in WRAPPERS:
        return [root]
    inside = (below for body in root.all(WRAPPERS[root.name]) for below in body.branches)
    found = [below for below in inside if below.namespace not in {DS, XADES}]
    if not found:
        raise Refused("empty", f"{root.name} holds no document", f"line {root.line}")
    if len(found) > WRAPPED_MAX:
        raise Refused("items", f"{len(found)} documents in one envelope; at most {WRAPPED_MAX} are read")
    return found
