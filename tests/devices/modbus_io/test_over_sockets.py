"""A lane's module that is an independent Modbus server: read on change, lost, found again, and never written."""

from __future__ import annotations

import asyncio

import pytest

from beket.devices.kit import backoff
from beket.words.readings import Passage, SwitchState
from tests.devices.registers import Registers, modbus_device
from tests.devices.sockets import MemorySink, device, opened, until
from tests.ports import free_port


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for less than a device in the field would."""
    monkeypatch.setattr(backoff, "FIRST_S", 0.05)
    monkeypatch.setattr(backoff, "LONGEST_S", 0.1)


def test_a_lane_is_read_and_never_written() -> None:
    async def scene() -> None:
        sink, held = MemorySink(), Registers()
        held.inputs[1] = True
        held.coils[2] = True

        def last(what: str) -> str | None:
            said = [*sink.said(SwitchState), *sink.said(Passage)]
            states = [one.state for one in said if isinstance(one, SwitchState | Passage) and one.what == what]
            return states[-1] if states else None

        port = free_port()
        row = device("lane", "modbus_io", transport="tcp-client", host="127.0.0.1", port=port)
        async with opened(sink, row):
            async with modbus_device(held, port=port):
                await until(lambda: (last("barrier"), last("light"), last("loop")) == ("closed", "red", "free"))
                held.inputs[2] = True
                await until(lambda: last("loop") == "occupied")
            held.inputs[0:2] = [True, False]
            async with modbus_device(held, port=port):
                await until(lambda: last("barrier") == "open")
        assert held.written == []
        assert {asked[0] for asked in held.asked} == {1, 2}

    asyncio.run(scene())
