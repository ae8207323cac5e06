"""Jointech locks: what is written is read, alarms are bits of the state, wrong digits are named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from beket.devices.jointech_jt701 import codec
from beket.devices.kit.driver import NOBODY, UNNAMED, Out
from beket.words.ids import Instant
from beket.words.readings import Cell, Position, SealSignal, SealStatus

NOW = Instant(1_795_000_000_000)
NAME = "7793454663"


def read(*chunks: bytes) -> list[Out]:
    framer, decoder = codec.framer({}), codec.decoder({})
    frames = [frame for chunk in chunks for frame in framer.feed(chunk)] + list(framer.end())
    return [decoder.read(frame, NOW) for frame in frames]


def said(**fields: object) -> SealStatus:
    given: dict[str, object] = {"time": Instant(NOW - 1000), "latitude": 42.5, "longitude": 74.25, "speed_raw": 53}
    given |= {"course_deg": 150, "odometer_km": 8862, "satellites": 8, "ack_required": False, "rope_inserted": True}
    given |= {"locked": True, "battery_percent": 88, "cell": Cell(cid=18_851, lac=29_737, rssi=11), "rssi": 11}
    given |= {"sequence": 1} | fields
    return SealStatus(device_id=NOBODY, reading_id=UNNAMED, received=NOW, **given)  # type: ignore[arg-type]


moments = st.integers(946_684_800, 4_000_000_000).map(lambda seconds: Instant(seconds * 1000))
statuses = st.builds(
    said,
    time=moments,
    valid=st.booleans(),
    latitude=st.integers(-54_000_000, 54_000_000).map(lambda parts: parts / 600_000),
    longitude=st.integers(-108_000_000, 108_000_000).map(lambda parts: parts / 600_000),
    speed_raw=st.integers(0, 99),
    course_deg=st.integers(0, 179).map(lambda half: half * 2),
    odometer_km=st.integers(0, 0xFFFFFFFF),
    satellites=st.integers(0, 40),
    ack_required=st.booleans(),
    rope_inserted=st.booleans(),
    locked=st.booleans(),
    alarms=st.sets(st.sampled_from(list(codec.ALARMS))).map(
        lambda bits: tuple(codec.ALARMS[bit] for bit in sorted(bits))
    ),
    battery_percent=st.integers(0, 100),
    sequence=st.integers(0, 255),
)


@given(statuses, st.sampled_from([1, 0x17, 0x19]), st.sampled_from([b"", b"\x00\x02\x0f\x0f"]))
def test_a_report_that_is_written_is_read(status: SealStatus, version: int, more: bytes) -> None:
    (out,) = read(codec.encode_report(NAME, status, version=version, more=more))
    got = out.told[0].reading
    assert isinstance(got, SealStatus)
    assert got.latitude == pytest.approx(status.latitude, abs=1e-6)
    assert got.longitude == pytest.approx(status.longitude, abs=1e-6)
    same = {"latitude": status.latitude, "longitude": status.longitude, "buffered": False}
    assert structs.replace(got, **same) == status
    named = b"(P69,0,%d)" % (status.sequence or 0)
    assert out.replies == (() if not status.ack_required else ((named,) if version >= 0x19 else (b"(P35)",)))
    assert out.identities == (NAME,)


def test_a_full_battery_byte_means_charging() -> None:
    (out,) = read(codec.encode_report(NAME, said(charging=True)))
    got = out.told[0].reading
    assert isinstance(got, SealStatus)
    assert (got.charging, got.battery_percent) == (True, None)


def event(**fields: object) -> SealSignal:
    given: dict[str, object] = {"time": Instant(NOW - 1000), "latitude": 39.52901, "longitude": -72.79113}
    given |= {"speed_raw": 3, "course_deg": 20, "event_source": 1, "unlock_verified": 1, "rfid": "0012260888"}
    given |= {"wrong_passwords": 2, "sequence": 17} | fields
    return SealSignal(device_id=NOBODY, reading_id=UNNAMED, received=NOW, **given)  # type: ignore[arg-type]


@given(st.builds(event, time=moments, rfid=st.text("0123456789ABC()=,", min_size=1, max_size=12), valid=st.booleans()))
def test_an_event_that_is_written_is_read(signal: SealSignal) -> None:
    (out,) = read(codec.encode_event(NAME, signal))
    assert structs.replace(out.told[0].reading, buffered=False) == signal
    assert (out.replies, out.identities) == ((b"(P69,0,17)",), (NAME,))


@given(st.binary(max_size=40))
def test_what_is_escaped_comes_back(held: bytes) -> None:
    escaped = codec.escape(held)
    assert codec.unescape(escaped) == held
    assert not set(escaped) & set(b"(),")


def test_an_escape_of_the_reference() -> None:
    assert codec.unescape(b"a=\x15b=\x14c=\x11d=\x00e") == b"a(b)c,d=e"


def test_positions_in_text() -> None:
    one, other = read(
        b"(3301210003,U01,040826,185302,T,22.564025,N,113.242329,W,5.21,152,9,32%,00000000000011,10133,5173,22,100,1)",
        b"(3301210003,U06,1,040826,185302,F,22.5,S,113.2,E,5,152,9,32%,0000000000011,10133,5173,22,100,1,300,100,10)",
    )
    got = one.told[0].reading
    assert isinstance(got, Position)
    assert (got.latitude, got.longitude, got.valid, got.battery_percent) == (22.564025, -113.242329, True, 32)
    assert (got.params, got.speed_kmh, one.replies) == ({"speed_raw": 5.21}, None, (b"(S39)",))
    assert (other.told[0].reading.valid, other.replies) == (False, (b"(S20)",))


def test_words_of_peripherals_show_that_it_lives() -> None:
    (out,) = read(b"(7500313620,1,077,WLNET,5,2,\x01\x02)")
    assert (out.alive, out.identities, out.told) == (True, ("7500313620",), ())
    assert [problem.fatal for problem in out.problems] == [False]


GOOD = codec.encode_report(NAME, said())
DAMAGED = {
    "digits of the day": (GOOD[:10] + b"\xff" + GOOD[11:], "field"),
    "no such month": (GOOD[:11] + b"\x13" + GOOD[12:], "field"),
    "no such latitude": (GOOD[:16] + b"\x99" + GOOD[17:], "field"),
    "an id of letters": (b"$\xab" + GOOD[2:], "field"),
    "an event cut short": (b"(7729466508,P45,230525,120640,39.5,N)", "field"),
    "an event of no time": (codec.encode_event(NAME, event()).replace(b",P45,", b",P45,x"), "field"),
    "a position of no place": (b"(3301210003,U01,040826,185302,T" + b",x" * 14 + b")", "field"),
    "no id": (b"(hello)", "shape"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damage_is_named(name: str) -> None:
    blob, kind = DAMAGED[name]
    (out,) = read(blob)
    assert [problem.kind for problem in out.problems] == [kind]
    assert (out.told, out.replies) == ((), ())


def test_garbage_costs_only_itself() -> None:
    outs = read(b"GET / HTTP/1.1\r\n(cut off" + codec.encode_event(NAME, event()) + b"\r\n" + GOOD)
    assert sum(len(out.told) for out in outs) == 2


def test_a_resend_has_the_key_it_had() -> None:
    once, again = read(GOOD, GOOD)
    assert once.told[0].key == again.told[0].key
