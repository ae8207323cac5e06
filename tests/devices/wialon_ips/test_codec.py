"""Wialon IPS: what is written is read, both versions; what cannot be taken is answered with its code."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from beket.devices.kit.checks import crc16_arc
from beket.devices.kit.driver import NOBODY, UNNAMED, Out
from beket.devices.wialon_ips import codec
from beket.words.ids import Instant
from beket.words.readings import Position

NOW = Instant(1_795_000_000_000)
NAME = "352354373407655"


def read(*chunks: bytes) -> list[Out]:
    framer, decoder = codec.framer({}), codec.decoder({})
    frames = [frame for chunk in chunks for frame in framer.feed(chunk)] + list(framer.end())
    return [decoder.read(frame, NOW) for frame in frames]


def said(**fields: object) -> Position:
    given: dict[str, object] = {"time": Instant(NOW - 1000), "latitude": 42.5, "longitude": 74.25, "speed_kmh": 61.0}
    given |= {"course_deg": 287.0, "altitude_m": 760.0, "satellites": 11} | fields
    return Position(device_id=NOBODY, reading_id=UNNAMED, received=NOW, **given)  # type: ignore[arg-type]


def first(out: Out) -> Position:
    reading = out.told[0].reading
    assert isinstance(reading, Position)
    return reading


names = st.text("abcdefgh_", min_size=1, max_size=8)
numbers = st.integers(-10_000, 10_000).map(lambda hundredths: hundredths / 100)
positions = st.builds(
    said,
    time=st.none() | st.integers(946_684_800_000, 4_000_000_000_000).map(Instant),
    latitude=st.integers(-5_400_000_000, 5_400_000_000).map(lambda parts: parts / 60_000_000),
    longitude=st.integers(-10_800_000_000, 10_800_000_000).map(lambda parts: parts / 60_000_000),
    speed_kmh=st.none() | numbers,
    course_deg=st.none() | numbers,
    altitude_m=st.none() | numbers,
    satellites=st.none() | st.integers(0, 40),
    hdop=st.none() | numbers,
    digital_inputs=st.none() | st.integers(0, 65_535),
    digital_outputs=st.none() | st.integers(0, 65_535),
    adc=st.lists(st.none() | numbers, max_size=4).map(tuple).filter(lambda row: row != (None,)),
    ibutton=st.none() | st.text("0123456789ABCDEF", min_size=4, max_size=16),
    params=st.dictionaries(names, st.integers(-9999, 9999) | numbers | names, max_size=5),
)


@given(positions, st.booleans(), st.booleans())
def test_what_is_written_is_read(position: Position, check: bool, boxed: bool) -> None:
    login = codec.encode_login(NAME, version="2.0" if check else "")
    written = codec.encode_box([position], check=check) if boxed else codec.encode_position(position, check=check)
    _, out = read(login + written)
    got = first(out)
    assert got.latitude == pytest.approx(position.latitude, abs=1e-7)
    assert got.longitude == pytest.approx(position.longitude, abs=1e-7)
    same = {"latitude": position.latitude, "longitude": position.longitude}
    assert structs.replace(got, **same) == structs.replace(position, buffered=boxed)
    assert out.replies == ((b"#AB#1\r\n",) if boxed else (b"#AD#1\r\n",))


def test_a_short_position_in_both_versions() -> None:
    for check in (False, True):
        (out,) = read(codec.encode_position(said(), short=True, check=check))
        assert (first(out).latitude, first(out).params, out.replies) == (42.5, {}, (b"#ASD#1\r\n",))


@pytest.mark.parametrize("version", ["", "2.0"])
def test_a_login_names_its_device(version: str) -> None:
    (out,) = read(codec.encode_login(NAME, version=version))
    assert out.identities == (NAME,)
    assert (out.replies, out.refusals) == ((b"#AL#1\r\n",), (b"#AL#0\r\n",))


def test_after_a_login_of_version_two_a_line_without_a_check_sum_is_not_taken() -> None:
    _, out = read(codec.encode_login(NAME, version="2.0") + codec.encode_position(said()))
    assert ([problem.kind for problem in out.problems], out.told, out.replies) == (["crc"], (), (b"#AD#16\r\n",))


def test_what_is_not_known_is_not_said() -> None:
    (out,) = read(b"#SD#NA;NA;NA;NA;NA;NA;NA;NA;NA;NA\r\n")
    got = first(out)
    assert (got.valid, got.time, got.latitude, got.speed_kmh, got.satellites) == (False, None, None, None, None)


def test_a_ping_a_message_and_an_alarm() -> None:
    ping, words, alarm = read(
        codec.encode_ping() + codec.encode_message("seal looks cut") + codec.encode_position(said(params={"SOS": 1}))
    )
    assert (ping.alive, ping.replies) == (True, (b"#AP#\r\n",))
    assert (first(words).params, words.replies) == ({"text": "seal looks cut"}, (b"#AM#1\r\n",))
    assert first(alarm).alarms == ("sos",)


def test_a_black_box_is_taken_whole_in_each_of_its_forms() -> None:
    two = [said(), said(time=Instant(NOW - 2000))]
    body = "|".join(codec.encode_record(one) for one in two) + "|"
    closed = f"#B#{body}{crc16_arc(body.encode()):X}\r\n".encode()
    for written in (codec.encode_box(two), codec.encode_box(two, check=True), closed):
        (out,) = read(written)
        assert ([told.reading.buffered for told in out.told], out.replies) == ([True, True], (b"#AB#2\r\n",))


GOOD = codec.encode_position(said(), short=True)
DAMAGED = {
    "no type": (b"hello\r\n", "shape", ()),
    "a type we do not take": (b"#I#1;2;3\r\n", "unknown", ()),
    "too few fields": (b"#SD#230525;121000\r\n", "shape", (b"#ASD#-1\r\n",)),
    "no such day": (b"#SD#310225" + GOOD[10:], "field", (b"#ASD#0\r\n",)),
    "no such place": (GOOD.replace(b";4230.000000;N", b";9930.000000;N"), "field", (b"#ASD#10\r\n",)),
    "no such side": (GOOD.replace(b";N;", b";Q;"), "field", (b"#ASD#10\r\n",)),
    "no such speed": (GOOD.replace(b";61;", b";fast;"), "field", (b"#ASD#11\r\n",)),
    "no such number": (GOOD.replace(b";11\r", b";many\r"), "field", (b"#ASD#12\r\n",)),
    "check sum": (codec.encode_position(said(), check=True).replace(b";61;", b";62;"), "crc", (b"#AD#16\r\n",)),
    "login's check sum": (b"#L#2.0;123456789;NA;0000\r\n", "crc", (b"#AL#10\r\n",)),
    "login of nobody": (b"#L#;NA\r\n", "field", (b"#AL#0\r\n",)),
    "parameter": (codec.encode_position(said(params={"a": 1})).replace(b"a:1:1", b"a:7:1"), "field", (b"#AD#15\r\n",)),
    "box": (b"#B#1;2;3|zz\r\n", "shape", (b"#AB#0\r\n",)),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_what_cannot_be_taken_is_answered_with_its_code(name: str) -> None:
    blob, kind, replies = DAMAGED[name]
    (out,) = read(blob)
    assert [problem.kind for problem in out.problems] == [kind]
    assert (out.told, out.replies) == ((), replies)


def test_a_resend_has_the_key_it_had() -> None:
    once, again = read(GOOD, GOOD)
    assert once.told[0].key == again.told[0].key
