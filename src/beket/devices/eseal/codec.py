"""Electronic seals that speak lines of text (`##S,eSeal,...,E##`), with their answers (reference 03 §5.2).

Fields: `##S,eSeal,id,customer,firmware,type,number,date,time,interval,A|V,latitude longitude,course,speed,Open|Close,g,
nfc,battery,signal,E##`. Other types than reports (a start) have other fields and are answered all the same.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from msgspec import Struct

from beket.devices.kit.dates import instant_of, live
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
from beket.words.ids import Instant
from beket.words.readings import SealStatus

LINE_MAX: Final = 512
"""Longest message; a report has some 130 characters."""

LATE_MS: Final = 600_000
"""A report older than this when it comes was held back: seals report every few minutes, and at once what happens."""

START: Final = b"##S,"
END: Final = b",E##"
FIELDS: Final = 18
"""Fields of a report between the marks of its beginning and end, the seal's kind included."""

START_TYPE: Final = "Startup"
"""What the type of a message begins with that says only that the seal was switched on."""

LOCKINGS: Final = {"Event-Lock": True, "Event-RC-Unlock": False}
"""Types that say that it was locked or unlocked; other types that begin with Event are alarms named after them."""

_PLACE: Final = re.compile(r"(\d{1,2}\.\d{1,8})([NS]) (\d{1,3}\.\d{1,8})([EW])")
_NUMBER: Final = re.compile(r"-?\d{1,6}(\.\d{1,6})?")
_WHEN: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d),(\d\d):(\d\d):(\d\d)")
_ID: Final = re.compile(r"[0-9A-Za-z]{1,32}")


class Field(Struct, frozen=True):
    """One field of a message: its text and where it stands."""

    text: str
    start: int
    end: int


def measure(held: bytes, at: int) -> int:
    """Say how long the message is that begins here; what stands between messages is blank."""
    left = len(held) - at
    if not held.startswith(START[:left], at):
        following = held.find(b"#", at + 1)
        return at - following if following >= 0 else -left
    end = held.find(END, at, at + LINE_MAX)
    again = held.find(START, at + 1, end + len(START) - 1 if end >= 0 else at + LINE_MAX)
    if again >= 0:
        return at - again
    if end >= 0:
        return end + len(END) - at
    return -1 if left >= LINE_MAX else 0


class Seal(Quiet):
    """Reads one seal's messages."""

    def read(self, frame: Frame, received: Instant) -> Out:
        """Say what one message says."""
        blob = frame.blob
        if frame.broken is not None:
            return _refused(frame.broken, "no message between ##S and E##", blob) if blob.strip() else Out()
        fields = split(blob)
        if fields is None or len(fields) < 6:
            return _refused("shape", "fewer fields than any message has", blob)
        kind, name, _, _, what, number = (field.text for field in fields[:6])
        if kind != "eSeal" or not _ID.fullmatch(name) or not number.isdigit():
            return _refused("field", "no seal's id and number", blob)
        answer = encode_answer(fields, blob)
        if what.startswith(START_TYPE):
            return Out(identities=(name,), replies=(answer,), alive=True)
        return _reported(fields, frame, received, answer)


def _reported(fields: list[Field], frame: Frame, received: Instant, answer: bytes) -> Out:
    said = [field.text for field in fields]
    status = report(said, received) if len(fields) == FIELDS else f"a report of {len(fields)} fields"
    if isinstance(status, str):
        return _refused("field", status, frame.blob, identity=said[1])
    told = Told(reading=status, key=f"{said[4]},{said[5]}".encode(), message=Message(blob=frame.blob))
    clock = None if status.buffered else live(status.time, received)
    return Out(told=(told,), identities=(said[1],), replies=(answer,), alive=True, clock=clock)


def split(blob: bytes) -> list[Field] | None:
    """Take a whole message apart at its commas."""
    if not (blob.startswith(START) and blob.endswith(END)):
        return None
    fields: list[Field] = []
    at = len(START)
    for part in blob[at : -len(END)].split(b","):
        fields.append(Field(part.decode("utf-8", "replace"), at, at + len(part)))
        at += len(part) + 1
    return fields


def report(said: list[str], received: Instant) -> SealStatus | str:
    """Read a report, or say which of its fields is wrong."""
    what, number = said[4:6]
    when = _WHEN.fullmatch(f"{said[6]},{said[7]}")
    parts = [int(part) for part in when.groups()] if when else [0] * 6
    time = instant_of((parts[0], parts[1], parts[2]), (parts[3], parts[4], parts[5]))
    place = _PLACE.fullmatch(said[10])
    numbers = [float(text) if _NUMBER.fullmatch(text) else None for text in (*said[11:13], *said[16:18])]
    if time is None or said[9] not in ("A", "V") or said[13] not in ("Open", "Close"):
        return "no such time, fix or door"
    if place is None and said[9] == "A":
        return "a fix without a place"
    course, speed, battery, signal = numbers
    return SealStatus(
        device_id=NOBODY,
        reading_id=UNNAMED,
        received=received,
        time=time,
        valid=said[9] == "A",
        buffered=received - time > LATE_MS,
        sequence=int(number[:9]),
        latitude=_degrees(place, 1, "S"),
        longitude=_degrees(place, 3, "W"),
        course_deg=course,
        speed_kmh=speed,
        door_open=said[13] == "Open",
        locked=LOCKINGS.get(what),
        alarms=_alarms(what),
        battery_v=battery,
        rssi=None if signal is None else round(signal),
    )


def _degrees(place: re.Match[str] | None, group: int, negative: str) -> float | None:
    if place is None:
        return None
    return float(place[group]) * (-1 if place[group + 1] == negative else 1)


def _alarms(what: str) -> tuple[str, ...]:
    if not what.startswith("Event-") or what in LOCKINGS:
        return ()
    return (what.removeprefix("Event-").lower().replace("-", "_"),)


def _refused(kind: ProblemKind, detail: str, blob: bytes, identity: str = "") -> Out:
    names = (identity,) if identity else ()
    return Out(problems=(Problem(kind=kind, detail=detail, raw=blob),), identities=names)


def encode_answer(fields: list[Field], blob: bytes) -> bytes:
    """Write our answer to a message: its own beginning up to the type, and its number."""
    return blob[: fields[4].end] + b" ACK," + blob[fields[5].start : fields[5].end] + END + b"\r\n"


def encode_report(name: str, said: SealStatus, what: str = "Normal", *, customer: int = 256) -> bytes:
    """Write a report as a seal does."""
    assert said.time is not None
    place = ""
    if said.latitude is not None and said.longitude is not None:
        side, other = "S" if said.latitude < 0 else "N", "W" if said.longitude < 0 else "E"
        place = f"{abs(said.latitude):.6f}{side} {abs(said.longitude):.6f}{other}"
    when = _written(said.time)
    door = "Open" if said.door_open else "Close"
    rest = (
        f"{said.course_deg or 0:g},{said.speed_kmh or 0:g},{door},0.71,0:0:3:0,{said.battery_v or 0:g},{said.rssi or 0}"
    )
    front = f"##S,eSeal,{name},{customer},3.0.8,{what},{said.sequence or 0},{when},15,{'A' if said.valid else 'V'}"
    return f"{front},{place},{rest},E##\r\n".encode()


def _written(time: Instant) -> str:
    at = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=time)
    return f"{at:%Y-%m-%d,%H:%M:%S}"


def framer(_options: Options, _content_type: str = "") -> Framer:
    """Make the framer of one seal's stream."""
    return Measured(measure, LINE_MAX + len(END))


def decoder(_options: Options) -> Decoder:
    """Make the decoder of one conversation."""
    return Seal()


_NAMES: Final = (
    "kind", "id", "customer", "firmware", "type", "number", "date", "time", "interval", "fix", "place", "course_deg",
    "speed_kmh", "door", "shock", "nfc", "battery_v", "rssi",
)  # fmt: skip
_IDLE: Final = ("customer", "firmware", "interval", "shock", "nfc")


def explain(frame: Frame, _options: Options) -> tuple[Mark, ...]:
    """Name each field that is used."""
    fields = split(frame.blob) if frame.broken is None else None
    if fields is None:
        return ()
    used = [(name, field) for name, field in zip(_NAMES, fields, strict=False) if name not in _IDLE]
    return tuple(
        Mark(start=field.start, end=field.end, name=name, value=field.text)
        for name, field in used
        if field.end > field.start
    )
