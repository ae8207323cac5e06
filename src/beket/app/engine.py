"""Opens the engine a command needs: a named PostgreSQL, the one a running Beket holds, or our own for a while."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psycopg

from beket.log.book import Trouble
from beket.log.engine import Engine, GivenServer, open_engine
from beket.log.folder import GivenUp, Hold, ServerTrouble, check_room
from beket.log.migrate import migrate
from beket.log.server import Server
from beket.settings import Settings

logger = logging.getLogger(__name__)

REVIVE_S: Final = 2.0
"""How often an engine that does not come back is tried again."""

SAY_AGAIN_S: Final = 60.0
"""How often it is said again that the engine does not come back."""


class EngineTrouble(Exception):
    """There is no engine to work with; the message says why and what to do."""


class Revival:
    """Brings an engine back that died, however long that takes, and says so without repeating itself."""

    def __init__(self, engine: Engine) -> None:
        """Name the engine that is looked after, from the thread that started it."""
        self._engine = engine
        self._due = 0.0
        self._say_due = 0.0

    def look(self) -> None:
        """See that the engine runs; a full disk, say, is waited out, and nothing is acknowledged meanwhile."""
        now = time.monotonic()
        if now < self._due:
            return
        try:
            revived = self._engine.revive()
        except GivenUp:
            return
        except ServerTrouble as trouble:
            self._due = time.monotonic() + REVIVE_S
            if now >= self._say_due:
                self._say_due = now + SAY_AGAIN_S
                logger.error("the engine has died and does not come back; trying again: %s", trouble)  # noqa: TRY400
        else:
            if revived:
                self._say_due = 0.0
                logger.error("the engine had died and was started again")


@contextmanager
def held(settings: Settings) -> Iterator[Hold]:
    """Hold the data directory for a node that serves; EngineTrouble names the Beket that has it already."""
    try:
        with Hold(Path(settings.data_dir).absolute()) as hold:
            yield hold
    except ServerTrouble as error:
        raise EngineTrouble(str(error)) from error


def expected_dsn(settings: Settings) -> str:
    """Say how the engine will be reached once it stands, for a part that gets ready meanwhile."""
    if settings.dsn:
        return settings.dsn
    folder = Path(settings.data_dir).absolute()
    try:
        check_room(folder)
        return Server(folder).dsn
    except ServerTrouble as error:
        raise EngineTrouble(str(error)) from error


@contextmanager
def opened_engine(
    settings: Settings, hold: Hold | None = None, given_up: threading.Event | None = None
) -> Iterator[Engine]:
    """Give an engine whose log tables are there; who serves brings the hold it has on the data directory.

    Who may lose interest meanwhile brings an event that says so, and gets GivenUp.
    """
    try:
        with _engine(settings, hold, given_up) as engine:
            _migrate(engine.dsn)
            yield engine
    except ServerTrouble as error:
        raise EngineTrouble(str(error)) from error


def _migrate(dsn: str) -> None:
    try:
        migrate(dsn)
    except (Trouble, psycopg.Error) as error:
        first_line = str(error).strip().partition("\n")[0]
        raise EngineTrouble(f"the log's tables could not be made ready: {first_line}") from error


@contextmanager
def _engine(settings: Settings, hold: Hold | None, given_up: threading.Event | None) -> Iterator[Engine]:
    data_dir = Path(settings.data_dir)
    if hold is None and not settings.dsn:
        if not (data_dir / "postgres").is_dir():
            raise EngineTrouble(f"no Beket has run in {data_dir.absolute()}; name its folder with --data")
        running = Server(data_dir).dsn
        if _answers(running):
            yield GivenServer(running)
            return
    with open_engine(settings.dsn, data_dir, hold, given_up) as engine:
        yield engine


def _answers(dsn: str) -> bool:
    try:
        psycopg.connect(dsn, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True
