"""Thinks out how entries become frames, before any store is touched: encoding, limits, resends, links."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from beket.log.book import FRAME_BYTES_MAX, FRAME_ENTRIES_MAX, Appended, Head, Seq
from beket.log.chain import GENESIS, Link
from beket.words.ids import EntryRef, Instant, PlaceId, ReadingId, Sha256, entry_ref
from beket.words.readings import ContainerRead, PlateRead, Said, ScanResult
from beket.words.wire import Entry, encode_entry

PLACE_BYTES_MAX: Final = 200
"""Longest name of a place: it stands in every key and in every notice."""

_READING_ID: Final = re.compile(r"[0-9a-f]{32}")


class Unwritable(ValueError):
    """An entry or a place that the log can never hold: the caller's refusal, not worth a retry."""


class Mention(Struct, frozen=True):
    """An entry speaks of a kept picture."""

    sha256: Sha256
    size: int | None
    media_type: str | None


class Line(Struct, frozen=True):
    """One entry as it will be written: its bytes, its reading id if it is a reading, the pictures it names."""

    text: bytes
    reading_id: ReadingId | None
    mentions: tuple[Mention, ...]


class Request(Struct, frozen=True):
    """Entries somebody wants appended together."""

    place: PlaceId
    lines: tuple[Line, ...]

    @property
    def size(self) -> int:
        """Bytes these entries take in a frame's body, separators included."""
        return sum(len(line.text) + 1 for line in self.lines)


class NewFrame(Struct, frozen=True, kw_only=True):
    """A frame that is linked and ready to be stored; `lines` are its entries in order."""

    place: PlaceId
    seq: Seq
    at: Instant
    prev: bytes
    hash: bytes
    body: bytes
    lines: tuple[Line, ...]


def request(place: PlaceId, entries: Sequence[Entry]) -> Request:
    """Encode entries once; raises Unwritable for a place or an entry that no chain can hold."""
    if not place or "\0" in place or len(place.encode()) > PLACE_BYTES_MAX:
        raise Unwritable(f"{place!r} cannot name a place")
    return Request(place, tuple(_line(entry) for entry in entries))


def empty_head(place: PlaceId) -> Head:
    """The head of a chain that has no frame yet."""
    return Head(place=place, seq=Seq(0), hash=GENESIS, at=Instant(0), entries=0)


def link(
    head: Head, requests: Sequence[Request], known: Mapping[ReadingId, EntryRef], now: Instant
) -> tuple[list[NewFrame], list[Appended], Head]:
    """Lay requests of one place into frames after `head`; gives frames, one answer each, and the new head.

    Readings in `known`, and a second telling within these requests, are answered with the older reference. Time
    in a chain never goes back: when our clock did, frames carry the head's time.
    """
    chain = _Chain(head, known, Instant(max(now, head.at)))
    answers = [chain.take(wanted) for wanted in requests]
    chain.seal()
    return chain.frames, answers, chain.head


def _line(entry: Entry) -> Line:
    text = encode_entry(entry)
    if len(text) + 2 > FRAME_BYTES_MAX:
        raise Unwritable(f"an entry of {len(text)} bytes fits in no frame of {FRAME_BYTES_MAX}")
    identity = entry.body.reading_id if isinstance(entry.body, Said) else None
    if identity is not None and _READING_ID.fullmatch(identity) is None:
        raise Unwritable(f"{identity!r} is not a reading id of 32 lower-case hexadecimal digits")
    return Line(text, identity, _mentions(entry))


def _mentions(entry: Entry) -> tuple[Mention, ...]:
    """Name the pictures an entry speaks of: those it describes, then those only its raw bytes point to."""
    found: dict[Sha256, Mention] = {}
    if isinstance(entry.body, PlateRead | ContainerRead | ScanResult):
        found = {image.sha256: Mention(image.sha256, image.size, image.media_type) for image in entry.body.images}
    for piece in entry.raw.pieces if entry.raw is not None else ():
        if piece.kept is not None and piece.kept not in found:
            found[piece.kept] = Mention(piece.kept, None, None)
    return tuple(found.values())


class _Chain:
    """A chain being lengthened: holds the frame that is still open."""

    def __init__(self, head: Head, known: Mapping[ReadingId, EntryRef], at: Instant) -> None:
        self.head = head
        self.frames: list[NewFrame] = []
        self._known = dict(known)
        self._at = at
        self._lines: list[Line] = []
        self._size = 0

    def take(self, wanted: Request) -> Appended:
        """Give each entry of a request its reference; keeps a request in one frame where it fits."""
        if self._lines and not self._fits(len(wanted.lines), wanted.size):
            self.seal()
        refs: list[EntryRef] = []
        known, last = 0, None
        for line in wanted.lines:
            ref = self._known.get(line.reading_id) if line.reading_id is not None else None
            if ref is None:
                ref, last = self._write(line)
            else:
                known += 1
            refs.append(ref)
        return Appended(place=wanted.place, seq=last, refs=tuple(refs), known=known)

    def seal(self) -> None:
        """Link the open frame to the chain."""
        if not self._lines:
            return
        body = b"[" + b",".join(line.text for line in self._lines) + b"]"
        place, seq, prev, count = self.head.place, Seq(self.head.seq + 1), self.head.hash, len(self._lines)
        link_hash = Link(place, seq, self._at, count, prev).hash(body)
        self.frames.append(
            NewFrame(place=place, seq=seq, at=self._at, prev=prev, hash=link_hash, body=body, lines=tuple(self._lines))
        )
        self.head = Head(place=place, seq=seq, hash=link_hash, at=self._at, entries=self.head.entries + count)
        self._lines, self._size = [], 0

    def _fits(self, count: int, size: int) -> bool:
        return len(self._lines) + count <= FRAME_ENTRIES_MAX and self._size + size + 2 <= FRAME_BYTES_MAX

    def _write(self, line: Line) -> tuple[EntryRef, Seq]:
        if not self._fits(1, len(line.text)):
            self.seal()
        seq = Seq(self.head.seq + 1)
        ref = entry_ref(seq, len(self._lines))
        self._lines.append(line)
        self._size += len(line.text) + 1
        if line.reading_id is not None:
            self._known[line.reading_id] = ref
        return ref, seq
