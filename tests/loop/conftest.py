"""Fixtures of the loop's tests: the same real engine as the board's."""

from __future__ import annotations

from tests.board.conftest import book, dsn, server

__all__ = ["book", "dsn", "server"]
