"""What is held of what people said of the neighbour and of the trade at one place: only what holds now."""

from __future__ import annotations

from msgspec import Struct, field

from beket.words.holding import Awaited
from beket.words.ids import CrossingId, EntryRef, Instant
from beket.words.site import Direction


class Stopped(Struct, frozen=True, kw_only=True):
    """The neighbour takes or sends nobody, somebody says."""

    of: EntryRef
    since_at: Instant
    until_at: Instant


class Waiting(Struct, frozen=True, kw_only=True):
    """An agency waits for the trade, somebody of it says."""

    of: EntryRef
    what: Awaited
    until_at: Instant


class Holding(Struct, kw_only=True):
    """The holding slice of one place; `here` are the conveyances that came and did not leave, `waiting` by agency."""

    stopped: dict[Direction, Stopped] = field(default_factory=dict)
    waiting: dict[CrossingId, dict[str, Waiting]] = field(default_factory=dict)
    here: dict[CrossingId, None] = field(default_factory=dict)
