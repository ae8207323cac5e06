"""Maps of documents as people see them: what one makes of a paper, and what each version changed."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Final

from msgspec import Struct

from beket.board.panels.maps import MapSeen
from beket.web.mapping import Tried
from beket.web.papers import KINDS_OF_DOCUMENT, REFUSALS, REMARKS
from beket.web.phrases import word
from beket.web.shown.neutral import Goods, Section, show_neutral
from beket.words.documents import Document, Remark, Unread

GOODS_MAX: Final = 10
REMARKS_MAX: Final = 20
UNREAD_MAX: Final = 60
"""Most lines of goods, remarks and unread parts of a document that is tried: enough to see whether the map is right."""

COMPARED_LINES_MAX: Final = 2000
CHANGED_LINES_MAX: Final = 400
"""Most lines of a map that are compared with the version before, and most lines of that comparison."""


class ShownDocument(Struct, frozen=True, kw_only=True):
    """A document that a paper would become."""

    kind: str
    number: str
    sections: tuple[Section, ...]
    goods: tuple[Goods, ...]
    more_goods: int
    remarks: tuple[tuple[str, Remark], ...]
    more_remarks: int
    unread: tuple[Unread, ...]


class ShownTrial(Struct, frozen=True, kw_only=True):
    """What a map makes of a paper."""

    tried: Tried
    refused: str
    documents: tuple[ShownDocument, ...]


class ShownMap(Struct, frozen=True, kw_only=True):
    """The last word about a map; `wrong` is why one in force cannot be used."""

    row: MapSeen
    place_name: str
    zone_name: str
    wrong: str


class ShownVersion(Struct, frozen=True, kw_only=True):
    """One version of a map, or its end; the lines that it changed, each with its sign."""

    row: MapSeen
    place_name: str
    zone_name: str
    changed: tuple[tuple[str, str], ...]


def show_tried(tried: Tried) -> ShownTrial:
    """Lay out what became of a paper, or why nothing did."""
    refused = word(REFUSALS, tried.refused) if tried.refused else ""
    return ShownTrial(tried=tried, refused=refused, documents=tuple(map(_document, tried.documents)))


def _document(document: Document) -> ShownDocument:
    neutral = show_neutral(document)
    goods = neutral.goods[:GOODS_MAX]
    remarks = [(word(REMARKS, one.kind), one) for one in document.remarks[:REMARKS_MAX]]
    return ShownDocument(
        kind=word(KINDS_OF_DOCUMENT, document.kind),
        number=document.number or "",
        sections=neutral.sections,
        goods=goods,
        more_goods=neutral.more + len(neutral.goods) - len(goods),
        remarks=tuple(remarks),
        more_remarks=max(0, len(document.remarks) - REMARKS_MAX),
        unread=document.unread[:UNREAD_MAX],
    )


def show_map(row: MapSeen, names: tuple[str, str], wrong: str) -> ShownMap:
    """Put a map into a line."""
    return ShownMap(row=row, place_name=names[0], zone_name=names[1], wrong=wrong)


def show_versions(rows: Sequence[MapSeen], names: Mapping[str, tuple[str, str]]) -> tuple[ShownVersion, ...]:
    """Lay out what was said of a map, newest first; each version beside the one that was in force before it."""
    texts = {row.sha256: row.text for row in rows if row.text is not None}
    return tuple(
        ShownVersion(
            row=row, place_name=names[row.place][0], zone_name=names[row.place][1],
            changed=changed(texts.get(row.replaces) if row.replaces else "", row.text),
        )
        for row in rows
    )  # fmt: skip


def changed(before: str | None, after: str | None) -> tuple[tuple[str, str], ...]:
    """The lines that a version changed with some around them; none where one of the two is not here."""
    if before is None or after is None:
        return ()
    old, new = (text.splitlines()[:COMPARED_LINES_MAX] for text in (before, after))
    lines = islice(difflib.unified_diff(old, new, lineterm="", n=2), 2, 2 + CHANGED_LINES_MAX)
    return tuple((line[:1], line[1:]) if line[:2] != "@@" else ("@", line.strip("@ ")) for line in lines)
