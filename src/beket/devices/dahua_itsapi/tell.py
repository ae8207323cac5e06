"""What a Dahua event means: one plate from ITSAPI's Picture or from the stream's TrafficJunction (reference 03 §1.2).

Traps that are minded here: `UTC` of the stream is the camera's local time written as an epoch and `RealUTC` the true
one; boxes lie on a grid of 0..8191; the stream's confidence goes to 255, ITSAPI's to 100.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from msgspec import Struct

from beket.devices.kit.driver import NOBODY, UNNAMED, Message, Told
from beket.words.ids import Instant
from beket.words.plates import PLATE_LENGTH_MAX, canonical
from beket.words.readings import Image, Movement, PlateRead, UnreadReason

GRID: Final = 8191
"""Boxes lie on a grid of so many steps, whatever the picture's size."""

WORD_MAX: Final = 64
"""Longest text taken from a descriptive field."""

ZONE_HOURS_MAX: Final = 14
"""A TimeZone beyond this is an index of a list and no number of hours: the post's own offset is taken then."""

_MOVEMENTS: Final[dict[str, Movement]] = {"obverse": "approaching", "reverse": "receding"}
_STREAM_MOVEMENTS: Final[dict[str, Movement]] = {"approach": "approaching", "leave": "receding"}
_UNREAD: Final[dict[str, UnreadReason]] = {
    "": "unreadable", "unknown": "unreadable", "noplate": "no_plate", "no plate": "no_plate", "无牌车": "no_plate",
}  # fmt: skip
_LOCAL: Final = re.compile(r"(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?)")


class Given(Struct, frozen=True, kw_only=True):
    """What is known around an event: when it came, its pictures, its bytes, the post's own offset."""

    received: Instant
    images: tuple[Image, ...]
    message: Message
    utc_offset_min: int = 0


def from_push(picture: dict[str, Any], given: Given) -> Told:
    """Say what one `Picture` of ITSAPI says."""
    plate, snap = _branch(picture, "Plate"), _branch(picture, "SnapInfo")
    vehicle = _branch(picture, "Vehicle")
    local = _text(snap, "AccurateTime") or _text(snap, "SnapTime")
    time, written = _time(local, _offset_min(snap.get("TimeZone"), given.utc_offset_min))
    exists = plate.get("IsExist")
    reading = _reading(
        given,
        plate,
        time=time,
        time_local=written,
        unread="no_plate" if exists is False else None,
        confidence=_share(plate.get("Confidence"), 100),
        lane=_whole(snap.get("LanNo", snap.get("Lane"))),
        direction=_MOVEMENTS.get((_text(snap, "Direction") or "").lower(), "unknown"),
        vehicle_type=_word(vehicle, "VehicleType"),
        vehicle_color=_word(vehicle, "VehicleColor"),
        vehicle_make=_word(vehicle, "VehicleSign"),
        speed_kmh=_positive(vehicle.get("Speed", snap.get("Speed"))),
        event_id=_word(picture, "PicName") or _word(_branch(picture, "NormalPic"), "PicName"),
    )
    key = "|".join((local or "", reading.event_id or "", reading.plate_raw or "", str(reading.lane))).encode()
    return Told(reading=reading, key=key if local else given.message.blob, message=given.message)


def from_stream(data: dict[str, Any], given: Given) -> Told:
    """Say what the data of one TrafficJunction event says."""
    car, plate = _branch(data, "TrafficCar"), _branch(data, "Object")
    true_utc, millis = _whole(data.get("RealUTC")), _whole(data.get("UTCMS")) or 0
    local_epoch = _whole(data.get("UTC"))
    if true_utc is None and local_epoch is not None:
        true_utc = local_epoch - given.utc_offset_min * 60
    time = (
        Instant(true_utc * 1000 + min(max(millis, 0), 999)) if true_utc is not None and 0 < true_utc < 2**34 else None
    )
    text = {
        "PlateNumber": _text(plate, "Text") or _text(car, "PlateNumber") or "",
        "PlateColor": _text(car, "PlateColor"),
        "PlateType": _text(car, "PlateType"),
        "BoundingBox": plate.get("BoundingBox"),
    }
    reading = _reading(
        given,
        text,
        time=time,
        time_local=_text(data, "LocaleTime"),
        unread=None,
        confidence=_share(plate.get("Confidence"), 255),
        lane=_whole(data.get("Lane", car.get("Lane"))),
        direction=_STREAM_MOVEMENTS.get((_text(car, "Direction") or _text(data, "Direction") or "").lower(), "unknown"),
        vehicle_type=_word(_branch(data, "Vehicle"), "Category") or _word(car, "VehicleType"),
        vehicle_color=_word(car, "VehicleColor"),
        vehicle_make=_word(car, "VehicleSign"),
        speed_kmh=_positive(data.get("Speed", car.get("Speed"))),
        event_id=str(data["EventID"])[:WORD_MAX] if isinstance(data.get("EventID"), int) else None,
    )
    key = "|".join((str(true_utc), str(millis), reading.event_id or "", reading.plate_raw or "")).encode()
    return Told(reading=reading, key=key if true_utc is not None else given.message.blob, message=given.message)


def _reading(given: Given, plate: dict[str, Any], *, unread: UnreadReason | None, **said: Any) -> PlateRead:  # noqa: ANN401
    raw = _text(plate, "PlateNumber") or ""
    why = unread or _UNREAD.get(raw.strip().lower()) or (None if canonical(raw) else "unreadable")
    return PlateRead(
        device_id=NOBODY,
        received=given.received,
        reading_id=UNNAMED,
        plate=None if why else canonical(raw),
        plate_raw=raw[: 2 * PLATE_LENGTH_MAX] or None,
        plate_color=_word(plate, "PlateColor", lower=True),
        plate_type=_word(plate, "PlateType"),
        unread_reason=why,
        plate_box_scene_permille=_box(plate.get("BoundingBox")),
        images=given.images,
        **said,
    )


def _offset_min(zone: object, otherwise: int) -> int:
    """ITSAPI's TimeZone in hours, where it is one."""
    known = isinstance(zone, int | float) and not isinstance(zone, bool) and abs(zone) <= ZONE_HOURS_MAX
    return round(zone * 60) if known else otherwise  # type: ignore[operator]


def _time(local: str | None, offset_min: int) -> tuple[Instant | None, str | None]:
    """Read a local time; gives the instant and the time as the camera wrote it, in ISO 8601."""
    found = _LOCAL.fullmatch(local.strip()) if local is not None else None
    if found is None:
        return None, None
    written = f"{found[1]}T{found[2]}"
    try:
        read = datetime.fromisoformat(written).replace(tzinfo=UTC) - timedelta(minutes=offset_min)
        return Instant((read - datetime.fromtimestamp(0, UTC)) // timedelta(milliseconds=1)), written
    except (ValueError, OverflowError):
        return None, None


def _box(corners: object) -> tuple[int, int, int, int] | None:
    """Two corners on the grid, as left, top, width and height in per-mille of the picture."""
    if not isinstance(corners, list) or len(corners) != 4 or not all(isinstance(one, int) for one in corners):
        return None
    left, top, right, bottom = (one * 1000 / GRID for one in corners)
    if not 0 <= left <= right <= 1000 or not 0 <= top <= bottom <= 1000:
        return None
    return round(left), round(top), round(right - left), round(bottom - top)


def _branch(tree: dict[str, Any], name: str) -> dict[str, Any]:
    found = tree.get(name)
    return found if isinstance(found, dict) else {}


def _text(tree: dict[str, Any], name: str) -> str | None:
    found = tree.get(name)
    return found[: 4 * WORD_MAX] if isinstance(found, str) and found else None


def _word(tree: dict[str, Any], name: str, *, lower: bool = False) -> str | None:
    found = (_text(tree, name) or "")[:WORD_MAX]
    if found.lower() in ("", "unknown", "null", "other"):
        return None
    return found.lower() if lower else found


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53 else None


def _positive(value: object) -> float | None:
    known = isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1000
    return float(value) if known else None  # type: ignore[arg-type]


def _share(value: object, most: int) -> float | None:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 255:
        return None
    return round(value / (most if value <= most else 255), 6)
