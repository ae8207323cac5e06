"""Galileosky: packets of tagged values, both ways.

A packet (reference 03 §5.2): 01, a length of two bytes whose top bit marks what comes from the archive, tags, and
CRC-16/MODBUS over all before it; answered 02 and that sum. A tag is one byte, and a table says how long its value is;
a tag met again begins the next record. The first packet of a conversation has the IMEI.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from struct import Struct, pack, unpack_from
from typing import Any, Final

import msgspec

from beket.devices.kit.checks import crc16_modbus
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
from beket.words.readings import Position

PACKET_MAX: Final = 8 * 1024
"""Longest packet: trackers send up to about 1,000 bytes over mobile networks, and parts of pictures."""

DATA, PICTURE, PACKED = 0x01, 0x07, 0x08
_ANSWER: Final = {DATA: 0x02, PICTURE: 0x07}
_ARCHIVE: Final = 0x8000
_PLACE: Final = Struct("<Bii")
_COUNTED: Final = frozenset({0xE1, 0xEA})
"""Tags whose value begins with its own length in one byte; FE has two."""


def _lengths() -> bytes:
    """How long the value of each tag is; 0 where the table has none or the value says so itself."""
    table = bytearray(256)
    spans: dict[int, tuple[tuple[int, int], ...]] = {
        1: ((0x01, 0x02), (0x35, 0x35), (0x43, 0x43), (0x49, 0x49), (0x88, 0x8C), (0xA0, 0xAF), (0xC4, 0xD2),
            (0xD5, 0xD5)),
        2: ((0x04, 0x04), (0x10, 0x10), (0x34, 0x34), (0x40, 0x42), (0x45, 0x46), (0x48, 0x48), (0x50, 0x59),
            (0x60, 0x62), (0x70, 0x77), (0xB0, 0xB9), (0xD6, 0xDA)),
        3: ((0x5D, 0x5D), (0x63, 0x6F), (0x80, 0x87)),
        4: ((0x20, 0x20), (0x33, 0x33), (0x44, 0x44), (0x47, 0x47), (0x5A, 0x5A), (0x90, 0x90), (0xC0, 0xC3),
            (0xD3, 0xD4), (0xDB, 0xE0), (0xE2, 0xE9), (0xF0, 0xF9)),
        7: ((0x5B, 0x5B),),
        9: ((0x30, 0x30),),
        15: ((0x03, 0x03),),
        68: ((0x5C, 0x5C),),
    }  # fmt: skip
    for length, runs in spans.items():
        for first, last in runs:
            table[first : last + 1] = bytes((length,)) * (last - first + 1)
    return bytes(table)


LENGTHS: Final = _lengths()

PLAIN: Final[dict[int, tuple[str, str, float]]] = {
    0x10: ("sequence", "<H", 1),
    0x34: ("altitude_m", "<h", 1),
    0x35: ("hdop", "<B", 0.1),
    0x41: ("external_voltage_v", "<H", 0.001),
    0x42: ("battery_v", "<H", 0.001),
    0x45: ("digital_outputs", "<H", 1),
    0x46: ("digital_inputs", "<H", 1),
    0xD4: ("odometer_m", "<I", 1),
}
"""Tags whose value is a field of a position as it stands: name, form, unit."""

ALARMS: Final[tuple[tuple[int, str], ...]] = ((5, "low_battery"), (6, "antenna_cut"), (15, "alarm"))
"""Bits of the state (tag 40) that complain; 9 says that the ignition is on.

The papers name more (tilt, supply out of bounds, impact), but captured packets have those set in calm: they are left
in `params`, where the whole word stands.
"""


class Tag(msgspec.Struct, frozen=True):
    """One tag met in a packet: which, and where its value lies."""

    tag: int
    at: int
    length: int


def tags(blob: bytes) -> Iterator[Tag]:
    """Walk the tags of a packet; stops before one whose length nobody knows, or that is cut short."""
    at, end = 3, len(blob) - 2
    while at < end:
        tag = blob[at]
        at += 1
        length = LENGTHS[tag]
        if tag in _COUNTED and at < end:
            length = 1 + blob[at]
        elif tag == 0xFE and at + 1 < end:
            length = 2 + int.from_bytes(blob[at : at + 2], "little")
        if length == 0 or at + length > end:
            return
        yield Tag(tag, at, length)
        at += length


class Report:
    """What the tags of one record say."""

    def __init__(self, start: int) -> None:
        self.start = start
        self.end = start
        self.seen = 0
        self.fields: dict[str, Any] = {}
        self.io: dict[str, int | float | str] = {}
        self.params: dict[str, int | float | str] = {}
        self.imei = ""
        self.number = ""

    def take(self, blob: bytes, one: Tag) -> str:
        """Read one tag; gives the name of what it says."""
        tag, at = one.tag, one.at
        self.end = at + one.length
        self.seen |= 1 << tag
        plain = PLAIN.get(tag)
        if plain is not None:
            name, form, unit = plain
            (value,) = unpack_from(form, blob, at)
            self.fields[name] = value if unit == 1 and name != "odometer_m" else round(value * unit, 3)
            return name
        special = _SPECIAL.get(tag)
        if special is not None:
            return special(self, blob, at)
        run = blob[at : self.end]
        self.io[str(tag)] = int.from_bytes(run, "little") if len(run) <= 8 else run.hex()
        return f"io_{tag}"

    def _imei(self, blob: bytes, at: int) -> str:
        text = blob[at : at + 15].decode("latin-1")
        self.imei = text if text.isascii() and text.isdigit() else ""
        return "imei"

    def _number(self, blob: bytes, at: int) -> str:
        self.number = str(int.from_bytes(blob[at : at + 2], "little"))
        return "number"

    def _version(self, blob: bytes, at: int) -> str:
        name = "hardware" if blob[at - 1] == 0x01 else "firmware"
        self.params[name] = blob[at]
        return name

    def _time(self, blob: bytes, at: int) -> str:
        seconds = int.from_bytes(blob[at : at + 4], "little")
        self.fields["time"] = Instant(seconds * 1000) if seconds else None
        return "time"

    def _place(self, blob: bytes, at: int) -> str:
        flags, lat, lon = _PLACE.unpack_from(blob, at)
        fixed = flags < 0x10 and abs(lat) <= 90_000_000 and abs(lon) <= 180_000_000
        placed = fixed or ((lat or lon) and abs(lat) <= 90_000_000 and abs(lon) <= 180_000_000)
        self.fields.update(
            valid=fixed,
            satellites=flags & 0x0F,
            latitude=lat / 1e6 if placed else None,
            longitude=lon / 1e6 if placed else None,
        )
        return "satellites, latitude, longitude"

    def _motion(self, blob: bytes, at: int) -> str:
        speed, course = unpack_from("<HH", blob, at)
        self.fields.update(speed_kmh=speed / 10, course_deg=course / 10)
        return "speed_kmh, course_deg"

    def _state(self, blob: bytes, at: int) -> str:
        bits = int.from_bytes(blob[at : at + 2], "little")
        alarms = tuple(word for bit, word in ALARMS if bits >> bit & 1)
        self.fields.update(alarms=alarms, ignition=bool(bits >> 9 & 1))
        self.params["state"] = bits
        return "state"

    def _temperature(self, blob: bytes, at: int) -> str:
        self.params["device_temperature_c"] = unpack_from("<b", blob, at)[0]
        return "device_temperature_c"

    def _button(self, blob: bytes, at: int) -> str:
        key = int.from_bytes(blob[at : at + 4], "little")
        if key:
            self.fields["ibutton"] = str(key)
        return "ibutton"

    def position(self, received: Instant, *, late: bool) -> Position:
        """The reading of this record."""
        fields = {"valid": False, **self.fields}
        if not fields["valid"] and fields.get("latitude") is None:
            fields.update(speed_kmh=None, course_deg=None)
        return Position(
            device_id=NOBODY, received=received, reading_id=UNNAMED, buffered=late, io=self.io, params=self.params,
            **fields,
        )  # fmt: skip


_SPECIAL: Final = {
    0x01: Report._version,  # noqa: SLF001  the table is this class's own
    0x02: Report._version,  # noqa: SLF001
    0x03: Report._imei,  # noqa: SLF001
    0x04: Report._number,  # noqa: SLF001
    0x20: Report._time,  # noqa: SLF001
    0x30: Report._place,  # noqa: SLF001
    0x33: Report._motion,  # noqa: SLF001
    0x40: Report._state,  # noqa: SLF001
    0x43: Report._temperature,  # noqa: SLF001
    0x90: Report._button,  # noqa: SLF001
}


def records(blob: bytes) -> tuple[list[Report], int]:
    """Read the records of a packet, and where the reading of it ended."""
    found: list[Report] = []
    record = Report(3)
    for one in tags(blob):
        if record.seen >> one.tag & 1:
            found.append(record)
            record = Report(record.end)
        record.take(blob, one)
    return [*found, record], record.end


class Tracker(Quiet):
    """Reads one tracker's conversation; holds its name, which most packets leave out."""

    def __init__(self) -> None:
        self._name = ""

    def read(self, frame: Frame, received: Instant) -> Out:
        """Say what one packet says; the answer lets the tracker forget it."""
        blob = frame.blob
        problem = refused(frame)
        if problem is not None:
            # What came damaged is answered with the sum of what did come: the tracker sees that it is not its own.
            wrong = problem.kind == "crc" and blob[0] in _ANSWER
            answers = (encode_answer(crc16_modbus(blob[:-2]), blob[0]),) if wrong else ()
            return Out(problems=(problem,), replies=answers)
        if blob[0] == PACKED:
            return Out(problems=(Problem(kind="version", detail="a compressed packet; turn that off", raw=blob),))
        answer = (encode_answer(int.from_bytes(blob[-2:], "little"), blob[0]),)
        if blob[0] == PICTURE:
            return Out(alive=True, replies=answer)
        return self._told(blob, received, answer)

    def _told(self, blob: bytes, received: Instant, answer: tuple[bytes, ...]) -> Out:
        found, end = records(blob)
        late = bool(blob[2] & 0x80)
        message = Message(blob=blob)
        name = next((one.imei for one in found if one.imei), "")
        if not name and not self._name:
            name = next((one.number for one in found if one.number), "")
        self._name = name or self._name
        told = []
        clock = None
        for record in found:
            if "time" not in record.fields and "latitude" not in record.fields:
                continue
            said = record.position(received, late=late)
            body = blob[record.start : record.end]
            key = body if said.time is not None else b"%d:%s" % (received, body)
            told.append(Told(reading=said, key=key, message=message))
            if said.valid and not late:
                clock = live(said.time, received)
        problems: tuple[Problem, ...] = ()
        if end != len(blob) - 2:
            detail = f"from byte {end}: a tag {blob[end]:02x} of unknown length"
            problems = (Problem(kind="content", detail=detail, raw=blob, fatal=not told),)
        identities = (name,) if name else ()
        return Out(told=tuple(told), problems=problems, identities=identities, alive=True, replies=answer, clock=clock)


def measure(held: bytes, at: int) -> int:
    """Measure a packet by its length."""
    if held[at] not in (DATA, PICTURE, PACKED):
        return -1
    if at + 3 > len(held):
        return 0
    return (int.from_bytes(held[at + 1 : at + 3], "little") & ~_ARCHIVE) + 5


def refused(frame: Frame) -> Problem | None:
    """Say why a packet is not believed, if it is not."""
    blob = frame.blob
    if frame.broken is not None or not blob or measure(blob, 0) != len(blob):
        return Problem(kind=frame.broken or "shape", detail="no packet of 01", raw=blob)
    if crc16_modbus(blob[:-2]) != int.from_bytes(blob[-2:], "little"):
        return Problem(kind="crc", detail=f"sent {blob[-2:].hex()}", raw=blob)
    return None


def explain(frame: Frame, _options: Options) -> tuple[Mark, ...]:
    """Name each tag of a packet."""
    blob = frame.blob
    if refused(frame) is not None or blob[0] == PACKED:
        return ()
    marking = Marking(blob)
    marking.next(1, "head")
    length = int.from_bytes(blob[1:3], "little")
    marking.next(2, "length, buffered", f"{length & ~_ARCHIVE}, {bool(length & _ARCHIVE)}")
    record = Report(3)
    for one in tags(blob) if blob[0] == DATA else ():
        if record.seen >> one.tag & 1:
            record = Report(record.end)
        name = record.take(blob, one)
        values = [record.fields.get(part, record.params.get(part)) for part in name.split(", ")]
        shown = ", ".join(str(value) for value in values if value is not None)
        marking.next(1 + one.length, name, shown or None)
    if marking.at < len(blob) - 2:
        marking.next(len(blob) - 2 - marking.at, "unread")
    marking.next(2, "crc")
    return marking.marks()


def encode_packet(said: Sequence[Position], imei: str = "", *, late: bool = False) -> bytes:
    """Write a packet with the IMEI, if given, before the first record."""
    head = b"\x01\x11\x02\x28\x03" + imei.encode() if imei else b""
    body = head + b"".join(map(_record, said))
    blob = pack("<BH", DATA, len(body) | (_ARCHIVE if late else 0)) + body
    return blob + pack("<H", crc16_modbus(blob))


def _record(said: Position) -> bytes:
    quality = (0 if said.valid else 0x10) | (said.satellites or 0)
    state = sum(1 << bit for bit, word in ALARMS if word in said.alarms)
    state |= 0x200 if said.ignition else 0
    written = [
        (0x10, "<H", None if said.sequence is None else [said.sequence]),
        (0x20, "<I", [(said.time or 0) // 1000]),
        (0x30, "<Bii", [quality, round((said.latitude or 0) * 1e6), round((said.longitude or 0) * 1e6)]),
        (0x33, "<HH", [round((said.speed_kmh or 0) * 10), round((said.course_deg or 0) * 10)]),
        (0x34, "<h", None if said.altitude_m is None else [round(said.altitude_m)]),
        (0x35, "<B", None if said.hdop is None else [round(said.hdop * 10)]),
        (0x40, "<H", [state]),
        (0x41, "<H", None if said.external_voltage_v is None else [round(said.external_voltage_v * 1000)]),
        (0x42, "<H", None if said.battery_v is None else [round(said.battery_v * 1000)]),
        (0x46, "<H", None if said.digital_inputs is None else [said.digital_inputs]),
        (0x90, "<I", None if said.ibutton is None else [int(said.ibutton)]),
        (0xD4, "<I", None if said.odometer_m is None else [round(said.odometer_m)]),
    ]
    return b"".join(bytes((tag,)) + pack(form, *values) for tag, form, values in written if values is not None)


def encode_answer(crc: int, head: int = DATA) -> bytes:
    """Write the server's answer: 02 and the packet's own sum."""
    return pack("<BH", _ANSWER[head], crc)


def acknowledged(replies: Sequence[bytes]) -> dict[str, Any]:
    """Read answers for case files: the sums that were confirmed."""
    return {"crcs": [f"{int.from_bytes(reply[1:], 'little'):04x}" for reply in replies]}


def framer(_options: Options, _content_type: str = "") -> Framer:
    """Make the framer of one conversation."""
    return Measured(measure, PACKET_MAX, bytes((DATA, PICTURE, PACKED)))


def decoder(_options: Options) -> Decoder:
    """Make the decoder of one conversation."""
    return Tracker()
