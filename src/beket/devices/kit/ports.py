"""Where the field hands over what it heard; the wiring gives it a log, a store and a desk behind these ports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from beket.words.ids import DeviceId, Instant, PlaceId, Sha256
from beket.words.wire import Entry


class Picture(Struct, frozen=True, kw_only=True):
    """Picture bytes on their way to the evidence store."""

    sha256: Sha256
    media_type: str
    blob: bytes


class Refused(Struct, frozen=True, kw_only=True):
    """A message that could not be taken: unknown device, wrong address, bad frame; its bytes are kept."""

    place: PlaceId | None
    listener: str
    address: str
    declared_id: str | None
    device: DeviceId | None
    reason: str
    raw: bytes
    at: Instant


class Kept(Struct, frozen=True, kw_only=True):
    """What the sink did: how many entries are durable now, how many of them were there already."""

    entries: int
    known: int


class SinkTrouble(Exception):
    """The sink cannot take anything now; the device must not be acknowledged and will come again."""


class Sink(Protocol):
    """Takes what devices said. Returns only when it is durable; then, and only then, a device is answered."""

    async def keep(self, place: PlaceId, entries: Sequence[Entry], pictures: Sequence[Picture] = ()) -> Kept:
        """Make pictures, then entries, durable. Raises SinkTrouble when it cannot."""
        ...

    async def set_aside(self, refused: Refused) -> None:
        """Put a refused message in quarantine, where it is counted and an engineer can see it."""
        ...
