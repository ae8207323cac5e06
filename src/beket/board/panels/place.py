"""One checkpoint: its tile, its lanes, its devices and what crossed last."""

from __future__ import annotations

from typing import Final, Literal

from msgspec import Struct

from beket.board.panels import crossings
from beket.board.panels.asking import INSIDE, WAITING, Cursor, Scope, all_of
from beket.board.panels.equipment import EquipmentRow, equipment
from beket.board.panels.wall import Tile, wall
from beket.words.ids import Instant, LaneId, PlaceId

LAST_CROSSINGS: Final = 20
"""Crossings shown on a checkpoint's page; the list behind it has the others."""

HOURS: Final = 24
"""Hours of the roll-up shown."""


class LaneRow(Struct, frozen=True, kw_only=True):
    """One lane and who is in it."""

    id: LaneId
    direction: Literal["in", "out"]
    inside: int
    waiting: int
    oldest_waiting_at: Instant | None


class Hour(Struct, frozen=True, kw_only=True):
    """What came and went in one clock hour; `hour` is its beginning."""

    hour: Instant
    direction: Literal["in", "out"]
    opened: int
    departed: int


class Place(Struct, frozen=True, kw_only=True):
    """A checkpoint at this moment."""

    at: Instant
    tile: Tile
    lanes: tuple[LaneRow, ...]
    devices: tuple[EquipmentRow, ...]
    crossings: tuple[crossings.Row, ...]
    hours: tuple[Hour, ...]


_LANES: Final = """
SELECT l.id, l.direction, count(c.id) FILTER (WHERE INSIDE) AS inside, count(c.id) FILTER (WHERE WAITING) AS waiting,
  min(c.opened_at) FILTER (WHERE WAITING) AS oldest_waiting_at
FROM lane l LEFT JOIN crossing c ON c.place = l.place AND c.lane = l.id
  AND c.departed_at IS NULL AND c.closed_at IS NULL AND c.joined_into IS NULL
WHERE l.place = %(place)s GROUP BY l.id, l.direction, l.ordinal ORDER BY l.ordinal
""".replace("INSIDE", INSIDE).replace("WAITING", WAITING)

_HOURS: Final = """
SELECT hour * 3600000 AS hour, direction, opened, departed FROM hour
WHERE place = %(place)s AND hour > %(since)s ORDER BY hour, direction
"""


def place(cursor: Cursor, place_id: PlaceId, now: Instant, places: Scope = None) -> Place | None:
    """Read one checkpoint; None where there is none or it is out of scope."""
    if places is not None and place_id not in places:
        return None
    tiles = wall(cursor, now, frozenset({place_id})).tiles
    if not tiles:
        return None
    query = crossings.Query(place=place_id)
    return Place(
        at=now,
        tile=tiles[0],
        lanes=lanes(cursor, place_id),
        devices=equipment(cursor, place=place_id),
        crossings=crossings.page(cursor, query, limit=LAST_CROSSINGS).rows,
        hours=all_of(cursor, Hour, _HOURS, {"place": place_id, "since": now // 3_600_000 - HOURS}),
    )


def lanes(cursor: Cursor, place_id: PlaceId) -> tuple[LaneRow, ...]:
    """Read the lanes of a checkpoint in the order of its layout; whoever asks has seen to the scope."""
    return all_of(cursor, LaneRow, _LANES, {"place": place_id})
