"""Opens the engine a command needs: a named PostgreSQL, the one a running Beket holds, or our own for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from beket.log.engine import Engine, GivenServer, open_engine
from beket.log.migrate import migrate
from beket.log.server import Server, ServerTrouble
from beket.settings import Settings


class EngineTrouble(Exception):
    """There is no engine to work with; the message says why and what to do."""


@contextmanager
def opened_engine(settings: Settings, *, serve: bool = False) -> Iterator[Engine]:
    """Give an engine whose log tables are there; `serve` holds the data directory, and refuses if another does."""
    try:
        with _engine(settings, serve=serve) as engine:
            migrate(engine.dsn)
            yield engine
    except ServerTrouble as error:
        raise EngineTrouble(str(error)) from error


@contextmanager
def _engine(settings: Settings, *, serve: bool) -> Iterator[Engine]:
    data_dir = Path(settings.data_dir)
    if not serve and not settings.dsn:
        if not (data_dir / "postgres").is_dir():
            raise EngineTrouble(f"no Beket has run in {data_dir.absolute()}; name its folder with --data")
        running = Server(data_dir).dsn
        if _answers(running):
            yield GivenServer(running)
            return
    with open_engine(settings.dsn, data_dir) as engine:
        yield engine


def _answers(dsn: str) -> bool:
    try:
        psycopg.connect(dsn, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True
