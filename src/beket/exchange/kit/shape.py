"""Says by its first bytes what a message is written in, before anybody tries to read it."""

from __future__ import annotations

from typing import Final, Literal

from beket.exchange.kit.delimited import looks_delimited
from beket.exchange.kit.refusal import Refused
from beket.exchange.kit.workbook import is_workbook

Shape = Literal["xml", "json", "edifact", "table"]

SHOWN: Final = 16
"""Bytes shown of what nobody knows."""

_FIRST_PART: Final = 128
"""Bytes within which an OpenDocument file names itself: its first part is called `mimetype` and is not packed."""

_BEGINNINGS: Final[tuple[tuple[bytes, Shape], ...]] = (
    (b"<", "xml"),
    (b"{", "json"),
    (b"[", "json"),
    (b"UNA", "edifact"),
    (b"UNB", "edifact"),
)
_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_OPEN_DOCUMENT: Final = b"mimetypeapplication/vnd.oasis.opendocument"
_NAMED: Final = (
    (b"%PDF", "a PDF, which shows a document and does not say it"),
    (b"PK\x03\x04", "a ZIP container that is no workbook (XLSX)"),
    (b"\xd0\xcf\x11\xe0", "an old workbook (XLS), or one under a password; save it as XLSX or CSV"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)


def shape_of(blob: bytes) -> Shape:
    """Tell what a message is written in; raises Refused where nobody here reads that."""
    head = blob[: SHOWN * 4]
    for mark in _MARKS:
        head = head.removeprefix(mark)
    head = head.replace(b"\x00", b"").lstrip()
    if not head:
        raise Refused("empty", "there is nothing in it")
    for beginning, shape in _BEGINNINGS:
        if head.startswith(beginning):
            return shape
    if is_workbook(blob) or looks_delimited(blob):
        return "table"
    raise Refused("unknown_format", f"neither XML nor JSON nor UN/EDIFACT nor a table: {_named(head, blob)}")


def _named(head: bytes, blob: bytes) -> str:
    if _OPEN_DOCUMENT in blob[:_FIRST_PART]:
        return "an OpenDocument file; save it as XLSX or CSV"
    return next((what for beginning, what in _NAMED if head.startswith(beginning)), f"begins with {head[:SHOWN]!r}")
