"""JT/T 808: messages both ways, escapes, batches, locks; what is broken is refused, captures say what is stated."""

from __future__ import annotations

from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beket.devices.jt808.codec import (
    acknowledged,
    decoder,
    encode_answer,
    encode_authenticate,
    encode_batch,
    encode_heartbeat,
    encode_location,
    encode_register,
    framer,
)
from beket.devices.jt808.wire import enclosed, opened, plain
from beket.devices.kit.driver import NOBODY, UNNAMED, Frame, Out
from beket.words.ids import Instant
from beket.words.readings import Cell, Position, SealStatus
from tests.devices.captures import captured, tried

AT = Instant(1_748_000_000_000)
PHONE = "099612345678"


def place(**given: object) -> Position:
    usual: dict[str, object] = {
        "time": AT,
        "latitude": 41.70217,
        "longitude": 72.93551,
        "altitude_m": 1710.0,
        "speed_kmh": 63.4,
        "course_deg": 287.0,
        "satellites": 9,
    }
    return Position(device_id=NOBODY, received=AT, reading_id=UNNAMED, **(usual | given))  # type: ignore[arg-type]


def read(*blobs: bytes, **options: int) -> list[Out]:
    reads = decoder(options)
    return [reads.read(Frame(blob=blob), AT) for blob in blobs]


def said(out: Out) -> list[Position]:
    return [told.reading for told in out.told if isinstance(told.reading, Position)]


def seal(out: Out) -> SealStatus:
    (found,) = [told.reading for told in out.told if isinstance(told.reading, SealStatus)]
    return found


@given(
    st.floats(-90, 90), st.floats(-180, 180), st.integers(0, 3000), st.integers(0, 359), st.booleans(),
    st.sampled_from([(), ("sos",), ("overspeed", "power_cut"), ("tampering",)]),
)  # fmt: skip
def test_what_is_written_is_read(
    lat: float, lon: float, speed: int, course: int, ignition: bool, alarms: tuple[str, ...]
) -> None:
    wanted = place(
        latitude=lat, longitude=lon, speed_kmh=speed / 10, course_deg=float(course), ignition=ignition, alarms=alarms,
        odometer_m=8_123_400.0,
    )  # fmt: skip
    (out,) = read(encode_location(wanted, PHONE, 77))
    (got,) = said(out)
    assert [got.latitude, got.longitude] == pytest.approx([lat, lon], abs=1e-6)
    for name in ("speed_kmh", "course_deg", "altitude_m", "odometer_m"):
        assert getattr(got, name) == pytest.approx(getattr(wanted, name)), name
    for name in ("time", "ignition", "alarms", "satellites", "valid"):
        assert getattr(got, name) == getattr(wanted, name), name
    assert (got.sequence, out.identities, out.clock) == (77, (PHONE,), AT)


@given(st.binary(max_size=200))
def test_escapes_come_out_as_they_went_in(body: bytes) -> None:
    blob = enclosed(0x0900, PHONE, 5, body)
    assert b"\x7e" not in blob[1:-1]
    envelope = opened(blob)
    assert envelope is not None
    assert (envelope.body, envelope.right, envelope.serial) == (body, True, 5)


def test_the_escapes_of_the_standard() -> None:
    assert plain(bytes.fromhex("307d02087d0155")) == bytes.fromhex("307e087d55")


def test_registration_gives_a_code_and_the_code_is_taken() -> None:
    registered, authenticated, beat = read(
        encode_register(PHONE, 7), encode_authenticate(PHONE, PHONE, 8), encode_heartbeat(PHONE, 9)
    )
    answer = opened(registered.replies[0])
    assert answer is not None
    assert (answer.kind, answer.body) == (0x8100, b"\x00\x07\x00" + PHONE.encode())
    refusal = opened(registered.refusals[0])
    assert refusal is not None
    assert refusal.body == b"\x00\x07\x04", "a terminal that is not in the register"
    assert acknowledged(authenticated.replies) == {"kinds": ["8001"], "serials": [8], "results": [0]}
    assert acknowledged(authenticated.refusals)["results"] == [1]
    assert beat.replies == (encode_answer(PHONE, 2, 9, 0x0002),)
    assert all(out.identities == (PHONE,) and out.alive for out in (registered, authenticated, beat))


def test_a_batch_is_late_and_each_place_is_the_same_as_alone() -> None:
    moments = [place(time=Instant(AT + n * 60_000)) for n in range(5)]
    batch, alone = read(encode_batch(moments, PHONE), encode_location(moments[3], PHONE))
    assert [(one.time, one.buffered) for one in said(batch)] == [(one.time, True) for one in moments]
    assert batch.told[3].key == alone.told[0].key
    assert len({id(told.message) for told in batch.told}) == 1
    assert batch.clock is None
    (prompt,) = read(encode_batch(moments, PHONE, late=False))
    assert not any(one.buffered for one in said(prompt))


def test_the_twenty_digits_of_the_edition_of_2019() -> None:
    (out,) = read(encode_location(place(), "00000000099612345678"))
    assert out.identities == ("00000000099612345678",)
    assert said(out)[0].latitude == 41.70217


def test_a_lock_is_a_seal() -> None:
    locks = bytes((0xD5, 27, 2)) + bytes.fromhex("7011223344 0012260888 50 0000 7011223355 0000000000 0e 0020")
    (out,) = read(encode_location(place(alarms=("tampering",)), PHONE, items=locks))
    assert (seal(out).locked, seal(out).battery_percent, seal(out).alarms) == (False, 14, ("tampering",))
    assert (seal(out).latitude, seal(out).time) == (41.70217, AT)
    assert said(out)[0].params["lock_1_card"] == "0012260888"
    assert len({told.key for told in out.told}) == 1, "the kind of reading tells them apart"
    (out,) = read(encode_location(place(), PHONE, items=bytes.fromhex("d4 01 57 da 03 0002 0d")))
    assert (seal(out).rope_inserted, seal(out).alarms, seal(out).battery_percent) == (True, ("back_cover_open",), 87)
    assert seal(out).locked is None
    assert (said(out)[0].moving, said(out)[0].params["rope_cuts"]) == (True, 2)


ITEMS: dict[str, tuple[str, object]] = {
    "eb0c01b501 1234 5678 1c ffff ffff": ("cell", Cell(lac=0x1234, cid=0x5678, rssi=0x1C)),
    "eb08 0006 002d 00002db4": ("external_voltage_v", 11.7),
    "ee06 1f 2ee0 0fa0 0b": ("battery_v", 4.0),
    "d502 0190": ("battery_v", 4.0),
    "d302 0079": ("external_voltage_v", 12.1),
    "0202 0014": ("io", {"2": 20}),
    "f009 010203040506070809": ("io", {"240": "010203040506070809"}),
}


@pytest.mark.parametrize("item", ITEMS)
def test_items(item: str) -> None:
    name, value = ITEMS[item]
    (out,) = read(encode_location(place(satellites=None), PHONE, items=bytes.fromhex(item)))
    assert getattr(said(out)[0], name) == value


@given(st.binary(max_size=300))
def test_any_items_are_read_or_passed_over(items: bytes) -> None:
    (out,) = read(encode_location(place(), PHONE, items=items))
    assert said(out)[0].latitude == 41.70217


@given(st.integers(1, 70), st.integers(1, 255))
def test_a_changed_byte_is_found(at: int, change: int) -> None:
    bad = bytearray(encode_location(place(), PHONE))
    bad[min(at, len(bad) - 2)] ^= change
    (out,) = read(bytes(bad))
    assert (out.told, out.replies) == ((), ())
    assert [problem.kind for problem in out.problems] in (["checksum"], ["shape"])


def test_what_cannot_be_read_is_put_aside_and_answered() -> None:
    inside = pack(">HH", 0x0200, 0x0400) + bytes.fromhex(PHONE) + pack(">H", 9)
    check = 0
    for byte in inside:
        check ^= byte
    (out,) = read(b"\x7e" + inside + bytes((check,)) + b"\x7e")
    assert [problem.kind for problem in out.problems] == ["version"]
    assert acknowledged(out.replies)["results"] == [3]
    short, cut = read(enclosed(0x0200, PHONE, 1, b"\x00" * 20), enclosed(0x0704, PHONE, 2, b"\x00\x02\x00\x00\x1c"))
    assert [problem.kind for out in (short, cut) for problem in out.problems] == ["size", "size"]


def test_no_fix_is_no_place() -> None:
    (out,) = read(encode_location(place(valid=False, latitude=0.0, longitude=0.0), PHONE))
    (got,) = said(out)
    assert (got.valid, got.latitude, got.speed_kmh, got.altitude_m) == (False, None, None, None)


def test_the_zone_can_be_set() -> None:
    (out,) = read(encode_location(place(), PHONE), zone_min=0)
    assert said(out)[0].time == AT + 480 * 60_000


def test_frames_are_cut_out_of_noise_and_may_share_a_mark() -> None:
    one, two, three = (encode_heartbeat(PHONE, n) for n in (1, 2, 3))
    cuts = framer({})
    frames = [*cuts.feed(b"zz" + one + two[:-1] + three + b"z" + one), *cuts.end()]
    assert [frame.blob for frame in frames if frame.broken is None] == [one, two, three[1:], one]
    shared, lost = (read(*(frame.blob for frame in framer({}).feed(blob))) for blob in (one + two[1:], one[:9] + two))
    assert [acknowledged(out.replies)["serials"] for out in shared] == [[1], [2]], "one mark may serve two frames"
    assert [acknowledged(out.replies)["serials"] for out in lost if out.alive] == [[2]]


@pytest.mark.shared
def test_captured_messages_say_what_is_stated_of_them() -> None:
    batch, single = captured("jt808")
    (got,) = tried("jt808", batch).readings()
    assert got["satellites"] == batch["expect"]["value"]
    assert (got["device_id"], got["buffered"], got["odometer_m"]) == ("014450376202", True, 1_402_500)
    assert (got["valid"], got["latitude"], got["longitude"]) == (True, 33.697808, 116.954088)
    assert got["time"] == "2026-08-17T14:18:12.000Z"
    (got,) = tried("jt808", single).readings()
    assert got["external_voltage_v"] == single["expect"]["value"]
    assert (got["valid"], got["latitude"], got["satellites"]) == (False, None, 8)
