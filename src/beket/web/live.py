"""Joins the stream to this process: the read tables below it, the board's wake-ups beside it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from typing import Final

import psycopg
from django.db import Error, close_old_connections, connection

from beket.board.schema import CHANNEL
from beket.log.book import Trouble
from beket.web import access, panels
from beket.web.once import begin_tick
from beket.web.stream import Fan, Newest, Positions, Source

POSITIONS: Final = """
SELECT place.id, coalesce(position.seq + position.fact_seq, 0), coalesce(place.newest_at, 0)
FROM place LEFT JOIN position ON position.place = place.id ORDER BY place.id
"""

RELISTEN_S: Final = 2.0
"""Pause before listening again after the engine went away; the heartbeat draws meanwhile if it can."""

Diagnostics: Final = logging.getLogger(__name__)
_running: list[Fan] = []


def fan() -> Fan:
    """The stream of this process."""
    assert _running, "the stream starts with the server"
    return _running[0]


def serve(started: Fan) -> None:
    """Make a stream the one of this process."""
    _running.insert(0, started)


def forget(ended: Fan) -> None:
    """It is that no longer."""
    _running.remove(ended)


def positions() -> Positions:
    """Ask the read tables how far they are; Trouble when they cannot say."""
    close_old_connections()
    begin_tick()
    try:
        with connection.cursor() as cursor:
            cursor.execute(POSITIONS)
            return Positions(tuple(Newest(*row) for row in cursor.fetchall()))
    except Error as error:
        connection.close()
        raise Trouble(str(error)) from error


async def listen(to: Fan) -> None:
    """Wake the stream whenever the board moved; come back by itself when the engine does, and say each once."""
    away = False
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(access.dsn(), autocommit=True) as line:
                await line.execute(f"LISTEN {CHANNEL}")
                if away:
                    Diagnostics.warning("the board wakes the screens again")
                    away = False
                async for _ in line.notifies():
                    to.wake()
        except psycopg.OperationalError as trouble:
            if not away:
                Diagnostics.warning("no wake-ups from the board: %s", str(trouble).strip().partition("\n")[0])
            away = True
        await asyncio.sleep(RELISTEN_S)


@contextlib.asynccontextmanager
async def running() -> AsyncIterator[Fan]:
    """Run the stream for as long as the server runs."""
    started = Fan(Source(positions, panels.render, panels.failed))
    serve(started)
    tasks = [asyncio.create_task(started.run()), asyncio.create_task(listen(started))]
    try:
        yield started
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        forget(started)
        started.close()
