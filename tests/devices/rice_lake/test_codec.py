"""Rice Lake: golden frames both ways, every status, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beket.devices.kit.driver import Frame, Options, Out
from beket.devices.rice_lake.codec import Status, decoder, encode, explain, framer
from beket.words.ids import Instant
from beket.words.readings import Weight

GOLDEN = bytes.fromhex("0220202032393834304b474d0d0a")


def read(frame: bytes, options: Options | None = None) -> Out:
    return decoder(options or {}).read(Frame(blob=frame), Instant(0))


def weight(frame: bytes, options: Options | None = None) -> Weight:
    (told,) = read(frame, options).told
    assert isinstance(told.reading, Weight)
    return told.reading


def test_the_golden_frame_both_ways() -> None:
    one = weight(GOLDEN)
    assert (one.value, one.unit, one.mode, one.stable) == (29_840, "kg", "gross", False)
    assert encode(29_840, status="M") == GOLDEN


@given(
    st.integers(-9_999, 9_999),
    st.integers(0, 2),
    st.sampled_from([" ", "M", "Z"]),
    st.booleans(),
    st.sampled_from(["kg", "lb", "t", "g", "oz"]),
)
def test_what_is_written_is_read(whole: int, decimals: int, status: Status, net: bool, unit: str) -> None:
    value = whole / 10**decimals
    one = weight(encode(value, decimals=decimals, status=status, net=net, unit=unit))
    assert one.value == pytest.approx(value)
    assert (one.mode, one.stable, one.unit) == ("net" if net else "gross", status != "M", unit)


STATES = {
    "O": (None, True, True, None),
    "I": (None, False, False, None),
    "Z": (0, False, True, True),
}


@pytest.mark.parametrize("status", ["O", "I", "Z"])
def test_each_status(status: Status) -> None:
    one = weight(encode(0 if status == "Z" else None, status=status))
    assert (one.value, one.overload, one.valid, one.stable) == STATES[status]


def test_under_range_is_no_overload() -> None:
    assert weight(b"\x02-      -KGO\r\n").overload is False


def test_a_short_ton_is_said_in_the_row() -> None:
    assert weight(encode(20, unit="t")).unit == "t"
    assert weight(encode(20, unit="t"), {"ton": "short"}).unit == "tn"


REFUSED = {
    b"\x02   29840XGM\r\n": "shape",
    b"\x02   29840KG \n": "shape",
    b"\x02+  29840KG \r\n": "shape",
    b"\x02   2 840KG \r\n": "field",
    b"\x02        KG \r\n": "field",
}


@pytest.mark.parametrize("frame", REFUSED)
def test_a_bad_frame_is_refused_by_name(frame: bytes) -> None:
    out = read(frame)
    assert [problem.kind for problem in out.problems] == [REFUSED[frame]]
    assert out.told == ()


def test_a_lost_end_costs_one_frame() -> None:
    frames = [*framer({}).feed(encode(20)[:-1] + encode(40) + encode(60))]
    assert [frame.blob for frame in frames if frame.broken is None] == [encode(40), encode(60)]


def test_what_does_not_fit_is_not_written() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        encode(12_345_678)


def test_a_frame_is_explained() -> None:
    marks = explain(Frame(blob=GOLDEN), {})
    assert [(mark.start, mark.end, mark.name, mark.value) for mark in marks] == [
        (1, 2, "sign", "+"),
        (2, 9, "weight", "29840"),
        (9, 10, "unit", "kg"),
        (10, 11, "mode", "G"),
        (11, 12, "status", "motion"),
    ]
    assert explain(Frame(blob=GOLDEN[:-1]), {}) == ()
