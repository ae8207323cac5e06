"""One conversation with a module that is written to: each request has its one answer in time, or it is over."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from beket.devices.kit.driver import Frame, Problem
from beket.devices.kit.links import CHUNK_MAX
from beket.devices.kit.modbus import EXCEPTIONS, Answer, Ask, Heard, ModbusFrames, Wire, bits, encode_ask, parse
from beket.devices.kit.register_map import Values
from beket.devices.writing.wire import Coil, Write, writes
from beket.devices.writing.wiring import Wiring
from beket.words.ids import Instant
from beket.words.site import Device

ANSWER_S_MAX: Final = 1.0
CONNECT_S_MAX: Final = 3.0
"""Longest wait for an answer and for a connection: somebody stands at the barrier."""

EXCHANGE_MAX: Final = 16 * 1024
"""Most bytes of a conversation that are kept as evidence: some hundred requests with their answers."""

ANSWERS_MAX: Final = 16
"""Most foreign answers that are let pass before a conversation is given up."""


class LinkLost(Exception):
    """The module cannot be reached, or did not answer in time."""


class Denied(Exception):
    """The module answered that it would not."""


class WrongAnswer(Exception):
    """The module answered something else than what was written to it."""


class Talk:
    """Asks and writes, one request at a time."""

    def __init__(
        self, streams: tuple[asyncio.StreamReader, asyncio.StreamWriter], unit: int, wire: Wire, exchange: bytearray
    ) -> None:
        self._reader, self._writer = streams
        self._unit = unit
        self._wire: Wire = wire
        self._framer = ModbusFrames(wire)
        self._frames: list[Frame] = []
        self._transaction = 0
        self._exchange = exchange

    async def signals(self, by: Wiring) -> dict[str, bool | None]:
        """Read every signal of the wiring as it is now."""
        held = Values(by.block)
        for block in by.block:
            ask = block.ask(self._unit)
            body = await self._asked(ask)
            held.take(Answer(ask=ask, body=body, blob=body), Instant(0))
        return {name: bit.read(held) for name, bit in by.signal.items()}

    async def write(self, coils: Sequence[Coil]) -> None:
        """Write coils, and have each request's echo; WrongAnswer when an echo is another."""
        for one in writes(coils):
            heard = await self._exchanged(one.encode(self._unit, self._next(), self._wire), one.function)
            _check(one, heard)

    async def read_back(self, coils: Sequence[Coil]) -> None:
        """Read the coils that were written; WrongAnswer when one is not what it was put to."""
        for coil in coils:
            body = await self._asked(Ask(unit=self._unit, function=1, address=coil.address, count=1))
            if bits(body, 1)[0] is not coil.on:
                raise WrongAnswer(f"coil {coil.address} reads {'on' if not coil.on else 'off'}")

    async def _asked(self, ask: Ask) -> bytes:
        heard = await self._exchanged(encode_ask(ask, self._next(), self._wire), ask.function)
        if len(heard.body) != ask.size():
            raise WrongAnswer(f"{len(heard.body)} bytes of values to a question for {ask.size()}")
        return heard.body

    def _next(self) -> int:
        self._transaction = self._transaction % 0xFFFF + 1
        return self._transaction

    async def _exchanged(self, request: bytes, function: int) -> Heard:
        self._note(request)
        try:
            async with asyncio.timeout(ANSWER_S_MAX):
                self._writer.write(request)
                await self._writer.drain()
                for _ in range(ANSWERS_MAX):
                    heard = await self._heard()
                    if self._ours(heard, function):
                        break
                else:
                    raise LinkLost("nothing but foreign answers")
        except TimeoutError as late:
            raise LinkLost("no answer in time") from late
        except OSError as lost:
            raise LinkLost(str(lost) or type(lost).__name__) from lost
        if heard.failed is not None:
            raise Denied(EXCEPTIONS.get(heard.failed, f"exception {heard.failed}"))
        return heard

    def _ours(self, heard: Heard, function: int) -> bool:
        return (heard.unit, heard.function) == (self._unit, function) and heard.transaction in (None, self._transaction)

    async def _heard(self) -> Heard:
        while True:
            while self._frames:
                frame = self._frames.pop(0)
                heard = parse(frame.blob, self._wire) if frame.broken is None else None
                if heard is not None and not isinstance(heard, Problem):
                    return heard
            chunk = await self._reader.read(CHUNK_MAX)
            if not chunk:
                raise LinkLost("closed by the device")
            self._note(chunk)
            self._frames += self._framer.feed(chunk)

    def _note(self, blob: bytes) -> None:
        self._exchange += blob[: max(EXCHANGE_MAX - len(self._exchange), 0)]


def _check(one: Write, heard: Heard) -> None:
    if not one.taken(heard):
        raise WrongAnswer("its echo is not what was written")


@asynccontextmanager
async def talking(device: Device, unit: int, wire: Wire, exchange: bytearray) -> AsyncIterator[Talk]:
    """Connect for one order, noting in `exchange` what goes to and fro; LinkLost when that fails."""
    if device.host is None or device.port is None:
        raise LinkLost("the site file gives no host and port")
    try:
        async with asyncio.timeout(CONNECT_S_MAX):
            reader, writer = await asyncio.open_connection(device.host, device.port, limit=CHUNK_MAX)
    except (OSError, TimeoutError) as unreachable:
        raise LinkLost(f"cannot connect: {unreachable or 'no answer'}") from unreachable
    try:
        yield Talk((reader, writer), unit, wire, exchange)
    finally:
        writer.close()
        with contextlib.suppress(OSError):  # the conversation is over either way
            await writer.wait_closed()
