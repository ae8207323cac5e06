"""Measures how long similar earlier cases take: `python bench/similar.py [--situations N]`; prints JSON.

Three times as many visits as situations, a paper for each that has one, 500 firms that bring them all, and devices that
fail again and again; then the newest situations are asked for what is like them. Goal: p95 under the tick of a desk
(150 ms), for the panel is drawn anew whenever something is done about it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
from typing import Any, Final

import psycopg
from search import SCRATCH, fill, quantiles, timed

from beket.board.panels import situations
from beket.board.panels.similar import similar
from beket.board.schema import ensure
from beket.log.migrate import migrate
from beket.log.server import Server
from beket.words.ids import SituationId

TICK_MS: Final = 150
ASKED: Final = 300

_FILL: Final = """
INSERT INTO document (id, place, seq, idx, kind, format, number, version, unannounced, confirmed, cancels, filed_at,
  plates, items, gist, fact)
SELECT 'd' || n, place, n, 0, 'consignment_note', 'cmr', 'CMR-' || n, 1, false, true, false, at, '', 1,
  json_build_object('kind', 'consignment_note', 'format', 'cmr', 'own', json_build_array('CMR' || n), 'parties',
    json_build_array(json_build_object('role', 'consignor', 'name', 'F' || n % 500, 'folded', 'FIRM' || n % 500),
      json_build_object('role', 'carrier', 'name', 'C' || n % 700, 'folded', 'CARRIER' || n % 700)), 'vins',
    json_build_array(json_build_object('vin', 'VIN' || who)))::text, '1.0'
FROM drawn WHERE n % 3 = 0;
INSERT INTO document_key (key, document, place, filed_at)
SELECT k.key, 'd' || n, place, at FROM drawn CROSS JOIN LATERAL unnest(
  ARRAY['CMR' || n, 'FIRM' || n % 500, 'CARRIER' || n % 700, 'VIN' || who]) AS k (key) WHERE n % 3 = 0;
INSERT INTO document_crossing (document, crossing, place, by_what, at, because, fact)
SELECT 'd' || n, place || ':' || n || '.0', place, 'plate', at, '1.0', '1.1' FROM drawn WHERE n % 3 = 0;
INSERT INTO situation (place, id, about, subject, sort, level, ranking, opened_at, version, rung, asks, asked_at,
  handing, outcome, closed_at)
SELECT place, place || ':' || n || '.0.1', CASE WHEN n % 30 = 0 THEN place || '/camera' ELSE place || ':' || n || '.0' END,
  CASE WHEN n % 30 = 0 THEN 'device' ELSE 'crossing' END, 'weight', 'medium', 3, at, 1, 'all', false, at, false,
  'no_action', at + 1800000 FROM drawn WHERE n % 3 = 0;
INSERT INTO situation_signal (situation, key, place, kind, about, name, subject, level, ranking, raised_at, four_eyes,
  gone_with)
SELECT id, 'k', place, CASE WHEN subject = 'device' THEN 'failed' ELSE 'finding' END, about,
  CASE WHEN subject = 'device' THEN 'silent' ELSE 'W10' END, '', 'medium', 3, opened_at, false, false FROM situation;
INSERT INTO finding (about, place, rule, subject, level, ranking, told, documents, at, because, fact, active, device)
SELECT about, place, 'W10', '', 'medium', 3, '{}', '', opened_at, '1.0', '1.1', true, place || '/scale' FROM situation
WHERE subject = 'crossing';
"""  # noqa: E501 - rows as they are


def measure(count: int) -> dict[str, Any]:
    """Fill a scratch board and ask it."""
    with tempfile.TemporaryDirectory() as folder, Server(folder) as server:
        migrate(server.dsn)
        options = f"-c search_path={SCRATCH},beket"
        with psycopg.connect(server.dsn, autocommit=True, options=options) as connection:
            ensure(connection, SCRATCH)
            fill(connection, count * 3)
            connection.execute(_FILL.encode())
            connection.execute("VACUUM ANALYZE")
            cursor = connection.cursor()
            times, found = _asked(cursor)
            kept = cursor.execute("SELECT count(*) FROM situation").fetchone()
        return {
            "similar": quantiles(times) | {"goal_p95_ms": TICK_MS, "asked": len(times)},
            "situations": kept[0] if kept else None,
            "found_at_all": found,
            "environment": {"cores": os.cpu_count(), "python": platform.python_version()},
        }


def _asked(cursor: psycopg.Cursor[Any]) -> tuple[list[float], int]:
    """Ask for what is like the newest; a tenth of them are of devices, which fail again and again."""
    names = cursor.execute("SELECT id FROM situation ORDER BY opened_at DESC LIMIT %s", (ASKED,)).fetchall()
    times, found = [], 0
    for (name,) in names:
        row = situations.situation(cursor, SituationId(name))
        assert row is not None
        times.append(timed(lambda row=row: similar(cursor, row, papers=True)))  # type: ignore[misc]
        found += bool(similar(cursor, row, papers=True))
    return times, found


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--situations", type=int, default=100_000)
    print(json.dumps(measure(arguments.parse_args().situations), indent=2))
