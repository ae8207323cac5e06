"""Dahua cameras: what is written can be read again, what is bad is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beket.devices.dahua_itsapi.codec import decoder, encode_event, encode_push, framer
from beket.devices.kit.cases import check_files
from beket.devices.kit.driver import Frame, Out
from beket.words.ids import Instant
from beket.words.readings import PlateRead

NOW = Instant(1_791_188_468_000)
CASES = Path(__file__).parent / "cases.json"
PLATES = st.from_regex(r"\A[0-9]{2}KG[0-9]{3}[A-Z]{3}\Z")


@pytest.mark.parametrize("verdict", list(check_files([CASES], NOW)), ids=lambda verdict: verdict["id"])
def test_case(verdict: dict[str, Any]) -> None:
    assert verdict["ok"], verdict["why"]


def plate_of(out: Out) -> PlateRead:
    reading = out.told[0].reading
    assert isinstance(reading, PlateRead)
    return reading


@given(plate=PLATES, hours=st.integers(-12, 14), percent=st.integers(0, 100))
def test_a_post_comes_back(plate: str, hours: int, percent: int) -> None:
    snap = {"AccurateTime": "2026-10-05 14:21:07.412", "TimeZone": hours}
    body = encode_push({"Plate": {"PlateNumber": plate, "Confidence": percent}, "SnapInfo": snap})
    read = plate_of(decoder({}).read(Frame(blob=body), NOW))
    assert (read.plate, read.confidence) == (plate, percent / 100)
    local = 1_791_210_067_412
    assert read.time == local - hours * 3_600_000


@pytest.mark.parametrize("zone", [99, None, "6", True])
def test_a_zone_that_is_no_number_of_hours_is_the_posts_own(zone: object) -> None:
    snap = {"AccurateTime": "2026-10-05 14:21:07", "TimeZone": zone}
    body = encode_push({"Plate": {"PlateNumber": "01KG345ABC"}, "SnapInfo": snap})
    read = plate_of(decoder({"utc_offset_min": 360}).read(Frame(blob=body), NOW))
    assert read.time == 1_791_210_067_000 - 6 * 3_600_000


def test_a_resend_is_the_same_reading_whatever_came_between() -> None:
    body = encode_push({"Plate": {"PlateNumber": "01KG345ABC"}, "SnapInfo": {"SnapTime": "2026-10-05 14:21:07"}})
    first, again = (decoder({}).read(Frame(blob=body), at) for at in (NOW, Instant(NOW + 5000)))
    assert first.told[0].key == again.told[0].key


def test_the_stream_without_a_true_time_takes_off_the_posts_offset() -> None:
    part = encode_event({"UTC": 1_748_023_690, "Object": {"Text": "01KG345ABC"}})
    (frame,) = framer({}, "multipart/x-mixed-replace; boundary=myboundary").feed(part)
    read = plate_of(decoder({"utc_offset_min": 420}).read(frame, NOW))
    assert read.time == (1_748_023_690 - 7 * 3600) * 1000


@pytest.mark.parametrize("content", [b"Code=TrafficJunction;action=Pulse;index=0;data={", b"hello", b""])
def test_what_is_no_event_is_refused_by_name(content: bytes) -> None:
    blob = b"--b\r\nContent-Type: text/plain\r\n\r\n" + content
    out = decoder({}).read(Frame(blob=blob, part=True), NOW)
    assert not out.told
    assert [problem.kind for problem in out.problems] in (["json"], ["content"])


def test_the_cases_are_told_apart_by_their_names() -> None:
    names = [case["id"] for case in json.loads(CASES.read_text("utf-8"))["cases"]]
    assert len(set(names)) == len(names)
