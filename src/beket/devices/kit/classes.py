"""What a piece of equipment is for, told by its driver."""

from __future__ import annotations

from typing import Final

from beket.devices.kit.registry import Manifest
from beket.words.site import Class

_CLASSES: Final[dict[str, Class]] = {
    "plate_read": "camera",
    "weighing": "scale",
    "weight": "scale",
    "wim_pass": "wim",
    "rpm_occupancy": "portal",
    "rpm_background": "portal",
    "rad_measurement": "detector",
    "seal_status": "seal",
    "position": "tracker",
    "scan_result": "scanner",
    "document": "reader",
    "code": "reader",
    "container_read": "reader",
    "state": "barrier",
    "passage": "loop",
}
"""What a device is for by the first thing its driver says, where the driver does not name it."""


def class_of(manifest: Manifest) -> Class | None:
    """What devices of this driver are for: as it says, or by what they say."""
    return manifest.klass or next((_CLASSES[kind] for kind in manifest.says if kind in _CLASSES), None)
