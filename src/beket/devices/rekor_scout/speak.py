"""How a Rekor Scout agent speaks: one alpr_group for each vehicle, heartbeats (reference 03 §1.4)."""

from __future__ import annotations

import base64
from typing import Any

import msgspec
from msgspec import Struct

from beket.words.ids import Instant


class Group(Struct, frozen=True, kw_only=True):
    """One vehicle as an agent sums it up."""

    at: Instant
    plate: str
    uuid: str
    camera: int = 1000
    agent: str = "AGENT"
    country: str | None = None
    confidence: float = 0.95
    degrees: float = 118.3
    corners: tuple[tuple[int, int], ...] = ((783, 400), (880, 401), (880, 428), (783, 427))
    color: str = "white"
    body_type: str = "tractor-trailer"


def encode_group(seen: Group, vehicle: bytes = b"", crop: bytes = b"") -> bytes:
    """Write one vehicle, with the picture of it and of its plate."""
    said: dict[str, Any] = {
        "data_type": "alpr_group",
        "version": 3,
        "epoch_start": seen.at,
        "epoch_end": seen.at + 2200,
        "best_uuid": seen.uuid,
        "best_plate_number": seen.plate,
        "best_confidence": round(seen.confidence * 100, 4),
        "best_region": (seen.country or "").lower(),
        "camera_id": seen.camera,
        "agent_uid": seen.agent,
        "travel_direction": seen.degrees,
        "vehicle": {
            "color": [{"name": seen.color, "confidence": 71.2}],
            "body_type": [{"name": seen.body_type, "confidence": 88.1}],
        },
        "vehicle_crop_jpeg": base64.b64encode(vehicle).decode(),
        "best_plate": {
            "plate": seen.plate,
            "coordinates": [{"x": x, "y": y} for x, y in seen.corners],
            "plate_crop_jpeg": base64.b64encode(crop).decode(),
        },
    }
    return msgspec.json.encode(said)


def encode_heartbeat(at: Instant, agent: str = "AGENT") -> bytes:
    """Write the post that says that the agent lives."""
    return msgspec.json.encode({"data_type": "heartbeat", "timestamp": at, "agent_uid": agent})
