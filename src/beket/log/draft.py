"""Thinks out how entries become frames, before any store is touched: encoding, limits, resends, links."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, cast

from msgspec import Struct

from beket.log.book import FRAME_BYTES_MAX, FRAME_ENTRIES_MAX, Appended, Head, Seq
from beket.log.chain import GENESIS, Link
from beket.words.decisions import RecordPassage
from beket.words.ids import EntryRef, Instant, PlaceId, ReadingId, Sha256, entry_ref
from beket.words.passages import Photo
from beket.words.readings import ContainerRead, Image, PlateRead, Said, ScanResult
from beket.words.wire import Body, Entry, encode_entry

PLACE_BYTES_MAX: Final = 200
"""Longest name of a place: it stands in every key and in every notice."""

_READING_IDS: Final = re.compile(r"(?:[0-9a-f]{32}(?: [0-9a-f]{32})*)?")


_PICTURED: Final = (PlateRead, ContainerRead, ScanResult)


class Unwritable(ValueError):
    """An entry or a place that the log can never hold: the caller's refusal, not worth a retry."""


class Mention(Struct, frozen=True):
    """An entry speaks of a kept picture."""

    sha256: Sha256
    size: int | None
    media_type: str | None


class Request(Struct, frozen=True, kw_only=True):
    """Entries somebody wants appended together, as they will be written.

    Side by side in order: each entry's bytes, its reading id if it is a reading; pictures by the entry's position.
    """

    place: PlaceId
    texts: tuple[bytes, ...]
    ids: tuple[ReadingId | None, ...]
    mentions: dict[int, tuple[Mention, ...]]
    size: int


class NewFrame(Struct, frozen=True, kw_only=True):
    """A frame that is linked and ready to be stored; `ids` and `mentions` as in `Request`."""

    place: PlaceId
    seq: Seq
    at: Instant
    prev: bytes
    hash: bytes
    body: bytes
    ids: tuple[ReadingId | None, ...]
    mentions: dict[int, tuple[Mention, ...]]


def request(place: PlaceId, entries: Sequence[Entry]) -> Request:
    """Encode entries once; raises Unwritable for a place or an entry that no chain can hold."""
    if not place or "\0" in place or len(place.encode()) > PLACE_BYTES_MAX:
        raise Unwritable(f"{place!r} cannot name a place")
    texts = tuple(map(encode_entry, entries))
    if texts and max(map(len, texts)) + 2 > FRAME_BYTES_MAX:
        raise Unwritable(f"an entry of {max(map(len, texts))} bytes fits in no frame of {FRAME_BYTES_MAX}")
    ids = tuple([entry.body.reading_id if isinstance(entry.body, Said) else None for entry in entries])
    if _READING_IDS.fullmatch(" ".join(map(str, filter(None, ids)))) is None:
        raise Unwritable("a reading id is not 32 lower-case hexadecimal digits")
    mentions = {
        index: _mentions(entry)
        for index, entry in enumerate(entries)
        if entry.raw is not None or _pictures_of(entry.body)
    }
    mentions = {index: found for index, found in mentions.items() if found}
    return Request(place=place, texts=texts, ids=ids, mentions=mentions, size=sum(map(len, texts)) + len(texts))


def _pictures_of(body: Body) -> tuple[Image | Photo, ...]:
    if isinstance(body, _PICTURED):
        return body.images
    return body.photos if isinstance(body, RecordPassage) else ()


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


def _mentions(entry: Entry) -> tuple[Mention, ...]:
    """Name the pictures an entry speaks of: those it describes, then those only its raw bytes point to."""
    found = {one.sha256: Mention(one.sha256, one.size, one.media_type) for one in _pictures_of(entry.body)}
    for piece in entry.raw.pieces if entry.raw is not None else ():
        if piece.kept is not None and piece.kept not in found:
            found[piece.kept] = Mention(piece.kept, None, None)
    return tuple(found.values())


def entry_refs(seq: int, first: int, end: int) -> list[EntryRef]:
    """Name entries of a frame that follow each other, as `entry_ref` does: a whole frame's are often needed."""
    return cast("list[EntryRef]", [f"{seq}.{index}" for index in range(first, end)])


class _Chain:
    """A chain being lengthened: holds the frame that is still open."""

    def __init__(self, head: Head, known: Mapping[ReadingId, EntryRef], at: Instant) -> None:
        self.head = head
        self.frames: list[NewFrame] = []
        self._known = dict(known)
        self._at = at
        self._begin()

    def take(self, wanted: Request) -> Appended:
        """Give each entry of a request its reference; keeps a request in one frame where it fits."""
        if self._texts and not self._fits(len(wanted.texts), wanted.size):
            self.seal()
        if self._fits(len(wanted.texts), wanted.size) and self._all_new(wanted):
            return self._take_whole(wanted)
        refs: list[EntryRef] = []
        known, last = 0, None
        for index, identity in enumerate(wanted.ids):
            ref = self._known.get(identity) if identity is not None else None
            if ref is None:
                ref, last = self._write(wanted, index)
            else:
                known += 1
            refs.append(ref)
        return Appended(place=wanted.place, seq=last, refs=tuple(refs), known=known)

    def seal(self) -> None:
        """Link the open frame to the chain."""
        if not self._texts:
            return
        body = b"[" + b",".join(self._texts) + b"]"
        head, count = self.head, len(self._texts)
        place, seq = head.place, Seq(head.seq + 1)
        link_hash = Link(place, seq, self._at, count, head.hash).hash(body)
        self.frames.append(
            NewFrame(
                place=place,
                seq=seq,
                at=self._at,
                prev=head.hash,
                hash=link_hash,
                body=body,
                ids=tuple(self._ids),
                mentions=self._mentions,
            )
        )
        self.head = Head(place=place, seq=seq, hash=link_hash, at=self._at, entries=head.entries + count)
        self._begin()

    def _begin(self) -> None:
        self._texts: list[bytes] = []
        self._ids: list[ReadingId | None] = []
        self._mentions: dict[int, tuple[Mention, ...]] = {}
        self._size = 0

    def _fits(self, count: int, size: int) -> bool:
        return len(self._texts) + count <= FRAME_ENTRIES_MAX and self._size + size + 2 <= FRAME_BYTES_MAX

    def _all_new(self, wanted: Request) -> bool:
        """Tell whether nothing in a request was said before, there or here: nearly always so."""
        ids = [identity for identity in wanted.ids if identity is not None]
        return bool(wanted.texts) and self._known.keys().isdisjoint(ids) and len(set(ids)) == len(ids)

    def _take_whole(self, wanted: Request) -> Appended:
        first, seq = len(self._texts), Seq(self.head.seq + 1)
        refs = tuple(entry_refs(seq, first, first + len(wanted.texts)))
        self._texts += wanted.texts
        self._ids += wanted.ids
        self._size += wanted.size
        for index, found in wanted.mentions.items():
            self._mentions[first + index] = found
        self._known.update((identity, ref) for identity, ref in zip(wanted.ids, refs, strict=True) if identity)
        return Appended(place=wanted.place, seq=seq, refs=refs)

    def _write(self, wanted: Request, index: int) -> tuple[EntryRef, Seq]:
        text, identity = wanted.texts[index], wanted.ids[index]
        if not self._fits(1, len(text)):
            self.seal()
        seq, position = Seq(self.head.seq + 1), len(self._texts)
        ref = entry_ref(seq, position)
        self._texts.append(text)
        self._ids.append(identity)
        self._size += len(text) + 1
        if index in wanted.mentions:
            self._mentions[position] = wanted.mentions[index]
        if identity is not None:
            self._known[identity] = ref
        return ref, seq
