"""Fixtures of the loop's tests: a real engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

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
def book(dsn: str) -> Iterator[PostgresBook]:
    """The log in that database."""
    book = PostgresBook(dsn)
    yield book
    book.close()
