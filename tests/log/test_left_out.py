"""Frames left out of a reading, because the reader wrote them: their hashes hold the chain together."""

from __future__ import annotations

import pytest

from beket.log.book import Broken, Frame, Seq
from beket.log.frames import linked
from beket.log.memory import MemoryBook
from beket.words.ids import CLOCK, Instant, PlaceId, reading_id
from beket.words.readings import Tick
from beket.words.wire import Entry

PLACE = PlaceId("KG-AAA-A")


def _chain(frames: int) -> list[Frame]:
    book = MemoryBook()
    for at in range(1, frames + 1):
        said = reading_id(CLOCK, "tick", at, b"")
        book.append(PLACE, [Entry(body=Tick(device_id=CLOCK, received=Instant(at), reading_id=said))])
    return list(book.read(PLACE, Seq(0)))


def test_known_hashes_stand_for_their_frames() -> None:
    frames = _chain(6)
    known = {frame.seq: frame.hash for frame in (frames[0], frames[2], frames[3])}
    others = [frame for frame in frames if frame.seq not in known]
    assert linked(others, Seq(0), known) == others


def test_a_hole_is_a_hole() -> None:
    frames = _chain(4)
    with pytest.raises(Broken, match="missing"):
        linked([frames[0], frames[3]], Seq(0), {frames[1].seq: frames[1].hash})


def test_a_frame_must_follow_the_one_that_was_left_out() -> None:
    frames = _chain(3)
    with pytest.raises(Broken, match="does not follow"):
        linked([frames[0], frames[2]], Seq(0), {frames[1].seq: bytes(32)})
