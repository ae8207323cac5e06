"""MQTT against a real broker: read, acknowledged when durable and not before, come back to, told of by last wills."""

from __future__ import annotations

import asyncio
import logging
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiomqtt
import pytest
from amqtt.broker import Broker  # type: ignore[import-untyped]

from beket.devices.kit import mqtt
from beket.devices.kit.field import Field
from beket.devices.kit.registry import look_in
from beket.words.readings import Health, PlateRead
from tests.devices.acme import MAP, installed, passage
from tests.devices.brokers import keeping_broker
from tests.devices.sockets import MemorySink, device, opened, until
from tests.ports import free_port

TOPIC = "beket/kg/post/in-1/cam/plate_read"
STATUS = "beket/kg/post/in-1/cam/status"
TOPICAL = MAP.replace('"lane"\n', '{ path = "topic:3", as = "lookup", table = { in-1 = 1 } }\n')


@pytest.fixture(autouse=True)
def _acme(tmp_path: Path) -> Iterator[None]:
    logging.getLogger("amqtt").setLevel(logging.CRITICAL)
    look_in(installed(tmp_path, map_toml=TOPICAL))
    yield
    look_in(None)


@asynccontextmanager
async def broker_at(port: int) -> AsyncIterator[Broker]:
    """A broker that lets everybody in, until the block ends."""
    anybody = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}
    broker = Broker({"listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}}, "plugins": anybody})
    await broker.start()
    try:
        yield broker
    finally:
        await broker.shutdown()


@asynccontextmanager
async def camera_at(sink: MemorySink, port: int, **options: str) -> AsyncIterator[Field]:
    """A field with the camera, subscribed."""
    given = {"topic": "beket/kg/post/+/cam/plate_read", "status_topic": STATUS} | options
    camera = device("cam", "acme_cam", transport="mqtt", host="127.0.0.1", port=port, declared_id="S-1", options=given)
    async with opened(sink, camera) as field:
        await until(lambda: field.lines[0].state.connected)
        yield field


async def publish(port: int, payload: bytes, topic: str = TOPIC, *, retain: bool = False) -> None:
    async with aiomqtt.Client("127.0.0.1", port) as client:
        await client.publish(topic, payload, qos=1, retain=retain)


async def _read() -> MemorySink:
    sink, port = MemorySink(), free_port()
    async with broker_at(port), camera_at(sink, port):
        await publish(port, passage())
        await publish(port, b'{"kind": "tick", "camera": {"serial": "S-1"}, "trouble": "lens"}')
        await until(lambda: any(getattr(one, "fault", None) == "lens" for one in sink.said(Health)))
    return sink


def test_a_message_is_read_with_what_its_topic_says() -> None:
    sink = asyncio.run(_read())
    (read,) = sink.said(PlateRead)
    assert isinstance(read, PlateRead)
    assert (read.plate, read.lane, read.time) == ("01KG777ABC", 1, 1_791_188_467_412)
    raw = next(entry.raw for entry in sink.entries if isinstance(entry.body, PlateRead))
    assert raw is not None
    assert (
        b"".join(piece.inline or b"" for piece in raw.pieces) == b"topic: " + TOPIC.encode() + b"\r\n\r\n" + passage()
    )


async def _cut_off_before_durable() -> tuple[MemorySink, MemorySink, list[int]]:
    full, well, left = MemorySink(), MemorySink(), []
    async with keeping_broker(TOPIC, [passage(id="a"), passage(id="b")]) as (broker, port):
        full.trouble = True
        async with camera_at(full, port):
            await until(lambda: full.offers > 0)
        left.append(len(broker.unacknowledged))
        async with camera_at(well, port):
            await until(lambda: not broker.unacknowledged)
        assert broker.clean_sessions == [False, False]
    return full, well, left


def test_what_was_not_durable_was_not_acknowledged_and_comes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("beket.devices.kit.field.LAST_WORDS_S_MAX", 0.2)
    full, well, left = asyncio.run(_cut_off_before_durable())
    assert full.said(PlateRead) == []
    assert left == [2]
    assert [read.event_id for read in well.said(PlateRead)] == ["a", "b"]  # type: ignore[union-attr]


async def _too_many_at_once(payloads: list[bytes]) -> tuple[MemorySink, int]:
    sink = MemorySink()
    async with keeping_broker(TOPIC, payloads) as (broker, port), camera_at(sink, port) as field:
        await until(lambda: not broker.unacknowledged, 20)
        return sink, field.lines[0].state.count.connects


def test_more_than_there_is_room_for_comes_again_and_nothing_is_lost() -> None:
    payloads = [passage(id=str(n)) for n in range(3 * mqtt.QUEUE_MAX)]
    sink, connects = asyncio.run(_too_many_at_once(payloads))
    assert {read.event_id for read in sink.said(PlateRead)} == {str(n) for n in range(len(payloads))}  # type: ignore[union-attr]
    assert connects > 1


async def _broker_restarts() -> MemorySink:
    sink, port = MemorySink(), free_port()
    async with AsyncExitStack() as stack:
        async with broker_at(port):
            field = await stack.enter_async_context(camera_at(sink, port))
        await until(lambda: not field.lines[0].state.connected, 10)
        assert field.lines[0].state.link_trouble
        async with broker_at(port):
            await until(lambda: field.lines[0].state.connected, 15)
            await publish(port, passage())
            await until(lambda: bool(sink.said(PlateRead)))
    return sink


def test_a_broker_that_restarts_is_come_back_to() -> None:
    assert len(asyncio.run(_broker_restarts()).said(PlateRead)) == 1


async def _last_will() -> list[str | None]:
    sink, port = MemorySink(), free_port()
    async with broker_at(port), camera_at(sink, port) as field:
        state = field.lines[0].state
        heard: list[str | None] = []
        for word, connected in ((b"offline", False), (b'{"state": "online"}', True)):
            await publish(port, word, STATUS, retain=True)
            await until(lambda wanted=connected: state.connected is wanted)  # type: ignore[misc]
            heard.append(state.fault)
    return heard


def test_a_last_will_says_that_a_device_has_gone() -> None:
    assert asyncio.run(_last_will()) == ["offline", None]


async def _refused(payload: bytes) -> MemorySink:
    sink, port = MemorySink(), free_port()
    async with broker_at(port), camera_at(sink, port):
        await publish(port, payload)
        await until(lambda: bool(sink.refused))
        await publish(port, passage())
        await until(lambda: bool(sink.said(PlateRead)))
    return sink


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (passage(camera={"serial": "S-2"}), "device: "),
        (b"{", "json: "),
        (b"x" * 3000, "size: a message of 3000 bytes"),
    ],
)
def test_what_cannot_be_taken_is_put_aside_and_the_next_is_read(
    payload: bytes, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mqtt, "PAYLOAD_MAX", 2000)
    sink = asyncio.run(_refused(payload))
    assert sink.refused[0].reason.startswith(reason)
    assert len(sink.said(PlateRead)) == 1


async def _retained() -> MemorySink:
    sink, port = MemorySink(), free_port()
    async with broker_at(port):
        await publish(port, passage(id="kept"), retain=True)
        async with camera_at(sink, port):
            await publish(port, passage(id="new"))
            await until(lambda: bool(sink.said(PlateRead)))
    return sink


def test_a_retained_message_is_no_news() -> None:
    assert [read.event_id for read in asyncio.run(_retained()).said(PlateRead)] == ["new"]  # type: ignore[union-attr]


async def _greeting(secured: ssl.SSLContext | None, **options: str) -> tuple[bytes, int]:
    sink = MemorySink()
    async with keeping_broker(TOPIC, [passage()], secured) as (broker, port), camera_at(sink, port, **options):
        await until(lambda: not broker.unacknowledged)
    return broker.greetings[0], len(sink.said(PlateRead))


def test_the_broker_is_told_who_we_are() -> None:
    greeting, read = asyncio.run(_greeting(None, user="house", password_env="CAMERA", client_id="node-7"))
    assert greeting.endswith(b"\x00\x06node-7\x00\x05house\x00\x06secret")
    assert read == 1


def certified(folder: Path) -> tuple[ssl.SSLContext, str]:
    """A broker's side of TLS, and the file of its certificate."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed, so there is no certificate to try")
    key, certificate = str(folder / "key.pem"), str(folder / "certificate.pem")
    asked = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=broker"
    made = ["openssl", *asked.split(), "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate]
    subprocess.run(made, check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    return tls, certificate


def test_a_broker_is_spoken_to_through_tls(tmp_path: Path) -> None:
    tls, certificate = certified(tmp_path)
    assert asyncio.run(_greeting(tls, tls="yes", ca_file=certificate))[1] == 1


async def _untrusted(tls: ssl.SSLContext) -> str:
    async with keeping_broker(TOPIC, [], tls) as (_, port):
        return await _trouble_of(port, topic="a/#", tls="yes")


# The library leaves the socket of a failed handshake to the garbage collector.
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_broker_whose_certificate_we_do_not_know_is_not_spoken_to(tmp_path: Path) -> None:
    assert "certificate verify failed" in asyncio.run(_untrusted(certified(tmp_path)[0]))


async def _trouble_of(port: int, **options: str) -> str:
    sink = MemorySink()
    camera = device("cam", "acme_cam", transport="mqtt", host="127.0.0.1", port=port, options=options)
    async with opened(sink, camera) as field:
        await until(lambda: field.lines[0].state.link_trouble is not None)
        return str(field.lines[0].state.link_trouble)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "no option topic"),
        ({"topic": "a/#"}, "127.0.0.1: "),
        ({"topic": "a/#", "user": "u", "password_env": "NONE"}, "no password is set under the name NONE"),
        ({"topic": "a/#", "tls": "yes", "ca_file": "/no/such/file"}, "TLS: "),
        ({"topic": "a/b#"}, "127.0.0.1: "),
    ],
)
def test_a_link_that_cannot_be_made_says_why(options: dict[str, str], said: str) -> None:
    assert said in asyncio.run(_trouble_of(free_port(), **options))
