"""The one door for documents: bytes in; documents, or one refusal, out. Nothing else ever comes out."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from msgspec.structs import replace

from beket.exchange import formats
from beket.exchange.kit.branch import Branch
from beket.exchange.kit.edifact import INTERCHANGE, MESSAGE, opened_edifact
from beket.exchange.kit.format import Format, version_remarks
from beket.exchange.kit.json import opened_json
from beket.exchange.kit.refusal import Refusal, Refused
from beket.exchange.kit.shape import Shape, shape_of
from beket.exchange.kit.xml import opened
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
}


@cache
def known_formats() -> Mapping[str, Format]:
    """Find every format there is, by a look into the folder; each file names its own as `FORMAT`."""
    found: dict[str, Format] = {}
    for entry in sorted(pkgutil.iter_modules(formats.__path__), key=lambda one: one.name):
        one: Format = importlib.import_module(f"{formats.__name__}.{entry.name}").FORMAT
        found[one.name] = one
    return MappingProxyType(found)


def read_documents(blob: bytes, wanted: str | None = None, trust: Trust = NOBODY) -> tuple[Document, ...] | Refusal:
    """Read a message into documents, or say why it is refused; with `wanted`, as that format and no other.

    Its signatures are checked against its bytes, and judged by `trust`.
    """
    try:
        return read_wrapped(blob, trust, lambda one: tuple(_documents(one, wanted, trust)))
    except Refused as refused:
        return refused.refusal


def _documents(blob: bytes, wanted: str | None, trust: Trust) -> Iterator[Document]:
    shape = shape_of(blob)
    top = _OPENERS[shape](blob)
    signed = signatures_inside(shape, blob, top, trust)
    for root in _unwrapped(top):
        asked = [one for one in known_formats().values() if wanted in (None, one.name)]
        known = [one for one in asked if shape in (one.shape, *one.other_shapes) and one.knows(root)]
        if not known:
            what = f"{root.name} in {root.namespace}" if root.namespace else root.name or "this object"
            if wanted is not None:
                raise Refused("not_this_format", f"{what} is not {wanted}", f"line {root.line}")
            raise Refused("unknown_format", f"nobody here reads {what}", f"line {root.line}")
        yield replace(_whole(known[0], root), signatures=signed.over(root))


def _whole(known: Format, root: Branch) -> Document:
    """Read a document, and say of it what its format has not asked for and what was odd."""
    document = known.read(root)
    odd = version_remarks(document.version, known.versions, root.namespace)
    return replace(document, unread=root.unread(), remarks=(*odd, *document.remarks, *root.remarks))


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
