"""Ctrl-C ends a node within seconds whatever it was waiting for, and once more ends it at once."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import psycopg
import pytest

from beket.log.migrate import migrate
from beket.log.server import Server
from tests.house.camera import site_file
from tests.house.house import SMALL, House, alive, calm, descendants, last_line, running, until

SOON_S: Final = 5.0
"""An operator waits so long without pressing again; an idle machine needs a tenth of it."""

AT_ONCE_S: Final = 10.0
"""PostgreSQL gives its processes five seconds before it kills them."""

SEEN_S: Final = 40.0


@contextmanager
def hanging(house: House) -> Iterator[int]:
    """One of the engine's processes does not move any more, as when a disk hangs; gives its number."""
    below = descendants(house.process.pid)
    found = next(pid for pid, command in below.items() if "checkpointer" in command)
    os.kill(found, signal.SIGSTOP)
    try:
        yield found
    finally:
        with suppress(ProcessLookupError):
            os.kill(found, signal.SIGKILL)
        until(lambda: not alive(found), SEEN_S, "the engine's last process is gone")


@pytest.mark.timeout(120)
def test_while_an_engine_that_died_does_not_come_back(folder: Path) -> None:
    with running(folder, "--site", site_file(folder)) as house, hanging(house):
        os.kill(house.parts()["postgres"], signal.SIGKILL)
        log = house.data / "postgres.log"
        until(lambda: "is still in use" in log.read_text("utf-8"), SEEN_S, "it was tried again")
        assert house.interrupt() <= SOON_S
        assert house.process.returncode == 0
        calm(house.said)


@pytest.mark.timeout(120)
def test_again_when_the_engine_does_not_stop(folder: Path) -> None:
    with running(folder, "--site", site_file(folder)) as house, hanging(house):
        house.process.send_signal(signal.SIGINT)
        until(lambda: set(house.parts()) == {"postgres"}, SEEN_S, "all but the engine has stopped")
        assert house.interrupt() <= AT_ONCE_S
        assert "SIGINT again: stopping at once" in house.said
        calm(house.said)
        assert descendants(house.process.pid) == {}
    house.start()
    try:
        house.greeted()
    finally:
        house.end()


@pytest.mark.timeout(120)
def test_before_a_rehearsal_has_come_to_its_end(folder: Path) -> None:
    with running(folder, "--demo", "--for", "600", *SMALL) as house:
        time.sleep(2)
        assert house.interrupt() <= SOON_S
        summary = last_line(house.told)
        assert summary["readings"] > 0
        assert summary["judge"] is None
        calm(house.said)


@pytest.mark.timeout(120)
def test_while_somebody_else_holds_what_the_start_needs(folder: Path) -> None:
    with Server(folder / "other") as other:
        migrate(other.dsn)
        house = House(folder, "--site", site_file(folder), "--dsn", other.dsn)
        with psycopg.connect(other.dsn) as holding:
            holding.execute("CREATE SCHEMA board_10")
            try:
                house.start()
                until(lambda: _waits(other.dsn), SEEN_S, "the start waits")
                assert house.interrupt() <= SOON_S
                assert house.process.returncode == 0
                calm(house.said)
            finally:
                house.end()


def _waits(dsn: str) -> bool:
    with psycopg.connect(dsn) as looking:
        row = looking.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'").fetchone()
        return bool(row and row[0])
