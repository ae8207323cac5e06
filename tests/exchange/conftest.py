"""Fixtures of the tests of ways in: a real engine with the log's tables, and a folder with a short name."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from beket.log.server import Server
from tests.log.conftest import book, connection, dsn, folder
from tests.log.engines import UNSYNCED, short_dir

__all__ = ["book", "connection", "dsn", "folder"]


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One engine for all tests of this room."""
    with short_dir() as folder, Server(folder, settings={"max_connections": "100", **UNSYNCED}) as running:
        yield running
