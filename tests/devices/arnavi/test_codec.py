"""Arnavi: headers and packages both ways, sums that are wrong, captures that say what is stated of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beket.devices.arnavi.codec import (
    acknowledged,
    decoder,
    encode_header,
    encode_header_answer,
    encode_package,
    encode_package_answer,
    framer,
)
from beket.devices.kit.driver import NOBODY, UNNAMED, Frame, Out
from beket.words.ids import Instant
from beket.words.readings import Position
from tests.devices.captures import agrees, captured, stated, tried

AT = Instant(1_748_000_000_000)
IMEI = "861230045678901"


def place(**given: object) -> Position:
    usual: dict[str, object] = {
        "time": AT,
        "latitude": 41.70217,
        "longitude": 72.93551,
        "speed_kmh": 34 * 1.852,
        "course_deg": 286.0,
        "satellites": 9,
    }
    return Position(device_id=NOBODY, received=AT, reading_id=UNNAMED, **(usual | given))  # type: ignore[arg-type]


def read(blob: bytes) -> Out:
    return decoder({}).read(Frame(blob=blob), AT)


def said(out: Out) -> list[Position]:
    return [told.reading for told in out.told if isinstance(told.reading, Position)]


@given(st.floats(-90, 90), st.floats(-180, 180), st.integers(0, 255), st.integers(0, 179), st.booleans())
def test_what_is_written_is_read(lat: float, lon: float, knots: int, course: int, sos: bool) -> None:
    wanted = place(
        latitude=lat, longitude=lon, speed_kmh=knots * 1.852, course_deg=course * 2.0, altitude_m=1710.0,
        battery_v=4.1, external_voltage_v=24.85, digital_inputs=5, moving=True, alarms=("sos",) if sos else (),
    )  # fmt: skip
    out = read(encode_package([wanted], 7))
    (got,) = said(out)
    assert [got.latitude, got.longitude] == pytest.approx([lat, lon], abs=1e-5)
    for name in ("speed_kmh", "course_deg", "altitude_m", "battery_v", "external_voltage_v"):
        assert getattr(got, name) == pytest.approx(getattr(wanted, name)), name
    for name in ("time", "digital_inputs", "moving", "alarms", "satellites", "valid"):
        assert getattr(got, name) == getattr(wanted, name), name
    assert out.replies == (b"\x7b\x00\x07\x7d",)


@pytest.mark.parametrize("version", [0x22, 0x23, 0x24, 0x25])
def test_a_header_names_the_tracker_and_is_answered_by_its_version(version: int) -> None:
    out = read(encode_header(IMEI, version))
    assert out.identities == (IMEI,)
    (answer,) = out.replies
    if version == 0x22:
        assert answer == bytes.fromhex("7b00007d")
    else:
        assert answer[:3] == b"\x7b\x04\x00"
        assert answer[4:8] == (AT // 1000).to_bytes(4, "little")
        assert answer[3] == sum(answer[4:8]) & 0xFF
        assert answer[-1] == 0x7D
    assert acknowledged([answer, encode_package_answer(9)]) == {"packages": [0, 9]}
    assert encode_header_answer(version, AT) == answer


@given(st.integers(5, 43), st.integers(1, 255))
def test_a_wrong_sum_is_found_and_not_confirmed(at: int, change: int) -> None:
    bad = bytearray(encode_package([place()]))
    bad[min(at, len(bad) - 2)] ^= change
    out = read(bytes(bad))
    assert (out.told, out.replies) == ((), ())
    assert [problem.kind for problem in out.problems] == ["checksum"]


def test_one_wrong_record_does_not_take_the_others_with_it() -> None:
    blob = bytearray(encode_package([place(), place(time=Instant(AT + 1000))]))
    blob[10] ^= 1
    out = read(bytes(blob))
    assert [one.time for one in said(out)] == [AT + 1000]
    assert ([problem.kind for problem in out.problems], out.replies) == (["checksum"], ())


def test_several_records_share_their_bytes_and_are_told_apart() -> None:
    out = read(encode_package([place(time=Instant(AT + n * 1000)) for n in range(4)]))
    assert len({told.key for told in out.told}) == 4
    assert len({id(told.message) for told in out.told}) == 1
    alone = read(encode_package([place(time=Instant(AT + 2000))], 9))
    assert alone.told[0].key == out.told[2].key


def test_no_fix_is_no_place() -> None:
    (got,) = said(read(encode_package([place(valid=False, latitude=0.0, longitude=0.0)])))
    assert (got.valid, got.latitude, got.speed_kmh, got.satellites) == (False, None, None, None)


def test_a_place_off_the_globe_is_none() -> None:
    (got,) = said(read(encode_package([place(latitude=200.0)])))
    assert (got.valid, got.latitude, got.longitude) == (False, None, None)


def test_frames_are_cut_out_of_noise() -> None:
    parts = [encode_header(IMEI), encode_package([place()] * 3), b"\x5b\xfd\x01\x5d", encode_header(IMEI, 0x24)]
    cuts = framer({})
    frames = [*cuts.feed(b"??" + b"".join(parts) + b"\x5b\x77"), *cuts.end()]
    assert [frame.blob for frame in frames if frame.broken is None] == parts
    assert [frame.blob for frame in frames if frame.broken] == [b"??", b"\x5b\x77"]
    assert read(b"\x5b\xfd\x01\x5d").alive


def test_broken_frames_are_refused() -> None:
    for blob in (b"", b"\xff\x99", b"\x5b\x01\x01\x05", encode_package([place()])[:-1]):
        assert [problem.kind for problem in read(blob).problems] == ["shape"]


@pytest.mark.shared
def test_captured_messages_say_what_is_stated_of_them() -> None:
    first, package, second = captured("arnavi")
    assert tried("arnavi", first).rest()["identity"] == tried("arnavi", second).rest()["identity"]
    assert tried("arnavi", first).replies == [bytes.fromhex("7b00007d")]
    blob = bytearray.fromhex(package["input"]["data"])
    assert [problem["kind"] for problem in tried("arnavi", package).problems()] == ["checksum"]
    # Its reporter wrote another speed over it: with 0 for 30 knots the sum that stands there is right.
    as_sent = blob.copy()
    as_sent[9 + 14] = 0
    assert sum(as_sent[5:49]) & 0xFF == blob[49]
    blob[49] = sum(blob[5:49]) & 0xFF
    (got,) = said(read(bytes(blob)))
    assert agrees(
        {"valid": got.valid, "latitude": got.latitude, "longitude": got.longitude, "time": got.time},
        {**stated(package), "time": 1_499_404_195_000},
    )
    assert [got.speed_kmh, got.course_deg, got.altitude_m, got.satellites] == pytest.approx([55.56, 168, 20, 15])
