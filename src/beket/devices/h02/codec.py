"""H02: sentences `*HQ,id,kind,…#` and binary places that begin with `$`, both ways.

Reference 03 §5.2; sentence kinds, the binary layout and the answers as makers' papers give them and public servers
speak them. Speed is in knots. There is no checksum. The id stands in every message, so datagrams do as well.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from beket.devices.h02.text import ALARM_BITS, IGNITION_BIT, KMH_PER_KNOT, Sentence, status
from beket.devices.kit.dates import digits, instant_of, live
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
    ProblemKind,
    Quiet,
    Told,
)
from beket.devices.kit.framing import Measured
from beket.devices.kit.marks import Marking
from beket.words.ids import Instant
from beket.words.readings import Position

TEXT_MAX: Final = 1024
"""Longest sentence: lists of cells are under 300 characters."""

SHORT, LONG = 32, 45
"""Binary places: with an id of ten digits, and with one of fifteen."""

_HEADS: Final = b"*$"
_BLANK: Final = b"\r\n"
_SHAPE: Final = re.compile(rb"\*[A-Za-z]{2},[0-9A-Za-z]{1,20},[ -\"$-)+-~]*#")
"""Printable letters alone, and neither of the two that begin and end a sentence."""

_ANSWERED: Final = frozenset({"V1", "NBR"})
_ECHOED: Final = frozenset({"V0", "HTBT"})
_FIXED, _NORTH, _EAST = 2, 4, 8


def measure(held: bytes, at: int) -> int:
    """Measure a sentence up to its `#`, or a binary place by whose digits can be a time and a date."""
    head = held[at]
    if head in _BLANK:
        return 1
    if head == 0x24:
        return _measure_binary(held[at : at + 16])
    if head != 0x2A:
        nearest = [found for mark in b"*$\r\n" if (found := held.find(mark, at)) >= 0]
        return at - min(nearest, default=len(held))
    stop = held.find(b"#", at, at + TEXT_MAX)
    if stop < 0:
        return 0 if len(held) - at < TEXT_MAX else -1
    anew = held.rfind(b"*", at + 1, stop)
    return at - anew if anew > 0 else stop + 1 - at


def _measure_binary(head: bytes) -> int:
    if len(head) < 15:
        return 0
    for long, start in ((SHORT, 6), (LONG, 9)):
        if _moment(head.hex()[2 * start :]) is not None:
            return long
    return -1


def _moment(packed: str) -> Instant | None:
    hms, dmy = digits(packed[:6]), digits(packed[6:12])
    return None if hms is None or dmy is None else instant_of((2000 + dmy[2], dmy[1], dmy[0]), hms)


class Tracker(Quiet):
    """Reads messages; each names its tracker, so nothing is held between them."""

    def read(self, frame: Frame, received: Instant) -> Out:
        """Say what one message says, with the answer that some kinds wait for."""
        blob = frame.blob
        if frame.broken is None and blob in (b"\r", b"\n"):
            return Out()
        if frame.broken is None and blob[:1] == b"$":
            return _binary(blob, received)
        if frame.broken is not None or not _SHAPE.fullmatch(blob):
            return _refused(frame.broken or "shape", "neither a sentence nor a binary place", blob)
        return _sentence(blob, received)


def _refused(kind: ProblemKind, detail: str, blob: bytes) -> Out:
    return Out(problems=(Problem(kind=kind, detail=detail, raw=blob),))


def _sentence(blob: bytes, received: Instant) -> Out:
    fields = blob[1:-1].decode("latin-1").split(",")
    said = Sentence(fields)
    replies = _answers(fields, said.kind, received)
    identities = (fields[1],)
    if said.ok:
        return _told(said.said, fields[1], blob, received, replies)
    problems: tuple[Problem, ...] = ()
    if said.kind in ("V1", "NBR", "LINK"):
        problems = (Problem(kind="field", detail=f"a {said.kind} without its fields", raw=blob),)
    return Out(identities=identities, alive=not problems, replies=() if problems else replies, problems=problems)


def _told(fields: dict[str, Any], name: str, blob: bytes, received: Instant, replies: tuple[bytes, ...] = ()) -> Out:
    position = Position(device_id=NOBODY, received=received, reading_id=UNNAMED, **fields)
    key = blob if position.time is not None else b"%d:%s" % (received, blob)
    told = Told(reading=position, key=key, message=Message(blob=blob))
    clock = live(position.time, received) if position.valid else None
    return Out(told=(told,), identities=(name,), alive=True, replies=replies, clock=clock)


def _answers(fields: list[str], kind: str, received: Instant) -> tuple[bytes, ...]:
    if kind in _ANSWERED:
        return (encode_answer(fields[1], kind, received, fields[0]),)
    return (f"*{fields[0]},{fields[1]},{kind}#".encode("latin-1"),) if kind in _ECHOED else ()


def _binary(blob: bytes, received: Instant) -> Out:
    if len(blob) not in (SHORT, LONG) or _measure_binary(blob[:16]) != len(blob):
        return _refused("shape", "no binary place", blob)
    name, fields = _packed(blob)
    if fields is None:
        return _refused("field", "a place that is not written in digits", blob)
    return _told(fields, name, blob, received)


def _packed(blob: bytes) -> tuple[str, dict[str, Any] | None]:
    """Read a binary place: digits, two a byte, but for the battery and the flags."""
    start = 6 if len(blob) == SHORT else 9
    text = blob[start : start + 19].hex()
    name = blob[1:start].hex()[:15]
    lat, lon, motion = text[12:20], text[22:31], text[32:38]
    if not (name.isdigit() and lat.isdigit() and lon.isdigit() and motion.isdigit()):
        return name, None
    flags = int(text[31], 16)
    latitude = int(lat[:2]) + int(lat[2:]) / 600_000
    longitude = int(lon[:3]) + int(lon[3:]) / 600_000
    if latitude > 90 or longitude > 180:
        return name, None
    fixed = bool(flags & _FIXED)
    placed = fixed or bool(latitude or longitude)
    return name, {
        "time": _moment(text),
        "valid": fixed,
        "latitude": (latitude if flags & _NORTH else -latitude) if placed else None,
        "longitude": (longitude if flags & _EAST else -longitude) if placed else None,
        "speed_kmh": int(motion[:3]) * KMH_PER_KNOT if placed else None,
        "course_deg": float(int(motion[3:])) if placed else None,
        "battery_percent": battery(int(text[20:22], 16)),
        **status(int.from_bytes(blob[start + 19 : start + 23], "big")),
    }


def battery(code: int) -> int | None:
    """Read the battery byte: steps 1-6, or percent; 0 and what is above says nothing."""
    if 1 <= code <= 6:
        return (0, 10, 20, 60, 80, 100)[code - 1]
    return code if 6 < code <= 100 else None


def explain(frame: Frame, _options: Options) -> tuple[Mark, ...]:
    """Name each field of a sentence, or each run of a binary place."""
    blob = frame.blob
    if frame.broken is not None:
        return ()
    if blob[:1] == b"$":
        return _explain_binary(blob)
    if not _SHAPE.fullmatch(blob):
        return ()
    fields = blob[1:-1].decode("latin-1").split(",")
    named = {0: ("maker", fields[0]), 1: ("id", fields[1]), 2: ("kind", fields[2])} | Sentence(fields).named
    marking = Marking(blob)
    marking.next(1, "start")
    for at, field in enumerate(fields):
        name, value = named.get(at, (f"field_{at}", field))
        marking.next(len(field) + 1, name, value)
    return marking.marks()


def _explain_binary(blob: bytes) -> tuple[Mark, ...]:
    if len(blob) not in (SHORT, LONG) or _measure_binary(blob[:16]) != len(blob):
        return ()
    name, fields = _packed(blob)
    if fields is None:
        return ()
    marking = Marking(blob)
    marking.next(1, "start")
    marking.next(5 if len(blob) == SHORT else 8, "id", name)
    marking.next(6, "time", fields["time"])
    marking.next(4, "latitude", fields["latitude"])
    marking.next(1, "battery_percent", fields["battery_percent"])
    marking.next(5, "longitude", fields["longitude"])
    marking.next(3, "speed_kmh, course_deg", f"{fields['speed_kmh']}, {fields['course_deg']}")
    marking.next(4, "status", ", ".join(fields["alarms"]) or "quiet")
    return marking.marks()


def encode_text(said: Position, name: str, kind: str = "V1", extra: str = "") -> bytes:
    """Write a sentence with a place; what follows the status comes with its comma."""
    at = datetime.fromtimestamp((said.time or 0) / 1000, UTC)
    lat, lon = said.latitude or 0.0, said.longitude or 0.0
    knots = (said.speed_kmh or 0) / KMH_PER_KNOT
    place = f"{_minutes(lat, 2)},{'S' if lat < 0 else 'N'},{_minutes(lon, 3)},{'W' if lon < 0 else 'E'}"
    motion = f"{knots:06.2f},{round(said.course_deg or 0):03d}"
    valid = "A" if said.valid else "V"
    return f"*HQ,{name},{kind},{at:%H%M%S},{valid},{place},{motion},{at:%d%m%y},{_status(said):08X}{extra}#".encode()


def encode_binary(said: Position, name: str) -> bytes:
    """Write a binary place: short for an id of ten digits, long for one of fifteen."""
    at = datetime.fromtimestamp((said.time or 0) / 1000, UTC)
    lat, lon = said.latitude or 0.0, said.longitude or 0.0
    flags = (_FIXED if said.valid else 0) | (_NORTH if lat >= 0 else 0) | (_EAST if lon >= 0 else 0)
    lat_text, lon_text = (_minutes(value, wide).replace(".", "") for value, wide in ((lat, 2), (lon, 3)))
    percent = said.battery_percent if said.battery_percent and said.battery_percent > 6 else 0
    motion = f"{round((said.speed_kmh or 0) / KMH_PER_KNOT):03d}{round(said.course_deg or 0):03d}"
    text = f"{at:%H%M%S%d%m%y}{lat_text}{percent:02x}{lon_text}{flags:x}{motion}{_status(said):08x}"
    body = bytes.fromhex((name if len(name) == 10 else name.ljust(16, "0")) + text)
    return (b"$" + body).ljust(SHORT if len(name) == 10 else LONG, b"\x00")


def encode_answer(name: str, kind: str, at: Instant, maker: str = "HQ") -> bytes:
    """Write the server's answer to a V1 or an NBR, with its time in UTC."""
    now = datetime.fromtimestamp(at / 1000, UTC)
    return f"*{maker},{name},V4,{kind},{now:%Y%m%d%H%M%S}#".encode("latin-1")


def acknowledged(replies: Sequence[bytes]) -> dict[str, Any]:
    """Read answers for case files: whom they answer and what."""
    fields = [reply[1:-1].decode("latin-1").split(",") for reply in replies]
    return {"ids": [one[1] for one in fields], "kinds": [one[3] if one[2] == "V4" else one[2] for one in fields]}


def _minutes(value: float, wide: int) -> str:
    count = round(abs(value) * 600_000)
    degrees, rest = divmod(count, 600_000)
    return f"{degrees:0{wide}d}{rest // 10_000:02d}.{rest % 10_000:04d}"


def _status(said: Position) -> int:
    word = 0xFFFFFFFF
    for bit, name in ALARM_BITS[:6] + ALARM_BITS[7:]:
        if name in said.alarms:
            word &= ~(1 << bit)
    return word if said.ignition else word & ~(1 << IGNITION_BIT)


def framer(_options: Options, _content_type: str = "") -> Framer:
    """Make the framer of one conversation or datagram."""
    return Measured(measure, TEXT_MAX)


def decoder(_options: Options) -> Decoder:
    """Make the decoder of one conversation or datagram."""
    return Tracker()
