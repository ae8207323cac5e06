"""Appends for a process where many things speak at once: all that waits is committed in one transaction."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Final, Self

from msgspec import Struct, field

from beket.log.book import Appended, Trouble
from beket.log.draft import Request, request
from beket.log.gather import Gathering, Later
from beket.log.gauge import Latency
from beket.log.postgres import PostgresBook, wall_clock
from beket.log.writing import Mark, Writing
from beket.words.ids import Instant, PlaceId
from beket.words.wire import Entry

BATCH_BYTES_MAX: Final = 4 * 1024 * 1024
"""Most bytes in one transaction: some ten thousand entries, written in about a tenth of a second."""

WAITING_BYTES_MAX: Final = 64 * 1024 * 1024
"""Most bytes waiting to be written; beyond it callers have Trouble at once and devices come again."""

PATIENCE_S: Final = 5.0
"""How long a batch outlasts an engine that is away before its callers have Trouble: a restart takes less."""

BACKOFF_S: Final = (0.05, 0.1, 0.2, 0.4, 0.8, 1.0)
"""Waits between attempts while the engine is away; the last one repeats."""

PASSED_OVER_MAX: Final = 8
"""Commits in a row that may leave out chains which somebody holds; the next one waits for them: nobody starves."""

_ENTRY_OVERHEAD: Final = 256


class Counted(Struct):
    """What an appender has done since it was opened."""

    appends: int = 0
    entries: int = 0
    known: int = 0
    commits: int = 0
    troubles: int = 0
    retries: int = 0
    durable: Latency = field(default_factory=Latency)


class _Doubt(Struct, frozen=True):
    """A transaction whose commit was asked for and never confirmed."""

    marks: tuple[Mark, ...]
    answers: list[Appended | Later]


class Appender:
    """Durable appends with group commit, for one event loop; use it with `async with`."""

    def __init__(self, dsn: str, now: Callable[[], Instant] = wall_clock, *, patience_s: float = PATIENCE_S) -> None:
        self._book = PostgresBook(dsn, now)
        self._patience_s = patience_s
        self._away = False
        self._doubt: _Doubt | None = None
        self._passed_over = 0
        self.counted = Counted()
        self._gathering: Gathering[Request, Appended] = Gathering(
            self._commit, weigh=_weight, batch_max=BATCH_BYTES_MAX, waiting_max=WAITING_BYTES_MAX
        )

    async def __aenter__(self) -> Self:
        """Begin to take entries, on the running event loop."""
        self._gathering.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write what waits, then let go of the engine."""
        await self._gathering.close()
        self._book.close()

    @property
    def clock_behind_ms(self) -> int:
        """How far our clock lay behind the newest frame at the last commit."""
        return self._book.clock_behind_ms

    @property
    def waiting_bytes(self) -> int:
        """How much waits to be written."""
        return self._gathering.weight

    async def append(self, place: PlaceId, entries: Sequence[Entry]) -> Appended:
        """Return when these entries survive a power cut. Raises Trouble, or Unwritable for a bad entry.

        After Trouble nothing was acknowledged: come again, a reading that was written after all is known.
        """
        began = time.perf_counter()
        wanted = request(place, entries)
        try:
            answer = await self._gathering.give(wanted)
        except Trouble:
            self.counted.troubles += 1
            raise
        self.counted.durable.add((time.perf_counter() - began) * 1000)
        self.counted.appends += 1
        self.counted.entries += len(answer.refs) - answer.known
        self.counted.known += answer.known
        return answer

    def _commit(self, requests: list[Request]) -> Sequence[Appended | Exception | Later]:
        """Commit a batch, in the writer's thread; outlasts short absences of the engine."""
        self._doubt = None
        deadline = time.monotonic() + (0.0 if self._away else self._patience_s)
        attempt = 0
        while True:
            try:
                answers = self._attempt(requests)
            except Trouble:
                if time.monotonic() >= deadline:
                    self._away = True
                    raise
                time.sleep(BACKOFF_S[min(attempt, len(BACKOFF_S) - 1)])
                attempt += 1
                self.counted.retries += 1
            else:
                self._away = False
                self.counted.commits += 1
                return answers

    def _attempt(self, requests: list[Request]) -> list[Appended | Later]:
        """Try one transaction; when the last one's commit is in doubt, look first whether it happened.

        The heads are locked before looking: a commit still under way in the engine is waited for.
        """
        doubt = self._doubt
        with self._book.transaction() as writing:
            if doubt is not None:
                writing.lock(sorted({wanted.place for wanted in requests}))
                if writing.holds(doubt.marks[0]):
                    return doubt.answers
            self._doubt = None
            answers = _append_to_free(writing, requests, wait=self._passed_over >= PASSED_OVER_MAX)
            self._passed_over = self._passed_over + 1 if Later() in answers else 0
            if writing.marks:
                self._doubt = _Doubt(tuple(writing.marks), answers)
        return answers


def _append_to_free(writing: Writing, requests: list[Request], *, wait: bool) -> list[Appended | Later]:
    """Append to the chains that nobody holds now, the rest later; wait only where all are held, or it is time to.

    The loop holds a chain while it writes down what it concluded: what others say meanwhile need not wait for that.
    """
    heads = [] if wait else writing.lock_free(sorted({wanted.place for wanted in requests}))
    if not heads:
        return list(writing.append_all(requests))
    free = {head.place for head in heads}
    now = [wanted for wanted in requests if wanted.place in free]
    given = iter(writing.append_after(heads, now))
    return [next(given) if wanted.place in free else Later() for wanted in requests]


def _weight(wanted: Request) -> int:
    return wanted.size + _ENTRY_OVERHEAD * len(wanted.texts)
