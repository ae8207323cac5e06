"""H02: sentences and binary places both ways, what is broken is refused, captures say what is stated of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beket.devices.h02.codec import (
    LONG,
    SHORT,
    acknowledged,
    battery,
    decoder,
    encode_answer,
    encode_binary,
    encode_text,
    framer,
)
from beket.devices.h02.text import coordinate
from beket.devices.kit.driver import NOBODY, UNNAMED, Frame, Out
from beket.words.ids import Instant
from beket.words.readings import Cell, Position
from tests.devices.captures import agrees, captured, stated, tried

AT = Instant(1_748_000_000_000)


def place(**given: object) -> Position:
    usual: dict[str, object] = {"time": AT, "latitude": 41.70217, "longitude": 72.93551, "speed_kmh": 63.0}
    return Position(device_id=NOBODY, received=AT, reading_id=UNNAMED, **(usual | given))  # type: ignore[arg-type]


def read(blob: bytes) -> Out:
    return decoder({}).read(Frame(blob=blob), AT)


def said(out: Out) -> Position:
    (told,) = out.told
    assert isinstance(told.reading, Position)
    return told.reading


PLACES = st.tuples(st.floats(-90, 90), st.floats(-180, 180), st.integers(0, 300), st.integers(0, 359))


@given(PLACES, st.booleans())
def test_a_sentence_that_is_written_is_read(spot: tuple[float, float, int, int], ignition: bool) -> None:
    lat, lon, speed, course = spot
    wanted = place(latitude=lat, longitude=lon, speed_kmh=float(speed), course_deg=float(course), ignition=ignition)
    out = read(encode_text(wanted, "8170304050"))
    got = said(out)
    assert [got.latitude, got.longitude] == pytest.approx([lat, lon], abs=1e-6)
    assert [got.speed_kmh, got.course_deg] == pytest.approx([speed, course], abs=0.02)
    assert (got.time, got.ignition, got.valid, got.alarms) == (AT, ignition, True, ())
    assert out.identities == ("8170304050",)


@given(PLACES, st.sampled_from(["8170304050", "861230045678901"]))
def test_a_binary_place_that_is_written_is_read(spot: tuple[float, float, int, int], name: str) -> None:
    lat, lon, speed, course = spot
    wanted = place(
        latitude=lat, longitude=lon, speed_kmh=speed * 1.852, course_deg=float(course), battery_percent=57,
        alarms=("sos",),
    )  # fmt: skip
    blob = encode_binary(wanted, name)
    assert len(blob) == (SHORT if len(name) == 10 else LONG)
    out = read(blob)
    got = said(out)
    assert [got.latitude, got.longitude] == pytest.approx([lat, lon], abs=1e-6)
    assert [got.speed_kmh, got.course_deg] == pytest.approx([speed * 1.852, course])
    assert (got.time, got.battery_percent, got.alarms, out.identities) == (AT, 57, ("sos",), (name,))


def test_what_a_v1_and_an_nbr_are_answered() -> None:
    assert read(encode_text(place(), "8170304050")).replies == (b"*HQ,8170304050,V4,V1,20250523113320#",)
    assert read(encode_text(place(), "8170304050", "V6")).replies == ()
    assert acknowledged([encode_answer("8170304050", "NBR", AT)]) == {"ids": ["8170304050"], "kinds": ["NBR"]}
    assert read(b"*HQ,861230045678901,HTBT,80#").replies == (b"*HQ,861230045678901,HTBT#",)


def test_cells_alone_are_a_reading_without_a_place() -> None:
    out = read(b"*HQ,8170304050,NBR,113320,437,1,0,2,4660,513,28,4660,514,-90,230525,FFFFFBFF,80#")
    got = said(out)
    assert (got.cell, got.latitude, got.valid, got.time) == (Cell(lac=4660, cid=513, rssi=28), None, False, AT)
    assert out.replies == (b"*HQ,8170304050,V4,NBR,20250523113320#",)
    got = said(read(b"*HQ,8170304050,V3,113320,43701,1,4660,513,0,0,0055,9,X,230525,FFFFFBFF#"))
    assert (got.cell, got.time) == (Cell(lac=4660, cid=513), AT)


def test_state_alone_is_a_reading_without_a_place() -> None:
    got = said(read(b"*HQ,8170304050,LINK,113320,22,6,83,0,0,230525,FFF7FFFF#"))
    assert (got.battery_percent, got.satellites, got.alarms, got.ignition) == (83, 6, ("power_cut",), True)


def test_the_answer_to_a_command_carries_a_place() -> None:
    got = said(read(b"*HQ,8170304050,V4,S20,OK,20250523113320,113320,A,4142.1302,N,07256.1306,E,0,0,230525,FFFFFBFF#"))
    assert got.latitude == pytest.approx(41.70217)
    assert got.time == AT


@pytest.mark.parametrize(
    ("text", "letter", "degrees"),
    [
        ("3542.2043", "N", 35.703405),
        ("3542.2043", "S", -35.703405),
        ("37573392", "N", 37.955653),
        ("-35-42.2043", "N", 35.703405),
        ("42.2043", "N", 0.703405),
        ("3562.2043", "N", None),
        ("9142.2043", "N", None),
        ("3542.2043", "E", None),
        ("", "N", None),
        ("abc", "N", None),
    ],
)
def test_latitudes_come_in_several_shapes(text: str, letter: str, degrees: float | None) -> None:
    got = coordinate(text, letter, "N", "S", 90)
    assert got == (degrees if degrees is None else pytest.approx(degrees, abs=1e-6))


def test_the_battery_byte() -> None:
    assert [battery(code) for code in (0, 1, 3, 4, 6, 57, 100, 101, 0xF3)] == [
        None, 0, 20, 60, 100, 57, 100, None, None,
    ]  # fmt: skip


BROKEN = {
    b"*HQ,8170304050,V1,113320,A,4142#": "field",
    b"*HQ,8170304050#": "shape",
    b"no sentence": "shape",
    b"*HQ,8170304050,HTBT,\x00#": "shape",
    b"$" + b"\xff" * 31: "shape",
    b"$8170": "shape",
}


@pytest.mark.parametrize("blob", BROKEN)
def test_what_is_broken_is_refused(blob: bytes) -> None:
    out = read(blob)
    assert (out.told, [problem.kind for problem in out.problems]) == ((), [BROKEN[blob]])


def test_frames_are_cut_whatever_stands_between_them() -> None:
    text, short, long = (
        encode_text(place(), "8170304050"),
        encode_binary(place(), "8170304050"),
        encode_binary(place(), "861230045678901"),
    )
    cuts = framer({})
    frames = [*cuts.feed(text + b"\r\n" + short + long + b"*HQ,1,V1,1" + text + b"??" + short), *cuts.end()]
    whole = [frame.blob for frame in frames if frame.broken is None and frame.blob.strip()]
    assert whole == [text, short, long, text, short]
    assert [frame.blob for frame in frames if frame.broken] == [b"*HQ,1,V1,1", b"??"]


def test_without_a_fix_the_place_is_unknown() -> None:
    got = said(read(encode_text(place(valid=False, latitude=0.0, longitude=0.0), "8170304050")))
    assert (got.valid, got.latitude, got.speed_kmh, got.course_deg) == (False, None, None, None)


@pytest.mark.shared
def test_captured_sentences_say_what_is_stated_of_them() -> None:
    first, second, third = (tried("h02", one).readings() for one in captured("h02"))
    assert agrees(first[0], stated(captured("h02")[0]))
    assert (second[0]["valid"], second[0]["latitude"], second[0]["alarms"]) == (
        False, pytest.approx(35.2401467), ("power_cut",),
    )  # fmt: skip
    assert second[0]["cell"] == {"lac": 32936, "cid": 13641}
    assert (third[0]["latitude"], third[0]["longitude"]) == (pytest.approx(-37.955653), pytest.approx(145.061703))
    assert third[0]["time"] == "2022-01-28T10:57:59.000Z"
