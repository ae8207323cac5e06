"""Frames that say their own length, dates that may not exist, and marks that stay inside."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from beket.devices.kit.dates import digits, instant_of, live
from beket.devices.kit.framing import GARBAGE_KEPT_MAX, Measured
from beket.devices.kit.marks import Marking
from beket.words.ids import Instant


def measure(held: bytes, at: int) -> int:
    """A toy protocol: `L`, a length of what follows, and a final `.` that must be there."""
    if held[at] != 0x4C:
        return -1
    if at + 1 >= len(held):
        return 0
    long = held[at + 1] + 2
    if at + long <= len(held) and held[at + long - 1] != 0x2E:
        return -1
    return long


def cut(*chunks: bytes, starts: bytes = b"") -> list[tuple[bytes, str | None]]:
    framer = Measured(measure, 30, starts)
    frames = [frame for chunk in chunks for frame in framer.feed(chunk)]
    return [(frame.blob, frame.broken) for frame in [*frames, *framer.end()]]


def test_frames_and_what_lay_between_them() -> None:
    assert cut(b"xxL\x03ab.L\x01.") == [(b"xx", "shape"), (b"L\x03ab.", None), (b"L\x01.", None)]
    assert cut(b"L\x02abL\x01.") == [(b"L\x02ab", "shape"), (b"L\x01.", None)], "a false beginning costs only itself"
    assert cut(b"L\xffL\x01.") == [(b"L\xff", "shape"), (b"L\x01.", None)], "nothing is longer than the longest"
    assert cut(b"L\x05ab") == [(b"L\x05ab", "shape")]
    assert cut(b"x" * 100_000) == [(b"x" * GARBAGE_KEPT_MAX, "shape")]


@given(st.lists(st.sampled_from([b"L\x03ab.", b"L", b"\x01", b".", b"x", b"L\x02ab"]), max_size=30), st.data())
def test_any_split_cuts_the_same(parts: list[bytes], picked: st.DataObject) -> None:
    blob = b"".join(parts)
    at = picked.draw(st.integers(0, len(blob)))
    assert cut(blob[:at], blob[at:]) == cut(blob)
    assert cut(blob[:at], blob[at:], starts=b"L") == cut(blob), "passing over what begins nothing changes nothing"


@given(st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1)))  # noqa: DTZ001  the zone is given below
def test_an_instant_is_the_calendars(at: datetime) -> None:
    at = at.replace(microsecond=0, tzinfo=UTC)
    made = instant_of((at.year, at.month, at.day), (at.hour, at.minute, at.second))
    assert made == int(at.timestamp()) * 1000
    assert instant_of((at.year, at.month, at.day), (at.hour, at.minute, at.second), 360) == made - 21_600_000


def test_moments_that_never_were() -> None:
    for ymd, hms in [((2026, 2, 29), (0, 0, 0)), ((2026, 0, 1), (0, 0, 0)), ((2026, 1, 1), (24, 0, 0))]:
        assert instant_of(ymd, hms) is None
    assert digits("23052x") is None
    assert digits("230525") == (23, 5, 25)
    assert live(Instant(0), Instant(3_600_001)) is None
    assert live(Instant(0), Instant(5)) == 0


def test_marks_stay_inside_the_frame() -> None:
    marking = Marking(b"abcd")
    marking.skip(1)
    assert marking.next(2, "pair") == b"bc"
    assert marking.next(9, "rest", 7) == b"d"
    assert marking.next(1, "nothing") == b""
    assert [(mark.start, mark.end, mark.name, mark.value) for mark in marking.marks()] == [
        (1, 3, "pair", "6263"),
        (3, 4, "rest", "7"),
    ]
