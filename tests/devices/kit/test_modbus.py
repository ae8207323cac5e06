"""Modbus as a reader speaks it: any split, late and foreign answers, time-outs, and an independent device."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beket.devices.kit import modbus
from beket.devices.kit.driver import Frame, Problem
from beket.devices.kit.modbus import Answer, Ask, ModbusFrames, Question, Rounds, Wire
from beket.words.ids import Instant

ASK = Ask(unit=3, function=3, address=100, count=2)
WIRES: list[Wire] = ["tcp", "rtu"]

ASKS = st.builds(
    Ask,
    unit=st.integers(0, 255),
    function=st.sampled_from([1, 2, 3, 4]),
    address=st.integers(0, 65_000),
    count=st.integers(1, 125),
)


def cut(stream: bytes, cuts: list[int], wire: Wire) -> list[tuple[bytes, str | None]]:
    framer = ModbusFrames(wire)
    places = [0, *sorted(one % (len(stream) + 1) for one in cuts), len(stream)]
    frames = [frame for start, end in pairwise(places) for frame in framer.feed(stream[start:end])]
    return [(frame.blob, frame.broken) for frame in [*frames, *framer.end()]]


def test_known_frames() -> None:
    assert modbus.encode_ask(ASK, 7) == bytes.fromhex("000700000006030300640002")
    assert modbus.encode_answer(ASK, (1, 0xABCD), 7) == bytes.fromhex("0007000000070303040001abcd")
    # The example of the specification of the serial line: unit 2, function 7.
    assert modbus.wrap(2, b"\x07", 0, "rtu") == bytes.fromhex("02074112")


@given(ASKS, st.integers(1, 0xFFFF), st.sampled_from(WIRES))
def test_a_question_written_is_the_question_read(ask: Ask, transaction: int, wire: Wire) -> None:
    read = modbus.parse_ask(modbus.encode_ask(ask, transaction, wire), wire)
    assert read == (ask, transaction if wire == "tcp" else 0)


@given(ASKS, st.data(), st.sampled_from(WIRES))
def test_what_a_device_answers_is_read(ask: Ask, data: st.DataObject, wire: Wire) -> None:
    most = 1 if ask.function in (1, 2) else 0xFFFF
    values = tuple(data.draw(st.lists(st.integers(0, most), min_size=ask.count, max_size=ask.count)))
    question = Question(wire)
    question.put(ask, Instant(0))
    answer = question.hear(Frame(blob=modbus.encode_answer(ask, values, 1, wire)))
    assert isinstance(answer, Answer)
    read = modbus.bits(answer.body, ask.count) if most == 1 else modbus.registers(answer.body)
    assert tuple(map(int, read)) == values


@given(st.sampled_from(WIRES), st.lists(ASKS, max_size=4), st.binary(max_size=20), st.lists(st.integers(0, 999)))
def test_any_split_gives_the_same_frames(wire: Wire, asks: list[Ask], garbage: bytes, cuts: list[int]) -> None:
    stream = garbage.join(modbus.encode_answer(ask, [1] * ask.count, 1, wire) for ask in asks) + garbage
    assert cut(stream, cuts, wire) == cut(stream, [], wire) == cut(stream, list(range(len(stream))), wire)


@pytest.mark.parametrize("wire", WIRES)
def test_frames_that_follow_garbage_are_found(wire: Wire) -> None:
    whole = modbus.encode_answer(ASK, (1, 2), 9, wire)
    frames = cut(b"\xff\xfe\xff" + whole + whole[:4] + b"\xff\xff" * 40 + whole, [], wire)
    assert [blob for blob, broken in frames if broken is None][-1] == whole
    assert frames[0] == (b"\xff\xfe\xff", "shape")


@pytest.mark.parametrize("wire", WIRES)
def test_endless_garbage_is_handed_on_once(wire: Wire) -> None:
    framer = ModbusFrames(wire)
    frames = [frame for _ in range(20) for frame in framer.feed(b"\xff" * 4000)]
    assert [len(frame.blob) for frame in frames] == [256]


def test_a_damaged_rtu_frame_is_no_frame() -> None:
    whole = bytearray(modbus.encode_answer(ASK, (1, 2), 0, "rtu"))
    whole[4] ^= 1
    assert all(broken for _, broken in cut(bytes(whole), [], "rtu"))
    assert isinstance(modbus.parse(bytes(whole), "rtu"), Problem)


def test_a_late_answer_is_ignored() -> None:
    question = Question("tcp", 1000)
    question.put(ASK, Instant(0))
    assert question.busy(Instant(999))
    assert question.expired(Instant(1000)) == ASK
    question.put(ASK, Instant(1000))
    assert question.hear(Frame(blob=modbus.encode_answer(ASK, (1, 2), 1))) is None
    assert question.ignored == 1
    assert isinstance(question.hear(Frame(blob=modbus.encode_answer(ASK, (1, 2), 2))), Answer)
    assert question.hear(Frame(blob=modbus.encode_answer(ASK, (1, 2), 2))) is None


def test_after_a_silence_on_a_serial_line_late_answers_are_let_pass() -> None:
    question = Question("rtu", 1000)
    question.put(ASK, Instant(0))
    assert question.expired(Instant(1000)) == ASK
    assert question.busy(Instant(1999))
    assert question.hear(Frame(blob=modbus.encode_answer(ASK, (1, 2), 0, "rtu"))) is None
    assert not question.busy(Instant(2001))


@pytest.mark.parametrize(
    "foreign",
    [
        Ask(unit=4, function=3, address=100, count=2),
        Ask(unit=3, function=4, address=100, count=2),
        Ask(unit=3, function=3, address=100, count=3),
    ],
)
def test_an_answer_to_another_question_is_ignored(foreign: Ask) -> None:
    question = Question()
    question.put(ASK, Instant(0))
    assert question.hear(Frame(blob=modbus.encode_answer(foreign, (1,) * foreign.count, 1))) is None
    assert question.busy(Instant(1))


def test_a_refusal_is_an_answer_that_says_why() -> None:
    question = Question()
    question.put(ASK, Instant(0))
    answer = question.hear(Frame(blob=modbus.encode_exception(ASK, 2, 1)))
    assert isinstance(answer, Answer)
    assert answer.failed == "illegal data address"


def test_an_answer_whose_own_length_is_wrong_is_a_problem() -> None:
    blob = modbus.wrap(3, b"\x03\x08\x00\x01", 1, "tcp")
    assert isinstance(modbus.parse(blob, "tcp"), Problem)


def test_rounds_take_turns_one_at_a_time() -> None:
    other = Ask(unit=3, function=2, address=0, count=8)
    rounds = Rounds(Question(), [(ASK, 200), (other, 1000)])
    asked = []
    for now in range(0, 2000, 100):
        blob = rounds.ask(Instant(now))
        if blob:
            ask, transaction = modbus.parse_ask(blob) or (ASK, -1)
            asked.append((now, ask.function))
            assert rounds.ask(Instant(now)) == b"", "one at a time"
            assert isinstance(rounds.hear(Frame(blob=modbus.encode_answer(ask, (0,) * ask.count, transaction))), Answer)
    assert [at for at, function in asked if function == 2] == [100, 1100]
    assert len([at for at, function in asked if function == 3]) >= 8


def test_a_silent_device_is_counted_and_asked_on() -> None:
    rounds = Rounds(Question("tcp", 1000), [(ASK, 200)])
    asked = [now for now in range(0, 5000, 100) if rounds.ask(Instant(now))]
    assert asked == [0, 1000, 2000, 3000, 4000]
    assert rounds.unanswered == {ASK: 4}
    rounds.forget()
    assert rounds.ask(Instant(5000))


def test_a_clock_that_was_set_back_does_not_silence_it() -> None:
    rounds = Rounds(Question("tcp", 1000), [(ASK, 200)])
    assert rounds.ask(Instant(1_000_000))
    assert rounds.ask(Instant(50))


def test_values_that_come_with_their_address() -> None:
    answer = Question().hear(Frame(blob=b"\0\1\0\2", path="3/3/100"))
    assert isinstance(answer, Answer)
    assert (answer.ask, answer.given) == (ASK, True)
    for path in ("3/3", "3/5/100", "3/3/65535", "a/3/1"):
        assert isinstance(Question().hear(Frame(blob=b"\0\1\0\2", path=path)), Problem)


@given(st.binary(max_size=300), st.sampled_from(WIRES))
def test_any_bytes_are_read_or_refused(blob: bytes, wire: Wire) -> None:
    question = Question(wire)
    question.put(ASK, Instant(0))
    question.hear(Frame(blob=blob))
    modbus.parse_ask(blob, wire)
    modbus.overheard(Frame(blob=blob), wire, [ASK])
