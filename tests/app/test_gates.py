"""The desk that is started before its engine: it waits where it must, and is no longer on its way once let on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import psycopg
import pytest

from beket.app.children import Child
from beket.app.desk import found_logins
from beket.board.schema import ensure
from beket.log.connect import open_connection
from beket.log.migrate import migrate
from beket.log.server import Server
from beket.settings import Settings, environment_of
from tests.house.house import takes, until
from tests.log.engines import short_dir
from tests.ports import free_port

WARM_S: Final = 1.5
"""Longer than a desk takes to import what it needs, where nothing else is done."""

ON_S_MAX: Final = 40.0


@pytest.fixture
def settings() -> Iterator[Settings]:
    """A node's settings, in a folder that is gone at the end."""
    with short_dir() as folder:
        yield Settings(data_dir=str(folder / "data"), port=free_port())


def test_a_desk_started_early_waits_for_the_engine_and_then_for_the_board(settings: Settings) -> None:
    server = Server(settings.data_dir)
    Path(settings.data_dir).mkdir(mode=0o700)
    desk = Child("web", {**environment_of(settings), "BEKET_DSN": server.dsn, "BEKET_DEMO": "1"})
    desk.start(gated=True)
    try:
        with server:
            migrate(server.dsn)
            time.sleep(WARM_S)
            assert not _has_accounts(server.dsn)
            desk.open_gate()
            until(lambda: found_logins(settings), ON_S_MAX, "its accounts are made")
            with open_connection(server.dsn) as connection:
                ensure(connection)
            assert not takes(settings.port)
            desk.open_gate()
            until(lambda: takes(settings.port), ON_S_MAX, "it listens")
            desk.stop()
    finally:
        desk.stop()


def test_a_desk_that_is_started_again_meets_no_gates(settings: Settings) -> None:
    with Server(settings.data_dir) as server:
        migrate(server.dsn)
        desk = Child("web", {**environment_of(settings), "BEKET_DSN": server.dsn})
        try:
            desk.start()
            until(lambda: takes(settings.port), ON_S_MAX, "it listens")
            desk.open_gate()  # nothing waits behind it
        finally:
            desk.stop()


def test_a_gated_part_that_died_is_let_on_without_a_fault(settings: Settings) -> None:
    desk = Child("web", {**environment_of(settings), "BEKET_DSN": "dbname=none"})
    desk.start(gated=True)
    assert desk.pid is not None
    desk.ask_to_stop()
    until(lambda: not _runs(desk), ON_S_MAX, "it is gone")
    for _ in range(3):
        desk.open_gate()
    desk.stop()


def _runs(child: Child) -> bool:
    return (
        child.pid is not None and "Z" not in Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()[0]
    )


def _has_accounts(dsn: str) -> bool:
    with psycopg.connect(dsn) as connection:
        row = connection.execute("SELECT to_regclass('desk.accounts_account') IS NOT NULL").fetchone()
        return bool(row and row[0])
