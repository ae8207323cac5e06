"""Yantar portals: registers both ways, the search, occupancies however they begin, and bits that change."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from beket.devices.aspect_modbus import codec
from beket.devices.aspect_modbus.block import (
    BYTES,
    OPENED,
    POWER_FAILED,
    READY,
    Block,
    Channel,
    Description,
    read_block,
    read_description,
    write_block,
    write_description,
)
from beket.devices.kit import modbus
from beket.devices.kit.driver import Frame, Out
from beket.words.ids import Instant
from beket.words.readings import RpmBackground, RpmFault, RpmOccupancy, RpmSample, RpmTamper, SwitchState

IDLE = Block(
    elapsed=1000, gamma=Channel(count=900, background=890.5), neutron=Channel(count=3, background=2.5), counter=7
)
HOT = Channel(status=READY | 1, count=4200, background=890.5)
NEUTRONS = Channel(status=READY | 2, count=30, background=2.5)

_F32 = st.floats(-1e6, 1e6, width=32)
CHANNELS = st.builds(
    Channel,
    status=st.integers(0, 0xFFFF),
    count=st.integers(0, 0xFFFFFFFF),
    background=_F32,
    variance=_F32,
)
BLOCKS = st.builds(
    Block,
    elapsed=st.integers(0, 0xFFFFFFFF),
    inputs=st.integers(0, 0xFFFF),
    gamma=CHANNELS,
    neutron=CHANNELS,
    counter=st.integers(0, 0xFFFF),
    mark=st.integers(0, 0xFFFF),
    speed_mm_s=st.integers(0, 0xFFFF),
    outputs=st.integers(0, 0xFFFF),
)


def inside(block: Block = IDLE, counter: int = 8, **other: object) -> Block:
    """The block while something is inside."""
    return structs.replace(block, **{"inputs": 3, "counter": counter, **other})


class Bench:
    """A portal that answers what it is asked, in time that the test lets pass."""

    def __init__(self, **options: str | int | float | bool) -> None:
        self.decoder = codec.decoder({"unit": 1, "base": 100, **options})
        self.now = 0
        self.outs: list[Out] = []

    def say(self, *blocks: Block, step_ms: int = 200) -> Bench:
        for block in blocks:
            question = b""
            until = self.now + step_ms
            while not question:
                question = self.decoder.ask(Instant(self.now))
                self.now += 0 if question else 50
            _, transaction = modbus.parse_ask(question) or (None, 0)
            self.outs.append(self.decoder.read(Frame(blob=codec.encode_block(block, transaction)), Instant(self.now)))
            self.now = max(until, self.now)
        return self

    def said(self, kind: type) -> list[object]:
        return [told.reading for out in self.outs for told in out.told if isinstance(told.reading, kind)]

    def occupancies(self) -> list[RpmOccupancy]:
        return [one for one in self.said(RpmOccupancy) if isinstance(one, RpmOccupancy)]


@given(BLOCKS)
def test_a_block_written_is_the_block_read(block: Block) -> None:
    body = b"".join(word.to_bytes(2, "big") for word in write_block(block))
    assert len(body) == BYTES
    assert read_block(body) == block


def test_a_description_written_is_read() -> None:
    said = Description(signature=0x5A5A, registers=200, monitor=1, base=100, length=21)
    assert read_description(b"".join(word.to_bytes(2, "big") for word in write_description(said))) == said


def test_an_object_is_one_occupancy() -> None:
    bench = Bench().say(
        IDLE, inside(), inside(gamma=HOT), inside(speed_mm_s=2000), *[structs.replace(IDLE, counter=8)] * 8
    )
    (one,) = bench.occupancies()
    assert (one.counter, one.gamma_alarm, one.neutron_alarm, one.closed) == (8, True, False, True)
    assert (one.max_gamma_1s, one.max_neutron, one.speed_kmh) == (4200, 3, 7.2)
    assert (one.gamma_background, one.neutron_background_cps) == ((890,), 2.5)
    assert one.ended - one.started == 400
    assert len(bench.said(RpmSample)) == 12


def test_the_next_counter_begins_the_next_object() -> None:
    bench = Bench().say(IDLE, inside(gamma=HOT), inside(), inside(counter=9), inside(counter=9))
    bench.say(*[structs.replace(IDLE, counter=9)] * 8)
    first, second = bench.occupancies()
    assert (first.counter, first.gamma_alarm) == (8, True)
    assert (second.counter, second.gamma_alarm) == (9, False)


def test_a_sensor_before_the_counter_is_the_same_object() -> None:
    bench = Bench().say(IDLE, inside(counter=7), inside(counter=8), *[structs.replace(IDLE, counter=8)] * 8)
    assert [one.counter for one in bench.occupancies()] == [8]


def test_an_object_too_quick_for_the_sensors_is_counted() -> None:
    bench = Bench().say(IDLE, *[structs.replace(IDLE, counter=8)] * 8)
    assert [(one.counter, one.gamma_alarm) for one in bench.occupancies()] == [(8, False)]


@pytest.mark.parametrize("counter", [0, 5, 1000])
def test_a_counter_that_was_set_anew_is_no_object(counter: int) -> None:
    bench = Bench().say(IDLE, *[structs.replace(IDLE, counter=counter)] * 8)
    assert bench.occupancies() == []


def test_the_counter_s_span_runs_out_between_two_objects() -> None:
    last = structs.replace(IDLE, counter=0xFFFF)
    bench = Bench().say(last, *[structs.replace(IDLE, counter=0)] * 8)
    assert [one.counter for one in bench.occupancies()] == [0]


def test_what_was_counted_while_the_link_was_down_is_not_said_of_who_comes_then() -> None:
    bench = Bench().say(IDLE)
    bench.decoder.lost(Instant(bench.now))
    bench.say(*[structs.replace(IDLE, counter=9)] * 8, inside(counter=10), *[structs.replace(IDLE, counter=10)] * 8)
    assert [one.counter for one in bench.occupancies()] == [10]


def test_sensors_that_flicker_make_no_second_object() -> None:
    gap = structs.replace(IDLE, counter=8)
    bench = Bench().say(IDLE, inside(), gap, gap, inside(), gap, inside(), *[gap] * 8)
    assert len(bench.occupancies()) == 1


def test_an_alarm_that_nobody_sees_is_an_occupancy_all_the_same() -> None:
    bench = Bench().say(IDLE, structs.replace(IDLE, neutron=NEUTRONS), *[IDLE] * 8)
    assert [(one.counter, one.neutron_alarm, one.max_neutron) for one in bench.occupancies()] == [(None, True, 30)]


def test_a_lost_link_raises_the_alarm() -> None:
    bench = Bench().say(IDLE, inside(gamma=HOT))
    out = bench.decoder.lost(Instant(bench.now))
    (one,) = [told.reading for told in out.told]
    assert isinstance(one, RpmOccupancy)
    assert (one.gamma_alarm, one.closed) == (True, False)
    assert [problem.kind for problem in out.problems] == ["unclosed"]
    assert bench.decoder.lost(Instant(bench.now)).told == (), "it is said once"
    assert bench.decoder.ask(Instant(bench.now)), "and the next link begins with a question"


@pytest.mark.parametrize(("after", "more"), [(NEUTRONS, 1), (Channel(count=3, background=2.5), 0)])
def test_an_object_that_is_still_inside_when_the_link_is_back_is_said_again_only_if_it_says_more(
    after: Channel, more: int
) -> None:
    bench = Bench().say(IDLE, inside(gamma=HOT))
    bench.outs.append(bench.decoder.lost(Instant(bench.now)))
    bench.say(inside(neutron=after), *[structs.replace(IDLE, counter=8)] * 8)
    first, *others = bench.occupancies()
    assert (first.counter, first.gamma_alarm, first.closed) == (8, True, False)
    assert [(one.counter, one.neutron_alarm, one.closed) for one in others] == [(8, True, True)] * more
    bench.say(inside(counter=9), *[structs.replace(IDLE, counter=9)] * 8)
    assert bench.occupancies()[-1].counter == 9


def test_a_portal_that_falls_silent_inside_raises_the_alarm() -> None:
    bench = Bench().say(IDLE, inside(gamma=HOT))
    at = bench.outs[-1].told[0].reading.received
    assert bench.decoder.waited(Instant(at + 9_999)).told == ()
    (told,) = bench.decoder.waited(Instant(at + 10_000)).told
    assert isinstance(told.reading, RpmOccupancy)
    assert told.reading.gamma_alarm


def test_a_very_long_occupancy_is_held_only_so_far() -> None:
    bench = Bench().say(IDLE, *[inside()] * 3000, inside(gamma=HOT))
    (told,) = bench.decoder.lost(Instant(bench.now)).told
    assert len(told.message.blob) <= 128 * 1024
    assert isinstance(told.reading, RpmOccupancy)
    assert told.reading.gamma_alarm


def test_backgrounds_come_every_five_seconds_and_not_while_something_is_inside() -> None:
    bench = Bench().say(*[IDLE] * 30, step_ms=500)
    said = bench.said(RpmBackground)
    assert [(one.channel, one.counts) for one in said if isinstance(one, RpmBackground)] == [
        ("gamma", (890,)),
        ("neutron", (2,)),
    ] * 2
    keys = [told.key for out in bench.outs for told in out.told]
    assert len(keys) == len(set(keys))
    assert Bench().say(*[inside()] * 60).said(RpmBackground) == []


def test_it_is_asked_every_200_ms_while_something_is_inside() -> None:
    bench = Bench().say(*[IDLE] * 10)
    assert 4500 <= bench.now <= 5000
    began = bench.now
    bench.say(*[inside()] * 10)
    assert bench.now - began <= 10 * 200 + 300


def test_tamper_and_power_count_when_they_stood_in_two_answers() -> None:
    opened = structs.replace(IDLE, inputs=OPENED | POWER_FAILED)
    bench = Bench().say(IDLE, opened, IDLE, IDLE)
    assert bench.said(RpmTamper) == []
    bench.say(opened, opened, opened, IDLE, IDLE)
    assert [one.tampered for one in bench.said(RpmTamper) if isinstance(one, RpmTamper)] == [True, False]
    states = [(one.what, one.state) for one in bench.said(SwitchState) if isinstance(one, SwitchState)]
    assert states == [("power", "failed"), ("power", "mains")]
    assert bench.outs[-3].fault == "power failed, case open"
    assert bench.outs[-1].fault is None


def test_a_count_out_of_bounds_is_a_fault_once() -> None:
    low = structs.replace(IDLE, gamma=Channel(status=READY | 0x10, count=1))
    high = structs.replace(IDLE, neutron=Channel(status=READY | 0x20, count=99))
    bench = Bench().say(low, low, low, IDLE, IDLE, high, high)
    said = [(one.channel, one.fault, one.counts) for one in bench.said(RpmFault) if isinstance(one, RpmFault)]
    assert said == [("gamma", "low_background", (1,)), ("neutron", "high_background", (99,))]


def asked(question: bytes) -> tuple[int, int, int]:
    read = modbus.parse_ask(question)
    assert read is not None
    return read[0].unit, read[0].address, read[1]


def test_the_portal_is_searched_for_and_found() -> None:
    portal = codec.decoder({})
    unit, address, transaction = asked(portal.ask(Instant(0)))
    assert (unit, address) == (1, 0)
    unit, _, transaction = asked(portal.ask(Instant(400)))
    assert unit == 2, "unit 1 did not answer"
    refusal = modbus.encode_exception(modbus.Ask(unit=2, function=3, address=0, count=8), 11, transaction)
    portal.read(Frame(blob=refusal), Instant(410))
    unit, _, transaction = asked(portal.ask(Instant(420)))
    assert unit == 3, "a gateway spoke for unit 2"
    said = Description(signature=1, registers=300, monitor=2, base=200, length=21)
    portal.read(Frame(blob=codec.encode_description(said, transaction, unit=3)), Instant(430))
    assert asked(portal.ask(Instant(440)))[:2] == (3, 200)


@pytest.mark.parametrize("wrong", [{"length": 20}, {"base": 0}, {"base": 65_530}])
def test_a_description_that_names_no_block_is_refused(wrong: dict[str, int]) -> None:
    portal = codec.decoder({})
    _, _, transaction = asked(portal.ask(Instant(0)))
    said = structs.replace(Description(signature=1, registers=300, monitor=2, base=200, length=21), **wrong)
    out = portal.read(Frame(blob=codec.encode_description(said, transaction)), Instant(10))
    assert [problem.kind for problem in out.problems] == ["device"]
    assert asked(portal.ask(Instant(20)))[0] == 2


def test_the_search_goes_round() -> None:
    portal = codec.decoder({})
    units = [asked(question)[0] for now in range(0, 400 * 34, 400) if (question := portal.ask(Instant(now)))]
    assert units == [*range(1, 33), 1, 2]


def test_a_portal_that_stops_answering_is_searched_for_again() -> None:
    portal = codec.decoder({"base": 100})
    _, _, transaction = asked(portal.ask(Instant(0)))
    said = Description(signature=1, registers=300, monitor=2, base=100, length=21)
    portal.read(Frame(blob=codec.encode_description(said, transaction)), Instant(10))
    addresses = [asked(question)[1] for now in range(500, 9000, 500) if (question := portal.ask(Instant(now)))]
    assert addresses[:10] == [100] * 10
    assert addresses[10] == 0


def test_a_refusal_to_be_read_is_a_fault() -> None:
    portal = codec.decoder({"unit": 1, "base": 100})
    _, _, transaction = asked(portal.ask(Instant(0)))
    ask = modbus.Ask(unit=1, function=3, address=100, count=21)
    out = portal.read(Frame(blob=modbus.encode_exception(ask, 2, transaction)), Instant(10))
    assert (out.alive, out.fault) == (True, "refuses to be read: illegal data address")


def test_a_block_is_explained() -> None:
    marks = codec.explain(Frame(blob=codec.encode_block(inside(gamma=HOT), 5)), {})
    said = {mark.name: mark.value for mark in marks}
    assert (said["transaction"], said["unit"], said["gamma_count"], said["gamma_background"]) == (
        "5",
        "1",
        "4200",
        "890.5",
    )
    serial = codec.explain(Frame(blob=codec.encode_block(IDLE, wire="rtu")), {"wire": "rtu"})
    assert serial[-1].name == "crc"
    assert codec.explain(Frame(blob=b"\0\0"), {}) == ()
