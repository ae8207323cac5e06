"""CAS: golden lines both ways, both forms, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beket.devices.cas.codec import State, decoder, encode, encode_short, explain
from beket.devices.kit.driver import Frame, Options, Out
from beket.words.ids import Instant
from beket.words.readings import Weight

GOLDEN = bytes.fromhex("53542c47532c31e42c2020203239383430206b670d0a")


def read(line: bytes, options: Options | None = None) -> Out:
    return decoder(options or {}).read(Frame(blob=line), Instant(0))


def weight(line: bytes, options: Options | None = None) -> Weight:
    (told,) = read(line, options).told
    assert isinstance(told.reading, Weight)
    return told.reading


def test_the_golden_line_both_ways() -> None:
    one = weight(GOLDEN)
    assert (one.value, one.unit, one.mode, one.stable, one.device) == (29_840, "kg", "gross", True, 1)
    assert encode(29_840) == GOLDEN


@given(
    st.integers(-99_999, 999_999),
    st.integers(0, 2),
    st.sampled_from(["ST", "US"]),
    st.booleans(),
    st.integers(0, 99),
    st.booleans(),
    st.sampled_from(["kg", "lb", "t", "g"]),
)
def test_what_is_written_is_read(
    whole: int, decimals: int, state: State, net: bool, device: int, held: bool, unit: str
) -> None:
    value = whole / 100**decimals if abs(whole) > 9_999 else whole / 10**decimals
    one = weight(
        encode(round(value, decimals), state=state, net=net, device=device, held=held, unit=unit, decimals=decimals)
    )
    assert one.value == pytest.approx(round(value, decimals))
    assert (one.stable, one.mode, one.device, one.held, one.unit) == (
        state == "ST",
        "net" if net else "gross",
        device,
        held,
        unit,
    )


@given(st.integers(-99_999, 9_999_999))
def test_the_short_form_is_the_weight_alone(kg: int) -> None:
    one = weight(encode_short(kg), {"unit": "lb"})
    assert (one.value, one.unit, one.stable, one.mode, one.device) == (kg, "lb", None, None, None)


REFUSED = {
    b"ST,GS,1\xe4,   29840kg\r\n": "shape",
    b"XX,GS,1\xe4,   29840 kg\r\n": "shape",
    b"ST,GS,1\xe4,   29840 kg\n": "shape",
    b"ST,GS,1\xe4,   2 840 kg\r\n": "field",
    b"ST,GS,1\xe4,         kg\r\n": "field",
    b"   .....\r\n": "field",
    b"        \r\n": "field",
}


@pytest.mark.parametrize("line", REFUSED)
def test_a_bad_line_is_refused_by_name(line: bytes) -> None:
    out = read(line)
    assert [problem.kind for problem in out.problems] == [REFUSED[line]]
    assert out.told == ()


def test_what_does_not_fit_is_not_written() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        encode(123_456_789)


def test_a_line_is_explained() -> None:
    marks = explain(Frame(blob=GOLDEN), {})
    assert [(mark.start, mark.end, mark.name, mark.value) for mark in marks] == [
        (0, 2, "state", "ST"),
        (3, 5, "mode", "GS"),
        (6, 7, "device", "1"),
        (7, 8, "lamps", "live"),
        (9, 17, "weight", "29840"),
        (18, 20, "unit", "kg"),
    ]
    assert explain(Frame(blob=b"ST,GS"), {}) == ()
