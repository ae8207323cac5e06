"""A lane's cabinet in the rehearsal: a barrier and two lamps that open for who leaves, and obey what the desk orders.

It is the arrangement `lane_eight`, spoken over Modbus TCP by a small answerer of our own. Nobody in the rehearsal waits
for it: the world passes as it would without, so that a barrier somebody closed never mixes up a lane.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable, Sequence
from typing import Final, cast

from beket.devices.kit.modbus import (
    MBAP_BYTES,
    Ask,
    ModbusFrames,
    bits,
    encode_answer,
    encode_exception,
    parse_ask,
    wrap,
)
from beket.sim.happenings import Met, Sight
from beket.words.ids import DeviceId, Instant
from beket.words.site import Device

DRIVER: Final = "modbus_io"
"""The driver that reads these cabinets, and whose devices the desk may give orders to."""

OPTIONS: Final = {"map": "lane_eight", "points": "barrier, light", "orders": "lane_eight"}
"""How the site file describes one: it says how it stands, never that somebody passes, which is evidence."""

MOVES_MS: Final = 900
"""A short boom is up or down within a second."""

PASSES_MS: Final = 4_000
"""For so long it stands open for one conveyance, and its loop is occupied."""

VALUES: Final = 8
"""Inputs, and coils, of the cabinet."""

LINKS_MAX: Final = 4
"""Masters that the cabinet serves at once: who reads, who orders, and some to spare."""

ASKED_MAX: Final = 16
"""Most questions in one breath of a link."""

_UP, _DOWN, _RED, _GREEN = range(4)
_UNIT: Final = 1
_WRITE_ONE: Final = 5
_WRITE_MANY: Final = 15
_ON: Final = 0xFF00
_ILLEGAL_FUNCTION: Final = 1
_ILLEGAL_ADDRESS: Final = 2

Now = Callable[[], Instant]


class Cabinet:
    """What the cabinet's coils drive; where everything stands follows from the clock when somebody asks."""

    def __init__(self) -> None:
        self._coils = [False] * VALUES
        self._coils[_RED] = True
        self._raised = False
        self._moved_at = -MOVES_MS
        self._occupied_until = 0

    def comes(self, at: int) -> None:
        """Let a conveyance through."""
        self._settle(at)
        self._occupied_until = at + PASSES_MS
        self._settle(at)

    def inputs(self, at: int) -> list[bool]:
        """Give the limit switches (up, down) and the loop as they are at an instant."""
        self._settle(at)
        there = at - self._moved_at >= MOVES_MS
        switches = [there and self._raised, there and not self._raised, at < self._occupied_until]
        return switches + [False] * (VALUES - len(switches))

    def coils(self, at: int) -> list[bool]:
        """Give what is driven at an instant."""
        self._settle(at)
        return list(self._coils)

    def write(self, address: int, values: Sequence[bool], at: int) -> None:
        """Drive coils from an address on."""
        self._settle(at)
        self._coils[address : address + len(values)] = values
        self._settle(at)

    def _settle(self, at: int) -> None:
        """Move the boom when something else is wanted of it than before; the lamps follow it, until ordered otherwise.

        An order to open stands until one to close; the drive down is let go once the boom is down.
        """
        raised = self._coils[_UP] or at < self._occupied_until
        if raised is not self._raised:
            self._raised, self._moved_at = raised, at
            self._coils[_RED], self._coils[_GREEN] = not raised, raised
        elif not raised and at - self._moved_at >= MOVES_MS:
            self._coils[_DOWN] = False


class Barrier:
    """One cabinet at its own address; answers every question and order at once."""

    def __init__(self, device: Device, now: Now) -> None:
        self.cabinet = Cabinet()
        self._host = device.host or "127.0.0.1"
        self._port = device.port or 0
        self._now = now
        self._links: list[asyncio.Transport] = []
        self._server: asyncio.Server | None = None

    async def listen(self) -> int:
        """Open the cabinet's port; gives its number."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Link(self), self._host, self._port)
        return int(self._server.sockets[0].getsockname()[1])

    def close(self) -> None:
        """Hang up on everybody."""
        if self._server is not None:
            self._server.close()
        for link in list(self._links):
            link.abort()

    def comes(self) -> None:
        """Let a conveyance through now."""
        self.cabinet.comes(self._now())

    def joined(self, link: asyncio.Transport) -> None:
        """A master connected."""
        if len(self._links) >= LINKS_MAX:
            link.abort()
        else:
            self._links.append(link)

    def left(self, link: asyncio.Transport) -> None:
        """A master hung up."""
        if link in self._links:
            self._links.remove(link)

    def answered(self, request: bytes) -> bytes:
        """Answer one request; a unit that is not there is silent, what the cabinet does not know is refused."""
        transaction, unit, pdu = int.from_bytes(request[:2], "big"), request[6], request[MBAP_BYTES:]
        if unit != _UNIT:
            return b""
        if pdu[0] in (_WRITE_ONE, _WRITE_MANY):
            return wrap(unit, self._written(pdu), transaction, "tcp")
        asked = parse_ask(request)
        if asked is None or asked[0].function not in (1, 2):
            refused = Ask(unit=unit, function=pdu[0] & 0x7F, address=0, count=1)
            return encode_exception(refused, _ILLEGAL_FUNCTION, transaction)
        return self._read(*asked)

    def _read(self, ask: Ask, transaction: int) -> bytes:
        at = self._now()
        held = self.cabinet.coils(at) if ask.function == 1 else self.cabinet.inputs(at)
        values = held[ask.address : ask.address + ask.count]
        if len(values) < ask.count:
            return encode_exception(ask, _ILLEGAL_ADDRESS, transaction)
        return encode_answer(ask, values, transaction)

    def _written(self, pdu: bytes) -> bytes:
        """Carry out a write and echo it, or say why not."""
        if len(pdu) < 5:
            return bytes((pdu[0] | 0x80, _ILLEGAL_FUNCTION))
        function, address, value = struct.unpack_from(">BHH", pdu)
        values = (value == _ON,) if function == _WRITE_ONE else bits(pdu[6:], value)
        if not values or address + len(values) > VALUES:
            return bytes((function | 0x80, _ILLEGAL_ADDRESS))
        self.cabinet.write(address, values, self._now())
        return pdu[:5]


class _Link(asyncio.Protocol):
    """One master's connection."""

    def __init__(self, barrier: Barrier) -> None:
        self._barrier = barrier
        self._requests = ModbusFrames()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the master in."""
        self._transport = cast("asyncio.Transport", transport)
        self._barrier.joined(self._transport)

    def data_received(self, data: bytes) -> None:
        """Answer the requests that are whole."""
        frames = [frame for frame in self._requests.feed(data) if frame.broken is None]
        if self._transport is not None:
            self._transport.writelines(self._barrier.answered(frame.blob) for frame in frames[:ASKED_MAX])

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Let the master go."""
        if self._transport is not None:
            self._barrier.left(self._transport)


class Barriers:
    """All cabinets of the rehearsal, each beside the camera that sees who leaves its lane."""

    def __init__(self, devices: Sequence[Device], now: Now) -> None:
        by_gate = {
            (device.id.rpartition("/")[0], device.zone): Barrier(device, now)
            for device in devices
            if device.driver == DRIVER
        }
        self._all = tuple(by_gate.values())
        self._beside: dict[DeviceId, Barrier] = {
            device.id: by_gate[gate]
            for device in devices
            if device.view == "front" and (gate := (device.id.rpartition("/")[0], device.zone)) in by_gate
        }

    async def listen(self) -> None:
        """Open every port; raises OSError when an address is taken."""
        for barrier in self._all:
            await barrier.listen()

    def met(self, met: Met) -> None:
        """Open for whoever stands before the camera beside a barrier."""
        barrier = self._beside.get(met.device)
        if barrier is not None and isinstance(met, Sight) and not met.receding:
            barrier.comes()

    def close(self) -> None:
        """Hang up everywhere."""
        for barrier in self._all:
            barrier.close()
