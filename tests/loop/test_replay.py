"""The law of replay finds every fact that was altered, dropped, added or put out of order, and names the first."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from beket.log.draft import request
from beket.log.postgres import PostgresBook
from beket.loop import turn
from beket.loop.replay import check
from beket.words.facts import Concluded, CrossingClosed, CrossingOpened
from beket.words.ids import CrossingId, PlaceId
from beket.words.wire import Entry
from tests.board import engine, scenes

Bend = Callable[[list[Entry]], list[Entry]]


def _tell_and_follow(dsn: str, book: PostgresBook) -> None:
    for frame in scenes.in_frames(scenes.day(31, 150), 31):
        book.append(scenes.PLACE, frame)
    engine.follow(dsn)


def test_it_counts_what_it_saw(dsn: str, book: PostgresBook) -> None:
    _tell_and_follow(dsn, book)
    report = check(book, scenes.LIGHT)
    assert report.holds
    assert (report.places, report.readings, report.decisions, report.waiting) == (1, 150, 1, 0)
    assert report.facts > 150
    assert check(book, scenes.LIGHT, PlaceId("KG-NONE")).places == 0


def test_what_the_loop_has_not_reached_is_waiting(dsn: str, book: PostgresBook) -> None:
    _tell_and_follow(dsn, book)
    book.append(scenes.PLACE, [scenes.plate("01KG777ABC", scenes.NOON + 10**9)])
    report = check(book, scenes.LIGHT)
    assert (report.holds, report.waiting) == (True, 1)


def _drop(facts: list[Entry]) -> list[Entry]:
    return facts[:5] + facts[6:]


def _swap(facts: list[Entry]) -> list[Entry]:
    return [*facts[:5], facts[6], facts[5], *facts[7:]]


def _alter(facts: list[Entry]) -> list[Entry]:
    at = next(n for n, entry in enumerate(facts) if isinstance(entry.body, CrossingOpened))
    body = facts[at].body
    assert isinstance(body, CrossingOpened)
    other = CrossingOpened(
        at=body.at, because=body.because, crossing=body.crossing, lane=body.lane, direction="out", zone=body.zone,
        opened_by=body.opened_by,
    )  # fmt: skip
    return [*facts[:at], Entry(body=other), *facts[at + 1 :]]


def _add(facts: list[Entry]) -> list[Entry]:
    body = facts[0].body
    assert isinstance(body, Concluded)
    invented = CrossingClosed(at=body.at, because=body.because, crossing=CrossingId("x"), reason="departed")
    return [*facts, Entry(body=invented)]


@pytest.mark.parametrize(
    ("bend", "said"), [(_drop, "the log says"), (_swap, "the log says"), (_alter, "out"), (_add, "does not follow")]
)
def test_bent_facts_are_found(
    dsn: str, book: PostgresBook, monkeypatch: pytest.MonkeyPatch, bend: Bend, said: str
) -> None:
    monkeypatch.setattr(turn, "request", lambda place, entries: request(place, bend(entries)))
    for frame in scenes.in_frames(scenes.day(31, 150), 31):
        book.append(scenes.PLACE, frame)
    engine.follow_blindly(dsn)
    monkeypatch.undo()
    report = check(book, scenes.LIGHT)
    assert not report.holds
    assert report.first is not None
    assert report.first.place == scenes.PLACE
    assert said in report.first.said


def test_a_fact_that_is_missing_at_the_end_is_found(
    dsn: str, book: PostgresBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    test_bent_facts_are_found(dsn, book, monkeypatch, lambda facts: facts[:-1], "the log lacks")
