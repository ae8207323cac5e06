"""What the page of a past hour is given, all of it through the access door."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
from django.utils.translation import gettext as _
from msgspec import Struct

from beket.board.panels.past import Picture, picture
from beket.board.panels.past_queue import queue
from beket.board.panels.situations import LISTED_MAX, Counted
from beket.board.panels.wall import Tile
from beket.web import access
from beket.web.eyes import Eyes
from beket.web.shown.situations import ShownSituation, show_situation
from beket.web.shown.tiles import ShownTile, ShownWall, in_order, show_tile
from beket.words.ids import Instant

NOTHING: Final = {
    "inside": 0, "waiting": 0, "unexplained": 0, "oldest_waiting_at": None, "hour_in": 0, "hour_out": 0,
    "devices": 0, "devices_down": 0, "devices_in_maintenance": 0, "clocks_wrong": 0, "critical": 0, "high": 0,
    "newest_at": None,
}  # fmt: skip
"""What is left of a tile of which nothing can be told."""


class Then(Struct, frozen=True, kw_only=True):
    """The picture of an instant: the wall, and for eyes that see situations the queue; `unknown` counts dark tiles."""

    at: Instant
    wall: ShownWall
    unknown: int
    queue: tuple[ShownSituation, ...] | None
    counts: tuple[Counted, ...]
    more: bool


def then(eyes: Eyes, at: Instant) -> Then:
    """The picture as the house held it just before a whole minute."""
    held = access.scoped(eyes, "see_wall", lambda cursor, scope: picture(cursor, at, scope))
    shown = _wall(held, {tile.place: tile for tile in access.places(eyes)})
    if not eyes.can("see_situations"):
        return Then(at=at, wall=shown, unknown=_unknown(shown), queue=None, counts=(), more=False)
    names = access.names()
    found = access.scoped(eyes, "see_situations", lambda cursor, scope: queue(cursor, at, held.stood, scope))
    return Then(
        at=at,
        wall=shown,
        unknown=_unknown(shown),
        queue=tuple(show_situation(row, *names[row.place], at) for row in found.situations),
        counts=found.counts,
        more=len(found.situations) == LISTED_MAX,
    )


def _wall(held: Picture, now: Mapping[str, Tile]) -> ShownWall:
    """Tiles as they stood; a checkpoint of today that the log did not know yet, or that stood still, is not known."""
    stood: dict[str, Tile] = {tile.place: tile for tile in held.wall.tiles}
    alarmed: dict[str, bool] = dict(held.alarms.items())
    tiles = [
        _dark(stood.get(place) or now[place]) if place in held.still or place not in stood
        else show_tile(stood[place], alarmed, held.wall.at)
        for place in sorted({*stood, *now})
    ]  # fmt: skip
    return in_order(tiles)


def _dark(tile: Tile) -> ShownTile:
    shown = show_tile(msgspec.structs.replace(tile, **NOTHING), {}, 0)
    return msgspec.structs.replace(shown, level="unknown", word=_("Not known"), known=False)


def _unknown(shown: ShownWall) -> int:
    return sum(not tile.known for tile in shown.tiles)
