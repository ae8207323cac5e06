"""Passages for the inspector's desk, all of them through the access door."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from beket.board.panels import passages as board
from beket.board.panels.passages import Passage
from beket.web import access
from beket.web.eyes import Eyes
from beket.words.ids import CrossingId, Instant, PlaceId

T = TypeVar("T")


def _asked(eyes: Eyes, place: str, ask: Callable[[Any, PlaceId], T]) -> T:
    """Ask about one checkpoint, as if there were none where these eyes record nothing."""
    access.at_place(eyes, "record_passages", place)
    return access.scoped(eyes, "record_passages", lambda cursor, _scope: ask(cursor, PlaceId(place)))


def inside(eyes: Eyes, place: str) -> tuple[Passage, ...]:
    """The conveyances that stand at a checkpoint."""
    return _asked(eyes, place, board.inside)


def named(eyes: Eyes, place: str, names: Sequence[str]) -> tuple[Passage, ...]:
    """Passages of a checkpoint by their names."""
    return _asked(eyes, place, lambda cursor, here: board.named(cursor, here, names))


def fitting(eyes: Eyes, place: str, key: str, since: Instant, until: Instant) -> tuple[CrossingId, ...]:
    """Conveyances that came with a plate within a time."""
    return _asked(eyes, place, lambda cursor, here: board.fitting(cursor, here, key, since, until))


def plateless(eyes: Eyes, place: str, since: Instant, until: Instant) -> tuple[CrossingId, ...]:
    """Conveyances that came within a time and whose plate nobody read."""
    return _asked(eyes, place, lambda cursor, here: board.plateless(cursor, here, since, until))


def recorded(eyes: Eyes, place: str, record: str) -> bool:
    """Whether a record of this name was signed here and is concluded."""
    return _asked(eyes, place, lambda cursor, here: board.recorded(cursor, here, record))
