"""What a slip says comes back from its short form, which opens to nothing else and never to much."""

from __future__ import annotations

import zlib
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beket.words.slips import OPENED_BYTES_MAX, Slip, SlipSign, SlipStep, fitting, packed, plates_of, unpacked, whole_s
from tests.words.slips import PRINTED, slip, slips


@given(slips())
def test_a_slip_comes_back_from_its_short_form(one: Slip) -> None:
    assert unpacked(packed(one)) == one


def test_an_ordinary_slip_is_short() -> None:
    assert len(packed(slip())) < 150


@given(st.binary(max_size=300))
def test_any_bytes_are_a_slip_or_refused(blob: bytes) -> None:
    try:
        found = unpacked(blob)
    except ValueError:
        return
    assert isinstance(found, Slip)


def _deflated(blob: bytes) -> bytes:
    making = zlib.compressobj(wbits=-15)
    return making.compress(blob) + making.flush()


@pytest.mark.parametrize(
    "blob",
    [
        packed(slip()) + b"\0",
        packed(slip())[:-1],
        _deflated(b"\0" * OPENED_BYTES_MAX * 100),
        _deflated(msgspec.msgpack.encode(["KG-TOR-A"])),
        _deflated(msgspec.msgpack.encode({"place": "KG-TOR-A"})),
    ],
    ids=["more behind it", "cut", "opens to far too much", "too few parts", "another form"],
)
def test_what_is_not_as_it_was_written_is_refused(blob: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - which words it has is the library's
        unpacked(blob)


@pytest.mark.parametrize(
    "said",
    [{"place": "<b>", "crossing": "<b>:1.0"}, {"crossing": "KG-TOR-A:x"}, {"lane": "l" * 161}, {"at": 10**15}],
    ids=["a place with marks", "a crossing that is none", "a long lane", "a moment after the last"],
)
def test_what_no_house_prints_is_refused(said: dict[str, Any]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - which words it has is the library's
        unpacked(packed(slip(**said)))


@given(slips(), st.integers(250, 600))
def test_what_does_not_fit_is_left_out_and_it_says_so(one: Slip, most: int) -> None:
    try:
        short = fitting(one, most)
    except ValueError:
        assert len(packed(one)) > most
        return
    assert len(packed(short)) <= most
    assert (short == one) or short.cut
    assert set(short.steps) <= set(one.steps)
    assert (short.crossing, short.at, short.signs[:1]) == (one.crossing, one.at, one.signs[:1])


def test_the_last_steps_are_kept() -> None:
    steps = tuple(SlipStep(step=f"a-step-of-a-name-{n:x}{n * n:x}", state="cleared", outcome="pass") for n in range(40))
    short = fitting(slip(steps=steps), 300)
    assert 0 < len(short.steps) < 40
    assert short.steps == steps[-len(short.steps) :]


def test_a_slip_is_known_by_the_tractor_or_where_it_names_none_by_any_plate() -> None:
    trailer, front = SlipSign(role="trailer", value="02 222 BB"), SlipSign(role="front", value="01kg777abc")
    assert plates_of(slip(signs=(trailer, front))) == ("01777ABC",)
    assert plates_of(slip(signs=(trailer,))) == ("02222BB",)
    assert plates_of(slip(signs=())) == ()


def test_a_moment_of_a_slip_is_a_whole_second() -> None:
    assert whole_s(PRINTED + 999) == PRINTED
