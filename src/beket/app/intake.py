"""The intake part: papers from the inbox into the log, those of the watched folder into the inbox, old ones away."""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Final

import psycopg.sql
from msgspec import Struct

from beket.app.children import PLACES
from beket.app.figures import leave
from beket.app.folders import incoming_folder, papers_folder, reference_folder
from beket.app.maps import SavedMaps
from beket.app.served import InForce
from beket.exchange.asker import Asker, Clocks
from beket.exchange.asking import HttpAsking
from beket.exchange.folder import LOOK_S, Folder
from beket.exchange.intake import Intake
from beket.exchange.library import Shelves
from beket.log import inbox, taking
from beket.log.book import Trouble
from beket.log.connect import Engine, open_connection, troubled
from beket.log.evidence import Shelf
from beket.log.postgres import PostgresBook, wall_clock
from beket.settings import MIB, Settings
from beket.words.ids import Instant, PlaceId

logger = logging.getLogger(__name__)

POLL_S: Final = 1.0
"""Longest sleep without looking: a wake-up that was lost costs this much."""

TIDY_S: Final = 3600.0
"""How often what is old enough is let go."""

BACK_OFF_S: Final = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
"""Waits while the engine or the disk cannot serve; the last one repeats."""

ASKING_S: Final = 16.0
"""Longest that a stop waits for a question that is being asked."""

SAY_S: Final = 60.0
"""How often the intake says in its diagnostics how much it took, where it took anything."""

YOUNG_MAX: Final = 100_000
"""Objects made before the collector looks for rings among them."""

DAY_MS: Final = 24 * 3_600_000


def run_intake(settings: Settings, dsn: str) -> int:
    """Take papers in until told to stop; exit status 2 when there is no place to keep large ones."""
    stop = threading.Event()
    for asked in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked, lambda *_: stop.set())
    look_seldom_for_rings()
    named = [PlaceId(place) for place in os.environ.get(PLACES, "").split(",") if place]
    try:
        with (
            closing(PostgresBook(dsn)) as book,
            closing(Ear(dsn)) as ear,
            closing(SavedMaps(dsn)) as saved,
            closing(InForce(dsn)) as in_force,
            _asking(settings, dsn, stop),
        ):
            ways = Ways(book=book, ear=ear, saved=saved)
            serving = Serving(settings, lambda: _places(named, in_force), ways)
            serving.run(stop)
            leave(settings, "intake", serving.figures())
    except Trouble as error:
        sys.stderr.write(f"beket: {error}\n")
        return 2
    return 0


def _places(named: Sequence[PlaceId], in_force: InForce) -> Sequence[PlaceId]:
    """Name the posts that have a folder: those of the site file, and those that were laid out at the desk."""
    with troubled():
        return list(dict.fromkeys([*named, *in_force.laid_out_at_the_desk()]))


@contextmanager
def _asking(settings: Settings, dsn: str, stop: threading.Event) -> Iterator[None]:
    """Ask the sources of certificates meanwhile, where the settings allow it: a slow one holds up no paper."""
    if not settings.ask_sources:
        yield
        return
    thread = threading.Thread(target=_ask, args=(settings, dsn, stop), name="sources", daemon=True)
    thread.start()
    yield
    stop.set()
    thread.join(ASKING_S)


def _ask(settings: Settings, dsn: str, stop: threading.Event) -> None:
    shelves, failed = Shelves(reference_folder(settings)), False
    clocks = Clocks(wall=wall_clock, steady=time.monotonic)
    with closing(PostgresBook(dsn)) as book:
        asker = Asker(book, HttpAsking(), lambda: shelves.library().sources, clocks)
        while not stop.wait(POLL_S):
            try:
                asker.turn()
                failed = False
            except Trouble as trouble:
                if not failed:
                    logger.warning("no source of a certificate is asked now: %s", trouble)
                failed = True


def look_seldom_for_rings() -> None:
    """Have this process look for rings among its objects seldom: a message opened has as many objects as elements.

    None of them hang together in rings, so looking often only costs: a tenth of what reading takes.
    """
    gc.set_threshold(YOUNG_MAX)


class Ear:
    """A connection that hears of new papers; the folder brings its own on it."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._connection: Engine | None = None

    def connection(self) -> Engine:
        """The connection, opened anew after the engine was away. Raises Trouble."""
        if self._connection is None or self._connection.closed:
            with troubled():
                self._connection = open_connection(self._dsn)
                self._connection.execute(psycopg.sql.SQL("LISTEN {}").format(psycopg.sql.Identifier(inbox.CHANNEL)))
        return self._connection

    def wait(self, seconds: float) -> None:
        """Sleep until a paper is brought, or so long."""
        with troubled():
            for _notice in self.connection().notifies(timeout=seconds, stop_after=1):
                return

    def close(self) -> None:
        """Let go of the engine."""
        if self._connection is not None:
            self._connection.close()


class Due:
    """Tells when something that is done now and then is to be done again."""

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._at = time.monotonic()

    def now(self) -> bool:
        """Whether it is time; asked so, the next time is that much later."""
        if time.monotonic() < self._at:
            return False
        self._at = time.monotonic() + self._every_s
        return True


class Ways(Struct, frozen=True, kw_only=True):
    """The ways of the intake to the engine, each on a connection of its own."""

    book: PostgresBook
    ear: Ear
    saved: SavedMaps


class Serving:
    """The work of the intake: turns over what waits, looks into the folder, tidying up."""

    def __init__(self, settings: Settings, places: Callable[[], Sequence[PlaceId]], ways: Ways) -> None:
        """Take over the shelf of large papers; raises Trouble where it cannot be written."""
        book, ear = ways.book, ways.ear
        shelf = Shelf(
            papers_folder(settings),
            picture_bytes_max=inbox.LODGED_BYTES_MAX,
            bytes_max=settings.papers_max_mib * MIB,
        )
        self._settings = settings
        self._ear = ear
        shelves = Shelves(reference_folder(settings), saved=ways.saved)
        self._intake = Intake(book, shelf, wall_clock, lambda paper, blob: shelves.read(blob, paper.wanted))
        self._folder = Folder(incoming_folder(settings), places, ear.connection, wall_clock)
        self._look, self._tidy, self._say = Due(LOOK_S), Due(TIDY_S), Due(SAY_S)
        self._said = 0

    def run(self, stop: threading.Event) -> None:
        """Work until told to stop; waits out a time of trouble, and says when it began and ended."""
        failures = 0
        while not stop.is_set():
            try:
                self.turn()
                if failures:
                    logger.warning("papers are taken in again")
                failures = 0
            except Trouble as trouble:
                if not failures:
                    logger.warning("papers wait: %s", trouble)
                stop.wait(BACK_OFF_S[min(failures, len(BACK_OFF_S) - 1)])
                failures += 1

    def turn(self) -> None:
        """Do what is to be done, or sleep where nothing is. Raises Trouble."""
        if self._look.now():
            self._folder.look()
        if self._tidy.now():
            self._let_go()
        if not self._intake.turn():
            self._ear.wait(POLL_S)
        settled = self._intake.taken + self._intake.refused
        if settled != self._said and self._say.now():
            self._said = settled
            logger.info("papers taken %d, refused %d", self._intake.taken, self._intake.refused)

    def figures(self) -> dict[str, int]:
        """How much was done since the start."""
        return {"taken": self._intake.taken, "refused": self._intake.refused, "from_folder": self._folder.brought}

    def _let_go(self) -> None:
        now = wall_clock()
        taken_before = Instant(now - self._settings.papers_days * DAY_MS)
        refused_before = Instant(now - self._settings.refused_papers_days * DAY_MS)
        gone = taking.let_go(self._ear.connection(), taken_before, refused_before)
        files = self._folder.tidy(taken_before, refused_before)
        if gone.rows or gone.blobs or files:
            logger.info("let go: %d settled papers, bytes of %d refused ones, %d files", gone.rows, gone.blobs, files)
