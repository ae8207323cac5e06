"""Each make of camera over real sockets: the house's own field hears what the rehearsal's camera tells it."""

from __future__ import annotations

import asyncio

import pytest
from msgspec import structs

from beket.devices.hikvision_isapi.speak import Shot
from beket.sim.cameras import Camera
from beket.sim.country import demo_posts
from beket.sim.faults import Telling
from beket.sim.happenings import Sight
from beket.sim.makes import MAKES
from beket.sim.posting import Target
from beket.sim.rehearsal import now
from beket.sim.scenes.lane import nose_to_tail
from beket.sim.truth import Told
from beket.words.ids import Instant
from beket.words.plates import plate_key
from beket.words.readings import PlateRead
from beket.words.site import Device
from tests.devices.sockets import MemorySink, opened, until

POST = demo_posts(1)[0]
MET = next(met for journey in nose_to_tail(POST).journeys for met in journey.happenings if isinstance(met, Sight))
POSTING = sorted(name for name, make in MAKES.items() if make.transport == "http-push")
SCENE, CROP = b"\xff\xd8a lorry\xff\xd9", b"\xff\xd8its plate\xff\xd9"


class Stills:
    """Draws the same two pictures of everybody."""

    def shots(self, _met: Sight, _at: Instant) -> tuple[tuple[Shot, ...], None]:
        scene = Shot(name="detectionPicture.jpg", jpeg=SCENE)
        return (scene, Shot(name="licensePlatePicture.jpg", jpeg=CROP)), None


def row_of(driver: str) -> Device:
    given = next(device for device in POST.devices if device.id == MET.device)
    return structs.replace(given, driver=driver, allow=("127.0.0.1",), declared_id="02007F0A0101")


def told(times: int = 1, captures: int = 1) -> Told:
    return Told(telling=Telling(met=structs.replace(MET, captures=captures), send_ms=0, times=times))


def heard(sink: MemorySink) -> list[PlateRead]:
    return [one for one in sink.said(PlateRead) if isinstance(one, PlateRead)]


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
