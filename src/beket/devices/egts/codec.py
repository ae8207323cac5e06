"""EGTS (GOST 33465): trackers and fleets of them over TCP; logins, positions, sensors, and the answers they wait for.

Subrecords are those of services 1 and 2 (reference 03 §5.2; GOST 33465, GOST R 54619). What a record holds beside a
position (sensors, counters, liquid levels) belongs to the position before it in the same record.
"""

from __future__ import annotations

import struct
from binascii import crc_hqx
from collections.abc import Callable, Mapping, Sequence
from struct import Struct as Layout
from typing import Any, Final

from beket.devices.egts import packet
from beket.devices.egts.packet import CHECK, HEAD, PACKET_MAX, ROUTED_HEAD, Section
from beket.devices.kit.checks import crc8_egts
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

EPOCH_S: Final = 1_262_304_000
"""Seconds from 1970 to 2010-01-01, where EGTS counts from."""

RECORDS_MAX: Final = 1024
"""Most records of one packet that are read: a packet of the longest length has under 1,800 of the shortest."""

TERM_IDENTITY: Final = 1
DISPATCHER_IDENTITY: Final = 5
POSITION: Final = 16

_POSITION: Final = Layout("<IIIBHB3sBB")
_LATITUDE: Final = 90 / 0xFFFFFFFF
_LONGITUDE: Final = 180 / 0xFFFFFFFF
_HIGH: Final = 0x80
_IMEI: Final = 0x02
_HOME_ID: Final = 0x01

_MALFORMED: Final = (ValueError, IndexError, struct.error)
"""What taking apart a body that was never well formed raises."""

Fields = dict[str, Any]
"""What a record says, as fields of a Position."""


class Terminal(Quiet):
    """Reads one conversation: who logged in, what it and those it speaks for say; numbers our answers."""

    def __init__(self) -> None:
        self._number = 0
        self._record_number = 0
        self._own_oid: int | None = None
        self._named = False

    def read(self, frame: Frame, received: Instant) -> Out:
        """Say what one packet says, and how it is to be answered once that is kept."""
        blob = frame.blob
        problem = _unsound(frame)
        if problem is not None:
            return self._refused(problem, blob)
        kind = blob[9]
        if kind == packet.RESPONSE:
            return Out(alive=True)
        answered = blob[7] | blob[8] << 8
        if kind not in (packet.APPDATA, packet.SIGNED_APPDATA):
            why = Problem(kind="unknown", detail=f"packet type {kind}", raw=blob)
            return Out(problems=(why,), replies=(self._response(answered, packet.UNSUPPORTED_TYPE),))
        try:
            return self._records(blob, answered, received)
        except _MALFORMED as wrong:
            return self._refused((packet.BAD_DATA_FORM, "shape", str(wrong)), blob)

    def _records(self, blob: bytes, answered: int, received: Instant) -> Out:
        told: list[Told] = []
        confirmed: list[_Confirmed] = []
        names: tuple[str, ...] = ()
        message = Message(blob=blob)
        start, end = packet.body_bounds(blob)
        for record in packet.records(blob, start, end):
            if len(confirmed) == RECORDS_MAX:
                raise ValueError(f"more than {RECORDS_MAX} records")
            if record.service == packet.TELEDATA_SERVICE:
                told += self._teledata(blob, record, message, received)
            elif record.service == packet.AUTH_SERVICE:
                names = self._identity(blob, record) or names
                self._named = self._named or bool(names)
            self._record_number += 1
            confirmed.append((self._record_number, record.service, record.number, self._who(record)))
        self._number += 1
        answer = _Answer(self._number, answered, confirmed)
        login = (self._result_code(packet.OK),) if names else ()
        return Out(
            told=tuple(told),
            identities=names,
            replies=(answer.refusing(frozenset()), *login),
            refusals=self._refusals(answered, names, told),
            answer=(lambda unknown: (answer.refusing(unknown), *login)) if any(one.who for one in told) else None,
            alive=True,
            clock=_clock(told, received),
        )

    def _who(self, record: Section) -> str:
        """Whose words a record has: nobody's name where they are the terminal's own."""
        return "" if record.oid is None or record.oid in (0, self._own_oid) else str(record.oid)

    def _refusals(self, answered: int, names: tuple[str, ...], told: list[Told]) -> tuple[bytes, ...]:
        """What an unknown device hears: its id is not found, or, if it named none, that it must log in first."""
        if names:
            return self._response(answered, packet.OK), self._result_code(packet.ID_NOT_FOUND)
        if self._named or not any(not one.who for one in told):
            return ()
        return (self._response(answered, packet.AUTH_DENIED),)

    def _identity(self, blob: bytes, record: Section) -> tuple[str, ...]:
        for kind, at, end in packet.subrecords(blob, record.data, record.end):
            if kind == TERM_IDENTITY:
                own, name = terminal_identity(blob[at:end])
                self._own_oid = own or None
                return (name,) if name else ()
            if kind == DISPATCHER_IDENTITY and end - at >= 5:
                return (str(int.from_bytes(blob[at + 1 : at + 5], "little")),)
        return ()

    def _teledata(self, blob: bytes, record: Section, message: Message, received: Instant) -> list[Told]:
        who = self._who(record)
        found: list[Fields] = []
        for kind, at, end in packet.subrecords(blob, record.data, record.end):
            if kind == POSITION:
                found.append(position(blob, at, end))
            elif (read := _BESIDE.get(kind)) is not None:
                if not found:
                    found.append(_placeless(record))
                read(found[-1], blob[at:end])
        key = _key(blob, record)
        return [
            Told(
                reading=Position(
                    device_id=NOBODY, reading_id=UNNAMED, received=received, sequence=record.number, **fields
                ),
                key=key if len(found) == 1 else b"%b%d" % (key, place),
                message=message,
                who=who,
            )
            for place, fields in enumerate(found)
            if len(fields) > 2
        ]

    def _refused(self, problem: tuple[int, ProblemKind, str], blob: bytes) -> Out:
        result, kind, detail = problem
        problems = (Problem(kind=kind, detail=detail, raw=blob),)
        if kind == "shape" and result != packet.BAD_DATA_FORM:
            return Out(problems=problems)
        return Out(problems=problems, replies=(self._response(blob[7] | blob[8] << 8, result),))

    def _response(self, answered: int, result: int, confirmations: Sequence[bytes] = ()) -> bytes:
        self._number += 1
        return packet.response(self._number, answered, result, confirmations)

    def _result_code(self, result: int) -> bytes:
        self._number += 1
        self._record_number += 1
        return packet.result_code(self._number, self._record_number, result)


_Confirmed = tuple[int, int, int, str]
"""One record to be confirmed: the number of our confirmation, its service, its own number, whose words it has."""


class _Answer:
    """The answer to one packet, written when it is known whose words could be kept."""

    def __init__(self, number: int, answered: int, records: Sequence[_Confirmed]) -> None:
        self._number = number
        self._answered = answered
        self._records = records

    def refusing(self, unknown: frozenset[str]) -> bytes:
        """Confirm every record but those of whom we do not know; those are told that their id is not found."""
        confirmations = [
            packet.confirmation(ours, service, number, packet.ID_NOT_FOUND if who in unknown else packet.OK)
            for ours, service, number, who in self._records
        ]
        return packet.response(self._number, self._answered, packet.OK, confirmations)


Unsound = tuple[int, ProblemKind, str]
"""What is wrong with a packet as a whole: the result it is answered with, the kind of problem, the detail."""


def _unsound(frame: Frame) -> Unsound | None:
    """Say what is wrong with a packet as a whole; None for a sound one."""
    blob = frame.blob
    if frame.broken is not None or len(blob) < HEAD or blob[0] != packet.VERSION or len(blob) < blob[3]:
        return packet.UNSUPPORTED_PROTOCOL, "shape", "no packet of protocol version 1"
    head = blob[3]
    if head not in (HEAD, ROUTED_HEAD):
        return packet.UNSUPPORTED_PROTOCOL, "shape", f"a header of {head} bytes"
    if crc8_egts(blob[: head - 1]) != blob[head - 1]:
        return packet.HEADER_CRC_ERROR, "header_crc", f"sent {blob[head - 1]:02x}"
    return _unsound_body(blob, head, head + (blob[5] | blob[6] << 8))


def _unsound_body(blob: bytes, head: int, end: int) -> Unsound | None:
    if len(blob) != (end + CHECK if end > head else end):
        return packet.UNSUPPORTED_PROTOCOL, "shape", "not as long as its header says"
    if end > head and crc_hqx(blob[head:end], 0xFFFF) != blob[end] | blob[end + 1] << 8:
        return packet.DATA_CRC_ERROR, "crc", f"sent {blob[end:].hex()}"
    if blob[2] & packet.ENCRYPTED:
        return packet.DECRYPT_ERROR, "content", "an encrypted packet; we have no key"
    if blob[2] & packet.COMPRESSED:
        return packet.UNSUPPORTED_PROTOCOL, "content", "a compressed packet"
    return None


def terminal_identity(held: bytes) -> tuple[int, str]:
    """Read a login: the terminal's own number, and what it calls itself (IMEI, else that number)."""
    number, flags = int.from_bytes(held[:4], "little"), held[4]
    at = 5 + (2 if flags & _HOME_ID else 0)
    imei = held[at : at + 15].decode("ascii", "replace").strip(" \0") if flags & _IMEI else ""
    name = imei if imei.isalnum() and imei.strip("0") else ""
    return number, name or (str(number) if number else "")


def position(blob: bytes, at: int, end: int) -> Fields:
    """Read a position subrecord; what it says without a fix is kept, and marked as not valid."""
    if end - at < _POSITION.size:
        raise ValueError(f"a position of {end - at} bytes")
    seconds, latitude, longitude, flags, speed, course, odometer, inputs, source = _POSITION.unpack_from(blob, at)
    altitude = None
    if flags & 0x80 and end - at >= _POSITION.size + 3:
        metres = int.from_bytes(blob[at + 21 : at + 24], "little")
        altitude = -metres if speed & 0x4000 else metres
    return {
        "time": Instant((seconds + EPOCH_S) * 1000),
        "valid": flags & 1 == 1,
        "latitude": latitude * (-_LATITUDE if flags & 0x20 else _LATITUDE),
        "longitude": longitude * (-_LONGITUDE if flags & 0x40 else _LONGITUDE),
        "buffered": flags & 0x08 != 0,
        "moving": flags & 0x10 != 0,
        "speed_kmh": (speed & 0x3FFF) / 10,
        "course_deg": course | (speed & 0x8000) >> 7,
        "odometer_m": int.from_bytes(odometer, "little") * 100,
        "digital_inputs": inputs,
        "source_code": source,
        "altitude_m": altitude,
    }


def _placeless(record: Section) -> Fields:
    """What begins a record that has sensors and no position."""
    time = None if record.seconds is None else Instant((record.seconds + EPOCH_S) * 1000)
    return {"time": time, "valid": False}


def _key(blob: bytes, record: Section) -> bytes:
    """What a resend has again: the record without the bit that says it comes from the black box.

    Its number is no part of it, for a restarted terminal numbers anew; but where nothing has a time it must be.
    """
    data = blob[record.data : record.end]
    if data[:1] == b"\x10" and len(data) > 15:
        return b"%b%c%b" % (data[:15], data[15] & 0xF7, data[16:])
    return data if record.seconds is not None else b"%d:%b" % (record.number, data)


def _clock(told: list[Told], received: Instant) -> Instant | None:
    last = told[-1].reading if told else None
    return None if last is None or told[-1].who or last.buffered else live(last.time, received)


def _extended(fields: Fields, held: bytes) -> None:
    """Dilution and satellites (17)."""
    at, flags = 1, held[0]
    if flags & 0x01:
        at += 2
    if flags & 0x02:
        fields["hdop"] = int.from_bytes(held[at : at + 2], "little") / 100
        at += 2
    if flags & 0x04:
        at += 2
    if flags & 0x08:
        fields["satellites"] = held[at]


def _sensors(fields: Fields, held: bytes) -> None:
    """Inputs, outputs and analogue sensors (18)."""
    more, outputs, analogue = held[0], held[1], held[2]
    fields["digital_outputs"] = outputs
    at = 3
    for place in range(8):
        if more >> place & 1:
            _param(fields, f"digital_inputs_{place + 1}", held[at])
            at += 1
    values: list[float | None] = []
    for place in range(analogue.bit_length()):
        present = analogue >> place & 1
        values.append(float(int.from_bytes(held[at : at + 3], "little")) if present else None)
        at += 3 if present else 0
    if values:
        fields["adc"] = tuple(values)


def _counters(fields: Fields, held: bytes) -> None:
    """Several counters (19)."""
    at = 1
    for place in range(8):
        if held[0] >> place & 1:
            _param(fields, f"counter_{place + 1}", int.from_bytes(held[at : at + 3], "little"))
            at += 3


def _state(fields: Fields, held: bytes) -> None:
    """State and voltages (21; some terminals number it 20, which elsewhere is an accelerometer's and longer)."""
    if len(held) != 5:
        return
    fields["external_voltage_v"] = held[1] / 10
    fields["battery_v"] = held[2] / 10
    _param(fields, "state", held[0])
    _param(fields, "internal_battery_v", held[3] / 10)


def _analogue(fields: Fields, held: bytes) -> None:
    """One analogue sensor by its number (24)."""
    _param(fields, f"analogue_{held[0]}", int.from_bytes(held[1:4], "little"))


def _counter(fields: Fields, held: bytes) -> None:
    """One counter by its number (25)."""
    _param(fields, f"counter_{held[0]}", int.from_bytes(held[1:4], "little"))


def _liquid(fields: Fields, held: bytes) -> None:
    """A liquid level (27): without unit, in percent or in tenths of a litre; a sensor in error says nothing."""
    flags = held[0]
    if flags & 0x48 or len(held) < 7:
        return
    value = int.from_bytes(held[3:7], "little")
    unit = flags >> 4 & 3
    name = f"liquid_{flags & 7}"
    if unit == 2:
        _param(fields, f"{name}_l", value / 10)
    else:
        _param(fields, f"{name}_percent" if unit == 1 else name, value)


def _param(fields: Fields, name: str, value: float) -> None:
    fields.setdefault("params", {})[name] = value


_BESIDE: Final[Mapping[int, Callable[[Fields, bytes], None]]] = {
    17: _extended,
    18: _sensors,
    19: _counters,
    20: _state,
    21: _state,
    24: _analogue,
    25: _counter,
    27: _liquid,
}

_NAMES: Final = {POSITION: "position", 17: "extended position", 18: "sensors", 19: "counters", 20: "state", 21: "state"}


def acknowledged(replies: Sequence[bytes]) -> dict[str, Any]:
    """Read our own answers: the packet they answer, its result, the records that are confirmed."""
    said: dict[str, Any] = {}
    for reply in replies:
        if len(reply) > HEAD + 3 and reply[9] == packet.RESPONSE:
            said |= {"rpid": int.from_bytes(reply[HEAD : HEAD + 2], "little"), "result": reply[HEAD + 2]}
            said["confirmed_records"] = [*said.get("confirmed_records", []), *_confirmed(reply)]
    return said


def _confirmed(reply: bytes) -> list[int]:
    found = []
    for record in packet.records(reply, HEAD + 3, len(reply) - CHECK):
        for kind, at, end in packet.subrecords(reply, record.data, record.end):
            if kind == packet.RECORD_RESPONSE and end - at == 3 and reply[at + 2] == packet.OK:
                found.append(reply[at] | reply[at + 1] << 8)
    return found


def framer(_options: Options, _content_type: str = "") -> Framer:
    """Make the framer of one stream."""
    return Measured(packet.measure, PACKET_MAX)


def decoder(_options: Options) -> Decoder:
    """Make the decoder of one conversation."""
    return Terminal()


def explain(frame: Frame, _options: Options) -> tuple[Mark, ...]:
    """Name header, records, subrecords and check sums of a sound packet."""
    blob = frame.blob
    if _unsound(frame) is not None:
        return ()
    marking = Marking(blob)
    head = blob[3]
    for length, name in ((1, "version"), (1, "key"), (1, "flags"), (1, "header length"), (1, "encoding")):
        marking.next(length, name)
    marking.next(2, "body length", blob[5] | blob[6] << 8)
    marking.next(2, "packet number", blob[7] | blob[8] << 8)
    marking.next(1, "packet type", blob[9])
    if head == ROUTED_HEAD:
        marking.next(5, "route")
    marking.next(1, "header CRC-8")
    if blob[9] in (packet.APPDATA, packet.SIGNED_APPDATA):
        start, end = packet.body_bounds(blob)
        if start > head:
            marking.next(start - head, "signature")
        _explain_records(marking, blob, end)
    else:
        end = head + (blob[5] | blob[6] << 8)
        marking.next(end - head, "body")
    marking.next(CHECK, "body CRC-16")
    return marking.marks()


def _explain_records(marking: Marking, blob: bytes, end: int) -> None:
    try:
        for record in packet.records(blob, marking.at, end):
            marking.next(2, "record length", record.end - record.data)
            marking.next(2, "record number", record.number)
            marking.next(1, "record flags", f"{record.flags:08b}")
            if record.oid is not None:
                marking.next(4, "object id", record.oid)
            marking.next(record.data - 2 - marking.at, "occasion and time")
            marking.next(2, "services", record.service)
            for kind, at, stop in packet.subrecords(blob, record.data, record.end):
                marking.next(3, "subrecord", f"type {kind}, {stop - at} bytes")
                _explain_subrecord(marking, blob, record.service, kind, stop)
    except _MALFORMED:
        marking.next(max(end - marking.at, 0), "body")


def _explain_subrecord(marking: Marking, blob: bytes, service: int, kind: int, stop: int) -> None:
    at = marking.at
    if service == packet.AUTH_SERVICE and kind == TERM_IDENTITY:
        marking.next(stop - at, "terminal identity", terminal_identity(blob[at:stop])[1])
    elif service == packet.TELEDATA_SERVICE and kind == POSITION and stop - at >= _POSITION.size:
        said = position(blob, at, stop)
        for length, name in ((4, "time"), (4, "latitude"), (4, "longitude")):
            marking.next(length, name, said[name])
        marking.next(1, "position flags", f"{blob[marking.at]:08b}")
        marking.next(2, "speed_kmh", said["speed_kmh"])
        marking.next(1, "course_deg", said["course_deg"])
        for length, name in ((3, "odometer_m"), (1, "digital_inputs"), (1, "source_code")):
            marking.next(length, name, said[name])
        if said["altitude_m"] is not None:
            marking.next(3, "altitude_m", said["altitude_m"])
        marking.next(max(stop - marking.at, 0), "source detail")
    else:
        marking.next(stop - at, _NAMES.get(kind, f"subrecord {kind}"))
