"""Hikvision ISAPI: what is written is read, and what varies between firmwares changes nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beket.devices.hikvision_isapi.codec import (
    PICTURE_WAIT_MS,
    PICTURES_MAX,
    Camera,
    Shot,
    Sighting,
    decoder,
    encode_heartbeat,
    encode_push,
    encode_stream,
    encode_stream_text,
    encode_xml,
    framer,
)
from beket.devices.hikvision_isapi.tell import check_digit_holds
from beket.devices.hikvision_isapi.tree import TEXT_MAX
from beket.devices.kit.countries import BY_INDEX, country_of
from beket.devices.kit.driver import Frame, Out
from beket.devices.kit.trial import TRIAL
from beket.words.ids import Instant
from beket.words.readings import ContainerRead, PlateRead

NOW = Instant(1_791_188_468_000)
SEEN_AT = Instant(1_791_188_467_412)
JPEG = b"\xff\xd8invented\xff\xd9"
SCENE = Shot(name="detectionPicture.jpg", jpeg=JPEG)


def seen(**given: object) -> Sighting:
    return Sighting(**({"at": SEEN_AT, "plate": "01KG317PPO", "uuid": "u1"} | given))  # type: ignore[arg-type]


def read(body: bytes, content_type: str = "", **options: int) -> Out:
    return decoder(options).read(Frame(blob=body, content_type=content_type), NOW)


def plate_of(out: Out) -> PlateRead:
    (told,) = out.told
    assert isinstance(told.reading, PlateRead)
    return told.reading


def pushed(sighting: Sighting, *shots: Shot) -> Out:
    content_type, body = encode_push(sighting, shots)
    return read(body, content_type)


PLATE = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=12).filter(
    lambda text: text.lower() not in ("noplate", "unknown")
)


@settings(max_examples=60, deadline=None)
@given(
    plate=PLATE,
    at=st.integers(0, 4_000_000_000_000),
    offset=st.sampled_from([0, 180, 300, 360, 480, -330]),
    country=st.sampled_from(["KG", "KZ", "UZ", "TJ", "CN", "RU", "TR", "HK"]),
    percent=st.integers(0, 100),
    way=st.sampled_from(["approaching", "receding", "unknown"]),
)
def test_what_is_written_is_read(plate: str, at: int, offset: int, country: str, percent: int, way: str) -> None:
    sighting = seen(
        plate=plate, at=at, offset_min=offset, country=country, confidence=percent / 100, direction=way, lane=3
    )
    told = plate_of(pushed(sighting, SCENE))
    assert (told.plate, told.time, told.country, told.direction) == (plate, at, country, way)
    assert told.confidence == pytest.approx(percent / 100)
    assert (told.lane, [image.role for image in told.images]) == (3, ["scene"])


@given(st.text(max_size=40))
def test_any_text_may_stand_for_a_plate(text: str) -> None:
    safe = "".join(sign for sign in text if sign.isprintable())
    told = plate_of(read(encode_xml(seen(plate=safe))))
    assert told.plate is None or 1 <= len(told.plate) <= 32


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b' xmlns="http://www.isapi.org/ver20/XMLSchema"', b' xmlns="http://www.std-cgi.com/ver10/XMLSchema"'),
        (b' xmlns="http://www.isapi.org/ver20/XMLSchema"', b""),
        (b"<eventType>ANPR", b"<eventType>vehicleDetection"),
        (b'<?xml version="1.0" encoding="UTF-8"?>\n', b""),
        (b'<?xml version="1.0" encoding="UTF-8"?>\n', b'\xef\xbb\xbf<?xml version="1.0" encoding="UTF-8"?>\n'),
        (b"<licensePlate>", b"<licensePlate><!-- read -->\n  "),
        (b"</country>", b"</country><palteTypeByGAT>1</palteTypeByGAT><vehicelRect><X>1</X></vehicelRect>"),
    ],
)
def test_firmwares_differ_and_the_reading_does_not(old: bytes, new: bytes) -> None:
    usual = encode_xml(seen(country="KG"))
    assert old in usual
    assert plate_of(read(usual.replace(old, new))) == plate_of(read(usual))


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("2026-10-05T14:21:07.412+06:00", 1_791_188_467_412),
        ("2026-10-05T08:21:07.412Z", 1_791_188_467_412),
        ("2026-10-05T14:21:07+0600", 1_791_188_467_000),
        ("2026-10-05T14:21:07 06:00", 1_791_188_467_000),
        ("2026-10-05T14:21:07", 1_791_188_467_000),
        ("2026-10-05 14:21:07", 1_791_188_467_000),
        ("0001-01-01T00:00:00+14:00", -62_135_647_200_000),
        ("yesterday", None),
        ("2026-13-05T14:21:07Z", None),
        ("9" * 100, None),
    ],
)
def test_times_as_cameras_write_them(said: str, wanted: int | None) -> None:
    usual = encode_xml(seen())
    text = usual.replace(b"2026-10-05T14:21:07.412+06:00", said.encode())
    assert plate_of(read(text, utc_offset_min=360)).time == wanted


def test_an_event_without_a_time_has_that_of_its_picture() -> None:
    usual = encode_xml(seen(), (SCENE,)).replace(b"dateTime>", b"unsaid>")
    assert plate_of(read(usual)).time is None
    taken = usual.replace(b"<pictureInfo>", b"<pictureInfo><absTime>20261005142107412</absTime>")
    assert plate_of(read(taken, utc_offset_min=360)).time == SEEN_AT


def ids(out: Out) -> list[str]:
    return [told.stamped(TRIAL, None, None).reading_id for told in out.told]


def test_a_repeat_is_the_same_reading_and_another_vehicle_is_not() -> None:
    once = pushed(seen(containers=(("CSQU3054383", "22G1", 0.9),)), SCENE)
    again = pushed(seen(containers=(("CSQU3054383", "22G1", 0.9),), retransmitted=True))
    assert ids(once) == ids(again)
    assert plate_of(pushed(seen(retransmitted=True))).retransmitted
    others = [
        pushed(seen(plate="02KG1")),
        pushed(seen(at=SEEN_AT + 1)),
        pushed(seen(uuid="u2")),
        pushed(seen(channel=2)),
    ]
    assert len({ids(out)[0] for out in [once, *others]}) == 5


def test_a_plate_announced_first_and_shown_later_is_told_twice_with_one_event() -> None:
    first, second = pushed(seen(more=True)), pushed(seen(), SCENE)
    assert ids(first) != ids(second)
    assert plate_of(first).event_id == plate_of(second).event_id == "u1"
    assert first.pictures == ()
    assert len(second.pictures) == 1


def test_late_messages_say_nothing_about_the_clock() -> None:
    assert pushed(seen()).clock == SEEN_AT
    assert pushed(seen(history=True)).clock is None
    assert plate_of(pushed(seen(history=True))).buffered
    assert read(encode_heartbeat(SEEN_AT)[1]).clock == SEEN_AT


def test_who_a_camera_says_it_is() -> None:
    said = pushed(seen(mac="02:00:5e:10:00:29", ip="192.0.2.41", channel=2)).identities
    assert said == ("02:00:5e:10:00:29", "192.0.2.41", "02:00:5e:10:00:29#2", "192.0.2.41#2")


@pytest.mark.parametrize(
    ("number", "holds"),
    [
        ("CSQU3054383", True),
        ("CSQU3054384", False),
        ("MSKU6011672", True),
        ("CSQU305438", False),
        ("12345678901", False),
    ],
)
def test_check_digits_of_containers(number: str, *, holds: bool) -> None:
    assert check_digit_holds(number) is holds


def test_containers_are_read_wherever_the_list_stands() -> None:
    out = pushed(seen(plate="noPlate", containers=(("CSQU 305438 3", "22G1", 0.9), ("unknown", "", 0.0))))
    containers = [told.reading for told in out.told if isinstance(told.reading, ContainerRead)]
    assert [(one.number, one.valid, one.iso_type) for one in containers] == [("CSQU3054383", True, "22G1")]


def test_the_country_table() -> None:
    named = {
        "KG": 73,
        "KZ": 30,
        "UZ": 33,
        "TJ": 83,
        "TM": 32,
        "CN": 59,
        "RU": 11,
        "BY": 9,
        "AM": 51,
        "MN": 76,
        "IR": 92,
    }
    assert {code: BY_INDEX[index] for code, index in named.items()} == {code: code for code in named}
    assert {BY_INDEX[46], BY_INDEX[81]} == {"TR"}
    assert [country_of(text) for text in ("0", "253", "254", "99999", "", "kg", "KGZ", "XYZ", "7K")] == [
        None, None, None, None, None, "KG", "KG", None, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("blob", "kind"),
    [
        (b"<!DOCTYPE a><EventNotificationAlert/>", "dtd"),
        ('<?xml version="1.0" encoding="UTF-16"?><a/>'.encode("utf-16"), "xml"),
        (b"<a>" * 500, "xml"),
        (b"<EventNotificationAlert>text</EventNotificationAlert>", "shape"),
        (b"[1,2]", "shape"),
        (b"[" * 100_000, "json"),
        (b"<EventNotificationAlert><eventType>ANPR</eventType></EventNotificationAlert>", "field"),
        (b"<a>" + b"x" * TEXT_MAX + b"</a>", "size"),
        (b"", "content"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(blob: bytes, kind: str) -> None:
    content_type = "application/xml" if blob.startswith(b"\xff\xfe") else ""
    out = read(blob, content_type)
    assert [problem.kind for problem in out.problems] == [kind]
    assert out.told == ()


def test_pictures_of_one_message_are_bounded() -> None:
    out = pushed(seen(), *[SCENE] * (PICTURES_MAX + 4))
    assert len(plate_of(out).images) == PICTURES_MAX


def stream(*said: bytes) -> tuple[Camera, list[Out]]:
    camera, parts = Camera({}), framer({}, "multipart/mixed; boundary=boundary")
    return camera, [camera.read(frame, NOW) for blob in said for frame in parts.feed(blob)]


def test_a_stream_says_an_event_when_its_last_picture_is_there() -> None:
    _, outs = stream(encode_stream(seen(), (SCENE, Shot(name="licensePlatePicture.jpg", jpeg=JPEG))))
    assert [len(out.told) for out in outs] == [0, 0, 1]
    assert [image.role for image in plate_of(outs[-1]).images] == ["scene", "plate"]


def test_a_stream_does_not_wait_for_pictures_for_ever() -> None:
    camera, outs = stream(encode_stream_text(encode_xml(seen(), (SCENE,))))
    assert [out.told for out in outs] == [()]
    assert camera.waited(Instant(NOW + PICTURE_WAIT_MS - 1)).told == ()
    assert plate_of(camera.waited(Instant(NOW + PICTURE_WAIT_MS))).images == ()
    assert camera.lost(NOW).told == ()


def test_the_next_event_ends_the_one_before_it() -> None:
    _, outs = stream(encode_stream_text(encode_xml(seen(), (SCENE,))), encode_stream_text(encode_heartbeat(SEEN_AT)[1]))
    assert [told.reading.plate for out in outs for told in out.told if isinstance(told.reading, PlateRead)] == [
        "01KG317PPO"
    ]


def test_a_picture_without_an_event_is_told_and_is_no_reading() -> None:
    _, outs = stream(encode_stream(seen(), (SCENE,)).partition(b"</EventNotificationAlert>\n\r\n")[2])
    assert [problem.kind for out in outs for problem in out.problems] == ["orphan_pictures"]
