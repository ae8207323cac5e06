"""What the loop hands on: each frame with its facts goes to a projection inside the loop's own transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from msgspec import Struct
from psycopg import Connection

from beket.log.book import Frame
from beket.words.facts import Fact
from beket.words.ids import EntryRef, PlaceId


class News(Struct, frozen=True):
    """What a turn brings of one place: frames as they were read."""

    place: PlaceId
    frames: Sequence[Frame]


class Folding(Protocol):
    """News that are being folded. Statements are sent and not waited for: the loop thinks while the engine writes."""

    def conclude(self, facts: Sequence[Sequence[Fact]]) -> None:
        """Fold what follows from the news, a sequence per place, as far as facts need no references for it."""
        ...

    def finish(self, refs: Sequence[Sequence[EntryRef]]) -> None:
        """Fold the rest, now that the facts of each place have their references; the chains are held meanwhile."""
        ...


class Projection(Protocol):
    """Read tables that follow the log; the wiring gives the loop the board behind this port."""

    def begin(self, connection: Connection[Any], news: Sequence[News]) -> Folding:
        """Begin to fold the news of several places, each named once, in the caller's transaction and pipeline."""
        ...
