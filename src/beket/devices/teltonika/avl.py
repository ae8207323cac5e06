"""Teltonika's records as bytes: positions with numbered elements in codecs 8, 8 Extended and 16 (reference 03 §5.2)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from struct import Struct as Layout
from typing import Any, Final

from msgspec import Struct

from beket.words.ids import Instant
from beket.words.readings import Cell, Scalar

CODEC_8: Final = 0x08
CODEC_8E: Final = 0x8E
CODEC_16: Final = 0x10
CODEC_12: Final = 0x0C
CODEC_13: Final = 0x0D

POSITIONS: Final = (CODEC_8, CODEC_8E, CODEC_16)
TEXTS: Final = (CODEC_12, CODEC_13)

FRONT: Final = Layout(">QBiihHBH")
"""Time, priority, longitude, latitude, altitude, angle, satellites, speed."""

_DEGREE: Final = 10_000_000

Malformed = (ValueError, IndexError, struct.error)
"""What reading damaged records raises."""


class Shape(Struct, frozen=True):
    """How a codec writes its elements: sizes of ids and counts; whether one says why it was written."""

    id_size: int
    count_size: int
    reason: bool = False
    variable: bool = False


SHAPES: Final = {
    CODEC_8: Shape(1, 1),
    CODEC_8E: Shape(2, 2, variable=True),
    CODEC_16: Shape(2, 1, reason=True),
}
SIZES: Final = (1, 2, 4, 8)
"""Elements stand in groups by the size of their values."""

_LETTERS: Final = {1: "B", 2: "H", 4: "I", 8: "Q"}
_GROUPS: Final = {
    (id_size, size): Layout(f">{_LETTERS[id_size]}{_LETTERS[size]}") for id_size in (1, 2) for size in SIZES
}

ALARMS: Final = {246: "towing", 247: "crash", 249: "jamming", 252: "power_cut", 255: "overspeed"}
"""What some elements mean when a record was written because of them (maker's element list)."""


class Row(Struct, frozen=True):
    """One record: where it lies, what it says as fields of a Position."""

    start: int
    end: int
    fields: dict[str, Any]


def records(blob: bytes, codec: int, at: int, end: int) -> Iterator[Row]:
    """Walk the records of a packet's data; raises one of `Malformed` when they do not fill it."""
    shape = SHAPES[codec]
    count, at = blob[at], at + 1
    for _ in range(count):
        start = at
        fields, io, at = _record(blob, at, shape)
        if at > end - 1:
            raise ValueError("a record goes past the end of its packet")
        _mean(fields, io)
        yield Row(start, at, fields)
    if at != end - 1 or blob[at] != count:
        raise ValueError(f"{count} records were announced; what follows them does not say so again")


def _record(blob: bytes, at: int, shape: Shape) -> tuple[dict[str, Any], dict[str, Scalar], int]:
    time, priority, longitude, latitude, altitude, angle, satellites, speed = FRONT.unpack_from(blob, at)
    at += FRONT.size
    occasion, at = int.from_bytes(blob[at : at + shape.id_size], "big"), at + shape.id_size
    at += shape.reason + shape.count_size
    io: dict[str, Scalar] = {}
    for size in SIZES:
        count, at = _count(blob, at, shape)
        group = _GROUPS[shape.id_size, size]
        end = at + count * group.size
        if end > len(blob):
            raise ValueError("elements go past the end of their packet")
        for name, value in group.iter_unpack(memoryview(blob)[at:end]):
            io[str(name)] = value
        at = end
    if shape.variable:
        at = _variable(blob, at, io)
    fields = {
        "time": Instant(time),
        "valid": satellites > 0,
        "latitude": latitude / _DEGREE,
        "longitude": longitude / _DEGREE,
        "altitude_m": altitude,
        "course_deg": angle,
        "satellites": satellites,
        "speed_kmh": speed,
        "priority": priority,
        "event_io": occasion,
        "io": io,
    }
    if abs(latitude) > 900_000_000 or abs(longitude) > 1_800_000_000 or time >= 1 << 47:
        raise ValueError("no such place or time")
    return fields, io, at


def _count(blob: bytes, at: int, shape: Shape) -> tuple[int, int]:
    return (blob[at], at + 1) if shape.count_size == 1 else (blob[at] << 8 | blob[at + 1], at + 2)


def _variable(blob: bytes, at: int, io: dict[str, Scalar]) -> int:
    count, at = blob[at] << 8 | blob[at + 1], at + 2
    for _ in range(count):
        name, size = blob[at] << 8 | blob[at + 1], blob[at + 2] << 8 | blob[at + 3]
        at += 4
        if at + size > len(blob):
            raise ValueError("an element goes past the end of its packet")
        io[str(name)] = blob[at : at + size].hex()
        at += size
    return at


def _mean(fields: dict[str, Any], io: dict[str, Scalar]) -> None:
    """Give the elements that mean the same on all models their names."""
    for name, known, units in _KNOWN:
        value = io.get(name)
        if isinstance(value, int):
            fields[known] = value if units == 1 else value / units if units else value != 0
    inputs = [(place, io[str(place + 1)]) for place in range(4) if str(place + 1) in io]
    if inputs:
        fields["digital_inputs"] = sum(1 << place for place, value in inputs if value)
    outputs = [(place, io[name]) for place, name in enumerate(("179", "180")) if name in io]
    if outputs:
        fields["digital_outputs"] = sum(1 << place for place, value in outputs if value)
    button = io.get("78")
    if isinstance(button, int) and button:
        fields["ibutton"] = f"{button:016x}"
    cell, area = io.get("205"), io.get("206")
    if isinstance(cell, int) and isinstance(area, int):
        fields["cell"] = Cell(cid=cell, lac=area)
    alarm = ALARMS.get(fields["event_io"])
    if alarm is not None and io.get(str(fields["event_io"])):
        fields["alarms"] = (alarm,)


_KNOWN: Final[tuple[tuple[str, str, int], ...]] = (
    ("239", "ignition", 0),
    ("240", "moving", 0),
    ("66", "external_voltage_v", 1000),
    ("67", "battery_v", 1000),
    ("113", "battery_percent", 1),
    ("182", "hdop", 10),
    ("16", "odometer_m", 1),
)
"""Element, field, how many of its units make one of ours; 0 for a yes or a no."""


def write_record(
    fields: dict[str, Any], codec: int, io: dict[int, tuple[int, int]], variable: dict[int, bytes]
) -> bytes:
    """Write one record; `io` gives for each element its size and value."""
    shape = SHAPES[codec]
    front = FRONT.pack(
        fields["time"], fields["priority"], round(fields["longitude"] * _DEGREE), round(fields["latitude"] * _DEGREE),
        fields["altitude_m"], fields["course_deg"], fields["satellites"], fields["speed_kmh"],
    )  # fmt: skip
    total = (len(io) + len(variable)).to_bytes(shape.count_size, "big")
    parts = [front, fields["event_io"].to_bytes(shape.id_size, "big"), b"\x07" if shape.reason else b"", total]
    for size in SIZES:
        group = [(name, value) for name, (wide, value) in io.items() if wide == size]
        parts.append(len(group).to_bytes(shape.count_size, "big"))
        parts += [_GROUPS[shape.id_size, size].pack(name, value) for name, value in group]
    if shape.variable:
        parts.append(len(variable).to_bytes(2, "big"))
        parts += [name.to_bytes(2, "big") + len(held).to_bytes(2, "big") + held for name, held in variable.items()]
    return b"".join(parts)
