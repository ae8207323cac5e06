"""Teltonika trackers over TCP and UDP: logins, positions with numbered elements, texts; answers with counts.

TCP: a login (length, IMEI) is answered 01 or 00; a packet of records (four zeros, length, data, CRC-16/ARC) with how
many were taken, and a device repeats what was not. UDP: each datagram has its own id and the IMEI, and no CRC.
Reference 03 §5.2; the maker's page on codecs. Records say no word on whether they were held back: old ones are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from beket.devices.kit.checks import crc16_arc
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
from beket.devices.teltonika import avl
from beket.words.ids import Instant
from beket.words.readings import Position

DATA_MAX: Final = 16 * 1024
"""Most bytes of a packet's data; the maker's longest packet has 1,280, tags in codec 8 Extended make it longer."""

FRAME_MAX: Final = 8 + DATA_MAX + 4

LATE_MS: Final = 300_000
"""A record older than this when it comes was held back: a driving tracker sends every minute or two."""

IMEI_MIN: Final = 14
IMEI_MAX: Final = 17
PING: Final = 0xFF
"""A single byte that keeps the connection alive."""

_UDP_FRONT: Final = 8
_PREAMBLE: Final = bytes(4)
_DRIVER_TEXT: Final = "GTSL"


def measure(held: bytes, at: int) -> int:
    """Say how long the message is that begins here: ping, login, datagram or packet."""
    if held[at] == PING:
        return 1
    if len(held) - at < 2:
        return 0
    said = held[at] << 8 | held[at + 1]
    if said == 0:
        return _measure_packet(held, at)
    if IMEI_MIN <= said <= IMEI_MAX:
        name = held[at + 2 : at + 2 + said]
        return 2 + said if name.isdigit() or not name else -1
    return _measure_datagram(held, at, said)


def _measure_packet(held: bytes, at: int) -> int:
    if not held.startswith(_PREAMBLE[: len(held) - at], at):
        return -1
    if len(held) - at < 8:
        return 0
    data = int.from_bytes(held[at + 4 : at + 8], "big")
    return 8 + data + 4 if 3 <= data <= DATA_MAX else -1


def _measure_datagram(held: bytes, at: int, said: int) -> int:
    if not _UDP_FRONT + IMEI_MIN <= said <= DATA_MAX:
        return -1
    if len(held) - at < _UDP_FRONT:
        return 0
    named = held[at + 6] == 0 and IMEI_MIN <= held[at + 7] <= IMEI_MAX
    return 2 + said if held[at + 4] == 1 and named else -1


class Tracker(Quiet):
    """Reads one conversation."""

    def read(self, frame: Frame, received: Instant) -> Out:
        """Say what one message says."""
        blob = frame.blob
        if blob == bytes((PING,)):
            return Out(alive=True)
        if frame.broken is not None or not blob or measure(blob, 0) != len(blob):
            return _refused("shape", "no login, no packet, no datagram", blob)
        if blob.startswith(_PREAMBLE):
            return _packet(blob, received)
        if len(blob) <= 2 + IMEI_MAX:
            return Out(identities=(blob[2:].decode("ascii"),), replies=(b"\x01",), refusals=(b"\x00",), alive=True)
        return _datagram(blob, received)


def _packet(blob: bytes, received: Instant) -> Out:
    """A packet over TCP; when its CRC does not fit none of it is taken, and the device sends it again."""
    end = len(blob) - 4
    if crc16_arc(blob[8:end]) != int.from_bytes(blob[end:], "big"):
        return _refused("crc", f"sent {blob[end:].hex()}", blob, encode_answer(0))
    codec = blob[8]
    try:
        told = _told(blob, codec, 8, end, received)
    except avl.Malformed as wrong:
        return _refused("content", str(wrong), blob, encode_answer(0))
    if told is None:
        return _refused("unknown", f"codec {codec:02x}", blob, encode_answer(0))
    replies = () if codec in avl.TEXTS else (encode_answer(len(told)),)
    refusals = (encode_answer(0),)
    return Out(told=told, replies=replies, refusals=refusals, alive=True, clock=_clock(told, received))


def _datagram(blob: bytes, received: Instant) -> Out:
    at = _UDP_FRONT + blob[7]
    name = blob[_UDP_FRONT:at].decode("ascii", "replace")
    if not name.isdigit() or at >= len(blob):
        return _refused("shape", "a datagram without an IMEI", blob)
    answer = blob[2:4], blob[5]
    codec = blob[at]
    try:
        told = _told(blob, codec, at, len(blob), received)
    except avl.Malformed as wrong:
        return _refused("content", str(wrong), blob, encode_datagram_answer(*answer, 0))
    if told is None or codec in avl.TEXTS:
        return _refused("unknown", f"codec {codec:02x}", blob)
    return Out(
        told=told,
        identities=(name,),
        replies=(encode_datagram_answer(*answer, len(told)),),
        refusals=(encode_datagram_answer(*answer, 0),),
        alive=True,
        clock=_clock(told, received),
    )


def _told(blob: bytes, codec: int, at: int, end: int, received: Instant) -> tuple[Told, ...] | None:
    """What a packet's data say, from the codec's byte on; None for a codec that is not read."""
    message = Message(blob=blob)
    if codec in avl.POSITIONS:
        return tuple(
            [
                Told(
                    reading=Position(
                        device_id=NOBODY,
                        reading_id=UNNAMED,
                        received=received,
                        buffered=received - record.fields["time"] > LATE_MS,
                        **record.fields,
                    ),
                    key=blob[record.start : record.end],
                    message=message,
                )
                for record in avl.records(blob, codec, at + 1, end)
            ]
        )
    if codec in avl.TEXTS:
        return (_text(blob, at, end, received),)
    return None


def _text(blob: bytes, at: int, end: int, received: Instant) -> Told:
    """An answer to a command, or what a device behind the tracker's serial port said."""
    length = int.from_bytes(blob[at + 3 : at + 7], "big")
    if blob[at + 1] != 1 or at + 7 + length + 1 != end:
        raise ValueError("not one text of the length that is said")
    time, start = None, at + 7
    if blob[at] == avl.CODEC_13:
        if length < 4:
            raise ValueError("a text without its time")
        time, start = Instant(int.from_bytes(blob[start : start + 4], "big") * 1000), start + 4
    text = blob[start : end - 1].decode("utf-8", "replace").strip()
    words = text.split("|")
    reading = Position(
        device_id=NOBODY,
        reading_id=UNNAMED,
        received=received,
        time=time,
        valid=False,
        params={"text": text},
        ibutton=words[4] or None if words[0] == _DRIVER_TEXT and len(words) > 4 else None,
    )
    # An answer has no time of its own and is sent once; the same answer later is another one.
    key = blob[at:end] if time is not None else b"%d:%b" % (received, blob[at:end])
    return Told(reading=reading, key=key, message=Message(blob=blob))


def _clock(told: Sequence[Told], received: Instant) -> Instant | None:
    last = told[-1].reading if told else None
    return None if last is None or last.buffered else live(last.time, received)


def _refused(kind: ProblemKind, detail: str, blob: bytes, *replies: bytes) -> Out:
    return Out(problems=(Problem(kind=kind, detail=detail, raw=blob),), replies=replies)


def encode_login(imei: str) -> bytes:
    """Write what a tracker begins a connection with."""
    return len(imei).to_bytes(2, "big") + imei.encode("ascii")


def encode_answer(count: int) -> bytes:
    """Write our answer to a packet: how many of its records were taken."""
    return count.to_bytes(4, "big")


def encode_datagram_answer(number: bytes, packet: int, count: int) -> bytes:
    """Write our answer to a datagram."""
    return b"\x00\x05%b\x01%c%c" % (number, packet, count)


def encode_record(
    said: Position, codec: int = avl.CODEC_8, io: dict[int, tuple[int, int]] | None = None,
    variable: dict[int, bytes] | None = None,
) -> bytes:  # fmt: skip
    """Write one record of a position; `io` gives for each element its size and value."""
    assert said.time is not None
    fields = {
        "time": said.time,
        "priority": said.priority or 0,
        "longitude": said.longitude or 0.0,
        "latitude": said.latitude or 0.0,
        "altitude_m": round(said.altitude_m or 0),
        "course_deg": round(said.course_deg or 0),
        "satellites": said.satellites or 0,
        "speed_kmh": round(said.speed_kmh or 0),
        "event_io": said.event_io or 0,
    }
    return avl.write_record(fields, codec, io or {}, variable or {})


def encode_data(codec: int, records: Sequence[bytes]) -> bytes:
    """Write the data of a packet or a datagram."""
    return bytes((codec, len(records))) + b"".join(records) + bytes((len(records),))


def encode_packet(data: bytes) -> bytes:
    """Write a packet as it goes over TCP."""
    return _PREAMBLE + len(data).to_bytes(4, "big") + data + crc16_arc(data).to_bytes(4, "big")


def encode_text(text: bytes, seconds: int | None = None) -> bytes:
    """Write the data of a text: codec 12, or 13 where it has a time."""
    held = text if seconds is None else seconds.to_bytes(4, "big") + text
    codec = avl.CODEC_12 if seconds is None else avl.CODEC_13
    return bytes((codec, 1, 6)) + len(held).to_bytes(4, "big") + held + b"\x01"


def encode_datagram(imei: str, number: int, packet: int, data: bytes) -> bytes:
    """Write a datagram."""
    held = number.to_bytes(2, "big") + bytes((1, packet)) + encode_login(imei) + data
    return len(held).to_bytes(2, "big") + held


def framer(_options: Options, _content_type: str = "") -> Framer:
    """Make the framer of one stream, or of one datagram."""
    return Measured(measure, FRAME_MAX)


def decoder(_options: Options) -> Decoder:
    """Make the decoder of one conversation."""
    return Tracker()


def explain(frame: Frame, options: Options) -> tuple[Mark, ...]:
    """Name the parts of a login, a packet or a datagram."""
    blob = frame.blob
    marking = Marking(blob)
    if not blob or frame.broken is not None or measure(blob, 0) != len(blob):
        return ()
    if blob == bytes((PING,)):
        marking.next(1, "ping")
    elif blob.startswith(_PREAMBLE):
        end = len(blob) - 4
        if crc16_arc(blob[8:end]) != int.from_bytes(blob[end:], "big"):
            return ()
        marking.next(4, "preamble")
        marking.next(4, "data length", end - 8)
        _explain_data(marking, blob, end)
        marking.next(4, "CRC-16")
    else:
        if any(problem.fatal for problem in decoder(options).read(frame, Instant(0)).problems):
            return ()
        marking.next(2, "length", len(blob) - 2)
        if len(blob) > 2 + IMEI_MAX:
            for length, name in ((2, "datagram number"), (1, "kind"), (1, "packet number"), (2, "IMEI length")):
                marking.next(length, name)
            name_length = blob[7]
        else:
            name_length = len(blob) - 2
        name_text = blob[marking.at : marking.at + name_length].decode("ascii", "replace")
        marking.next(name_length, "IMEI", name_text)
        if len(blob) > 2 + IMEI_MAX:
            _explain_data(marking, blob, len(blob))
    return marking.marks()


_FRONT_NAMES: Final = (
    (8, "time"), (1, "priority"), (4, "longitude"), (4, "latitude"), (2, "altitude_m"), (2, "course_deg"),
    (1, "satellites"), (2, "speed_kmh"),
)  # fmt: skip


def _explain_data(marking: Marking, blob: bytes, end: int) -> None:
    start = marking.at
    if end - start < 2:
        return
    codec = blob[start]
    try:
        found = list(avl.records(blob, codec, start + 1, end)) if codec in avl.POSITIONS else []
    except avl.Malformed:
        return
    marking.next(1, "codec", f"{codec:02x}")
    if codec in avl.POSITIONS:
        marking.next(1, "records", len(found))
        for record in found:
            for length, name in _FRONT_NAMES:
                marking.next(length, name, record.fields[name])
            said: dict[str, Any] = record.fields["io"]
            marking.next(
                record.end - marking.at, "elements", " ".join(f"{name}={value}" for name, value in said.items())
            )
    else:
        marking.next(end - 1 - marking.at, "text")
    marking.next(1, "records again")
