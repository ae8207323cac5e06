"""Stream links: we dial a device, a device dials us, or we pull its stream over HTTP; all alike from there on."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from typing import Final

import httpx

from beket.devices.kit.backoff import BackOff
from beket.devices.kit.clients import CONNECT_S_MAX, LinkDown, Secret, client_of
from beket.devices.kit.driver import Frame, Framer, Link, Out
from beket.devices.kit.line import Line
from beket.devices.kit.ports import SinkTrouble
from beket.words.ids import Instant

CHUNK_MAX: Final = 64 * 1024
"""Most bytes taken from a socket at once."""

BITE_MAX: Final = 16 * 1024
"""Most bytes of a conversation that are read and decoded at once: some 5 ms of work, so that a flood of one device does
not keep the others waiting."""

_log: Final = logging.getLogger("beket.field")


async def keep_trying(line: Line, outs: list[Out], address: str) -> tuple[bytes, ...]:
    """Keep what was decoded, waiting out the sink's troubles: a stream's device cannot send it again."""
    batch = line.prepare(outs, line.clock())
    patience = BackOff()
    while True:
        try:
            await line.keep(batch, address)
        except SinkTrouble as trouble:
            _log.debug("%s: %s; nothing more is read from it until this is kept", line.device.id, trouble)
            await asyncio.sleep(patience.wait_s())
        else:
            return batch.replies


class Talk:
    """One conversation over a stream: bytes to frames to readings, in order, each durable before the next."""

    def __init__(self, line: Line, address: str, content_type: str = "") -> None:
        self._line = line
        self._address = address
        self._framer: Framer = line.driver.codec.framer(line.device.options, content_type)
        line.state.connected = True
        line.state.link_trouble = None
        line.state.count.connects += 1

    async def take(self, chunk: bytes) -> tuple[bytes, ...]:
        """Take bytes; returns when all they say is durable, however long that takes, with the replies due."""
        received = self._line.clock()  # now, and not when those before it are durable
        self._line.state.count.bytes += len(chunk)
        async with self._line.lock:
            return await self._kept(list(self._framer.feed(chunk)), received)

    async def end(self, why: str) -> None:
        """The link is gone: what was open is said as it stands."""
        line = self._line
        line.state.connected = False
        line.state.link_trouble = why
        async with line.lock:
            await self._kept(list(self._framer.end()), line.clock())
            await keep_trying(line, [line.decoder.lost(line.clock())], self._address)

    async def _kept(self, frames: list[Frame], received: Instant) -> tuple[bytes, ...]:
        if not frames:
            return ()
        self._line.show(frames[-1].blob)
        return await keep_trying(self._line, [self._line.read(frame, received) for frame in frames], self._address)


async def converse(line: Line, link: Link, streams: tuple[asyncio.StreamReader, asyncio.StreamWriter]) -> None:
    """Hold one TCP conversation until it ends; raises LinkDown saying how."""
    reader, writer = streams
    address = str(writer.get_extra_info("peername", ("?",))[0])
    talk = Talk(line, address)
    asking = _asking(line, link, writer)
    why = "closed by us"
    try:
        while chunk := await _read(reader, link):
            replies = await talk.take(chunk)
            if replies:
                await _answer(writer, replies, link)
            else:
                await asyncio.sleep(0)  # bytes that say nothing must not keep the others waiting
        why = "closed by the device"
    except (OSError, LinkDown) as down:
        why = str(down) or type(down).__name__
    finally:
        if asking is not None:
            asking.cancel()
        writer.close()
        await talk.end(why)
    raise LinkDown(why)


def send(writer: asyncio.StreamWriter, blob: bytes) -> None:
    """Send bytes, unless the peer has gone meanwhile: ConnectionResetError then, and no error of the event loop's."""
    if writer.is_closing():
        raise ConnectionResetError("closed by the device")
    writer.write(blob)


async def _answer(writer: asyncio.StreamWriter, replies: Sequence[bytes], link: Link) -> None:
    """Send answers; a device that reads none is let go, so that they do not pile up here."""
    send(writer, b"".join(replies))
    try:
        async with asyncio.timeout(link.silence_s_max):
            await writer.drain()
    except TimeoutError as deaf:
        raise LinkDown(f"reads no answers for {link.silence_s_max:g} s") from deaf


async def _read(reader: asyncio.StreamReader, link: Link) -> bytes:
    try:
        async with asyncio.timeout(link.silence_s_max):
            return await reader.read(BITE_MAX)
    except TimeoutError as silent:
        raise LinkDown(f"silent for {link.silence_s_max:g} s") from silent


def _asking(line: Line, link: Link, writer: asyncio.StreamWriter) -> asyncio.Task[None] | None:
    first = line.decoder.ask(line.clock())
    if not first:
        return None
    every_s = float(line.device.options.get("ask_every_s", link.ask_every_s))

    async def ask() -> None:
        with contextlib.suppress(OSError):  # the reading side says why the link is down
            question = first
            while True:
                if question:
                    send(writer, question)
                    await writer.drain()
                await asyncio.sleep(every_s)
                question = line.decoder.ask(line.clock())

    return asyncio.create_task(ask(), name=f"ask {line.device.id}")


async def dial(line: Line, link: Link, _secret: Secret) -> None:
    """Keep a TCP connection to the device: forever, waiting longer after each failure."""
    patience = BackOff()
    while True:
        try:
            await _dial_once(line, link, patience)
        except LinkDown as down:
            line.state.link_trouble = str(down)
            _log.debug("%s: %s", line.device.id, down)
        await asyncio.sleep(patience.wait_s())


async def _dial_once(line: Line, link: Link, patience: BackOff) -> None:
    host, port = line.device.host, line.device.port
    if host is None or port is None:
        raise LinkDown("the site file gives no host and port to dial")
    try:
        async with asyncio.timeout(CONNECT_S_MAX):
            streams = await asyncio.open_connection(host, port, limit=CHUNK_MAX)
    except (OSError, TimeoutError) as unreachable:
        raise LinkDown(f"cannot connect to {host}:{port}: {unreachable or 'no answer'}") from unreachable
    heard_before = line.state.count.messages
    try:
        await converse(line, link, streams)
    finally:
        if line.state.count.messages > heard_before:
            patience.worked()


async def pull(line: Line, link: Link, secret: Secret) -> None:
    """Keep pulling a device's HTTP stream: forever, waiting longer after each failure."""
    patience = BackOff()
    while True:
        heard_before = line.state.count.messages
        try:
            await _pull_once(line, link, secret)
        except LinkDown as down:
            line.state.link_trouble = str(down)
            _log.debug("%s: %s", line.device.id, down)
        if line.state.count.messages > heard_before:
            patience.worked()
        await asyncio.sleep(patience.wait_s())


async def _pull_once(line: Line, link: Link, secret: Secret) -> None:
    async with client_of(line, link, secret) as client:
        try:
            async with client.stream("GET", str(line.device.options.get("path", link.path))) as response:
                await _follow(line, response)
        except httpx.HTTPError as failed:
            raise LinkDown(f"{client.base_url}: {failed or type(failed).__name__}") from failed
    raise LinkDown("the device ended the stream")


async def _follow(line: Line, response: httpx.Response) -> None:
    if response.status_code != httpx.codes.OK:
        raise LinkDown(f"the device answered {response.status_code}")
    talk = Talk(line, line.device.host or "?", response.headers.get("content-type", ""))
    why = "closed by us"
    try:
        async for chunk in response.aiter_raw():  # as it came: nothing is unfolded
            await talk.take(chunk)
        why = "closed by the device"
    except httpx.HTTPError as failed:
        why = str(failed) or type(failed).__name__
        raise
    finally:
        await talk.end(why)
