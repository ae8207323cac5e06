"""FLEX records: which fields there are is settled by a mask, and the mask makes the layout of every record.

Sizes of the 255 fields and their meaning as the maker's wiki and public servers have them; FLEX 1.0 knows the first 69,
2.0 the first 122, 3.0 all.
"""

from __future__ import annotations

from functools import lru_cache
from struct import Struct
from typing import Any, Final

import msgspec

from beket.words.ids import Instant

FIELDS_MAX: Final = 255
LAYOUTS_MAX: Final = 256
"""Most layouts that are remembered: trackers of one fleet share a few."""

_MINUTE: Final = 600_000
"""Coordinates count 1/10,000 of a minute."""


def _sizes() -> tuple[int, ...]:
    """The size of each field by its number; field 0 does not exist."""
    table = [2] * (FIELDS_MAX + 1)
    spans: dict[int, tuple[tuple[int, int], ...]] = {
        1: ((4, 8), (29, 32), (45, 52), (56, 56), (63, 65), (69, 69), (72, 72), (78, 83), (98, 99), (101, 101),
            (104, 104), (118, 118), (122, 126), (139, 140), (144, 145), (167, 170), (199, 199), (202, 202), (207, 222)),
        3: ((84, 93), (142, 142), (146, 146), (198, 198)),
        4: ((1, 1), (3, 3), (9, 13), (15, 16), (33, 34), (37, 37), (54, 54), (57, 57), (67, 67), (74, 74), (76, 76),
            (102, 103), (105, 105), (127, 132), (172, 174), (176, 176), (179, 179), (193, 196), (203, 203), (205, 206),
            (238, 252)),
        5: ((204, 204),),
        6: ((94, 94), (107, 107), (109, 109), (197, 197)),
        8: ((70, 70), (253, 255)),
        12: ((95, 95),),
        16: ((73, 73),),
        24: ((96, 96),),
        37: ((77, 77),),
        48: ((97, 97),),
    }  # fmt: skip
    for size, runs in spans.items():
        for first, last in runs:
            table[first : last + 1] = [size] * (last - first + 1)
    table[0] = 0
    return tuple(table)


SIZES: Final = _sizes()

_CODES: Final = {1: "B", 2: "H", 4: "I", 8: "Q"}
_SPECIAL: Final = {10: "i", 11: "i", 12: "i", 13: "f", 15: "f", 16: "f"} | dict.fromkeys(range(45, 53), "b")

NAMES: Final[dict[int, str]] = {
    1: "sequence", 2: "event_io", 3: "time", 6: "modules", 8: "satellites", 9: "fix_time", 10: "latitude",
    11: "longitude", 12: "altitude_m", 13: "speed_kmh", 14: "course_deg", 15: "odometer_m", 19: "external_voltage_v",
    20: "battery_v", 29: "digital_inputs", 31: "digital_outputs", 71: "hdop",
} | {number: f"adc_{number - 20}" for number in range(21, 29)}  # fmt: skip
"""Fields with a meaning of ours."""

_PLACED: Final = frozenset(NAMES) - {6, 9}
"""Those that a position has a place for; the others, and these two, are kept under their number."""


class Layout(msgspec.Struct, frozen=True):
    """What every record of a conversation looks like: its fields, and how to take them out at once."""

    mask: bytes
    fields: tuple[int, ...]
    form: Struct

    @property
    def size(self) -> int:
        """How many bytes one record has."""
        return self.form.size


@lru_cache(maxsize=LAYOUTS_MAX)
def layout(mask: bytes) -> Layout:
    """Make the layout of a mask: the highest bit of the first byte stands for field 1."""
    bits = "".join(f"{byte:08b}" for byte in mask)
    fields = tuple(at + 1 for at, bit in enumerate(bits[:FIELDS_MAX]) if bit == "1")
    codes = [_SPECIAL.get(field) or _CODES.get(SIZES[field]) or f"{SIZES[field]}s" for field in fields]
    return Layout(mask=mask, fields=fields, form=Struct("<" + "".join(codes)))


def mask_of(*fields: int) -> bytes:
    """Write a mask for these fields, as long as FLEX 3.0 has it."""
    mask = bytearray(32)
    for field in fields:
        mask[(field - 1) // 8] |= 0x80 >> (field - 1) % 8
    return bytes(mask)


def told(values: dict[int, Any]) -> dict[str, Any]:
    """Make the fields of a position of a record's values."""
    state = values.get(8, 0)
    lat, lon = values.get(10, 0), values.get(11, 0)
    on_globe = abs(lat) <= 90 * _MINUTE and abs(lon) <= 180 * _MINUTE and 10 in values and 11 in values
    fixed = bool(state & 2) and on_globe
    placed = on_globe and (fixed or bool(lat or lon))
    seconds = values.get(3) or values.get(9)
    said: dict[str, Any] = {
        "time": Instant(seconds * 1000) if seconds else None,
        "valid": fixed,
        "latitude": lat / _MINUTE if placed else None,
        "longitude": lon / _MINUTE if placed else None,
        "satellites": state >> 2 if 8 in values else None,
        "sequence": values.get(1),
        "event_io": values.get(2),
        "digital_inputs": values.get(29),
        "digital_outputs": values.get(31),
        "external_voltage_v": _scaled(values, 19, 0.001),
        "battery_v": _scaled(values, 20, 0.001),
        "odometer_m": _finite(values.get(15), 1000),
    }
    if placed:
        said.update(
            altitude_m=_scaled(values, 12, 0.1),
            speed_kmh=_finite(values.get(13), 1),
            course_deg=float(values[14]) if 14 in values else None,
        )
    if 71 in values and values[71] & 0xFF:
        said["hdop"] = (values[71] & 0xFF) / 10
    said["alarms"] = _jammed(values.get(6, 0))
    analog = [values.get(field) for field in range(21, 29)]
    if any(one is not None for one in analog):
        said["adc"] = tuple(None if one is None else one / 1000 for one in analog)
    said["io"] = {
        str(field): value.hex() if isinstance(value, bytes) else value
        for field, value in values.items()
        if field not in _PLACED and value == value  # noqa: PLR0124  not a number is not kept
    }
    return said


def _scaled(values: dict[int, Any], field: int, unit: float) -> float | None:
    return round(values[field] * unit, 3) if field in values else None


def _finite(value: float | None, unit: float) -> float | None:
    return None if value is None or not 0 <= value < 1e9 else round(value * unit, 3)


def _jammed(modules: int) -> tuple[str, ...]:
    """Field 6: its two lowest bits at 1 mean a jammed GSM, its third jammed satellites."""
    words = (("gsm_jamming", modules & 3 == 1), ("gps_jamming", bool(modules & 4)))
    return tuple(word for word, jammed in words if jammed)
