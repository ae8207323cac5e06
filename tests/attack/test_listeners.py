"""What hostile peers do to the listeners, over real sockets: each is cut off, and the others are served meanwhile."""

from __future__ import annotations

import asyncio
import gzip
import socket
import struct
import time
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvloop

from beket.devices.egts import codec as egts
from beket.devices.egts import packet, speak
from beket.devices.hikvision_isapi.codec import Sighting, encode_push
from beket.devices.kit import backoff, listen, push, reception
from beket.devices.kit.clock import Company
from beket.devices.kit.doors import GROUPS_MAX, Doors
from beket.devices.kit.driver import NOBODY, UNNAMED
from beket.devices.kit.field import Field, _line
from beket.devices.kit.multipart import PARTS_MAX, split
from beket.devices.kit.neighbours import UNKNOWN, Candidates, Neighbours
from beket.devices.kit.ports import Kept, Picture, Refused
from beket.devices.kit.quarantine import PER_MINUTE_MAX
from beket.devices.kit.session import Session, listening
from beket.words.ids import Instant, PlaceId
from beket.words.readings import PlateRead, Position
from beket.words.site import Device
from beket.words.wire import Entry
from tests.devices.sockets import MemorySink, clock, device, opened, post_of, until

HERE = ("127.0.0.1",)
ELSEWHERE = "127.0.0.2"
CAMERA = device("camera", "hikvision_isapi", allow=HERE)
SCALE = device("scale", "yaohua_a9", transport="tcp-server", host=ELSEWHERE, port=0, allow=HERE)
POST = b"POST / HTTP/1.1\r\nHost: x\r\n"
DIALLED: list[asyncio.StreamWriter] = []


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff, "FIRST_S", 0.02)
    monkeypatch.setattr(backoff, "LONGEST_S", 0.05)


def run(scene: Coroutine[Any, Any, None], seconds: float = 30) -> None:
    async def bounded() -> None:
        try:
            async with asyncio.timeout(seconds):
                await scene
        finally:
            for writer in DIALLED:
                writer.transport.abort()
            DIALLED.clear()
            await asyncio.sleep(0.05)

    asyncio.run(bounded())


async def dial(
    port: int, address: str = "127.0.0.1", host: str = "127.0.0.1"
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection(host, port, local_addr=(address, 0))
    DIALLED.append(writer)
    return reader, writer


async def ended(reader: asyncio.StreamReader, seconds: float = 8.0) -> bytes:
    """Read until the listener hangs up; TimeoutError if it never does."""
    try:
        async with asyncio.timeout(seconds):
            return await reader.read()
    except ConnectionError:
        return b""


async def poured(writer: asyncio.StreamWriter, chunk: bytes, most: int) -> int:
    """Send the same bytes until the listener hangs up or so many are sent; gives how many were."""
    sent = 0
    try:
        while sent < most and not writer.is_closing():
            writer.write(chunk)
            await writer.drain()
            sent += len(chunk)
            await asyncio.sleep(0)
    except ConnectionError:
        pass
    return sent


async def seen(field: Field, address: str = "127.0.0.1", **given: Any) -> int:  # noqa: ANN401
    """Post what a camera saw; gives the status."""
    kind, body = encode_push(Sighting(at=clock(), plate="01KG317PPO", uuid="u-1"))
    transport = httpx.AsyncHTTPTransport(local_address=address, trust_env=False)
    async with httpx.AsyncClient(transport=transport, timeout=10) as client:
        headers = {"content-type": kind, **given.pop("headers", {})}
        url = f"http://127.0.0.1:{field.http_port}/"
        return (await client.post(url, content=given.pop("content", body), headers=headers)).status_code


# HTTP ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "chunk",
    [b"X-Filler: " + b"a" * 60_000 + b"\r\n", b"a" * 60_000, b"".join(b"A%d: b\r\n" % n for n in range(6000))],
    ids=["long headers", "one header without an end", "many headers"],
)
def test_a_head_without_an_end_is_cut_off_by_size(chunk: bytes) -> None:
    async def scene() -> None:
        async with opened(MemorySink(), CAMERA) as field:
            _, writer = await dial(field.http_port)
            writer.write(POST + b"X-First: ")
            assert await poured(writer, chunk, 64 * 2**20) < 16 * 2**20
            assert await seen(field) == 200

    run(scene())


def test_trailers_without_an_end_are_cut_off_by_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listen, "REQUEST_MAX", 1024 * 1024)

    async def scene() -> None:
        async with opened(MemorySink(), CAMERA) as field:
            _, writer = await dial(field.http_port)
            writer.write(POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n")
            assert await poured(writer, b"X-Filler: " + b"a" * 60_000 + b"\r\n", 64 * 2**20) < 24 * 2**20
            assert await seen(field) == 200

    run(scene())


def test_chunks_without_an_end_are_cut_off_at_the_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push, "BODY_MAX", 100_000)

    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, CAMERA) as field:
            reader, writer = await dial(field.http_port)
            writer.write(POST + b"Transfer-Encoding: chunked\r\n\r\n")
            await poured(writer, b"400\r\n" + bytes(1024) + b"\r\n", 400_000)
            assert (await ended(reader))[:12] in (b"HTTP/1.1 413", b""), "or cut off while it still sends"
            assert sink.refused[0].reason == "size: more than 100000 bytes"

    run(scene())


@pytest.mark.parametrize("length", [b"99999999999999999999", b"-1", b"1e9", b"8388609", b"5, 6"])
def test_a_length_that_lies_is_refused_before_its_body(length: bytes) -> None:
    async def scene() -> None:
        async with opened(MemorySink(), CAMERA) as field:
            reader, writer = await dial(field.http_port)
            writer.write(POST + b"Content-Length: " + length + b"\r\n\r\n")
            assert (await ended(reader)).split(b" ")[1] in (b"400", b"413")

    run(scene())


def test_a_length_longer_than_its_body_is_waited_for_only_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push, "BODY_S_MAX", 0.3)

    async def scene() -> None:
        async with opened(MemorySink(), CAMERA) as field:
            reader, writer = await dial(field.http_port)
            writer.write(POST + b"Content-Length: 1000\r\n\r\nshort")
            assert (await ended(reader)).startswith(b"HTTP/1.1 408")

    run(scene())


def test_requests_that_are_sent_without_waiting_for_answers_are_few() -> None:
    async def scene() -> None:
        async with opened(MemorySink(), CAMERA) as field:
            reader, writer = await dial(field.http_port)
            writer.write((POST + b"Content-Length: 0\r\n\r\n") * 5000)
            answers = await ended(reader)
            assert answers.count(b"HTTP/1.1 ") <= listen.PIPELINED_MAX + 2
            assert await seen(field) == 200

    run(scene())


def test_a_body_that_would_unfold_is_taken_as_it_is_and_refused() -> None:
    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, CAMERA) as field:
            bomb = gzip.compress(bytes(64 * 2**20), 9)
            assert await seen(field, content=bomb, headers={"content-encoding": "gzip"}) == 400
            assert sink.refused[0].raw == bomb

    run(scene())


def test_a_body_of_a_million_parts_is_cut_into_a_few() -> None:
    part = b"\r\n--b\r\nContent-Type: image/jpeg\r\n\r\nx"
    blob = part * (2**20 // len(part))
    began = time.process_time()
    assert len(split(blob, b"b")) == PARTS_MAX
    assert time.process_time() - began < 0.5

    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, CAMERA) as field:
            await seen(field, content=blob, headers={"content-type": "multipart/form-data; boundary=b"})
            assert len(sink.refused) == 1
            assert sink.said(PlateRead) == []

    run(scene())


def test_strangers_that_hold_all_their_connections_leave_room_for_a_camera(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listen, "STRANGERS_MAX", 20)
    monkeypatch.setattr(listen, "CONNECTIONS_MAX", 5)

    async def scene() -> None:
        async with opened(MemorySink(), CAMERA) as field:
            for place in range(30):
                await dial(field.http_port, f"127.0.0.{place % 3 + 10}")
            await until(lambda: field.state().connections_refused == 10)
            assert await seen(field) == 200

    run(scene())


def test_one_strange_address_has_few_connections() -> None:
    guests = listen.Guests(known=lambda address: address == "camera")
    assert sum(guests.enter("stranger") for _ in range(100)) == listen.STRANGERS_PER_ADDRESS_MAX
    assert sum(guests.enter("camera") for _ in range(100)) == 100
    for _ in range(listen.STRANGERS_PER_ADDRESS_MAX):
        guests.leave("stranger")
    assert guests.enter("stranger"), "who leaves makes room"


def test_a_camera_that_dribbles_its_bodies_leaves_hands_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push, "IN_HAND_MAX", 8)
    monkeypatch.setattr(push, "IN_HAND_PER_ADDRESS_MAX", 4)

    async def scene() -> None:
        other = device("other", "hikvision_isapi", allow=(ELSEWHERE,))
        async with opened(MemorySink(), CAMERA, other) as field:
            for _ in range(20):
                _, writer = await dial(field.http_port)
                writer.write(POST + b"Content-Length: 1000\r\n\r\nshort")
            await asyncio.sleep(0.1)
            assert await seen(field, ELSEWHERE) == 200
            for writer in DIALLED:
                writer.transport.abort()

    run(scene())


# Quarantine ----------------------------------------------------------------------------------------------------------


def test_a_thousand_unknown_ids_are_put_aside_a_few_a_minute() -> None:
    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, tracker("one", "1")) as field:
            for number in range(0, 1000, 50):
                await asyncio.gather(*(unknown(field, f"8699{number + one:011d}") for one in range(50)))
            await until(lambda: field.state().strangers == 1000)
            assert len(sink.refused) == PER_MINUTE_MAX

    run(scene(), 60)


async def unknown(field: Field, imei: str) -> None:
    reader, writer = await dial(field.tcp_ports["one"])
    writer.write(speak.encode_login(1, imei))
    await ended(reader)
    writer.close()


def test_names_of_strangers_are_not_held() -> None:
    async def scene() -> None:
        lines = [_line(post_of(), tracker("one", "1"), MemorySink(), clock, Company())]
        session = Session(listening(lines, MemorySink(), clock, "tcp:test"), "192.0.2.1")
        position = speak.encode_position(read(1))
        for number in range(200):
            await session.take(speak.encode_packet(number, speak.encode_record(number, position, oid=5000 + number)))
        assert len(session._lines) == 0
        await session.take(speak.encode_packet(300, speak.encode_record(300, position, oid=1)))
        assert list(session._lines) == ["1"]

    run(scene())


# Streams -------------------------------------------------------------------------------------------------------------


def tracker(name: str, declared_id: str, allow: tuple[str, ...] = ("0.0.0.0/0",)) -> Device:
    return device(name, "egts", host="127.0.0.1", port=0, allow=allow, declared_id=declared_id)


def imei(number: int) -> str:
    return f"86999{number:010d}"


def read(second: int) -> Position:
    at = Instant(clock() // 1000 * 1000 - 3_600_000 + second * 1000)
    return Position(
        device_id=NOBODY, reading_id=UNNAMED, received=clock(), time=at, latitude=42.5, longitude=74.25, satellites=9
    )


def said(second: int) -> bytes:
    return speak.encode_packet(second & 0xFFFF, speak.encode_record(second, speak.encode_position(read(second))))


class Terminal:
    """A tracker on a socket of its own."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def answer(self) -> bytes:
        head = await self.reader.readexactly(packet.HEAD)
        return head + await self.reader.readexactly(int.from_bytes(head[5:7], "little") + packet.CHECK)

    async def say(self, second: int) -> float:
        """Report; give the seconds of work that this process, the field in it, did until it was answered.

        Not the clock's seconds: on a machine that does other work those say nothing about who waits for whom.
        """
        began = time.process_time()
        self.writer.write(said(second))
        assert egts.acknowledged([await self.answer()])["confirmed_records"] == [second & 0xFFFF]
        return time.process_time() - began


async def login(port: int, name: str) -> Terminal:
    terminal = Terminal(*await dial(port))
    terminal.writer.write(speak.encode_login(1, name))
    await terminal.answer()
    assert (await terminal.answer())[-3] == packet.OK
    return terminal


def test_who_dials_and_says_nothing_keeps_no_device_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reception, "NEWCOMERS_MAX", 10)

    async def scene() -> None:
        async with opened(MemorySink(), tracker("one", imei(1)), tracker("two", imei(2))) as field:
            port = field.tcp_ports["one"]
            first = await login(port, imei(1))
            silent = [await dial(port) for _ in range(50)]
            await asyncio.gather(*(ended(reader) for reader, _ in silent[:40]))
            second = await login(port, imei(2))
            assert await first.say(1) < 1.0, "who is known is never let go for a newcomer"
            assert await second.say(1) < 1.0

    run(scene())


def test_a_login_that_dribbles_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reception, "INTRODUCTION_S_MAX", 0.5)

    async def scene() -> None:
        async with opened(MemorySink(), tracker("one", imei(1))) as field:
            reader, writer = await dial(field.tcp_ports["one"])
            hung_up = asyncio.create_task(ended(reader, 5))
            for byte in bytes((1, 0, 0, 11)) + bytes(1000):
                if hung_up.done():
                    break
                writer.write(bytes((byte,)))
                await asyncio.sleep(0.02)
            await hung_up
            assert field.state().devices[0].count.connects == 0

    run(scene())


@pytest.mark.parametrize(
    "head", [b"\x01\x00\x00\x0b\x00\xff\xff\x00\x00\x01", b"\x01\x00\x00\x10\x00\xff\xff\x00\x00\x01"]
)
def test_a_length_prefix_that_promises_the_most_is_held_within_its_cap(head: bytes) -> None:
    framer = egts.framer({})
    for _ in range(64):
        for frame in framer.feed(head + bytes(32_768)):
            assert len(frame.blob) <= packet.PACKET_MAX
    assert sum(len(value) for value in vars(framer).values() if isinstance(value, bytes)) <= 2 * packet.PACKET_MAX


def test_a_device_that_reads_no_answers_is_let_go_on_any_stream() -> None:
    from beket.devices.kit.clients import LinkDown
    from beket.devices.kit.driver import Link
    from beket.devices.kit.links import _answer

    async def scene() -> None:
        async def deaf(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            DIALLED.append(writer)
            await asyncio.sleep(5)

        listening = await asyncio.start_server(deaf, "127.0.0.1", 0)
        _, writer = await dial(listening.sockets[0].getsockname()[1])

        async def answered() -> None:
            for _ in range(1000):
                await _answer(writer, (bytes(65_536),), Link(silence_s_max=0.3))

        with pytest.raises(LinkDown, match="reads no answers"):
            await answered()
        listening.close()

    run(scene())


class Slow(MemorySink):
    """A sink that takes its time, as a disk does."""

    async def keep(self, place: PlaceId, entries: Sequence[Entry], pictures: Sequence[Picture] = ()) -> Kept:
        await asyncio.sleep(0.2)
        return await super().keep(place, entries, pictures)

    async def set_aside(self, refused: Refused) -> None:
        await asyncio.sleep(0.2)
        await super().set_aside(refused)


@pytest.mark.parametrize("name", [imei(1), imei(2)], ids=["known", "unknown"])
def test_who_hangs_up_before_the_answer_is_no_error(name: str, caplog: pytest.LogCaptureFixture) -> None:
    async def scene() -> None:
        sink = Slow()
        async with opened(sink, tracker("one", imei(1))) as field:
            _, writer = await dial(field.tcp_ports["one"])
            writer.write(speak.encode_login(1, name) + said(1))
            await writer.drain()
            await asyncio.sleep(0.05)
            at_once = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
            writer.transport.abort()
            await until(lambda: bool(sink.said(Position)) or bool(sink.refused))
            await asyncio.sleep(0.3)
        assert [record.message for record in caplog.records] == []

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(scene())


def test_garbage_without_an_end_keeps_no_tracker_waiting() -> None:
    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, SCALE, tracker("one", imei(1))) as field:
            calm = await login(field.tcp_ports["one"], imei(1))
            _, flood = await dial(field.tcp_ports["scale"], host=ELSEWHERE)
            pouring = asyncio.create_task(poured(flood, b"\x02" * 65_536, 2**40))
            waits = [await calm.say(number) for number in range(20)]
            pouring.cancel()
            await asyncio.gather(pouring, return_exceptions=True)
            assert sorted(waits)[-1] < 0.5
            assert len(sink.refused) <= PER_MINUTE_MAX

    run(scene())


def test_one_that_says_a_hundred_times_as_much_hurts_nobody() -> None:
    """Ten calm trackers and one that never waits: the calm ones' waits stay bounded, and all they say is kept."""

    async def scene() -> None:
        sink = MemorySink()
        trackers = [tracker(f"t{number}", imei(number)) for number in range(11)]
        async with opened(sink, *trackers) as field:
            ones = [await login(field.tcp_ports["t0"], imei(number)) for number in range(11)]
            flood, calm = ones[0], ones[1:]
            pouring = asyncio.create_task(poured(flood.writer, b"".join(map(said, range(1000))), 2**40))
            reading = asyncio.create_task(flood.reader.read(2**40))
            waits = [wait for n in range(10) for wait in await asyncio.gather(*(one.say(n) for one in calm))]
            for task in (pouring, reading):
                task.cancel()
            await asyncio.gather(pouring, reading, return_exceptions=True)
            kept = sink.said(Position)
            assert sum(reading.device_id == "t0" for reading in kept) > 1000, "the flood was there"
            assert sum(reading.device_id != "t0" for reading in kept) == 100
            assert sorted(waits)[-1] < 0.5

    run(scene())


def test_trackers_that_are_silent_cost_little() -> None:
    """Three hundred, with their client ends in the same process; the bench has 5,000 and the field's own."""

    async def scene() -> None:
        trackers = [tracker(f"t{number}", imei(number)) for number in range(300)]
        async with opened(MemorySink(), *trackers) as field:
            before = resident()
            ones = [await login(field.tcp_ports["t0"], imei(number)) for number in range(300)]
            each = (resident() - before) / len(ones)
            assert each < 100 * 1024, f"{each / 1024:.0f} KiB each, both ends"
            assert sum(state.connected for state in field.state().devices) == 300

    run(scene())


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


# Who may speak -------------------------------------------------------------------------------------------------------


def test_thousands_of_devices_behind_any_address_are_found_quickly_and_remembered_once() -> None:
    lines = [_line(post_of(), tracker(f"t{n}", imei(n)), MemorySink(), clock, Company()) for n in range(5000)]
    doors = Doors(lines)
    began = time.process_time()
    for number in range(20_000):
        address = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
        assert doors.named(imei(number % 5000), address) is lines[number % 5000]
        assert len(doors.at(address)) == 5000
    assert time.process_time() - began < 2.0
    assert len(doors._groups) <= GROUPS_MAX
    assert len({id(group) for group in doors._groups.values()}) == 1


def test_thousands_of_devices_that_post_from_any_address_are_told_apart_quickly() -> None:
    posting = [
        device(f"p{n}", "osmand", transport="http-push", allow=("0.0.0.0/0",), declared_id=imei(n)) for n in range(5000)
    ]
    lines = [_line(post_of(), one, MemorySink(), clock, Company()) for one in posting]
    began = time.process_time()
    neighbours = Neighbours(lines)
    for number in range(5000):
        asked = neighbours.at("/")
        assert isinstance(asked, Candidates)
        assert asked.speaker((imei(number),)) is lines[number]
        assert asked.speaker((imei(number + 9000),)) == UNKNOWN
    assert time.process_time() - began < 2.0


def test_each_in_its_own_address_is_found_too() -> None:
    allow = [(f"10.0.{n >> 8}.{n & 255}",) for n in range(3000)]
    lines = [_line(post_of(), tracker(f"t{n}", imei(n), allow[n]), MemorySink(), clock, Company()) for n in range(3000)]
    doors = Doors(lines)
    began = time.process_time()
    for number, (address,) in enumerate(allow):
        assert doors.at(address) == (lines[number],)
        assert doors.named(imei(number), "10.200.0.1") is None
    assert time.process_time() - began < 2.0
    assert len(doors._groups) <= GROUPS_MAX
