"""Devices that are asked over HTTP, one request after the other: pull points, event lists, pages to poll.

The decoder says what to ask: a request line (`GET /path` or `POST /path media/type`), a blank line, a body.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Final

import httpx

from beket.devices.kit.backoff import BackOff
from beket.devices.kit.clients import LinkDown, Secret, client_of
from beket.devices.kit.driver import Frame, Link
from beket.devices.kit.line import Line
from beket.devices.kit.links import keep_trying

ANSWER_MAX: Final = 8 * 1024 * 1024
"""Most bytes of one answer, as of one post."""

ANSWER_S_MAX: Final = 180.0
"""Longest time one answer may take, from the question to its last byte: a pull point holds it back for a minute."""

_log: Final = logging.getLogger("beket.field")


async def inquire(line: Line, link: Link, secret: Secret) -> None:
    """Keep asking a device: forever, waiting longer after each failure."""
    patience = BackOff()
    while True:
        heard_before = line.state.count.messages
        try:
            await _conversation(line, link, secret)
        except LinkDown as down:
            line.state.connected, line.state.link_trouble = False, str(down)
            _log.debug("%s: %s", line.device.id, down)
        async with line.lock:
            await keep_trying(line, [line.decoder.lost(line.clock())], line.device.host or "?")
        if line.state.count.messages > heard_before:
            patience.worked()
        await asyncio.sleep(patience.wait_s())


async def _conversation(line: Line, link: Link, secret: Secret) -> None:
    async with client_of(line, link, secret) as client:
        while True:
            question = line.decoder.ask(line.clock())
            if question:
                await _ask(line, client, question)
            await asyncio.sleep(float(line.device.options.get("ask_every_s", link.ask_every_s)))


async def _ask(line: Line, client: httpx.AsyncClient, question: bytes) -> None:
    head, _, body = question.partition(b"\r\n\r\n")
    method, path, *kind = head.decode("ascii").split(" ", 2)
    headers = {"content-type": kind[0]} if kind else {}
    try:
        async with (
            asyncio.timeout(ANSWER_S_MAX),
            client.stream(method, path, content=body, headers=headers) as response,
        ):
            content = await _whole(response)
    except TimeoutError as slow:
        raise LinkDown(f"{path}: no whole answer within {ANSWER_S_MAX:g} s") from slow
    except (httpx.HTTPError, httpx.InvalidURL) as failed:
        raise LinkDown(f"{path}: {failed or type(failed).__name__}") from failed
    if response.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN, httpx.codes.NOT_FOUND):
        raise LinkDown(f"the device answered {response.status_code} to {path}")
    await _heard(line, Frame(blob=content, content_type=response.headers.get("content-type", ""), path=path))


async def _whole(response: httpx.Response) -> bytes:
    """The answer as it came, within its cap."""
    chunks, size = [], 0
    async for chunk in response.aiter_raw():
        size += len(chunk)
        if size > ANSWER_MAX:
            raise LinkDown(f"an answer of more than {ANSWER_MAX} bytes")
        chunks.append(chunk)
    return b"".join(chunks)


async def _heard(line: Line, frame: Frame) -> None:
    state = line.state
    if not state.connected:
        state.connected, state.link_trouble = True, None
        state.count.connects += 1
    state.count.bytes += len(frame.blob)
    received = line.clock()
    async with line.lock:
        line.show(frame.blob)
        await keep_trying(line, [line.read(frame, received)], line.device.host or "?")
