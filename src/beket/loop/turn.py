"""One turn of the loop over one place: what was said is read, thought over, concluded and shown, in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final

from msgspec import Struct
from psycopg.errors import InvalidSchemaName, UndefinedTable

from beket.log.book import FRAME_ENTRIES_MAX, Broken, Frame, Seq, Trouble
from beket.log.postgres import PostgresBook
from beket.log.writing import Writing
from beket.loop.ports import Concluding, Projection
from beket.loop.snapshot import Held, fold_known, load, save_when_due
from beket.loop.thinking import Thinking
from beket.words.facts import Concluded, Fact
from beket.words.ids import PlaceId, entry_ref, split_ref
from beket.words.wire import Entry

logger: Final = logging.getLogger(__name__)

READER: Final = "loop"
"""The loop's name among those who read the log by cursor."""

RETRIED: Final = "loop retried "
"""With a frame's number behind it: the cursor that says after which position a frame set aside was stepped."""

FRAMES_MAX: Final = 64
"""Most frames of one turn: a turn holds its place's head, and writers wait for it."""

ENTRIES_MAX: Final = FRAME_ENTRIES_MAX
"""Most entries of one turn, unless a single frame holds more."""

OWN_MAX: Final = 1000
"""Most of its own frames the loop remembers while it is behind; any other it reads again, and learns nothing new."""


class Turned(Struct, frozen=True, kw_only=True):
    """What one turn did."""

    frames: int = 0
    entries: int = 0
    facts: int = 0
    faults: int = 0


class PlaceLoop:
    """The loop of one place; it alone owns the place's held state."""

    def __init__(self, place: PlaceId, projection: Projection, thinking: Thinking) -> None:
        self.place = place
        self._projection = projection
        self._thinking = thinking
        self._held: Held | None = None

    def turn(self, book: PostgresBook) -> Turned:
        """Take the next frames, all or nothing; when one of them fails, take them one by one. Raises Trouble."""
        try:
            return self._take(book, FRAMES_MAX)
        except (Trouble, Broken):
            self._held = None
            raise
        except Exception:
            self._held = None
            logger.exception("%s: a frame failed; taking this batch frame by frame", self.place)
        return self._take_one_by_one(book)

    def retry(self, book: PostgresBook, seq: Seq) -> Turned:
        """Step a frame that was set aside, now that its fault is mended; raises what fails again."""
        self._held = None
        with book.transaction() as writing:
            held = self._current(writing)
            frame = writing.read(self.place, Seq(seq - 1), 1)[0]
            gone = writing.connection.execute(
                "DELETE FROM beket.fault WHERE reader = %s AND place = %s AND seq = %s", (READER, self.place, seq)
            )
            if gone.rowcount == 0:
                raise ValueError(f"{self.place}:{seq} was not set aside")
            concluded = self._conclude(writing, held, [frame])
            self._show(writing, [], concluded)
            writing.move(f"{RETRIED}{seq}", self.place, held.cursor)
        self._held = None
        return Turned(frames=1, entries=len(frame.entries), facts=len(concluded))

    def _take(self, book: PostgresBook, frames_max: int) -> Turned:
        with book.transaction() as writing:
            held = self._current(writing)
            frames = _bounded(writing.read(self.place, held.cursor, frames_max, held.own))
            if not frames:
                self._held = held
                return Turned()
            fold_known(held, self._thinking, frames)
            concluded = self._conclude(writing, held, frames)
            self._show(writing, frames, concluded)
            self._move(writing, held, frames, concluded)
        self._held = held
        entries = sum(len(frame.entries) for frame in frames)
        return Turned(frames=len(frames), entries=entries, facts=len(concluded))

    def _current(self, writing: Writing) -> Held:
        """What is held, loaded anew when it is not what the log's cursor says."""
        cursor = writing.cursor(READER, self.place)
        held = self._held
        # Taken away until the commit: if this transaction fails, what was folded in place must not be used again.
        self._held = None
        if held is None or held.cursor != cursor:
            try:
                held = load(writing, self._thinking, self.place, cursor)
            except (Trouble, Broken):
                raise
            except Exception as error:
                # No frame is to blame: setting frames aside one after the other would empty the place.
                raise Broken(f"{self.place}: what is held cannot be folded from the log: {error}") from error
        return held

    def _conclude(self, writing: Writing, held: Held, frames: Sequence[Frame]) -> list[Concluding]:
        """Step the entries in log order, each fact folded in before the next step, and append the facts."""
        facts: list[Fact] = []
        for frame in frames:
            for index, entry in enumerate(frame.entries):
                if isinstance(entry.body, Concluded):
                    continue
                new = self._thinking.step(held.state, entry_ref(frame.seq, index), entry.body)
                for fact in new:
                    held.state = self._thinking.fold(held.state, fact)
                facts += new
                held.since_snapshot += 1
        if not facts:
            return []
        appended = writing.append(self.place, [Entry(body=fact) for fact in facts])
        return [Concluding(ref, fact) for ref, fact in zip(appended.refs, facts, strict=True)]

    def _show(self, writing: Writing, frames: Sequence[Frame], concluded: Sequence[Concluding]) -> None:
        """Fold the read tables; where they are not there at all, no frame is to blame."""
        try:
            self._projection.fold(writing.connection, self.place, frames, concluded)
        except (UndefinedTable, InvalidSchemaName) as error:
            raise Trouble(f"the read tables are missing: {str(error).partition(chr(10))[0]}") from error

    def _move(self, writing: Writing, held: Held, frames: Sequence[Frame], concluded: Sequence[Concluding]) -> None:
        """Move the position; past our own facts too, where nobody else wrote before them."""
        held.cursor = frames[-1].seq
        held.facts_seq = max(held.facts_seq, held.cursor)
        if concluded:
            held.facts_seq = Seq(split_ref(concluded[-1].ref)[0])
            held.own.update((mark.seq, mark.hash) for mark in writing.marks[: OWN_MAX - len(held.own)])
        while held.cursor + 1 in held.own:
            held.cursor = Seq(held.cursor + 1)
        held.own = {seq: link for seq, link in held.own.items() if seq > held.cursor}
        writing.move(READER, self.place, held.cursor)
        save_when_due(writing, self._thinking, self.place, held)

    def _take_one_by_one(self, book: PostgresBook) -> Turned:
        """Take up to a batch frame by frame; the one that fails is set aside, visible and replayable."""
        done = Turned()
        for _ in range(FRAMES_MAX):
            try:
                turned = self._take(book, 1)
            except (Trouble, Broken):
                self._held = None
                raise
            except Exception as error:
                self._held = None
                logger.exception("%s: a frame cannot be taken and is set aside", self.place)
                self._set_aside(book, error)
                turned = Turned(frames=1, faults=1)
            if not turned.frames:
                break
            done = Turned(
                frames=done.frames + turned.frames, entries=done.entries + turned.entries,
                facts=done.facts + turned.facts, faults=done.faults + turned.faults,
            )  # fmt: skip
            if turned.faults:
                break
        return done

    def _set_aside(self, book: PostgresBook, error: Exception) -> None:
        """Step over one frame: what was said in it is still shown where that much works."""
        with book.transaction() as writing:
            seq = Seq(writing.cursor(READER, self.place) + 1)
            writing.set_aside_fault(READER, self.place, seq, f"{type(error).__name__}: {error}")
            writing.move(READER, self.place, seq)
            try:
                with writing.connection.transaction():
                    self._show(writing, writing.read(self.place, Seq(seq - 1), 1), [])
            except (Trouble, Broken):
                raise
            except Exception:
                logger.exception("%s:%d cannot be shown either", self.place, seq)


def _bounded(frames: Sequence[Frame]) -> Sequence[Frame]:
    """The first frames that together hold no more entries than a turn may; at least one."""
    total = 0
    for count, frame in enumerate(frames):
        total += len(frame.entries)
        if total > ENTRIES_MAX and count:
            return frames[:count]
    return frames
