"""Several loops share a country: each place is looked after, also when one of them is killed, and all end together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from beket.app.loops import NUMBER
from beket.board.schema import ensure
from beket.log.connect import open_connection
from beket.log.migrate import migrate
from beket.log.postgres import PostgresBook
from beket.log.server import Server
from beket.loop.replay import check
from beket.loop.runner import Share
from beket.words.ids import PlaceId
from tests.board import scenes

PLACES = [PlaceId(f"KG-{number}") for number in range(6)]
PATIENCE_S = 40.0


@pytest.fixture
def dsn() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder, Server(folder) as server:
        migrate(server.dsn)
        with open_connection(server.dsn) as connection:
            ensure(connection)
        yield server.dsn


def _tell(book: PostgresBook, number: int) -> None:
    for place in PLACES:
        book.append(place, [scenes.plate(f"01KG00{number}ABC", scenes.NOON + number * 60_000)])


def _await_caught_up(dsn: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    with open_connection(dsn) as connection:
        while True:
            behind = connection.execute(
                "SELECT h.place FROM beket.place_head h LEFT JOIN beket.cursor c ON c.place = h.place"
                " AND c.reader = 'loop' WHERE h.seq > coalesce(c.seq, 0)"
            ).fetchall()
            if not behind:
                return
            assert time.monotonic() < deadline, f"nobody looks after {behind}"
            time.sleep(0.05)


def _children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for file in found for child in file.read_text().split()]


def test_all_places_are_looked_after_and_a_loop_that_dies_comes_back(dsn: str) -> None:
    assert {Share(0, 2).holds(place) for place in PLACES} == {True, False}, "both have something to do"
    environment = {**os.environ, "BEKET_DSN": dsn, "BEKET_LOOPS": "2"}
    environment.pop(NUMBER, None)
    first = subprocess.Popen([sys.executable, "-m", "beket", "part", "loop"], env=environment)
    try:
        with closing(PostgresBook(dsn)) as book:
            _tell(book, 1)
            _await_caught_up(dsn)
            (other,) = _children(first.pid)
            os.kill(other, signal.SIGKILL)
            _tell(book, 2)
            _await_caught_up(dsn)
            assert check(book).holds
            others = _children(first.pid)
    finally:
        first.terminate()
        assert first.wait(PATIENCE_S) == 0
    assert other not in others
    assert not any(Path(f"/proc/{pid}").exists() for pid in others)
