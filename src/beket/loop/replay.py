"""The law of replay: thinking over all that was said and ordered again gives the facts that are in the log."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any, Final

import msgspec
from msgspec import Struct

from beket.log.book import Frame, Head, Seq
from beket.log.postgres import PostgresBook
from beket.loop.snapshot import load
from beket.loop.thinking import CORE, Thinking
from beket.loop.turn import READER, RETRIED
from beket.words.facts import Concluded, Fact
from beket.words.ids import EntryRef, PlaceId, entry_ref
from beket.words.readings import Said

_READ_FRAMES: Final = 100
"""Frames read at a time: bounds memory to a few MB."""


class Difference(Struct, frozen=True, kw_only=True):
    """The first place where the log and the thinking part: an entry, what the log has, what follows from it now."""

    place: PlaceId
    logged_at: EntryRef | None
    cause: EntryRef | None
    logged: Fact | None
    derived: Fact | None
    said: str


class Replayed(Struct, kw_only=True):
    """What a replay saw; it holds when `first` is None."""

    places: int = 0
    frames: int = 0
    readings: int = 0
    decisions: int = 0
    facts: int = 0
    set_aside: int = 0
    waiting: int = 0
    differences: int = 0
    first: Difference | None = None

    @property
    def holds(self) -> bool:
        """Whether every fact of the log follows from what was said, and nothing else does."""
        return self.differences == 0


class _Bounds(Struct, frozen=True):
    """One place as one moment saw it: its head, the loop's position, the frames stepped out of order or not at all."""

    head: Head
    cursor: Seq
    set_aside: frozenset[int]
    retried: dict[int, list[int]]


def check(book: PostgresBook, thinking: Thinking = CORE, place: PlaceId | None = None) -> Replayed:
    """Replay every place (or one) up to where the loop stands now, beside a running loop if need be."""
    report = Replayed()
    for head in book.heads():
        if place is None or head.place == place:
            _check_place(book, thinking, _bounds(book, head.place), report)
            report.places += 1
    return report


def _bounds(book: PostgresBook, place: PlaceId) -> _Bounds:
    with book.transaction() as writing:
        head = writing.lock([place])[0]
        cursor = writing.cursor(READER, place)
        connection = writing.connection
        aside = connection.execute("SELECT seq FROM beket.fault WHERE reader = %s AND place = %s", (READER, place))
        set_aside = {row[0] for row in aside.fetchall()}
        again = connection.execute(
            "SELECT reader, seq FROM beket.cursor WHERE place = %s AND starts_with(reader, %s) ORDER BY seq",
            (place, RETRIED),
        )
        retried: dict[int, list[int]] = {}
        for reader, after in again.fetchall():
            seq = int(reader.removeprefix(RETRIED))
            set_aside.add(seq)
            retried.setdefault(after, []).append(seq)
    return _Bounds(head, cursor, frozenset(set_aside), retried)


def _check_place(book: PostgresBook, thinking: Thinking, bounds: _Bounds, report: Replayed) -> None:
    replay = _Replay(thinking, bounds.head.place, report)
    for frame in _frames(book, bounds.head):
        report.frames += 1
        _count(frame, report)
        replay.compare(frame)
        if frame.seq > bounds.cursor:
            report.waiting += sum(not isinstance(entry.body, Concluded) for entry in frame.entries)
        elif frame.seq in bounds.set_aside:
            report.set_aside += 1
        else:
            replay.think(frame)
        for seq in bounds.retried.get(frame.seq, ()):
            replay.think(book.read(frame.place, Seq(seq - 1), 1)[0])
    replay.end()
    if bounds.cursor == bounds.head.seq and report.holds:
        _compare_held(book, thinking, bounds, replay)


def _frames(book: PostgresBook, head: Head) -> Iterator[Frame]:
    after = Seq(0)
    while after < head.seq:
        frames = book.read(head.place, after, min(_READ_FRAMES, head.seq - after))
        yield from frames
        after = frames[-1].seq


def _count(frame: Frame, report: Replayed) -> None:
    for entry in frame.entries:
        if isinstance(entry.body, Concluded):
            report.facts += 1
        elif isinstance(entry.body, Said):
            report.readings += 1
        else:
            report.decisions += 1


def _compare_held(book: PostgresBook, thinking: Thinking, bounds: _Bounds, replay: _Replay) -> None:
    """The law of the fold: what a loop would load (snapshot and later facts) is what thinking it all again gives."""
    place = bounds.head.place
    with book.transaction() as writing:
        if writing.lock([place])[0].seq == bounds.head.seq:
            held = load(writing, thinking, place, bounds.cursor)
            if held.state != replay.state:
                replay.differ(None, None, "what is held (snapshot and later facts) differs from what replay holds")


class _Replay:
    """One place thought over again; facts of the log may stand in later frames than their cause."""

    def __init__(self, thinking: Thinking, place: PlaceId, report: Replayed) -> None:
        self.state: Any = thinking.empty(place)
        self._thinking = thinking
        self._place = place
        self._report = report
        self._derived: deque[tuple[EntryRef, Fact]] = deque()
        self._lost = False

    def think(self, frame: Frame) -> None:
        """Step what was said and ordered in a frame."""
        for index, entry in enumerate(frame.entries):
            if not isinstance(entry.body, Concluded):
                ref = entry_ref(frame.seq, index)
                for fact in self._thinking.step(self.state, ref, entry.body):
                    self.state = self._thinking.fold(self.state, fact)
                    self._derived.append((ref, fact))

    def compare(self, frame: Frame) -> None:
        """Hold the facts of a frame against those derived so far, in order; once lost, only count."""
        for index, entry in enumerate(frame.entries):
            if not isinstance(entry.body, Concluded) or self._lost:
                continue
            logged = (entry_ref(frame.seq, index), entry.body)
            if not self._derived:
                self.differ(logged, None, "the log has a fact that does not follow from what was said before it")
                continue
            derived = self._derived.popleft()
            if derived[1] != entry.body:
                self.differ(logged, derived, f"the log says {_json(entry.body)} and replay says {_json(derived[1])}")

    def end(self) -> None:
        """Whatever was derived and is not in the log is missing from it."""
        if self._derived and not self._lost:
            derived = self._derived[0]
            self.differ(None, derived, f"the log lacks {_json(derived[1])} and {len(self._derived) - 1} more")

    def differ(self, logged: tuple[EntryRef, Fact] | None, derived: tuple[EntryRef, Fact] | None, said: str) -> None:
        """Write a difference down; the first one is named, and after it this place is not compared further."""
        self._lost = True
        self._report.differences += 1
        if self._report.first is None:
            self._report.first = Difference(
                place=self._place,
                logged_at=logged[0] if logged else None,
                cause=derived[0] if derived else None,
                logged=logged[1] if logged else None,
                derived=derived[1] if derived else None,
                said=said,
            )


def _json(fact: Fact) -> str:
    return msgspec.json.encode(fact).decode()
