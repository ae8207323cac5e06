"""The log's way to the engine: how connections are opened, and what their failures mean to the house."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from psycopg import Connection
from psycopg.pq import TransactionStatus

from beket.log.book import Trouble

CONNECT_S_MAX: Final = 10
"""Longest wait for the engine to answer; beyond it the caller has Trouble and retries in its own rhythm."""

Engine = Connection[Any]


def open_connection(dsn: str) -> Engine:
    """Open a connection on which commit means durable, whatever the server's default says."""
    connection = psycopg.connect(
        dsn,
        autocommit=True,
        connect_timeout=CONNECT_S_MAX,
        application_name="beket log",
        row_factory=psycopg.rows.tuple_row,
    )
    connection.execute(
        "SELECT set_config('synchronous_commit', 'on', false)"
        " WHERE current_setting('synchronous_commit') IN ('off', 'local')"
    )
    return connection


@contextmanager
def troubled() -> Iterator[None]:
    """Turn the driver's words for 'not now' (engine away, disk full, shutting down) into Trouble."""
    try:
        yield
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        first_line = str(error).strip().partition("\n")[0]
        raise Trouble(f"the log's engine cannot serve now: {first_line or type(error).__name__}") from error


@contextmanager
def one_instant(connection: Engine) -> Iterator[None]:
    """Read everything as it stands at one instant; inside a caller's transaction, as that one sees it."""
    outermost = connection.info.transaction_status is TransactionStatus.IDLE
    with troubled(), connection.transaction():
        if outermost:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
