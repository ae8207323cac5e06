"""A checkpoint's tile: what is wrong there, in one level and one word, worst first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from msgspec import Struct

from beket.board.panels.crossings import Row
from beket.board.panels.wall import Tile
from beket.web import moments
from beket.web.moments import HOUR
from beket.web.names import in_language, short

Level = Literal["critical", "high", "medium", "low", "normal", "unknown"]
LEVELS: Final[tuple[Level, ...]] = ("critical", "high", "medium", "low", "unknown", "normal")
"""From the worst; a checkpoint nobody hears stands before those that are well."""

LATE_MS: Final = HOUR
"""A wait of an hour is worth a look."""

VERY_LATE_MS: Final = 3 * HOUR
"""A wait of three hours needs somebody to act."""


class ShownTile(Struct, frozen=True, kw_only=True):
    """One tile, ready to be drawn; where it is not `known`, nobody can tell how things stood.

    `stopped_*` is since what hour the neighbour sends or takes nobody, as is said.
    """

    id: str
    name: str
    short: str
    mode: str
    latitude: float
    longitude: float
    zone_name: str
    level: Level
    word: str
    inside: int
    waiting: int
    longest: str
    late: bool
    hour_in: int
    hour_out: int
    devices: int
    devices_down: int
    in_maintenance: int
    newest_at: int | None
    age: str
    silent: bool
    stopped_in: str
    stopped_out: str
    known: bool = True


class ShownWall(Struct, frozen=True, kw_only=True):
    """All tiles, worst first, and their sums."""

    tiles: tuple[ShownTile, ...]
    inside: int
    waiting: int
    hour_in: int
    hour_out: int


def show_wall(tiles: Iterable[Tile], alarms: Iterable[Row], now: int) -> ShownWall:
    """Judge every tile; within one level the order stays, so that the wall keeps still."""
    alarmed: dict[str, bool] = {}
    for row in alarms:
        alarmed[row.place] = alarmed.get(row.place, False) or bool(row.neutron_alarm)
    return in_order([show_tile(tile, alarmed, now) for tile in tiles])


def in_order(shown: Sequence[ShownTile]) -> ShownWall:
    """Put tiles into their order, and sum up what is known."""
    return ShownWall(
        tiles=tuple(sorted(shown, key=lambda tile: LEVELS.index(tile.level))),
        inside=sum(tile.inside for tile in shown),
        waiting=sum(tile.waiting for tile in shown),
        hour_in=sum(tile.hour_in for tile in shown),
        hour_out=sum(tile.hour_out for tile in shown),
    )


def show_tile(tile: Tile, alarmed: Mapping[str, bool], now: int) -> ShownTile:
    """Judge one tile; `alarmed` names places with a radiation alarm inside, True where it is of neutrons."""
    waited = now - tile.oldest_waiting_at if tile.oldest_waiting_at is not None else 0
    level, word = judge(tile, waited, neutrons=alarmed.get(tile.place))
    name = in_language(tile)
    return ShownTile(
        id=tile.place,
        name=name,
        short=short(name),
        mode=tile.mode,
        latitude=tile.latitude,
        longitude=tile.longitude,
        zone_name=tile.zone_name,
        level=level,
        word=word,
        inside=tile.inside,
        waiting=tile.waiting,
        longest=moments.brief(waited) if tile.waiting else "",
        late=waited >= LATE_MS,
        hour_in=tile.hour_in,
        hour_out=tile.hour_out,
        devices=tile.devices,
        devices_down=tile.devices_down,
        in_maintenance=tile.devices_in_maintenance,
        newest_at=tile.newest_at,
        age=moments.span(now - tile.newest_at) if tile.newest_at is not None else "–",
        silent=is_silent(tile),
        stopped_in="" if tile.stopped_in is None else moments.clock(tile.stopped_in, tile.zone_name),
        stopped_out="" if tile.stopped_out is None else moments.clock(tile.stopped_out, tile.zone_name),
    )


def is_silent(tile: Tile) -> bool:
    """Tell whether a checkpoint lost its link: all devices nobody works on are down. No traffic is not silence."""
    return tile.devices_down > 0 and tile.devices <= tile.devices_down + tile.devices_in_maintenance


def judge(tile: Tile, waited: int, *, neutrons: bool | None) -> tuple[Level, str]:
    """The worst thing that is wrong at a checkpoint; `neutrons` is None without any radiation alarm."""
    down = ngettext("%(n)s device down", "%(n)s devices down", tile.devices_down) % {"n": tile.devices_down}
    lost = tile.devices_down * 2 > tile.devices
    candidates: tuple[tuple[bool, Level, str], ...] = (
        (neutrons is True, "critical", _("Neutron alarm")),
        (tile.critical > 0, "critical", _("Papers do not agree")),
        (neutrons is False, "high", _("Radiation alarm")),
        (tile.high > 0, "high", _("Papers do not agree")),
        (is_silent(tile), "unknown", _("No link")),
        (lost, "high", down),
        (waited >= VERY_LATE_MS, "high", _("Waiting too long")),
        (tile.stopped_out is not None, "medium", _("The neighbour takes nobody")),
        (tile.medium > 0, "medium", _("Papers do not agree")),
        (waited >= LATE_MS, "medium", _("Waiting long")),
        (tile.devices_down > 0, "medium", down),
        (tile.stopped_in is not None, "low", _("The neighbour sends nobody")),
        (tile.clocks_wrong > 0, "low", _("Device clock wrong")),
    )
    return next(((level, word) for wrong, level, word in candidates if wrong), ("normal", _("Normal")))
