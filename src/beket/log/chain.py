"""The exact bytes of a chain's link, so that writer, verifier and outsider mean the same; see docs/log-format.md."""

from __future__ import annotations

import hashlib
import struct
from typing import Final

from msgspec import Struct

DOMAIN: Final = b"beket frame 1\n"
"""Begins every hashed header, so that a frame's hash can never be taken for a hash of anything else."""

GENESIS: Final = bytes(32)
"""What the first frame of a chain names as its previous hash."""

_NUMBERS: Final = struct.Struct(">qqq")
_LENGTH: Final = struct.Struct(">H")


class Link(Struct, frozen=True):
    """What a frame's hash commits to, beside its body."""

    place: str
    seq: int
    at: int
    count: int
    prev: bytes

    def header(self, body: bytes) -> bytes:
        """Lay out the hashed bytes; all numbers are big-endian.

        domain | previous hash (32) | length of place (u16) | place (UTF-8) | seq (i64) | at (i64) | entries (i64) |
        SHA-256 of the uncompressed body (32)
        """
        name = self.place.encode()
        numbers = _NUMBERS.pack(self.seq, self.at, self.count)
        return b"".join((DOMAIN, self.prev, _LENGTH.pack(len(name)), name, numbers, hashlib.sha256(body).digest()))

    def hash(self, body: bytes) -> bytes:
        """Give the hash that the next frame will name as its previous one."""
        return hashlib.sha256(self.header(body)).digest()
