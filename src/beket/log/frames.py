"""Turns stored rows back into frames, and never takes a row whose hash does not fit."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from beket.log.book import FRAME_BYTES_MAX, Broken, Frame, Seq
from beket.log.chain import Link
from beket.words.ids import Instant, PlaceId
from beket.words.wire import decode_frame

PACK_FROM: Final = 10
"""Fewest entries worth compressing: alone an entry shrinks by a quarter, in tens fourfold (reference 05 §4.3)."""

_LEVEL: Final = 1

NONE_KNOWN: Final[Mapping[Seq, bytes]] = MappingProxyType({})
"""What a reader knows that has written nothing itself."""

COLUMNS: Final = "place, seq, n, at, prev, hash, packed, body"
"""What `frame_of` expects of a row, in order."""


def pack(body: bytes, count: int) -> tuple[bool, bytes]:
    """Compress a body where it pays; says whether it did."""
    return (True, zlib.compress(body, _LEVEL)) if count >= PACK_FROM else (False, body)


def unpack(body: bytes, *, packed: bool) -> bytes:
    """Give the body as it was hashed; Broken when it cannot be unpacked within a frame's limit."""
    if not packed:
        return body
    unpacker = zlib.decompressobj()
    try:
        plain = unpacker.decompress(body, FRAME_BYTES_MAX + 1)
    except zlib.error as error:
        raise Broken(f"a frame's body cannot be unpacked: {error}") from error
    if not unpacker.eof or unpacker.unused_data:
        raise Broken("a frame's body does not end where it should")
    return plain


def frame_of(row: Sequence[Any]) -> Frame:
    """Read one row (`COLUMNS`); Broken when its hash does not fit what it holds."""
    place, seq, count, at, prev, link, packed, body = row
    try:
        plain = unpack(body, packed=packed)
    except Broken as error:
        raise Broken(f"{place}:{seq}: {error}") from error
    if Link(place, seq, at, count, prev).hash(plain) != link:
        raise Broken(f"{place}:{seq}: the frame's hash does not fit its content")
    entries = decode_frame(plain)
    if len(entries) != count:
        raise Broken(f"{place}:{seq}: holds {len(entries)} entries and claims {count}")
    return Frame(place=PlaceId(place), seq=Seq(seq), at=Instant(at), prev=prev, hash=link, entries=entries)


def linked(frames: Sequence[Frame], after: Seq, known: Mapping[Seq, bytes] = NONE_KNOWN) -> Sequence[Frame]:
    """See that frames follow each other and `after` without a hole, and hand them on.

    `known` holds the hashes of frames that were left out because the reader wrote them: they are links too.
    """
    seq = after
    before: bytes | None = None
    for frame in frames:
        while (seq := Seq(seq + 1)) != frame.seq and seq in known:
            before = known[seq]
        if frame.seq != seq:
            raise Broken(f"{frame.place}:{seq} is missing from its chain")
        if before is not None and frame.prev != before:
            raise Broken(f"{frame.place}:{frame.seq} does not follow the frame before it")
        before = frame.hash
    return frames
