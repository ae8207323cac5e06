"""The wall: one tile per checkpoint that answers 'is anything wrong?' from across the room."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from beket.board.panels.asking import INSIDE, UNEXPLAINED, WAITING, Cursor, Scope, all_of, places_named, scoped
from beket.words.ids import Instant, PlaceId

HOUR_MS: Final = 3_600_000
"""How far back 'the last hour' reaches."""


class Tile(Struct, frozen=True, kw_only=True):
    """One checkpoint at this moment; `hour_*` count what departed in the last hour, `arrived_*` what came.

    A device in an agreed maintenance window is counted there and not among those that are down. `critical`, `high` and
    `medium` are conveyances inside about which something of that level does not agree. `stopped_*` is since when the
    neighbour takes (out) or sends (in) nobody, as a person says.
    """

    place: PlaceId
    name_ky: str
    name_ru: str
    name_en: str
    latitude: float
    longitude: float
    zone_name: str
    neighbour: str | None
    mode: str
    border: str
    kind: str
    inside: int
    waiting: int
    unexplained: int
    oldest_waiting_at: Instant | None
    hour_in: int
    hour_out: int
    arrived_in: int
    arrived_out: int
    devices: int
    devices_down: int
    clocks_wrong: int
    newest_at: Instant | None
    devices_in_maintenance: int = 0
    critical: int = 0
    high: int = 0
    medium: int = 0
    stopped_in: Instant | None = None
    stopped_out: Instant | None = None


class Wall(Struct, frozen=True, kw_only=True):
    """Every tile, in the order of their ids."""

    at: Instant
    tiles: tuple[Tile, ...]


_TILES: Final = (
    """
SELECT p.id AS place, p.name_ky, p.name_ru, p.name_en, p.latitude, p.longitude, p.zone_name, p.neighbour, p.mode,
  p.border, p.kind, coalesce(o.inside, 0) AS inside, coalesce(o.waiting, 0) AS waiting,
  coalesce(o.unexplained, 0) AS unexplained, o.oldest_waiting_at,
  coalesce(h.hour_in, 0) AS hour_in, coalesce(h.hour_out, 0) AS hour_out,
  coalesce(a.arrived_in, 0) AS arrived_in, coalesce(a.arrived_out, 0) AS arrived_out,
  coalesce(d.devices, 0) AS devices, coalesce(d.devices_down, 0) AS devices_down,
  coalesce(d.devices_in_maintenance, 0) AS devices_in_maintenance,
  coalesce(d.clocks_wrong, 0) AS clocks_wrong, coalesce(f.critical, 0) AS critical, coalesce(f.high, 0) AS high,
  coalesce(f.medium, 0) AS medium, n.stopped_in, n.stopped_out, p.newest_at
FROM place p
LEFT JOIN (
  SELECT c.place, count(*) FILTER (WHERE INSIDE) AS inside, count(*) FILTER (WHERE WAITING) AS waiting,
    count(*) FILTER (WHERE UNEXPLAINED) AS unexplained, min(c.opened_at) FILTER (WHERE WAITING) AS oldest_waiting_at
  FROM crossing c WHERE c.departed_at IS NULL AND c.closed_at IS NULL AND c.joined_into IS NULL AND SCOPE GROUP BY 1
) o ON o.place = p.id
LEFT JOIN (
  SELECT c.place, count(*) FILTER (WHERE c.direction = 'in') AS hour_in,
    count(*) FILTER (WHERE c.direction = 'out') AS hour_out
  FROM crossing c WHERE c.departed_at > %(since)s AND c.joined_into IS NULL AND SCOPE GROUP BY 1
) h ON h.place = p.id
LEFT JOIN (
  SELECT c.place, count(*) FILTER (WHERE c.direction = 'in') AS arrived_in,
    count(*) FILTER (WHERE c.direction = 'out') AS arrived_out
  FROM crossing c WHERE c.opened_at > %(since)s AND c.joined_into IS NULL AND SCOPE GROUP BY 1
) a ON a.place = p.id
LEFT JOIN (
  SELECT c.place, count(*) AS devices,
    count(*) FILTER (WHERE c.state = 'down' AND m.device IS NULL) AS devices_down,
    count(m.device) AS devices_in_maintenance, count(*) FILTER (WHERE c.clock_wrong) AS clocks_wrong
  FROM device c LEFT JOIN maintenance m ON m.place = c.place AND m.device = c.id AND m.ended_at IS NULL
    AND m.from_at <= %(now)s AND m.until_at > %(now)s
  WHERE c.described AND SCOPE GROUP BY 1
) d ON d.place = p.id
LEFT JOIN (
  SELECT g.place, count(*) FILTER (WHERE g.worst = 1) AS critical, count(*) FILTER (WHERE g.worst = 2) AS high,
    count(*) FILTER (WHERE g.worst = 3) AS medium
  FROM (
    SELECT c.place, c.id, min(n.ranking) AS worst FROM crossing c JOIN finding n ON n.about = c.id
    WHERE n.active AND n.ranking <= 3 AND INSIDE AND SCOPE GROUP BY 1, 2
  ) g GROUP BY 1
) f ON f.place = p.id
LEFT JOIN (
  SELECT c.place, min(c.since_at) FILTER (WHERE c.direction = 'in') AS stopped_in,
    min(c.since_at) FILTER (WHERE c.direction = 'out') AS stopped_out
  FROM neighbour_stop c WHERE c.ended_at IS NULL AND c.until_at > %(now)s AND SCOPE GROUP BY 1
) n ON n.place = p.id
WHERE p.described AND PLACES_SEEN ORDER BY p.id
""".replace("INSIDE", INSIDE)
    .replace("WAITING", WAITING)
    .replace("UNEXPLAINED", UNEXPLAINED)
)


def wall(cursor: Cursor, now: Instant, places: Scope = None) -> Wall:
    """Read the tiles of the places someone may see."""
    statement = scoped(_TILES, places).replace("PLACES_SEEN", scoped("SCOPE", places, "p.id"))
    named = {"now": now, "since": now - HOUR_MS, **places_named(places)}
    return Wall(at=now, tiles=all_of(cursor, Tile, statement, named))
