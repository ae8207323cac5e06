"""Engines and empty databases for the tests of the log."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from beket.log.connect import Engine, open_connection
from beket.log.postgres import PostgresBook
from beket.log.server import Server
from tests.log.engines import database, short_dir


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with short_dir() as folder, Server(folder, settings={"max_connections": "100"}) as running:
        yield running


@pytest.fixture
def dsn(server: Server) -> Iterator[str]:
    """A database of its own with the log's tables."""
    with database(server.dsn) as own:
        yield own


@pytest.fixture
def book(dsn: str) -> Iterator[PostgresBook]:
    opened = PostgresBook(dsn)
    yield opened
    opened.close()


@pytest.fixture
def connection(dsn: str) -> Iterator[Engine]:
    opened = open_connection(dsn)
    yield opened
    opened.close()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short name, readable to whomever the engine runs as."""
    with short_dir() as short:
        yield short
