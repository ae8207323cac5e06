"""Framers that many protocols share: bounded, and blind to how the stream was split."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from beket.devices.kit.driver import Frame, ProblemKind

GARBAGE_KEPT_MAX: Final = 256
"""Most bytes of one run of garbage that are handed on: enough to see what it is."""

LINE_MAX: Final = 512
"""Longest line of a text protocol; the longest line known (Rapiscan SG3) is under 80 bytes."""

_ENDINGS: Final = re.compile(rb"[\r\n]+")


class Strays:
    """What came between frames: a run of it is handed on once, its first bytes only, so a flood of it stays cheap."""

    _garbage = b""
    _told = False

    def _stray(self, blob: bytes) -> Iterator[Frame]:
        if self._told or not blob:
            return
        self._garbage += blob[: GARBAGE_KEPT_MAX - len(self._garbage)]
        if len(self._garbage) == GARBAGE_KEPT_MAX:
            yield Frame(blob=self._garbage, broken="shape")
            self._garbage = b""
            self._told = True

    def _swept(self) -> Iterator[Frame]:
        self._told = False
        if self._garbage:
            yield Frame(blob=self._garbage, broken="shape")
            self._garbage = b""


class StxEtx(Strays):
    """Cuts frames that begin with one byte and end with another (Yaohua A9: 02 … 03, at most `longest` bytes).

    A start byte inside a frame begins a new one: the broken beginning is garbage, so a lost byte costs one frame
    and never the next. A run of garbage is handed on once, its first bytes only, so a flood of it stays cheap.
    """

    def __init__(self, start: int, end: int, longest: int) -> None:
        self._start = bytes((start,))
        self._end = bytes((end,))
        self._longest = longest
        self._open = b""

    def feed(self, chunk: bytes) -> Iterator[Frame]:
        """Take bytes; give whole frames and what lay between them."""
        self._open += chunk
        at = 0
        while (begin := self._open.find(self._start, at)) >= 0:
            yield from self._stray(self._open[at:begin])
            at, frame = self._cut(begin)
            if frame is None and at == begin:
                break
            yield from self._stray(self._open[begin:at]) if frame is None else self._whole(frame)
        else:
            yield from self._stray(self._open[at:])
            at = len(self._open)
        self._open = self._open[at:]

    def end(self) -> Iterator[Frame]:
        """Hand on what never became a frame."""
        yield from self._stray(self._open)
        self._open = b""
        yield from self._swept()

    def _cut(self, begin: int) -> tuple[int, bytes | None]:
        """Where to go on from a start byte, with the frame if there is one; stays there while bytes are missing."""
        limit = begin + self._longest
        end = self._open.find(self._end, begin + 1, limit)
        # Of several start bytes before an end only the last can begin a frame.
        anew = self._open.rfind(self._start, begin + 1, limit if end < 0 else end)
        if anew >= 0:
            return anew, None
        if end >= 0:
            return end + 1, self._open[begin : end + 1]
        return (limit if len(self._open) >= limit else begin), None

    def _whole(self, blob: bytes) -> Iterator[Frame]:
        yield from self._swept()
        yield Frame(blob=blob)


Measure = Callable[[bytes, int], int]
"""Says how long the frame is that begins at a place in what is held, and looks at nothing before it.

Above zero: so many bytes, asked again when all of them are there (it may then say otherwise); zero: more must come
before that can be told; below zero: so many bytes from here are no frame.
"""


class Measured(Strays):
    """Cuts frames that say their own length, in whatever way: the protocol measures, this holds and bounds.

    `longest` is the longest frame there is: what would be longer is no frame, and its first byte is skipped. `starts`
    are the bytes that a frame can begin with, so that a flood of others is passed over at once; none means any.
    """

    def __init__(self, measure: Measure, longest: int, starts: bytes = b"") -> None:
        self._measure = measure
        self._longest = longest
        self._starts = re.compile(b"[" + re.escape(starts) + b"]") if starts else None
        self._open = b""

    def feed(self, chunk: bytes) -> Iterator[Frame]:
        """Take bytes; give whole frames and what lay between them."""
        held = self._open + chunk if self._open else chunk
        at, size = 0, len(held)
        while at < size:
            long = self._measure(held, at)
            if long > self._longest:
                long = -1
            if long == 0 or at + long > size:
                break
            if long < 0:
                past = self._past(held, at - long)
                yield from self._stray(held[at:past])
                at = past
            else:
                yield from self._swept()
                yield self._cut(held[at : at + long])
                at += long
        self._open = held[at:]

    def end(self) -> Iterator[Frame]:
        """Hand on what never became a frame."""
        yield from self._stray(self._open)
        self._open = b""
        yield from self._swept()

    def _past(self, held: bytes, at: int) -> int:
        """Where a frame may begin next."""
        if self._starts is None:
            return at
        found = self._starts.search(held, at)
        return len(held) if found is None else found.start()

    def _cut(self, blob: bytes) -> Frame:
        """Make the frame; a framer that remembers what was settled earlier adds it here."""
        return Frame(blob=blob)


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


class Texts:
    """Cuts what readers type: texts that end with CR, LF or the end of what was sent; longer ones are broken.

    A reader that sends nothing behind its text (a keyboard wedge, a capture) is heard at the end of the stream; of one
    that always ends its texts (`ends`) what is left there was torn off with the link.
    """

    def __init__(self, longest: int = LINE_MAX, *, ends: bool = False) -> None:
        self._longest = longest
        self._ends = ends
        self._open = b""
        self._skipping = False

    def feed(self, chunk: bytes) -> Iterator[Frame]:
        """Take bytes; give whole texts without their endings (empty ones are not frames)."""
        start = 0
        for ending in _ENDINGS.finditer(chunk):
            self._grow(chunk[start : ending.start()])
            yield from self._text()
            start = ending.end()
        self._grow(chunk[start:])

    def end(self) -> Iterator[Frame]:
        """Give what came last."""
        for frame in self._text():
            torn = self._ends and frame.broken is None
            yield Frame(blob=frame.blob[:GARBAGE_KEPT_MAX], broken="shape") if torn else frame

    def _grow(self, more: bytes) -> None:
        room = self._longest + 1 - len(self._open)
        self._open += more[: max(room, 0)]
        self._skipping = self._skipping or len(more) > room or len(self._open) > self._longest

    def _text(self) -> Iterator[Frame]:
        if self._skipping:
            yield Frame(blob=self._open[:GARBAGE_KEPT_MAX], broken="size")
        elif self._open.strip():
            yield Frame(blob=self._open)
        self._open, self._skipping = b"", False
