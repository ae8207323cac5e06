"""Says by its first bytes what a message is written in, before anybody tries to read it."""

from __future__ import annotations

from typing import Final, Literal

from beket.exchange.kit.refusal import Refused

Shape = Literal["xml", "json", "edifact"]

SHOWN: Final = 16
"""Bytes shown of what nobody knows."""

_BEGINNINGS: Final[tuple[tuple[bytes, Shape], ...]] = (
    (b"<", "xml"),
    (b"{", "json"),
    (b"[", "json"),
    (b"UNA", "edifact"),
    (b"UNB", "edifact"),
)
_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_NAMED: Final = (
    (b"%PDF", "a PDF, which shows a document and does not say it"),
    (b"PK\x03\x04", "a ZIP container or a spreadsheet"),
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
    named = next((what for beginning, what in _NAMED if head.startswith(beginning)), f"begins with {head[:SHOWN]!r}")
    raise Refused("unknown_format", f"neither XML nor JSON nor UN/EDIFACT: {named}")
