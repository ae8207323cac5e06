"""How each make of camera says what it saw: the rehearsal's cameras speak through the drivers' own encoders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from msgspec import Struct

from beket.devices.axis_lpv import speak as axis
from beket.devices.dahua_itsapi import codec as dahua
from beket.devices.hikvision_isapi import speak as hikvision
from beket.devices.hikvision_isapi.speak import PictureName, Shot
from beket.devices.kit.driver import Transport
from beket.devices.onvif import codec as onvif
from beket.devices.platerecognizer_stream import speak as stream
from beket.devices.rekor_scout import speak as rekor
from beket.sim.happenings import Sight
from beket.words.ids import Instant
from beket.words.readings import Movement

PAINTS: Final = ("white", "red", "blue", "green", "yellow", "gray", "black", "cyan")
"""Colours as a camera names them, in the order in which the world paints."""

DAHUA_PICTURE: Final = "/NotificationInfo/TollgateInfo"
DAHUA_ALIVE: Final = "/NotificationInfo/KeepAlive"

STREAM_PATH: Final = "/stream"
REKOR_PATH: Final = "/rekor"

DAHUA_HOURS: Final = 6
"""A Dahua's clock shows Kyrgyz time, and it says which zone that is."""

SOAP: Final = "application/soap+xml; charset=utf-8"
_JSON: Final = "application/json"
_CYRILLIC: Final = str.maketrans("ABEKMHOPCTYX", "АВЕКМНОРСТУХ")
"""A camera that reads a Russian plate says the Cyrillic original too."""

_VEHICLES: Final = {"lorry": "truck", "bus": "bus", "car": "vehicle"}
_DAHUA_PICTURES: Final = {"detectionPicture.jpg": "NormalPic", "licensePlatePicture.jpg": "CutoutPic"}
_DAHUA_DIRECTIONS: Final = {"approaching": "Obverse", "receding": "Reverse"}


class Content(Struct, frozen=True):
    """What a camera says at once: its media type, its bytes, and the path it posts to where that is its own."""

    media: str
    body: bytes
    path: str | None = None


class Named(Struct, frozen=True, kw_only=True):
    """What a camera calls itself, and its address."""

    name: str
    address: str


class Capture(Struct, frozen=True, kw_only=True):
    """One capture as a camera holds it, before its make puts it into words.

    `at` is by the camera's own clock, `plate` what its firmware read, if anything; `number` counts its captures;
    `late` says that it was cut off meanwhile.
    """

    met: Sight
    at: Instant
    plate: str | None
    by: Named
    number: int
    late: bool
    shots: tuple[Shot, ...]
    box: tuple[int, int, int, int] | None

    @property
    def moves(self) -> Movement:
        """Say which way the conveyance moves before this camera."""
        return "receding" if self.met.receding != (self.met.view == "rear") else "approaching"

    @property
    def vehicle(self) -> str:
        """Name the kind of conveyance."""
        return _VEHICLES[self.met.vehicle]

    @property
    def paint(self) -> str:
        """Name the colour of the conveyance."""
        return PAINTS[self.met.paint % len(PAINTS)]

    @property
    def sign_colour(self) -> str:
        """Name the colour of the plate."""
        return self.met.sign.colour if self.met.sign else "unknown"

    def jpeg(self, name: PictureName) -> bytes:
        """Give a picture; none is empty."""
        return next((shot.jpeg for shot in self.shots if shot.name == name), b"")


class Make(Struct, frozen=True, kw_only=True):
    """One make: how it writes a capture, and how it says that it lives, by its own clock, if it ever does.

    `tells_unread`: it tells of a conveyance whose plate it could not read, too. `pictured`: pictures go with what it
    tells. `period_s`: it is heard so often.
    """

    capture: Callable[[Capture], Content]
    alive: Callable[[Named, Instant], Content] | None = None
    tells_unread: bool = True
    pictured: bool = True
    transport: Transport = "http-push"
    period_s: int = 10


def _or_why(seen: Capture) -> str:
    """Give the plate, or the word that stands in its place when it could not be read."""
    if seen.plate is None:
        return "noPlate" if seen.met.unread == "no_plate" else "unknown"
    return seen.plate


def _clock(at: Instant) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=at)


def _hikvision(seen: Capture) -> Content:
    met = seen.met
    sighting = hikvision.Sighting(
        at=seen.at,
        plate=_or_why(seen),
        plate_original=met.shown.translate(_CYRILLIC) if met.shown and met.country == "RU" else None,
        uuid=met.uuid,
        ip=seen.by.address,
        mac=seen.by.name,
        country=met.country,
        confidence=met.confidence,
        direction=seen.moves,
        plate_color=seen.sign_colour,
        vehicle_type=seen.vehicle,
        vehicle_color=seen.paint,
        plate_box=seen.box,
        containers=((met.container, "45G1", 0.97),) if met.container else (),
        history=seen.late,
    )
    return Content(*hikvision.encode_push(sighting, seen.shots))


def _hikvision_alive(by: Named, at: Instant) -> Content:
    return Content(*hikvision.encode_heartbeat(at, ip=by.address, mac=by.name))


def _axis(seen: Capture) -> Content:
    """Write one state of a car; a car seen again under the same id is an update."""
    state = axis.Seen(
        at=seen.at,
        plate=seen.plate or "",
        car=seen.met.uuid,
        counter=seen.number,
        country=seen.met.country,
        confidence=seen.met.confidence,
        direction=seen.moves,
        box=None,
        vehicle_type=seen.vehicle.upper(),
        vehicle_color=seen.paint.upper(),
        serial=seen.by.name,
        image_type="scene",
    )
    crop = seen.jpeg("licensePlatePicture.jpg")
    return Content(*axis.encode_multipart(state, seen.jpeg("detectionPicture.jpg"), {"plate": crop} if crop else None))


def _axis_alive(by: Named, at: Instant) -> Content:
    return Content(_JSON, axis.encode_heartbeat(at, serial=by.name))


def _dahua(seen: Capture) -> Content:
    """Write one ITSAPI picture; its name is what the camera calls the conveyance, again and again (03 §1.2)."""
    local = _clock(seen.at) + timedelta(hours=DAHUA_HOURS)
    picture = {
        "PicName": seen.met.uuid,
        "Plate": {
            "IsExist": seen.met.unread != "no_plate",
            "PlateNumber": _or_why(seen),
            "PlateColor": seen.sign_colour,
            "Confidence": round(seen.met.confidence * 100),
        },
        "Vehicle": {"VehicleType": seen.met.vehicle, "VehicleColor": seen.paint},
        "SnapInfo": {
            "DeviceID": seen.by.name,
            "AccurateTime": f"{local:%Y-%m-%d %H:%M:%S}.{seen.at % 1000:03d}",
            "TimeZone": DAHUA_HOURS,
            "Direction": _DAHUA_DIRECTIONS.get(seen.moves, "Unknown"),
        },
    }
    pictures = [(_DAHUA_PICTURES[shot.name], shot.jpeg) for shot in seen.shots if shot.name in _DAHUA_PICTURES]
    return Content(_JSON, dahua.encode_push(picture, pictures), DAHUA_PICTURE)


def _dahua_alive(by: Named, _at: Instant) -> Content:
    return Content(_JSON, dahua.encode_keep_alive(by.name), DAHUA_ALIVE)


def _stream(seen: Capture) -> Content:
    """Write a webhook with its picture; it has no name for the conveyance, and knows no direction of the lane."""
    one = stream.Vehicle(plate=seen.plate or "", country=seen.met.country, confidence=seen.met.confidence)
    text = stream.encode_json(seen.at, seen.by.name, [one])
    return Content(*stream.encode_multipart(text, seen.jpeg("detectionPicture.jpg")), STREAM_PATH)


def _rekor(seen: Capture) -> Content:
    """Write a group of frames, as an agent that watches one camera does."""
    group = rekor.Group(
        at=seen.at,
        plate=seen.plate or "",
        uuid=seen.met.uuid,
        agent=seen.by.name,
        country=seen.met.country,
        confidence=seen.met.confidence,
        color=seen.paint,
        body_type=seen.vehicle,
    )
    pictures = seen.jpeg("detectionPicture.jpg"), seen.jpeg("licensePlatePicture.jpg")
    return Content(_JSON, rekor.encode_group(group, *pictures), REKOR_PATH)


def _rekor_alive(by: Named, at: Instant) -> Content:
    return Content(_JSON, rekor.encode_heartbeat(at, by.name), REKOR_PATH)


def _onvif(seen: Capture) -> Content:
    """Write one event; what happened while nobody could ask is told as what was there before."""
    event = onvif.encode_event(
        seen.plate or "",
        f"{_clock(seen.at):%Y-%m-%dT%H:%M:%S}.{seen.at % 1000:03d}Z",
        seen.met.country or "",
        seen.met.confidence,
        operation="Initialized" if seen.late else "Changed",
    )
    return Content(SOAP, event.encode())


MAKES: Final[Mapping[str, Make]] = {
    "hikvision_isapi": Make(capture=_hikvision, alive=_hikvision_alive),
    "axis_lpv": Make(capture=_axis, alive=_axis_alive),
    "dahua_itsapi": Make(capture=_dahua, alive=_dahua_alive),
    "platerecognizer_stream": Make(capture=_stream, tells_unread=False, period_s=600),
    "rekor_scout": Make(capture=_rekor, alive=_rekor_alive, tells_unread=False),
    "onvif": Make(capture=_onvif, tells_unread=False, pictured=False, transport="http-ask"),
}
"""Makes of camera that the rehearsal knows, by their drivers."""
