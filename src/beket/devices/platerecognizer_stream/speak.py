"""How Plate Recognizer Stream speaks: a webhook for each picture with vehicles in it (reference 03 §1.4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
from msgspec import Struct

from beket.words.ids import Instant

BOUNDARY: Final = "platerecognizer"


class Vehicle(Struct, frozen=True, kw_only=True):
    """One vehicle in a picture."""

    plate: str
    country: str | None = None
    confidence: float = 0.94
    box: tuple[int, int, int, int] = (460, 57, 97, 25)
    vehicle_type: str = "Big Truck"


def encode_json(at: Instant, camera: str, seen: Sequence[Vehicle], filename: str = "a.jpg") -> bytes:
    """Write the JSON of one webhook."""
    moment = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=at)
    said: dict[str, Any] = {
        "hook": {"target": "http://beket", "id": camera, "event": "recognition"},
        "data": {
            "camera_id": camera,
            "filename": filename,
            "timestamp": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "results": [_result(one) for one in seen],
        },
    }
    return msgspec.json.encode(said)


def _result(seen: Vehicle) -> dict[str, Any]:
    x, y, width, height = seen.box
    box = {"xmin": x, "ymin": y, "xmax": x + width, "ymax": y + height}
    plate = seen.plate.lower()
    return {
        "box": box,
        "plate": plate,
        "region": {"code": (seen.country or "").lower(), "score": 0.6},
        "score": seen.confidence,
        "candidates": [{"score": seen.confidence, "plate": plate}],
        "dscore": 0.7,
        "vehicle": {"score": 0.8, "type": seen.vehicle_type, "box": box},
        "direction": 118,
    }


def encode_multipart(text: bytes, jpeg: bytes, filename: str = "a.jpg") -> tuple[str, bytes]:
    """Write a webhook with its picture: the content type and the body."""
    body = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="json"\r\n\r\n'.encode()
        + text
        + f'\r\n--{BOUNDARY}\r\nContent-Disposition: form-data; name="upload"; filename="{filename}"\r\n'.encode()
        + b"Content-Type: image/jpeg\r\n\r\n"
        + jpeg
        + f"\r\n--{BOUNDARY}--\r\n".encode()
    )
    return f"multipart/form-data; boundary={BOUNDARY}", body
