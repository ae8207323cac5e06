"""Each make of camera over real sockets: the house's own field hears what the rehearsal's camera tells it."""

from __future__ import annotations

import asyncio

import pytest

from beket.sim.cameras import Camera
from beket.sim.makes import MAKES
from beket.sim.posting import Target
from beket.sim.rehearsal import now
from beket.words.plates import plate_key
from tests.devices.sockets import MemorySink, opened, until
from tests.sim.camera import CROP, MET, SCENE, Stills, heard, row_of, told

POSTING = sorted(name for name, make in MAKES.items() if make.transport == "http-push")


@pytest.mark.parametrize("driver", POSTING)
def test_what_a_camera_posts_is_heard_and_a_resend_is_the_same_reading(driver: str) -> None:
    async def scene() -> None:
        sink, one = MemorySink(), told(times=3, captures=2)
        row = row_of(driver)
        async with opened(sink, row) as field:
            camera = Camera(row, Target(host="127.0.0.1", port=field.http_port), Stills(), now)
            camera.speak(one)
            await until(lambda: one.reached)
            camera.close()
        reads = heard(sink)
        assert (len(reads), len({read.reading_id for read in reads})) == (6, 2)
        assert {plate_key(read.plate or "") for read in reads} == {MET.shown}
        assert SCENE in sink.pictures.values()
        assert (CROP in sink.pictures.values()) == (driver != "platerecognizer_stream"), "a webhook has one picture"
        assert sink.refused == []

    asyncio.run(scene())


@pytest.mark.parametrize("driver", POSTING)
def test_a_camera_that_beats_is_alive_to_the_house(driver: str) -> None:
    async def scene() -> None:
        sink, row = MemorySink(), row_of(driver)
        async with opened(sink, row) as field:
            camera, one = Camera(row, Target(host="127.0.0.1", port=field.http_port), Stills(), now), told()
            for _ in range(3):
                camera.beat()
            camera.speak(one)
            await until(lambda: one.reached)
            camera.close()
            beats = field.state().devices[0].count.messages - 1
        assert beats == (0 if MAKES[driver].alive is None else 1), "it beats only while nothing else waits"
        assert sink.refused == []

    asyncio.run(scene())
