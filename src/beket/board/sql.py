"""The statements that write the read tables; BOARD stands for the schema, SPREAD for the batch's rows.

Rows come as one array literal per column (board.spread): nearly as cheap as COPY, and unlike COPY it can meet rows
that are there already.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from msgspec import Struct

from beket.board.spread import SHAPES_MAX, source

POSITIONS: Final = """
INSERT INTO BOARD.position AS p (place) SELECT place FROM unnest(%s::text[]) AS e (place) ORDER BY place
ON CONFLICT (place) DO UPDATE SET place = p.place RETURNING place, seq, fact_seq
"""
"""Where this board stands; the rows stay locked until the caller's transaction ends."""

FACES: Final = """
SELECT s.seq, s.idx, s.vehicle_type,
  (SELECT sha256 FROM BOARD.picture p WHERE p.place = s.place AND p.seq = s.seq AND p.idx = s.idx
    AND p.role IN ('scene', 'vehicle') ORDER BY p.ordinal LIMIT 1),
  (SELECT sha256 FROM BOARD.picture p WHERE p.place = s.place AND p.seq = s.seq AND p.idx = s.idx
    AND p.role = 'plate' ORDER BY p.ordinal LIMIT 1)
FROM unnest(%s::text::bigint[], %s::text::bigint[]) AS e (seq, idx)
JOIN BOARD.sighting s ON s.place = %s AND s.seq = e.seq AND s.idx = e.idx
"""
"""What sightings of earlier batches look like."""

PLAN: Final = """
SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
  set_config('enable_mergejoin', 'off', true), set_config('plan_cache_mode', 'force_generic_plan', true)
"""
"""A batch meets tables row by row through their keys; a plan made while a table was small must not say otherwise."""

MOVE: Final = """
UPDATE BOARD.position AS p SET seq = e.seq, fact_seq = e.fact_seq FROM SPREAD AS e WHERE p.place = e.place
"""

PLACES_HEARD: Final = """
INSERT INTO BOARD.place AS p (id, name_ky, name_ru, name_en, newest_at, newest_seq)
SELECT id, id, id, id, newest_at, newest_seq FROM SPREAD AS e
ON CONFLICT (id) DO UPDATE SET newest_at = greatest(p.newest_at, excluded.newest_at),
  newest_seq = greatest(p.newest_seq, excluded.newest_seq)
"""

DEVICES_HEARD: Final = """
INSERT INTO BOARD.device AS d (place, id, state, readings, last_seq, last_idx, last_kind, last_received, drift_ms)
SELECT place, id, 'up', readings, last_seq, last_idx, last_kind, last_received, drift_ms
FROM SPREAD AS e
ON CONFLICT (place, id) DO UPDATE SET
  state = CASE WHEN d.state = 'unknown' THEN 'up' ELSE d.state END,
  readings = d.readings + excluded.readings, last_seq = excluded.last_seq, last_idx = excluded.last_idx,
  last_kind = excluded.last_kind, last_received = excluded.last_received,
  drift_ms = coalesce(excluded.drift_ms, d.drift_ms)
"""

DEVICES_ALIVE: Final = """
INSERT INTO BOARD.device AS d (place, id, state, drift_ms)
SELECT place, id, 'up', drift_ms FROM SPREAD AS e
ON CONFLICT (place, id) DO UPDATE SET state = CASE WHEN d.state = 'unknown' THEN 'up' ELSE d.state END,
  drift_ms = coalesce(excluded.drift_ms, d.drift_ms)
"""

SIGHTINGS: Final = """
INSERT INTO BOARD.sighting (place, seq, idx, device, received, value, country, confidence, vehicle_type,
  sort)
SELECT * FROM SPREAD AS e
"""

CROSSINGS_OPENED: Final = """
INSERT INTO BOARD.crossing (id, place, direction, lane, opened_at, opened_by, zone, plate, country, plate_rank,
  trailer,
  trailer_country, container, gross_kg, gross_at, gamma_alarm, neutron_alarm, controlled_at, departed_at, closed_at,
  close_reason, unexplained, evidence, last_at, vehicle_type, picture, plate_picture)
SELECT id, place, direction, lane, opened_at, opened_by, zone, plate, country, coalesce(plate_rank, 0), trailer,
  trailer_country, container, gross_kg, gross_at, gamma_alarm, neutron_alarm, controlled_at, departed_at, closed_at,
  close_reason, nullif(unexplained, ''), evidence, last_at, vehicle_type, picture,
  plate_picture
FROM SPREAD AS e
"""

CROSSINGS_CHANGED: Final = """
UPDATE BOARD.crossing AS c SET
  plate = CASE WHEN e.plate_rank >= c.plate_rank THEN e.plate ELSE c.plate END,
  country = CASE WHEN e.plate_rank >= c.plate_rank THEN e.country ELSE c.country END,
  plate_rank = greatest(c.plate_rank, e.plate_rank),
  trailer = coalesce(e.trailer, c.trailer),
  trailer_country = CASE WHEN e.trailer IS NULL THEN c.trailer_country ELSE e.trailer_country END,
  container = coalesce(e.container, c.container),
  gross_kg = CASE WHEN e.gross_at >= coalesce(c.gross_at, e.gross_at) THEN e.gross_kg ELSE c.gross_kg END,
  gross_at = greatest(c.gross_at, e.gross_at),
  gamma_alarm = coalesce(c.gamma_alarm OR e.gamma_alarm, c.gamma_alarm, e.gamma_alarm),
  neutron_alarm = coalesce(c.neutron_alarm OR e.neutron_alarm, c.neutron_alarm, e.neutron_alarm),
  zone = greatest(c.zone, e.zone),  -- arrival < control < departure, by luck of the alphabet too
  controlled_at = least(c.controlled_at, e.controlled_at),
  departed_at = coalesce(e.departed_at, c.departed_at),
  closed_at = coalesce(e.closed_at, c.closed_at),
  close_reason = coalesce(e.close_reason, c.close_reason),
  unexplained = CASE WHEN e.unexplained IS NULL THEN c.unexplained ELSE nullif(e.unexplained, '') END,
  evidence = c.evidence + e.evidence,
  last_at = greatest(c.last_at, e.last_at),
  vehicle_type = coalesce(c.vehicle_type, e.vehicle_type),
  picture = coalesce(c.picture, e.picture), plate_picture = coalesce(c.plate_picture, e.plate_picture)
FROM SPREAD AS e
WHERE c.id = e.id
"""

EVIDENCE: Final = """
INSERT INTO BOARD.evidence (place, seq, idx, crossing, kind, device, lane, zone, at, because, fact_seq, fact_idx,
  gross_kg, gamma_alarm, neutron_alarm)
SELECT * FROM SPREAD AS e
"""

CONCLUSIONS: Final = """
INSERT INTO BOARD.conclusion (crossing, seq, idx, kind, fact) SELECT * FROM SPREAD AS e
"""

KEYS: Final = """
INSERT INTO BOARD.crossing_key (key, crossing, place, opened_at)
SELECT e.key, c.id, c.place, c.opened_at FROM SPREAD AS e
JOIN BOARD.crossing c ON c.id = e.crossing ON CONFLICT DO NOTHING
"""

KEY_PARTS: Final = """
INSERT INTO BOARD.key_part (part, key)
SELECT DISTINCT substr(w, i), k.key
FROM (
  SELECT DISTINCT e.key FROM SPREAD AS e
  WHERE NOT EXISTS (SELECT 1 FROM BOARD.key_part p WHERE p.part = split_part(e.key, ' ', 1) AND p.key = e.key) OFFSET 0
) AS k, string_to_table(k.key, ' ') AS w, generate_series(1, greatest(length(w) - 2, 1)) AS i
ORDER BY 2, 1
ON CONFLICT DO NOTHING
"""
"""A key seen before has all its endings already: one look-up, no writing. Loops that write the same wait in order."""

TELL: Final = "SELECT pg_notify(%s, place) FROM unnest(%s::text[]) AS t (place)"

HOURS: Final = """
INSERT INTO BOARD.hour AS h (place, hour, direction, opened, departed)
SELECT c.place, e.at / 3600000, c.direction, sum(e.opened), sum(e.departed)
FROM SPREAD AS e JOIN BOARD.crossing c ON c.id = e.crossing GROUP BY 1, 2, 3
ON CONFLICT (place, hour, direction) DO UPDATE SET
  opened = h.opened + excluded.opened, departed = h.departed + excluded.departed
"""

DEVICES_CHANGED: Final = """
INSERT INTO BOARD.device AS d (place, id, state, reason, since, state_fact, clock_wrong, clock_fact)
SELECT place, id, coalesce(state, 'unknown'), nullif(reason, ''), since, state_fact, coalesce(clock_wrong, false),
  clock_fact
FROM SPREAD AS e
ON CONFLICT (place, id) DO UPDATE SET
  state = CASE WHEN excluded.state_fact IS NULL THEN d.state ELSE excluded.state END,
  reason = CASE WHEN excluded.state_fact IS NULL THEN d.reason ELSE excluded.reason END,
  since = coalesce(excluded.since, d.since), state_fact = coalesce(excluded.state_fact, d.state_fact),
  clock_wrong = CASE WHEN excluded.clock_fact IS NULL THEN d.clock_wrong ELSE excluded.clock_wrong END,
  clock_fact = coalesce(excluded.clock_fact, d.clock_fact)
"""

DESCRIBE_PLACE: Final = """
INSERT INTO BOARD.place (id, name_ky, name_ru, name_en, latitude, longitude, zone_name, neighbour, mode, border,
  kind, described)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, true)
ON CONFLICT (id) DO UPDATE SET name_ky = excluded.name_ky, name_ru = excluded.name_ru, name_en = excluded.name_en,
  latitude = excluded.latitude, longitude = excluded.longitude, zone_name = excluded.zone_name,
  neighbour = excluded.neighbour, mode = excluded.mode, border = excluded.border, kind = excluded.kind,
  described = true
"""

FORGET_LANES: Final = "DELETE FROM BOARD.lane WHERE place = %s"

DESCRIBE_LANES: Final = """
INSERT INTO BOARD.lane (place, id, direction, ordinal)
SELECT * FROM SPREAD AS e
"""

FORGET_DEVICES: Final = "UPDATE BOARD.device SET described = false WHERE place = %s"

DESCRIBE_DEVICES: Final = """
INSERT INTO BOARD.device (place, id, driver, lane, zone, view, model, serial, expected_period_s, verified_until,
  ordinal, klass, firmware, installed_on, verified_on, calibrated_on, calibrated_until, accuracy_class,
  scale_error_kg, described)
SELECT e.*, true FROM SPREAD AS e
ON CONFLICT (place, id) DO UPDATE SET driver = excluded.driver, lane = excluded.lane, zone = excluded.zone,
  view = excluded.view, model = excluded.model, serial = excluded.serial,
  expected_period_s = excluded.expected_period_s,
  verified_until = excluded.verified_until, ordinal = excluded.ordinal, klass = excluded.klass,
  firmware = excluded.firmware, installed_on = excluded.installed_on, verified_on = excluded.verified_on,
  calibrated_on = excluded.calibrated_on, calibrated_until = excluded.calibrated_until,
  accuracy_class = excluded.accuracy_class, scale_error_kg = excluded.scale_error_kg, described = true
"""

MOVE_EVIDENCE: Final = """
UPDATE BOARD.evidence SET crossing = %(crossing)s, because = %(because)s, fact_seq = %(fact_seq)s,
  fact_idx = %(fact_idx)s,
  gross_kg = coalesce(%(gross_kg)s, gross_kg), gamma_alarm = coalesce(%(gamma_alarm)s, gamma_alarm),
  neutron_alarm = coalesce(%(neutron_alarm)s, neutron_alarm)
WHERE crossing = %(out_of)s AND seq = %(seq)s AND idx = %(idx)s
"""

RECOUNT: Final = """
UPDATE BOARD.crossing AS c SET
  evidence = f.evidence, gross_kg = f.gross_kg, gross_at = f.gross_at, gamma_alarm = f.gamma_alarm,
  neutron_alarm = f.neutron_alarm, controlled_at = f.controlled_at, last_at = greatest(c.opened_at, f.last_at,
  c.departed_at),
  vehicle_type = f.vehicle_type, picture = f.picture, plate_picture = f.plate_picture
FROM (
  SELECT w.id, count(e.seq) AS evidence, max(e.at) AS last_at,
  max(e.at) FILTER (WHERE e.gross_kg IS NOT NULL) AS gross_at,
    (array_agg(e.gross_kg ORDER BY e.at DESC, e.fact_seq DESC,
  e.fact_idx DESC) FILTER (WHERE e.gross_kg IS NOT NULL))[1]
      AS gross_kg,
    bool_or(e.gamma_alarm) AS gamma_alarm, bool_or(e.neutron_alarm) AS neutron_alarm,
    min(e.at) FILTER (WHERE e.zone = 'control') AS controlled_at,
    (array_agg(s.vehicle_type ORDER BY e.fact_seq,
  e.fact_idx) FILTER (WHERE s.vehicle_type IS NOT NULL))[1] AS vehicle_type,
    (array_agg(scene.sha256 ORDER BY e.fact_seq, e.fact_idx) FILTER (WHERE scene.sha256 IS NOT NULL))[1] AS picture,
    (array_agg(plate.sha256 ORDER BY e.fact_seq,
  e.fact_idx) FILTER (WHERE plate.sha256 IS NOT NULL))[1] AS plate_picture
  FROM unnest(%s::text[]) AS w (id)
  LEFT JOIN BOARD.evidence e ON e.crossing = w.id
  LEFT JOIN BOARD.sighting s ON s.place = e.place AND s.seq = e.seq AND s.idx = e.idx
  LEFT JOIN LATERAL (SELECT sha256 FROM BOARD.picture p WHERE p.place = e.place AND p.seq = e.seq AND p.idx = e.idx
    AND p.role IN ('scene', 'vehicle') ORDER BY p.ordinal LIMIT 1) scene ON true
  LEFT JOIN LATERAL (SELECT sha256 FROM BOARD.picture p WHERE p.place = e.place AND p.seq = e.seq AND p.idx = e.idx
    AND p.role = 'plate' ORDER BY p.ordinal LIMIT 1) plate ON true
  GROUP BY w.id
) AS f
WHERE c.id = f.id
"""
"""What evidence says of a crossing, from the beginning: for the rare facts that take evidence away from one."""

JOIN: Final = (
    """
UPDATE BOARD.hour AS h SET opened = h.opened - 1 FROM BOARD.crossing c
WHERE c.id = %(crossing)s AND c.joined_into IS NULL AND h.place = c.place AND h.hour = c.opened_at / 3600000
  AND h.direction = c.direction
""",
    """
UPDATE BOARD.crossing AS i SET
  plate = CASE WHEN c.plate_rank > i.plate_rank THEN c.plate ELSE i.plate END,
  country = CASE WHEN c.plate_rank > i.plate_rank THEN c.country ELSE i.country END,
  plate_rank = greatest(i.plate_rank, c.plate_rank),
  trailer = coalesce(i.trailer, c.trailer),
  trailer_country = CASE WHEN i.trailer IS NULL THEN c.trailer_country ELSE i.trailer_country END,
  container = coalesce(i.container, c.container), zone = greatest(i.zone, c.zone)
FROM BOARD.crossing c WHERE i.id = %(into)s AND c.id = %(crossing)s
""",
    "UPDATE BOARD.evidence SET crossing = %(into)s WHERE crossing = %(crossing)s",
    """
INSERT INTO BOARD.crossing_key (key, crossing, place, opened_at)
SELECT k.key, i.id, i.place, i.opened_at FROM BOARD.crossing_key k JOIN BOARD.crossing i ON i.id = %(into)s
WHERE k.crossing = %(crossing)s ON CONFLICT DO NOTHING
""",
    "DELETE FROM BOARD.crossing_key WHERE crossing = %(crossing)s",
    """
UPDATE BOARD.crossing SET joined_into = %(into)s, closed_at = coalesce(closed_at, %(at)s) WHERE id = %(crossing)s
""",
)
"""All of one crossing becomes another's; the emptied one stays, pointing there."""


@lru_cache(maxsize=SHAPES_MAX)
def for_schema(statement: str, schema: str, shape: type[Struct] | None = None) -> bytes:
    """Fit a statement to the schema it is to write, and to the shape of the rows it is given."""
    spread = "" if shape is None else source(shape)
    return statement.replace("BOARD.", f"{schema}.").replace("SPREAD", spread).encode()
