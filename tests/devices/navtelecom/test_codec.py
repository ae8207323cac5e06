"""Navtelecom: the maker's own examples, frames both ways, masks, broken frames, captured old telemetry."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beket.devices.kit.checks import crc8_egts
from beket.devices.kit.driver import NOBODY, UNNAMED, Frame, Out
from beket.devices.navtelecom.codec import (
    acknowledged,
    decoder,
    encode_array,
    encode_flex,
    encode_handshake,
    encode_now,
    encode_urgent,
    explain,
    framer,
    mask_in,
)
from beket.devices.navtelecom.flex import SIZES, layout, mask_of
from beket.devices.navtelecom.ntcb import enclosed
from beket.devices.navtelecom.speak import USUAL
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
        "altitude_m": 1710.0,
        "speed_kmh": 63.5,
        "course_deg": 287.0,
        "satellites": 9,
        "sequence": 77,
    }
    return Position(device_id=NOBODY, received=AT, reading_id=UNNAMED, **(usual | given))  # type: ignore[arg-type]


def talk(*parts: bytes) -> list[Out]:
    cuts, reads = framer({}), decoder({})
    frames = [frame for part in parts for frame in cuts.feed(part)]
    return [reads.read(frame, AT) for frame in [*frames, *cuts.end()]]


def said(out: Out) -> list[Position]:
    return [told.reading for told in out.told if isinstance(told.reading, Position)]


def test_the_examples_of_the_maker() -> None:
    """The handshake, the negotiation and both answers, as the maker's wiki prints them."""
    hello = bytes.fromhex("404e544301000000000000001300464d2a3e533a383636373935303333333233383634")
    asked = bytes.fromhex(
        "404e544301000000000000002a0046742a3e464c4558b01e1efffffe300a08000000020000000020003800200000000000000104000000060000"
    )
    first, second = talk(hello, asked)
    assert first.identities == ("866795033323864",)
    assert first.replies == (bytes.fromhex("404e544300000000010000000300455e2a3c53"),)
    assert second.replies == (bytes.fromhex("404e544300000000010000000900b1a02a3c464c4558b01e1e"),)
    assert encode_handshake("866795033323864") == hello
    fields = [*range(1, 16), 19, 20, 29, 31, 37, 71, 107, 123, 124, 125, 139, 200, 206, 238, 239]
    assert layout(mask_in(asked)).fields == tuple(fields)
    assert encode_flex(mask_of(*fields)) == asked
    assert acknowledged(first.replies + second.replies) == {"kinds": ["*<S", "*<FLEX"]}


PLACES = st.tuples(st.floats(-90, 90), st.floats(-180, 180), st.integers(0, 2000), st.integers(0, 359))


@given(PLACES, st.sampled_from([10, 20, 30]), st.sampled_from(["~A", "~T", "~C"]))
def test_what_is_written_is_read(spot: tuple[float, float, int, int], version: int, kind: str) -> None:
    lat, lon, speed, course = spot
    wanted = place(
        latitude=lat, longitude=lon, speed_kmh=speed / 8, course_deg=float(course), odometer_m=8_123_000.0,
        external_voltage_v=24.85, battery_v=4.1, digital_inputs=5, digital_outputs=1, event_io=0x11A1,
        alarms=("gsm_jamming",),
    )  # fmt: skip
    write = {"~A": encode_array([wanted]), "~T": encode_urgent(wanted, 513), "~C": encode_now(wanted)}
    out = talk(encode_flex(USUAL, version), write[kind])[1]
    (got,) = said(out)
    assert [got.latitude, got.longitude] == pytest.approx([lat, lon], abs=1e-6)
    for name in ("speed_kmh", "course_deg", "altitude_m", "odometer_m", "external_voltage_v", "battery_v"):
        assert getattr(got, name) == pytest.approx(getattr(wanted, name)), name
    for name in ("time", "satellites", "sequence", "valid", "digital_inputs", "digital_outputs", "event_io", "alarms"):
        assert getattr(got, name) == getattr(wanted, name), name
    answers = {"~A": b"~A\x01", "~T": b"~T\x01\x02\x00\x00", "~C": b"~C"}
    assert out.replies == (answers[kind] + bytes((crc8_egts(answers[kind]),)),)
    assert out.clock == AT


@given(st.sets(st.integers(1, 255), min_size=1), st.integers(1, 4))
def test_any_mask_makes_the_length_of_its_records(fields: set[int], count: int) -> None:
    mask = mask_of(*fields)
    assert layout(mask).size == sum(SIZES[field] for field in fields)
    (_, out) = talk(encode_flex(mask), encode_array([place()] * count, mask))
    assert len(out.told) == count
    assert out.problems == ()


def test_a_mask_counts_only_as_many_bits_as_it_says() -> None:
    asked = encode_flex(b"\xff" * 16, 20)
    assert layout(mask_in(asked)).fields == tuple(range(1, 123))
    assert mask_in(enclosed(b"*>FLEX\xb0\x1e\x1e\xff\x00", 1, 0)) == b""


def test_a_record_is_the_same_reading_in_whichever_frame() -> None:
    _, array, urgent = talk(encode_flex(), encode_array([place(sequence=5), place()]), encode_urgent(place(), 9))
    assert array.told[1].key == urgent.told[0].key
    assert array.told[0].key != array.told[1].key
    assert array.told[0].message is array.told[1].message


def test_records_before_the_mask_are_noise_and_a_new_mask_counts_from_then_on() -> None:
    outs = talk(encode_array([place()]), encode_flex(), encode_array([place()]), encode_flex(mask_of(1, 3)))
    assert [len(out.told) for out in outs] == [0, 0, 1, 0]
    assert [problem.kind for problem in outs[0].problems] == ["shape"]
    alone = decoder({}).read(Frame(blob=encode_array([place()])), AT)
    assert [problem.kind for problem in alone.problems] == ["order"]


@given(st.integers(3, 40), st.integers(1, 255))
def test_a_changed_byte_is_found(at: int, change: int) -> None:
    bad = bytearray(encode_array([place()]))
    bad[at] ^= change
    outs = talk(encode_flex(), bytes(bad))
    assert all(out.told == () for out in outs)
    assert [problem.kind for problem in outs[1].problems] == ["crc"]
    assert outs[1].replies == ()


def test_a_damaged_envelope_is_refused_and_settles_nothing() -> None:
    bad = bytearray(encode_flex())
    bad[40] ^= 1
    outs = talk(bytes(bad), encode_array([place()]))
    assert [problem.kind for out in outs for problem in out.problems] == ["checksum", "shape"]


def test_a_version_that_nobody_knows_is_answered_with_ours() -> None:
    (out,) = talk(encode_flex(version=40))
    assert out.replies[0].endswith(b"*<FLEX\xb0\x1e\x1e")


@pytest.mark.parametrize("name", ["", "8" * 21, "86\x00123", "<b>"])
def test_a_handshake_without_a_name_is_refused(name: str) -> None:
    (out,) = talk(encode_handshake(name))
    assert ([problem.kind for problem in out.problems], out.replies) == (["field"], ())


def test_pings_and_longer_messages() -> None:
    body = b"\x0a\x02ab"
    urgent = b"~X" + bytes((len(body), 0, 9, 0, 0, 0)) + body
    several = b"~E\x02" + (bytes((len(body), 0)) + body) * 2
    frames = [one + bytes((crc8_egts(one),)) for one in (urgent, several)]
    ping, first, second = talk(b"\x7f", *frames)
    assert (ping.alive, ping.replies) == (True, ())
    assert [problem.kind for problem in (*first.problems, *second.problems)] == ["content", "content"]
    assert first.replies[0][:-1] == b"~X\x09\x00\x00\x00"
    assert second.replies[0][:-1] == b"~E\x02"


def test_no_fix_is_no_place() -> None:
    _, out = talk(encode_flex(), encode_array([place(valid=False, latitude=0.0, longitude=0.0)]))
    (got,) = said(out)
    assert (got.valid, got.latitude, got.speed_kmh, got.altitude_m, out.clock) == (False, None, None, None, None)


def test_each_field_of_a_record_is_explained() -> None:
    frame = Frame(blob=encode_array([place()]), settled=USUAL)
    names = [mark.name for mark in explain(frame, {})]
    assert names[:5] == ["kind", "count", "sequence", "event_io", "time"]
    assert sum(mark.end - mark.start for mark in explain(frame, {})) == len(frame.blob)


@pytest.mark.shared
def test_captured_old_telemetry_says_what_is_stated_of_it() -> None:
    single, several = captured("navtelecom_navis")
    (got,) = tried("navtelecom", single).readings()
    assert agrees(got, stated(single))
    assert tried("navtelecom", single).replies == [enclosed(b"*<T\x00\x00\x00\x00", 0, 1)]
    trial = tried("navtelecom", several)
    (got,) = trial.readings()
    assert (got["valid"], got["time"], got["sequence"]) == (False, "2016-02-03T05:07:21.000Z", 501475)
    assert [got["latitude"], got["longitude"]] == pytest.approx([51.16166, 71.45804], abs=1e-5)
    assert got["params"]["fix_time"] == 1_453_365_186_000, "where it was last, and when, is not how it is now"
    assert trial.replies == [enclosed(b"*<A\x01", 4, 0)]
