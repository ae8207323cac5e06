"""Measures search and the wall on a big board: `python bench/search.py [--crossings N]`; prints JSON.

A million crossings are generated straight into the board's tables; then a part of a plate is searched as people do
(whole plates, endings, digits, regions, letters of either script), with and without filters. Goals: p95 of a search
(its first page and its count) ≤ 300 ms; the wall ≤ 50 ms with 100,000 crossings in the last day.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from typing import Any, Final

import psycopg

from beket.board.panels import crossings, dossier, place, wall
from beket.board.panels.crossings import Query
from beket.board.schema import ensure
from beket.log.migrate import migrate
from beket.log.server import Server
from beket.words.ids import CrossingId, Instant, PlaceId

PLACES: Final = 36
A_DAY: Final = 100_000
DAY_MS: Final = 86_400_000
NOW: Final = Instant(1_795_000_000_000)
SEARCHES: Final = 300
SCRATCH: Final = "board_scratch"

# Plates are drawn anew for about every third crossing: the others come back. Half of them are written with KG inside.
_FILL: Final = """
CREATE TEMP TABLE drawn AS
SELECT n, 'KG-' || lpad((n %% 36)::text, 3, '0') AS place, (%(now)s - (n::float8 * %(day)s / %(a_day)s))::bigint AS at,
  lpad((1 + (who * 7919) %% 9)::text, 2, '0') AS region,
  lpad(((who * 104729) %% 1000)::text, 3, '0') AS digits,
  chr(65 + ((who * 31) %% 26)::int) || chr(65 + ((who / 26) %% 26)::int)
    || chr(65 + ((who / 676) %% 26)::int) AS letters,
  who
FROM (SELECT n, (hashint8(n)::bigint & 2147483647) %% (%(count)s / 3) AS who
  FROM generate_series(1::bigint, %(count)s) AS n) AS d;
"""
_CROSSINGS: Final = """
INSERT INTO crossing (place, id, direction, lane, opened_at, opened_by, zone, plate, country, plate_rank, vehicle_type,
  gross_kg, gamma_alarm, controlled_at, departed_at, closed_at, close_reason, evidence, last_at)
SELECT place, place || ':' || n || '.0', CASE WHEN n % 2 = 0 THEN 'in' ELSE 'out' END, 'in-1', at, 'plate_read',
  'departure',
  region || 'KG' || digits || letters, 'KG', 4, 'truck', 20000 + n % 20000, n % 500 = 0, at + 600000,
  CASE WHEN n > 8000 OR n % 10 = 0 THEN at + 3600000 END, CASE WHEN n > 8000 OR n % 10 = 0 THEN at + 3700000 END,
  CASE WHEN n > 8000 OR n % 10 = 0 THEN 'departed' END, 5, at + 3600000
FROM drawn;
INSERT INTO crossing_key (key, crossing, place, opened_at)
SELECT region || 'KG' || digits || letters || ' ' || region || digits || letters, place || ':' || n || '.0', place, at
FROM drawn;
INSERT INTO key_part (part, key)
SELECT DISTINCT substr(w, i), key FROM (SELECT DISTINCT key FROM crossing_key) AS k, string_to_table(key, ' ') AS w,
  generate_series(1, length(w) - 2) AS i;
INSERT INTO place (id, name_ky, name_ru, name_en, described)
SELECT DISTINCT place, place, place, place, true FROM drawn;
INSERT INTO lane (place, id, direction) SELECT DISTINCT place, 'in-1', 'in' FROM drawn;
INSERT INTO device (place, id, described) SELECT DISTINCT place, place || '/camera', true FROM drawn;
"""


def fill(connection: psycopg.Connection[Any], count: int) -> None:
    """Generate the crossings, the newest now and a hundred thousand a day backwards."""
    named = {"now": NOW, "day": DAY_MS, "a_day": A_DAY, "count": count}
    cursor = psycopg.ClientCursor(connection)
    cursor.execute(_FILL, named)
    cursor.execute(_CROSSINGS.encode())
    connection.execute("VACUUM ANALYZE")


def asked(seed: int) -> list[Query]:
    """Searches as people make them: mostly what stands at the end of a plate or in its middle."""
    chance = random.Random(seed)
    queries = []
    for _ in range(SEARCHES):
        region, digits = f"{chance.randrange(1, 10):02}", f"{chance.randrange(1000):03}"
        letters = "".join(chance.choice("ABCEHKMOPTXY") for _ in range(3))
        part = chance.choice(
            (
                f"{region}KG{digits}{letters}", f"{region} {digits} {letters}", f"{digits}{letters}", f"KG{digits}",
                digits, f"{region}KG", letters, digits[:2], f"{digits}{letters[:1]}",
                letters.translate(_CYRILLIC), "ZZZZZ",
            )
        )  # fmt: skip
        where = PlaceId(f"KG-{chance.randrange(PLACES):03}")
        filters: dict[str, Any] = chance.choice(
            (
                {}, {}, {}, {"place": where}, {"places": frozenset({where})}, {"state": "inside"}, {"direction": "in"},
                {"alarm": True}, {"since": Instant(NOW - DAY_MS)}, {"until": Instant(NOW - 5 * DAY_MS)},
            )
        )  # fmt: skip
        queries.append(Query(plate=part, **filters))
    return queries


_CYRILLIC: Final = str.maketrans("ABCEHKMOPTXY", "АВСЕНКМОРТХУ")


def timed(work: Callable[[], object]) -> float:
    """Milliseconds that something takes."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def quantiles(times: list[float]) -> dict[str, float]:
    """What people feel: the middle, the slow, the slowest."""
    cuts = statistics.quantiles(times, n=20)
    return {"p50_ms": round(cuts[9], 1), "p95_ms": round(cuts[18], 1), "max_ms": round(max(times), 1)}


def measure(count: int) -> dict[str, Any]:
    """Fill a scratch board and ask it."""
    with tempfile.TemporaryDirectory() as folder, Server(folder) as server:
        migrate(server.dsn)
        options = f"-c search_path={SCRATCH},beket"
        with psycopg.connect(server.dsn, autocommit=True, options=options) as connection:
            ensure(connection, SCRATCH)
            filling = timed(lambda: fill(connection, count))
            size = connection.execute(
                "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c WHERE relnamespace = %s::regnamespace AND"
                " relkind = 'r'",
                (SCRATCH,),
            ).fetchone()
        with psycopg.connect(server.dsn, autocommit=True, options=options) as connection:
            return _asked(connection) | {
                "crossings": count, "filled_s": round(filling / 1000, 1),
                "mib": int(size[0]) // 2**20 if size else None,
                "environment": {"cores": os.cpu_count(), "python": platform.python_version()},
            }  # fmt: skip


def _asked(connection: psycopg.Connection[Any]) -> dict[str, Any]:
    cursor = connection.cursor()
    searches = [(query, timed(lambda q=query: _search(cursor, q))) for query in asked(1)]  # type: ignore[misc]
    slowest = sorted(searches, key=lambda one: -one[1])[:5]
    newest = crossings.page(cursor, Query(), limit=1).rows[0].id
    return {
        "search": quantiles([ms for _, ms in searches]) | {"goal_p95_ms": 300, "searches": len(searches)},
        "slowest": [{"ms": round(ms), "plate": query.plate, **_filters(query)} for query, ms in slowest],
        "list": quantiles([timed(lambda: _search(cursor, Query())) for _ in range(20)]),
        "inside": quantiles([timed(lambda: _search(cursor, Query(state="inside"))) for _ in range(20)]),
        "wall": quantiles([timed(lambda: wall.wall(cursor, NOW)) for _ in range(20)]) | {"goal_ms": 50},
        "place": quantiles([timed(lambda: place.place(cursor, PlaceId("KG-001"), NOW)) for _ in range(20)]),
        "dossier": quantiles([timed(lambda: dossier.dossier(cursor, CrossingId(newest))) for _ in range(20)]),
    }


def _search(cursor: psycopg.Cursor[Any], query: Query) -> None:
    crossings.page(cursor, query)
    crossings.count(cursor, query)


def _filters(query: Query) -> dict[str, str]:
    said = {name: getattr(query, name) for name in ("places", "place", "direction", "state", "since", "until")}
    return {name: str(value) for name, value in said.items() if value is not None} | (
        {"alarm": "yes"} if query.alarm else {}
    )


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--crossings", type=int, default=1_000_000)
    print(json.dumps(measure(arguments.parse_args().crossings), indent=2))
