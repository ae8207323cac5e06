"""Plate Recognizer Stream: what is written is read, each vehicle of a picture for itself."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beket.devices.kit.driver import Frame, Out
from beket.devices.kit.registry import drivers
from beket.devices.platerecognizer_stream.speak import Vehicle, encode_json, encode_multipart
from beket.words.ids import Instant
from beket.words.readings import PlateRead

NOW = Instant(1_791_188_468_000)
SEEN_AT = Instant(1_791_188_467_412)
JPEG = b"\xff\xd8invented\xff\xd9"
CODEC = drivers()["platerecognizer_stream"].codec


def read(body: bytes, content_type: str = "application/json") -> Out:
    return CODEC.decoder({}).read(Frame(blob=body, content_type=content_type), NOW)


def plates_of(out: Out) -> list[PlateRead]:
    return [told.reading for told in out.told if isinstance(told.reading, PlateRead)]


VEHICLE = st.builds(
    Vehicle,
    plate=st.from_regex(r"[0-9]{2}[A-Z]{2}[0-9]{3}[A-Z]{3}", fullmatch=True),
    country=st.sampled_from(["KG", "KZ", "RU", None]),
    confidence=st.integers(0, 1000).map(lambda n: n / 1000),
    box=st.tuples(*[st.integers(0, 4000)] * 4),
)


@settings(max_examples=100, deadline=None)
@given(seen=st.lists(VEHICLE, max_size=5), at=st.integers(0, 4_000_000_000_000))
def test_what_is_written_is_read(seen: list[Vehicle], at: int) -> None:
    out = read(encode_json(Instant(at), "cam-1", seen))
    told = plates_of(out)
    assert [(one.plate, one.country, one.plate_box_px, one.time) for one in told] == [
        (one.plate, one.country, one.box, at) for one in seen
    ]
    assert [one.confidence for one in told] == pytest.approx([one.confidence for one in seen])
    assert (out.identities, out.alive, out.problems) == (("cam-1",), True, ())


def test_vehicles_of_one_picture_share_it_and_the_message() -> None:
    text = encode_json(SEEN_AT, "cam-1", [Vehicle(plate="A1"), Vehicle(plate="B2", box=(1, 2, 3, 4))])
    content_type, body = encode_multipart(text, JPEG)
    out = read(body, content_type)
    first, second = out.told
    assert first.message is second.message
    assert first.key != second.key
    assert [image.role for one in plates_of(out) for image in one.images] == ["scene", "scene"]
    assert [picture.blob for picture in out.pictures] == [JPEG]


def test_a_webhook_that_comes_again_says_the_same() -> None:
    body = encode_json(SEEN_AT, "cam-1", [Vehicle(plate="A1")], filename="first.jpg")
    again = encode_json(SEEN_AT, "cam-1", [Vehicle(plate="A1")], filename="again.jpg")
    assert read(body).told[0].key == read(again).told[0].key


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "content"),
        (b"{", "json"),
        (b'{"hook": {"event": "recognition"}}', "field"),
        (b'{"data": {"results": [{"plate": "A1"}]}}', "content"),
        (b'{"hook": {"event": "recognition"}, "data": {"results": [{}]}}', "field"),
    ],
)
def test_bad_webhooks_are_refused_by_kind(body: bytes, kind: str) -> None:
    out = read(body)
    assert out.told == ()
    assert [problem.kind for problem in out.problems] == [kind]
