"""One turn of the loop: what was said at some places is read, thought over, concluded and shown, in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from msgspec import Struct, field
from psycopg.errors import InvalidSchemaName, UndefinedTable

from beket.log.book import FRAME_ENTRIES_MAX, Broken, Frame, Seq, Trouble
from beket.log.draft import entry_refs, request
from beket.log.postgres import PostgresBook
from beket.log.writing import Wanted, Writing
from beket.loop.ports import News, Projection
from beket.loop.snapshot import Held, fold_known, load, save_when_due
from beket.loop.thinking import Thinking
from beket.words.facts import Concluded, Fact
from beket.words.ids import EntryRef, PlaceId, split_ref
from beket.words.wire import Entry

logger: Final = logging.getLogger(__name__)

READER: Final = "loop"
"""The loop's name among those who read the log by cursor."""

RETRIED: Final = "loop retried "
"""With a frame's number behind it: the cursor that says after which position a frame set aside was stepped."""

FRAMES_MAX: Final = 64
"""Most frames of one place in one turn: a turn holds its places' heads, and writers wait for it."""

ENTRIES_MAX: Final = 4 * FRAME_ENTRIES_MAX
"""Most entries of one turn, shared by its places: about a tenth of a second, in which a turn's own cost is lost."""

PLACES_MAX: Final = 16
"""Most places of one turn: with more, each would have too small a share of its entries."""

OWN_MAX: Final = 1000
"""Most of its own frames the loop remembers while it is behind; any other it reads again, and learns nothing new."""


class Turned(Struct, frozen=True, kw_only=True):
    """What one turn did, and which places had something to do."""

    frames: int = 0
    entries: int = 0
    facts: int = 0
    faults: int = 0
    places: frozenset[PlaceId] = frozenset()

    def and_(self, other: Turned) -> Turned:
        """Both together."""
        return Turned(
            frames=self.frames + other.frames, entries=self.entries + other.entries, facts=self.facts + other.facts,
            faults=self.faults + other.faults, places=self.places | other.places,
        )  # fmt: skip


class PlaceLoop:
    """The loop of one place; it alone owns the place's held state."""

    def __init__(self, place: PlaceId, projection: Projection, thinking: Thinking) -> None:
        self.place = place
        self.held: Held | None = None
        self._projection = projection
        self._thinking = thinking

    def turn(self, book: PostgresBook) -> Turned:
        """Take the next frames, all or nothing; when one of them fails, take them one by one. Raises Trouble."""
        try:
            return self._take(book, FRAMES_MAX)
        except (Trouble, Broken):
            raise
        except Exception:
            logger.exception("%s: a frame failed; taking this batch frame by frame", self.place)
        return self._take_one_by_one(book)

    def retry(self, book: PostgresBook, seq: Seq) -> Turned:
        """Step a frame that was set aside, now that its fault is mended; raises what fails again."""
        self.held = None
        with book.transaction() as writing:
            held = self.current(writing, writing.cursor(READER, self.place))
            frame = writing.read(self.place, Seq(seq - 1), 1)[0]
            gone = writing.connection.execute(
                "DELETE FROM beket.fault WHERE reader = %s AND place = %s AND seq = %s", (READER, self.place, seq)
            )
            if gone.rowcount == 0:
                raise ValueError(f"{self.place}:{seq} was not set aside")
            thought = Thought(self, held, [], [frame])
            with shown(writing):
                conclude(writing, self._projection, [thought])
            writing.move(f"{RETRIED}{seq}", self.place, held.cursor)
        return Turned(frames=1, entries=len(frame.entries), facts=len(thought.facts))

    def current(self, writing: Writing, cursor: Seq) -> Held:
        """What is held, loaded anew when it is not what the log's cursor says."""
        held = self.held
        # Taken away until the commit: if this transaction fails, what was folded in place must not be used again.
        self.held = None
        if held is None or held.cursor != cursor:
            try:
                held = load(writing, self._thinking, self.place, cursor)
            except (Trouble, Broken):
                raise
            except Exception as error:
                # No frame is to blame: setting frames aside one after the other would empty the place.
                raise Broken(f"{self.place}: what is held cannot be folded from the log: {error}") from error
        return held

    def think(self, thought: Thought) -> None:
        """Step the entries in log order, each fact folded in before the next step."""
        held, step, fold = thought.held, self._thinking.step, self._thinking.fold
        for frame in (*thought.frames, *thought.again):
            for ref, entry in zip(entry_refs(frame.seq, 0, len(frame.entries)), frame.entries, strict=True):
                if isinstance(entry.body, Concluded):
                    continue
                new = step(held.state, ref, entry.body)
                for fact in new:
                    held.state = fold(held.state, fact)
                thought.facts += new
                held.since_snapshot += 1

    def moved(self, writing: Writing, thought: Thought) -> Seq:
        """Give the new position; past our own facts too, where nobody else wrote before them."""
        held = thought.held
        held.cursor = thought.frames[-1].seq
        held.facts_seq = max(held.facts_seq, held.cursor)
        if thought.refs:
            held.facts_seq = Seq(split_ref(thought.refs[-1])[0])
            marks = [mark for mark in writing.marks if mark.place == self.place]
            held.own.update((mark.seq, mark.hash) for mark in marks[: OWN_MAX - len(held.own)])
        while held.cursor + 1 in held.own:
            held.cursor = Seq(held.cursor + 1)
        held.own = {seq: link for seq, link in held.own.items() if seq > held.cursor}
        save_when_due(writing, self._thinking, self.place, held)
        return held.cursor

    def fold_known(self, thought: Thought) -> None:
        """Fold facts among the news that are not held yet: another wrote them."""
        fold_known(thought.held, self._thinking, thought.frames)

    def _take(self, book: PostgresBook, frames_max: int) -> Turned:
        return take(book, self._projection, [self], frames_max)

    def _take_one_by_one(self, book: PostgresBook) -> Turned:
        """Take up to a batch frame by frame; the one that fails is set aside, visible and replayable."""
        done = Turned()
        for _ in range(FRAMES_MAX):
            try:
                turned = self._take(book, 1)
            except (Trouble, Broken):
                raise
            except Exception as error:
                logger.exception("%s: a frame cannot be taken and is set aside", self.place)
                self._set_aside(book, error)
                turned = Turned(frames=1, faults=1, places=frozenset({self.place}))
            if not turned.frames:
                break
            done = done.and_(turned)
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
                with writing.connection.transaction(), shown(writing):
                    news = News(self.place, writing.read(self.place, Seq(seq - 1), 1))
                    folding = self._projection.begin(writing.connection, [news])
                    folding.conclude([()])
                    folding.finish([()])
            except (Trouble, Broken):
                raise
            except Exception:
                logger.exception("%s:%d cannot be shown either", self.place, seq)


class Thought(Struct):
    """What a turn makes of the news of one place, and of a frame that is stepped again."""

    loop: PlaceLoop
    held: Held
    frames: Sequence[Frame]
    again: Sequence[Frame] = ()
    facts: list[Fact] = field(default_factory=list)
    refs: Sequence[EntryRef] = ()


def take(
    book: PostgresBook, projection: Projection, loops: Sequence[PlaceLoop], frames_max: int | None = None
) -> Turned:
    """Take the next frames of some places in one transaction, all or nothing."""
    with book.transaction() as writing:
        heard, idle = _news(writing, loops, FRAMES_MAX if frames_max is None else frames_max)
        if heard:
            with shown(writing):
                conclude(writing, projection, heard)
                writing.move_all(READER, {one.loop.place: one.loop.moved(writing, one) for one in heard})
    for thought in (*heard, *idle):
        thought.loop.held = thought.held
    return Turned(
        frames=sum(len(one.frames) for one in heard),
        entries=sum(len(frame.entries) for one in heard for frame in one.frames),
        facts=sum(len(one.facts) for one in heard),
        places=frozenset(one.loop.place for one in heard),
    )


def conclude(writing: Writing, projection: Projection, thoughts: Sequence[Thought]) -> None:
    """Think, show what is new and append what was concluded, of all places at once.

    The chains are held from the append to the commit, and who wants to write waits: so they are taken late.
    """
    folding = projection.begin(writing.connection, [News(one.loop.place, one.frames) for one in thoughts])
    for one in thoughts:
        one.loop.fold_known(one)
        one.loop.think(one)
    folding.conclude([one.facts for one in thoughts])
    full = [one for one in thoughts if one.facts]
    if full:
        wanted = [request(one.loop.place, [Entry(body=fact) for fact in one.facts]) for one in full]
        for one, appended in zip(full, writing.append_all(wanted), strict=True):
            one.refs = appended.refs
    folding.finish([one.refs for one in thoughts])


@contextmanager
def shown(writing: Writing) -> Iterator[None]:
    """Send statements without waiting for each; where there are no read tables at all, no frame is to blame."""
    try:
        with writing.connection.pipeline():
            yield
    except (UndefinedTable, InvalidSchemaName) as error:
        raise Trouble(f"the read tables are missing: {str(error).partition(chr(10))[0]}") from error


def _news(writing: Writing, loops: Sequence[PlaceLoop], frames_max: int) -> tuple[list[Thought], list[Thought]]:
    """What is held of some places with the frames that follow; those first that have any."""
    stands = writing.cursors(READER, [loop.place for loop in loops])
    held = {loop.place: loop.current(writing, stands[loop.place]) for loop in loops}
    share = max(ENTRIES_MAX // max(len(loops), 1), ENTRIES_MAX // PLACES_MAX)
    wanted = [
        Wanted(place, one.cursor, frames_max, min(share, FRAME_ENTRIES_MAX), one.own) for place, one in held.items()
    ]
    frames = writing.read_all(wanted)
    thoughts = [Thought(loop, held[loop.place], frames[loop.place]) for loop in loops]
    return [one for one in thoughts if one.frames], [one for one in thoughts if not one.frames]
