"""Weigh-in-motion posts: what is written in either shape is read, and what cannot be read costs only itself."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beket.devices.kit.driver import NOBODY, UNNAMED, Frame, Options, Out
from beket.devices.kit.weighing import AXLES_MAX
from beket.devices.wim_json.codec import (
    POST_MAX,
    VEHICLES_MAX,
    decoder,
    encode_post,
    encode_row,
    encode_vehicle,
    explain,
)
from beket.words.ids import Instant
from beket.words.readings import Axle, WimPass

NOW = Instant(1_791_188_468_000)
TIME = "2026-10-05T08:21:07.000+00:00"

LOADS = st.integers(1, 20_000).map(float)
AXLES = st.lists(
    st.builds(
        Axle, load_kg=LOADS, spacing_m=st.integers(50, 900).map(lambda cm: cm / 100), left_kg=LOADS, right_kg=LOADS
    ),
    min_size=1,
    max_size=AXLES_MAX,
)
PASSES = st.builds(
    WimPass,
    device_id=st.just(NOBODY),
    received=st.just(NOW),
    reading_id=st.just(UNNAMED),
    time=st.just(Instant(NOW - 1000)),
    axles=AXLES.map(lambda axles: (msgspec.structs.replace(axles[0], spacing_m=None), *axles[1:])),
    gross_kg=st.integers(1, 99_999).map(float),
    speed_kmh=st.none() | st.integers(1, 120).map(float),
    length_m=st.none() | st.integers(100, 3000).map(lambda cm: cm / 100),
    vehicle_class=st.none() | st.sampled_from(["2", "5", "T7"]),
    plate=st.none() | st.just("01KG212AKC"),
    event_id=st.sampled_from(["a-1", "a-2"]),
    overloaded=st.none() | st.booleans(),
)


def read(posted: object, options: Options | None = None) -> Out:
    blob = posted if isinstance(posted, bytes) else msgspec.json.encode(posted)
    return decoder(options or {}).read(Frame(blob=blob), NOW)


def passes(posted: object, options: Options | None = None) -> list[WimPass]:
    return [one.reading for one in read(posted, options).told if isinstance(one.reading, WimPass)]


@given(PASSES)
def test_what_is_written_in_either_shape_is_read(said: WimPass) -> None:
    assert passes(encode_post([encode_vehicle(said, TIME)])) == [said]
    assert passes(encode_post([encode_row(said, TIME)])) == [said]


@given(st.lists(PASSES, min_size=2, max_size=4))
def test_a_list_is_each_of_its_vehicles(said: list[WimPass]) -> None:
    assert passes(encode_post([encode_vehicle(one, TIME) for one in said])) == said


def bare(**more: object) -> dict[str, Any]:
    return {"axles": [{"weight_kg": 1200}, {"weight_kg": 1300}], **more}


def test_units_that_no_name_says_come_from_the_row() -> None:
    row = {
        "WIM_INFO": {
            "weight_total": "15.2",
            "length": "11.85",
            "AXLES": {"AXLE": [{"weight": "6.1"}, {"weight": "9.1", "dist": "4.2"}]},
        }
    }
    (one,) = passes(row, {"weight_unit": "t", "distance_unit": "m", "length_unit": "m"})
    assert (one.gross_kg, one.length_m) == (15_200, 11.85)
    assert [(axle.load_kg, axle.spacing_m) for axle in one.axles] == [(6_100, None), (9_100, 4.2)]


@pytest.mark.parametrize(
    ("written", "offset", "time"),
    [
        ("2026-10-05T08:21:08Z", 0, NOW),
        ("2026-10-05 14:21:08", 360, NOW),
        ("1791188468", 0, NOW),
        ("1791188468000", 360, NOW),
        ("yesterday", 0, None),
        ("2026-10-05T08:21:08+99:00", 0, None),
    ],
)
def test_times_as_stations_write_them(written: str, offset: int, time: Instant | None) -> None:
    (one,) = passes(bare(timestamp=written), {"utc_offset_min": offset})
    assert one.time == time


@pytest.mark.parametrize(
    ("written", "meant"),
    [("0", False), ("2", True), (1, True), ([], False), ([{"axle": 2}], True), ("no", False), ("?", None)],
)
def test_what_the_station_holds_of_a_load(written: object, meant: bool | None) -> None:
    (one,) = passes(bare(OVERWEIGHTS=written))
    assert one.overloaded is meant


REFUSED: dict[str, tuple[object, str]] = {
    "too many vehicles": ([bare()] * (VEHICLES_MAX + 1), "content"),
    "too many axles": ({"axles": [{"weight_kg": 1}] * (AXLES_MAX + 1)}, "field"),
    "too much": (b" " * (POST_MAX + 1), "size"),
    "nested without end": (b"[" * 100_000, "json"),
    "a load beyond belief": ({"axles": [{"weight_kg": 1e11}]}, "field"),
    "a load that is no number": ({"axles": [{"weight_kg": "heavy"}]}, "field"),
    "an unknown unit": ({"axles": [{"weight": 1}]}, "field"),
    "axles that are no objects": ({"axles": [1, 2]}, "field"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_post_is_refused_by_name(name: str) -> None:
    posted, kind = REFUSED[name]
    out = read(posted, {"weight_unit": "pood"})
    assert ([problem.kind for problem in out.problems], out.told) == ([kind], ())


def test_the_bytes_of_a_post_are_kept_once() -> None:
    first, second = read([bare(id="1"), bare(id="2")]).told
    assert first.message is second.message
    assert first.key != second.key


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "axles",
                        "AXLES",
                        "AXLE",
                        "weight",
                        "weight_kg",
                        "order",
                        "WIM_INFO",
                        "lane",
                        "TIME",
                        "speed",
                        "OVERWEIGHTS",
                    ]
                ),
                inner,
                max_size=5,
            )
        ),
        max_leaves=20,
    )
)
def test_any_json_is_read_or_refused(posted: object) -> None:
    out = read(posted)
    assert out.told or out.problems


def test_a_post_is_explained() -> None:
    blob = b'{"lane": 2, "axles": [{"weight_kg": 1200}], "colour": "red"}'
    marks = explain(Frame(blob=blob), {})
    assert [(mark.name, mark.value) for mark in marks] == [
        ("lane", "2"),
        ("member", "axles"),
        ("weight_kg", "1200"),
    ]
    assert explain(Frame(blob=b"{"), {}) == ()


@pytest.mark.parametrize(("age_ms", "late"), [(0, False), (3_600_000, False), (3_600_001, True)])
def test_what_comes_long_after_its_time_was_sent_late_and_says_nothing_of_the_clock(age_ms: int, late: bool) -> None:
    out = read(bare(timestamp=str(NOW - age_ms)))
    assert ([one.reading.buffered for one in out.told], out.clock is None) == ([late], late)
