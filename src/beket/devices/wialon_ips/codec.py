"""Wialon IPS 1.1 and 2.0: lines of text from trackers, and to other systems: logins, positions, pings, messages.

`#L#` login, `#SD#` a short position, `#D#` a long one, `#B#` several of either that were held back, `#P#` ping, `#M#` a
message (reference 03 §5.2). Version 2.0 ends each with CRC-16/ARC in hex over all after the type, the last separator
included. NA means not known; a position without a time has that of its coming.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from beket.devices.kit.checks import crc16_arc
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
from beket.devices.kit.framing import Lines
from beket.words.ids import Instant
from beket.words.readings import Position, Scalar

LINE_MAX: Final = 64 * 1024
"""Longest line: a black box of 500 long positions."""

RECORDS_MAX: Final = 1000
PARAMS_MAX: Final = 200
"""Most parameters of one position; trackers with all their sensors send some sixty."""

SHORT: Final = 10
LONG: Final = 16
"""Fields of a short and of a long position."""

VERSION_2: Final = "2."
NOT_KNOWN: Final = "NA"

BAD_SHAPE: Final = "-1"
BAD_TIME: Final = "0"
BAD_PLACE: Final = "10"
BAD_MOTION: Final = "11"
BAD_SATELLITES: Final = "12"
"""What an answer says of a position that was not taken."""

BAD_CHECK: Final = {"SD": "13", "D": "16", "L": "10", "M": "01", "B": "", "P": ""}
"""What an answer says when the check sum does not fit, by type."""

_LINE: Final = re.compile(rb"#([A-Z]{1,3})#([^\r\n]*)\r?\n?")
_PLACE: Final = re.compile(r"(\d{1,3})(\d\d\.\d{1,10})")
_NUMBER: Final = re.compile(r"-?\d{1,9}(\.\d{1,9})?")
_CHECK: Final = re.compile(r"[0-9A-Fa-f]{1,4}")


class Wrong(Exception):
    """A line or one of its records cannot be taken: what to answer, and why."""

    def __init__(self, code: str, why: str, kind: ProblemKind = "field") -> None:
        super().__init__(why)
        self.code = code
        self.kind: ProblemKind = kind


class Tracker(Quiet):
    """Reads one conversation; whether its lines carry check sums is settled by its login."""

    def __init__(self) -> None:
        self._checked = False

    def read(self, frame: Frame, received: Instant) -> Out:
        """Say what one line says, and how it is answered."""
        blob = frame.blob
        line = _LINE.fullmatch(blob) if frame.broken is None else None
        if line is None:
            return _refused(frame.broken or "shape", "no line that begins with a type between signs", blob)
        kind, text = line[1].decode("ascii"), line[2].decode("utf-8", "replace")
        try:
            match kind:
                case "L":
                    return self._login(text)
                case "P":
                    return Out(alive=True, replies=(encode_answer("P", ""),))
                case "SD" | "D" | "B" | "M":
                    return self._said(kind, text, blob, received)
        except Wrong as wrong:
            return _refused(wrong.kind, str(wrong), blob, encode_answer(kind, wrong.code))
        return _refused("unknown", f"type {kind}", blob)

    def _login(self, text: str) -> Out:
        fields = text.split(";")
        self._checked = len(fields) >= 3 and fields[0].startswith(VERSION_2)
        if self._checked:
            fields = checked("L", text).split(";")[1:]
        name = fields[0].strip()
        if not name or name == NOT_KNOWN or len(fields) > 3:
            raise Wrong("0", "a login without an id")
        accepted, refused = encode_answer("L", "1"), encode_answer("L", "0")
        return Out(identities=(name,), replies=(accepted,), refusals=(refused,), alive=True)

    def _said(self, kind: str, text: str, blob: bytes, received: Instant) -> Out:
        message = Message(blob=blob)
        if kind == "M":
            told = [_message(self._body(kind, text), message, received)]
        elif kind == "B":
            told = self._box(text, message, received)
        else:
            wanted = SHORT if kind == "SD" else LONG
            fields = text.split(";")
            if len(fields) == wanted + 1 or self._checked:
                fields = checked(kind, text).split(";")
            if len(fields) != wanted:
                raise Wrong(BAD_SHAPE, f"{len(fields)} fields", "shape")
            told = [_position(fields, ";".join(fields), message, received, buffered=False)]
        last = told[-1].reading if told else None
        return Out(
            told=tuple(told),
            replies=(encode_answer(kind, str(len(told)) if kind == "B" else "1"),),
            refusals=(encode_answer(kind, BAD_SHAPE),),
            alive=True,
            clock=None if last is None or last.buffered else live(last.time, received),
        )

    def _body(self, kind: str, text: str) -> str:
        return checked(kind, text) if self._checked else text

    def _box(self, text: str, message: Message, received: Instant) -> list[Told]:
        """A black box: all of it or, when one record is wrong, nothing, so that nothing is lost by the answer."""
        bare = text.rpartition("|")[2]
        if _CHECK.fullmatch(bare) and "|" in text:
            records = [one for one in checked("B", text, "|").split("|") if one]
        elif self._checked or text.rpartition("|")[2].count(";") in (SHORT, LONG):
            records = checked("B", text).split("|")
        else:
            records = text.split("|")
        if len(records) > RECORDS_MAX:
            raise Wrong("0", f"{len(records)} records", "size")
        told = []
        for record in records:
            fields = record.split(";")
            if len(fields) not in (SHORT, LONG):
                raise Wrong("0", f"a record of {len(fields)} fields", "shape")
            told.append(_position(fields, record, message, received, buffered=True))
        return told


def checked(kind: str, text: str, separator: str = ";") -> str:
    """Give a line's text without its check sum, which must fit it."""
    body, found, sent = text.rpartition(separator)
    if not found or not _CHECK.fullmatch(sent):
        raise Wrong(BAD_CHECK[kind], "no check sum", "crc")
    if int(sent, 16) != crc16_arc((body + separator).encode("utf-8", "replace")):
        raise Wrong(BAD_CHECK[kind], f"sent {sent}", "crc")
    return body


def _position(fields: list[str], record: str, message: Message, received: Instant, *, buffered: bool) -> Told:
    time = _time(fields[0], fields[1])
    latitude, longitude = _degrees(fields[2], fields[3], "NS", 90), _degrees(fields[4], fields[5], "EW", 180)
    reading = Position(
        device_id=NOBODY,
        reading_id=UNNAMED,
        received=received,
        time=time,
        valid=latitude is not None and longitude is not None,
        buffered=buffered,
        latitude=latitude,
        longitude=longitude,
        speed_kmh=_number(fields[6], BAD_MOTION),
        course_deg=_number(fields[7], BAD_MOTION),
        altitude_m=_number(fields[8], BAD_MOTION),
        satellites=_whole(fields[9], BAD_SATELLITES),
        **(_more(fields[10:]) if len(fields) == LONG else {}),
    )
    # Without a time of its own only that of its coming tells it from the next one that is alike.
    key = record.encode("utf-8", "replace")
    return Told(reading=reading, key=key if time is not None else b"%d:%b" % (received, key), message=message)


def _more(fields: list[str]) -> dict[str, Any]:
    """What a long position has beside: dilution, inputs, outputs, analogue values, a key, parameters."""
    hdop, inputs, outputs, analogue, button, params = fields
    named = _params(params)
    return {
        "hdop": _number(hdop, BAD_SATELLITES),
        "digital_inputs": _whole(inputs, "13"),
        "digital_outputs": _whole(outputs, "13"),
        "adc": tuple(_number(one, "14") for one in analogue.split(",")) if analogue not in ("", NOT_KNOWN) else (),
        "ibutton": button if button not in ("", NOT_KNOWN) else None,
        "params": named,
        "alarms": ("sos",) if named.get("SOS") == 1 else (),
    }


def _params(text: str) -> dict[str, Scalar]:
    """Parameters `name:type:value`, types 1 whole, 2 fraction, 3 text."""
    found: dict[str, Scalar] = {}
    if text in ("", NOT_KNOWN):
        return found
    for one in text.split(",")[:PARAMS_MAX]:
        name, _, rest = one.partition(":")
        kind, _, value = rest.partition(":")
        if not name or kind not in ("1", "2", "3"):
            raise Wrong("15", "a parameter that is not name, type and value")
        if kind == "3":
            found[name] = value
        elif not _NUMBER.fullmatch(value):
            raise Wrong("15", f"parameter {name[:40]} is no number")
        else:
            found[name] = float(value) if kind == "2" or "." in value else int(value)
    return found


def _time(day: str, clock: str) -> Instant | None:
    """Read `ddmmyy` and `hhmmss`, with a fraction or without."""
    if day in ("", NOT_KNOWN) and clock in ("", NOT_KNOWN):
        return None
    whole, _, fraction = clock.partition(".")
    dmy, hms = digits(day), digits(whole)
    millisecond = int(fraction[:3].ljust(3, "0")) if fraction.isdigit() and fraction.isascii() else 0
    time = instant_of((2000 + dmy[2], dmy[1], dmy[0]), hms, 0, millisecond) if dmy and hms else None
    if time is None:
        raise Wrong(BAD_TIME, "no such time")
    return time


def _degrees(written: str, side: str, sides: str, most: int) -> float | None:
    """Read degrees and minutes; the side they lie on."""
    if written in ("", NOT_KNOWN):
        return None
    shape = _PLACE.fullmatch(written)
    if shape is None or len(side) != 1 or side not in sides:
        raise Wrong(BAD_PLACE, "no such place")
    degrees = int(shape[1]) + float(shape[2]) / 60
    if degrees > most:
        raise Wrong(BAD_PLACE, "no such place")
    return degrees if side == sides[0] else -degrees


def _number(text: str, code: str) -> float | None:
    if text in ("", NOT_KNOWN):
        return None
    if not _NUMBER.fullmatch(text):
        raise Wrong(code, f"no number: {text[:40]}")
    return float(text)


def _whole(text: str, code: str) -> int | None:
    number = _number(text, code)
    return None if number is None else int(number)


def _message(text: str, message: Message, received: Instant) -> Told:
    """What a driver wrote: kept as a position without a place."""
    reading = Position(device_id=NOBODY, reading_id=UNNAMED, received=received, valid=False, params={"text": text})
    return Told(reading=reading, key=b"%d:%b" % (received, text.encode("utf-8", "replace")), message=message)


def _refused(kind: ProblemKind, detail: str, blob: bytes, *replies: bytes) -> Out:
    return Out(problems=(Problem(kind=kind, detail=detail, raw=blob),), replies=replies)


def encode_answer(kind: str, code: str) -> bytes:
    """Write our answer to a line of this type."""
    return f"#A{kind}#{code}\r\n".encode("ascii")


def encode_login(name: str, password: str = NOT_KNOWN, *, version: str = "") -> bytes:
    """Write a login; with a version of 2 it has a check sum."""
    return _line("L", f"{version};{name};{password}" if version else f"{name};{password}", check=bool(version))


def encode_position(said: Position, *, short: bool = False, check: bool = False) -> bytes:
    """Write one position, as a tracker does and as other systems take it."""
    return _line("SD" if short else "D", encode_record(said, short=short), check=check)


def encode_box(positions: list[Position], *, short: bool = False, check: bool = False) -> bytes:
    """Write positions that were held back."""
    return _line("B", "|".join(encode_record(said, short=short) for said in positions), check=check)


def encode_message(text: str, *, check: bool = False) -> bytes:
    """Write what a driver has to say."""
    return _line("M", text, check=check)


def encode_ping() -> bytes:
    """Write the line that only shows that somebody is there."""
    return b"#P#\r\n"


def encode_record(said: Position, *, short: bool = False) -> str:
    """Write the fields of a position."""
    when = [NOT_KNOWN, NOT_KNOWN] if said.time is None else _written_time(said.time)
    fields = [*when, *_written_degrees(said.latitude, "NS", 2), *_written_degrees(said.longitude, "EW", 3)]
    fields += [_written(one) for one in (said.speed_kmh, said.course_deg, said.altitude_m, said.satellites)]
    if not short:
        fields += [_written(one) for one in (said.hdop, said.digital_inputs, said.digital_outputs)]
        fields += [",".join(_written(one) for one in said.adc), said.ibutton or NOT_KNOWN, _written_params(said)]
    return ";".join(fields)


def _written_time(time: Instant) -> list[str]:
    at = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=time)
    fraction = f".{time % 1000:03d}" if time % 1000 else ""
    return [f"{at:%d%m%y}", f"{at:%H%M%S}{fraction}"]


def _written_degrees(degrees: float | None, sides: str, whole: int) -> list[str]:
    if degrees is None:
        return [NOT_KNOWN, NOT_KNOWN]
    parts = round(abs(degrees) * 60_000_000)
    minutes = f"{parts % 60_000_000 // 1_000_000:02d}.{parts % 1_000_000:06d}"
    return [f"{parts // 60_000_000:0{whole}d}{minutes}", sides[degrees < 0]]


def _written(value: float | None) -> str:
    return (
        NOT_KNOWN
        if value is None
        else f"{value:.9f}".rstrip("0").rstrip(".")
        if isinstance(value, float)
        else str(value)
    )


def _written_params(said: Position) -> str:
    kinds = {int: 1, float: 2, str: 3}
    return ",".join(f"{name}:{kinds[type(value)]}:{value}" for name, value in said.params.items()) or NOT_KNOWN


def _line(kind: str, text: str, *, check: bool) -> bytes:
    body = f"{text};" if check else text
    tail = f"{crc16_arc(body.encode()):X}" if check else ""
    return f"#{kind}#{body}{tail}\r\n".encode()


def framer(_options: Options, _content_type: str = "") -> Framer:
    """Make the framer of one tracker's stream."""
    return Lines(LINE_MAX)


def decoder(_options: Options) -> Decoder:
    """Make the decoder of one conversation."""
    return Tracker()


_NAMES: Final = (
    "date", "time", "latitude", "side", "longitude", "side", "speed_kmh", "course_deg", "altitude_m", "satellites",
    "hdop", "digital_inputs", "digital_outputs", "adc", "ibutton", "params",
)  # fmt: skip


def explain(frame: Frame, _options: Options) -> tuple[Mark, ...]:
    """Name the type, each field with the sign behind it, and the check sum."""
    line = _LINE.fullmatch(frame.blob) if frame.broken is None else None
    if line is None:
        return ()
    marks = [Mark(start=0, end=line.end(1) + 1, name="type", value=line[1].decode("ascii"))]
    at = line.start(2)
    place = 0
    for word in re.findall(rb"[^;|]*[;|]?", line[2]):
        name = _NAMES[place] if place < len(_NAMES) and line[1] in (b"SD", b"D", b"B") else f"field {place + 1}"
        if word:
            value = word.rstrip(b";|").decode("utf-8", "replace")
            marks.append(Mark(start=at, end=at + len(word), name=name, value=value))
        at += len(word)
        place = 0 if word.endswith(b"|") else place + 1
    if line.end(2) < len(frame.blob):
        marks.append(Mark(start=line.end(2), end=len(frame.blob), name="end of line", value=""))
    return tuple(marks)
