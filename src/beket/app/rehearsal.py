"""Runs the rehearsal against a running house and asks its judge: as part of a demonstration, or by itself."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from typing import Final

import psycopg
import psycopg.sql

from beket.app.addresses import web_address
from beket.app.desk import CARRIER_KEY
from beket.app.engine import EngineTrouble, opened_engine
from beket.app.figures import leave
from beket.app.posts import (
    LOAD_RATE_FROM,
    rehearsed_faults,
    rehearsed_pace,
    rehearsed_paper_faults,
    rehearsed_posts,
)
from beket.board.schema import SCHEMA
from beket.log.book import Seq
from beket.log.postgres import PostgresBook
from beket.settings import Settings
from beket.sim import rehearsal
from beket.sim.belief import from_tables
from beket.sim.documents.carrier import Desk
from beket.sim.documents.wrongs import SHOWN
from beket.sim.judge import Verdict, judge
from beket.sim.posting import Target
from beket.sim.streams import PortTaken
from beket.sim.truth import Truth
from beket.words.ids import EntryRef, PlaceId, entry_ref
from beket.words.wire import Body

logger = logging.getLogger(__name__)

SETTLE_S_MAX: Final = 60.0
"""How long the house may take to conclude what it was told last; longer is a fault of its own, and is judged."""

QUIET_S: Final = 4.0
"""The house has settled when its loop has nothing to do for so long: a starved field may pause before its last word."""

EXAMPLES_MAX: Final = 20
"""Differences printed one by one; the counts are of all."""

_FRAMES: Final = 200
_READER: Final = "loop"


async def demonstrate(settings: Settings, stop: asyncio.Event) -> int:
    """Be the country of a demonstration until told to stop; in a bounded run, then judge."""
    assert settings.dsn, "the parent hands its engine down"
    judged = os.environ.get("BEKET_JUDGE") == "1"
    before = _heads(settings.dsn) if judged else {}
    script = _script(settings, None, lived(settings.dsn), os.environ.get(CARRIER_KEY))
    passing = asyncio.create_task(rehearsal.run(rehearsed_posts(settings), _target(settings), script, stop))
    try:
        if not judged:
            await _until(stop, passing)
            return 0
        truth = await passing
    except PortTaken as error:
        sys.stderr.write(f"beket: {error}\n")
        return 2
    await _settled(settings.dsn)
    leave(settings, "judge", brief(_verdict(settings.dsn, truth, before)))
    return 0


async def _until(stop: asyncio.Event, passing: asyncio.Task[Truth]) -> None:
    """Let the country live until told to stop; nobody judges it, so nobody has to finish a sentence."""
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({passing, stopped}, return_when=asyncio.FIRST_COMPLETED)
    for task in (stopped, passing):
        task.cancel()
    with suppress(asyncio.CancelledError):
        await passing


def rehearse(settings: Settings, seconds: float, token: str | None) -> int:
    """Rehearse against a Beket that runs on this data directory and serves the demonstration; print the verdict.

    Papers are brought where a token is given, here or in the environment, of an account that may send documents.
    Exit status 1 when the judge found a difference that no injected fault explains.
    """
    try:
        with opened_engine(settings) as engine:
            verdict = asyncio.run(_rehearse(settings, engine.dsn, seconds, token or os.environ.get(CARRIER_KEY)))
    except (EngineTrouble, PortTaken) as error:
        sys.stderr.write(f"beket: {error}\n")
        return 2
    sys.stdout.write(json.dumps(brief(verdict)) + "\n")
    return 0 if verdict.right else 1


def brief(verdict: Verdict) -> dict[str, object]:
    """Give a verdict with as many examples as a person reads."""
    plain = verdict.as_dict()
    for name in ("unexplained_differences", "explained_differences"):
        plain[name] = plain[name][:EXAMPLES_MAX]
    return plain


async def _rehearse(settings: Settings, dsn: str, seconds: float, token: str | None) -> Verdict:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    before = _heads(dsn)
    script = _script(settings, seconds, lived(dsn), token)
    truth = await rehearsal.run(rehearsed_posts(settings), _target(settings), script, stop)
    await _settled(dsn)
    return _verdict(dsn, truth, before)


def _target(settings: Settings) -> Target:
    return Target(host=settings.field_host, port=settings.field_port)


def lived(dsn: str) -> int:
    """How many crossings the house knows already: a country that goes on does not send the same lorries again."""
    asked = psycopg.sql.SQL("SELECT count(*) FROM {}").format(psycopg.sql.Identifier(SCHEMA, "crossing"))
    with psycopg.connect(dsn) as connection:
        try:
            row = connection.execute(asked).fetchone()
        except psycopg.errors.UndefinedTable:  # at a first start the read tables may be younger than the country
            return 0
    return int(row[0]) if row else 0


def _script(settings: Settings, seconds: float | None, crossings: int, token: str | None) -> rehearsal.Script:
    """Write the script; a load test is one of devices, and brings no papers."""
    load = settings.rate >= LOAD_RATE_FROM
    paper_faults, paper_share = rehearsed_paper_faults(settings)
    desk = None if load or not token else Desk(address=web_address(settings.host, settings.port), token=token)
    return rehearsal.Script(
        seed=settings.seed + crossings,
        rate=settings.rate,
        seconds=seconds,
        faults=rehearsed_faults(settings),
        pace=rehearsed_pace(settings),
        burst=0 if load else rehearsal.DEMO_BURST,
        even=load,
        fast_pictures=load,
        desk=desk,
        paper_faults=paper_faults,
        paper_share=paper_share,
        papers_shown=() if settings.faults.strip() else SHOWN,
    )


def _heads(dsn: str) -> dict[PlaceId, Seq]:
    with closing(PostgresBook(dsn)) as book:
        return {head.place: head.seq for head in book.heads()}


async def _settled(dsn: str) -> None:
    """Wait until papers are read and the loop has taken everything, for a while without news."""
    deadline = time.monotonic() + SETTLE_S_MAX
    quiet_since = time.monotonic()
    query = (
        "SELECT 1 FROM beket.place_head h LEFT JOIN beket.cursor c ON c.place = h.place AND c.reader = %s"
        " WHERE h.seq > coalesce(c.seq, 0) UNION ALL"
        " SELECT 1 FROM (SELECT 1 FROM beket.inbox WHERE state = 'waiting' LIMIT 1) AS paper"
    )
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        while time.monotonic() < deadline and time.monotonic() - quiet_since < QUIET_S:
            row = await (await connection.execute(query, (_READER,))).fetchone()
            if row is not None:
                quiet_since = time.monotonic()
            await asyncio.sleep(0.2)


def _verdict(dsn: str, truth: Truth, before: Mapping[PlaceId, Seq]) -> Verdict:
    with closing(PostgresBook(dsn)) as book:

        def entries(place: PlaceId) -> Iterator[tuple[EntryRef, Body]]:
            after = before.get(place, Seq(0))
            while frames := book.read(place, after, _FRAMES):
                for frame in frames:
                    for index, entry in enumerate(frame.entries):
                        yield entry_ref(frame.seq, index), entry.body
                after = frames[-1].seq

        return judge(truth, from_tables(dsn, truth.places, entries, SCHEMA))
