"""An indicator with registers of the rehearsal and the house's own field, over a real socket: asked, cut, believed."""

from __future__ import annotations

import asyncio

from msgspec import structs

from beket.sim import indicator
from beket.sim.country import demo_posts
from beket.sim.faults import Telling
from beket.sim.happenings import Weigh
from beket.sim.modbus_unit import answered
from beket.sim.rehearsal import now
from beket.sim.streams import TICK_S, Indicator, Streams
from beket.sim.truth import Told
from beket.words.ids import PlaceId
from beket.words.readings import Weighing
from tests.devices.sockets import MemorySink, device, opened, until

ROW = device("scale", indicator.DRIVER, transport="tcp-client", host="127.0.0.1", port=0, options={**indicator.OPTIONS})


def weighed(gross_kg: int, **given: bool) -> Told:
    met = Weigh(
        at_ms=0,
        crossing=f"lorry {gross_kg}",
        place=PlaceId("KG-TEST"),
        device=ROW.id,
        zone="control",
        gross_kg=gross_kg,
        lasts_ms=1600,
    )
    return Told(telling=Telling(met=met, send_ms=0, **given))  # type: ignore[arg-type]


def test_each_lorry_is_one_weighing_whatever_happens_to_the_link() -> None:
    async def scene() -> None:
        sink = MemorySink()
        streams = Streams([ROW], now)
        ports = await streams.listen()

        async def tick() -> None:
            while True:
                streams.tick()
                await asyncio.sleep(TICK_S)

        def heard() -> list[float]:
            return [one.gross_kg for one in sink.said(Weighing) if isinstance(one, Weighing)]

        ticking = asyncio.create_task(tick())
        plain, cut, dropped, last = tells = [
            weighed(24_380),
            weighed(31_000, cut=True),
            weighed(18_000, silent=True),
            weighed(15_220),
        ]
        try:
            async with opened(sink, structs.replace(ROW, port=ports[ROW.id])) as field:
                assert await streams.connected(3.0) == 0
                await asyncio.sleep(0.5)
                streams.speak(plain)
                await until(lambda: heard() == [24_380], 10.0)
                streams.speak(cut)
                await until(lambda: field.lines[0].state.count.connects == 2, 10.0)
                await until(lambda: not streams.busy, 10.0)
                streams.speak(dropped)
                streams.speak(last)
                await until(lambda: heard()[-1:] == [15_220] and not streams.busy, 10.0)
        finally:
            ticking.cancel()
            streams.close()
        # Whoever dialled again in time saw the rest of the lorry whose link was cut.
        assert [kg for kg in heard() if kg != 31_000] == [24_380, 15_220]
        assert [told.lost for told in tells] == [None, "cut", None, None]
        assert [told.reached for told in (plain, last)] == [True, True]

    asyncio.run(scene())


def test_it_holds_an_empty_scale_before_anybody_came_and_nothing_else_than_the_map_says() -> None:
    scale = Indicator(ROW, now)
    said = scale.asked(asyncio.Transport(), bytes.fromhex("000100000006010300000005"))
    assert said.hex() == "00010000000d01030a" + "00000000" + "00000000" + "0001"
    assert answered(bytes.fromhex("000200000006010400000005"), scale.held(scale.idle())).hex() == "000200000003018401"


def test_one_post_in_seven_has_such_scales_and_a_site_file_that_says_so() -> None:
    makes = [device for post in demo_posts() for device in post.devices if device.driver == indicator.DRIVER]
    assert len({one.id.split("/")[0] for one in makes}) == 5
    assert all(one.options == indicator.OPTIONS and one.zone == "control" for one in makes)
