"""Text seals: what is written is read, answers are those the seal waits for, wrong fields are named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from beket.devices.eseal import codec
from beket.devices.kit.driver import NOBODY, UNNAMED, Out
from beket.words.ids import Instant
from beket.words.readings import SealStatus

NOW = Instant(1_795_000_000_000)
REPORT = (
    b"##S,eSeal,1144999,256,3.0.8,Event-Door,34,2026-05-23,12:08:20,15,A,41.204410N 74.776310E,10,5,Open,0.71,"
    b"0:0:3:0,3.8,-73,E##"
)


def read(*chunks: bytes) -> list[Out]:
    framer, decoder = codec.framer({}), codec.decoder({})
    frames = [frame for chunk in chunks for frame in framer.feed(chunk)] + list(framer.end())
    return [out for out in (decoder.read(frame, NOW) for frame in frames) if out.alive or out.problems]


def said(**fields: object) -> SealStatus:
    given: dict[str, object] = {"time": Instant(NOW - 1000), "latitude": 42.5, "longitude": 74.25, "door_open": False}
    given |= {"course_deg": 10.0, "speed_kmh": 5.0, "battery_v": 3.8, "rssi": -73, "sequence": 34}
    return SealStatus(device_id=NOBODY, reading_id=UNNAMED, received=NOW, **(given | fields))  # type: ignore[arg-type]


reports = st.builds(
    said,
    time=st.integers(946_684_800, 4_000_000_000).map(lambda seconds: Instant(seconds * 1000)),
    valid=st.booleans(),
    latitude=st.integers(-90_000_000, 90_000_000).map(lambda micro: micro / 1_000_000),
    longitude=st.integers(-180_000_000, 180_000_000).map(lambda micro: micro / 1_000_000),
    door_open=st.booleans(),
    course_deg=st.integers(0, 359).map(float),
    speed_kmh=st.integers(0, 200).map(float),
    battery_v=st.integers(0, 50).map(lambda tenths: tenths / 10),
    rssi=st.integers(-120, 0),
    sequence=st.integers(0, 999_999),
)


@given(reports)
def test_what_is_written_is_read(status: SealStatus) -> None:
    (out,) = read(codec.encode_report("1144999", status))
    (told,) = out.told
    assert isinstance(told.reading, SealStatus)
    assert structs.replace(told.reading, buffered=False) == status
    assert out.identities == ("1144999",)


@pytest.mark.parametrize(
    ("what", "alarms", "locked"),
    [
        ("Event-Door", ("door",), None),
        ("Event-Shock", ("shock",), None),
        ("Event-Lock", (), True),
        ("Event-RC-Unlock", (), False),
        ("Normal", (), None),
    ],
)
def test_what_happened_is_in_the_type(what: str, alarms: tuple[str, ...], locked: bool | None) -> None:
    (out,) = read(codec.encode_report("1144999", said(), what))
    status = out.told[0].reading
    assert isinstance(status, SealStatus)
    assert (status.alarms, status.locked) == (alarms, locked)
    assert out.replies == (f"##S,eSeal,1144999,256,3.0.8,{what} ACK,34,E##\r\n".encode(),)


def test_a_start_says_that_it_lives() -> None:
    (out,) = read(b"##S,eSeal,1144999,256,3.0.6,Startup OK,1,180,30,30,16,1,E##\r\n")
    assert (out.told, out.identities, out.alive) == ((), ("1144999",), True)
    assert out.replies == (b"##S,eSeal,1144999,256,3.0.6,Startup OK ACK,1,E##\r\n",)


def test_without_a_fix_it_is_kept_and_not_valid() -> None:
    blob = REPORT.replace(b",A,41.204410N 74.776310E,", b",V,,")
    (out,) = read(blob)
    status = out.told[0].reading
    assert isinstance(status, SealStatus)
    assert (status.valid, status.latitude, status.door_open) == (False, None, True)


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (b"2026-05-23", b"2026-13-23", "field"),
        (b"12:08:20", b"soon", "field"),
        (b",Open,", b",Ajar,", "field"),
        (b"41.204410N", b"somewhere", "field"),
        (b"eSeal", b"eRope", "field"),
        (b"##S", b"##T", "shape"),
        (b",34,2026", b",x,2026", "field"),
    ],
)
def test_a_wrong_field_puts_the_message_aside(before: bytes, after: bytes, kind: str) -> None:
    outs = read(REPORT.replace(before, after))
    assert [problem.kind for out in outs for problem in out.problems] == [kind]
    assert all(out.told == () and out.replies == () for out in outs)


def test_a_cut_message_costs_only_itself() -> None:
    first, second = read(REPORT[:60] + REPORT)
    assert first.problems[0].kind == "shape"
    assert len(second.told) == 1


def test_a_resend_has_the_key_it_had() -> None:
    once, again = read(REPORT + b"\r\n" + REPORT)
    assert once.told[0].key == again.told[0].key
