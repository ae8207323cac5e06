"""Fixtures of the tests of ways in: a real engine with the log's tables, and a folder with a short name."""

from __future__ import annotations

from tests.log.conftest import book, connection, dsn, folder, server

__all__ = ["book", "connection", "dsn", "folder", "server"]
