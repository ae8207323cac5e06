"""One sighting and one camera's row, for tests of cameras over real sockets."""

from __future__ import annotations

from msgspec import structs

from beket.devices.hikvision_isapi.speak import Shot
from beket.sim.country import demo_posts
from beket.sim.faults import Telling
from beket.sim.happenings import Sight
from beket.sim.scenes.lane import nose_to_tail
from beket.sim.truth import Told
from beket.words.ids import Instant
from beket.words.readings import PlateRead
from beket.words.site import Device
from tests.devices.sockets import MemorySink

POST = demo_posts(1)[0]
MET = next(met for journey in nose_to_tail(POST).journeys for met in journey.happenings if isinstance(met, Sight))
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
