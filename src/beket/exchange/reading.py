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
from beket.words.documents import Document

WRAPPERS: Final[Mapping[str, str]] = {"ED_Container": "ContainerDoc/DocBody", INTERCHANGE: MESSAGE}
"""What holds documents one after the other, and below what each lies: the album's envelope (5.23.0), an interchange."""

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


def read_documents(blob: bytes, wanted: str | None = None) -> tuple[Document, ...] | Refusal:
    """Read a message into documents, or say why it is refused; with `wanted`, as that format and no other."""
    try:
        return tuple(_documents(blob, wanted))
    except Refused as refused:
        return refused.refusal


def _documents(blob: bytes, wanted: str | None) -> Iterator[Document]:
    shape = shape_of(blob)
    for root in _unwrapped(_OPENERS[shape](blob)):
        asked = [one for one in known_formats().values() if wanted in (None, one.name)]
        known = [one for one in asked if shape in (one.shape, *one.other_shapes) and one.knows(root)]
        if not known:
            what = f"{root.name} in {root.namespace}" if root.namespace else root.name or "this object"
            if wanted is not None:
                raise Refused("not_this_format", f"{what} is not {wanted}", f"line {root.line}")
            raise Refused("unknown_format", f"nobody here reads {what}", f"line {root.line}")
        yield _whole(known[0], root)


def _whole(known: Format, root: Branch) -> Document:
    """Read a document, and say of it what its format has not asked for and what was odd."""
    document = known.read(root)
    odd = version_remarks(document.version, known.versions, root.namespace)
    return replace(document, unread=root.unread(), remarks=(*odd, *document.remarks, *root.remarks))


def _unwrapped(root: Branch) -> list[Branch]:
    """Give the documents of an envelope, or the one document that came without."""
    if root.name not in WRAPPERS:
        return [root]
    found = [below for body in root.all(WRAPPERS[root.name]) for below in body.branches]
    if not found:
        raise Refused("empty", f"{root.name} holds no document", f"line {root.line}")
    if len(found) > WRAPPED_MAX:
        raise Refused("items", f"{len(found)} documents in one envelope; at most {WRAPPED_MAX} are read")
    return found
