"""Maps that people saved: those in force, and the versions of one with who saved it when."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from beket.board.panels.asking import Cursor, all_of
from beket.words.ids import EntryRef, Instant, PlaceId, Sha256

NAMES_MAX: Final = 200
"""Most maps of one list, and most that papers are read by: the newest."""

VERSIONS_MAX: Final = 50
"""Most versions of one map that are told; all of them stand in the log."""


class MapSeen(Struct, frozen=True, kw_only=True):
    """A version of a map, or the word that put one out of force (`active` is false; then it has no text)."""

    place: PlaceId
    ref: EntryRef
    name: str
    version: int
    active: bool
    title: str | None
    text: str | None
    sha256: Sha256
    replaces: Sha256 | None
    made_from: Sha256 | None
    by_whom: str
    why: str | None
    at: Instant


_COLUMNS: Final = (
    "place, seq || '.' || idx AS ref, name, version, active, title, text, sha256, replaces, made_from, by_whom, why, at"
)

# Versions of one name follow each other at one place; where two places have begun one name, the later word counts.
_NEWEST: Final = f"""
SELECT * FROM (
  SELECT DISTINCT ON (name) {_COLUMNS} FROM document_map ORDER BY name, at DESC, place, seq DESC, idx DESC
) m
WHERE active OR %(all)s ORDER BY at DESC, name LIMIT %(limit)s
"""  # noqa: S608 - columns of our own

_VERSIONS: Final = f"""
SELECT {_COLUMNS} FROM document_map WHERE name = %(name)s ORDER BY at DESC, place, document_map.seq DESC, idx DESC
LIMIT %(limit)s
"""  # noqa: S608 - columns of our own


def maps(cursor: Cursor) -> tuple[MapSeen, ...]:
    """Read the last word about each map, newest first, whether it is in force or not."""
    return _read(cursor, _NEWEST, {"all": True, "limit": NAMES_MAX})


def in_force(cursor: Cursor) -> tuple[MapSeen, ...]:
    """Read the maps that papers are read by now, newest first."""
    return _read(cursor, _NEWEST, {"all": False, "limit": NAMES_MAX})


def versions(cursor: Cursor, name: str) -> tuple[MapSeen, ...]:
    """Read what was said of one map, newest first; the first word says whether it is in force."""
    return _read(cursor, _VERSIONS, {"name": name, "limit": VERSIONS_MAX})


def words(cursor: Cursor) -> int:
    """Count what was ever said of maps: rows are only added, so the same number is the same maps."""
    cursor.execute("SELECT count(*) FROM document_map")
    return int(cursor.fetchall()[0][0])


def _read(cursor: Cursor, statement: str, named: dict[str, object]) -> tuple[MapSeen, ...]:
    rows = all_of(cursor, MapSeen, statement, named)
    return tuple(replace(row, text=msgspec.json.decode(row.text, type=str)) if row.text else row for row in rows)
