"""Toledo continuous output: golden frames both ways, checks there and not there, clones, and what is refused."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beket.devices.kit.driver import Frame, Options, Out
from beket.devices.toledo_continuous.codec import check, decoder, encode, explain, framer
from beket.words.ids import Instant
from beket.words.readings import Weight

GOLDEN = {
    "022a30203032393834303030303030300d20": (29840, {}),
    "022b39203030313233343030303536300d18": (123.4, {"tare": 56, "decimals": 1, "net": True, "motion": True}),
}
"""Frames of the device samples; the encoder says the same with an increment of one."""


@pytest.mark.parametrize("frame", GOLDEN)
def test_golden_frames_both_ways(frame: str) -> None:
    value, more = GOLDEN[frame]
    assert weight(bytes.fromhex(frame)).value == value
    assert encode(value, **more).hex() == frame  # type: ignore[arg-type]


def read(blobs: Sequence[bytes], options: Options | None = None) -> list[Out]:
    cuts, reads = framer(options or {}), decoder(options or {})
    frames = [frame for blob in blobs for frame in cuts.feed(blob)] + list(cuts.end())
    return [reads.read(frame, Instant(at * 100)) for at, frame in enumerate(frames)]


def weights(blobs: Sequence[bytes], options: Options | None = None) -> list[Weight]:
    outs = read(blobs, options)
    return [told.reading for out in outs for told in out.told if isinstance(told.reading, Weight)]


def weight(frame: bytes, options: Options | None = None) -> Weight:
    (one,) = weights([frame], options)
    return one


def kinds(blobs: Sequence[bytes], options: Options | None = None) -> list[str]:
    return [problem.kind for out in read(blobs, options) for problem in out.problems]


@given(
    st.integers(-999_999, 999_999),
    st.integers(-2, 5),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["kg", "lb", "g", "t", "oz", "tn"]),
    st.none() | st.integers(0, 999_999),
    st.booleans(),
)
def test_what_is_written_is_read(
    whole: int, decimals: int, net: bool, motion: bool, unit: str, tare: int | None, with_check: bool
) -> None:
    scale = 10.0**-decimals
    given_tare = None if tare is None else tare * scale
    frame = encode(
        whole * scale, tare=given_tare, decimals=decimals, net=net, motion=motion, unit=unit, with_check=with_check
    )
    one = weight(frame)
    assert one.value == pytest.approx(whole * scale)
    assert one.tare == (None if tare is None else pytest.approx(tare * scale))
    assert (one.mode, one.stable, one.unit) == ("net" if net else "gross", not motion, unit)


@given(st.lists(st.tuples(st.integers(0, 999_999), st.booleans()), min_size=1, max_size=8), st.booleans())
def test_frames_in_a_row_are_cut_with_and_without_checks(loads: list[tuple[int, bool]], with_check: bool) -> None:
    frames = [encode(kg, tare=0 if long else None, with_check=with_check) for kg, long in loads]
    assert [one.value for one in weights([b"".join(frames)])] == [kg for kg, _ in loads]


def test_a_check_that_looks_like_a_start_is_still_a_check() -> None:
    ambiguous = encode(999_998)
    assert ambiguous[-1] == 0x02
    stream = [ambiguous + ambiguous + encode(7)]
    assert [one.value for one in weights(stream)] == [999_998, 999_998, 7]
    assert kinds(stream) == ["unsettled"]


def test_a_scale_that_has_sent_checks_is_not_believed_without_them() -> None:
    assert kinds([encode(20) + encode(40, with_check=False) + encode(60)]) == ["checksum"]
    assert kinds([encode(20, with_check=False)], {"check": "required"}) == ["checksum"]
    assert kinds([encode(20, with_check=False)] * 3, {"check": "none"}) == []


@given(st.integers(1, 15), st.integers(1, 127))
def test_a_changed_byte_is_found(at: int, flip: int) -> None:
    frame = bytearray(encode(29_840))
    frame[at] ^= flip
    assert weights([bytes(frame)]) == []


def test_the_check_is_the_one_of_the_reference() -> None:
    assert check(bytes.fromhex("022a30203032393834303030303030300d")) == 0x20


def test_clones_say_the_point_and_the_unit_in_their_row() -> None:
    frame = encode(18_620, unit="lb")
    assert weight(frame, {"unit": "kg"}).unit == "kg"
    assert weight(frame, {"decimals": 2}).value == 186.2
    assert weight(frame, {"point": "count"}).value == 186.2


def test_an_expanded_display_is_shown_and_not_weighed() -> None:
    body = bytearray(encode(18_620, with_check=False))
    body[3] |= 0x10
    frame = bytes(body) + bytes((check(bytes(body)),))
    outs = read([frame] * 9)
    assert [told.reading.valid for out in outs for told in out.told] == [False] * 9


@pytest.mark.parametrize(("value", "decimals"), [(1_000_000, 0), (100_000, 1), (1, 6)])
def test_what_does_not_fit_is_not_written(value: float, decimals: int) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        encode(value, decimals=decimals)


def test_a_frame_is_explained() -> None:
    marks = explain(Frame(blob=encode(123.4, tare=56, decimals=1, net=True, motion=True)), {})
    assert [(mark.start, mark.end, mark.name, mark.value) for mark in marks] == [
        (1, 2, "status_a", "2b"),
        (2, 3, "status_b", "net, motion"),
        (3, 4, "status_c", "20"),
        (4, 10, "weight", "123.4 kg"),
        (10, 16, "tare", "56 kg"),
        (17, 18, "check", "18"),
    ]
    assert explain(Frame(blob=encode(5)[:-1] + b"\x00"), {}) == ()
