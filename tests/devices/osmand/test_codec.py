"""Phones: queries, forms and both shapes of JSON; what is unknown stays so, and what is absurd is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beket.devices.kit.driver import NOBODY, UNNAMED, Frame, Out
from beket.devices.osmand.codec import decoder, encode_json, encode_query, instant
from beket.words.ids import Instant
from beket.words.readings import Cell, Position
from tests.devices.captures import NOW, captured

AT = Instant(1_748_000_000_000)


def place(**given: object) -> Position:
    usual: dict[str, object] = {"time": AT, "latitude": 41.70217, "longitude": 72.93551, "speed_kmh": 63.0}
    return Position(device_id=NOBODY, received=AT, reading_id=UNNAMED, **(usual | given))  # type: ignore[arg-type]


def read(query: str = "", body: bytes = b"", content_type: str = "") -> Out:
    return decoder({}).read(Frame(blob=body, query=query, content_type=content_type), AT)


def said(out: Out) -> Position:
    (told,) = out.told
    assert isinstance(told.reading, Position)
    return told.reading


@given(st.floats(-90, 90), st.floats(-180, 180), st.floats(0, 200), st.floats(0, 360), st.booleans())
def test_what_is_written_is_read(lat: float, lon: float, speed: float, course: float, nested: bool) -> None:
    wanted = place(latitude=lat, longitude=lon, speed_kmh=speed, course_deg=course, battery_percent=57)
    out = read(body=encode_json(wanted, "p-1")) if nested else read(encode_query(wanted, "p-1"))
    got = said(out)
    assert (got.latitude, got.longitude, got.course_deg) == (lat, lon, course)
    assert got.speed_kmh == pytest.approx(speed)
    assert (got.time, got.battery_percent, out.identities) == (AT, 57, ("p-1",))


def test_a_form_and_flat_json_say_the_same_as_a_query() -> None:
    query = encode_query(place(), "p-1", charge="true")
    flat = {"id": "p-1", "lat": 41.70217, "lon": 72.93551, "timestamp": AT // 1000, "speed": 63 / 1.852, "charge": True}
    outs = [read(query), read(body=query.encode()), read(body=json.dumps(flat).encode())]
    assert {(said(out).latitude, said(out).time, out.identities) for out in outs} == {(41.70217, AT, ("p-1",))}
    assert said(outs[2]).params == {"charge": 1}


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("1748000000", AT),
        ("1748000000123", AT + 123),
        ("2025-05-23T11:33:20Z", AT),
        ("2025-05-23T17:33:20+06:00", AT),
        ("2025-05-23 11:33:20", AT),
        ("soon", None),
        ("-5", None),
        ("1e300", None),
    ],
)
def test_timestamps_come_in_several_shapes(written: str, at: int | None) -> None:
    assert instant(written) == at


ABSURD: dict[str, dict[str, Any]] = {
    "off the globe": {"lat": 91, "lon": 10},
    "not a number": {"lat": "nan", "lon": "inf"},
    "half a place": {"lat": 41.7},
    "null": {"lat": None, "lon": None},
    "nested": {"lat": {"x": 1}, "lon": []},
}


@pytest.mark.parametrize("name", ABSURD)
def test_an_absurd_place_is_no_place(name: str) -> None:
    got = said(read(body=json.dumps({"id": "p-1", "batt": 40, **ABSURD[name]}).encode()))
    assert (got.latitude, got.longitude, got.valid, got.battery_percent) == (None, None, False, 40)


def test_what_no_table_bears_is_taken_out() -> None:
    body = json.dumps(
        {"id": "p\x00-1\n", "lat": 1, "lon": 2, "no\x00te": "a\x00b" + "x" * 999, "alarm": "s\x00os,\x01"}
    )
    out = read(body=body.encode())
    assert (out.identities, said(out).alarms) == (("p-1",), ("sos",))
    assert said(out).params == {"note": "ab" + "x" * 197}


def test_who_has_no_name_is_refused() -> None:
    for out in (read("lat=1&lon=2"), read(body=b'{"lat": 1}'), read("id=")):
        assert (out.told, [problem.kind for problem in out.problems]) == ((), ["field"])
    assert [problem.kind for problem in read(body=b'{"lat": ').problems] == ["json"]
    assert [problem.kind for problem in read("&".join(f"x{n}=1" for n in range(99))).problems] == ["shape"]


def test_several_places_in_one_post_share_its_bytes() -> None:
    one = json.loads(encode_json(place(), "p-1"))["location"]
    other = json.loads(encode_json(place(time=Instant(AT + 1000), speed_kmh=None), "p-1"))["location"]
    out = read(body=json.dumps({"device_id": "p-1", "location": [one, other, 5]}).encode())
    assert len(out.told) == 2
    assert out.told[0].message is out.told[1].message
    assert out.told[0].key != out.told[1].key or out.told[0].reading.time != out.told[1].reading.time
    assert [told.reading.time for told in out.told] == [AT, AT + 1000]


def test_the_unit_of_speed_is_the_apps() -> None:
    for unit, kmh in (("kn", 18.52), ("mps", 36.0), ("kmh", 10.0), ("furlongs", 18.52)):
        out = decoder({"speed_unit": unit}).read(Frame(blob=b"", query="id=p-1&lat=1&lon=2&speed=10"), AT)
        assert said(out).speed_kmh == pytest.approx(kmh)


def test_small_things() -> None:
    query = (
        "deviceid=p-2&location=41.5,72.5&alarm=powerCut,sos&cell=437,1,4660,513,-77&valid=0&heading=12&ignition=true"
    )
    got = said(read(query))
    assert (got.latitude, got.alarms, got.valid, got.course_deg) == (41.5, ("power_cut", "sos"), False, 12)
    assert (got.cell, got.ignition, got.time) == (Cell(lac=4660, cid=513, rssi=-77), True, None)
    assert read("id=p-3&timestamp=1748000000").told == (), "who only says hello says nothing of a place"


def test_places_without_a_time_are_told_apart_by_when_they_came() -> None:
    phone = decoder({})
    keys = {phone.read(Frame(blob=b"", query="id=p-1&lat=1&lon=2"), Instant(AT + n)).told[0].key for n in (0, 1)}
    assert len(keys) == 2


@pytest.mark.shared
def test_captured_requests_say_what_is_stated_of_them() -> None:
    nested, query = captured("osmand")
    body = bytes.fromhex(nested["input"]["body"]["data"])
    out = decoder({}).read(Frame(blob=body, content_type="application/json"), NOW)
    got = said(out)
    assert out.identities == ("658765",)
    assert (got.latitude, got.longitude, got.time) == (37.785834, -122.406417, 1_746_763_890_579)
    assert (got.speed_kmh, got.course_deg, got.battery_percent, got.alarms) == (None, None, None, ("mock_location",))
    out = decoder({}).read(Frame(blob=b"", query=query["input"]["url"].partition("?")[2]), NOW)
    got = said(out)
    assert (out.identities, got.latitude, got.longitude) == (("902064",), 42.06288, -88.23412)
    assert (got.hdop, got.altitude_m, got.speed_kmh, got.time) == (6.0, 224.0, 0.0, 1_453_920_947_000)
