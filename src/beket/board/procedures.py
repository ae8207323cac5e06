"""Procedures and where crossings stand in them: every proposal with what became of it, every step with its stamps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec
from msgspec import Struct, field

from beket.words.facts import (
    Fact,
    ProcedureApproved,
    ProcedureProposed,
    ProcedureRejected,
    StandingFound,
    StateClaimed,
    StepBegun,
    StepDecided,
)
from beket.words.ids import PlaceId

PROCEDURES: Final = (
    ProcedureProposed, ProcedureApproved, ProcedureRejected, StandingFound, StateClaimed, StepBegun, StepDecided,
)  # fmt: skip
"""The facts that are gathered here."""

TOLD: Final = (StepBegun, StepDecided, StateClaimed)
"""Those that the story of a crossing tells; where it stands follows from them."""

_ENCODER: Final = msgspec.json.Encoder()


class ProcedureRow(Struct):
    """A procedure as it was proposed; the text as a JSON string."""

    place: str
    of: str
    code: str
    direction: str
    template: str
    trial: bool
    text: str
    sha256: str
    from_at: int
    by_whom: str
    at: int


class SettledRow(Struct):
    """What became of a proposed procedure."""

    place: str
    of: str
    status: str
    version: int | None
    from_at: int | None
    second: str
    settled_at: int
    why: str | None


class CourseRow(Struct):
    """Where a crossing stands; lists and steps as JSON, `facts` is the reference of the fact that says so."""

    place: str
    crossing: str
    procedure: str
    state: str
    proven: bool
    steps: str
    lacks: str
    claims: str
    overdue: str
    since: int
    seq: int
    idx: int


class StepRow(Struct):
    """The stamps of one step of one crossing: when its turn came, when it was begun and how it ended."""

    place: str
    crossing: str
    step: str
    asked_at: int | None = None
    begun_at: int | None = None
    begun_by: str | None = None
    done_at: int | None = None
    outcome: str | None = None
    effect: str | None = None
    agency: str | None = None
    by_whom: str | None = None
    remark: str | None = None
    override: str | None = None
    decided: str | None = None
    unneeded_at: int | None = None
    overtaken_at: int | None = None


class ClaimRow(Struct):
    """What somebody said of a crossing without proof."""

    place: str
    crossing: str
    state: str
    by_whom: str
    agency: str
    remark: str
    at: int


class Procedures(Struct):
    """The rows of one batch; of several about one thing they hold what is so in the end."""

    proposed: list[ProcedureRow] = field(default_factory=list)
    settled: list[SettledRow] = field(default_factory=list)
    courses: dict[str, CourseRow] = field(default_factory=dict)
    steps: dict[tuple[str, str], StepRow] = field(default_factory=dict)
    claims: dict[tuple[str, str], ClaimRow] = field(default_factory=dict)


def gather_procedures(rows: Procedures, place: PlaceId, ref: tuple[int, int], fact: Fact) -> None:
    """Add one fact to the batch."""
    match fact:
        case ProcedureProposed():
            rows.proposed.append(
                ProcedureRow(
                    place, fact.because[0], fact.procedure.code, fact.procedure.direction, fact.procedure.template,
                    fact.procedure.trial, _ENCODER.encode(fact.text).decode(), fact.sha256, fact.from_at, fact.by,
                    fact.at,
                )
            )  # fmt: skip
        case ProcedureApproved():
            rows.settled.append(
                SettledRow(place, fact.of, "approved", fact.version, fact.from_at, fact.second, fact.at, None)
            )
        case ProcedureRejected():
            rows.settled.append(SettledRow(place, fact.of, "rejected", None, None, fact.by, fact.at, fact.why))
        case StandingFound():
            _stand(rows, place, ref, fact)
        case StateClaimed():
            rows.claims.setdefault(
                (fact.crossing, fact.state),
                ClaimRow(place, fact.crossing, fact.state, fact.by, fact.agency, fact.remark, fact.at),
            )
        case StepBegun() | StepDecided():
            _on_step(rows, place, fact)
        case _:
            raise AssertionError(f"{type(fact).__name__} is not in PROCEDURES")


def _stand(rows: Procedures, place: PlaceId, ref: tuple[int, int], fact: StandingFound) -> None:
    before = rows.courses.get(fact.crossing)
    since = fact.at if before is None or before.state != fact.state else before.since
    steps, lacks, claims, overdue = (
        _ENCODER.encode(part).decode() for part in (fact.steps, fact.lacks, fact.claims, fact.overdue)
    )
    rows.courses[fact.crossing] = CourseRow(
        place, fact.crossing, fact.procedure, fact.state, fact.proven, steps, lacks, claims, overdue, since, *ref
    )
    for step in fact.due:
        row = _step(rows, place, fact.crossing, step)
        row.asked_at = fact.at if row.asked_at is None else row.asked_at
    for step in fact.overtaken:
        row = _step(rows, place, fact.crossing, step)
        row.overtaken_at = fact.at if row.overtaken_at is None else row.overtaken_at
    for step, state in fact.steps.items():
        if state == "cleared":  # a machine's step: its proof is there
            row = _step(rows, place, fact.crossing, step)
            row.done_at = fact.at if row.done_at is None else row.done_at
        if state == "not_required":
            row = _step(rows, place, fact.crossing, step)
            row.unneeded_at = fact.at if row.unneeded_at is None else row.unneeded_at


def _on_step(rows: Procedures, place: PlaceId, fact: StepBegun | StepDecided) -> None:
    row = _step(rows, place, fact.crossing, fact.step)
    if isinstance(fact, StepBegun):
        row.begun_at, row.begun_by = fact.at, fact.by
        return
    row.done_at, row.outcome, row.effect, row.agency = fact.at, fact.outcome, fact.effect, fact.agency
    row.by_whom, row.remark, row.override, row.decided = fact.by, fact.remark, fact.override, fact.because[0]


def _step(rows: Procedures, place: PlaceId, crossing: str, step: str) -> StepRow:
    return rows.steps.setdefault((crossing, step), StepRow(place, crossing, step))


def number_procedures(rows: Procedures, refs: Sequence[tuple[int, int]]) -> None:
    """Give the rows the references of their facts, by which so far they only had their order."""
    for row in rows.courses.values():
        row.seq, row.idx = refs[row.idx]


def written(rows: Procedures) -> Iterator[tuple[str, Sequence[Struct]]]:
    """Give the statements with their rows."""
    yield PROPOSED, rows.proposed
    yield SETTLED, rows.settled
    yield COURSES, list(rows.courses.values())
    yield STEPS, list(rows.steps.values())
    yield CLAIMS, list(rows.claims.values())


PROPOSED: Final = """
INSERT INTO BOARD.procedure (place, of, code, direction, template, trial, text, sha256, from_at, by_whom, at)
SELECT * FROM SPREAD AS e ON CONFLICT (place, of) DO NOTHING
"""

SETTLED: Final = """
UPDATE BOARD.procedure AS p SET status = e.status, version = e.version, from_at = coalesce(e.from_at, p.from_at),
  second = e.second, settled_at = e.settled_at, why = e.why
FROM SPREAD AS e WHERE p.place = e.place AND p.of = e.of
"""

COURSES: Final = """
INSERT INTO BOARD.course AS c (place, crossing, procedure, state, proven, steps, lacks, claims, overdue, since, seq,
  idx)
SELECT * FROM SPREAD AS e
ON CONFLICT (crossing) DO UPDATE SET state = excluded.state, proven = excluded.proven, steps = excluded.steps,
  lacks = excluded.lacks, claims = excluded.claims, overdue = excluded.overdue, seq = excluded.seq, idx = excluded.idx,
  since = CASE WHEN c.state = excluded.state THEN c.since ELSE excluded.since END
WHERE (c.seq, c.idx) < (excluded.seq, excluded.idx)
"""

STEPS: Final = """
INSERT INTO BOARD.course_step AS s (place, crossing, step, asked_at, begun_at, begun_by, done_at, outcome, effect,
  agency, by_whom, remark, override, decided, unneeded_at, overtaken_at)
SELECT * FROM SPREAD AS e
ON CONFLICT (crossing, step) DO UPDATE SET asked_at = coalesce(s.asked_at, excluded.asked_at),
  begun_at = coalesce(s.begun_at, excluded.begun_at), begun_by = coalesce(s.begun_by, excluded.begun_by),
  done_at = CASE WHEN excluded.outcome IS NULL THEN coalesce(s.done_at, excluded.done_at) ELSE excluded.done_at END,
  outcome = coalesce(excluded.outcome, s.outcome), effect = coalesce(excluded.effect, s.effect),
  agency = coalesce(excluded.agency, s.agency),
  by_whom = CASE WHEN excluded.outcome IS NULL THEN s.by_whom ELSE excluded.by_whom END,
  remark = CASE WHEN excluded.outcome IS NULL THEN s.remark ELSE excluded.remark END,
  override = CASE WHEN excluded.outcome IS NULL THEN s.override ELSE excluded.override END,
  decided = coalesce(excluded.decided, s.decided), unneeded_at = coalesce(s.unneeded_at, excluded.unneeded_at),
  overtaken_at = coalesce(s.overtaken_at, excluded.overtaken_at)
WHERE excluded.outcome IS NOT NULL
  OR (s.asked_at IS NULL AND excluded.asked_at IS NOT NULL) OR (s.begun_at IS NULL AND excluded.begun_at IS NOT NULL)
  OR (s.done_at IS NULL AND excluded.done_at IS NOT NULL)
  OR (s.unneeded_at IS NULL AND excluded.unneeded_at IS NOT NULL)
  OR (s.overtaken_at IS NULL AND excluded.overtaken_at IS NOT NULL)
"""  # a standing says again what is cleared already: that writes nothing

CLAIMS: Final = """
INSERT INTO BOARD.claim (place, crossing, state, by_whom, agency, remark, at)
SELECT * FROM SPREAD AS e ON CONFLICT (crossing, state) DO NOTHING
"""

_FIRST: Final = ("asked_at", "begun_at", "begun_by", "unneeded_at", "overtaken_at")
_DECIDED: Final = ("done_at", "outcome", "effect", "agency", "by_whom", "remark", "override", "decided")
_STAMPS: Final = ", ".join(("step", *_FIRST, *_DECIDED))
_OURS: Final = ", ".join(
    [f"{name} = coalesce(s.{name}, excluded.{name})" for name in _FIRST]
    + [f"{name} = CASE WHEN s.outcome IS NULL THEN coalesce(excluded.{name}, s.{name}) ELSE s.{name} END"
       for name in _DECIDED]
)  # fmt: skip

JOIN: Final = (
    f"INSERT INTO BOARD.course_step AS s (place, crossing, {_STAMPS}) SELECT place, %(into)s, {_STAMPS}"  # noqa: S608
    f" FROM BOARD.course_step WHERE crossing = %(crossing)s ON CONFLICT (crossing, step) DO UPDATE SET {_OURS}",
    "INSERT INTO BOARD.claim (place, crossing, state, by_whom, agency, remark, at) SELECT place, %(into)s, state,"
    " by_whom, agency, remark, at FROM BOARD.claim WHERE crossing = %(crossing)s ON CONFLICT DO NOTHING",
    "DELETE FROM BOARD.course_step WHERE crossing = %(crossing)s",
    "DELETE FROM BOARD.claim WHERE crossing = %(crossing)s",
    "DELETE FROM BOARD.course WHERE crossing = %(crossing)s",
)
"""What was done for a crossing that turned out to be another was done for that one, unless that was done there too."""
