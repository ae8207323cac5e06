"""Rekor Scout: what is written is read, one reading for each vehicle and none for each frame of it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beket.devices.kit.driver import Frame, Out
from beket.devices.kit.registry import drivers
from beket.devices.rekor_scout.speak import Group, encode_group, encode_heartbeat
from beket.words.ids import Instant
from beket.words.readings import PlateRead

NOW = Instant(1_791_188_468_000)
SEEN_AT = Instant(1_791_188_467_412)
JPEG = b"\xff\xd8invented\xff\xd9"
CODEC = drivers()["rekor_scout"].codec


def group(**given: object) -> Group:
    return Group(**({"at": SEEN_AT, "plate": "08KG308OPX", "uuid": "u1"} | given))  # type: ignore[arg-type]


def read(body: bytes) -> Out:
    return CODEC.decoder({}).read(Frame(blob=body, content_type="application/json"), NOW)


def plate_of(out: Out) -> PlateRead:
    (told,) = out.told
    assert isinstance(told.reading, PlateRead)
    return told.reading


@settings(max_examples=100, deadline=None)
@given(
    plate=st.from_regex(r"[0-9]{2}[A-Z]{2}[0-9]{3}[A-Z]{3}", fullmatch=True),
    at=st.integers(0, 4_000_000_000_000),
    country=st.sampled_from(["KG", "KZ", "RU", None]),
    percent=st.integers(0, 10_000).map(lambda n: n / 100),
    camera=st.integers(0, 10**9),
)
def test_what_is_written_is_read(plate: str, at: int, country: str | None, percent: float, camera: int) -> None:
    said = group(plate=plate, at=at, country=country, confidence=percent / 100, camera=camera)
    out = read(encode_group(said))
    told = plate_of(out)
    assert (told.plate, told.time, told.country, told.event_id) == (plate, at, country, "u1")
    assert told.confidence == pytest.approx(percent / 100)
    assert (told.plate_box_px, told.vehicle_color, told.vehicle_type) == (
        (783, 400, 97, 28),
        "white",
        "tractor-trailer",
    )
    assert out.identities == (str(camera), "AGENT")


def test_pictures_are_kept_once_and_the_message_comes_back_whole() -> None:
    body = encode_group(group(), vehicle=JPEG, crop=JPEG + b"2")
    out = read(body)
    assert [(image.role, image.size) for image in plate_of(out).images] == [("scene", 12), ("plate", 13)]
    assert [picture.blob for picture in out.pictures] == [JPEG, JPEG + b"2"]
    message = out.told[0].message
    assert message.blob == body
    assert {cut.sha256 for cut in message.cuts} == {picture.sha256 for picture in out.pictures}
    assert all(cut.base64 for cut in message.cuts)


def test_a_group_that_comes_again_says_the_same_and_another_vehicle_another_thing() -> None:
    keys = [read(encode_group(one)).told[0].key for one in (group(), group(), group(uuid="u2"))]
    assert keys[0] == keys[1] != keys[2]


def test_frames_alerts_and_heartbeats_are_no_readings() -> None:
    for body in (b'{"data_type": "alpr_results"}', b'{"data_type": "alpr_alert"}', encode_heartbeat(SEEN_AT)):
        out = read(body)
        assert (out.told, out.alive, out.problems) == ((), True, ())
    assert read(encode_heartbeat(SEEN_AT)).clock == SEEN_AT


@pytest.mark.parametrize(
    ("body", "kind"),
    [(b"", "content"), (b"{", "json"), (b'{"data_type": "x"}', "content"), (b'{"data_type": "alpr_group"}', "field")],
)
def test_bad_posts_are_refused_by_kind(body: bytes, kind: str) -> None:
    out = read(body)
    assert out.told == ()
    assert [problem.kind for problem in out.problems] == [kind]
