"""GT06: what is written is read, what is broken is refused, and captured frames say what is stated of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beket.devices.gt06.codec import (
    acknowledged,
    decoder,
    encode_alarm,
    encode_answer,
    encode_heartbeat,
    encode_location,
    encode_login,
    framer,
)
from beket.devices.gt06.speak import framed
from beket.devices.kit.driver import NOBODY, UNNAMED, Frame, Out
from beket.words.ids import Instant
from beket.words.readings import Cell, Position
from tests.devices.captures import captured, tried

AT = Instant(1_748_000_000_000)


def place(**given: object) -> Position:
    usual: dict[str, object] = {
        "time": AT,
        "latitude": 41.70217,
        "longitude": 72.93551,
        "speed_kmh": 63.0,
        "course_deg": 287.0,
        "satellites": 9,
        "ignition": True,
        "cell": Cell(lac=4660, cid=66051),
    }
    return Position(device_id=NOBODY, received=AT, reading_id=UNNAMED, **(usual | given))  # type: ignore[arg-type]


def read(*frames: bytes, **options: float) -> list[Out]:
    reads = decoder(options)
    return [reads.read(Frame(blob=frame), AT) for frame in frames]


def said(out: Out) -> Position:
    (told,) = out.told
    assert isinstance(told.reading, Position)
    return told.reading


def problems(out: Out) -> list[str]:
    assert out.told == ()
    return [problem.kind for problem in out.problems]


def test_the_login_of_a_captured_frame() -> None:
    frame = bytes.fromhex("78780d01086471700328358100093f040d0a")
    (out,) = read(frame)
    assert out.identities == ("864717003283581",)
    assert out.replies == (encode_answer(1, 9),)
    assert frame[4:12] == encode_login("864717003283581")[4:12], "the sixteen digits stand where we write them"


def test_an_answer_is_the_type_and_the_serial() -> None:
    assert encode_answer(0x01, 1).hex() == "787805010001d9dc0d0a", "the example that makers' papers give"
    assert acknowledged([encode_answer(0x26, 513)]) == {"types": ["26"], "serials": [513]}


@given(st.floats(-90, 90), st.floats(-180, 180), st.integers(0, 255), st.integers(0, 359), st.booleans(), st.booleans())
def test_what_is_written_is_read(
    latitude: float, longitude: float, speed: int, course: int, ignition: bool, buffered: bool
) -> None:
    wanted = place(
        latitude=latitude, longitude=longitude, speed_kmh=float(speed), course_deg=float(course), ignition=ignition,
        buffered=buffered, odometer_m=123_456.0,
    )  # fmt: skip
    (out,) = read(encode_location(wanted, 77))
    got = said(out)
    assert got.latitude == pytest.approx(latitude, abs=1e-6)
    assert got.longitude == pytest.approx(longitude, abs=1e-6)
    assert (got.time, got.speed_kmh, got.course_deg, got.satellites) == (AT, speed, course, 9)
    assert (got.ignition, got.buffered, got.odometer_m, got.cell) == (ignition, buffered, 123_456.0, wanted.cell)
    assert got.sequence == 77
    assert out.clock == (None if buffered else AT)


@given(st.integers(0, 60), st.binary(min_size=1, max_size=1))
def test_a_changed_byte_is_found(at: int, byte: bytes) -> None:
    good = encode_location(place())
    at %= len(good)
    bad = good[:at] + byte + good[at + 1 :]
    if bad != good:
        (out,) = read(bad)
        assert problems(out) in (["crc"], ["shape"])
        assert out.replies == (), "what is not believed is not answered, so that it comes again"


def test_a_place_before_the_first_fix_is_unknown() -> None:
    (out,) = read(encode_location(place(valid=False, latitude=0.0, longitude=0.0)))
    got = said(out)
    assert (got.valid, got.latitude, got.longitude, got.speed_kmh) == (False, None, None, None)
    assert out.clock is None


def test_a_resend_is_the_same_reading_whatever_its_serial() -> None:
    keys = {out.told[0].key for out in read(encode_location(place(), 4), encode_location(place(), 5))}
    assert len(keys) == 1


@pytest.mark.parametrize(
    ("code", "word"), [(1, "sos"), (2, "power_cut"), (3, "vibration"), (0x13, "tampering"), (0x77, "alarm_77")]
)
def test_alarms_are_words(code: int, word: str) -> None:
    (out,) = read(encode_alarm(place(), code, 3, level=2))
    got = said(out)
    assert (got.alarms, got.battery_percent, got.cell) == ((word,), 33, Cell(lac=4660, cid=66051))
    assert out.replies == (encode_answer(0x26, 3),)


def test_heartbeats_are_said_when_they_complain_or_differ() -> None:
    beats = [encode_heartbeat(1), encode_heartbeat(2), encode_heartbeat(3, level=3), encode_heartbeat(4, alarm=2)]
    first, same, less, cut = read(*beats)
    assert first.told == same.told == ()
    assert all(out.alive and out.replies for out in (first, same))
    assert said(less).battery_percent == 50
    assert said(cut).alarms == ("power_cut",)
    assert said(cut).latitude is None


def test_the_status_bits_complain_too() -> None:
    (out,) = read(encode_heartbeat(terminal=3 << 3))
    assert said(out).alarms == ("low_battery",)


def test_the_login_tells_the_zone_unless_it_is_set() -> None:
    login = encode_login("861230045678901", 1, zone_min=360)
    _, zoned = read(login, encode_location(place()))
    assert said(zoned).time == AT - 360 * 60_000
    _, set_by_hand = read(login, encode_location(place()), zone_min=0)
    assert said(set_by_hand).time == AT
    _, west = read(encode_login("861230045678901", 1, zone_min=-210), encode_location(place()))
    assert said(west).time == AT + 210 * 60_000


def test_who_asks_for_the_time_gets_it() -> None:
    (out,) = read(framed(0x8A, b"", 6))
    assert out.replies[0][4:10] == bytes((25, 5, 23, 11, 33, 20))


def test_what_is_not_known_is_answered_and_says_nothing() -> None:
    (out,) = read(framed(0x99, b"\x01\x02", 6))
    assert (out.told, out.problems, out.alive) == ((), (), True)
    assert out.replies == (encode_answer(0x99, 6),)


def test_a_message_too_short_for_its_type_is_said_to_be() -> None:
    (out,) = read(framed(0x22, b"\x19\x05", 6))
    assert problems(out) == ["size"]


def test_a_false_beginning_costs_only_itself() -> None:
    cuts = framer({})
    frames = [*cuts.feed(b"xx\x20noise" + encode_heartbeat() + encode_login("861230045678901")), *cuts.end()]
    assert [frame.broken for frame in frames].count(None) == 2


@pytest.mark.shared
def test_captured_frames_say_what_is_stated_of_them() -> None:
    login, sensors, tampered, driver = captured("gt06")[1:]
    assert tried("gt06", login).rest()["identity"] == ["864717003283581"]
    assert tried("gt06", sensors).readings()[0]["external_voltage_v"] == sensors["expect"]["value"]
    (alarm,) = tried("gt06", tampered).readings()
    assert list(alarm["alarms"]) == [tampered["expect"]["value"]]
    assert (alarm["valid"], alarm["time"]) == (True, "2026-05-09T22:02:03.000Z")
    (swiped,) = tried("gt06", driver).readings()
    assert swiped["ibutton"] == driver["expect"]["value"]
    assert swiped["time"] == "2025-10-30T13:56:06.000Z"
