"""What a format is: how it is known, how it is read, and where its facts come from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from msgspec import Struct

from beket.exchange.kit.branch import Branch
from beket.exchange.kit.refusal import Refused
from beket.exchange.kit.shape import Shape
from beket.words.documents import Document, Remark

ITEMS_MAX: Final = 10_000
"""Most lines of goods of one document; a declaration numbers them with three digits, registers are longer."""

DOCUMENTS_MAX: Final = 5_000
"""Most documents that one message is cut into: the lorries of a busy day, each with its own."""


def whole(root: Branch) -> Iterator[Branch]:
    """Take a message for one document, as nearly all are."""
    yield root


class Format(Struct, frozen=True, kw_only=True):
    """One format of document, or one family of them.

    `shape` is what its bytes are, `other_shapes` what the same names may be written in too; `knows` looks at an opened
    message and says whether it is this one; `parts` cuts it where it holds several documents; `read` reads each, and
    raises Refused. `versions` are those whose schema we have read: any other is read too, with a remark.
    `layout_confirmed` is False where nobody could show us the format's own schema.
    """

    name: str
    title: str
    source: str
    shape: Shape
    knows: Callable[[Branch], bool]
    read: Callable[[Branch], Document]
    versions: tuple[str, ...] = ()
    other_shapes: tuple[Shape, ...] = ()
    parts: Callable[[Branch], Iterator[Branch]] = whole
    layout_confirmed: bool = True


def version_remarks(version: str | None, known: tuple[str, ...], where: str) -> tuple[Remark, ...]:
    """Remark a version whose schema we have not read; the document is read all the same."""
    if not known or version in known:
        return ()
    detail = f"version {version or '?'} is not among those we know ({', '.join(known)})"
    return (Remark(kind="version", detail=detail, where=where),)


def bounded(branches: Sequence[Branch]) -> Sequence[Branch]:
    """Give lines of goods back, unless there are more than any document has."""
    if len(branches) > ITEMS_MAX:
        raise Refused("items", f"{len(branches)} lines of goods; at most {ITEMS_MAX} are read", branches[0].name)
    return branches
