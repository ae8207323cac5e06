"""Devices that we pull from or ask, and that answer with what would unfold, never end, or never come."""

from __future__ import annotations

import asyncio
import gzip
import time
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from beket.devices.kit import asking, backoff
from beket.devices.kit.clients import REFUSAL_MAX
from beket.devices.kit.multipart import Parts
from beket.words.readings import PlateRead
from beket.words.site import Device
from tests.devices.sockets import MemorySink, device, opened, server, until

UNFOLDED = 256 * 1024 * 1024
BOMB = gzip.compress(bytes(UNFOLDED // 16), 9) * 16
"""A quarter of a gigabyte of zeros in 256 KiB."""

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff, "FIRST_S", 0.02)
    monkeypatch.setattr(backoff, "LONGEST_S", 0.05)


def resident_mib() -> float:
    """Memory of this process now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 2**20


def pulled(port: int) -> Device:
    return device("camera", "hikvision_isapi", transport="http-stream", host="127.0.0.1", port=port)


def signing(port: int) -> Device:
    given = {"user": "operator", "password_env": "CAMERA"}
    return device("camera", "hikvision_isapi", transport="http-stream", host="127.0.0.1", port=port, options=given)


def asked(port: int) -> Device:
    return device("camera", "onvif", transport="http-ask", host="127.0.0.1", port=port)


def answering(head: bytes, body: bytes, *, endless: bool = False) -> Callable[..., Awaitable[None]]:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 " + head + b"\r\n\r\n" + body)
        while endless:
            writer.write(bytes(65_536))
            await writer.drain()
        await writer.drain()

    return talk


def run(scene: Coroutine[Any, Any, None]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(20):
            await scene

    asyncio.run(bounded())


COMPRESSED = b"200 OK\r\nContent-Type: multipart/mixed; boundary=b\r\nContent-Encoding: gzip"


@pytest.mark.parametrize("make", [pulled, asked])
def test_an_answer_that_would_unfold_is_not_read(make: Callable[[int], Device]) -> None:
    async def scene() -> None:
        sink, before = MemorySink(), resident_mib()
        async with server(answering(COMPRESSED, BOMB)) as port, opened(sink, make(port)) as field:
            state = field.state().devices[0]
            await until(lambda: "compressed (gzip)" in (state.link_trouble or ""))
        assert sink.said(PlateRead) == []
        assert resident_mib() - before < 32

    run(scene())


def test_a_refusal_without_an_end_is_not_read_to_its_end() -> None:
    async def scene() -> None:
        before = resident_mib()
        head = b'401 Unauthorized\r\nWWW-Authenticate: Digest realm="r", nonce="n"'
        async with server(answering(head, b"", endless=True)) as port, opened(MemorySink(), signing(port)) as field:
            state = field.state().devices[0]
            await until(lambda: f"more than {REFUSAL_MAX} bytes" in (state.link_trouble or ""))
        assert resident_mib() - before < 32

    run(scene())


def test_an_answer_without_an_end_is_cut_at_its_cap() -> None:
    async def scene() -> None:
        head = b"200 OK\r\nContent-Type: application/soap+xml"
        async with server(answering(head, b"", endless=True)) as port, opened(MemorySink(), asked(port)) as field:
            state = field.state().devices[0]
            await until(lambda: f"more than {asking.ANSWER_MAX} bytes" in (state.link_trouble or ""))

    run(scene())


def test_an_answer_that_dribbles_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "ANSWER_S_MAX", 0.3)

    async def dribble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\nContent-Length: 100000\r\n\r\n")
        while True:
            writer.write(b" ")
            await asyncio.sleep(0.02)

    async def scene() -> None:
        async with server(dribble) as port, opened(MemorySink(), asked(port)) as field:
            state = field.state().devices[0]
            await until(lambda: "no whole answer within" in (state.link_trouble or ""))

    run(scene())


def test_a_stream_without_a_boundary_is_not_searched_again_for_every_byte() -> None:
    parts = Parts("multipart/mixed; boundary=edge")
    list(parts.feed(bytes(7 * 1024 * 1024)))
    began = time.process_time()
    for _ in range(20_000):
        list(parts.feed(b"x"))
    assert time.process_time() - began < 1.0, "searched anew, seven megabytes for each byte take more than a second"
    (frame,) = parts.feed(b"\r\n--edge\r\nContent-Length: 2\r\n\r\nok")
    assert frame.blob.endswith(b"ok")
