"""The listener cameras post to, over real sockets: answered after the log has it, and hard to misuse."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from beket.devices.hikvision_isapi.codec import Shot, Sighting, encode_heartbeat, encode_push
from beket.devices.kit import listen, push
from beket.devices.kit.field import Field
from beket.devices.kit.quarantine import PER_MINUTE_MAX
from beket.words.readings import Health, PlateRead
from beket.words.site import Device
from tests.devices.sockets import MemorySink, clock, device, opened, until

HERE = ("127.0.0.1",)
JPEG = b"\xff\xd8" + bytes(range(256)) * 600 + b"\xff\xd9"
CAMERA = device("camera", "hikvision_isapi", allow=HERE)


def sighting(plate: str = "01KG317PPO", **given: object) -> Sighting:
    return Sighting(at=clock(), plate=plate, uuid=f"u-{plate}", **given)  # type: ignore[arg-type]


async def post(field: Field, sent: tuple[str, bytes], path: str = "/") -> httpx.Response:
    content_type, body = sent
    async with httpx.AsyncClient(trust_env=False) as client:
        address = f"http://127.0.0.1:{field.http_port}{path}"
        return await client.post(address, content=body, headers={"content-type": content_type})


async def raw(field: Field, sent: bytes, seconds: float = 5.0) -> bytes:
    """Send bytes as they are and read until the listener closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", field.http_port)
    try:
        writer.write(sent)
        async with asyncio.timeout(seconds):
            return await reader.read()
    finally:
        writer.close()


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


def test_a_post_is_answered_after_it_is_kept() -> None:
    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, CAMERA) as field:
            sent = encode_push(sighting(country="KG"), (Shot(name="detectionPicture.jpg", jpeg=JPEG),))
            answer = await post(field, sent)
            assert answer.status_code == 200
            (entry,) = sink.entries
            assert isinstance(entry.body, PlateRead)
            assert (entry.body.plate, entry.body.device_id) == ("01KG317PPO", "camera")
            assert entry.body.drift_ms is None, "one message says nothing about a clock"
            assert entry.raw is not None
            assert entry.body.raw_sha256 == entry.raw.sha256
            joined = b"".join(
                piece.inline if piece.inline is not None else sink.pictures[piece.kept or ""]
                for piece in entry.raw.pieces
            )
            assert joined == sent[1]
            assert sink.pictures[entry.body.images[0].sha256] == JPEG

    asyncio.run(scene())


def test_a_sink_in_trouble_is_not_acknowledged_and_the_resend_is_the_same_reading() -> None:
    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, CAMERA) as field:
            sent = encode_push(sighting())
            sink.trouble = True
            refused = await post(field, sent)
            assert refused.status_code == 503
            assert refused.headers["retry-after"] == "5"
            assert sink.entries == []
            sink.trouble = False
            first, again = await post(field, sent), await post(field, sent)
            assert (first.status_code, again.status_code) == (200, 200)
            ids = {entry.body.reading_id for entry in sink.entries if isinstance(entry.body, PlateRead)}
            assert len(ids) == 1

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("registered", "path", "reason"),
    [
        (device("camera", "hikvision_isapi", allow=("192.0.2.0/24",)), "/", "no device is registered"),
        (device("camera", "hikvision_isapi"), "/", "no device is registered"),
        (device("camera", "hikvision_isapi", allow=HERE, declared_id="02:00:00:00:00:99"), "/", "unknown id"),
        (device("camera", "hikvision_isapi", allow=HERE, options={"path": "/north"}), "/south", "posts to this path"),
    ],
    ids=["wrong address", "empty allow list", "wrong id", "wrong path"],
)
def test_whom_we_do_not_know_is_set_aside(registered: Device, path: str, reason: str) -> None:
    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, registered) as field:
            sent = encode_push(sighting())
            answer = await post(field, sent, path)
            assert answer.status_code == 403
            assert sink.entries == []
            (refused,) = sink.refused
            assert reason in refused.reason
            assert refused.address == "127.0.0.1"
            assert refused.raw == sent[1]
            assert field.state().strangers == 1

    asyncio.run(scene())


def test_cameras_at_one_address_are_told_apart_by_what_they_say() -> None:
    async def scene() -> None:
        sink = MemorySink()
        by_mac = device("by-mac", "hikvision_isapi", allow=HERE, declared_id="02-00-5E-10-00-01")
        by_channel = device("by-channel", "hikvision_isapi", allow=HERE, declared_id="192.0.2.7#2")
        by_path = device("by-path", "hikvision_isapi", allow=HERE, options={"path": "/gate"})
        async with opened(sink, by_mac, by_channel, by_path) as field:
            await post(field, encode_push(sighting("A1", mac="02:00:5e:10:00:01")))
            await post(field, encode_push(sighting("A2", ip="192.0.2.7", channel=2)))
            await post(field, encode_push(sighting("A3")), "/gate")
            said = [(entry.body.plate, entry.body.device_id) for entry in sink.entries]  # type: ignore[union-attr]
            assert said == [("A1", "by-mac"), ("A2", "by-channel"), ("A3", "by-path")]
            nobody = await post(field, encode_push(sighting("A4")), "/elsewhere")
            assert nobody.status_code == 403

    asyncio.run(scene())


def test_two_devices_that_cannot_be_told_apart_are_both_refused() -> None:
    async def scene() -> None:
        sink = MemorySink()
        twins = (device("one", "hikvision_isapi", allow=HERE), device("two", "hikvision_isapi", allow=HERE))
        async with opened(sink, *twins) as field:
            assert (await post(field, encode_push(sighting()))).status_code == 403
            assert "several devices" in sink.refused[0].reason

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><EventNotificationAlert/>", 400, "dtd"),
        (b"<EventNotificationAlert><ANPR>", 400, "xml"),
        (b'{"ANPR":', 400, "json"),
        (b"hello", 400, "content"),
        (JPEG, 200, "orphan_pictures"),
    ],
)
def test_a_message_that_cannot_be_read_is_set_aside(body: bytes, status: int, reason: str) -> None:
    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, CAMERA) as field:
            answer = await post(field, ("application/octet-stream", body))
            assert answer.status_code == status
            assert sink.entries == []
            (refused,) = sink.refused
            assert refused.reason.startswith(reason)
            assert refused.device == "camera"
            assert refused.raw == body

    asyncio.run(scene())


def test_a_flood_does_not_fill_the_quarantine() -> None:
    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, CAMERA) as field:
            for _ in range(PER_MINUTE_MAX + 5):
                await post(field, ("text/plain", b"hello"))
            assert len(sink.refused) == PER_MINUTE_MAX
            assert field.state().devices[0].count.refused == PER_MINUTE_MAX + 5

    asyncio.run(scene())


def test_a_body_over_the_cap_is_refused_announced_or_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push, "BODY_MAX", 100_000)

    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, CAMERA) as field:
            announced = await post(field, ("text/xml", b"x" * 100_001))
            assert announced.status_code == 413
            async with httpx.AsyncClient(trust_env=False) as client:
                address = f"http://127.0.0.1:{field.http_port}/"
                hidden = await client.post(address, content=pieces(*[b"x" * 10_000] * 11))
            assert hidden.status_code == 413
            assert [refused.reason.partition(":")[0] for refused in sink.refused] == ["size", "size"]
            assert (await post(field, encode_push(sighting()))).status_code == 200

    asyncio.run(scene())


def test_a_slow_head_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listen, "HEAD_S_MAX", 0.2)

    async def scene() -> None:
        async with opened(MemorySink(), CAMERA) as field:
            for beginning in (b"", b"POST / HTTP/1.1\r\nHost: x\r\nX-Slow: "):
                try:
                    assert await raw(field, beginning, seconds=3.0) == b""
                except ConnectionResetError:
                    continue
            assert (await post(field, encode_push(sighting()))).status_code == 200

    asyncio.run(scene())


def test_a_slow_body_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push, "BODY_S_MAX", 0.2)

    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, CAMERA) as field:
            answer = await raw(field, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n<Event")
            assert answer.startswith(b"HTTP/1.1 408")
            assert sink.entries == []
            assert (await post(field, encode_push(sighting()))).status_code == 200

    asyncio.run(scene())


def test_slow_strangers_do_not_hold_up_a_camera() -> None:
    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, CAMERA) as field:
            slow = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n<Event"
            links = [await from_address("127.0.0.9", field) for _ in range(push.STRANGERS_IN_HAND_MAX + 4)]
            for _, writer in links:
                writer.write(slow)
            async with asyncio.timeout(1.5):
                assert (await post(field, encode_push(sighting()))).status_code == 200
            answers = [await reader.read() for reader, _ in links]
            assert all(answer.startswith(b"HTTP/1.1 408") for answer in answers)
            for _, writer in links:
                writer.close()

    asyncio.run(scene())


async def from_address(address: str, field: Field) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", field.http_port, local_addr=(address, 0))


def test_a_client_that_leaves_in_the_middle_leaves_nothing() -> None:
    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, CAMERA) as field:
            _, writer = await asyncio.open_connection("127.0.0.1", field.http_port)
            writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n<Event")
            await writer.drain()
            writer.close()
            assert (await post(field, encode_push(sighting()))).status_code == 200
            assert len(sink.entries) == 1

    asyncio.run(scene())


def test_more_connections_than_the_cap_are_not_let_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listen, "CONNECTIONS_PER_ADDRESS_MAX", 2)

    async def scene() -> None:
        async with opened(MemorySink(), CAMERA) as field:
            guests = [await asyncio.open_connection("127.0.0.1", field.http_port) for _ in range(3)]
            await until(lambda: field.state().connections_refused == 1)
            for _, writer in guests:
                writer.close()
            await asyncio.sleep(0.05)
            assert (await post(field, encode_push(sighting()))).status_code == 200

    asyncio.run(scene())


def test_a_visitor_with_a_browser_is_told_that_nothing_is_here() -> None:
    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, CAMERA) as field:
            async with httpx.AsyncClient(trust_env=False) as client:
                assert (await client.get(f"http://127.0.0.1:{field.http_port}/")).status_code == 404
            assert sink.refused == []

    asyncio.run(scene())


def test_fields_in_the_query_are_a_reading_too() -> None:
    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, CAMERA) as field:
            query = "/?licensePlate=1234AA01&country=83&dateTime=2026-10-05T14:21:07&eventType=ANPR"
            assert (await post(field, ("image/jpeg", JPEG), query)).status_code == 200
            (read,) = sink.said(PlateRead)
            assert isinstance(read, PlateRead)
            assert (read.plate, read.country, read.time) == ("1234AA01", "TJ", 1_791_188_467_000)
            assert len(read.images) == 1

    asyncio.run(scene())


def test_a_heartbeat_makes_the_camera_alive_and_video_loss_makes_it_faulty() -> None:
    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, CAMERA) as field:
            await post(field, encode_heartbeat(clock()))
            await until(lambda: len(sink.said(Health)) == 1)
            await post(field, encode_heartbeat(clock(), fault=True))
            await until(lambda: len(sink.said(Health)) == 2)
            told = [(one.alive, one.fault, one.messages) for one in sink.said(Health) if isinstance(one, Health)]
            assert told == [(True, None, 1), (True, "videoloss", 1)]
            assert sink.said(PlateRead) == []

    asyncio.run(scene())
