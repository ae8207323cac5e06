"""Arnavi: header and packages, both ways.

Reference 03 §5.2. A header is FF, a version (22-25) and the IMEI as eight bytes, low byte first; version 24 has eight
more. A package is 5B, a number, records, 5D. A record is a type, a length, a time, tags of five bytes, and the sum of
time and tags modulo 256. Answers are 7B … 7D: to the header with or without our time, to a package with its number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isnan
from struct import Struct, pack, unpack_from
from typing import Any, Final

import msgspec

from beket.devices.kit.dates import live
from beket.devices.kit.driver import (
    NOBODY,
    UNNAMED,
    Decoder,
    Frame,
    Framer,
    Mark,
    Message,
    Options,
    Out,
    Problem,
    Quiet,
    Told,
)
from beket.devices.kit.framing import Measured
from beket.devices.kit.marks import Marking
from beket.words.ids import Instant
from beket.words.readings import Cell, Position

PACKAGE_MAX: Final = 16 * 1024
"""Longest package: trackers fill up to about 1,400 bytes, one network packet."""

TYPE_MAX: Final = 0x10
"""Record types above this are none: it keeps noise from being taken for a package."""

HEAD, OPEN, CLOSE, RESULT = 0xFF, 0x5B, 0x5D, 0xFD
_HEADS: Final = {0x22: 10, 0x23: 10, 0x24: 18, 0x25: 10}
_FIRST: Final = 0x22
_DATA: Final = 0x01
_RECORD: Final = Struct("<BHI")
_TAG: Final = Struct("<BI")
_MOTION: Final = Struct("<4B")
KMH_PER_KNOT: Final = 1.852
_NO_FIX: Final = frozenset({0xFE, 0xFF})


class Report(msgspec.Struct, frozen=True):
    """One record of a package: where it lies, and whether its sum is right."""

    start: int
    end: int
    kind: int
    seconds: int
    right: bool


def records(blob: bytes) -> Iterator[Report]:
    """Walk the records of a whole package."""
    at, end = 2, len(blob) - 1
    while at < end:
        kind, length, seconds = _RECORD.unpack_from(blob, at)
        stop = at + 8 + length
        yield Report(at, stop, kind, seconds, sum(blob[at + 3 : stop - 1]) & 0xFF == blob[stop - 1])
        at = stop


def measure(held: bytes, at: int) -> int:
    """Measure a header by its version, a package by walking its records to the closing byte."""
    if held[at] not in (HEAD, OPEN):
        return -1
    if at + 2 > len(held):
        return 0
    if held[at] == HEAD:
        return _HEADS.get(held[at + 1], -1)
    return 4 if held[at + 1] == RESULT else _measure_package(held, at)


def _measure_package(held: bytes, at: int) -> int:
    place = at + 2
    while place < len(held) and held[place] != CLOSE:
        if held[place] > TYPE_MAX:
            return -1
        if place + 3 > len(held):
            return 0
        place += 8 + int.from_bytes(held[place + 1 : place + 3], "little")
        if place - at > PACKAGE_MAX:
            return -1
    return place + 1 - at if place < len(held) else 0


class Fields:
    """What the tags of one record say."""

    def __init__(self) -> None:
        self.said: dict[str, Any] = {"valid": False}
        self.io: dict[str, int | float | str] = {}

    def take(self, tag: int, value: int) -> str:
        """Read one tag; gives the name of what it says."""
        reader = _TAGS.get(tag)
        if reader is not None:
            return reader(self, value)
        self.io[str(tag)] = value
        return f"io_{tag}"

    def _voltages(self, value: int) -> str:
        for name, millivolts in (("battery_v", value & 0xFFFF), ("external_voltage_v", value >> 16)):
            if millivolts not in (0, 0xFFFF):
                self.said[name] = millivolts / 1000
        return "battery_v, external_voltage_v"

    def _latitude(self, value: int) -> str:
        self.said["latitude"] = _degrees(value, 90)
        return "latitude"

    def _longitude(self, value: int) -> str:
        self.said["longitude"] = _degrees(value, 180)
        return "longitude"

    def _motion(self, value: int) -> str:
        course, altitude, satellites, knots = _MOTION.unpack(value.to_bytes(4, "little"))
        if satellites not in _NO_FIX:
            self.said.update(
                valid=True,
                course_deg=float(course * 2),
                altitude_m=float(altitude * 10),
                satellites=(satellites & 15) + (satellites >> 4),
                speed_kmh=knots * KMH_PER_KNOT,
            )
        return "course_deg, altitude_m, satellites, speed_kmh"

    def _cell(self, value: int) -> str:
        if value:
            self.said["cell"] = Cell(cid=value & 0xFFFF, lac=value >> 16)
        return "cell"

    def _state(self, value: int) -> str:
        self.said.update(
            digital_inputs=value & 0xFF,
            digital_outputs=value >> 8 & 0x0F,
            moving=bool(value >> 16 & 1),
            alarms=("sos",) if value >> 20 & 1 else (),
        )
        return "digital_inputs, digital_outputs, moving, alarms"

    def _hdop(self, value: int) -> str:
        self.said["hdop"] = (value & 0xFFFF) / 100
        return "hdop"

    def position(self, record: Report, received: Instant) -> Position:
        """The reading of this record; a place needs both its halves and a fix."""
        said = self.said
        placed = said.get("latitude") is not None and said.get("longitude") is not None
        if not (placed and said["valid"]):
            said["valid"] = False
        if not placed or not (said["valid"] or said["latitude"] or said["longitude"]):
            said.update(latitude=None, longitude=None)
        return Position(
            device_id=NOBODY, received=received, reading_id=UNNAMED,
            time=Instant(record.seconds * 1000) if record.seconds else None, io=self.io, **said,
        )  # fmt: skip


_TAGS: Final = {
    1: Fields._voltages,  # noqa: SLF001  the table is this class's own
    3: Fields._latitude,  # noqa: SLF001
    4: Fields._longitude,  # noqa: SLF001
    5: Fields._motion,  # noqa: SLF001
    7: Fields._cell,  # noqa: SLF001
    9: Fields._state,  # noqa: SLF001
    151: Fields._hdop,  # noqa: SLF001
}


def _degrees(value: int, most: int) -> float | None:
    (degrees,) = unpack_from("<f", value.to_bytes(4, "little"))
    return None if isnan(degrees) or abs(degrees) > most else float(degrees)


class Tracker(Quiet):
    """Reads one tracker's conversation; the header names it, packages do not."""

    def read(self, frame: Frame, received: Instant) -> Out:
        """Say what a header or a package says, with the answer that lets the tracker go on."""
        blob = frame.blob
        if frame.broken is not None or not blob or measure(blob, 0) != len(blob):
            problem = Problem(kind=frame.broken or "shape", detail="neither a header nor a package", raw=blob)
            return Out(problems=(problem,))
        if blob[0] == HEAD:
            return _header(blob, received)
        if blob[1] == RESULT:
            return Out(alive=True)
        return _package(blob, received)


def _header(blob: bytes, received: Instant) -> Out:
    name = str(int.from_bytes(blob[2:10], "little"))
    return Out(alive=True, identities=(name,), replies=(encode_header_answer(blob[1], received),))


def _package(blob: bytes, received: Instant) -> Out:
    told: list[Told] = []
    problems: list[Problem] = []
    message = Message(blob=blob)
    clock = None
    for record in records(blob):
        if not record.right:
            detail = f"record at byte {record.start}: sent {blob[record.end - 1]:02x}"
            problems.append(Problem(kind="checksum", detail=detail, raw=blob[record.start : record.end]))
        elif record.kind == _DATA and record.end - record.start > 8:
            said = _fields(blob, record).position(record, received)
            body = blob[record.start + 3 : record.end - 1]
            key = body if said.time is not None else b"%d:%s" % (received, body)
            told.append(Told(reading=said, key=key, message=message))
            clock = live(said.time, received) if said.valid else clock
    # With a wrong sum in it the package is not confirmed: it comes again, and what was right is known by then.
    replies = () if problems else (encode_package_answer(blob[1]),)
    return Out(told=tuple(told), problems=tuple(problems), alive=not problems, replies=replies, clock=clock)


def _fields(blob: bytes, record: Report) -> Fields:
    fields = Fields()
    for at in range(record.start + 7, record.end - 5, 5):
        fields.take(*_TAG.unpack_from(blob, at))
    return fields


def explain(frame: Frame, _options: Options) -> tuple[Mark, ...]:
    """Name each tag of each record."""
    blob = frame.blob
    if frame.broken is not None or not blob or measure(blob, 0) != len(blob):
        return ()
    marking = Marking(blob)
    marking.next(1, "start")
    if blob[0] == HEAD:
        marking.next(1, "version", f"{blob[1]:02x}")
        marking.next(8, "imei", int.from_bytes(blob[2:10], "little"))
        return marking.marks()
    marking.next(1, "number", blob[1])
    for record in records(blob) if blob[1] != RESULT else ():
        _explain(marking, blob, record)
    marking.at = len(blob) - 1
    marking.next(1, "stop")
    return marking.marks()


def _explain(marking: Marking, blob: bytes, record: Report) -> None:
    marking.next(1, "record", record.kind)
    marking.next(2, "length", record.end - record.start - 8)
    marking.next(4, "time", record.seconds)
    fields = Fields()
    while marking.at + 5 < record.end and record.kind == _DATA:
        tag, value = _TAG.unpack_from(blob, marking.at)
        name = fields.take(tag, value)
        shown = ", ".join(str(fields.said.get(part, "")) for part in name.split(", "))
        marking.next(5, name, shown if shown.strip(", ") else value)
    if marking.at < record.end - 1:
        marking.next(record.end - 1 - marking.at, "other")
    marking.next(1, "sum", "right" if record.right else "wrong")


def encode_header(imei: str, version: int = _FIRST) -> bytes:
    """Write the header that begins a conversation."""
    return (bytes((HEAD, version)) + int(imei).to_bytes(8, "little")).ljust(_HEADS[version], b"\x00")


def encode_package(said: Sequence[Position], number: int = 1) -> bytes:
    """Write a package of records."""
    return bytes((OPEN, number)) + b"".join(map(_record, said)) + bytes((CLOSE,))


def _record(said: Position) -> bytes:
    satellites = 0xFF if not said.valid else min(said.satellites or 0, 15)
    course, altitude = round((said.course_deg or 0) / 2), round((said.altitude_m or 0) / 10)
    motion = _MOTION.pack(course, altitude, satellites, round((said.speed_kmh or 0) / KMH_PER_KNOT))
    state = (said.digital_inputs or 0) | (0x10000 if said.moving else 0) | (0x100000 if "sos" in said.alarms else 0)
    volts = round((said.battery_v or 0) * 1000) | round((said.external_voltage_v or 0) * 1000) << 16
    tags = (
        (1, pack("<I", volts)),
        (3, pack("<f", said.latitude or 0)),
        (4, pack("<f", said.longitude or 0)),
        (5, motion),
        (9, pack("<I", state)),
    )
    data = b"".join(bytes((tag,)) + value for tag, value in tags)
    summed = pack("<I", (said.time or 0) // 1000) + data
    return pack("<BH", _DATA, len(data)) + summed + bytes((sum(summed) & 0xFF,))


def encode_header_answer(version: int, at: Instant) -> bytes:
    """Write the answer to a header: the first version waits for none of our time, the others for it and its sum."""
    if version == _FIRST:
        return b"\x7b\x00\x00\x7d"
    time = pack("<I", at // 1000 & 0xFFFFFFFF)
    return b"\x7b\x04\x00" + bytes((sum(time) & 0xFF,)) + time + b"\x7d"


def encode_package_answer(number: int) -> bytes:
    """Write the answer to a package: its number."""
    return bytes((0x7B, 0x00, number, 0x7D))


def acknowledged(replies: Sequence[bytes]) -> dict[str, Any]:
    """Read answers for case files: the numbers of the packages confirmed, 0 for a header."""
    return {"packages": [reply[2] for reply in replies]}


def framer(_options: Options, _content_type: str = "") -> Framer:
    """Make the framer of one conversation."""
    return Measured(measure, PACKAGE_MAX + 8, bytes((HEAD, OPEN)))


def decoder(_options: Options) -> Decoder:
    """Make the decoder of one conversation."""
    return Tracker()
