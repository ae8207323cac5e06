"""Situations as they stood: their facts as far as the log had them at an instant, folded by the board's own fold.

What a list shows of situations now is asked of the rows that come out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct

from beket.board.concluded import RANKS as PLATE_RANKS
from beket.board.panels.asking import Cursor, Scope, all_of, places_named, scoped
from beket.board.panels.situations import Counted, SituationSeen, counted, situations
from beket.board.situations import Situations, gather_situation, without_nought
from beket.log.instants import Stood
from beket.words.facts import (
    CrossingIdentified,
    Fact,
    SituationEscalated,
    SituationsMerged,
    SituationSnoozed,
    SituationTaken,
)
from beket.words.ids import Instant, PlaceId

FACTS_MAX: Final = 20_000
"""Most facts that one picture is folded from: a country's open situations have some hundred."""

LATE_MS: Final = 24 * 3_600_000
"""How long after it was ordered a closing can have been concluded: the log was written by then, the thinking stood."""

HANDED_MS: Final = 30 * 24 * 3_600_000
"""How far back the end of a shift is looked for that left something behind: what nobody takes over is raised again."""

_ENCODER: Final = msgspec.json.Encoder()
_DECODER: Final = msgspec.json.Decoder(Fact)


class Queue(Struct, frozen=True, kw_only=True):
    """The open situations as they stood, the worst first, and how many there were of each level."""

    situations: tuple[SituationSeen, ...]
    counts: tuple[Counted, ...]


class _Told(Struct, frozen=True):
    place: PlaceId
    seq: int
    idx: int
    fact: str


class _Handed(Struct, frozen=True):
    handed: str
    seq: int
    idx: int


class _Sign(Struct, frozen=True):
    crossing: str
    fact: str


_STOOD: Final = "stood AS (SELECT * FROM unnest(%(stood_places)s::text[], %(stood_seqs)s::bigint[]) AS s (place, seq))"

_FACTS: Final = f"""
WITH {_STOOD}, then_open AS (
  SELECT c.id, c.merged_into FROM situation c JOIN stood s ON s.place = c.place
  WHERE SCOPE AND (c.closed_at IS NULL OR c.closed_at > %(at)s - %(late)s)
    AND EXISTS (SELECT 1 FROM situation_fact f WHERE f.situation = c.id AND f.seq <= s.seq)
), about AS (
  SELECT id FROM then_open UNION SELECT c.id FROM situation c JOIN then_open o ON c.merged_into IN (o.id, o.merged_into)
)
SELECT DISTINCT f.place, f.seq, f.idx, f.fact FROM about a JOIN situation_fact f ON f.situation = a.id
JOIN stood s ON s.place = f.place AND f.seq <= s.seq ORDER BY f.place, f.seq, f.idx LIMIT %(limit)s
"""  # noqa: S608 - words of our own

_HANDED: Final = f"""
WITH {_STOOD}
SELECT c.handed, c.ended_seq AS seq, c.ended_idx AS idx FROM shift c JOIN stood s ON s.place = c.place
WHERE SCOPE AND c.handed <> '' AND c.ended_seq <= s.seq AND c.ended_at > %(at)s - %(handed_ms)s
"""  # noqa: S608 - words of our own

_SIGNS: Final = f"""
WITH {_STOOD}, about AS (
  SELECT c.id, c.id AS of FROM crossing c WHERE c.id = ANY(%(names)s)
  UNION ALL SELECT c.joined_into, c.id FROM crossing c WHERE c.joined_into = ANY(%(names)s)
)
SELECT a.id AS crossing, k.fact FROM about a JOIN stood s ON s.place = split_part(a.id, ':', 1)
JOIN conclusion k ON k.crossing = a.of AND k.kind = 'crossing_identified' AND k.seq <= s.seq
ORDER BY a.id <> a.of DESC, k.seq, k.idx
"""  # noqa: S608 - words of our own

_AS_THEY_STOOD: Final = """
WITH situation AS (
  SELECT r.* FROM unnest(%(rows)s::text[]) AS e (row), jsonb_populate_record(NULL::situation, e.row::jsonb) AS r
), situation_signal AS (
  SELECT r.* FROM unnest(%(signals)s::text[]) AS e (row),
    jsonb_populate_record(NULL::situation_signal, e.row::jsonb) AS r
)
"""


class _Folded:
    """A cursor whose statements see situations and their signals as they were folded."""

    def __init__(self, cursor: Cursor, rows: Iterable[dict[str, Any]], signals: Iterable[dict[str, Any]]) -> None:
        self._cursor = cursor
        self._named = {"rows": [_json(row) for row in rows], "signals": [_json(row) for row in signals]}

    @property
    def description(self) -> Any:  # noqa: ANN401 - the driver's own
        return self._cursor.description

    def execute(self, query: Any, params: Any = (), /) -> object:  # noqa: ANN401 - the driver's own
        return self._cursor.execute(_AS_THEY_STOOD + query, {**dict(params), **self._named})

    def fetchall(self) -> Sequence[Any]:
        return self._cursor.fetchall()


def queue(cursor: Cursor, at: Instant, reached: Sequence[Stood], places: Scope = None) -> Queue:
    """Read the queue as it stood just before an instant, each chain having reached a position."""
    named = {
        "stood_places": [one.place for one in reached], "stood_seqs": [one.seq for one in reached], "at": at,
        "late": LATE_MS, "handed_ms": HANDED_MS, "limit": FACTS_MAX, **places_named(places),
    }  # fmt: skip
    told = all_of(cursor, _Told, scoped(_FACTS, places), named)
    handed = all_of(cursor, _Handed, scoped(_HANDED, places), named)
    batch, settled = _fold(told)
    for shift in handed:
        for name in shift.handed.split():
            if name in batch.opened and settled.get(name, (0, 0)) < (shift.seq, shift.idx):
                batch.opened[name]["handing"] = True
    then = _Folded(cursor, batch.opened.values(), map(msgspec.structs.asdict, batch.signals.values()))
    rows = situations(then, places)
    signs = _signs(cursor, {**named, "names": [row.about for row in rows if row.subject == "crossing"]})
    return Queue(
        situations=tuple(_as_known(row, signs.get(row.about)) for row in rows), counts=counted(then, places)
    )  # fmt: skip


def _fold(told: Sequence[_Told]) -> tuple[Situations, dict[str, tuple[int, int]]]:
    """Fold facts into rows; and which fact put each situation into somebody's hands last."""
    batch, settled = Situations(), dict[str, tuple[int, int]]()
    for one in told:
        fact = _DECODER.decode(one.fact)
        gather_situation(batch, one.place, (one.seq, one.idx), fact)
        if isinstance(fact, SituationTaken | SituationSnoozed | SituationEscalated):
            settled[fact.situation] = one.seq, one.idx
        if isinstance(fact, SituationsMerged):
            for row in batch.opened.values():
                if row.get("merged_into") == fact.situation:
                    row["merged_into"] = fact.into
    return batch, settled


def _signs(cursor: Cursor, named: Mapping[str, object]) -> dict[str, tuple[int, CrossingIdentified]]:
    """The plate that each crossing was known by: that of the best view, of the same view the last."""
    found: dict[str, tuple[int, CrossingIdentified]] = {}
    for sign in all_of(cursor, _Sign, _SIGNS, named):
        fact = _DECODER.decode(sign.fact)
        assert isinstance(fact, CrossingIdentified)
        rank = PLATE_RANKS.get(fact.role, 0)
        if rank and rank >= found.get(sign.crossing, (0,))[0]:
            found[sign.crossing] = rank, fact
    return found


def _as_known(row: SituationSeen, sign: tuple[int, CrossingIdentified] | None) -> SituationSeen:
    """A line with the plate of then, and without pictures, of which nobody tells when they came."""
    plate, country = (None, None) if sign is None else (sign[1].value, sign[1].country)
    return msgspec.structs.replace(row, plate=plate, country=country, picture=None, plate_picture=None)


def _json(row: dict[str, Any]) -> str:
    return _ENCODER.encode(without_nought(row)).decode()
