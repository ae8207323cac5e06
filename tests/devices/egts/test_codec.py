"""EGTS: what is written is read, damage is named, answers are those that terminals wait for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from beket.devices.egts import codec, packet, speak
from beket.devices.kit.checks import crc8_egts
from beket.devices.kit.driver import NOBODY, UNNAMED, Frame, Out
from beket.words.ids import Instant
from beket.words.readings import Position

NOW = Instant(1_795_000_000_000)


def read(*chunks: bytes) -> list[Out]:
    framer, decoder = codec.framer({}), codec.decoder({})
    frames = [frame for chunk in chunks for frame in framer.feed(chunk)] + list(framer.end())
    return [decoder.read(frame, NOW) for frame in frames]


def said(**fields: object) -> Position:
    given: dict[str, object] = {
        "time": Instant(1_790_000_000_000),
        "latitude": 42.5,
        "longitude": 74.25,
        "speed_kmh": 61.3,
    }
    given |= {"course_deg": 287.0, "moving": True, "odometer_m": 1_234_500, "digital_inputs": 5, "source_code": 0}
    return Position(device_id=NOBODY, reading_id=UNNAMED, received=NOW, **(given | fields))  # type: ignore[arg-type]


positions = st.builds(
    said,
    time=st.integers(1_262_304_000, 4_000_000_000).map(lambda seconds: Instant(seconds * 1000)),
    valid=st.booleans(),
    buffered=st.booleans(),
    moving=st.booleans(),
    latitude=st.floats(-90, 90),
    longitude=st.floats(-180, 180),
    speed_kmh=st.integers(0, 0x3FFF).map(lambda tenths: tenths / 10),
    course_deg=st.integers(0, 359).map(float),
    odometer_m=st.integers(0, 0xFFFFFF).map(lambda hundreds: hundreds * 100),
    digital_inputs=st.integers(0, 255),
    source_code=st.integers(0, 255),
    altitude_m=st.none() | st.integers(-400, 8848),
    hdop=st.none() | st.integers(0, 999).map(lambda hundredths: hundredths / 100),
    satellites=st.none() | st.integers(0, 40),
)


@given(positions, st.integers(0, 0xFFFF))
def test_what_is_written_is_read(position: Position, number: int) -> None:
    record = speak.encode_record(number, speak.encode_position(position))
    (out,) = read(speak.encode_packet(number, record))
    (told,) = out.told
    got = told.reading
    assert isinstance(got, Position)
    assert got.latitude == pytest.approx(position.latitude, abs=1e-7)
    assert got.longitude == pytest.approx(position.longitude, abs=1e-7)
    places = {"latitude": position.latitude, "longitude": position.longitude, "sequence": None}
    assert structs.replace(got, **places) == position
    assert codec.acknowledged(out.replies) == {"rpid": number, "result": 0, "confirmed_records": [number]}


def test_sensors_states_and_liquids_belong_to_their_position() -> None:
    beside = speak.encode_sensors(3, [None, 500, 70_000], [None, 7]) + speak.encode_state(2, 24.1, 3.9, 3.7)
    beside += speak.encode_liquid(1, 3758) + speak.encode_liquid(2, 55, unit=1) + speak.encode_liquid(3, 1205, unit=2)
    beside += speak.encode_subrecord(25, b"\x04\x10\x27\x00") + speak.encode_subrecord(19, b"\x02\x09\x00\x00")
    (out,) = read(speak.encode_packet(1, speak.encode_record(1, speak.encode_position(said()) + beside)))
    got = out.told[0].reading
    assert isinstance(got, Position)
    assert (got.digital_outputs, got.adc) == (3, (None, 500.0, 70_000.0))
    assert (got.external_voltage_v, got.battery_v) == (24.1, 3.9)
    wanted = {"digital_inputs_2": 7, "state": 2, "internal_battery_v": 3.7, "liquid_1": 3758, "liquid_2_percent": 55}
    assert got.params == wanted | {"liquid_3_l": 120.5, "counter_4": 10_000, "counter_2": 9}


def test_sensors_without_a_position_are_kept_as_such() -> None:
    (out,) = read(speak.encode_packet(1, speak.encode_record(9, speak.encode_state(1, 12.0, 4.0))))
    got = out.told[0].reading
    assert isinstance(got, Position)
    assert (got.valid, got.latitude, got.time, got.external_voltage_v) == (False, None, None, 12.0)


def test_a_login_is_answered_with_a_result_of_its_own() -> None:
    (out,) = read(speak.encode_login(358, "861237169560031", record_number=4))
    assert out.identities == ("861237169560031",)
    answer, result = out.replies
    assert codec.acknowledged([answer]) == {"rpid": 358, "result": 0, "confirmed_records": [4]}
    assert result[9] == packet.APPDATA
    assert result[-9:-2] == bytes((packet.TO_DEVICE, 1, 1, packet.RESULT_CODE, 1, 0, packet.OK))
    refused = out.refusals[-1]
    assert refused[-3] == packet.ID_NOT_FOUND
    for written in (*out.replies, *out.refusals):
        assert packet.measure(written, 0) == len(written)
        assert codec.explain(Frame(blob=written), {})


def test_a_terminal_that_repeats_its_own_number_in_records_speaks_for_itself() -> None:
    record = speak.encode_position(said())
    outs = read(
        speak.encode_login(1, "861237169560031", terminal=122_421),
        speak.encode_packet(2, speak.encode_record(2, record, oid=122_421), speak.encode_record(3, record, oid=77)),
    )
    assert [told.who for told in outs[1].told] == ["", "77"]


def test_a_terminal_without_an_imei_is_its_number() -> None:
    held = (122_421).to_bytes(4, "little") + b"\x02" + bytes(15)
    record = speak.encode_record(1, speak.encode_subrecord(1, held), service=1)
    (out,) = read(speak.encode_packet(1, record))
    assert out.identities == ("122421",)


def test_a_dispatcher_is_known_by_its_number() -> None:
    held = speak.encode_subrecord(5, b"\x00" + (4711).to_bytes(4, "little") + b"depot")
    (out,) = read(speak.encode_packet(1, speak.encode_record(1, held, service=1)))
    assert out.identities == ("4711",)


def test_a_resend_has_the_key_it_had_whatever_it_is_numbered() -> None:
    once, again, other = read(
        speak.encode_packet(1, speak.encode_record(1, speak.encode_position(said()))),
        speak.encode_packet(9, speak.encode_record(5, speak.encode_position(said(buffered=True)))),
        speak.encode_packet(2, speak.encode_record(2, speak.encode_position(said(latitude=42.6)))),
    )
    assert once.told[0].key == again.told[0].key
    assert again.told[0].reading.buffered
    assert other.told[0].key != once.told[0].key


def test_two_positions_in_one_record_are_two_readings() -> None:
    both = speak.encode_position(said()) + speak.encode_position(said(time=Instant(1_790_000_001_000)))
    (out,) = read(speak.encode_packet(1, speak.encode_record(1, both)))
    assert len({told.key for told in out.told}) == 2


GOOD = speak.encode_packet(364, speak.encode_record(24, speak.encode_position(said())))
DAMAGED = {
    "header": (GOOD[:10] + bytes((GOOD[10] ^ 1,)) + GOOD[11:], "header_crc", packet.HEADER_CRC_ERROR),
    "body": (GOOD[:30] + bytes((GOOD[30] ^ 1,)) + GOOD[31:], "crc", packet.DATA_CRC_ERROR),
    "record": (packet.packet(1, 364, b"\xff\x00\x01\x00\x00\x02\x02"), "shape", packet.BAD_DATA_FORM),
    "subrecord": (packet.packet(1, 364, b"\x03\x00\x01\x00\x00\x02\x02\x10\x09\x00"), "shape", packet.BAD_DATA_FORM),
    "object": (packet.packet(1, 364, b"\x00\x00\x01\x00\x05\x02\x02"), "shape", packet.BAD_DATA_FORM),
    "stub": (packet.packet(1, 364, b"\x01\x00"), "shape", packet.BAD_DATA_FORM),
    "type": (packet.packet(7, 364, b"\x00"), "unknown", packet.UNSUPPORTED_TYPE),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damage_is_named_and_answered_with_its_code(name: str) -> None:
    blob, kind, result = DAMAGED[name]
    out = read(blob)[0]
    assert [problem.kind for problem in out.problems] == [kind]
    assert out.told == ()
    assert codec.acknowledged(out.replies) == {"rpid": 364, "result": result, "confirmed_records": []}


def with_flags(flags: int) -> bytes:
    front = GOOD[:2] + bytes((flags,)) + GOOD[3:10]
    return front + bytes((crc8_egts(front),)) + GOOD[11:]


@pytest.mark.parametrize(
    ("flags", "result"),
    [(packet.ENCRYPTED, packet.DECRYPT_ERROR), (packet.COMPRESSED, packet.UNSUPPORTED_PROTOCOL)],
)
def test_what_we_cannot_open_is_said(flags: int, result: int) -> None:
    (out,) = read(with_flags(flags))
    assert codec.acknowledged(out.replies)["result"] == result


def test_after_a_damaged_header_the_next_sound_packet_is_read() -> None:
    outs = read(DAMAGED["header"][0] + GOOD)
    assert len(outs[-1].told) == 1
    assert {problem.kind for out in outs[:-1] for problem in out.problems} == {"header_crc", "shape"}


def test_answers_of_a_terminal_say_that_it_lives() -> None:
    (out,) = read(packet.response(3, 77, 0))
    assert (out.alive, out.told, out.replies) == (True, (), ())


def test_a_signed_packet_is_read_behind_its_signature() -> None:
    body = b"\x03\x00abc" + speak.encode_record(1, speak.encode_position(said()))
    (out,) = read(packet.packet(packet.SIGNED_APPDATA, 5, body))
    assert len(out.told) == 1
