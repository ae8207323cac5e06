"""Brings the log's tables to this program's version: plain numbered SQL files, each applied once."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from typing import Any, Final

from msgspec import Struct
from psycopg import Connection

from beket.log.book import Trouble
from beket.log.connect import open_connection, troubled

_LOCK: Final = 0x6265_6B65_7401
"""Advisory lock held while migrating, so that processes starting together do it once."""


class Migration(Struct, frozen=True):
    """One SQL file of the sequence."""

    number: int
    name: str
    sql: str

    @property
    def sha256(self) -> str:
        """Name the file by its bytes, to see that an applied one was never edited."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def migrations() -> tuple[Migration, ...]:
    """Every migration this program carries, in order."""
    found = sorted(path.name for path in files("beket.log.migrations").iterdir() if path.name.endswith(".sql"))
    return tuple(_load(name) for name in found)


def migrate(dsn: str) -> int:
    """Apply what is missing; gives the number of the newest migration in force."""
    with troubled(), open_connection(dsn) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        connection.execute("CREATE SCHEMA IF NOT EXISTS beket")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS beket.migration (number integer PRIMARY KEY, name text NOT NULL,"
            " sha256 text NOT NULL, applied timestamptz NOT NULL DEFAULT now())"
        )
        applied = _applied(connection)
        for migration in migrations():
            _bring(connection, migration, applied)
        return max(applied)


def _load(name: str) -> Migration:
    sql = files("beket.log.migrations").joinpath(name).read_text(encoding="utf-8")
    return Migration(int(name.partition("_")[0]), name, sql)


def _applied(connection: Connection[Any]) -> dict[int, str]:
    return dict(connection.execute("SELECT number, sha256 FROM beket.migration").fetchall())


def _bring(connection: Connection[Any], migration: Migration, applied: dict[int, str]) -> None:
    """Apply one migration, or see that it was applied as it stands here."""
    before = applied.get(migration.number)
    if before is not None and before != migration.sha256:
        raise Trouble(f"the log's tables were made by another {migration.name}; this program must not touch them")
    if before is None:
        with connection.transaction():
            connection.execute(migration.sql)
            connection.execute(
                "INSERT INTO beket.migration (number, name, sha256) VALUES (%s, %s, %s)",
                (migration.number, migration.name, migration.sha256),
            )
        applied[migration.number] = migration.sha256
