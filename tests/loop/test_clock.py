"""Time comes as something said: to every chain, never backwards, and with a clear word when the clock goes back."""

from __future__ import annotations

import logging

import pytest

from beket.log.book import Seq
from beket.log.postgres import PostgresBook
from beket.loop.clock import Clock
from beket.words.ids import CLOCK, Instant, PlaceId
from beket.words.readings import Tick
from tests.board import scenes

ELSEWHERE = PlaceId("KG-TOR-A")


class Hands:
    """A clock whose hands a test moves."""

    def __init__(self, at: int) -> None:
        self.at = at

    def __call__(self) -> Instant:
        """Say the time."""
        return Instant(self.at)


@pytest.fixture
def hands() -> Hands:
    """A clock at noon."""
    return Hands(scenes.NOON)


@pytest.fixture
def told(dsn: str, hands: Hands) -> PostgresBook:
    """A log with two chains that goes by that clock."""
    book = PostgresBook(dsn, now=hands)
    for place in (scenes.PLACE, ELSEWHERE):
        book.append(place, [scenes.described(place)])
    return book


def _ticks(book: PostgresBook, place: PlaceId = scenes.PLACE) -> list[int]:
    frames = book.read(place, Seq(0), 1000)
    return [entry.body.received for frame in frames for entry in frame.entries if isinstance(entry.body, Tick)]


def test_every_chain_hears_the_same_tick(told: PostgresBook, hands: Hands) -> None:
    clock = Clock(told, now=hands)
    for _ in range(3):
        hands.at += 15_000
        assert clock.tick() == hands.at
    expected = [scenes.NOON + n * 15_000 for n in (1, 2, 3)]
    assert _ticks(told) == _ticks(told, ELSEWHERE) == expected
    body = told.read(scenes.PLACE, Seq(1), 1)[0].entries[0].body
    assert isinstance(body, Tick)
    assert body.device_id == CLOCK
    told.close()


def test_a_clock_gone_back_says_so_once_and_ticks_on_when_it_caught_up(
    told: PostgresBook, hands: Hands, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock(told, now=hands)
    hands.at += 60_000
    clock.tick()
    hands.at -= 30_000
    with caplog.at_level(logging.WARNING, logger="beket.loop.clock"):
        assert clock.tick() is None
        assert clock.tick() is None
        hands.at += 31_000
        assert clock.tick() == hands.at
    said = [record.message for record in caplog.records if record.name == "beket.loop.clock"]
    assert len(said) == 2
    assert "went back" in said[0]
    assert "30.0 s behind" in said[0]
    assert "caught up" in said[1]
    assert _ticks(told) == [scenes.NOON + 60_000, scenes.NOON + 61_000]
    told.close()


def test_a_restart_does_not_tick_before_what_the_log_knows(told: PostgresBook, hands: Hands) -> None:
    hands.at += 60_000
    Clock(told, now=hands).tick()
    hands.at -= 1000
    assert Clock(told, now=hands).tick() is None
    assert _ticks(told) == [scenes.NOON + 60_000]
    told.close()


def test_without_chains_there_is_nobody_to_tell(book: PostgresBook, hands: Hands) -> None:
    assert Clock(book, now=hands).tick() == scenes.NOON
    assert book.heads() == []
