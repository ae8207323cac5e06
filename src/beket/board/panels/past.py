"""The picture of a past instant: the questions that the wall asks now, asked of the tables as they stood.

What counts is what the house **held** then: facts that the log had before that instant, not what is known now about it
(decision 0022). A cursor that stands in the past puts tables as they stood in front of a statement, under their own
names: so the wall of an hour ago is counted by the wall's own words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from beket.board.panels.asking import INSIDE, Cursor, Scope, all_of, places_named, scoped
from beket.board.panels.wall import HOUR_MS, Wall, wall
from beket.log.instants import Stood, stood
from beket.words.ids import Instant, PlaceId

MINUTE_MS: Final = 60_000
"""The past is asked for by whole minutes: the newest reading is not kept finer (board.past)."""

REACH_MS: Final = 7 * 24 * HOUR_MS
"""How long before an instant a conveyance that was inside then can have come: the house closes what waits three days
(core.crossings.limits), and a device may deliver three days late."""

AHEAD_MS: Final = 24 * HOUR_MS
"""How far ahead of the log's clock that of a device can have been: an hour is absurd to the house already."""

QUIET_MS: Final = 2 * MINUTE_MS
"""A chain that had nothing new for so long stood still: the house's own clock writes to each four times a minute."""


class Picture(Struct, frozen=True, kw_only=True):
    """The wall as it stood; `alarms` name places with a radiation alarm inside, True where it was of neutrons.

    `stood` says how far each chain reached; `still` are places whose chain had stood still, so that nobody knew.
    """

    wall: Wall
    alarms: Mapping[PlaceId, bool]
    stood: tuple[Stood, ...]
    still: frozenset[PlaceId]


class _Alarm(Struct, frozen=True, kw_only=True):
    place: PlaceId
    neutrons: bool


_STOOD: Final = """
stood AS (SELECT * FROM unnest(%(stood_places)s::text[], %(stood_seqs)s::bigint[]) AS s (place, seq))
"""

_PLACE: Final = """
place AS (
  SELECT l.place AS id, l.name_ky, l.name_ru, l.name_en, l.latitude, l.longitude, l.zone_name, l.neighbour, l.mode,
    l.border, l.kind, l.devices, true AS described, h.newest_at
  FROM stood s
  JOIN LATERAL (
    SELECT * FROM place_past p WHERE p.place = s.place AND p.seq <= s.seq ORDER BY p.seq DESC, p.idx DESC LIMIT 1
  ) l ON true
  LEFT JOIN LATERAL (
    SELECT max(n.newest_at) AS newest_at FROM (
      SELECT newest_at FROM heard WHERE place = s.place AND minute < %(at)s / 60000 ORDER BY minute DESC LIMIT 60
    ) n
  ) h ON true
)
"""

_CROSSING: Final = """
crossing AS (
  SELECT c.place, c.id, c.direction, c.lane, c.opened_at, CASE WHEN k.departed THEN c.departed_at END AS departed_at,
    CASE WHEN k.closed OR j.into IS NOT NULL THEN c.closed_at END AS closed_at, j.into AS joined_into,
    k.unexplained, e.controlled_at, e.gamma_alarm, e.neutron_alarm
  FROM stood s
  JOIN LATERAL (
    SELECT * FROM crossing r
    WHERE r.place = s.place AND r.opened_at > %(at)s - %(reach)s AND r.opened_at < %(at)s + %(ahead)s
    UNION ALL
    SELECT * FROM crossing r WHERE r.place = s.place AND r.opened_at <= %(at)s - %(reach)s
      AND r.departed_at IS NULL AND r.closed_at IS NULL AND r.joined_into IS NULL
  ) c ON c.opened_seq <= s.seq AND (c.ended_seq IS NULL OR c.ended_seq > s.seq
    OR c.opened_at > %(at)s - %(hour)s OR c.departed_at > %(at)s - %(hour)s)
  JOIN LATERAL (
    SELECT bool_or(k.kind = 'crossing_departed') AS departed, bool_or(k.kind = 'crossing_closed') AS closed,
      (array_agg(CASE WHEN k.kind = 'crossing_unexplained' THEN k.fact::json ->> 'why' END ORDER BY k.seq DESC,
        k.idx DESC) FILTER (WHERE k.kind IN ('crossing_unexplained', 'crossing_explained')))[1] AS unexplained
    FROM conclusion k WHERE k.crossing = c.id AND k.seq <= s.seq
  ) k ON true
  LEFT JOIN LATERAL (
    SELECT c.joined_into AS into FROM conclusion i WHERE i.crossing = c.joined_into AND i.kind = 'crossings_joined'
      AND i.seq <= s.seq AND i.fact::json ->> 'crossing' = c.id LIMIT 1
  ) j ON true
  LEFT JOIN LATERAL (
    SELECT min(e.at) FILTER (WHERE e.zone = 'control') AS controlled_at, bool_or(e.gamma_alarm) AS gamma_alarm,
      bool_or(e.neutron_alarm) AS neutron_alarm
    FROM (
      SELECT n.zone, n.at, n.gamma_alarm, n.neutron_alarm FROM evidence n
      WHERE n.crossing = c.id AND n.fact_seq <= s.seq AND NOT EXISTS (
        SELECT 1 FROM evidence_past w WHERE (w.place, w.seq, w.idx) = (n.place, n.seq, n.idx) AND w.until_seq > s.seq)
      UNION ALL
      SELECT w.zone, w.at, w.gamma_alarm, w.neutron_alarm FROM evidence_past w
      WHERE w.crossing = c.id AND w.fact_seq <= s.seq AND w.until_seq > s.seq AND NOT EXISTS (
        SELECT 1 FROM evidence_past o WHERE (o.place, o.seq, o.idx) = (w.place, w.seq, w.idx)
          AND o.until_seq > s.seq AND o.until_seq < w.until_seq)
    ) e
  ) e ON true
)
"""
"""Conveyances that were inside or count for the hour, as they were known; evidence is of whom it was taken to be."""

_DEVICE: Final = """
device AS (
  SELECT p.id AS place, d.id, true AS described,
    CASE (SELECT m.kind FROM device_past m WHERE m.place = p.id AND m.device = d.id AND m.seq <= s.seq
      AND m.kind IN ('failed', 'recovered') ORDER BY m.seq DESC, m.idx DESC LIMIT 1) WHEN 'failed' THEN 'down' ELSE 'up'
    END AS state,
    coalesce((SELECT m.kind = 'clock_wrong' FROM device_past m WHERE m.place = p.id AND m.device = d.id
      AND m.seq <= s.seq AND m.kind IN ('clock_wrong', 'clock_right') ORDER BY m.seq DESC, m.idx DESC LIMIT 1), false)
      AS clock_wrong
  FROM place p JOIN stood s ON s.place = p.id CROSS JOIN LATERAL jsonb_array_elements_text(p.devices::jsonb) AS d (id)
), maintenance AS (
  SELECT d.place, d.id AS device, w.from_at, w.until_at, NULL::bigint AS ended_at
  FROM device d JOIN stood s ON s.place = d.place JOIN LATERAL (
    SELECT m.kind, m.from_at, m.until_at FROM device_past m WHERE m.place = d.place AND m.device = d.id
      AND m.seq <= s.seq AND m.kind IN ('agreed', 'ended') ORDER BY m.seq DESC, m.idx DESC LIMIT 1
  ) w ON w.kind = 'agreed'
)
"""

_FINDING: Final = """
finding AS (
  SELECT DISTINCT ON (f.about, f.rule, f.subject) f.about, coalesce(f.ranking, 0) AS ranking,
    f.ranking IS NOT NULL AS active
  FROM crossing c JOIN stood s ON s.place = c.place JOIN finding_past f ON f.about = c.id AND f.seq <= s.seq
  ORDER BY f.about, f.rule, f.subject, f.seq DESC, f.idx DESC
)
"""

_NEIGHBOUR_STOP: Final = """
neighbour_stop AS (
  SELECT n.place, n.direction, n.since_at, n.until_at,
    CASE WHEN split_part(n.ended_ref, '.', 1)::bigint <= s.seq THEN n.ended_at END AS ended_at
  FROM stood s JOIN neighbour_stop n ON n.place = s.place AND split_part(n.of, '.', 1)::bigint <= s.seq
)
"""
"""What was said of the neighbour by then; said again it holds longer, and held then already."""

_AS_THEY_STOOD: Final = "WITH " + ",".join((_STOOD, _PLACE, _CROSSING, _DEVICE, _FINDING, _NEIGHBOUR_STOP))

_ALARMS: Final = f"""
SELECT c.place, bool_or(coalesce(c.neutron_alarm, false)) AS neutrons FROM crossing c
WHERE {INSIDE} AND (c.gamma_alarm OR c.neutron_alarm) AND SCOPE GROUP BY 1
"""  # noqa: S608 - words of our own


class StandsInThePast:
    """A cursor whose statements see places, crossings, devices, findings and what was said as they stood."""

    def __init__(self, cursor: Cursor, at: Instant, reached: Sequence[Stood]) -> None:
        """Stand at an instant, with the position that each chain had reached by then."""
        self._cursor = cursor
        self._named = {
            "at": at,
            "reach": REACH_MS,
            "ahead": AHEAD_MS,
            "hour": HOUR_MS,
            "stood_places": [one.place for one in reached],
            "stood_seqs": [one.seq for one in reached],
        }

    @property
    def description(self) -> Any:  # noqa: ANN401 - the driver's own
        """Columns of the last answer."""
        return self._cursor.description

    def execute(self, query: Any, params: Any = (), /) -> object:  # noqa: ANN401 - the driver's own
        """Run a statement on the tables as they stood."""
        return self._cursor.execute(_AS_THEY_STOOD + query, {**dict(params), **self._named})

    def fetchall(self) -> Sequence[Any]:
        """All rows of the last answer."""
        return self._cursor.fetchall()


def whole_minute(at: int) -> Instant:
    """The minute that an instant is in, from its beginning."""
    return Instant(at // MINUTE_MS * MINUTE_MS)


def picture(cursor: Cursor, at: Instant, places: Scope = None) -> Picture:
    """Read the wall as it stood just before a whole minute."""
    assert at % MINUTE_MS == 0, "the past is asked for by whole minutes"
    reached = [one for one in stood(cursor, at) if places is None or one.place in places]
    then = StandsInThePast(cursor, at, reached)
    alarms = all_of(then, _Alarm, scoped(_ALARMS, places), places_named(places))
    return Picture(
        wall=wall(then, at, places),
        alarms={one.place: one.neutrons for one in alarms},
        stood=tuple(reached),
        still=frozenset(one.place for one in reached if at - one.at > QUIET_MS),
    )
