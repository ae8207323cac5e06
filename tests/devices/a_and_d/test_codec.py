"""A&D: golden lines both ways, asking, every header, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beket.devices.a_and_d.codec import State, decoder, encode, encode_request, explain, request
from beket.devices.kit.driver import Frame, Options, Out
from beket.devices.kit.registry import find
from beket.words.ids import Instant
from beket.words.readings import Weight


def read(line: bytes, options: Options | None = None) -> Out:
    return decoder(options or {}).read(Frame(blob=line), Instant(0))


def weight(line: bytes) -> Weight:
    (told,) = read(line).told
    assert isinstance(told.reading, Weight)
    return told.reading


def test_the_golden_line_both_ways() -> None:
    one = weight(b"ST,GS,+0029840kg\r\n")
    assert (one.value, one.unit, one.mode, one.stable, one.address) == (29_840, "kg", "gross", True, None)
    assert encode(29_840) == b"ST,GS,+0029840kg\r\n"
    assert encode(123.4, decimals=1) == b"ST,GS,+00123.4kg\r\n"


MODES = {"GS": "gross", "NT": "net", "TR": "tare", "PT": "tare"}


@given(
    st.integers(-999_999, 999_999),
    st.integers(0, 2),
    st.sampled_from(["ST", "US"]),
    st.sampled_from(sorted(MODES)),
    st.sampled_from(["kg", "lb", "t", "g"]),
)
def test_what_is_written_is_read(whole: int, decimals: int, state: State, mode: str, unit: str) -> None:
    value = whole / 10**decimals
    one = weight(encode(value, state=state, mode=mode, unit=unit, decimals=decimals))
    assert one.value == pytest.approx(value)
    assert (one.stable, one.mode, one.unit) == (state == "ST", MODES[mode], unit)


STATES = {"OL": (None, True, False, None), "LO": (None, False, False, None), "HD": (20, False, True, None)}


@pytest.mark.parametrize("state", ["OL", "LO", "HD"])
def test_each_other_header(state: State) -> None:
    one = weight(encode(20 if state == "HD" else None, state=state))
    assert (one.value, one.overload, one.held, one.stable) == STATES[state]


def test_it_is_asked_where_its_row_says_so() -> None:
    assert request({}) == b""
    assert decoder({}).ask(Instant(0)) == b""
    asked = {"mode": "command"}
    assert decoder(asked).ask(Instant(0)) == b"RW\r\n"
    assert read(encode(20), asked).asked == b"RW\r\n"
    assert request({"mode": "command", "command": "RG", "address": "03"}) == encode_request("RG", "03") == b"@03RG\r\n"


def test_it_is_known_by_the_name_of_the_reference() -> None:
    driver = find("and")
    assert driver is not None
    assert driver.manifest.name == "a_and_d"


REFUSED = {
    b"ST,GS,+0029840kg\n": "shape",
    b"ST,XX,+0029840kg\r\n": "shape",
    b"ST;GS,+0029840kg\r\n": "shape",
    b"ST,GS,+00298x0kg\r\n": "shape",
    b"ST,GS,+       kg\r\n": "field",
    b"ST,GS,++029840kg\r\n": "field",
}


@pytest.mark.parametrize("line", REFUSED)
def test_a_bad_line_is_refused_by_name(line: bytes) -> None:
    out = read(line)
    assert [problem.kind for problem in out.problems] == [REFUSED[line]]
    assert out.told == ()


def test_a_question_that_is_not_known_is_counted_and_not_put_aside() -> None:
    (problem,) = read(b"?\r\n").problems
    assert (problem.kind, problem.fatal) == ("device", False)


def test_what_does_not_fit_is_not_written() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        encode(123_456_789)


def test_a_line_is_explained() -> None:
    marks = explain(Frame(blob=b"@03ST,GS,+0029840kg\r\n"), {})
    assert [(mark.start, mark.end, mark.name, mark.value) for mark in marks] == [
        (1, 3, "address", "03"),
        (3, 5, "state", "stable"),
        (6, 8, "mode", "gross"),
        (9, 17, "weight", "+0029840"),
        (17, 19, "unit", "kg"),
    ]
    assert explain(Frame(blob=b"I\r\n"), {}) == ()
