"""Yaohua A9: golden frames both ways, and what is written is read."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beket.devices.kit.driver import Frame, Out, Told
from beket.devices.yaohua_a9.codec import (
    Form,
    Mode,
    check,
    decoder,
    encode_answer,
    encode_equals,
    encode_request,
    encode_text,
    encode_text_range,
    encode_weight,
    explain,
    framer,
    request,
)
from beket.words.ids import Instant
from beket.words.readings import Weighing, Weight

GOLDEN = {
    "022b30323938343030314303": (29840.0, 0),
    "022b30313233343532313803": (123.45, 2),
    "022b30323339363030313503": (23960.0, 0),
    "022b30303030303030314203": (0.0, 0),
    "022d30303030343030313903": (-40.0, 0),
}


@pytest.mark.parametrize("frame", GOLDEN)
def test_golden_frames_both_ways(frame: str) -> None:
    kg, decimals = GOLDEN[frame]
    assert encode_weight(kg, decimals).hex() == frame
    assert weight(bytes.fromhex(frame)).value == kg


def weight(frame: bytes) -> Weight:
    (told,) = decoder({}).read(Frame(blob=frame), Instant(0)).told
    assert isinstance(told.reading, Weight)
    return told.reading


def test_the_questions_of_the_manual() -> None:
    asked = {command: encode_request("A", command).hex() for command in "ABCDE"}
    assert asked == {
        "A": "024141303003",
        "B": "024142303303",
        "C": "024143303203",
        "D": "024144303503",
        "E": "024145303403",
    }
    assert request({}) == b""
    assert request({"mode": "command", "address": "C"}) == encode_request("C", "B")


def test_the_check_is_the_one_of_the_reference() -> None:
    assert check(b"+0239600") == b"15"


@given(st.integers(-999_999, 999_999), st.integers(0, 4))
def test_what_is_written_is_read(digits: int, decimals: int) -> None:
    read = weight(encode_weight(digits / 10**decimals, decimals))
    assert read.value == pytest.approx(digits / 10**decimals)
    assert read.stable is None


@given(
    st.integers(0, 999_999), st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), st.sampled_from(["gross", "net", "tare"])
)
def test_an_answer_says_who_and_what(kg: int, address: str, mode: Mode) -> None:
    read = weight(encode_answer(kg, address=address, mode=mode))
    assert (read.value, read.address, read.mode) == (kg, address, mode)


@given(st.binary(min_size=1, max_size=1), st.integers(1, 10))
def test_a_changed_byte_is_found(byte: bytes, at: int) -> None:
    good = encode_weight(29840)
    bad = good[:at] + byte + good[at + 1 :]
    if bad != good:
        assert decoder({}).read(Frame(blob=bad), Instant(0)).told == ()


@pytest.mark.parametrize(("kg", "decimals"), [(1_000_000, 0), (100_000, 1), (1, 5), (1, -1)])
def test_what_does_not_fit_is_not_written(kg: float, decimals: int) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        encode_weight(kg, decimals)


def drive(loads: Sequence[float], *, step_ms: int = 100, **options: float) -> tuple[list[Weighing], list[str]]:
    reads, cuts = decoder(options), framer(options)
    outs: list[Out] = []
    for at, kg in enumerate(loads):
        outs += [reads.read(frame, Instant(at * step_ms)) for frame in cuts.feed(encode_weight(kg))]
    told: list[Told] = [told for out in outs for told in out.told]
    problems = [problem.detail for out in outs for problem in out.problems]
    return [one.reading for one in told if isinstance(one.reading, Weighing)], problems


SCENES = {
    "a lorry": ([0, 900, *[16440] * 9, 900, 0], {}, [16440]),
    "two lorries": ([0, *[16440] * 5, 0, *[16440] * 5, 0], {}, [16440, 16440]),
    "four equal are not five": ([0, *[16440] * 4, 16450, *[16440] * 4, 0], {}, []),
    "one wavers within its tolerance": ([0, 16440, 16450, 16440, 16450, 16440, 0], {"tolerance_kg": 10}, [16440]),
    "at the threshold it stands there": ([0, *[200] * 5, 0], {}, [200]),
    "one under it does not": ([0, *[199] * 5, 0], {}, []),
    "an overload is not a weight": ([0, 90_000, *[60_000] * 6, 0], {"overload_kg": 80_000}, []),
    "three may be enough": ([0, *[5_000] * 3, 0], {"repeats_min": 3}, [5_000]),
    "negative is nobody": ([-20] * 9, {}, []),
}


@pytest.mark.parametrize("name", SCENES)
def test_one_weighing_for_each_that_stood_still(name: str) -> None:
    loads, options, wanted = SCENES[name]
    weighings, _ = drive(loads, **options)
    assert [one.gross_kg for one in weighings] == wanted


def test_a_weighing_says_from_when_to_when_and_how_much_it_wavered() -> None:
    (one,), _ = drive([0, 900, 16440, 16450, 16440, 16450, 16440, 0], tolerance_kg=10)
    assert (one.started, one.ended, one.min_kg, one.max_kg) == (200, 600, 16440, 16450)
    assert (one.n, one.repeats) == (6, 5)


def test_who_never_stood_still_is_told_when_gone() -> None:
    weighings, problems = drive([0, 9000, 16440, 9000, 0])
    assert weighings == []
    assert problems == ["left before the weight came to rest after 3 readings"]


def test_a_lost_link_begins_afresh() -> None:
    scale = decoder({})
    frame = Frame(blob=encode_weight(16440))
    for at in range(4):
        scale.read(frame, Instant(at * 100))
    scale.lost(Instant(400))
    assert len(scale.read(frame, Instant(500)).told) == 1, "the fifth equal reading is the first after the link"


TEXTS = {
    b"WG004.139kg3D\r\n": (4.139, "gross", False),
    b"WN016440.kg3C\r\n": (16440, "net", False),
    b"WG-000020kg33\r\n": (-20, "gross", False),
    b"OL         23\r\n": (None, None, True),
    b"OL23\r\n": (None, None, True),
    b"LO         23\r\n": (None, None, False),
}


@pytest.mark.parametrize("line", TEXTS)
def test_an_a12_writes_its_weight_as_text(line: bytes) -> None:
    read = weight(line)
    assert (read.value, read.mode, read.overload) == TEXTS[line]
    assert read.unit == "kg"


def test_the_texts_of_an_a12_are_written_as_its_manual_has_them() -> None:
    assert encode_text(4.139, 3) == b"WG004.139kg3D\r\n"
    assert encode_text_range() == b"OL         23\r\n"
    with pytest.raises(ValueError, match="does not fit"):
        encode_text(1_234_567.8, 1)


def test_an_a12_text_with_a_wrong_check_is_refused() -> None:
    out = decoder({}).read(Frame(blob=b"WG004.139kg3E\r\n"), Instant(0))
    assert [problem.kind for problem in out.problems] == ["checksum"]


def test_both_kinds_of_frames_are_cut_from_one_stream() -> None:
    cuts = framer({})
    stream = b"  W" + encode_weight(20) + encode_text(16440) + b"\x02+00W" + encode_weight(0) + encode_text_range()
    frames = [*cuts.feed(stream), *cuts.end()]
    good = [frame.blob for frame in frames if frame.broken is None]
    assert good == [encode_weight(20), encode_text(16440), encode_weight(0), encode_text_range()]


EQUALS = {
    ("reversed", b"=0061100"): 11600,
    ("reversed", b"=0.05000"): 50,
    ("reversed", b"=020000-"): -20,
    ("forward", b"=3.00000"): 3,
    ("forward", b"=-000020"): -20,
}


@pytest.mark.parametrize(("form", "frame"), EQUALS)
def test_digits_behind_an_equals_sign_are_read_in_the_order_of_the_scale_s_row(form: Form, frame: bytes) -> None:
    scale, cuts = decoder({"form": form}), framer({"form": form})
    whole = [one.blob for one in cuts.feed(b"00" + frame[:4] + frame + frame)]
    assert [blob for blob in whole if blob[:1] == b"="] == [frame, frame]
    (told,) = scale.read(Frame(blob=frame), Instant(0)).told
    assert isinstance(told.reading, Weight)
    assert told.reading.value == EQUALS[form, frame]
    assert [mark.name for mark in explain(Frame(blob=frame), {"form": form})] == ["weight"]


@given(st.integers(-99_999, 999_999), st.sampled_from(["reversed", "forward"]))
def test_what_is_written_behind_an_equals_sign_is_read(kg: int, form: Form) -> None:
    (told,) = decoder({"form": form}).read(Frame(blob=encode_equals(kg, form=form)), Instant(0)).told
    assert isinstance(told.reading, Weight)
    assert told.reading.value == kg


def test_digits_without_a_check_are_not_read_unless_the_row_says_so() -> None:
    assert decoder({}).read(Frame(blob=b"=0061100"), Instant(0)).told == ()


def test_a_frame_is_explained() -> None:
    marks = explain(Frame(blob=encode_answer(29840)), {})
    said = [(mark.start, mark.end, mark.name, mark.value) for mark in marks]
    assert said == [
        (0, 1, "start", "02"),
        (1, 2, "address", "A"),
        (2, 3, "command", "gross"),
        (3, 4, "sign", "+"),
        (4, 10, "digits", "029840"),
        (10, 11, "decimals", "0"),
        (11, 13, "check", "1F"),
    ]
    assert explain(Frame(blob=encode_weight(5)[:-2] + b"0\x03"), {}) == ()
