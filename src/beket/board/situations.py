"""Situations, their signals and cards, and shifts: rows that facts about them bring."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct, field

from beket.board.papers import RANKS
from beket.words.facts import (
    CheckTicked,
    ClosingProposed,
    Fact,
    HandoverConfirmed,
    Level,
    OfSituation,
    ShiftEnded,
    ShiftStarted,
    Signal,
    SituationChanged,
    SituationClosed,
    SituationDispatched,
    SituationEscalated,
    SituationOpened,
    SituationRaisedAgain,
    SituationsMerged,
    SituationSnoozed,
    SituationTaken,
)
from beket.words.ids import PlaceId

SITUATIONS: Final = (OfSituation, CheckTicked, ShiftStarted, ShiftEnded, HandoverConfirmed)
"""The facts that are gathered here."""

_ENCODER: Final = msgspec.json.Encoder()


class ChangeRow(Struct):
    """What a batch changes of a situation: new values by their columns, as JSON."""

    id: str
    changes: str


class SignalRow(Struct):
    """A signal that was raised, and perhaps gone in the same batch."""

    situation: str
    key: str
    place: str
    kind: str
    about: str
    name: str
    subject: str
    level: str
    ranking: int
    raised_at: int
    four_eyes: bool
    gone_with: bool
    gone_at: int | None = None


class GoneRow(Struct):
    """A signal that holds no longer, in whichever situation it was raised."""

    place: str
    key: str
    gone_at: int


class MergeRow(Struct):
    """A situation that is a part of another: so is what was a part of it."""

    id: str
    kept: str


class CheckRow(Struct):
    """A step of a card."""

    situation: str
    code: str
    done: bool
    by_whom: str
    at: int


class FactRow(Struct):
    """A fact about a situation, whole."""

    situation: str
    place: str
    seq: int
    idx: int
    fact: str


class ShiftRow(Struct):
    """Somebody is on shift."""

    place: str
    account: str
    role: str
    started_at: int


class EndRow(Struct):
    """Somebody is on shift no longer."""

    place: str
    account: str
    seq: int
    idx: int
    ended_at: int
    forgotten: bool
    handed: str


class ReliefRow(Struct):
    """Somebody took over what another had."""

    place: str
    account: str
    confirmed_by: str
    confirmed_at: int


class Situations(Struct):
    """The rows of one batch; of several facts about one thing the last stands."""

    opened: dict[str, dict[str, Any]] = field(default_factory=dict)
    changed: dict[str, dict[str, Any]] = field(default_factory=dict)
    signals: dict[tuple[str, str], SignalRow] = field(default_factory=dict)
    gone: dict[tuple[str, str], GoneRow] = field(default_factory=dict)
    merges: list[MergeRow] = field(default_factory=list)
    checks: dict[tuple[str, str], CheckRow] = field(default_factory=dict)
    facts: list[FactRow] = field(default_factory=list)
    shifts: list[ShiftRow] = field(default_factory=list)
    ends: list[EndRow] = field(default_factory=list)
    reliefs: list[ReliefRow] = field(default_factory=list)


def gather_situation(batch: Situations, place: PlaceId, ref: tuple[int, int], fact: Fact) -> None:
    """Add one fact to the batch."""
    seq, idx = ref
    named = [fact.situation] if isinstance(fact, OfSituation | CheckTicked) else []
    if isinstance(fact, SituationsMerged):
        named.append(fact.into)
    for name in named:
        batch.facts.append(FactRow(name, place, seq, idx, _ENCODER.encode(fact).decode()))
    if isinstance(fact, OfSituation):
        _gather(batch, place, fact)
        return
    match fact:
        case CheckTicked():
            batch.checks[fact.situation, fact.check] = CheckRow(
                fact.situation, fact.check, fact.done, fact.by, fact.at
            )  # fmt: skip
        case ShiftStarted():
            batch.shifts.append(ShiftRow(place, fact.account, fact.role, fact.at))
        case ShiftEnded():
            batch.ends.append(EndRow(place, fact.account, seq, idx, fact.at, fact.forgotten, " ".join(fact.handed)))
            for name in fact.handed:
                _change(batch, name, handing=True)
        case HandoverConfirmed():
            batch.reliefs.append(ReliefRow(place, fact.account, fact.by, fact.at))
        case _:
            raise AssertionError(f"{type(fact).__name__} is not in SITUATIONS")


def _gather(batch: Situations, place: PlaceId, fact: OfSituation) -> None:
    if isinstance(fact, SituationOpened):
        _open(batch, place, fact)
        return
    _change(batch, fact.situation, version=fact.version)
    match fact:
        case SituationChanged():
            _shift_signals(batch, place, fact)
        case SituationsMerged():
            _change(batch, fact.situation, merged_into=fact.into, asks=False, closed_at=fact.at)
            _change(
                batch, fact.into, version=fact.into_version, sort=fact.sort, proposed=None, proposed_by=None,
                **_leveled(fact.level),
            )  # fmt: skip
            batch.merges.append(MergeRow(fact.situation, fact.into))
        case SituationClosed():
            _change(
                batch, fact.situation, asks=False, outcome=fact.outcome, closed_at=fact.at, closed_by=fact.by,
                second=fact.second, remark=fact.remark or None,
            )  # fmt: skip
        case _:
            _by_people(batch, fact)


def _by_people(batch: Situations, fact: OfSituation) -> None:
    name, at = fact.situation, fact.at
    match fact:
        case SituationRaisedAgain():
            _change(
                batch, name, asks=True, asked_at=at, again=fact.why, snoozed_until=None, until_at=None, proposed=None,
                proposed_by=None,
            )  # fmt: skip
        case SituationTaken():
            _change(batch, name, asks=False, holder=fact.by, until_at=fact.until_at, snoozed_until=None, handing=False)
        case SituationEscalated():
            _change(
                batch, name, rung=fact.to, asks=True, asked_at=at, holder=None, until_at=None, snoozed_until=None,
                handing=False, proposed=None, proposed_by=None,
            )  # fmt: skip
        case SituationSnoozed():
            _change(batch, name, asks=False, holder=fact.by, until_at=None, snoozed_until=fact.until_at, handing=False)
        case SituationDispatched():
            _change(batch, name, asked_for=fact.what, asked_for_by=fact.by, asked_for_at=at)
        case ClosingProposed():
            _change(batch, name, proposed=fact.outcome, proposed_by=fact.by)
        case _:
            raise AssertionError(f"{type(fact).__name__} is gathered nowhere")


def _change(batch: Situations, name: str, **changes: object) -> None:
    """Note new values of a situation's columns; what came later in a batch stands."""
    target = batch.opened if name in batch.opened else batch.changed
    target.setdefault(name, {}).update(changes)


def _leveled(level: Level) -> dict[str, Any]:
    return {"level": level, "ranking": RANKS[level]}


def _open(batch: Situations, place: PlaceId, fact: SituationOpened) -> None:
    batch.opened[fact.situation] = {
        "place": place, "id": fact.situation, "about": fact.about, "subject": fact.subject, "sort": fact.sort,
        "opened_at": fact.at, "version": fact.version, "rung": fact.rung, "asks": fact.level != "low",
        "asked_at": fact.at, "handing": False, **_leveled(fact.level),
    }  # fmt: skip
    for signal in fact.signals:
        _raise(batch, place, fact, signal)


def _shift_signals(batch: Situations, place: PlaceId, fact: SituationChanged) -> None:
    changes: dict[str, Any] = {"sort": fact.sort, **_leveled(fact.level)}
    if fact.about is not None:
        changes |= {"about": fact.about, "subject": fact.subject}
    if fact.raised:
        changes |= {"proposed": None, "proposed_by": None}
    for signal in fact.gone:
        batch.gone[place, signal.key] = GoneRow(place, signal.key, fact.at)
        for row in batch.signals.values():
            if (row.place, row.key) == (place, signal.key):
                row.gone_at = row.gone_at or fact.at
    for signal in fact.raised:
        _raise(batch, place, fact, signal)
    _change(batch, fact.situation, **changes)


def _raise(batch: Situations, place: PlaceId, fact: OfSituation, signal: Signal) -> None:
    batch.signals[fact.situation, signal.key] = SignalRow(
        fact.situation, signal.key, place, signal.kind, signal.about, signal.name, signal.subject, signal.level,
        RANKS[signal.level], fact.at, signal.four_eyes, signal.left,
    )  # fmt: skip


def number_situations(batch: Situations, refs: Sequence[tuple[int, int]]) -> None:
    """Give the rows the references of their facts, by which so far they only had their order."""
    for row in batch.facts:
        row.seq, row.idx = refs[row.idx]
    for end in batch.ends:
        end.seq, end.idx = refs[end.idx]


def written(batch: Situations) -> Iterator[tuple[str, Sequence[Struct]]]:
    """Give each statement with its rows, in the order in which they are written."""
    yield OPENED, _as_rows(batch.opened)
    yield CHANGED, _as_rows(batch.changed)
    yield MERGES, batch.merges
    yield GONE, list(batch.gone.values())
    yield SIGNALS, list(batch.signals.values())
    yield CHECKS, list(batch.checks.values())
    yield FACTS, batch.facts
    yield SHIFTS, batch.shifts
    yield ENDS, batch.ends
    yield RELIEFS, batch.reliefs


def _as_rows(changes: dict[str, dict[str, Any]]) -> list[ChangeRow]:
    return [ChangeRow(name, _ENCODER.encode(without_nought(given)).decode()) for name, given in changes.items()]


def without_nought(given: dict[str, Any]) -> dict[str, Any]:
    """The engine's JSON has no place for the sign of nought, and no text of ours needs it."""
    return {name: value.replace("\0", "�") if isinstance(value, str) else value for name, value in given.items()}


COLUMNS: Final = (
    "about, subject, sort, level, ranking, version, rung, asks, asked_at, again, holder, until_at, snoozed_until, "
    "handing, asked_for, asked_for_by, asked_for_at, proposed, proposed_by, outcome, closed_at, closed_by, second, "
    "remark, merged_into"
)
"""What may change of a situation."""

OPENED: Final = """
INSERT INTO BOARD.situation
SELECT r.* FROM SPREAD AS e, jsonb_populate_record(NULL::BOARD.situation, e.changes::jsonb) AS r ON CONFLICT DO NOTHING
"""

CHANGED: Final = """
UPDATE BOARD.situation AS s SET (COLUMNS) = (
  SELECT COLUMNS FROM jsonb_populate_record(s, e.changes::jsonb) AS r
) FROM SPREAD AS e WHERE s.id = e.id
""".replace("COLUMNS", COLUMNS)
"""A value that is not named stays as it is; one that is named as null goes."""

MERGES: Final = "UPDATE BOARD.situation AS s SET merged_into = e.kept FROM SPREAD AS e WHERE s.merged_into = e.id"

GONE: Final = """
UPDATE BOARD.situation_signal AS s SET gone_at = e.gone_at FROM SPREAD AS e
WHERE s.place = e.place AND s.key = e.key AND s.gone_at IS NULL
"""

SIGNALS: Final = """
INSERT INTO BOARD.situation_signal (situation, key, place, kind, about, name, subject, level, ranking, raised_at,
  four_eyes, gone_with, gone_at)
SELECT * FROM SPREAD AS e
ON CONFLICT (situation, key) DO UPDATE SET name = excluded.name, level = excluded.level, ranking = excluded.ranking,
  raised_at = excluded.raised_at, four_eyes = excluded.four_eyes OR situation_signal.four_eyes,
  gone_with = excluded.gone_with, gone_at = excluded.gone_at
"""

CHECKS: Final = """
INSERT INTO BOARD.situation_check (situation, code, done, by_whom, at) SELECT * FROM SPREAD AS e
ON CONFLICT (situation, code) DO UPDATE SET done = excluded.done, by_whom = excluded.by_whom, at = excluded.at
"""

FACTS: Final = """
INSERT INTO BOARD.situation_fact (situation, place, seq, idx, fact) SELECT * FROM SPREAD AS e ON CONFLICT DO NOTHING
"""

SHIFTS: Final = """
INSERT INTO BOARD.shift (place, account, role, started_at) SELECT * FROM SPREAD AS e ON CONFLICT DO NOTHING
"""

ENDS: Final = """
UPDATE BOARD.shift AS s SET ended_at = e.ended_at, ended_seq = e.seq, ended_idx = e.idx,
  forgotten = e.forgotten, handed = e.handed FROM SPREAD AS e
WHERE s.place = e.place AND s.account = e.account AND s.started_at <= e.ended_at AND s.ended_at IS NULL
"""

RELIEFS: Final = """
UPDATE BOARD.shift AS s SET confirmed_by = e.confirmed_by, confirmed_at = e.confirmed_at FROM SPREAD AS e
WHERE s.place = e.place AND s.account = e.account AND s.ended_at IS NOT NULL AND s.confirmed_by IS NULL
  AND s.handed <> ''
"""
