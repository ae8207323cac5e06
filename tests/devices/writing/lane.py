"""A simulated lane that obeys coils as a real one does, slowly, and goes wrong when the test says so."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Literal

from beket.devices.kit import modbus
from beket.devices.kit.modbus import ModbusFrames
from beket.devices.kit.ports import Kept, Picture, Refused, SinkTrouble
from beket.devices.writing.interlock import Lane
from beket.words.decisions import EquipmentOrder, OrderEquipment
from beket.words.ids import CrossingId, DeviceId, Instant, PlaceId
from beket.words.readings import SwitchResult
from beket.words.roles import Role
from beket.words.site import Device
from beket.words.wire import Entry

PLACE = PlaceId("KG-TEST")
GATE = DeviceId("KG-TEST/in-1/barrier")
NOW = Instant(1_795_000_000_000)

Fault = Literal["", "cut_after_write", "cut_for_good", "wrong_echo", "forgets", "denies", "stuck", "mute"]


class LaneBox:
    """Eight inputs and eight coils: up, down, red, green, lock; the barrier takes its time."""

    def __init__(self, fault: Fault = "", moves_s: float = 0.15) -> None:
        self.coils = [False] * 8
        self.inputs = [False, True] + [False] * 6
        self.fault: Fault = fault
        self.moves_s = moves_s
        self.writes: list[tuple[int, bool]] = []
        self.port = 0
        self._wanted = (False, False)
        self._moving: asyncio.Task[None] | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection until it ends or the fault cuts it."""
        if self.fault == "cut_for_good" and self.writes:
            return
        while len(head := await reader.read(260)) >= 12:
            for frame in _requests(head):
                answer = self._answer(frame)
                if answer is None:
                    return
                writer.write(answer)
            await writer.drain()

    def _answer(self, frame: bytes) -> bytes | None:
        transaction, unit = int.from_bytes(frame[:2], "big"), frame[6]
        function, address, value = struct.unpack(">BHH", frame[7:12])
        if function in (1, 2):
            ask = modbus.Ask(unit=unit, function=function, address=address, count=value)
            held = self.coils if function == 1 else self.inputs
            return modbus.encode_answer(ask, [int(one) for one in held[address : address + value]], transaction)
        if self.fault == "denies":
            return modbus.wrap(unit, bytes((function | 0x80, 4)), transaction, "tcp")
        if self.fault == "mute":
            return b""
        self._written(function, address, value, frame)
        if self.fault in ("cut_after_write", "cut_for_good"):
            self.fault = "cut_for_good" if self.fault == "cut_for_good" else ""
            return None
        echo = frame[7:12] if self.fault != "wrong_echo" else struct.pack(">BHH", function, address + 1, value)
        return modbus.wrap(unit, echo, transaction, "tcp")

    def _written(self, function: int, address: int, value: int, frame: bytes) -> None:
        values = [value == 0xFF00] if function == 5 else list(modbus.bits(frame[13:], value))
        for at, on in enumerate(values, start=address):
            self.writes.append((at, on))
            if self.fault != "forgets":
                self.coils[at] = on
        if self.fault != "stuck":
            self._move()

    def _move(self) -> None:
        wanted = self.coils[0], self.coils[1]
        if wanted == self._wanted:
            return
        self._wanted = wanted
        if self._moving is not None:
            self._moving.cancel()
        if wanted[0] is not wanted[1]:
            self._moving = asyncio.get_running_loop().create_task(self._travel(wanted))

    async def _travel(self, wanted: tuple[bool, bool]) -> None:
        self.inputs[0:2] = [False, False]
        await asyncio.sleep(self.moves_s)
        self.inputs[0:2] = list(wanted)

    @property
    def is_open(self) -> bool:
        """Tell whether the barrier is up."""
        return self.inputs[0]


def _requests(stream: bytes) -> list[bytes]:
    framer = ModbusFrames()
    return [frame.blob for frame in framer.feed(stream)]


@asynccontextmanager
async def serving(box: LaneBox) -> AsyncIterator[Device]:
    """Serve the lane; gives its device row."""

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await box.serve(reader, writer)
        except (ConnectionError, asyncio.CancelledError):
            return
        finally:
            writer.close()

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield gate_at(box.port)
    finally:
        server.close()
        await asyncio.sleep(0)


def gate_at(port: int, **options: str | float | bool) -> Device:
    """The row of the lane's equipment."""
    return Device(id=GATE, driver="modbus_io", host="127.0.0.1", port=port, options=options)


def order(
    what: EquipmentOrder = "open_barrier",
    name: str = "d-1",
    *,
    role: Role = "inspector",
    why: str = "released",
    at: int = NOW,
    until_at: int = NOW + 60_000,
    device: DeviceId = GATE,
) -> OrderEquipment:
    """An order as the desk writes it."""
    return OrderEquipment(
        decision_id=name,
        by="a.uulu",
        role=role,
        power="Customs code, art. 1",
        at=Instant(at),
        device=device,
        order=what,
        why=why,
        crossing=CrossingId("KG-TEST:7.0"),
        until_at=Instant(until_at),
    )


class HouseSays:
    """What the house knows of the lane; the test changes it."""

    def __init__(self, lane: Lane | None) -> None:
        self.lane = lane

    def lane_of(self, place: PlaceId, device: DeviceId) -> Lane | None:
        assert (place, device) == (PLACE, GATE)
        return self.lane


class Log:
    """A sink that knows what it has, as the log does."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.ids: set[str] = set()
        self.trouble = False

    async def keep(self, place: PlaceId, entries: Sequence[Entry], pictures: Sequence[Picture] = ()) -> Kept:
        await asyncio.sleep(0)
        assert place == PLACE
        assert not pictures
        if self.trouble:
            raise SinkTrouble("the disk is full")
        known = 0
        for entry in entries:
            body = entry.body
            assert isinstance(body, SwitchResult)
            if body.reading_id in self.ids:
                known += 1
                continue
            self.ids.add(body.reading_id)
            self.entries.append(entry)
        return Kept(entries=len(entries), known=known)

    async def set_aside(self, refused: Refused) -> None:
        raise AssertionError(f"nothing of an order is put aside: {refused}")

    def said(self) -> list[SwitchResult]:
        return [entry.body for entry in self.entries if isinstance(entry.body, SwitchResult)]
