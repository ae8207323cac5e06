"""How an Axis camera with License Plate Verifier speaks: posts of one car's states, and heartbeats (03 §1.3)."""

from __future__ import annotations

import base64
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from beket.devices.kit.countries import ALPHA_3_OF
from beket.words.ids import Instant
from beket.words.readings import Movement

BOUNDARY: Final = "boundary"

CarState = Literal["new", "update", "lost"]

_SAID: Final[dict[Movement, str]] = {"approaching": "in", "receding": "out", "unknown": "unknown"}


class Seen(Struct, frozen=True, kw_only=True):
    """One state of one car as the camera reports it; `counter` counts every post."""

    at: Instant
    plate: str
    car: str
    counter: int
    state: CarState = "new"
    country: str | None = None
    confidence: float = 0.87
    direction: Movement = "approaching"
    box: tuple[int, int, int, int] | None = (514, 570, 120, 28)
    vehicle_type: str = "TRUCK"
    vehicle_color: str = "WHITE"
    serial: str = "B8A44F000001"
    image_type: Literal["plate", "scene"] = "plate"


def encode_json(seen: Seen, pictures: dict[str, bytes] | None = None) -> bytes:
    """Write one state as JSON; pictures, by their type, go in as base64."""
    said: dict[str, Any] = {
        "packetCounter": str(seen.counter),
        "capture_timestamp": str(seen.at),
        "plateText": seen.plate,
        "plateUTF8": seen.plate,
        "plateASCII": seen.plate,
        "plateCountry": ALPHA_3_OF.get(seen.country or "", ""),
        "plateConfidence": f"{seen.confidence:.6f}",
        "carState": seen.state,
        "roiID": "1",
        "imageType": seen.image_type,
        "carMoveDirection": _SAID[seen.direction],
        "plateCoordinates": list(seen.box) if seen.box else [],
        "carID": seen.car,
        "vehicle_info": {"view": "front", "type": seen.vehicle_type, "color": seen.vehicle_color},
        "camera_info": {"SerialNumber": seen.serial, "ProdShortName": "AXIS"},
        "sensorProviderID": "defaultID",
    }
    if pictures:
        said["ImageArray"] = [
            {"ImageType": kind, "ImageFormat": "jpg", "BinaryImage": base64.b64encode(jpeg).decode()}
            for kind, jpeg in pictures.items()
        ]
    return msgspec.json.encode(said)


def encode_multipart(seen: Seen, jpeg: bytes, pictures: dict[str, bytes] | None = None) -> tuple[str, bytes]:
    """Write one state with its picture, and others as base64: the content type and the body."""
    body = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="event"\r\n'.encode()
        + b"Content-Type: application/json\r\n\r\n"
        + encode_json(seen, pictures)
        + f'\r\n--{BOUNDARY}\r\nContent-Disposition: form-data; name="image"; filename="image.jpg"\r\n'.encode()
        + b"Content-Type: image/jpeg\r\n\r\n"
        + jpeg
        + f"\r\n--{BOUNDARY}--\r\n".encode()
    )
    return f"multipart/form-data; boundary={BOUNDARY}", body


def encode_heartbeat(at: Instant, *, serial: str = "B8A44F000001") -> bytes:
    """Write the post that says that the camera lives."""
    said = {"heartbeat": True, "capture_timestamp": str(at), "camera_info": {"SerialNumber": serial}}
    return msgspec.json.encode(said)
