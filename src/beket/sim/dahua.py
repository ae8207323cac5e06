"""What a Dahua camera of the rehearsal posts: an ITSAPI picture of one plate, or that it lives (reference 03 §1.2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from beket.devices.dahua_itsapi.codec import encode_keep_alive, encode_push
from beket.devices.hikvision_isapi.speak import Shot
from beket.sim.happenings import Sight
from beket.words.ids import Instant
from beket.words.readings import Movement

DRIVER: Final = "dahua_itsapi"
"""The driver that reads these cameras."""

PICTURE_PATH: Final = "/NotificationInfo/TollgateInfo"
ALIVE_PATH: Final = "/NotificationInfo/KeepAlive"
CONTENT_TYPE: Final = "application/json"

ZONE_HOURS: Final = 6
"""Its clock shows Kyrgyz time, and it says which zone that is."""

_PICTURES: Final = {"detectionPicture.jpg": "NormalPic", "licensePlatePicture.jpg": "CutoutPic"}
_DIRECTIONS: Final = {"approaching": "Obverse", "receding": "Reverse"}


def written(  # noqa: PLR0913 - what a camera knows of one capture, given by name
    met: Sight, *, at: Instant, plate: str, serial: str, direction: Movement, paint: str, shots: Sequence[Shot]
) -> bytes:
    """Write one capture; its name is what the camera calls the conveyance, again and again."""
    local = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=at, hours=ZONE_HOURS)
    picture = {
        "PicName": met.uuid,
        "Plate": {
            "IsExist": met.unread != "no_plate",
            "PlateNumber": plate,
            "PlateColor": met.sign.colour if met.sign else "unknown",
            "Confidence": round(met.confidence * 100),
        },
        "Vehicle": {"VehicleType": met.vehicle, "VehicleColor": paint},
        "SnapInfo": {
            "DeviceID": serial,
            "AccurateTime": f"{local:%Y-%m-%d %H:%M:%S}.{at % 1000:03d}",
            "TimeZone": ZONE_HOURS,
            "Direction": _DIRECTIONS.get(direction, "Unknown"),
        },
    }
    return encode_push(picture, [(_PICTURES[shot.name], shot.jpeg) for shot in shots if shot.name in _PICTURES])


def alive(serial: str) -> bytes:
    """Write that the camera lives."""
    return encode_keep_alive(serial)
