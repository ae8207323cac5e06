"""What the loop hands on: each frame with its facts goes to a projection inside the loop's own transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from msgspec import Struct
from psycopg import Connection

from beket.log.book import Frame
from beket.words.facts import Fact
from beket.words.ids import EntryRef, PlaceId


class Concluding(Struct, frozen=True):
    """A fact with the reference it got in its place's chain."""

    ref: EntryRef
    fact: Fact


class Projection(Protocol):
    """Read tables that follow the log; the wiring gives the loop the board behind this port."""

    def fold(
        self, connection: Connection[Any], place: PlaceId, frames: Sequence[Frame], concluded: Sequence[Concluding]
    ) -> None:
        """Fold frames as they were read, and the facts just concluded from them, in the caller's transaction."""
        ...
