"""The log in PostgreSQL: `Book` for everyone, transactions for those who must move other tables with it."""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import psycopg

from beket.log.book import Appended, Frame, Head, Seq, Trouble
from beket.log.connect import Engine, open_connection, troubled
from beket.log.frames import COLUMNS, frame_of
from beket.log.writing import CHANNEL, Resends, Writing, head_of, read_frames
from beket.words.ids import EntryRef, Instant, PlaceId, split_ref
from beket.words.wire import Entry

_DIAGNOSTICS: Final = logging.getLogger(__name__)

CLOCK_BEHIND_MS_MAX: Final = 1000
"""How far our clock may lie behind the newest frame before it is told: below it is jitter between processes."""


def wall_clock() -> Instant:
    """Say what time it is, by this machine."""
    return Instant(time.time_ns() // 1_000_000)


class PostgresBook:
    """A `Book` on one connection; give each thread or process its own."""

    def __init__(self, dsn: str, now: Callable[[], Instant] = wall_clock) -> None:
        self._dsn = dsn
        self._now = now
        self._lock = threading.RLock()
        self._connection: Engine | None = None
        self._listening: Engine | None = None
        self._followed: dict[PlaceId, Seq] = {}
        self._newest = 0
        self._resends = Resends()
        self.clock_behind_ms = 0
        """How far our clock lay behind the newest frame at the last append; frames then carry the head's time."""

    def close(self) -> None:
        """Let go of the engine."""
        for connection in (self._connection, self._listening):
            if connection is not None:
                connection.close()
        self._connection = self._listening = None

    @contextmanager
    def transaction(self) -> Iterator[Writing]:
        """Everything done with the yielded `Writing`, and on its connection, is committed together at the end."""
        with self._lock, troubled():
            connection = self._engine()
            writing = Writing(connection, self._now, self._resends)
            with connection.transaction():
                yield writing
                writing.notify()
            if writing.marks:
                self._watch_clock(writing.clock_behind_ms)

    def append(self, place: PlaceId, entries: Sequence[Entry]) -> Appended:
        """Make entries durable; they are one frame unless they exceed its limits. Raises Trouble."""
        with self.transaction() as writing:
            return writing.append(place, entries)

    def read(self, place: PlaceId, after: Seq, frames_max: int = 100) -> Sequence[Frame]:
        """Frames of one place that follow `after`, in order, no holes; Broken when one does not fit."""
        with self._lock, troubled():
            return read_frames(self._engine(), place, after, frames_max)

    def entry(self, place: PlaceId, ref: EntryRef) -> Entry | None:
        """One entry by its reference, or None."""
        seq, index = split_ref(ref)
        query = f"SELECT {COLUMNS} FROM beket.frame WHERE place = %s AND seq = %s"  # noqa: S608
        with self._lock, troubled():
            row = self._engine().execute(query, (place, seq), binary=True).fetchone()
        entries = frame_of(row).entries if row else ()
        return entries[index] if index < len(entries) else None

    def heads(self) -> Sequence[Head]:
        """The head of every chain that has a frame, ordered by place."""
        query = "SELECT place, seq, hash, at, entries FROM beket.place_head WHERE seq > 0 ORDER BY place"
        with self._lock, troubled():
            return [head_of(row) for row in self._engine().execute(query)]

    def claim(self, reader: str, partition: str) -> bool:
        """Become the only one to read for `reader` in a partition, for as long as this connection lives."""
        digest = hashlib.sha256(f"{reader}\n{partition}".encode()).digest()
        key = int.from_bytes(digest[:8], "big", signed=True)
        with self._lock, troubled():
            row = self._engine().execute("SELECT pg_try_advisory_lock(%s)", (key,)).fetchone()
        return bool(row and row[0])

    def follow(self, seconds: float) -> Iterator[PlaceId]:
        """Wait up to `seconds` for news; yields places that grew since the last call (a wake-up only)."""
        with troubled():
            grew = self._grown() if self._listening is None or self._listening.closed else []
            listening = self._ear()
            if not grew:
                notices = [notice.payload for notice in listening.notifies(timeout=seconds, stop_after=1)]
                notices += [notice.payload for notice in listening.notifies(timeout=0)]
                grew = _named(notices) or self._grown()
        yield from grew

    def _engine(self) -> Engine:
        """The connection, opened anew after the engine was away."""
        if self._connection is None or self._connection.closed:
            self._connection = open_connection(self._dsn)
        return self._connection

    def _ear(self) -> Engine:
        if self._listening is None or self._listening.closed:
            self._listening = open_connection(self._dsn)
            self._listening.execute(psycopg.sql.SQL("LISTEN {}").format(psycopg.sql.Identifier(CHANNEL)))
        return self._listening

    def _grown(self) -> list[PlaceId]:
        """Compare heads with those last seen: the truth behind a lost or an empty notice."""
        heads = self.heads()
        grew = [head.place for head in heads if head.seq > self._followed.get(head.place, 0)]
        self._followed = {head.place: head.seq for head in heads}
        return grew

    def _watch_clock(self, behind_ms: int) -> None:
        """Tell once when our clock has gone back behind the log, and once when it has caught up.

        Chains reach differently far: the newest frame of any counts, or each place would tell its own story.
        """
        now = self._now()
        self._newest = max(self._newest, now + behind_ms)
        was, self.clock_behind_ms = self.clock_behind_ms, max(0, self._newest - now)
        if self.clock_behind_ms > CLOCK_BEHIND_MS_MAX >= was:
            _DIAGNOSTICS.warning(
                "this machine's clock is %d ms behind the log; frames keep the log's time", self.clock_behind_ms
            )
        elif was > CLOCK_BEHIND_MS_MAX >= self.clock_behind_ms:
            _DIAGNOSTICS.warning("this machine's clock has caught up with the log")


def _named(notices: Sequence[str]) -> list[PlaceId]:
    """Places named by notices; none when any notice was too long to name them."""
    if "" in notices:
        return []
    return [PlaceId(place) for place in sorted({line for notice in notices for line in notice.split("\n")})]


__all__ = ["PostgresBook", "Trouble", "Writing", "wall_clock"]
