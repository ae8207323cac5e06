"""A real engine for tests: one server per session, one database per test, made from a template in a few ms."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection, sql

from beket.board.projector import BoardProjection
from beket.board.schema import SCHEMA, TABLES, ensure
from beket.log.migrate import migrate
from beket.log.postgres import PostgresBook
from beket.log.server import Server
from beket.loop.ports import News
from beket.loop.runner import Runner
from beket.words.facts import Fact
from beket.words.ids import EntryRef
from tests.board import scenes
from tests.log.engines import UNSYNCED

_NUMBERS = itertools.count(1)


def serve() -> Iterator[Server]:
    """Start a server whose template database has the log's and the board's tables."""
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder) / "data", settings=UNSYNCED) as server:
        migrate(server.dsn)
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            ensure(connection)
        yield server


def fresh(server: Server) -> str:
    """Make a database of its own; gives its DSN."""
    name = f"test_{next(_NUMBERS)}"
    with psycopg.connect(f"{server.dsn.rpartition(' dbname=')[0]} dbname=postgres", autocommit=True) as connection:
        template = server.dsn.rpartition(" dbname=")[2]
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
    return f"{server.dsn.rpartition(' dbname=')[0]} dbname={name}"


def connect(dsn: str, schema: str = SCHEMA) -> Connection[Any]:
    """Open a connection as a page would have it."""
    return psycopg.connect(dsn, autocommit=True, options=f"-c search_path={schema},beket")


def tables(dsn: str, schema: str = SCHEMA) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of every table of a board, in an order of their own."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        found = {}
        for name in TABLES:
            ask = sql.SQL("SELECT t::text FROM {} AS t ORDER BY 1").format(sql.Identifier(schema, name))
            found[name] = connection.execute(ask).fetchall()
        return found


def follow(dsn: str) -> int:
    """Let a loop with the light core catch up; gives the number of frames it took."""
    book = PostgresBook(dsn)
    try:
        return Runner(book, BoardProjection(), scenes.LIGHT).catch_up()
    finally:
        book.close()


class Blind:
    """A projection that shows nothing."""

    def begin(self, connection: Connection[Any], news: Sequence[News]) -> Blind:  # noqa: ARG002 - the port
        """Take no notice."""
        return self

    def conclude(self, facts: Sequence[Sequence[Fact]]) -> None:
        """Take no notice."""

    def finish(self, refs: Sequence[Sequence[EntryRef]]) -> None:
        """Take no notice."""


def follow_blindly(dsn: str) -> int:
    """Let a loop catch up that shows nothing."""
    book = PostgresBook(dsn)
    try:
        return Runner(book, Blind(), scenes.LIGHT).catch_up()
    finally:
        book.close()
