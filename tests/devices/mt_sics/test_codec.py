"""MT-SICS: golden answers both ways, how it is asked, and what is refused."""

from __future__ import annotations

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beket.devices.kit.driver import Frame, Out
from beket.devices.mt_sics.codec import (
    SILENCE_MS_MAX,
    TARE_EVERY_MS,
    decoder,
    encode,
    encode_error,
    encode_state,
    encode_tare,
    explain,
)
from beket.words.ids import Instant
from beket.words.readings import Weighing, Weight


def read(line: bytes) -> Out:
    return decoder({}).read(Frame(blob=line), Instant(0))


def weight(line: bytes) -> Weight:
    (told,) = read(line).told
    assert isinstance(told.reading, Weight)
    return told.reading


def test_the_golden_answers_both_ways() -> None:
    one = weight(b"S S      29840 kg\r\n")
    assert (one.value, one.unit, one.mode, one.stable) == (29_840, "kg", "net", True)
    assert encode(29_840) == b"S S      29840 kg\r\n"
    over = weight(encode_state("+"))
    assert (over.value, over.overload, encode_state("+")) == (None, True, b"S +\r\n")


@given(st.integers(-999_999, 999_999), st.integers(0, 3), st.booleans(), st.sampled_from(["kg", "lb", "t", "g"]))
def test_what_is_written_is_read(whole: int, decimals: int, stable: bool, unit: str) -> None:
    value = whole / 10**decimals
    one = weight(encode(value, stable=stable, unit=unit, decimals=decimals))
    assert one.value == pytest.approx(value)
    assert (one.stable, one.unit, one.mode) == (stable, unit, "net")
    tare = weight(encode_tare(value, unit=unit, decimals=decimals))
    assert (tare.mode, tare.stable, tare.value) == ("tare", None, one.value)


@pytest.mark.parametrize("error", ["ES", "ET", "EL"])
def test_an_error_is_counted_and_not_put_aside(error: Literal["ES", "ET", "EL"]) -> None:
    out = read(encode_error(error))
    (problem,) = out.problems
    assert (problem.kind, problem.fatal, out.alive) == ("device", False, True)
    assert problem.detail.startswith(error)


REFUSED = {
    b"S S      29840kg\r\n": "shape",
    b"S S      29840 \r\n": "shape",
    b"S X      29840 kg\r\n": "shape",
    b"SS      29840 kg\x00\r\n": "shape",
    b"s s      29840 kg\r\n": "shape",
    b"S S   1.2.3 kg\r\n": "field",
}


@pytest.mark.parametrize("line", REFUSED)
def test_a_bad_line_is_refused_by_name(line: bytes) -> None:
    out = read(line)
    assert [problem.kind for problem in out.problems] == [REFUSED[line]]
    assert out.told == ()


def test_it_is_asked_for_its_tare_now_and_then_and_for_its_weight_else() -> None:
    scale = decoder({})
    assert [scale.ask(Instant(at)) for at in (0, 300, 600)] == [b"TA\r\n", b"SI\r\n", b"SI\r\n"]
    assert scale.ask(Instant(TARE_EVERY_MS)) == b"TA\r\n"
    assert decoder({"command": "S", "ask_tare": False}).ask(Instant(0)) == b"S\r\n"


def test_a_scale_that_repeats_itself_is_asked_again_only_when_silent() -> None:
    scale = decoder({"command": "SIR"})
    assert scale.ask(Instant(0)) == b"TA\r\nSIR\r\n"
    scale.read(Frame(blob=encode(20)), Instant(100))
    assert scale.ask(Instant(300)) == b""
    assert scale.ask(Instant(100 + SILENCE_MS_MAX)) == b"SIR\r\n"
    scale.read(Frame(blob=encode(20)), Instant(TARE_EVERY_MS))
    assert scale.ask(Instant(TARE_EVERY_MS)) == b"TA\r\nSIR\r\n"


def test_a_new_link_begins_with_a_question() -> None:
    scale = decoder({"command": "SIR"})
    scale.ask(Instant(0))
    scale.read(Frame(blob=encode(20)), Instant(100))
    scale.lost(Instant(200))
    assert scale.ask(Instant(300)) == b"TA\r\nSIR\r\n"


def test_the_gross_weight_is_the_net_and_the_tare_that_was_told() -> None:
    scale = decoder({})
    lines = [encode_tare(1_200), *[encode(15_000)] * 5]
    outs = [scale.read(Frame(blob=line), Instant(at * 300)) for at, line in enumerate(lines)]
    (one,) = [told.reading for out in outs for told in out.told if isinstance(told.reading, Weighing)]
    assert (one.gross_kg, one.tare_kg, one.tare_assumed) == (16_200, 1_200, False)


def test_an_answer_is_explained() -> None:
    marks = explain(Frame(blob=encode(29_840)), {})
    assert [(mark.name, mark.value) for mark in marks] == [
        ("answer", "S"),
        ("state", "stable"),
        ("weight", "29840"),
        ("unit", "kg"),
        ("ending", ""),
    ]
    assert [mark.value for mark in explain(Frame(blob=b"S -\r\n"), {})] == ["S", "under"]
    assert explain(Frame(blob=b"ES\r\n"), {}) == ()
