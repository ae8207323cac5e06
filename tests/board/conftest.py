"""Fixtures of the board's tests: a real engine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from psycopg import Cursor

from beket.log.postgres import PostgresBook
from beket.log.server import Server
from tests.board import engine


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One engine for all tests of this room."""
    yield from engine.serve()


@pytest.fixture
def dsn(server: Server) -> str:
    """A database of the test's own, with empty tables."""
    return engine.fresh(server)


@pytest.fixture
def cursor(dsn: str) -> Iterator[Cursor[Any]]:
    """A cursor on the tables as a page has it."""
    with engine.connect(dsn) as connection, connection.cursor() as cursor:
        yield cursor


@pytest.fixture
def book(dsn: str) -> Iterator[PostgresBook]:
    """The log in that database."""
    book = PostgresBook(dsn)
    yield book
    book.close()
