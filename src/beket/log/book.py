"""What a log promises; everything else in the house relies on these few words only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NewType, Protocol

from msgspec import Struct

from beket.words.ids import EntryRef, Instant, PlaceId
from beket.words.wire import Entry

Seq = NewType("Seq", int)
"""Number of a frame in its place's chain; the first is 1."""

FRAME_ENTRIES_MAX: Final = 1000
"""Most entries in one frame: beyond it a fold's transactions cost more than they save (reference 05 §4.2)."""

FRAME_BYTES_MAX: Final = 8 * 1024 * 1024
"""Most bytes in one frame's body before compression."""


class Frame(Struct, frozen=True, kw_only=True):
    """Entries of one place that were appended, hashed and acknowledged as one thing."""

    place: PlaceId
    seq: Seq
    at: Instant
    prev: bytes
    hash: bytes
    entries: tuple[Entry, ...]


class Head(Struct, frozen=True, kw_only=True):
    """How far a place's chain reaches."""

    place: PlaceId
    seq: Seq
    hash: bytes
    at: Instant
    entries: int


class Appended(Struct, frozen=True, kw_only=True):
    """Where entries went: one reference each, in order; `known` counts readings that were in the log already.

    A reading that was said before (same reading_id) is not written again; its reference is the older entry's.
    `seq` is None when nothing new was written.
    """

    place: PlaceId
    seq: Seq | None
    refs: tuple[EntryRef, ...]
    known: int = 0


class Trouble(Exception):
    """The log cannot take or give entries now: a disk is full, the engine is away. Nothing was acknowledged."""


class Broken(Exception):
    """The log holds what it never accepted: a chain does not fit. Never continue on a guess."""


class Book(Protocol):
    """A durable, append-only, hash-chained log with one chain per place."""

    def append(self, place: PlaceId, entries: Sequence[Entry]) -> Appended:
        """Make entries durable as one frame; returns only when they survive a power cut. Raises Trouble."""
        ...

    def read(self, place: PlaceId, after: Seq, frames_max: int = 100) -> Sequence[Frame]:
        """Frames of one place that follow `after`, in order, no holes; empty when there is none yet."""
        ...

    def entry(self, place: PlaceId, ref: EntryRef) -> Entry | None:
        """One entry by its reference, or None."""
        ...

    def heads(self) -> Sequence[Head]:
        """The head of every chain, ordered by place."""
        ...

    def follow(self, seconds: float) -> Iterator[PlaceId]:
        """Wait up to `seconds` for news; yields places that grew (a wake-up only: the cursor is the truth)."""
        ...
