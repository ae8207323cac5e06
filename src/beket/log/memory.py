"""A log in memory, for tests and rehearsals of other rooms: same promises, except that nothing is durable."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence

from beket.log.book import Appended, Frame, Head, Seq
from beket.log.draft import NewFrame, empty_head, link, request
from beket.words.ids import EntryRef, Instant, PlaceId, ReadingId, entry_ref, split_ref
from beket.words.wire import Entry, decode_frame


def _wall_clock() -> Instant:
    return Instant(time.time_ns() // 1_000_000)


class MemoryBook:
    """A `Book` that forgets when it goes."""

    def __init__(self, now: Callable[[], Instant] = _wall_clock) -> None:
        self._now = now
        self._grew = threading.Condition()
        self._heads: dict[PlaceId, Head] = {}
        self._frames: dict[PlaceId, list[Frame]] = {}
        self._said: dict[PlaceId, dict[ReadingId, EntryRef]] = {}
        self._followed: dict[PlaceId, Seq] = {}

    def append(self, place: PlaceId, entries: Sequence[Entry]) -> Appended:
        """Link entries into their place's chain; a reading that was said before keeps its reference."""
        wanted = request(place, entries)
        with self._grew:
            head = self._heads.get(place, empty_head(place))
            said = self._said.setdefault(place, {})
            frames, answers, new_head = link(head, [wanted], said, self._now())
            for frame in frames:
                self._frames.setdefault(place, []).append(_frame(frame))
                said.update(_said(frame))
            if frames:
                self._heads[place] = new_head
                self._grew.notify_all()
        return answers[0]

    def read(self, place: PlaceId, after: Seq, frames_max: int = 100) -> Sequence[Frame]:
        """Frames of one place that follow `after`, in order."""
        with self._grew:
            return self._frames.get(place, [])[after : after + frames_max]

    def entry(self, place: PlaceId, ref: EntryRef) -> Entry | None:
        """One entry by its reference, or None."""
        seq, index = split_ref(ref)
        with self._grew:
            frames = self._frames.get(place, [])
        entries = frames[seq - 1].entries if 0 < seq <= len(frames) else ()
        return entries[index] if index < len(entries) else None

    def heads(self) -> Sequence[Head]:
        """The head of every chain, ordered by place."""
        with self._grew:
            return [self._heads[place] for place in sorted(self._heads)]

    def follow(self, seconds: float) -> Iterator[PlaceId]:
        """Wait up to `seconds` for news; yields places that grew since the last call."""
        with self._grew:
            self._grew.wait_for(lambda: bool(self._grown()), seconds)
            grown = self._grown()
            self._followed = {place: head.seq for place, head in self._heads.items()}
        yield from grown

    def _grown(self) -> list[PlaceId]:
        return [place for place, head in sorted(self._heads.items()) if head.seq > self._followed.get(place, 0)]


def _frame(new: NewFrame) -> Frame:
    entries = decode_frame(new.body)
    return Frame(place=new.place, seq=new.seq, at=new.at, prev=new.prev, hash=new.hash, entries=entries)


def _said(new: NewFrame) -> dict[ReadingId, EntryRef]:
    return {identity: entry_ref(new.seq, index) for index, identity in enumerate(new.ids) if identity is not None}
