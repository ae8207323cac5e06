"""Names of things, so that a lane can never be passed where a device is meant."""

from __future__ import annotations

import hashlib
from typing import Final, NewType

Instant = NewType("Instant", int)
"""Milliseconds since 1970-01-01T00:00:00Z, always UTC."""

PlaceId = NewType("PlaceId", str)
"""A checkpoint that keeps a chain of its own, e.g. ``KG-TOR-A``."""

LaneId = NewType("LaneId", str)
"""A physical track at a place, e.g. ``in-1``."""

DeviceId = NewType("DeviceId", str)
"""A registered device, unique in the country, e.g. ``KG-TOR-A/in-1/camera-front``."""

CrossingId = NewType("CrossingId", str)
"""One crossing; ``place:seq.index`` of the entry that opened it."""

DocumentId = NewType("DocumentId", str)
"""One trade document on file; ``place:seq.index`` of the entry that brought it."""

SituationId = NewType("SituationId", str)
"""One situation; ``place:seq.index.n``, the n-th that the entry raised."""

EntryRef = NewType("EntryRef", str)
"""An entry inside its own place's chain: ``seq.index``, e.g. ``90412.0``."""

Sha256 = NewType("Sha256", str)
"""64 lower-case hexadecimal digits."""

ReadingId = NewType("ReadingId", str)
"""32 hexadecimal digits; the same for a message and for its resend."""

CLOCK = DeviceId("clock")
"""The device that a tick names: the house's own clock."""

INTAKE = DeviceId("intake")
"""The device that a lodged document names: the house's own intake of papers."""

SLIPS = DeviceId("slips")
"""The device that a slip names which was shown: the desk where it was scanned."""

PLACE_FORM: Final = r"[\w.-]{1,64}"
REF_FORM: Final = r"\d{1,18}\.\d{1,6}"
CROSSING_FORM: Final = f"{PLACE_FORM}:{REF_FORM}"
"""How checkpoints, entries, and crossings and documents by the entry that began them, are written, as patterns."""

_TIME_HEX = 12
_ID_HEX = 32


def entry_ref(seq: int, index: int) -> EntryRef:
    """Name an entry inside its place's chain."""
    return EntryRef(f"{seq}.{index}")


def split_ref(ref: str) -> tuple[int, int]:
    """Give back (seq, index) of an entry reference; ValueError says what was wrong."""
    seq, dot, index = ref.partition(".")
    if not (dot and ref.isascii() and seq.isdigit() and index.isdigit()):
        message = f"{ref!r} is not an entry reference of the form seq.index"
        raise ValueError(message)
    return int(seq), int(index)


def sha256(blob: bytes) -> Sha256:
    """Name bytes by what they are."""
    return Sha256(hashlib.sha256(blob).hexdigest())


def reading_id(device: str, kind: str, time: int | None, key: bytes) -> ReadingId:
    """Derive the id a resend will have again: from device, kind, device time and the message's own key.

    `time` is the device's own clock in ms (never our time of receipt); `key` is its sequence number,
    event id or raw bytes. The id begins with the time, so an index over ids stays local.
    """
    digest = hashlib.sha256(b"\x00".join((device.encode(), kind.encode(), str(time).encode(), key))).hexdigest()
    prefix = f"{max(time or 0, 0):0{_TIME_HEX}x}"[-_TIME_HEX:]
    return ReadingId(prefix + digest[: _ID_HEX - _TIME_HEX])
