"""A scale that is an independent Modbus server: asked, weighed, lost in the middle, found again; and a bad map."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from pymodbus.framer import FramerType

from beket.devices.kit import backoff
from beket.devices.kit.field import SiteTrouble
from beket.words.readings import Weighing
from beket.words.site import Device
from tests.devices.registers import Registers, modbus_device
from tests.devices.sockets import MemorySink, device, opened, until
from tests.ports import free_port


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for less than a device in the field would."""
    monkeypatch.setattr(backoff, "FIRST_S", 0.05)
    monkeypatch.setattr(backoff, "LONGEST_S", 0.1)


def scale_at(port: int, **options: str | float | bool) -> Device:
    return device("scale", "modbus_scale", transport="tcp-client", host="127.0.0.1", port=port, options=options)


@pytest.mark.parametrize(("framer", "wire"), [(FramerType.SOCKET, "tcp"), (FramerType.RTU, "rtu")])
def test_a_lorry_is_weighed_and_the_link_is_made_anew(framer: FramerType, wire: str) -> None:
    async def scene() -> None:
        sink, held = MemorySink(), Registers()
        held.put(0, [0, 24_380, 0, 0, 1])
        port = free_port()
        async with opened(sink, scale_at(port, wire=wire)) as field:
            async with modbus_device(held, framer=framer, port=port):
                await until(lambda: len(sink.said(Weighing)) == 1)
            async with modbus_device(held, framer=framer, port=port):
                await until(lambda: len(sink.said(Weighing)) == 2)
            assert field.lines[0].state.count.connects >= 2
        one = sink.said(Weighing)[0]
        assert isinstance(one, Weighing)
        assert one.gross_kg == 24_380
        assert {asked[0] for asked in held.asked} == {3}, "it is only read"

    asyncio.run(scene())


def test_a_map_that_cannot_be_used_stops_the_node_at_its_start(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text("title = 'x'\n", encoding="utf-8")

    async def scene() -> None:
        with pytest.raises(SiteTrouble, match=r"bad\.toml"):
            async with opened(MemorySink(), scale_at(1, map=str(path))):
                pass

    asyncio.run(scene())
