"""The kit's small parts: framers, multipart, clocks, pulses, doors, quarantine, waits."""

from __future__ import annotations

import asyncio

import pytest

from beket.devices.kit.backoff import FIRST_S, LONGEST_S, BackOff
from beket.devices.kit.clock import HEARD_MAX, Drift
from beket.devices.kit.doors import Doors, speaker
from beket.devices.kit.driver import Frame, Problem
from beket.devices.kit.framing import Lines, StxEtx, Whole
from beket.devices.kit.health import SUMMARY_EVERY_MS, Pulse
from beket.devices.kit.line import Line
from beket.devices.kit.multipart import PARTS_MAX, Parts, boundary_of, split
from beket.devices.kit.quarantine import ADDRESSES_MAX, PER_MINUTE_MAX, RAW_MAX, Quarantine
from beket.devices.kit.registry import drivers, find
from beket.devices.kit.state import Count, DeviceState
from beket.words.ids import DeviceId, Instant
from tests.devices.sockets import PLACE, MemorySink, clock, device


def cut(framer: StxEtx | Lines | Parts | Whole, blob: bytes) -> list[tuple[bytes, str | None]]:
    frames: list[Frame] = [*framer.feed(blob), *framer.end()]
    return [(frame.blob, frame.broken) for frame in frames]


STREAMS = {
    "two frames": (b"\x02ab\x03\x02cd\x03", [(b"\x02ab\x03", None), (b"\x02cd\x03", None)]),
    "a lost end costs one frame": (b"\x02ab\x02cd\x03", [(b"\x02ab", "shape"), (b"\x02cd\x03", None)]),
    "too long": (b"\x02" + b"a" * 9 + b"\x02cd\x03", [(b"\x02" + b"a" * 9, "shape"), (b"\x02cd\x03", None)]),
    "a run of garbage is told once": (
        b"x" * 5000 + b"\x02ab\x03y",
        [(b"x" * 256, "shape"), (b"\x02ab\x03", None), (b"y", "shape")],
    ),
    "exactly as long as may be": (b"\x02abcdef\x03", [(b"\x02abcdef\x03", None)]),
    "never ends": (b"\x02ab", [(b"\x02ab", "shape")]),
    "nothing": (b"", []),
}


@pytest.mark.parametrize("name", STREAMS)
def test_frames_between_two_bytes(name: str) -> None:
    blob, wanted = STREAMS[name]
    assert cut(StxEtx(0x02, 0x03, 8), blob) == wanted


def test_lines() -> None:
    assert cut(Lines(8), b"ab\r\ncd\n\r\n\nef") == [(b"ab\r\n", None), (b"cd\n", None), (b"ef", "shape")]
    assert cut(Lines(8), b"0123456789\nab\n") == [(b"0123456789\n", "size"), (b"ab\n", None)]


def test_a_line_that_is_too_long_is_told_once_and_the_next_is_read() -> None:
    framer = Lines(8)
    frames = [frame for byte in b"0123456789abcdefghij\nab\n" for frame in framer.feed(bytes((byte,)))]
    assert [(frame.broken, len(frame.blob)) for frame in frames] == [("size", 9), (None, 3)]


def test_a_whole_capture_is_one_frame() -> None:
    assert cut(Whole(8), b"abc") == [(b"abc", None)]
    assert cut(Whole(2), b"abc") == [(b"ab", "size")]


@pytest.mark.parametrize(
    ("content_type", "body", "wanted"),
    [
        ("multipart/form-data; boundary=abc", b"", b"abc"),
        ('multipart/mixed; boundary="a b c"; charset=x', b"", b"a b c"),
        ("multipart/form-data; BOUNDARY=----x", b"", b"----x"),
        ("", b"--abc\r\nContent-Type: x\r\n\r\n", b"abc"),
        ("multipart/form-data", b"\r\n--abc\r\n", b"abc"),
        ("text/xml", b"--abc\r\n", None),
        ("", b"<xml/>", None),
        ("", b"", None),
    ],
)
def test_the_boundary_is_found(content_type: str, body: bytes, wanted: bytes | None) -> None:
    assert boundary_of(content_type, body) == wanted


def test_a_body_is_split_with_quotes_and_without() -> None:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="a"; filename="x.jpg"\r\nContent-Type: image/jpeg\r\n\r\n12\r\n'
        b"--b\r\ncontent-disposition: form-data; filename=y.jpg\r\n\r\n\r\n3\r\n"
        b"--b\r\nContent-ID: <z.jpg>\r\n\r\n4\r\n--b--\r\n"
    )
    parts = [(part.name, part.content_type, body[part.start : part.end]) for part in split(body, b"b")]
    assert parts == [("a", "image/jpeg", b"12"), ("y.jpg", "", b"\r\n3"), ("z.jpg", "", b"4")]


def test_a_body_of_too_many_parts_is_read_only_so_far() -> None:
    assert len(split(b"--b\r\nA: b\r\n\r\nx\r\n" * (PARTS_MAX + 5) + b"--b--", b"b")) == PARTS_MAX


def test_a_wrong_length_does_not_swallow_the_next_part() -> None:
    stream = b"--b\r\nContent-Length: 500\r\n\r\nab\r\n--b\r\nContent-Length: 2\r\n\r\ncd\r\n"
    frames = cut(Parts("multipart/mixed; boundary=b"), stream)
    assert [blob.rpartition(b"\r\n\r\n")[2] for blob, broken in frames if broken is None] == [b"ab", b"cd"]


def test_a_part_over_the_cap_is_told_and_the_next_is_read() -> None:
    framer = Parts("multipart/mixed; boundary=b", longest=1000)
    stream = b"--b\r\nA: b\r\n\r\n" + b"x" * 5000 + b"\r\n--b\r\nContent-Length: 2\r\n\r\ncd"
    frames = [frame for start in range(0, len(stream), 100) for frame in framer.feed(stream[start : start + 100])]
    assert [frame.broken for frame in frames] == ["size", None]
    assert frames[1].blob.endswith(b"\r\n\r\ncd")


def test_drift_is_told_by_the_least_delayed_and_forgets() -> None:
    drift = Drift()
    for off in (-2_441, -40_000):
        drift.heard(Instant(5_000_000 + off), Instant(5_000_000))
        assert drift.ms() is None
    drift.heard(Instant(5_000_000 - 30), Instant(5_000_000))
    assert drift.ms() == -30
    for _ in range(HEARD_MAX):
        drift.heard(Instant(5_003_000), Instant(5_000_000))
    assert drift.ms() == 3_000


def test_one_message_ahead_by_mistake_does_not_make_a_clock_fast() -> None:
    drift = Drift()
    for off in (*[-100] * 20, 86_400_000):
        drift.heard(Instant(5_000_000 + off), Instant(5_000_000))
    assert drift.ms() == -100


class Watched:
    """A pulse with a clock of its own."""

    def __init__(self) -> None:
        self.state = DeviceState(
            device=DeviceId("d"), place=PLACE, driver="x", transport="tcp-client", count=Count(), connected=True
        )
        self.pulse = Pulse(self.state, 10, Instant(0))

    def at(self, now: int, *, heard: bool = False, fault: str | None = None) -> tuple[bool, str | None, int] | None:
        if heard:
            self.state.last_at = Instant(now)
            self.state.count.messages += 1
            self.state.fault = fault
        health = self.pulse.due(Instant(now))
        if health is None:
            return None
        self.pulse.said(health)
        return health.alive, health.fault, health.messages


def test_a_pulse_is_told_when_it_changes_and_every_five_minutes() -> None:
    watched = Watched()
    assert watched.at(1_000) is None, "nothing is known yet"
    assert watched.at(2_000, heard=True) == (True, None, 1)
    assert watched.at(12_000, heard=True) is None
    assert watched.at(13_000, heard=True, fault="videoloss") == (True, "videoloss", 2)
    assert watched.at(14_000, heard=True) == (True, None, 1)
    assert watched.at(44_000) is None
    assert watched.at(44_001) == (False, "silent", 0)
    assert watched.at(60_000) is None
    assert watched.at(44_001 + SUMMARY_EVERY_MS) == (False, "silent", 0)
    assert watched.at(500_000, heard=True) == (True, None, 1)


def test_a_device_never_heard_is_down_after_three_periods() -> None:
    watched = Watched()
    watched.state.connected, watched.state.link_trouble = False, "cannot connect"
    assert watched.at(30_000) is None
    assert watched.at(30_001) == (False, "unreachable", 0)
    watched.state.connected = True
    assert watched.at(31_000) is None, "a dead device is said to be dead once"


def test_a_health_that_was_not_kept_is_said_again() -> None:
    watched = Watched()
    watched.state.last_at = Instant(1_000)
    assert watched.pulse.due(Instant(1_000)) is not None
    assert watched.pulse.due(Instant(2_000)) is not None


def line(name: str, **given: object) -> Line:
    driver = find("hikvision_isapi")
    assert driver is not None
    return Line(device(name, "hikvision_isapi", **given), PLACE, driver, MemorySink(), clock)


@pytest.mark.parametrize(
    ("allow", "address", "let_in"),
    [
        (("192.0.2.41",), "192.0.2.41", True),
        (("192.0.2.41",), "192.0.2.42", False),
        (("192.0.2.0/24",), "192.0.2.42", True),
        (("2001:db8::/32",), "2001:db8::1", True),
        (("192.0.2.41",), "::ffff:192.0.2.41", True),
        (("192.0.2.41",), "not an address", False),
        ((), "192.0.2.41", False),
    ],
)
def test_doors_open_to_addresses_on_the_list(allow: tuple[str, ...], address: str, *, let_in: bool) -> None:
    doors = Doors([line("c", allow=allow)])
    assert bool(doors.at(address)) is let_in
    assert bool(doors.at(address)) is let_in, "the same from memory"


WHO = {
    "its id": (["02:00:5e:10:00:01"], "named"),
    "written otherwise": (["02-00-5E-10-00-01"], "named"),
    "another id of that kind": (["02:00:5e:10:00:99"], "bare"),
    "its id among others": (["192.0.2.7", "02:00:5e:10:00:01"], "named"),
}


@pytest.mark.parametrize("name", WHO)
def test_the_device_that_says_most_about_itself_is_believed(name: str) -> None:
    said, wanted = WHO[name]
    lines = [line("bare"), line("named", declared_id="02:00:5e:10:00:01")]
    who = speaker(lines, "/", said)
    assert isinstance(who, Line)
    assert who.device.id == wanted


def test_an_id_that_is_not_said_contradicts_nobody_and_decides_nothing() -> None:
    one, two = line("one", declared_id="02:00:5e:10:00:01"), line("two", declared_id="02:00:5e:10:00:02")
    assert speaker([one], "/", ["192.0.2.7"]) is one, "a heartbeat gives the address only"
    assert isinstance(speaker([one, two], "/", ["192.0.2.7"]), str)
    assert isinstance(speaker([one], "/", ["02:00:5e:10:00:02"]), str)
    channel = line("channel", declared_id="192.0.2.7#2")
    assert isinstance(speaker([channel], "/", ["192.0.2.7", "192.0.2.7#1"]), str)
    assert speaker([channel], "/", ["192.0.2.7", "192.0.2.7#2"]) is channel


def test_quarantine_is_bounded_by_address_and_by_size() -> None:
    async def scene() -> None:
        sink = MemorySink()
        quarantine = Quarantine(sink, PLACE, "http:7080")
        problem = Problem(kind="shape", detail="x", raw=b"x" * (RAW_MAX + 1))
        for _ in range(PER_MINUTE_MAX + 1):
            await quarantine.refuse(problem, "192.0.2.1", Instant(1_000))
        assert (len(sink.refused), quarantine.dropped) == (PER_MINUTE_MAX, 1)
        assert len(sink.refused[0].raw) == RAW_MAX
        await quarantine.refuse(problem, "192.0.2.2", Instant(1_000))
        await quarantine.refuse(problem, "192.0.2.1", Instant(61_000))
        assert len(sink.refused) == PER_MINUTE_MAX + 2
        for number in range(ADDRESSES_MAX + 10):
            await quarantine.refuse(problem, f"address {number}", Instant(61_000))
        assert len(quarantine._recent) == ADDRESSES_MAX

    asyncio.run(scene())


def test_waits_grow_to_a_bound_and_begin_anew() -> None:
    patience = BackOff()
    waits = [patience.wait_s() for _ in range(12)]
    assert FIRST_S / 2 <= waits[0] <= FIRST_S
    assert LONGEST_S / 2 <= waits[-1] <= LONGEST_S
    patience.worked()
    assert patience.wait_s() <= FIRST_S


def test_the_registry_finds_what_is_there_and_nothing_else() -> None:
    assert set(drivers()) >= {"hikvision_isapi", "yaohua_a9", "rapiscan_tsa"}
    assert find("kit") is None
