"""An independent Modbus device on loopback, for drivers that ask registers: pymodbus shares no code with us."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from pymodbus.constants import ExcCodes
from pymodbus.framer import FramerType
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from tests.ports import free_port

SPAN = 400
"""How many values of each kind the device has."""


class Registers:
    """What the device holds; the test sets it, and sees what was written."""

    def __init__(self) -> None:
        self.registers = [0] * SPAN
        self.inputs = [False] * SPAN
        self.coils = [False] * SPAN
        self.asked: list[tuple[int, int, int]] = []
        self.written: list[tuple[int, list[bool]]] = []
        self.deaf_to_writes = False
        self.port = 0

    def put(self, address: int, values: Sequence[int]) -> None:
        """Set holding registers, and input registers alike."""
        self.registers[address : address + len(values)] = list(values)

    async def act(
        self,
        function: int,
        start: int,
        address: int,
        count: int,
        current: list[int],
        values: list[int] | list[bool] | None,
    ) -> ExcCodes | None:
        """Give what the test has set, bits packed into words as the simulator holds them; note what is written."""
        self.asked.append((function, address, count))
        bits = {1: self.coils, 2: self.inputs, 5: self.coils, 15: self.coils}.get(function)
        if bits is None:
            current[:] = self.registers[start : start + len(current)]
            return None
        if values is not None:
            self.written.append((address, [bool(value) for value in values]))
            if not self.deaf_to_writes:
                bits[address : address + len(values)] = [bool(value) for value in values]
        for word in range(len(current)):
            held = bits[(start + word) * 16 : (start + word + 1) * 16]
            current[word] = sum(1 << at for at, value in enumerate(held) if value)
        return None


@asynccontextmanager
async def modbus_device(
    held: Registers, unit: int = 1, framer: FramerType = FramerType.SOCKET, port: int = 0
) -> AsyncIterator[int]:
    """Serve the device until the block ends; gives its port."""
    bits = [SimData(0, count=SPAN // 16 + 1, values=0, datatype=DataType.BITS)]
    words = [SimData(0, count=SPAN, values=0, datatype=DataType.REGISTERS)]
    device = SimDevice(id=unit, simdata=(bits, bits, words, words), action=held.act)
    server: Any = ModbusTcpServer(device, framer=framer, address=("127.0.0.1", port or free_port()))
    task = asyncio.create_task(server.serve_forever())
    try:
        while server.transport is None:  # noqa: ASYNC110  it says nothing when it listens
            await asyncio.sleep(0.01)
        held.port = server.transport.sockets[0].getsockname()[1]
        yield held.port
    finally:
        await server.shutdown()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
