"""Galileosky: packets both ways, what is damaged is answered with its own sum, captures say what is stated of them."""

from __future__ import annotations

from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beket.devices.galileosky.codec import (
    LENGTHS,
    acknowledged,
    decoder,
    encode_answer,
    encode_packet,
    framer,
)
from beket.devices.kit.checks import crc16_modbus
from beket.devices.kit.driver import NOBODY, UNNAMED, Frame, Out
from beket.words.ids import Instant
from beket.words.readings import Position
from tests.devices.captures import captured, tried

AT = Instant(1_748_000_000_000)
IMEI = "861230045678901"


def place(**given: object) -> Position:
    usual: dict[str, object] = {
        "time": AT,
        "latitude": 41.70217,
        "longitude": 72.93551,
        "speed_kmh": 63.4,
        "course_deg": 287.5,
        "satellites": 9,
        "sequence": 77,
    }
    return Position(device_id=NOBODY, received=AT, reading_id=UNNAMED, **(usual | given))  # type: ignore[arg-type]


def read(*blobs: bytes) -> list[Out]:
    reads = decoder({})
    return [reads.read(Frame(blob=blob), AT) for blob in blobs]


def said(out: Out) -> list[Position]:
    return [told.reading for told in out.told if isinstance(told.reading, Position)]


def packet(tags: bytes, head: int = 1) -> bytes:
    blob = pack("<BH", head, len(tags)) + tags
    return blob + pack("<H", crc16_modbus(blob))


@given(
    st.floats(-90, 90), st.floats(-180, 180), st.integers(0, 2000), st.integers(0, 3599), st.integers(-400, 5000),
    st.integers(0, 255), st.booleans(),
)  # fmt: skip
def test_what_is_written_is_read(
    lat: float, lon: float, speed: int, course: int, altitude: int, hdop: int, late: bool
) -> None:
    wanted = place(
        latitude=lat, longitude=lon, speed_kmh=speed / 10, course_deg=course / 10, altitude_m=altitude,
        hdop=hdop / 10, ignition=True, external_voltage_v=24.85, battery_v=4.1, digital_inputs=5, ibutton="1234567",
        odometer_m=8_123_456.0, alarms=("low_battery",),
    )  # fmt: skip
    (out,) = read(encode_packet([wanted], IMEI, late=late))
    (got,) = said(out)
    assert [got.latitude, got.longitude] == pytest.approx([lat, lon], abs=1e-6)
    for name in ("speed_kmh", "course_deg", "altitude_m", "hdop", "external_voltage_v", "battery_v", "odometer_m"):
        assert getattr(got, name) == pytest.approx(getattr(wanted, name)), name
    for name in ("time", "ignition", "digital_inputs", "ibutton", "alarms", "satellites", "sequence", "valid"):
        assert getattr(got, name) == getattr(wanted, name), name
    assert (got.buffered, out.identities) == (late, (IMEI,))
    assert out.clock == (None if late else AT)


def test_the_answer_is_the_packets_own_sum() -> None:
    blob = encode_packet([place()])
    (out,) = read(blob)
    assert out.replies == (b"\x02" + blob[-2:],)
    assert acknowledged(out.replies) == {"crcs": [f"{crc16_modbus(blob[:-2]):04x}"]}


@given(st.integers(0, 200), st.integers(1, 255))
def test_a_changed_byte_is_found(at: int, change: int) -> None:
    good = encode_packet([place()], IMEI)
    bad = bytearray(good)
    bad[at % len(good)] ^= change
    (out,) = read(bytes(bad))
    assert out.told == ()
    assert out.problems
    assert good[-2:] not in [reply[1:] for reply in out.replies if at % len(good) < len(good) - 2]


def test_a_damaged_packet_is_answered_with_the_sum_of_what_came() -> None:
    bad = bytearray(encode_packet([place()], IMEI))
    bad[9] ^= 1
    (out,) = read(bytes(bad))
    assert [problem.kind for problem in out.problems] == ["crc"]
    assert out.replies == (encode_answer(crc16_modbus(bytes(bad[:-2]))),)


def test_a_tag_met_again_begins_the_next_record_and_they_share_the_bytes() -> None:
    moments = [place(sequence=n, time=Instant(AT + n * 1000)) for n in range(5)]
    (out,) = read(encode_packet(moments, IMEI))
    assert [one.sequence for one in said(out)] == [0, 1, 2, 3, 4]
    assert len({id(told.message) for told in out.told}) == 1
    assert len({told.key for told in out.told}) == 5
    (alone,) = read(encode_packet(moments[2:3]))
    assert alone.told[0].key == out.told[2].key, "a resend in another packet is the same reading"


def test_the_name_is_the_imei_or_the_number_where_there_is_no_imei() -> None:
    first, later = read(packet(b"\x03" + IMEI.encode()), packet(b"\x04\x32\x00\x20" + pack("<I", AT // 1000)))
    assert (first.identities, first.told) == ((IMEI,), ())
    assert later.identities == (), "the number of a tracker that has said its IMEI is not another name"
    (only,) = read(packet(b"\x04\x32\x00\x20" + pack("<I", AT // 1000)))
    assert only.identities == ("50",)


def test_a_tag_of_unknown_length_ends_the_reading_and_is_told() -> None:
    known = b"\x20" + pack("<I", AT // 1000)
    (out,) = read(packet(known + b"\xfc\x01\x02"))
    assert [one.time for one in said(out)] == [AT]
    assert [(problem.kind, problem.fatal) for problem in out.problems] == [("content", False)]
    (none,) = read(packet(b"\xfc\x01\x02"))
    assert (none.told, none.problems[0].fatal) == ((), True)
    (cut,) = read(packet(known + b"\x30\x01"))
    assert [problem.kind for problem in cut.problems] == ["content"]


def test_values_that_say_their_own_length() -> None:
    (out,) = read(packet(b"\x20" + pack("<I", AT // 1000) + b"\xe1\x02OK\xea\x03abc\xfe\x02\x00\x01\x02\x10\x05\x00"))
    (got,) = said(out)
    assert got.sequence == 5
    assert set(got.io) == {"225", "234", "254"}


def test_no_fix_is_no_place() -> None:
    (out,) = read(encode_packet([place(valid=False, latitude=0.0, longitude=0.0)]))
    (got,) = said(out)
    assert (got.valid, got.latitude, got.speed_kmh, got.course_deg) == (False, None, None, None)


def test_pictures_are_taken_and_packed_places_refused() -> None:
    picture, packed = read(packet(b"\x00jpeg", 7), packet(b"\x00", 8))
    assert picture.replies[0][0] == 7
    assert [problem.kind for problem in packed.problems] == ["version"]
    assert packed.replies == (), "what cannot be read is not confirmed"


def test_packets_are_cut_out_of_noise() -> None:
    one, two = encode_packet([place()], IMEI), encode_packet([place(sequence=2)])
    cuts = framer({})
    frames = [*cuts.feed(b"zz" + one + two + one[:20]), *cuts.end()]
    assert [frame.blob for frame in frames if frame.broken is None] == [one, two]
    assert [frame.blob for frame in frames if frame.broken] == [b"zz", one[:20]]


def test_the_table_of_lengths() -> None:
    assert [LENGTHS[tag] for tag in (0x01, 0x03, 0x30, 0x33, 0x5C, 0x63, 0xC1, 0xD5, 0xDB, 0xFC)] == [
        1, 15, 9, 4, 68, 3, 4, 1, 4, 0,
    ]  # fmt: skip


@pytest.mark.shared
def test_captured_packets_are_read_whole() -> None:
    one, several = captured("galileo")
    (got,) = tried("galileosky", one).readings()
    assert tried("galileosky", one).rest()["identity"] == ["868345032042426"]
    assert (got["time"], got["latitude"], got["longitude"]) == ("2018-09-17T13:22:04.000Z", 24.709763, 46.665418)
    assert (got["satellites"], got["hdop"], got["external_voltage_v"], got["odometer_m"]) == (12, 0.5, 16.24, 5331)
    trial = tried("galileosky", several)
    assert [reading["sequence"] for reading in trial.readings()] == list(range(58398, 58390, -1))[:7]
    assert all(reading["buffered"] and reading["valid"] for reading in trial.readings())
    assert trial.problems() == []
    assert trial.replies == [bytes.fromhex("0299f3")]
