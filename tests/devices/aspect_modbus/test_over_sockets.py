"""A Yantar portal that is an independent Modbus server: found, polled, read into occupancies, lost and found again."""

from __future__ import annotations

import asyncio

import pytest
from pymodbus.framer import FramerType

from beket.devices.aspect_modbus.block import READY, Block, Channel, Description, write_block, write_description
from beket.devices.kit import backoff
from beket.words.readings import Health, RpmOccupancy, RpmTamper
from beket.words.site import Device
from tests.devices.registers import Registers, modbus_device
from tests.devices.sockets import MemorySink, device, opened, until
from tests.ports import free_port

IDLE = Block(
    elapsed=1000, gamma=Channel(count=900, background=890.5), neutron=Channel(count=3, background=2.5), counter=7
)
HOT = Block(
    elapsed=1000,
    inputs=3,
    gamma=Channel(status=READY | 1, count=4200, background=890.5),
    neutron=Channel(count=3, background=2.5),
    counter=8,
)
GONE = Block(elapsed=1000, gamma=IDLE.gamma, neutron=IDLE.neutron, counter=8)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for less than a portal in the field would."""
    monkeypatch.setattr(backoff, "FIRST_S", 0.05)
    monkeypatch.setattr(backoff, "LONGEST_S", 0.1)


def portal_at(port: int, **options: str | float | bool) -> Device:
    return device(
        "portal",
        "aspect_modbus",
        transport="tcp-client",
        host="127.0.0.1",
        port=port,
        options={"answer_ms_max": 150, **options},
    )


def portal(base: int = 100) -> Registers:
    held = Registers()
    held.put(0, write_description(Description(signature=0xA5, registers=200, monitor=1, base=base, length=21)))
    held.put(base, write_block(IDLE))
    return held


@pytest.mark.parametrize(("framer", "wire"), [(FramerType.SOCKET, "tcp"), (FramerType.RTU, "rtu")])
def test_a_portal_is_found_and_its_object_is_one_occupancy(framer: FramerType, wire: str) -> None:
    async def scene() -> None:
        sink, held = MemorySink(), portal(base=200)
        async with modbus_device(held, unit=2, framer=framer) as port, opened(sink, portal_at(port, wire=wire)):
            await until(lambda: (3, 200, 21) in held.asked)
            held.put(200, write_block(HOT))
            await asyncio.sleep(0.8)
            held.put(200, write_block(GONE))
            await until(lambda: bool(sink.said(RpmOccupancy)))
        (one,) = sink.said(RpmOccupancy)
        assert isinstance(one, RpmOccupancy)
        assert (one.counter, one.gamma_alarm, one.closed, one.max_gamma_1s) == (8, True, True, 4200)
        assert {asked[0] for asked in held.asked} == {3}, "it is only read"

    asyncio.run(scene())


def test_a_link_that_breaks_inside_raises_the_alarm_and_is_made_anew() -> None:
    async def scene() -> None:
        sink, held = MemorySink(), portal()
        async with opened(sink, portal_at(free_port(), unit=1)) as field:
            line = field.lines[0]
            async with modbus_device(held, port=line.device.port or 0):
                await until(lambda: (3, 100, 21) in held.asked)
                held.put(100, write_block(HOT))
                await until(lambda: b'"occupied":true' in b"".join(line.state.last_readings))
            await until(lambda: bool(sink.said(RpmOccupancy)))
            held.asked.clear()
            async with modbus_device(held, port=line.device.port or 0):
                await until(lambda: (3, 100, 21) in held.asked)
        assert line.state.count.connects >= 2
        one = sink.said(RpmOccupancy)[0]
        assert isinstance(one, RpmOccupancy)
        assert (one.gamma_alarm, one.closed) == (True, False)

    asyncio.run(scene())


def test_an_opened_case_is_said_and_is_a_fault() -> None:
    async def scene() -> None:
        sink, held = MemorySink(), portal()
        async with modbus_device(held) as port, opened(sink, portal_at(port, unit=1, base=100)):
            await until(lambda: len(held.asked) >= 2)
            held.put(102, [0x0400])
            await until(lambda: bool(sink.said(RpmTamper)))
            await until(lambda: any(isinstance(one, Health) and one.fault == "case open" for one in sink.said(Health)))

    asyncio.run(scene())
