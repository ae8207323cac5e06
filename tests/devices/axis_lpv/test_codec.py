"""Axis License Plate Verifier: what is written is read, and one car's states are one passage."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beket.devices.axis_lpv.speak import Seen, encode_heartbeat, encode_json, encode_multipart
from beket.devices.kit.driver import Frame, Out
from beket.devices.kit.registry import drivers
from beket.words.ids import Instant
from beket.words.readings import PlateRead

NOW = Instant(1_791_188_468_000)
SEEN_AT = Instant(1_791_188_467_412)
JPEG = b"\xff\xd8invented\xff\xd9"
CODEC = drivers()["axis_lpv"].codec


def seen(**given: object) -> Seen:
    return Seen(**({"at": SEEN_AT, "plate": "01KG317PPO", "car": "54950", "counter": 7} | given))  # type: ignore[arg-type]


def read(body: bytes, content_type: str = "application/json") -> Out:
    return CODEC.decoder({}).read(Frame(blob=body, content_type=content_type), NOW)


def plate_of(out: Out) -> PlateRead:
    (told,) = out.told
    assert isinstance(told.reading, PlateRead)
    return told.reading


@settings(max_examples=100, deadline=None)
@given(
    plate=st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=12).filter(
        lambda text: text.lower() not in ("unknown", "none", "null", "noplate", "unread", "unreadable")
    ),
    at=st.integers(0, 4_000_000_000_000),
    country=st.sampled_from(["KG", "KZ", "UZ", "TJ", "CN", "RU", None]),
    confidence=st.integers(0, 100),
    way=st.sampled_from(["approaching", "receding", "unknown"]),
    counter=st.integers(0, 10**9),
)
def test_what_is_written_is_read(
    plate: str, at: int, country: str | None, confidence: int, way: str, counter: int
) -> None:
    said = seen(plate=plate, at=at, country=country, confidence=confidence / 100, direction=way, counter=counter)
    told = plate_of(read(encode_json(said)))
    assert (told.plate, told.time, told.country, told.direction) == (plate, at, country, way)
    assert told.confidence == pytest.approx(confidence / 100)
    assert (told.sequence, told.event_id, told.plate_box_px) == (counter, "54950", (514, 570, 120, 28))


def test_the_states_of_a_car_are_readings_of_one_event_and_the_last_wins() -> None:
    decoder = CODEC.decoder({})
    states = [
        seen(counter=1, plate="01KG3I7PPO"),
        seen(counter=2, state="update", at=Instant(SEEN_AT + 400)),
        seen(counter=3, state="lost", at=Instant(SEEN_AT + 800), direction="receding"),
    ]
    outs = [decoder.read(Frame(blob=encode_json(state)), NOW) for state in states]
    told = [plate_of(out) for out in outs]
    assert {one.event_id for one in told} == {"54950"}
    assert (told[-1].plate, told[-1].direction) == ("01KG317PPO", "receding")
    assert len({out.told[0].key for out in outs}) == 3
    assert [out.problems for out in outs] == [(), (), ()]


def test_a_post_that_comes_again_is_the_same_reading_and_a_missing_one_is_noted() -> None:
    decoder = CODEC.decoder({})
    first, again, later = (decoder.read(Frame(blob=encode_json(seen(counter=n))), NOW) for n in (1, 1, 4))
    assert first.told[0].key == again.told[0].key
    assert again.problems == ()
    assert [problem.detail for problem in later.problems] == ["2 messages between 1 and 4 did not come"]


def test_the_picture_of_a_multipart_post_is_kept_by_what_it_shows() -> None:
    content_type, body = encode_multipart(seen(image_type="scene"), JPEG)
    out = read(body, content_type)
    assert [image.role for image in plate_of(out).images] == ["scene"]
    assert out.pictures[0].blob == JPEG
    (cut,) = out.told[0].message.cuts
    assert body[cut.start : cut.end] == JPEG


def test_a_heartbeat_says_that_the_camera_lives_and_who_it_is() -> None:
    out = read(encode_heartbeat(SEEN_AT, serial="S9"))
    assert (out.told, out.alive, out.identities, out.problems) == ((), True, ("S9",), ())


@pytest.mark.parametrize(
    ("body", "kind"),
    [(b"", "content"), (b"{", "json"), (b"<a/>", "content"), (b'{"a":' * 5000, "json"), (b"\xff\xfe{}", "content")],
)
def test_bad_posts_are_refused_by_kind(body: bytes, kind: str) -> None:
    out = read(body)
    assert out.told == ()
    assert [problem.kind for problem in out.problems] == [kind]
