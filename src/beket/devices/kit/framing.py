"""Framers that many protocols share: bounded, and blind to how the stream was split."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from beket.devices.kit.driver import Frame, ProblemKind

GARBAGE_KEPT_MAX: Final = 256
"""Most bytes of one run of garbage that are handed on: enough to see what it is."""

LINE_MAX: Final = 512
"""Longest line of a text protocol; the longest line known (Rapiscan SG3) is under 80 bytes."""


class StxEtx:
    """Cuts frames that begin with one byte and end with another (Yaohua A9: 02 … 03, at most `longest` bytes).

    A start byte inside a frame begins a new one: the broken beginning is handed on as garbage, so a lost byte
    costs one frame and never the next.
    """

    def __init__(self, start: int, end: int, longest: int) -> None:
        self._start = start
        self._end = end
        self._longest = longest
        self._open = bytearray()
        self._garbage = bytearray()

    def feed(self, chunk: bytes) -> Iterator[Frame]:
        """Take bytes; give whole frames and runs of garbage."""
        for byte in chunk:
            yield from self._take(byte)

    def end(self) -> Iterator[Frame]:
        """Hand on what never became a frame."""
        yield from self._spoiled(bytes(self._open))
        self._open.clear()
        yield from self._swept()

    def _take(self, byte: int) -> Iterator[Frame]:
        if byte == self._start:
            yield from self._spoiled(bytes(self._open))
            self._open = bytearray((byte,))
        elif not self._open:
            yield from self._stray(byte)
        else:
            self._open.append(byte)
            yield from self._closed(byte)

    def _closed(self, byte: int) -> Iterator[Frame]:
        if byte == self._end:
            blob = bytes(self._open)
            self._open.clear()
            yield from self._swept()
            yield Frame(blob=blob)
        elif len(self._open) >= self._longest:
            blob = bytes(self._open)
            self._open.clear()
            yield from self._spoiled(blob)

    def _stray(self, byte: int) -> Iterator[Frame]:
        self._garbage.append(byte)
        if len(self._garbage) >= GARBAGE_KEPT_MAX:
            yield from self._swept()

    def _spoiled(self, blob: bytes) -> Iterator[Frame]:
        for byte in blob:
            yield from self._stray(byte)

    def _swept(self) -> Iterator[Frame]:
        if self._garbage:
            blob = bytes(self._garbage)
            self._garbage.clear()
            yield Frame(blob=blob, broken="shape")


class Lines:
    """Cuts text lines at LF; a CR before it belongs to the line ending. Longer lines are handed on as broken."""

    def __init__(self, longest: int = LINE_MAX) -> None:
        self._longest = longest
        self._open = b""
        self._skipping = False

    def feed(self, chunk: bytes) -> Iterator[Frame]:
        """Take bytes; give whole lines with their endings (empty lines are not frames)."""
        start = 0
        while (at := chunk.find(b"\n", start)) >= 0:
            yield from self._line(self._open + chunk[start : at + 1])
            self._open = b""
            start = at + 1
        yield from self._grow(chunk[start:])

    def end(self) -> Iterator[Frame]:
        """A last line without its ending was cut off: it is not believed."""
        if self._open and not self._skipping:
            yield Frame(blob=self._open, broken="shape")
        self._open = b""
        self._skipping = False

    def _grow(self, rest: bytes) -> Iterator[Frame]:
        self._open += rest
        if len(self._open) > self._longest:
            if not self._skipping:
                yield Frame(blob=self._open[:GARBAGE_KEPT_MAX], broken="size")
            self._skipping = True
            self._open = b""

    def _line(self, blob: bytes) -> Iterator[Frame]:
        if self._skipping:
            self._skipping = False
        elif len(blob) > self._longest:
            yield Frame(blob=blob[:GARBAGE_KEPT_MAX], broken="size")
        elif blob.strip():
            yield Frame(blob=blob)


class Whole:
    """Takes everything up to the end of the stream as one frame: for captures that hold one message."""

    def __init__(self, longest: int, content_type: str = "") -> None:
        self._longest = longest
        self._content_type = content_type
        self._open = bytearray()

    def feed(self, chunk: bytes) -> Iterable[Frame]:
        """Collect; nothing is whole before the end."""
        room = self._longest + 1 - len(self._open)
        self._open += chunk[: max(room, 0)]
        return ()

    def end(self) -> Iterator[Frame]:
        """Give the one frame."""
        if self._open:
            blob = bytes(self._open)
            broken: ProblemKind | None = "size" if len(blob) > self._longest else None
            yield Frame(blob=blob[: self._longest], content_type=self._content_type, broken=broken)
        self._open.clear()
