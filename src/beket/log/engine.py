"""Chooses the engine under the log: a server named in the settings, else the one Beket carries."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

import psycopg

from beket.log.folder import Hold, ServerTrouble
from beket.log.server import Server

VERSION_MIN: Final = 15
"""Oldest PostgreSQL the schema is tested on."""


class Engine(Protocol):
    """A PostgreSQL that is up: how to reach it, and how to bring it back if it is ours and died."""

    @property
    def dsn(self) -> str:
        """How to connect."""
        ...

    @property
    def pid(self) -> int | None:
        """Its process, when it is ours and runs."""
        ...

    def revive(self) -> bool:
        """Start it again if it is ours and died; says whether it had to."""
        ...


LOOK_S: Final = 5.0
"""How often it is seen whether a server of someone else still knows who serves it."""

SERVED: Final = 0x6265_6B65_7402
"""Advisory lock of the one Beket that serves a database: a folder's own hold says nothing about a server elsewhere."""


class GivenServer:
    """A server someone else runs."""

    pid: int | None = None

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self._serving: psycopg.Connection[tuple[object, ...]] | None = None
        self._look_due = 0.0

    def revive(self) -> bool:
        """It is not ours to start; but when it was away, it forgot who serves it."""
        now = time.monotonic()
        if self._serving is not None and now >= self._look_due:
            self._look_due = now + LOOK_S
            try:
                if self._serving.closed:
                    self.serve()
                self._serving.execute("SELECT 1")
            except psycopg.Error:
                self._serving.close()  # it is away: the parts wait for it, and we ask again
        return False

    def serve(self) -> None:
        """Be the one Beket that serves this database, until `leave`; ServerTrouble when another does."""
        connection = psycopg.connect(self.dsn, autocommit=True, connect_timeout=10, application_name="beket serves")
        row = connection.execute("SELECT pg_try_advisory_lock(%s)", (SERVED,)).fetchone()
        if row != (True,):
            connection.close()
            raise ServerTrouble("another Beket serves the database named in dsn; stop it, or name another database")
        self._serving = connection

    def leave(self) -> None:
        """Let another Beket serve this database."""
        if self._serving is not None:
            self._serving.close()


@contextmanager
def open_engine(
    dsn: str | None, data_dir: str | Path, hold: Hold | None = None, given_up: threading.Event | None = None
) -> Iterator[Engine]:
    """Give an engine that is up and fit to keep a log; ours is stopped at the end. Raises ServerTrouble.

    `hold` is the caller's own hold on the data folder; without it our engine takes one while it runs. Once `given_up`
    is set, nobody waits for our engine to start any more: GivenUp.
    """
    if dsn is not None:
        _check_given(dsn)
        given = GivenServer(dsn)
        try:
            if hold is not None:
                given.serve()
            yield given
        finally:
            given.leave()
        return
    with Server(data_dir, hold=hold, given_up=given_up) as server:
        yield server


def _check_given(dsn: str) -> None:
    try:
        with psycopg.connect(dsn, connect_timeout=10) as connection:
            version = connection.info.server_version // 10_000
            fsync = connection.execute("SHOW fsync").fetchone()
    except psycopg.Error as error:
        first_line = str(error).strip().partition("\n")[0]
        raise ServerTrouble(f"the PostgreSQL named in dsn cannot be reached: {first_line}") from error
    if version < VERSION_MIN:
        raise ServerTrouble(f"the PostgreSQL named in dsn is version {version}; Beket needs {VERSION_MIN} or newer")
    if fsync != ("on",):
        raise ServerTrouble("the PostgreSQL named in dsn runs with fsync off: it would lose what it acknowledged")
