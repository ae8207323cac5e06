"""The heartbeat: takes every place's news to the core and the facts back to the log, exactly once per entry."""

from __future__ import annotations

import gc
import logging
import threading
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from msgspec import Struct

from beket.log.book import Broken, Seq, Trouble
from beket.log.postgres import PostgresBook
from beket.loop.ports import Projection
from beket.loop.thinking import CORE, Thinking
from beket.loop.turn import PLACES_MAX, READER, PlaceLoop, Turned, take
from beket.words.ids import PlaceId

logger: Final = logging.getLogger(__name__)

POLL_S: Final = 1.0
"""Longest sleep without looking: a wake-up that was lost costs this much."""

CLAIM_S: Final = 5.0
"""How often a place that another loop holds is asked for again."""

TAKE_OVER_S: Final = 15.0
"""How long a loop leaves a place of another's share to that one: longer than all of them need to start."""

BACK_OFF_S: Final = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
"""Waits while the engine cannot serve; the last one repeats."""

STANDS_S: Final = (5.0, 15.0, 60.0)
"""Waits before a place whose chain does not fit is tried again, in case it was mended; the last one repeats."""

STANDS: Final = "loop stands still"
"""The reader in whose name it is written down, for the log's page, that the loop cannot go on at a place."""

YOUNG_MAX: Final = 100_000
"""Objects made before the collector looks for rings among them. What the core holds and says has no rings (all hangs
on ids), so looking often only costs: a fifth of the loop's time with what a busy place holds."""


class Counted(Struct):
    """What a runner has done since it started."""

    turns: int = 0
    frames: int = 0
    entries: int = 0
    facts: int = 0
    faults: int = 0

    def add(self, turned: Turned) -> None:
        """Count one turn."""
        self.turns += 1
        self.frames += turned.frames
        self.entries += turned.entries
        self.facts += turned.facts
        self.faults += turned.faults


class Share(Struct, frozen=True):
    """Which of the places a loop takes first, where `of` loops share a country: those that fall to its `number`."""

    number: int = 0
    of: int = 1

    def holds(self, place: PlaceId) -> bool:
        """Tell whether a place falls to this loop."""
        return zlib.crc32(place.encode()) % self.of == self.number


ALL: Final = Share()
"""The share of a loop that is alone."""


class Runner:
    """Runs the places it can claim; several runners share a country, one place belongs to one of them at a time.

    A place of another's share is asked for too, only later: it is looked after even when that loop never came.
    """

    def __init__(
        self, book: PostgresBook, projection: Projection, thinking: Thinking = CORE, share: Share = ALL
    ) -> None:
        """Take a book of its own: the claims live on that book's connection."""
        self._share = share
        self.counted = Counted()
        self._book = book
        self._projection = projection
        self._thinking = thinking
        self._loops: dict[PlaceId, PlaceLoop] = {}
        self._not_before: dict[PlaceId, float] = {}
        self._standing: dict[PlaceId, int] = {}

    def run(self, stop: threading.Event) -> None:
        """Run until told to stop; waits out a time without the engine, and says when it began and ended."""
        with _few_looks_for_rings():
            self._run(stop)

    def _run(self, stop: threading.Event) -> None:
        failures = 0
        while not stop.is_set():
            try:
                self.catch_up(stop=stop)
                for _place in self._book.follow(POLL_S):
                    break
                if failures:
                    logger.warning("the loop goes on")
                failures = 0
            except Trouble as trouble:
                wait = BACK_OFF_S[min(failures, len(BACK_OFF_S) - 1)]
                if not failures:
                    logger.warning("the loop waits: %s", trouble)
                failures += 1
                self._forget()
                stop.wait(wait)

    def catch_up(self, places: Iterable[PlaceId] | None = None, stop: threading.Event | None = None) -> int:
        """Take turns until no place has news; gives the number of frames taken."""
        taken = 0
        busy = set(places) if places is not None else self._behind()
        while busy and not (stop is not None and stop.is_set()):
            turned = self._turn(sorted(busy))
            taken += turned.frames
            busy &= turned.places
        return taken

    def retry(self, place: PlaceId, seq: Seq) -> Turned:
        """Step a frame that was set aside; the place must not be held by another runner."""
        loop = self._loop(place)
        if loop is None:
            raise Trouble(f"{place} is held by another loop")
        return loop.retry(self._book, seq)

    def _behind(self) -> set[PlaceId]:
        """Places whose chain reaches further than the loop: the truth that a lost wake-up cannot hide."""
        with self._book.transaction() as writing:
            rows = writing.connection.execute(
                "SELECT h.place FROM beket.place_head h LEFT JOIN beket.cursor c ON c.place = h.place AND c.reader = %s"
                " WHERE h.seq > coalesce(c.seq, 0)",
                (READER,),
            ).fetchall()
        return {PlaceId(row[0]) for row in rows}

    def _turn(self, places: Sequence[PlaceId]) -> Turned:
        """Take the news of places, some at a time; where that fails, each place by itself."""
        found = [loop for loop in map(self._loop, places) if loop is not None]
        loops = [loop for loop in found if loop.place not in self._standing]
        turned = Turned()
        for loop in found:
            if loop.place in self._standing:
                turned = turned.and_(self._alone(loop))
        for first in range(0, len(loops), PLACES_MAX):
            some = loops[first : first + PLACES_MAX]
            turned = turned.and_(self._together(some) if len(some) > 1 else self._alone(some[0]))
        if turned.frames:
            self.counted.add(turned)
        return turned

    def _together(self, loops: Sequence[PlaceLoop]) -> Turned:
        try:
            return take(self._book, self._projection, loops)
        except Trouble:
            raise
        except Exception:
            logger.warning("places are taken one by one, for one of them fails", exc_info=True)
        turned = Turned()
        for loop in loops:
            turned = turned.and_(self._alone(loop))
        return turned

    def _alone(self, loop: PlaceLoop) -> Turned:
        try:
            turned = loop.turn(self._book)
        except Broken as error:
            self._stand_still(loop.place, error)
            return Turned()
        if self._standing.pop(loop.place, None) is not None:
            logger.warning("%s: its chain fits again; the loop goes on there", loop.place)
            with self._book.transaction() as writing:
                writing.forget_faults(STANDS, loop.place)
        return turned

    def _stand_still(self, place: PlaceId, error: Broken) -> None:
        """Leave a place alone for a while, and write down where people look that it stands still, and why."""
        tries = self._standing.get(place, 0)
        wait = STANDS_S[min(tries, len(STANDS_S) - 1)]
        self._standing[place] = tries + 1
        self._not_before[place] = time.monotonic() + wait
        if not tries:
            logger.error("%s: its chain does not fit; this place stands still until it is mended: %s", place, error)
        with self._book.transaction() as writing:
            writing.set_aside_fault(STANDS, place, Seq(writing.cursor(READER, place) + 1), str(error))

    def _loop(self, place: PlaceId) -> PlaceLoop | None:
        """The loop of a place, claimed now if nobody else has it."""
        if place not in self._not_before:
            self._not_before[place] = 0.0 if self._share.holds(place) else time.monotonic() + TAKE_OVER_S
        if time.monotonic() < self._not_before[place]:
            return None
        loop = self._loops.get(place)
        if loop is None:
            if not self._book.claim(READER, place):
                self._not_before[place] = time.monotonic() + CLAIM_S
                return None
            loop = self._loops[place] = PlaceLoop(place, self._projection, self._thinking)
            self._remember(place)
        return loop

    def _remember(self, place: PlaceId) -> None:
        """Learn, of a place just claimed, that the loop before this one stood still there."""
        with self._book.transaction() as writing:
            if writing.has_faults(STANDS, place):
                self._standing.setdefault(place, 0)

    def _forget(self) -> None:
        """After trouble the connection, and the claims that lived on it, may be gone: begin anew."""
        self._loops.clear()
        self._not_before.clear()


@contextmanager
def _few_looks_for_rings() -> Iterator[None]:
    """Keep the collector from walking over all that is held again and again; for a process that only loops."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(YOUNG_MAX, 10, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
