"""Multipart bodies, whole or endless: parts by offset, so that the exact bytes stay what they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from beket.devices.kit.driver import Frame

PARTS_MAX: Final = 32
"""Most parts in one body; a camera sends an XML part and at most six pictures."""

HEADERS_MAX: Final = 4096
"""Most bytes of one part's headers."""

PART_MAX: Final = 8 * 1024 * 1024
"""Most bytes in one part of a stream: the same cap as for a whole pushed body."""

BOUNDARY_MAX: Final = 70
"""Longest boundary (RFC 2046 §5.1.1)."""

_BOUNDARY: Final = re.compile(r'boundary=(?:"([^"]{1,70})"|([^;\s"]{1,70}))', re.IGNORECASE)
_NAME: Final = re.compile(rb'[;\s](file)?name=(?:"([^"\r\n]{0,255})"|([^;\s"\r\n]{1,255}))', re.IGNORECASE)


class Part(Struct, frozen=True, kw_only=True):
    """One part: its names and kind, and where its content lies in the blob it was cut from."""

    start: int
    end: int
    content_type: str = ""
    name: str = ""


def boundary_of(content_type: str, body: bytes = b"") -> bytes | None:
    """Find the boundary in a content type, or sniff it from the body's first line; None when it is no multipart."""
    found = _BOUNDARY.search(content_type)
    if found is not None:
        return (found[1] or found[2]).encode("latin-1", "replace")
    if content_type and not content_type.lower().startswith("multipart/"):
        return None
    first = body[: BOUNDARY_MAX + 16].lstrip(b"\r\n").partition(b"\n")[0].rstrip(b"\r")
    return first[2:] if first.startswith(b"--") and 2 < len(first) <= BOUNDARY_MAX + 2 else None


def split(blob: bytes, boundary: bytes) -> tuple[Part, ...]:
    """Cut a whole body into its parts; what does not parse is left out, the bytes themselves stay untouched."""
    line = b"--" + boundary
    parts: list[Part] = []
    at = blob.find(line)
    while at >= 0 and len(parts) < PARTS_MAX:
        head = at + len(line)
        if blob[head : head + 2] == b"--":
            break
        following = _edge(blob, line, head, len(blob))
        end = following if following >= 0 else len(blob)
        part = _part(blob, head, end)
        if part is not None:
            parts.append(part)
        at = blob.find(line, following) if following >= 0 else -1
    return tuple(parts)


def part_of(blob: bytes) -> Part | None:
    """Read the one part of a stream's frame: boundary line, headers, content."""
    at = blob.find(b"--")
    return None if at < 0 else _part(blob, blob.find(b"\n", at), len(blob))


def _part(blob: bytes, head: int, end: int) -> Part | None:
    if head < 0:
        return None
    limit = min(end, head + HEADERS_MAX)
    stop, width = _blank_line(blob, head, limit)
    if stop < 0:
        return None
    headers = blob[head:stop]
    return Part(start=stop + width, end=max(end, stop + width), content_type=_kind(headers), name=_name(headers))


def _edge(blob: bytes | bytearray, line: bytes, start: int, limit: int) -> int:
    """Where the next boundary begins, with the line ending before it, whichever that is; -1 when there is none.

    The first one counts: to look for one ending after the other would find what depends on how much has come.
    """
    found = blob.find(b"\n" + line, start, limit)
    return found - 1 if found > start and blob[found - 1] == ord("\r") else found


def _blank_line(blob: bytes, start: int, limit: int) -> tuple[int, int]:
    crlf = blob.find(b"\r\n\r\n", start, limit)
    lf = blob.find(b"\n\n", start, limit if crlf < 0 else crlf)
    return (lf, 2) if lf >= 0 else (crlf, 4)


def _header(headers: bytes, name: bytes) -> bytes:
    for line in headers.splitlines():
        key, colon, value = line.partition(b":")
        if colon and key.strip().lower() == name:
            return value.strip()
    return b""


def _kind(headers: bytes) -> str:
    return _header(headers, b"content-type").decode("latin-1").partition(";")[0].strip().lower()


def _name(headers: bytes) -> str:
    named: dict[bool, str] = {}
    for found in _NAME.finditer(b";" + _header(headers, b"content-disposition")):
        named.setdefault(found[1] is not None, (found[2] or found[3] or b"").decode("utf-8", "replace"))
    fallback = _header(headers, b"content-id").decode("latin-1").strip("<> ")
    return named.get(False) or named.get(True) or fallback


class Parts:
    """Cuts an endless multipart stream into parts, each frame the exact bytes since the frame before it.

    A part with Content-Length is whole as soon as its bytes are there; without it, when the next boundary
    comes. A boundary inside the announced length means that the length was wrong, and wins.
    """

    def __init__(self, content_type: str, longest: int = PART_MAX) -> None:
        self._line = b"--" + (boundary_of(content_type) or b"boundary")
        self._longest = longest
        self._open = bytearray()
        self._begin = 0
        self._searched = 0
        self._skipping = False

    def feed(self, chunk: bytes) -> Iterator[Frame]:
        """Take bytes; give the parts that are whole now."""
        self._open += chunk
        while (frame := self._next()) is not None:
            yield frame
        if len(self._open) > self._longest:
            yield from self._overflow()

    def end(self) -> Iterator[Frame]:
        """The stream is over: the last part is whole if it got as far as its content."""
        blob = bytes(self._open)
        self._open.clear()
        self._begin = self._searched = 0
        if not self._skipping and blob.strip() and not blob.strip().startswith(self._line + b"--"):
            yield Frame(blob=blob, part=True)
        self._skipping = False

    def _next(self) -> Frame | None:
        if self._skipping and not self._resync():
            return None
        begin = self._open.find(self._line, self._begin)
        if begin < 0:
            self._begin = max(len(self._open) - len(self._line) + 1, 0)
            return None
        self._begin = begin
        body = begin + len(self._line)
        stop, width = _blank_line(bytes(self._open[body : body + HEADERS_MAX]), 0, HEADERS_MAX)
        if stop < 0:
            return None
        content = body + stop + width
        length = _length(bytes(self._open[body : body + stop]))
        end = self._end_of(content, length)
        return None if end < 0 else self._cut(end)

    def _end_of(self, content: int, length: int | None) -> int:
        start = max(content - 2, self._searched - len(self._line) - 2)
        limit = len(self._open) if length is None else min(content + length, len(self._open))
        found = _edge(self._open, self._line, max(start, 0), limit)
        if found >= 0:
            return max(found, content)
        self._searched = len(self._open)
        return content + length if length is not None and len(self._open) >= content + length else -1

    def _cut(self, end: int) -> Frame:
        blob = bytes(self._open[:end])
        del self._open[:end]
        self._begin = self._searched = 0
        return Frame(blob=blob, part=True)

    def _overflow(self) -> Iterator[Frame]:
        if not self._skipping:
            yield Frame(blob=bytes(self._open[:HEADERS_MAX]), part=True, broken="size")
        self._skipping = True
        del self._open[: -len(self._line) - 1]
        self._begin = self._searched = 0

    def _resync(self) -> bool:
        at = self._open.find(b"\n" + self._line)
        if at < 0:
            del self._open[: -len(self._line)]
            return False
        del self._open[:at]
        self._skipping = False
        return True


def _length(headers: bytes) -> int | None:
    value = _header(headers, b"content-length")
    return int(value) if value.isdigit() and len(value) <= 9 else None
