"""A line measures its device, says how sure its clock is known, and loses nothing that it said by itself."""

from __future__ import annotations

import asyncio

from beket.devices.kit.clock import Company
from beket.devices.kit.driver import Frame
from beket.devices.kit.health import SUMMARY_EVERY_MS
from beket.devices.kit.line import Line
from beket.devices.kit.registry import find
from beket.devices.yaohua_a9.codec import encode_weight
from beket.words.ids import DeviceId, Instant, LaneId
from beket.words.readings import Health
from beket.words.site import Device
from tests.devices.sockets import PLACE, MemorySink

NOW = 1_791_188_468_000


def test_what_a_scale_shows_at_rest_comes_with_its_next_line_of_health() -> None:
    async def scene() -> None:
        now, sink, driver = [NOW], MemorySink(), find("yaohua_a9")
        assert driver is not None
        device = Device(id=DeviceId("scale"), driver="yaohua_a9", lane=LaneId("in-1"), expected_period_s=1000)
        line = Line(device, PLACE, driver, sink, lambda: Instant(now[0]), Company())
        for kg in (40, 40, 60):
            out = line.read(Frame(blob=encode_weight(kg)), Instant(now[0]))
            await line.keep(line.prepare([out], Instant(now[0])), "127.0.0.1")
            now[0] += 1000
        await line.breathe(Instant(now[0]))
        now[0] += SUMMARY_EVERY_MS
        (health,) = sink.said(Health)
        assert isinstance(health, Health)
        assert (health.zero_kg, health.messages) == (40.0, 3)

    asyncio.run(scene())
