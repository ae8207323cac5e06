"""Jointech GPS locks (JT701, JT709): binary reports and text messages, with their acknowledgements.

Binary (reference 03 §5.2): `$`, five bytes of BCD id, version, type, u16 length, then date, place, state and battery in
34 bytes with what newer versions add, and the message's number last; numbers big-endian. Text: `(id,type,...)`, in
which 3D escapes brackets, commas and itself.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from struct import Struct as Layout
from typing import Final

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
from beket.words.readings import Cell, Position, SealSignal, SealStatus

HEAD: Final = 10
RECORD: Final = 34
BINARY_MAX: Final = 512
"""Longest binary message; the longest known has 62 bytes."""

TEXT_MAX: Final = 1024
"""Longest text message; the longest known, with a peripheral's bytes in it, has some 200."""

LATE_MS: Final = 600_000
"""A report older than this when it comes was held back: locks report every few minutes while they are on the road."""

NUMBERED_FROM: Final = 0x19
"""From this version on an acknowledgement names the message."""

ACK_WANTED: Final = 5
ROPE_INSERTED: Final = 6
LOCKED: Final = 7
ALARMS: Final = {
    1: "fence_in", 2: "fence_out", 3: "rope_cut", 4: "vibration", 8: "unlock_alarm", 9: "wrong_password",
    10: "unknown_card", 11: "low_battery", 12: "back_cover_open", 14: "motor_fault",
}  # fmt: skip
"""Bits of the state that are alarms (two independent sources agree, reference 03 §5.2)."""

CHARGING: Final = 255
_ESCAPE: Final = 0x3D
_REPORT: Final = Layout(">6s4s5sBBIB4sHBHHB")
_EVENT: Final = "P45"
_POSITIONS: Final = ("U01", "U02", "U03", "U06")
_ID: Final = re.compile(r"\d{1,20}")
_DECIMAL: Final = re.compile(r"\d{1,3}(\.\d{1,8})?")
_WHOLE: Final = re.compile(r"\d{1,9}")


def measure(held: bytes, at: int) -> int:
    """Say how long the message is that begins here."""
    left = len(held) - at
    if held[at] == 0x24:
        if left < HEAD:
            return 0
        length = held[at + 8] << 8 | held[at + 9]
        # Some count the message's number into the length, some do not: reports of exactly 34 bytes have it behind them.
        long = HEAD + length + (1 if length % RECORD == 0 else 0)
        return long if length >= RECORD and long <= BINARY_MAX else -1
    if held[at] != 0x28:
        found = [place for place in (held.find(b"$", at), held.find(b"(", at)) if place >= 0]
        return at - min(found) if found else -left
    end = held.find(b")", at, at + TEXT_MAX)
    again = held.find(b"(", at + 1, end if end >= 0 else at + TEXT_MAX)
    if again >= 0:
        return at - again
    if end >= 0:
        return end + 1 - at
    return -1 if left >= TEXT_MAX else 0


class Lock(Quiet):
    """Reads one conversation; each message names its lock."""

    def read(self, frame: Frame, received: Instant) -> Out:
        """Say what one message says."""
        blob = frame.blob
        if frame.broken is not None or not blob or measure(blob, 0) != len(blob):
            return Out() if not blob.strip() else _refused("shape", "no message of a lock", blob)
        return _binary(blob, received) if blob[0] == 0x24 else _text(blob, received)


def _binary(blob: bytes, received: Instant) -> Out:
    name = blob[1:6].hex()
    status = report(blob, received)
    if isinstance(status, str) or not name.isdigit():
        return _refused("field", status if isinstance(status, str) else "an id that is no number", blob)
    replies: tuple[bytes, ...] = ()
    if status.ack_required:
        replies = (encode_ack(status.sequence or 0) if blob[6] >= NUMBERED_FROM else b"(P35)",)
    told = Told(reading=status, key=blob[HEAD:], message=Message(blob=blob))
    clock = None if status.buffered else live(status.time, received)
    return Out(told=(told,), identities=(name,), replies=replies, alive=True, clock=clock)


def report(blob: bytes, received: Instant) -> SealStatus | str:
    """Read a binary report, or say what of it cannot be."""
    (when, latitude, place, speed, course, odometer, satellites, _vehicle, state, battery, cid, lac, rssi) = (
        _REPORT.unpack_from(blob, HEAD)
    )
    time = _instant(when.hex()[:6], when.hex()[6:])
    flags = place[4] & 0x0F
    north, east = _degrees(latitude.hex(), 2), _degrees(place.hex()[:9], 3)
    raw = f"{speed:02x}"
    if time is None or north is None or east is None or not raw.isdigit():
        return "digits that are none, or no such time or place"
    return SealStatus(
        device_id=NOBODY,
        reading_id=UNNAMED,
        received=received,
        time=time,
        valid=flags & 1 == 1,
        buffered=received - time > LATE_MS,
        sequence=blob[-1],
        latitude=north if flags & 2 else -north,
        longitude=east if flags & 4 else -east,
        speed_raw=int(raw),
        course_deg=course * 2,
        odometer_km=odometer,
        satellites=satellites,
        ack_required=bool(state >> ACK_WANTED & 1),
        rope_inserted=bool(state >> ROPE_INSERTED & 1),
        locked=bool(state >> LOCKED & 1),
        alarms=tuple(name for bit, name in ALARMS.items() if state >> bit & 1),
        battery_percent=None if battery == CHARGING else battery,
        charging=True if battery == CHARGING else None,
        cell=Cell(cid=cid, lac=lac, rssi=rssi),
        rssi=rssi,
    )


def _instant(day: str, clock: str) -> Instant | None:
    """Read `ddmmyy` and `hhmmss`."""
    dmy, hms = digits(day), digits(clock)
    return instant_of((2000 + dmy[2], dmy[1], dmy[0]), hms) if dmy is not None and hms is not None else None


def _degrees(written: str, whole: int) -> float | None:
    """Read degrees, minutes and ten-thousandths of them, packed."""
    if not written.isdigit():
        return None
    degrees = int(written[:whole]) + int(written[whole:]) / 10_000 / 60
    return degrees if degrees <= (90 if whole == 2 else 180) else None


def _text(blob: bytes, received: Instant) -> Out:
    words = [unescape(word).decode("utf-8", "replace") for word in blob[1:-1].split(b",")]
    if len(words) < 2 or not _ID.fullmatch(words[0]):
        return _refused("shape", "no id in front", blob)
    name, kind = words[:2]
    if kind == _EVENT:
        return _event(words, blob, received)
    if kind in _POSITIONS:
        return _position(words, blob, received)
    # Answers to commands and words of peripherals: the lock lives, and says nothing we have a word for.
    why = Problem(kind="unknown", detail=f"text message {kind[:16]}", raw=blob, fatal=False)
    return Out(identities=(name,), problems=(why,), alive=True)


def _event(words: list[str], blob: bytes, received: Instant) -> Out:
    """A lock was locked or unlocked (P45): by what, whether it was let, and where."""
    place = _place(words[4:8]) if len(words) == 17 else None
    numbers = [int(word) if _WHOLE.fullmatch(word) else None for word in words[9:]] if place else []
    time = _instant(words[2], words[3]) if place else None
    if place is None or time is None or words[8] not in ("A", "V") or [*numbers[:4], *numbers[5:]].count(None):
        return _refused("field", "not the fields of a lock event", blob, words[0])
    speed, course, source, verified, _card, _password, wrong, number = numbers
    signal = SealSignal(
        device_id=NOBODY,
        reading_id=UNNAMED,
        received=received,
        time=time,
        valid=words[8] == "A",
        buffered=received - time > LATE_MS,
        sequence=number,
        event_source=source,
        unlock_verified=verified,
        rfid=words[13] or None,
        wrong_passwords=wrong,
        latitude=place[0],
        longitude=place[1],
        speed_raw=speed,
        course_deg=course,
    )
    told = Told(reading=signal, key=blob, message=Message(blob=blob))
    clock = None if signal.buffered else live(time, received)
    replies = (encode_ack(number or 0),)
    return Out(told=(told,), identities=(words[0],), replies=replies, alive=True, clock=clock)


def _position(words: list[str], blob: bytes, received: Instant) -> Out:
    """A position in text (U01-U03, U06); the unit of its speed is not settled."""
    at = 3 if words[1] == "U06" else 2
    place = _place(words[at + 3 : at + 7]) if len(words) >= at + 15 else None
    time = _instant(words[at], words[at + 1]) if place else None
    if place is None or time is None or words[at + 2] not in ("T", "F"):
        return _refused("field", "not the fields of a position", blob, words[0])
    speed, course, satellites = (float(word) if _DECIMAL.fullmatch(word) else None for word in words[at + 7 : at + 10])
    battery = words[at + 10].removesuffix("%")
    position = Position(
        device_id=NOBODY,
        reading_id=UNNAMED,
        received=received,
        time=time,
        valid=words[at + 2] == "T",
        buffered=received - time > LATE_MS,
        latitude=place[0],
        longitude=place[1],
        course_deg=course,
        satellites=None if satellites is None else int(satellites),
        battery_percent=int(battery) if _WHOLE.fullmatch(battery) and int(battery) <= 100 else None,
        params={} if speed is None else {"speed_raw": speed},
    )
    told = Told(reading=position, key=blob, message=Message(blob=blob))
    clock = None if position.buffered else live(time, received)
    replies = (b"(S20)",) if words[1] == "U06" else (b"(S39)",)
    return Out(told=(told,), identities=(words[0],), replies=replies, alive=True, clock=clock)


def _place(words: list[str]) -> tuple[float, float] | None:
    north, side, east, other = words
    if not (_DECIMAL.fullmatch(north) and _DECIMAL.fullmatch(east) and side in ("N", "S") and other in ("E", "W")):
        return None
    latitude, longitude = float(north), float(east)
    if latitude > 90 or longitude > 180:
        return None
    return -latitude if side == "S" else latitude, -longitude if other == "W" else longitude


def unescape(held: bytes) -> bytes:
    """Give back what was escaped: the byte after 3D, XORed with it."""
    parts = held.split(b"=")
    if len(parts) == 1:
        return held
    found = [parts[0]]
    at = 1
    while at < len(parts):
        if parts[at]:
            found.append(bytes((parts[at][0] ^ _ESCAPE,)) + parts[at][1:])
        elif at + 1 < len(parts):  # the escaped byte is 3D ^ 3D
            found.append(bytes((0,)) + parts[at + 1])
            at += 1
        at += 1
    return b"".join(found)


def escape(held: bytes) -> bytes:
    """Escape what would end a text message or one of its fields."""
    return b"".join(bytes((_ESCAPE, byte ^ _ESCAPE)) if byte in b"(),=" else bytes((byte,)) for byte in held)


def _refused(kind: ProblemKind, detail: str, blob: bytes, identity: str = "") -> Out:
    names = (identity,) if identity else ()
    return Out(problems=(Problem(kind=kind, detail=detail, raw=blob),), identities=names)


def encode_ack(number: int) -> bytes:
    """Write our acknowledgement of a message by its number."""
    return b"(P69,0,%d)" % number


def encode_report(name: str, said: SealStatus, *, version: int = 1, more: bytes = b"") -> bytes:
    """Write a binary report as a lock does."""
    assert said.time is not None
    state = sum(1 << bit for bit, alarm in ALARMS.items() if alarm in said.alarms)
    state |= bool(said.ack_required) << ACK_WANTED | bool(said.rope_inserted) << ROPE_INSERTED
    state |= bool(said.locked) << LOCKED
    cell = said.cell or Cell(cid=0, lac=0, rssi=0)
    latitude, longitude = said.latitude or 0.0, said.longitude or 0.0
    flags = said.valid | (latitude >= 0) << 1 | (longitude >= 0) << 2
    body = _REPORT.pack(
        bytes.fromhex(written_time(said.time).replace(",", "")), bytes.fromhex(_packed(latitude, 2)),
        bytes.fromhex(f"{_packed(longitude, 3)}{flags:x}"), int(f"{said.speed_raw or 0:02d}", 16),
        round((said.course_deg or 0) / 2), said.odometer_km or 0, said.satellites or 0, bytes(4), state,
        CHARGING if said.charging else said.battery_percent or 0, cell.cid or 0, cell.lac or 0, cell.rssi or 0,
    )  # fmt: skip
    number = bytes(((said.sequence or 0) & 0xFF,))
    length = len(body) + len(more) + (1 if more else 0)
    return b"$" + bytes.fromhex(name) + bytes((version, 0x11)) + length.to_bytes(2, "big") + body + more + number


def encode_event(name: str, said: SealSignal) -> bytes:
    """Write a lock event (P45) as a lock does."""
    assert said.time is not None
    latitude, longitude = said.latitude or 0.0, said.longitude or 0.0
    place = f"{abs(latitude):.5f},{'S' if latitude < 0 else 'N'},{abs(longitude):.5f},{'W' if longitude < 0 else 'E'}"
    card = escape((said.rfid or "").encode()).decode("latin-1")
    tail = f"{said.event_source or 0},{int(said.unlock_verified or 0)},{card},0,{said.wrong_passwords or 0}"
    fix = "A" if said.valid else "V"
    motion = f"{said.speed_raw or 0},{round(said.course_deg or 0)}"
    return f"({name},P45,{written_time(said.time)},{place},{fix},{motion},{tail},{said.sequence or 0})".encode(
        "latin-1"
    )


def written_time(time: Instant) -> str:
    """Write a moment as `ddmmyy,hhmmss`."""
    at = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=time)
    return f"{at:%d%m%y,%H%M%S}"


def _packed(degrees: float, whole: int) -> str:
    total = round(abs(degrees) * 600_000)
    return f"{total // 600_000:0{whole}d}{total % 600_000:06d}"


def framer(_options: Options, _content_type: str = "") -> Framer:
    """Make the framer of one lock's stream."""
    return Measured(measure, TEXT_MAX)


def decoder(_options: Options) -> Decoder:
    """Make the decoder of one conversation."""
    return Lock()


def explain(frame: Frame, _options: Options) -> tuple[Mark, ...]:
    """Name the fields of a message."""
    blob = frame.blob
    if frame.broken is not None or not blob or measure(blob, 0) != len(blob):
        return ()
    marking = Marking(blob)
    if blob[0] == 0x28:
        marking.next(1, "begin")
        for place, word in enumerate(blob[1:-1].split(b",")):
            marking.next(
                len(word), ("id", "type")[place] if place < 2 else f"field {place}", unescape(word).decode("latin-1")
            )
            marking.next(1, "separator" if marking.at < len(blob) - 1 else "end")
        return marking.marks()
    status = report(blob, Instant(0))
    if isinstance(status, str):
        return ()
    for length, name in ((1, "begin"), (5, "id"), (1, "version"), (1, "type"), (2, "length")):
        marking.next(length, name)
    for length, name, value in (
        (6, "time", status.time), (4, "latitude", status.latitude), (5, "longitude", status.longitude),
        (1, "speed_raw", status.speed_raw), (1, "course_deg", status.course_deg),
        (4, "odometer_km", status.odometer_km), (1, "satellites", status.satellites),
    ):  # fmt: skip
        marking.next(length, name, value)
    marking.skip(4)
    marking.next(2, "state", ", ".join(status.alarms))
    for length, name in ((1, "battery_percent"), (2, "cell"), (2, "area"), (1, "rssi")):
        marking.next(length, name)
    marking.skip(len(blob) - 1 - marking.at)
    marking.next(1, "number", status.sequence)
    return marking.marks()
