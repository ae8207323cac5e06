"""GT06 (Concox and many others): frames, login, places, alarms and heartbeats, both ways.

A frame (reference 03 §5.2): 7878 and a length byte, or 7979 and two; type, content, serial number, CRC-16/X-25 over
all from the length to the serial, 0D0A. The length counts from the type to the CRC. A tracker logs in with its IMEI
as BCD and repeats what is not answered with its own type and serial.
"""

from __future__ import annotations

from typing import Final

from beket.devices.gt06.body import HEARTBEATS, LAYOUTS, Reader
from beket.devices.gt06.speak import (
    LOGIN,
    TIME,
    acknowledged,
    encode_alarm,
    encode_answer,
    encode_heartbeat,
    encode_location,
    encode_login,
    encode_time_answer,
)
from beket.devices.kit.checks import crc16_x25
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
    ProblemKind,
    Quiet,
    Told,
)
from beket.devices.kit.framing import Measured
from beket.devices.kit.marks import Marking
from beket.words.ids import Instant
from beket.words.readings import Position

__all__ = [
    "acknowledged", "decoder", "encode_alarm", "encode_answer", "encode_heartbeat", "encode_location", "encode_login",
    "encode_time_answer", "explain", "framer",
]  # fmt: skip

FRAME_MAX: Final = 2048
"""Longest frame: places are under 70 bytes; the longest 7979 messages, lists of cells and texts, under 1,100."""

_SHORT, _LONG, _END = b"xx", b"yy", b"\r\n"
_UNANSWERED: Final = frozenset({0x15, 0x21, 0x80, 0x81, 0x82, 0x94})
"""Answers to commands, and 0x94, which the papers leave unanswered."""

_ZONE_MAX_MIN: Final = 14 * 60


def measure(held: bytes, at: int) -> int:
    """Measure a frame: by its length, and believed only if it ends as frames end."""
    head = held[at : at + 4]
    if not (_SHORT.startswith(head[:2]) or _LONG.startswith(head[:2])):
        return -1
    if len(head) < 4:
        return 0
    long = head[2] + 5 if head[:2] == _SHORT else int.from_bytes(head[2:], "big") + 6
    if long < 10:
        return -1
    if at + long <= len(held) and held[at + long - 2 : at + long] != _END:
        return -1
    return long


class Tracker(Quiet):
    """Reads one tracker's conversation: who it is, in which zone its clock runs, how it last said it was."""

    def __init__(self, options: Options) -> None:
        zone = options.get("zone_min")
        self._zone_is_set = zone is not None
        self._zone_min = int(zone) if zone is not None else 0
        self._was: bytes | None = None

    def read(self, frame: Frame, received: Instant) -> Out:
        """Say what one frame says, with the answer that it waits for."""
        blob = frame.blob
        problem = refused(frame)
        if problem is not None:
            return Out(problems=(problem,))
        head = _head(blob)
        kind, body, serial = blob[head], blob[head + 1 : -6], int.from_bytes(blob[-6:-4], "big")
        if kind == LOGIN and head == 3:
            return self._login(body, serial, blob)
        if kind == TIME:
            return Out(alive=True, replies=(encode_time_answer(received, serial),))
        extended = head == 4
        replies = () if kind in _UNANSWERED else (encode_answer(kind, serial, extended=extended),)
        if kind not in LAYOUTS:
            return Out(alive=True, replies=replies)
        return self._told(Reader(body, LAYOUTS[kind], self._zone_min), blob, received, replies)

    def _login(self, body: bytes, serial: int, blob: bytes) -> Out:
        imei = _imei(body)
        if not imei:
            return Out(problems=(Problem(kind="field", detail="a login without an IMEI", raw=blob),))
        if len(body) >= 12 and not self._zone_is_set:
            self._zone_min = _zone(int.from_bytes(body[10:12], "big"))
        return Out(alive=True, identities=(imei,), replies=(encode_answer(LOGIN, serial),))

    def _told(self, said: Reader, blob: bytes, received: Instant, replies: tuple[bytes, ...]) -> Out:
        head = _head(blob)
        kind, body, serial = blob[head], blob[head + 1 : -6], int.from_bytes(blob[-6:-4], "big")
        if said.short:
            why = f"type {kind:02x} with {len(body)} bytes"
            return Out(problems=(Problem(kind="size", detail=why, raw=blob),), replies=replies)
        identities = (said.name,) if said.name.isdigit() else ()
        if not said.fields or (kind in HEARTBEATS and not self._worth_saying(said, body)):
            return Out(alive=True, identities=identities, replies=replies)
        position = Position(
            device_id=NOBODY, received=received, reading_id=UNNAMED, sequence=serial, params=said.params, **said.fields
        )
        key = blob[head:-6] if position.time is not None else b"%d:%s" % (received, blob)
        told = Told(reading=position, key=key, message=Message(blob=blob))
        clock = live(position.time, received) if position.valid and not position.buffered else None
        return Out(told=(told,), alive=True, identities=identities, replies=replies, clock=clock)

    def _worth_saying(self, said: Reader, body: bytes) -> bool:
        """A heartbeat is a reading when it complains, or differs from the one before it."""
        was, self._was = self._was, body
        return bool(said.fields.get("alarms")) or (was is not None and was != body)


def refused(frame: Frame) -> Problem | None:
    """Say why a frame is not believed, if it is not."""
    blob = frame.blob
    kind: ProblemKind | None = frame.broken
    if kind is None and (not blob or measure(blob, 0) != len(blob)):
        kind = "shape"
    if kind is not None:
        return Problem(kind=kind, detail="no frame of 7878 or 7979", raw=blob)
    if crc16_x25(blob[2:-4]) != int.from_bytes(blob[-4:-2], "big"):
        return Problem(kind="crc", detail=f"sent {blob[-4:-2].hex()}", raw=blob)
    return None


def _head(blob: bytes) -> int:
    """Where the type stands."""
    return 3 if blob[:2] == _SHORT else 4


def _imei(body: bytes) -> str:
    digits = body[:8].hex()
    return digits.removeprefix("0") if len(digits) == 16 and digits.isdigit() else ""


def _zone(word: int) -> int:
    """The offset that a login names: hours and minutes as one number in the upper twelve bits, bit 3 means west."""
    hours, minutes = divmod(word >> 4, 100)
    offset = hours * 60 + minutes
    return 0 if offset > _ZONE_MAX_MIN else -offset if word & 8 else offset


def explain(frame: Frame, options: Options) -> tuple[Mark, ...]:
    """Name each run of a frame."""
    blob = frame.blob
    if refused(frame) is not None:
        return ()
    head = _head(blob)
    kind, body = blob[head], blob[head + 1 : -6]
    marking = Marking(blob)
    marking.next(2, "start")
    marking.next(head - 2, "length", len(body) + 5)
    marking.next(1, "type", f"{kind:02x}")
    if kind == LOGIN and head == 3 and len(body) >= 8:
        marking.next(8, "imei", _imei(body))
        marking.skip(2)
        if len(body) >= 12:
            marking.next(2, "zone_min", _zone(int.from_bytes(body[10:12], "big")))
    elif kind in LAYOUTS:
        for length, name, value in Reader(body, LAYOUTS[kind], int(options.get("zone_min", 0))).runs:
            if name:
                marking.next(length, name, value)
            else:
                marking.skip(length)
    marking.at = len(blob) - 6
    marking.next(2, "serial", int.from_bytes(blob[-6:-4], "big"))
    marking.next(2, "crc")
    marking.next(2, "stop")
    return marking.marks()


def framer(_options: Options, _content_type: str = "") -> Framer:
    """Make the framer of one conversation."""
    return Measured(measure, FRAME_MAX, b"xy")


def decoder(options: Options) -> Decoder:
    """Make the decoder of one conversation."""
    return Tracker(options)
