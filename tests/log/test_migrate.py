"""The log's tables are brought up once, by whoever comes first, and never edited afterwards."""

from __future__ import annotations

import threading

import pytest

from beket.log import migrate as migrate_module
from beket.log.book import Trouble
from beket.log.connect import Engine
from beket.log.migrate import migrate, migrations


def test_migrations_are_numbered_without_holes() -> None:
    assert [migration.number for migration in migrations()] == list(range(1, len(migrations()) + 1))


def test_bringing_up_again_changes_nothing(dsn: str, connection: Engine) -> None:
    before = connection.execute("SELECT * FROM beket.migration ORDER BY number").fetchall()
    assert migrate(dsn) == len(migrations())
    assert connection.execute("SELECT * FROM beket.migration ORDER BY number").fetchall() == before


def test_processes_that_start_together_do_it_once(dsn: str, connection: Engine) -> None:
    connection.execute("DROP SCHEMA beket CASCADE")
    reached: list[int] = []
    starters = [threading.Thread(target=lambda: reached.append(migrate(dsn))) for _ in range(4)]
    for starter in starters:
        starter.start()
    for starter in starters:
        starter.join()
    assert reached == [len(migrations())] * 4


def test_an_edited_migration_is_refused(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first, *others = migrations()
    edited = migrate_module.Migration(first.number, first.name, first.sql + "-- edited")
    monkeypatch.setattr(migrate_module, "migrations", lambda: (edited, *others))
    with pytest.raises(Trouble, match=r"made by another 001_log\.sql"):
        migrate(dsn)


def test_a_migration_that_fails_leaves_nothing(dsn: str, connection: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = migrate_module.Migration(99, "099_bad.sql", "CREATE TABLE beket.half (n integer); SELECT 1/0")
    monkeypatch.setattr(migrate_module, "migrations", lambda: (*migrations(), bad))
    with pytest.raises(Exception, match="division by zero"):
        migrate(dsn)
    assert connection.execute("SELECT to_regclass('beket.half')").fetchone() == (None,)
