"""NTCB: the envelope of Navtelecom trackers, and the telemetry that they sent in it before FLEX.

An envelope (reference 03 §5.2): @NTC, receiver, sender, length, XOR of the content, XOR of the header, content. Layout
of the old records (formats F5, F5.1 and F5.2) as public servers read them; two captured messages confirm F5.2.
"""

from __future__ import annotations

from math import degrees, isfinite, pi
from struct import Struct, pack, unpack_from
from typing import Any, Final

from beket.devices.kit.checks import xor8
from beket.devices.kit.dates import instant_of

MARK: Final = b"@NTC"
HEAD: Final = 16
_HEAD: Final = Struct("<4sIIHBB")
_RECORD: Final = Struct("<IH6B3BBBHHHHIIB6BfffHffHH")
RECORDS: Final[dict[int, int]] = {0x05: _RECORD.size, 0x15: _RECORD.size + 15, 0x25: _RECORD.size + 19}
"""Formats that are read, and how long a record of each is without the byte that names it."""

NAMES: Final = (
    (4, "sequence"), (2, "event_io"), (6, "time"), (1, "armed"), (1, "state"), (1, "gsm_level"),
    (1, "satellites"), (1, "digital_inputs"), (2, "external_voltage_v"), (2, "battery_v"), (4, "adc"),
    (8, "pulses"), (1, "valid"), (6, "fix_time"), (4, "latitude"), (4, "longitude"), (4, "speed_kmh"),
    (2, "course_deg"), (4, "odometer_m"),
)  # fmt: skip


def enclosed(body: bytes, receiver: int, sender: int) -> bytes:
    """Write an envelope round a content."""
    head = pack("<4sIIHB", MARK, receiver, sender, len(body), xor8(body))
    return head + bytes((xor8(head),)) + body


def answer(blob: bytes, body: bytes) -> bytes:
    """Write an answer to an envelope: receiver and sender change places."""
    _, receiver, sender, *_ = _HEAD.unpack_from(blob)
    return enclosed(body, sender, receiver)


def head_is_right(held: bytes, at: int) -> bool:
    """Tell whether an envelope begins here: its header bears its own sum."""
    return held[at : at + 4] == MARK and xor8(held[at : at + HEAD]) == 0


def content_is_right(blob: bytes) -> bool:
    """Tell whether an envelope's content bears its sum."""
    return xor8(blob[HEAD:]) == blob[14]


def record(blob: bytes, at: int) -> dict[str, Any]:
    """Read one old record, from after the byte that names its format."""
    (
        sequence, event, ev_h, ev_m, ev_s, ev_d, ev_mo, ev_y, armed, state, gsm, outputs, inputs, external, battery,
        adc_1, adc_2, _p1, _p2, nav, hour, minute, second, day, month, year, lat, lon, speed, course, mileage, *_,
    ) = _RECORD.unpack_from(blob, at)  # fmt: skip
    on_globe = isfinite(lat) and isfinite(lon) and abs(lat) <= pi / 2 and abs(lon) <= pi
    fixed = bool(nav & 2) and on_globe
    placed = fixed or (on_globe and bool(lat or lon))
    latitude, longitude = (degrees(lat), degrees(lon)) if placed else (None, None)
    found = instant_of((2000 + year, month + 1, day), (hour, minute, second))
    time = instant_of((2000 + ev_y, ev_mo + 1, ev_d), (ev_h, ev_m, ev_s)) or found
    said: dict[str, Any] = {
        "time": time,
        "valid": fixed,
        "latitude": latitude,
        "longitude": longitude,
        "speed_kmh": float(speed) if placed and isfinite(speed) else None,
        "course_deg": float(course) if placed else None,
        "satellites": outputs >> 2,
        "sequence": sequence,
        "event_io": event,
        "external_voltage_v": external / 1000,
        "battery_v": battery / 1000,
        "digital_inputs": inputs,
        "digital_outputs": outputs & 3,
        "odometer_m": round(mileage * 1000, 1) if isfinite(mileage) and 0 <= mileage < 1e7 else None,
        "alarms": ("alarm",) if armed & 0x80 else (),
        "adc": (adc_1 / 1000, adc_2 / 1000),
        "params": {"armed": armed & 0x7F, "state": state, "gsm_level": gsm},
    }
    if found is not None and found != time:
        said["params"]["fix_time"] = found
    return said


def formats(blob: bytes) -> list[tuple[int, int]] | None:
    """Where the records of a telemetry envelope lie and of what format each is; None when one is not known."""
    several = blob[HEAD : HEAD + 3] == b"*>A"
    count = blob[HEAD + 3] if several and len(blob) > HEAD + 3 else 1
    at = HEAD + (4 if several else 3)
    found: list[tuple[int, int]] = []
    for _ in range(count):
        size = RECORDS.get(blob[at]) if at < len(blob) else None
        if size is None or at + 1 + size > len(blob):
            return None
        found.append((at, blob[at]))
        at += 1 + size
    return found


def index_of(blob: bytes, at: int) -> int:
    """The number of the record that begins here with its format."""
    return int(unpack_from("<I", blob, at + 1)[0])
