"""Stream links: we dial a device, a device dials us, or we pull its stream over HTTP; all alike from there on."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Final

import httpx

from beket.devices.kit.backoff import BackOff
from beket.devices.kit.clients import CONNECT_S_MAX, LinkDown, Secret, client_of
from beket.devices.kit.driver import Frame, Framer, Link, Out
from beket.devices.kit.line import Batch, Line
from beket.devices.kit.ports import SinkTrouble
from beket.words.ids import Instant

CHUNK_MAX: Final = 64 * 1024
"""Most bytes taken from a socket at once."""

BITE_MAX: Final = 16 * 1024
"""Most bytes of a conversation that are read and decoded at once: some 5 ms of work, so that a flood of one device does
not keep the others waiting."""

AHEAD_MAX: Final = 256 * 1024
"""Most bytes of a conversation that are read before what they say is durable: some minutes of a serial line at its
fastest, so that a busy log does not make its words late; while so much waits, the socket is not read."""

PIECE: Final = 256
"""What an entry, a problem or an answer that waits is counted as beside its bytes: roughly what it holds, and the
bound of their number (a thousand)."""

Answer = Callable[[Sequence[bytes]], Awaitable[None]]

_log: Final = logging.getLogger("beket.field")


async def keep_trying(line: Line, outs: list[Out], address: str) -> tuple[bytes, ...]:
    """Keep what was decoded, waiting out the sink's troubles: a stream's device cannot send it again."""
    batch = line.prepare(outs, line.clock())
    await _keep_together(line, (batch,), address)
    return batch.replies


async def _keep_together(line: Line, batches: Sequence[Batch], address: str) -> None:
    patience = BackOff()
    while True:
        try:
            await line.keep_together(batches, address)
        except SinkTrouble as trouble:
            _log.debug("%s: %s; nothing is answered until this is kept", line.device.id, trouble)
            await asyncio.sleep(patience.wait_s())
        else:
            return


class Talk:
    """One conversation over a stream: bytes to frames to readings as they come, kept in order, several at once.

    What is read is stamped and decoded at once, so that a busy log does not make a scale's words late, and its
    questions are asked when they are due. What it gives waits here until it is durable; while too much of it waits,
    nothing more is read.
    """

    def __init__(self, line: Line, address: str, content_type: str = "") -> None:
        self._line = line
        self._address = address
        self._framer: Framer = line.driver.codec.framer(line.device.options, content_type)
        self._waiting: list[Batch] = []
        self._weight = 0
        self._over = False
        self._some, self._room = asyncio.Event(), asyncio.Event()
        self._room.set()
        line.state.connected = True
        line.state.link_trouble = None
        line.state.count.connects += 1

    async def hold(self, chunks: AsyncIterator[bytes], answer: Answer | None = None) -> None:
        """Hear and keep all that comes, and answer what is kept; raises what ended the stream, if anything did."""
        listening = asyncio.create_task(self._listen(chunks), name=f"listen {self._line.device.id}")
        try:
            while await self._something():
                replies = await self._keep()
                if replies and answer is not None:
                    await answer(replies)
            await listening
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def end(self, why: str) -> None:
        """The link is gone: what waits is kept, and what was open is said as it stands."""
        line = self._line
        line.state.connected = False
        line.state.link_trouble = why
        self._heard(list(self._framer.end()), line.clock())
        self._wait_with([line.decoder.lost(line.clock())], line.clock())
        await self._keep()

    async def _listen(self, chunks: AsyncIterator[bytes]) -> None:
        try:
            async for chunk in chunks:
                self._line.state.count.bytes += len(chunk)
                self._weight += len(chunk)
                self._heard(list(self._framer.feed(chunk)), self._line.clock())
                if self._waiting and self._weight >= AHEAD_MAX:
                    self._room.clear()
                await asyncio.sleep(0)  # a flood of one device must not keep the others waiting
                await self._room.wait()
        finally:
            self._over = True
            self._some.set()

    async def _something(self) -> bool:
        """Wait for something to keep; False when nothing more comes."""
        await self._some.wait()
        return bool(self._waiting)

    def _heard(self, frames: list[Frame], received: Instant) -> None:
        if frames:
            self._line.show(frames[-1].blob)
            self._wait_with([self._line.read(frame, received) for frame in frames], received)

    def _wait_with(self, outs: list[Out], received: Instant) -> None:
        batch = self._line.prepare(outs, received)
        pieces = len(batch.entries) + len(batch.problems) + len(batch.replies)
        if pieces:
            self._waiting.append(batch)
            self._line.behind = True
            self._some.set()
            self._weight += pieces * PIECE
        elif not self._waiting:
            self._weight = 0  # its decoder has a bound of its own for what is not complete yet

    async def _keep(self) -> tuple[bytes, ...]:
        """Make all that waits durable together, however long that takes; gives the replies that are due."""
        async with self._line.lock:
            batches = tuple(self._waiting)
            weight = self._weight
            await _keep_together(self._line, batches, self._address)
            del self._waiting[: len(batches)]  # and not before: who is cut off meanwhile offers them again at the end
        self._weight -= weight
        self._room.set()
        if not self._waiting:
            self._line.behind = False
            if not self._over:
                self._some.clear()
        return tuple(reply for batch in batches for reply in batch.replies)


async def converse(line: Line, link: Link, streams: tuple[asyncio.StreamReader, asyncio.StreamWriter]) -> None:
    """Hold one TCP conversation until it ends; raises LinkDown saying how."""
    reader, writer = streams
    talk = Talk(line, str(writer.get_extra_info("peername", ("?",))[0]))
    asking = _asking(line, link, writer)
    why = "closed by us"
    try:
        await talk.hold(_bites(reader, link), lambda replies: _answer(writer, replies, link))
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


async def _bites(reader: asyncio.StreamReader, link: Link) -> AsyncIterator[bytes]:
    """What comes, as it comes; the device's silence counts only while we listen."""
    while True:
        try:
            async with asyncio.timeout(link.silence_s_max):
                bite = await reader.read(BITE_MAX)
        except TimeoutError as silent:
            raise LinkDown(f"silent for {link.silence_s_max:g} s") from silent
        if not bite:
            return
        yield bite


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
        await talk.hold(response.aiter_raw())  # as it came: nothing is unfolded
        why = "closed by the device"
    except httpx.HTTPError as failed:
        why = str(failed) or type(failed).__name__
        raise
    finally:
        await talk.end(why)
