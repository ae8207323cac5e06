"""Time release study, always on: how long conveyances stayed, and in whose hands, from the stamps of their steps.

In an agency's hands a conveyance is while the turn of one of its steps has come and the step is not done. Where the
turns of two overlap each has it, so that parts may add up to more than the whole; *nobody* has it while no step's turn
has come: its driver, papers that are missing, the neighbour's side (WCO, Guide to Measure the Time Required for the
Release of Goods).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from beket.board.panels.asking import Cursor, Scope, all_of, places_named, scoped
from beket.words.ids import CrossingId, Instant, PlaceId, Sha256
from beket.words.procedures import Agency

RECORDS_MAX: Final = 200
"""Most crossings of one list of records, the longest first."""

WHOLE: Final = "whole"
NOBODY: Final = "nobody"
"""The holders that are no agencies: the whole stay, and the time that was no step's turn."""

Steps = Mapping[tuple[Sha256, str], Agency]
"""Whose each step of each procedure is: by the hash of the procedure and the code of the step."""


class Held(Struct, frozen=True, kw_only=True):
    """How long crossings that left were held by somebody: their number, median and 90th percentile, milliseconds."""

    place: PlaceId
    direction: str
    holder: str
    crossings: int
    median_ms: float
    p90_ms: float


class Stay(Struct, frozen=True, kw_only=True):
    """How long one crossing was held by somebody."""

    crossing: CrossingId
    plate: str | None
    country: str | None
    opened_at: Instant
    departed_at: Instant
    held_ms: int


# A crossing that left, with the stays of its steps as ranges: those of one agency are joined before they are measured.
_LEFT: Final = """
WITH owner AS (SELECT * FROM unnest(%(procedures)s::text[], %(steps)s::text[], %(agencies)s::text[])
    AS o (procedure, step, agency)),
  gone AS (SELECT c.place, c.id, c.direction, c.plate, c.country, c.opened_at, c.departed_at FROM crossing c
    WHERE c.departed_at >= %(since)s AND c.departed_at < %(until)s AND c.opened_at < c.departed_at
      AND c.joined_into IS NULL AND SCOPE),
  stay AS (SELECT g.id, o.agency, int8range(greatest(s.asked_at, g.opened_at), least(coalesce(s.done_at,
      s.unneeded_at, g.departed_at), g.departed_at)) AS span
    FROM gone g JOIN course k ON k.crossing = g.id JOIN course_step s ON s.crossing = g.id
      JOIN owner o ON o.procedure = k.procedure AND o.step = s.step
    WHERE s.asked_at IS NOT NULL
      AND greatest(s.asked_at, g.opened_at) < least(coalesce(s.done_at, s.unneeded_at, g.departed_at),
        g.departed_at)),
  joined AS (SELECT id, agency, range_agg(span) AS spans FROM stay GROUP BY id, agency
    UNION ALL SELECT id, 'anybody', range_agg(span) FROM stay GROUP BY id),
  measured AS (
    SELECT id, agency, (SELECT sum(upper(r) - lower(r)) FROM unnest(spans) AS r)::bigint AS held FROM joined),
  held AS (
    SELECT g.id, 'whole' AS holder, g.departed_at - g.opened_at AS held_ms FROM gone g
    UNION ALL SELECT m.id, m.agency, m.held FROM measured m WHERE m.agency <> 'anybody'
    UNION ALL SELECT g.id, 'nobody', g.departed_at - g.opened_at - m.held
      FROM measured m JOIN gone g ON g.id = m.id WHERE m.agency = 'anybody')
"""

_HELD: Final = f"""{_LEFT}
SELECT g.place, g.direction, h.holder, count(*)::integer AS crossings,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY h.held_ms) AS median_ms,
  percentile_cont(0.9) WITHIN GROUP (ORDER BY h.held_ms) AS p90_ms
FROM held h JOIN gone g ON g.id = h.id GROUP BY 1, 2, 3 ORDER BY 1, 2, h.holder <> 'whole', 5 DESC, 3
"""  # noqa: S608 - a statement of our own

_RECORDS: Final = f"""{_LEFT}
SELECT g.id AS crossing, g.plate, g.country, g.opened_at, g.departed_at, h.held_ms
FROM held h JOIN gone g ON g.id = h.id
WHERE g.place = %(place)s AND g.direction = %(direction)s AND h.holder = %(holder)s
ORDER BY h.held_ms DESC, g.id LIMIT %(limit)s
"""  # noqa: S608 - a statement of our own


class Span(Struct, frozen=True):
    """A time: crossings that left in it, its end left out."""

    since: Instant
    until: Instant


class Figure(Struct, frozen=True):
    """What one figure is of."""

    place: PlaceId
    direction: str
    holder: str


def held(cursor: Cursor, steps: Steps, span: Span, places: Scope = None) -> tuple[Held, ...]:
    """Measure how long the crossings that left in a time were held, by checkpoint, direction and holder."""
    return all_of(cursor, Held, scoped(_HELD, places), _named(steps, span, places))


def records(cursor: Cursor, steps: Steps, span: Span, of: Figure, places: Scope = None) -> tuple[Stay, ...]:
    """Tell the crossings behind one figure, the longest first."""
    named = {"place": of.place, "direction": of.direction, "holder": of.holder, "limit": RECORDS_MAX}
    return all_of(cursor, Stay, scoped(_RECORDS, places), {**_named(steps, span, places), **named})


def _named(steps: Steps, span: Span, places: Scope) -> dict[str, object]:
    return {
        "procedures": [procedure for procedure, _ in steps],
        "steps": [step for _, step in steps],
        "agencies": list(steps.values()),
        "since": span.since,
        "until": span.until,
        **places_named(places),
    }
