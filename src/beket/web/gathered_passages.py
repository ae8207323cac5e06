"""Passages for the inspector's desk, all of them through the access door."""

from __future__ import annotations

from collections.abc import Sequence

from beket.board.panels import passages as board
from beket.board.panels.passages import Passage
from beket.web import access
from beket.web.eyes import Eyes
from beket.words.ids import CrossingId, Instant, PlaceId


def inside(eyes: Eyes, place: str) -> tuple[Passage, ...]:
    """The conveyances that stand at a checkpoint."""
    access.at_place(eyes, "record_passages", place)
    return access.scoped(eyes, "record_passages", lambda cursor, _scope: board.inside(cursor, PlaceId(place)))


def named(eyes: Eyes, place: str, names: Sequence[str]) -> tuple[Passage, ...]:
    """Passages of a checkpoint by their names."""
    access.at_place(eyes, "record_passages", place)
    return access.scoped(eyes, "record_passages", lambda cursor, _scope: board.named(cursor, PlaceId(place), names))


def fitting(eyes: Eyes, place: str, key: str, since: Instant, until: Instant) -> tuple[CrossingId, ...]:
    """Conveyances that came with a plate within a time."""
    access.at_place(eyes, "record_passages", place)
    return access.scoped(
        eyes, "record_passages", lambda cursor, _scope: board.fitting(cursor, PlaceId(place), key, since, until)
    )


def plateless(eyes: Eyes, place: str, since: Instant, until: Instant) -> tuple[CrossingId, ...]:
    """Conveyances that came within a time and whose plate nobody read."""
    access.at_place(eyes, "record_passages", place)
    return access.scoped(
        eyes, "record_passages", lambda cursor, _scope: board.plateless(cursor, PlaceId(place), since, until)
    )


def recorded(eyes: Eyes, place: str, record: str) -> bool:
    """Whether a record of this name was signed here and is concluded."""
    access.at_place(eyes, "record_passages", place)
    return access.scoped(eyes, "record_passages", lambda cursor, _scope: board.recorded(cursor, PlaceId(place), record))
