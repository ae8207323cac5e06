"""The one encoder and decoder of the log's language; what was once written decodes for ever."""

from __future__ import annotations

import zlib
from typing import Final

import msgspec
from msgspec import Struct

from beket.words.decisions import Decision
from beket.words.facts import Fact
from beket.words.ids import Sha256
from beket.words.readings import Reading

Body = Reading | Decision | Fact

QUICK: Final = 1
"""How hard zlib tries: a frame is packed once more as a whole, so the least work that makes a text short is best."""

PIECE_BYTES_MAX: Final = 2**26
"""Most bytes that a packed piece becomes: more than any paper has that stands in an entry."""


class Piece(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A run of raw bytes: either the bytes themselves or the name of the kept evidence that they are.

    With `base64` the evidence came written in base64 (RFC 4648 §4, padded, unbroken), and its text stood here. With
    `packed` the inline bytes are a zlib stream (RFC 1950) of those that came.
    """

    inline: bytes | None = None
    kept: Sha256 | None = None
    base64: bool = False
    packed: bool = False


def packed_piece(blob: bytes) -> Piece:
    """Make a piece of bytes, packed where that makes them shorter: text is, what was packed before is not."""
    short = zlib.compress(blob, QUICK)
    return Piece(inline=short, packed=True) if len(short) < len(blob) else Piece(inline=blob)


def unpacked(blob: bytes) -> bytes | None:
    """Give the bytes of a packed piece as they came, or None where it is damaged or becomes longer than any."""
    stream = zlib.decompressobj()
    try:
        said = stream.decompress(blob, PIECE_BYTES_MAX)
    except zlib.error:
        return None
    return said if stream.eof else None


class Raw(Struct, frozen=True, kw_only=True):
    """The bytes a device sent: its pieces joined in order are exactly what came, and their SHA-256 is `sha256`.

    Pictures lie in the evidence store only once, so a message's pieces point to them.
    """

    sha256: Sha256
    pieces: tuple[Piece, ...]


class Entry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of the log. Where several readings came in one message, the first carries its raw bytes."""

    body: Body
    raw: Raw | None = None


_ENCODER: Final = msgspec.json.Encoder()
_FRAME: Final = msgspec.json.Decoder(tuple[Entry, ...])
_ENTRY: Final = msgspec.json.Decoder(Entry)


def encode_frame(entries: tuple[Entry, ...] | list[Entry]) -> bytes:
    """Write the entries of one frame as one JSON array."""
    return _ENCODER.encode(entries)


def decode_frame(body: bytes) -> tuple[Entry, ...]:
    """Read a frame's body; raises msgspec.ValidationError naming the path of what is wrong."""
    return _FRAME.decode(body)


def encode_entry(entry: Entry) -> bytes:
    """Write one entry."""
    return _ENCODER.encode(entry)


def decode_entry(body: bytes) -> Entry:
    """Read one entry."""
    return _ENTRY.decode(body)
