"""A lane's cabinet in the rehearsal: a barrier and two lamps that open for who leaves, and obey what the desk orders.

It is the arrangement `lane_eight`, spoken over Modbus TCP by a small answerer of our own. Nobody in the rehearsal waits
for it: the world passes as it would without, so that a barrier somebody closed never mixes up a lane.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Sequence
from typing import Final

from beket.devices.kit.modbus import MBAP_BYTES, ModbusFrames, bits, wrap
from beket.sim.dialled import Dialled, Now
from beket.sim.happenings import Met, Sight
from beket.sim.modbus_unit import ILLEGAL_ADDRESS, ILLEGAL_FUNCTION, UNIT, answered
from beket.words.ids import DeviceId
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

_UP, _DOWN, _RED, _GREEN = range(4)
_WRITE_ONE: Final = 5
_WRITE_MANY: Final = 15
_ON: Final = 0xFF00


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


class Barrier(Dialled):
    """One cabinet at its own address; answers every question and order at once."""

    def __init__(self, device: Device, now: Now) -> None:
        super().__init__(device, now)
        self.cabinet = Cabinet()

    def comes(self) -> None:
        """Let a conveyance through now."""
        self.cabinet.comes(self._now())

    def framer(self) -> ModbusFrames:
        """Requests are cut as answers are: by the length in their header."""
        return ModbusFrames()

    def asked(self, _link: asyncio.Transport, request: bytes) -> bytes:
        """Answer one request, or carry it out."""
        transaction, unit, pdu = int.from_bytes(request[:2], "big"), request[6], request[MBAP_BYTES:]
        if unit == UNIT and pdu[0] in (_WRITE_ONE, _WRITE_MANY):
            return wrap(unit, self._written(pdu), transaction, "tcp")
        at = self._now()
        return answered(request, {1: {0: self.cabinet.coils(at)}, 2: {0: self.cabinet.inputs(at)}})

    def _written(self, pdu: bytes) -> bytes:
        """Carry out a write and echo it, or say why not."""
        if len(pdu) < 5:
            return bytes((pdu[0] | 0x80, ILLEGAL_FUNCTION))
        function, address, value = struct.unpack_from(">BHH", pdu)
        values = (value == _ON,) if function == _WRITE_ONE else bits(pdu[6:], value)
        if not values or address + len(values) > VALUES:
            return bytes((function | 0x80, ILLEGAL_ADDRESS))
        self.cabinet.write(address, values, self._now())
        return pdu[:5]


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
