"""Turns the clock into readings: time comes to the core as something that was said."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final

from beket.log.book import Trouble
from beket.log.postgres import PostgresBook, wall_clock
from beket.words.ids import CLOCK, Instant, PlaceId, reading_id
from beket.words.readings import Tick
from beket.words.wire import Entry

logger: Final = logging.getLogger(__name__)

TICK_S: Final = 15.0
"""Time between ticks: the finest thing that waits for one is a device silent for a minute."""


class Clock:
    """Says what time it is to every place that has a chain; time never goes back."""

    def __init__(self, book: PostgresBook, now: Callable[[], Instant] = wall_clock) -> None:
        self._book = book
        self._now = now
        self._last: Instant | None = None
        self._stands = False

    def run(self, stop: threading.Event) -> None:
        """Tick until told to stop."""
        while not stop.is_set():
            try:
                self.tick()
            except Trouble as trouble:
                logger.warning("no tick: %s", trouble)
            stop.wait(TICK_S)

    def tick(self) -> Instant | None:
        """Append one tick to every chain; None when the clock went back and there is nothing true to say."""
        heads = self._book.heads()
        now = self._now()
        last = max([self._last or Instant(0), *(head.at for head in heads)])
        if self._behind(now, last):
            return None
        with self._book.transaction() as writing:
            for head in heads:
                writing.append(head.place, [Entry(body=tick(head.place, now))])
        self._last = now
        return now

    def _behind(self, now: Instant, last: Instant) -> bool:
        """Tell whether the clock lies behind what was said already, and say so once."""
        behind = now < last or now == self._last
        if behind and not self._stands:
            logger.error(
                "this machine's clock went back: it is %.1f s behind the log; no ticks until it has caught up"
                " (set the clock right; nothing is lost, but nothing expires meanwhile)",
                (last - now) / 1000,
            )
        elif self._stands and not behind:
            logger.warning("this machine's clock has caught up with the log; ticks go on")
        self._stands = behind
        return behind


def tick(place: PlaceId, now: Instant) -> Tick:
    """Say what time it is to one place."""
    said = reading_id(CLOCK, "tick", now, place.encode())
    return Tick(device_id=CLOCK, time=now, received=now, reading_id=said)
