"""Layouts of checkpoints: the one in force, those that wait, and those before."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct

from beket.board.panels.asking import Cursor, Scope, all_of, places_named, scoped
from beket.words.ids import EntryRef, Instant, PlaceId, Sha256
from beket.words.site import Post

_DECODER: Final = msgspec.json.Decoder(Post)

LAYOUTS_MAX: Final = 20
"""Most layouts of one place that are told, the newest first; all of them stand in the log."""


class LayoutSeen(Struct, frozen=True, kw_only=True):
    """A layout that was proposed or came with the site file, and what became of it.

    `status`: proposed, approved, rejected, or site for one that nobody at the desk proposed. `now` is the one in force.
    """

    place: PlaceId
    of: EntryRef
    text: str
    sha256: Sha256
    replaces: Sha256 | None
    from_at: Instant
    by_whom: str
    at: Instant
    status: str
    version: int | None
    second: str | None
    settled_at: Instant | None
    why: str | None
    superseded: bool
    in_force_at: Instant | None
    now: bool

    @property
    def post(self) -> Post:
        """The layout itself."""
        return _DECODER.decode(self.text)


_COLUMNS: Final = """l.place, l.of, l.post AS text, l.sha256, l.replaces, l.from_at, l.by_whom, l.at, l.status,
  l.version, l.second, l.settled_at, l.why, l.superseded, l.in_force_at, p.layout IS NOT DISTINCT FROM l.of AS now"""

_OF_PLACE: Final = f"""
SELECT {_COLUMNS} FROM layout l LEFT JOIN place p ON p.id = l.place WHERE l.place = %(place)s
ORDER BY l.status <> 'proposed', p.layout IS DISTINCT FROM l.of, coalesce(l.in_force_at, l.settled_at, l.at) DESC, l.of
LIMIT %(most)s
"""  # noqa: S608 - columns of our own

_IN_FORCE: Final = f"""
SELECT {_COLUMNS} FROM place p JOIN layout l ON l.place = p.id AND l.of = p.layout WHERE SCOPE ORDER BY p.id
"""  # noqa: S608 - columns of our own

_WAITING: Final = f"""
SELECT {_COLUMNS} FROM layout l LEFT JOIN place p ON p.id = l.place
WHERE SCOPE AND (l.status = 'proposed' OR l.status = 'approved' AND l.in_force_at IS NULL)
ORDER BY l.at DESC, l.place, l.of
"""  # noqa: S608 - columns of our own


def of_place(cursor: Cursor, place: PlaceId) -> tuple[LayoutSeen, ...]:
    """Read the layouts of a place: what waits first, then the one in force, then those before."""
    return all_of(cursor, LayoutSeen, _OF_PLACE, {"place": place, "most": LAYOUTS_MAX})


def in_force(cursor: Cursor, places: Scope = None) -> tuple[LayoutSeen, ...]:
    """Read the layout in force of each place."""
    return all_of(cursor, LayoutSeen, scoped(_IN_FORCE, places, "p.id"), places_named(places))


def waiting(cursor: Cursor, places: Scope = None) -> tuple[LayoutSeen, ...]:
    """Read what waits for a second person or for its day, of places that are not laid out yet too."""
    return all_of(cursor, LayoutSeen, scoped(_WAITING, places, "l.place"), places_named(places))
