"""Time release study, always on: how long conveyances stayed, and in whose hands, from stamps, papers and statements.

The whole stay of a conveyance that goes by a procedure is divided so that each moment is one party's, and the parts add
up to the whole (WCO, Guide to Measure the Time Required for the Release of Goods; docs/decisions/0020). In the order in
which a moment is given away:

- *own* and *other*: the turn of a step of customs (with the operator's, which customs decides as well) or of another
  agency has come, the step is not done, and nothing is known to be missing for it; *both* where each has one;
- *driver*: a step waits for a paper, was overtaken in its lane, or its agency says that it waits for the trade;
- *neighbour*: released to go out, and a person says that the neighbour takes nobody;
- *driver* again: released to come in, or to go out while one that was released later has driven off;
- *unknown*: the rest. Nobody can tell, and it is given to nobody.

An agency's own figure counts each moment in which it has a step, so those of two agencies may overlap.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, get_args

from msgspec import Struct

from beket.board.panels.asking import INSIDE, Cursor, Scope, all_of, places_named, scoped
from beket.words.documents import DocumentKind
from beket.words.ids import CrossingId, Instant, PlaceId, Sha256
from beket.words.procedures import COORDINATED, PAPER_PROVES, TELLS_GOODS, TELLS_TRANSIT, Step, deciders

RECORDS_MAX: Final = 200
"""Most crossings of one list of records, the longest first."""

WHOLE: Final = "whole"
PARTS: Final = ("own", "other", "both", "driver", "neighbour", "unknown")
"""The holders that are no agencies: the whole stay, and the parts that add up to it."""

Steps = Mapping[tuple[Sha256, str], Step]
"""The steps of each procedure: by the hash of the procedure and the code of the step."""


class Held(Struct, frozen=True, kw_only=True):
    """How long crossings were held by somebody: their number, median and 90th percentile and all, milliseconds."""

    place: PlaceId
    direction: str
    holder: str
    crossings: int
    median_ms: float
    p90_ms: float
    total_ms: int


class Stay(Struct, frozen=True, kw_only=True):
    """How long one crossing was held by somebody, and in which times: beginnings and ends by turns."""

    crossing: CrossingId
    plate: str | None
    country: str | None
    opened_at: Instant
    departed_at: Instant | None
    whole_ms: int
    held_ms: int
    times: tuple[Instant, ...]


_LEFT: Final = "c.departed_at >= %(since)s AND c.departed_at < %(until)s"

_DIVIDED: Final = """
WITH owner AS (SELECT * FROM unnest(%(procedures)s::text[], %(steps)s::text[], %(agencies)s::text[], %(own)s::bool[],
    %(releases)s::bool[], %(goes)s::bool[]) AS o (procedure, step, agency, own, releases, goes)),
  need AS (SELECT * FROM unnest(%(needing)s::text[], %(needing_steps)s::text[], %(needs)s::text[])
    AS n (procedure, step, need)),
  gives AS (SELECT * FROM unnest(%(kinds)s::text[], %(given)s::text[]) AS v (kind, need)),
  here AS (SELECT c.place, c.id, c.direction, c.plate, c.country, c.opened_at, c.departed_at,
      coalesce(c.departed_at, %(until)s) AS over_at
    FROM crossing c WHERE CHOSEN AND c.opened_at < coalesce(c.departed_at, %(until)s)
      AND c.joined_into IS NULL AND SCOPE),
  paper AS (SELECT h.id, v.need, min(d.at) AS at FROM here h
      JOIN document_crossing d ON d.crossing = h.id AND (d.gone IS NULL OR d.gone = 'replaced')
      JOIN document p ON p.id = d.document JOIN gives v ON v.kind = p.kind GROUP BY 1, 2),
  came AS (SELECT h.id, n.step, CASE WHEN bool_and(p.at IS NOT NULL) THEN max(p.at) END AS at
    FROM here h JOIN course k ON k.crossing = h.id JOIN need n ON n.procedure = k.procedure
      LEFT JOIN paper p ON p.id = h.id AND p.need = n.need GROUP BY 1, 2),
  said AS (SELECT h.id, w.agency,
      range_agg(int8range(w.began_at, greatest(w.began_at, coalesce(w.ended_at, w.until_at)))) AS spans
    FROM here h JOIN trade_wait w ON w.crossing = h.id GROUP BY 1, 2),
  excused AS (SELECT id, agency, range_agg(spans) AS spans FROM (SELECT * FROM said
    UNION ALL SELECT s.id, c.agency, s.spans FROM said s, unnest(%(coordinated)s::text[]) AS c (agency)
      WHERE s.agency = 'customs') AS s GROUP BY 1, 2),
  stamp AS MATERIALIZED (SELECT h.*, k.procedure, s.step, s.asked_at, s.begun_at, s.done_at, s.effect, s.override,
      s.unneeded_at, s.overtaken_at
    FROM here h JOIN course k ON k.crossing = h.id JOIN course_step s ON s.crossing = h.id),
  stamped AS (SELECT s.id, o.agency, o.own, greatest(s.asked_at, s.opened_at) AS begins, s.begun_at,
      CASE WHEN NOT o.releases THEN s.overtaken_at END AS overtaken_at,
      least(coalesce(CASE WHEN s.effect IN ('holds', 'detains') THEN NULL ELSE s.done_at END, s.unneeded_at,
        s.over_at), s.over_at) AS ends,
      s.departed_at IS NULL OR s.unneeded_at IS NOT NULL OR s.done_at IS NOT NULL AS known,
      s.override IS NOT NULL AS overridden, e.step IS NOT NULL AS needs, e.at AS came
    FROM stamp s JOIN owner o ON o.procedure = s.procedure AND o.step = s.step AND NOT o.goes
      LEFT JOIN came e ON e.id = s.id AND e.step = s.step
    WHERE s.asked_at IS NOT NULL),
  lacking AS (SELECT *, greatest(begins, least(ends, begun_at, CASE
      WHEN NOT needs OR (overridden AND (came IS NULL OR came >= ends)) THEN begins
      ELSE coalesce(came, ends) END)) AS lacked FROM stamped WHERE begins < ends),
  step AS (SELECT l.id, l.agency, l.own,
      CASE WHEN l.overtaken_at IS NULL AND w.spans IS NULL THEN int8multirange(int8range(lacked, ends))
        ELSE int8multirange(int8range(lacked, ends)) - passed.span - coalesce(w.spans, '{}') END AS worked,
      CASE WHEN came IS NULL AND NOT known THEN passed.span
        WHEN l.overtaken_at IS NULL THEN int8multirange(int8range(begins, lacked))
        ELSE int8multirange(int8range(begins, lacked)) + passed.span END AS trade
    FROM lacking l
      CROSS JOIN LATERAL (SELECT greatest(begins, overtaken_at) AS from_at, least(ends, begun_at) AS to_at) o
      CROSS JOIN LATERAL (SELECT CASE WHEN l.overtaken_at IS NOT NULL AND o.from_at < o.to_at
        THEN int8multirange(int8range(o.from_at, o.to_at)) ELSE '{}' END AS span) passed
      LEFT JOIN excused w ON w.id = l.id AND w.agency = l.agency),
  let AS (SELECT s.id, int8multirange(int8range(s.done_at, greatest(s.done_at, s.over_at))) AS free,
      CASE WHEN s.direction = 'in' THEN s.done_at ELSE s.overtaken_at END AS off
    FROM stamp s JOIN owner o ON o.procedure = s.procedure AND o.step = s.step AND o.releases
    WHERE s.done_at IS NOT NULL AND s.effect IN ('clears', 'clears_with_conditions', 'diverts')),
  stopped AS (SELECT c.place,
      range_agg(int8range(c.since_at, greatest(c.since_at, coalesce(c.ended_at, c.until_at)))) AS spans
    FROM neighbour_stop c WHERE c.direction = 'out' AND SCOPE GROUP BY 1),
  hands AS (SELECT h.id, int8multirange(int8range(h.opened_at, h.over_at)) AS whole,
      coalesce(s.own, '{}') AS own, coalesce(s.other, '{}') AS other,
      coalesce(s.trade, '{}') + coalesce(w.spans, '{}') AS trade,
      CASE WHEN h.direction = 'out' THEN coalesce(l.free * n.spans, '{}') ELSE '{}' END AS stopped,
      CASE WHEN l.off < h.over_at THEN int8multirange(int8range(l.off, h.over_at)) ELSE '{}' END AS off
    FROM here h JOIN course k ON k.crossing = h.id
      LEFT JOIN (SELECT id, range_agg(worked) FILTER (WHERE own) AS own, range_agg(worked) FILTER (WHERE NOT own)
        AS other, range_agg(trade) AS trade FROM step GROUP BY 1) s ON s.id = h.id
      LEFT JOIN (SELECT id, range_agg(spans) AS spans FROM said GROUP BY 1) w ON w.id = h.id
      LEFT JOIN let l ON l.id = h.id LEFT JOIN stopped n ON n.place = h.place),
  agreed AS (SELECT id, whole, own, other, (trade * whole) - own - other AS trade, stopped * whole AS stopped,
      off * whole AS off FROM hands),
  parted AS (SELECT *, stopped - own - other - trade AS neighbour FROM agreed),
  part AS (SELECT id, whole, own, other, neighbour, trade + (off - own - other - neighbour) AS driver FROM parted),
  span AS (
    SELECT id, 'whole' AS holder, int8multirange(int8range(opened_at, over_at)) AS spans FROM here
    UNION ALL SELECT id, agency, range_agg(worked) FROM step GROUP BY 1, 2
    UNION ALL SELECT id, 'own', own - other FROM part
    UNION ALL SELECT id, 'other', other - own FROM part
    UNION ALL SELECT id, 'both', own * other FROM part
    UNION ALL SELECT id, 'driver', driver FROM part
    UNION ALL SELECT id, 'neighbour', neighbour FROM part
    UNION ALL SELECT id, 'unknown', whole - own - other - driver - neighbour FROM part),
  held AS MATERIALIZED (SELECT s.id, s.holder, s.spans,
      (SELECT sum(upper(r) - lower(r)) FROM unnest(s.spans) AS r)::bigint AS held_ms
    FROM span s WHERE NOT isempty(s.spans))
"""

_HELD: Final = f"""{_DIVIDED}
SELECT h.place, h.direction, s.holder, count(*)::integer AS crossings,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY s.held_ms) AS median_ms,
  percentile_cont(0.9) WITHIN GROUP (ORDER BY s.held_ms) AS p90_ms, sum(s.held_ms)::bigint AS total_ms
FROM held s JOIN here h ON h.id = s.id GROUP BY 1, 2, 3
ORDER BY 1, 2, array_position(%(order)s::text[], s.holder), 5 DESC, 3
"""  # noqa: S608 - a statement of our own

_RECORDS: Final = f"""{_DIVIDED}
SELECT h.id AS crossing, h.plate, h.country, h.opened_at, h.departed_at, h.over_at - h.opened_at AS whole_ms, s.held_ms,
  ARRAY(SELECT t FROM unnest(s.spans) AS r, unnest(ARRAY[lower(r), upper(r)]) AS t ORDER BY t) AS times
FROM held s JOIN here h ON h.id = s.id
WHERE h.place = %(place)s AND h.direction = %(direction)s AND s.holder = %(holder)s
ORDER BY s.held_ms DESC, h.id LIMIT %(limit)s
"""  # noqa: S608 - a statement of our own


class Span(Struct, frozen=True):
    """A time: crossings that left in it, its end left out; without a beginning those that are here at its end."""

    since: Instant | None
    until: Instant


class Figure(Struct, frozen=True):
    """What one figure is of."""

    place: PlaceId
    direction: str
    holder: str


def held(cursor: Cursor, steps: Steps, span: Span, places: Scope = None) -> tuple[Held, ...]:
    """Measure how long crossings were held, by checkpoint, direction and holder; who held none is not told."""
    return all_of(cursor, Held, _chosen(_HELD, span, places), _named(steps, span, places))


def records(cursor: Cursor, steps: Steps, span: Span, of: Figure, places: Scope = None) -> tuple[Stay, ...]:
    """Tell the crossings behind one figure, the longest first."""
    named = {"place": of.place, "direction": of.direction, "holder": of.holder, "limit": RECORDS_MAX}
    return all_of(cursor, Stay, _chosen(_RECORDS, span, places), {**_named(steps, span, places), **named})


def _chosen(statement: str, span: Span, places: Scope) -> str:
    return scoped(statement.replace("CHOSEN", INSIDE if span.since is None else _LEFT), places)


def _named(steps: Steps, span: Span, places: Scope) -> dict[str, object]:
    needs = [(procedure, code, need) for (procedure, code), step in steps.items() for need in needs_of(step)]
    return {
        "procedures": [procedure for procedure, _ in steps],
        "steps": [code for _, code in steps],
        "agencies": [step.agency for step in steps.values()],
        "own": ["customs" in deciders(step.agency) for step in steps.values()],
        "releases": [step.releases for step in steps.values()],
        "goes": [step.machine and "exit" in step.proof for step in steps.values()],
        "needing": [procedure for procedure, _, _ in needs],
        "needing_steps": [code for _, code, _ in needs],
        "needs": [need for _, _, need in needs],
        "kinds": [kind for kind, _ in _GIVES],
        "given": [need for _, need in _GIVES],
        "coordinated": sorted(COORDINATED),
        "order": [WHOLE, *PARTS],
        "since": span.since,
        "until": span.until,
        **places_named(places),
    }


def needs_of(step: Step) -> Iterator[str]:
    """Name what a step needs of papers: those that prove it, and those that tell whether it is needed at all."""
    yield from (proof for proof in step.proof if proof == "document" or proof in _BROUGHT)
    if step.when and all(when.condition in ("goods", "transit") for when in step.when):
        yield from {f"told:{when.condition}" for when in step.when}


_BROUGHT: Final = frozenset(PAPER_PROVES.values()) - {"control_result"}
"""Proof that the trade brings; what an agency wrote of its control is its own."""

_GIVES: Final = (
    *((kind, "document") for kind in get_args(DocumentKind)),
    *((kind, proof) for kind, proof in PAPER_PROVES.items() if proof in _BROUGHT),
    *((kind, "told:goods") for kind in sorted(TELLS_GOODS)),
    *((kind, "told:transit") for kind in sorted(TELLS_TRANSIT)),
)
"""What each kind of document gives to steps that need it."""
