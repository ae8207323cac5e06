"""A Yantar portal of the rehearsal and the house's own field, over a real socket: searched, found, asked, believed."""

from __future__ import annotations

import asyncio

import pytest
from msgspec import structs

from beket.sim.faults import Telling
from beket.sim.happenings import Pass
from beket.sim.rehearsal import now
from beket.sim.streams import TICK_S, Streams
from beket.sim.truth import Told
from beket.words.ids import PlaceId
from beket.words.readings import RpmBackground, RpmOccupancy
from tests.devices.sockets import MemorySink, device, opened, until


def passing(number: int, *, gamma: bool) -> Told:
    met = Pass(
        at_ms=0,
        crossing=f"lorry {number}",
        place=PlaceId("KG-TEST"),
        device=device("portal", "aspect_modbus").id,
        zone="arrival",
        number=number,
        lasts_ms=1200,
        gamma=gamma,
        neutron=False,
        speed_kmh=9.0,
    )
    return Told(telling=Telling(met=met, send_ms=0))


@pytest.mark.parametrize("number", [7, 900_000])
def test_two_objects_are_two_occupancies(number: int) -> None:
    async def scene() -> None:
        sink = MemorySink()
        row = device("portal", "aspect_modbus", transport="tcp-client", host="127.0.0.1", port=0)
        streams = Streams([row], now)
        ports = await streams.listen()

        async def tick() -> None:
            while True:
                streams.tick()
                await asyncio.sleep(TICK_S)

        ticking = asyncio.create_task(tick())
        try:
            async with opened(sink, structs.replace(row, port=ports[row.id])):
                assert await streams.connected(3.0) == 0
                await asyncio.sleep(0.5)
                for told in (passing(number, gamma=False), passing(number + 1, gamma=True)):
                    streams.speak(told)
                await until(lambda: len(sink.said(RpmOccupancy)) == 2, 10.0)
                await until(lambda: len(sink.said(RpmBackground)) == 2, 10.0)
        finally:
            ticking.cancel()
            streams.close()
        said = [one for one in sink.said(RpmOccupancy) if isinstance(one, RpmOccupancy)]
        assert [(one.counter, one.gamma_alarm, one.closed) for one in said] == [
            (number % 65_536, False, True),
            ((number + 1) % 65_536, True, True),
        ]

    asyncio.run(scene())
