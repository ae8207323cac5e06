"""Tables of limits of mass: the one that is gone by at a place, and those that wait for a second person."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from beket.board.panels.asking import Cursor, all_of
from beket.words.ids import EntryRef, Instant, PlaceId, Sha256

TABLES_MAX: Final = 20
"""Most tables of one place that are told, the newest first; all of them stand in the log."""


class TableSeen(Struct, frozen=True, kw_only=True):
    """A table that was proposed, and what became of it."""

    of: EntryRef
    text: str
    sha256: Sha256
    by_whom: str
    at: Instant
    status: str
    version: int | None
    second: str | None
    settled_at: Instant | None
    why: str | None


_COLUMNS: Final = "of, text, sha256, by_whom, at, status, version, second, settled_at, why"

_TABLES: Final = f"""
SELECT {_COLUMNS} FROM weight_limits WHERE place = %(place)s
ORDER BY status <> 'proposed', version DESC NULLS LAST, at DESC, of LIMIT %(most)s
"""  # noqa: S608 - columns of our own

_IN_FORCE: Final = f"""
SELECT {_COLUMNS} FROM weight_limits WHERE place = %(place)s AND status = 'set' ORDER BY version DESC LIMIT 1
"""  # noqa: S608 - columns of our own


def tables(cursor: Cursor, place: PlaceId) -> tuple[TableSeen, ...]:
    """Read what was proposed at a place: what waits first, then what was set, the newest first."""
    return _read(cursor, _TABLES, {"place": place, "most": TABLES_MAX})


def in_force(cursor: Cursor, place: PlaceId) -> tuple[TableSeen, ...]:
    """Read the one table that people put in force at a place; nothing where that of the house counts."""
    return _read(cursor, _IN_FORCE, {"place": place})


def _read(cursor: Cursor, statement: str, named: dict[str, object]) -> tuple[TableSeen, ...]:
    rows = all_of(cursor, TableSeen, statement, named)
    return tuple(replace(row, text=msgspec.json.decode(row.text, type=str)) for row in rows)
