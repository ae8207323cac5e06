"""Steps that wait for somebody of one agency: of crossings that are at a checkpoint now, with when an answer is due."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

import msgspec
from msgspec import Struct

from beket.board.panels.asking import OPEN, Cursor, Scope, all_of, places_named, scoped
from beket.words.ids import CrossingId, EntryRef, Instant, PlaceId, Sha256
from beket.words.procedures import OVER, Step, StepState

Steps = Mapping[tuple[Sha256, str], Step]
"""Each step of each procedure that somebody may decide, by the hash of the procedure and the step's code."""

Served = Collection[tuple[str, str]]
"""The agencies whose steps are asked for, each with a place, or "" for the country."""


class Waiting(Struct, frozen=True, kw_only=True):
    """One step that waits; `due_at` is when silence answers it or its norm is over, whichever comes first."""

    place: PlaceId
    crossing: CrossingId
    direction: str
    plate: str | None
    country: str | None
    procedure: Sha256
    step: str
    state: StepState
    steps: str
    lacks: str
    asked_at: Instant | None
    begun_by: str | None
    outcome: str | None
    remark: str | None
    decided: EntryRef | None
    due_at: Instant | None
    silent_at: Instant | None

    @property
    def missing(self) -> frozenset[str]:
        """The kinds of proof that this step misses, of what a release of the crossing lacks."""
        lacks = (one.partition(":") for one in msgspec.json.decode(self.lacks, type=tuple[str, ...]))
        return frozenset(proof for step, _colon, proof in lacks if step == self.step and proof)

    def waits_for(self, step: Step) -> tuple[str, ...]:
        """Name the steps before this one that are not over."""
        states = msgspec.json.decode(self.steps, type=dict[str, StepState])
        return tuple(code for code in step.after if states.get(code) not in OVER)


class Part(Struct, frozen=True, kw_only=True):
    """Which part of the list: at one place or at all, of these steps only, behind a crossing's step, and how many."""

    limit: int
    place: str | None = None
    after: tuple[str, str] | None = None
    steps: frozenset[str] | None = None


_GONE_BY: Final = f"""
SELECT DISTINCT p.sha256, p.text FROM procedure p JOIN course k ON k.procedure = p.sha256 AND k.place = p.place
  JOIN crossing c ON c.id = k.crossing
WHERE p.status = 'approved' AND {OPEN} AND SCOPE
"""  # noqa: S608 - a statement of our own

_WAITING: Final = f"""
WITH own AS (SELECT * FROM unnest(%(procedures)s::text[], %(codes)s::text[], %(owners)s::text[], %(norms)s::integer[],
    %(silences)s::integer[]) AS o (procedure, step, agency, norm_s, silence_s)),
  served AS (SELECT * FROM unnest(%(agencies)s::text[], %(there)s::text[]) AS v (agency, place)),
  found AS (SELECT k.place, k.crossing, c.direction, c.plate, c.country, k.procedure, o.step,
      k.steps::json ->> o.step AS state, k.steps, k.lacks, s.asked_at, s.begun_by, s.outcome, s.remark, s.decided,
      CASE WHEN s.decided IS NULL THEN s.asked_at + 1000::bigint * least(o.norm_s, o.silence_s) END AS due_at,
      CASE WHEN s.decided IS NULL THEN s.asked_at + 1000::bigint * o.silence_s END AS silent_at
    FROM course k JOIN crossing c ON c.id = k.crossing JOIN own o ON o.procedure = k.procedure
      LEFT JOIN course_step s ON s.crossing = k.crossing AND s.step = o.step
    WHERE {OPEN} AND SCOPE AND (%(place)s::text IS NULL OR k.place = %(place)s)
      AND EXISTS (SELECT 1 FROM served v WHERE v.agency = o.agency AND v.place IN ('', k.place)))
SELECT * FROM found f WHERE (f.state IN ('pending', 'in_progress', 'held')
    OR f.state = 'undecided' AND f.asked_at IS NOT NULL)
  AND (%(after)s::text[] IS NULL OR ARRAY[f.crossing, f.step] > %(after)s::text[])
ORDER BY ORDERING LIMIT %(limit)s
"""  # noqa: S608 - a statement of our own

SOONEST: Final = "f.due_at NULLS LAST, f.asked_at NULLS LAST, f.crossing, f.step"
IN_TURN: Final = "ARRAY[f.crossing, f.step]"
"""How the list is ordered: what is due soonest first, or so that a part can follow a part."""


def gone_by(cursor: Cursor, places: Scope = None) -> dict[Sha256, str]:
    """Give the texts of the procedures that crossings at a checkpoint go by now, by their hashes."""
    cursor.execute(scoped(_GONE_BY, places), places_named(places))
    return {sha256: msgspec.json.decode(text) for sha256, text in cursor.fetchall()}


def waiting(cursor: Cursor, steps: Steps, served: Served, part: Part, places: Scope = None) -> tuple[Waiting, ...]:
    """List the steps that wait for the agencies that are served, of those given: due soonest first, or in turn."""
    wanted = part.steps
    own = [
        (*key, step.agency, step.norm_s, step.silence and step.silence.after_s)
        for key, step in steps.items()
        if wanted is None or step.code in wanted
    ]
    names = ("procedures", "codes", "owners", "norms", "silences")
    named: dict[str, object] = {name: [row[n] for row in own] for n, name in enumerate(names)}
    named |= {"agencies": [agency for agency, _ in served], "there": [place for _, place in served]}
    named |= {"place": part.place, "after": None if part.after is None else list(part.after), "limit": part.limit}
    order = SOONEST if part.after is None else IN_TURN
    statement = scoped(_WAITING, places).replace("ORDERING", order)
    return all_of(cursor, Waiting, statement, {**named, **places_named(places)})
