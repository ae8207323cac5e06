"""Devices that speak in datagrams: each is a message of its own, answered when what it says is durable."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Final

from beket.devices.kit.doors import speaker
from beket.devices.kit.driver import Frame, Problem
from beket.devices.kit.line import Clock, Line
from beket.devices.kit.links import keep_trying
from beket.devices.kit.ports import Sink, SinkTrouble
from beket.devices.kit.session import Session, Unwelcome, listening

IN_HAND_MAX: Final = 256
"""Most datagrams in hand at once; one more is let fall, as the network would: the device sends it again."""

IN_HAND_PER_ADDRESS_MAX: Final = 64
"""Most of them from one address, so that one that floods leaves room for the others."""


class Datagrams(asyncio.DatagramProtocol):
    """One UDP port and the devices that may speak there, told apart by their addresses or by what they say."""

    def __init__(self, lines: Sequence[Line], sink: Sink, clock: Clock, listener: str) -> None:
        self._in_band = lines[0].driver.links["udp"].in_band
        self._listening = listening(lines, sink, clock, listener)
        self._clock = clock
        self._transport: asyncio.DatagramTransport | None = None
        self._in_hand: set[asyncio.Task[None]] = set()
        self._by_address: Counter[str] = Counter()
        self.strangers = 0
        self.refused = 0

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        """The port is open."""
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Take one datagram into hand, if there is room."""
        if len(self._in_hand) >= IN_HAND_MAX or self._by_address[addr[0]] >= IN_HAND_PER_ADDRESS_MAX:
            self.refused += 1
            return
        self._by_address[addr[0]] += 1
        task = asyncio.get_running_loop().create_task(self._take(data, addr), name="datagram")
        self._in_hand.add(task)
        task.add_done_callback(self._in_hand.discard)

    async def close(self) -> None:
        """Close the port; what is in hand may still become durable."""
        if self._transport is not None:
            self._transport.close()
        if self._in_hand:
            await asyncio.wait(list(self._in_hand), timeout=1.0)

    async def _take(self, blob: bytes, addr: tuple[str, int]) -> None:
        try:
            replies = await (self._told(blob, addr[0]) if self._in_band else self._known(blob, addr[0]))
        except Unwelcome as unwelcome:
            self.strangers += 1
            replies = (unwelcome.answer,) if unwelcome.answer else ()
        except SinkTrouble:
            return
        finally:
            self._leave(addr[0])
        if self._transport is not None and not self._transport.is_closing():
            for reply in replies:
                self._transport.sendto(reply, addr)

    def _leave(self, address: str) -> None:
        self._by_address[address] -= 1
        if not self._by_address[address]:
            del self._by_address[address]

    async def _told(self, blob: bytes, address: str) -> tuple[bytes, ...]:
        session = Session(self._listening, address)
        replies = await session.take(blob)
        await session.finish()
        return replies

    async def _known(self, blob: bytes, address: str) -> tuple[bytes, ...]:
        lines = self._listening.doors.at(address)
        who = speaker(lines, "", ()) if lines else "no device is registered for this address"
        if isinstance(who, str):
            problem = Problem(kind="shape", detail=who, raw=blob)
            await self._listening.quarantine.refuse(problem, address, self._clock())
            raise Unwelcome(who)
        received = self._clock()
        async with who.lock:
            framer = who.driver.codec.framer(who.device.options)
            frames: list[Frame] = [*framer.feed(blob), *framer.end()]
            outs = [who.read(frame, received) for frame in frames]
            who.state.count.bytes += len(blob)
            who.show(blob)
            return await keep_trying(who, outs, address)
