"""Teltonika: what is written is read in every codec, damage is named and answered so that it comes again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from beket.devices.kit.driver import NOBODY, UNNAMED, Frame, Out
from beket.devices.teltonika import avl, codec
from beket.words.ids import Instant
from beket.words.readings import Cell, Position

NOW = Instant(1_795_000_000_000)
IMEI = "352354373407655"


def read(*chunks: bytes) -> list[Out]:
    framer, decoder = codec.framer({}), codec.decoder({})
    frames = [frame for chunk in chunks for frame in framer.feed(chunk)] + list(framer.end())
    return [decoder.read(frame, NOW) for frame in frames]


def said(**fields: object) -> Position:
    given: dict[str, object] = {"time": Instant(NOW - 1000), "latitude": 42.5, "longitude": 74.25, "altitude_m": 760}
    given |= {"course_deg": 287, "satellites": 11, "speed_kmh": 61, "priority": 0, "event_io": 0}
    return Position(device_id=NOBODY, reading_id=UNNAMED, received=NOW, **(given | fields))  # type: ignore[arg-type]


def first(out: Out) -> Position:
    reading = out.told[0].reading
    assert isinstance(reading, Position)
    return reading


positions = st.builds(
    said,
    time=st.integers(0, 1 << 46).map(Instant),
    latitude=st.integers(-900_000_000, 900_000_000).map(lambda scaled: scaled * 1e-7),
    longitude=st.integers(-1_800_000_000, 1_800_000_000).map(lambda scaled: scaled * 1e-7),
    altitude_m=st.integers(-500, 9000),
    course_deg=st.integers(0, 359),
    satellites=st.integers(0, 40),
    speed_kmh=st.integers(0, 300),
    priority=st.integers(0, 2),
    event_io=st.integers(0, 100),
)
elements = st.dictionaries(
    st.integers(30, 60), st.sampled_from(avl.SIZES).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, 255)))
)
tails = st.dictionaries(st.integers(300, 400), st.binary(max_size=20), max_size=3)


@given(positions, elements, tails, st.sampled_from(avl.POSITIONS))
def test_what_is_written_is_read(
    position: Position, io: dict[int, tuple[int, int]], tail: dict[int, bytes], kind: int
) -> None:
    variable = tail if kind == avl.CODEC_8E else {}
    record = codec.encode_record(position, kind, io, variable)
    (out,) = read(codec.encode_packet(codec.encode_data(kind, [record, record])))
    got = first(out)
    wanted = {str(name): value for name, (_, value) in io.items()}
    assert got.io == wanted | {str(name): held.hex() for name, held in variable.items()}
    assert (got.valid, got.buffered) == ((position.satellites or 0) > 0, NOW - (position.time or 0) > codec.LATE_MS)
    same = {"io": {}, "valid": True, "buffered": False, "latitude": position.latitude, "longitude": position.longitude}
    assert structs.replace(got, **same) == position
    assert got.latitude == pytest.approx(position.latitude, abs=1e-9)
    assert out.replies == (b"\x00\x00\x00\x02",)


def test_known_elements_have_names() -> None:
    io = {239: (1, 1), 240: (1, 0), 66: (2, 24_848), 67: (2, 3796), 16: (4, 10_647_995), 113: (1, 88), 182: (2, 9)}
    io |= {1: (1, 1), 2: (1, 0), 3: (1, 1), 179: (1, 0), 180: (1, 1), 78: (8, 0x1122334455667788), 205: (2, 18_851)}
    io |= {206: (2, 29_737), 252: (1, 1)}
    record = codec.encode_record(said(event_io=252), avl.CODEC_8, io)
    got = first(read(codec.encode_packet(codec.encode_data(avl.CODEC_8, [record])))[0])
    assert (got.ignition, got.moving, got.battery_percent) == (True, False, 88)
    assert (got.external_voltage_v, got.battery_v, got.odometer_m) == (24.848, 3.796, 10_647_995)
    assert got.hdop == pytest.approx(0.9)
    assert (got.digital_inputs, got.digital_outputs, got.ibutton) == (5, 2, "1122334455667788")
    assert (got.cell, got.alarms) == (Cell(cid=18_851, lac=29_737), ("power_cut",))


def test_what_is_not_said_is_not_known() -> None:
    got = first(read(codec.encode_packet(codec.encode_data(avl.CODEC_8, [codec.encode_record(said())])))[0])
    assert (got.ignition, got.digital_inputs, got.external_voltage_v, got.alarms) == (None, None, None, ())


def test_login_packet_and_ping_in_one_stream() -> None:
    packet = codec.encode_packet(codec.encode_data(avl.CODEC_8, [codec.encode_record(said())]))
    login, ping, data = read(codec.encode_login(IMEI) + b"\xff" + packet)
    assert (login.identities, login.replies, login.refusals) == ((IMEI,), (b"\x01",), (b"\x00",))
    assert (ping.alive, ping.replies) == (True, ())
    assert data.clock == NOW - 1000


def test_a_datagram_names_its_device_and_is_answered_by_its_numbers() -> None:
    data = codec.encode_data(avl.CODEC_8E, [codec.encode_record(said(), avl.CODEC_8E)])
    (out,) = read(codec.encode_datagram(IMEI, 0xCAFE, 5, data))
    assert out.identities == (IMEI,)
    assert [reply.hex() for reply in out.replies] == ["0005cafe010501"]
    assert [reply.hex() for reply in out.refusals] == ["0005cafe010500"]
    assert codec.explain(Frame(blob=codec.encode_datagram(IMEI, 0xCAFE, 5, data)), {})


def test_texts_are_kept() -> None:
    plain, timed = read(
        codec.encode_packet(codec.encode_text(b"getinfo: ok\r\n")),
        codec.encode_packet(codec.encode_text(b"GTSL|6|1|0|1|12749884|1\r\n", 1_790_000_000)),
    )
    assert (first(plain).params, first(plain).valid, first(plain).time) == ({"text": "getinfo: ok"}, False, None)
    assert (first(timed).time, first(timed).params["text"]) == (1_790_000_000_000, "GTSL|6|1|0|1|12749884|1")
    assert plain.replies == timed.replies == ()


RECORD = codec.encode_record(said())
GOOD = codec.encode_packet(codec.encode_data(avl.CODEC_8, [RECORD]))


def packet(data: bytes) -> bytes:
    return codec.encode_packet(data)


DAMAGED = {
    "crc": (GOOD[:20] + bytes((GOOD[20] ^ 1,)) + GOOD[21:], "crc"),
    "counts": (packet(b"\x08\x02" + RECORD + b"\x02"), "content"),
    "cut record": (packet(b"\x08\x01" + RECORD[:20] + b"\x01"), "content"),
    "no such place": (packet(b"\x08\x01" + bytes(9) + b"\x7f" * 8 + RECORD[17:] + b"\x01"), "content"),
    "codec": (packet(b"\x55\x01\x00\x01"), "unknown"),
    "text": (packet(b"\x0c\x01\x06\x00\x00\x00\x09no\x01"), "content"),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGED)
def test_damage_is_named_and_nothing_of_it_is_confirmed(name: str) -> None:
    blob, kind = DAMAGED[name]
    (out,) = read(blob)
    assert [problem.kind for problem in out.problems] == [kind]
    assert (out.told, out.replies) == ((), (b"\x00\x00\x00\x00",))


def test_garbage_costs_only_itself() -> None:
    outs = read(b"GET / HTTP/1.1\r\n\r\n" + GOOD)
    assert len(outs[-1].told) == 1
    assert {problem.kind for out in outs for problem in out.problems} == {"shape"}


def test_a_resend_has_the_keys_it_had() -> None:
    once, again = read(GOOD, GOOD)
    assert once.told[0].key == again.told[0].key
