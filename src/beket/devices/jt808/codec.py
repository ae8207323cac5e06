"""JT/T 808: registration, authentication, places one by one and in batches, heartbeats, answers, both ways.

A terminal registers once (0100, answered 8100 with a code), shows the code at each connection (0102), then reports
(0200, 0704 for what it kept while out of reach); all but the first is answered 8001 with its own serial and id, and
sent again until it is. The phone number in each header is its name, so datagrams do as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from struct import pack
from typing import Any, Final

from beket.devices.jt808.place import ALARMS, FIXED, Place
from beket.devices.jt808.wire import FRAME_MAX, MARK, Envelope, enclosed, measure, opened, refused
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
from beket.words.readings import Position, SealStatus

CHINA_MIN: Final = 480
"""The standard writes times of UTC+8, wherever the terminal is."""

BATCH_MAX: Final = 64
"""Most places of one batch: a body of 1,023 bytes has room for 34."""

REGISTER, REGISTERED = 0x0100, 0x8100
AUTHENTICATE, HEARTBEAT, ANSWER = 0x0102, 0x0002, 0x8001
PLACE, BATCH, ASKED = 0x0200, 0x0704, 0x0201
_TERMINAL_ANSWERS: Final = frozenset({0x0001, 0x0104, 0x0107, ASKED})
"""What a terminal says in answer to us waits for no answer of ours."""

DONE, FAILED, UNSUPPORTED = 0, 1, 3
_UNKNOWN_TERMINAL: Final = 4

_SEAL_FIELDS: Final = ("latitude", "longitude", "altitude_m", "speed_kmh", "course_deg", "satellites")


class Terminal(Quiet):
    """Reads one terminal's conversation; holds the serial of our own messages."""

    def __init__(self, options: Options) -> None:
        self._zone_min = int(options.get("zone_min", CHINA_MIN))
        self._serial = -1

    def read(self, frame: Frame, received: Instant) -> Out:
        """Say what one message says, with the answer that it waits for."""
        said = refused(frame)
        if isinstance(said, Problem):
            return Out(problems=(said,))
        self._serial = self._serial + 1 & 0xFFFF
        if said.encrypted or said.parted:
            return self._unread(said, frame.blob)
        if said.kind == REGISTER:
            return self._registered(said)
        out = self._places(said, frame.blob, received) if said.kind in (PLACE, BATCH, ASKED) else Out(alive=True)
        out.identities = (said.phone,)
        if said.kind not in _TERMINAL_ANSWERS:
            out.replies = (self._answer(said, DONE),)
            out.refusals = (self._answer(said, FAILED),)
        return out

    def _answer(self, said: Envelope, result: int) -> bytes:
        return encode_answer(said.phone, self._serial, said.serial, said.kind, result)

    def _registered(self, said: Envelope) -> Out:
        """The code that is given is the phone number: whoever is in the register is known by it anyhow."""
        done = pack(">HB", said.serial, DONE) + said.phone.encode()
        unknown = pack(">HB", said.serial, _UNKNOWN_TERMINAL)
        return Out(
            alive=True,
            identities=(said.phone,),
            replies=(enclosed(REGISTERED, said.phone, self._serial, done),),
            refusals=(enclosed(REGISTERED, said.phone, self._serial, unknown),),
        )

    def _unread(self, said: Envelope, blob: bytes) -> Out:
        """What is encrypted or comes in parts is put aside, and answered, or it would come for ever."""
        kind: ProblemKind = "version" if said.encrypted else "content"
        detail = f"message {said.kind:04x} is {'encrypted' if said.encrypted else 'a part of a longer one'}"
        answer = self._answer(said, UNSUPPORTED if said.encrypted else DONE)
        problem = Problem(kind=kind, detail=detail, raw=blob)
        return Out(problems=(problem,), identities=(said.phone,), alive=True, replies=(answer,))

    def _places(self, said: Envelope, blob: bytes, received: Instant) -> Out:
        message = Message(blob=blob)
        told: list[Told] = []
        clock = None
        for start, end, late in _reports(said):
            if end - start < FIXED:
                problem = Problem(kind="size", detail=f"a place of {end - start} bytes", raw=blob, fatal=not told)
                return Out(told=tuple(told), problems=(problem,), alive=True)
            body = said.body[start:end]
            place = Place(body, self._zone_min)
            sequence = said.serial if said.kind == PLACE else None
            told += _told(place, message, received, late=late, sequence=sequence)
            if place.fields["valid"] and not late:
                clock = live(place.fields["time"], received)
        return Out(told=tuple(told), alive=True, clock=clock)


def _told(place: Place, message: Message, received: Instant, *, late: bool, sequence: int | None) -> list[Told]:
    position = Position(
        device_id=NOBODY, received=received, reading_id=UNNAMED, buffered=late, sequence=sequence, params=place.params,
        io=place.io, **place.fields,
    )  # fmt: skip
    key = place.body if position.time is not None else b"%d:%s" % (received, place.body)
    told = [Told(reading=position, key=key, message=message)]
    if place.seal:
        shared = {name: place.fields.get(name) for name in (*_SEAL_FIELDS, "time", "valid", "battery_percent")}
        alarms = (*place.fields["alarms"], *place.seal.get("alarms", ()))
        seal = SealStatus(
            device_id=NOBODY, received=received, reading_id=UNNAMED, buffered=late, sequence=sequence,
            **{**shared, **place.seal, "alarms": alarms},
        )  # fmt: skip
        told.append(Told(reading=seal, key=key, message=message))
    return told


def _reports(said: Envelope) -> list[tuple[int, int, bool]]:
    """Where the places of a message lie in its body, and whether they come late."""
    body = said.body
    if said.kind == PLACE:
        return [(0, len(body), False)]
    if said.kind == ASKED:
        return [(2, len(body), False)]
    if len(body) < 3:
        return [(0, 0, False)]
    found = []
    at = 3
    for _ in range(min(int.from_bytes(body[:2], "big"), BATCH_MAX)):
        size = int.from_bytes(body[at : at + 2], "big")
        if at + 2 + size > len(body) or not size:
            found.append((at, at, bool(body[2])))
            break
        found.append((at + 2, at + 2 + size, bool(body[2])))
        at += 2 + size
    return found


def explain(frame: Frame, options: Options) -> tuple[Mark, ...]:
    """Name each run of a message; of one with escapes only its frame, since its bytes stand elsewhere."""
    said = refused(frame)
    blob = frame.blob
    if isinstance(said, Problem):
        return ()
    marking = Marking(blob)
    if blob[0] == MARK:
        marking.next(1, "start")
    if b"\x7d" in blob:
        marking.next(
            len(blob) - 1 - marking.at, "escaped message", f"{said.kind:04x} of {said.phone}, serial {said.serial}"
        )
    else:
        marking.next(2, "kind", f"{said.kind:04x}")
        marking.next(2, "length, parts, edition")
        marking.next(said.head - (10 if said.parted else 6), "phone", said.phone)
        marking.next(2, "serial", said.serial)
        if said.kind in (PLACE, BATCH, ASKED) and not (said.encrypted or said.parted):
            _explain_places(marking, said, int(options.get("zone_min", CHINA_MIN)))
        marking.next(len(blob) - 2 - marking.at, "body")
        marking.next(1, "check", "right")
    marking.next(1, "stop")
    return marking.marks()


def _explain_places(marking: Marking, said: Envelope, zone_min: int) -> None:
    begin = marking.at
    for start, end, _ in _reports(said):
        if end - start < FIXED:
            return
        if begin + start > marking.at:
            marking.next(begin + start - marking.at, "count, kind, size")
        place = Place(said.body[start:end], zone_min)
        shown = place.fields
        marking.next(4, "alarms", ", ".join(shown["alarms"]) or "none")
        marking.next(4, "state", place.params["state"])
        for length, name in ((4, "latitude"), (4, "longitude"), (2, "altitude_m"), (2, "speed_kmh")):
            marking.next(length, name, shown[name])
        marking.next(2, "course_deg", shown["course_deg"])
        marking.next(6, "time", shown["time"])
        for item, name in place.named:
            marking.next(2 + item.length, name)
        if marking.at < begin + end:
            marking.next(begin + end - marking.at, "rest")


def encode_register(phone: str, serial: int = 0) -> bytes:
    """Write a registration: province, county, maker, model, terminal, plate colour, plate."""
    body = pack(">HH", 0, 0) + b"BEKET" + b"MODEL".ljust(20, b"\x00") + b"TERM001" + b"\x02" + b"01KG777ABC"
    return enclosed(REGISTER, phone, serial, body)


def encode_authenticate(phone: str, code: str, serial: int = 1) -> bytes:
    """Write an authentication with the code that the registration was answered with."""
    return enclosed(AUTHENTICATE, phone, serial, code.encode())


def encode_heartbeat(phone: str, serial: int = 2) -> bytes:
    """Write a heartbeat."""
    return enclosed(HEARTBEAT, phone, serial, b"")


def encode_place(said: Position, items: bytes = b"", zone_min: int = CHINA_MIN) -> bytes:
    """Write the body of a place, with items already written."""
    at = datetime.fromtimestamp((said.time or 0) / 1000 + zone_min * 60, UTC)
    lat, lon = said.latitude or 0.0, said.longitude or 0.0
    state = (1 if said.ignition else 0) | (2 if said.valid else 0) | (4 if lat < 0 else 0) | (8 if lon < 0 else 0)
    alarm = sum(1 << bit for bit, word in ALARMS if word in said.alarms)
    body = pack(
        ">IIIIhHH", alarm, state, round(abs(lat) * 1e6), round(abs(lon) * 1e6), round(said.altitude_m or 0),
        round((said.speed_kmh or 0) * 10), round(said.course_deg or 0),
    )  # fmt: skip
    mileage = b"" if said.odometer_m is None else pack(">BBI", 1, 4, round(said.odometer_m / 100))
    satellites = b"" if said.satellites is None else bytes((0x31, 1, said.satellites))
    return body + bytes.fromhex(f"{at:%y%m%d%H%M%S}") + mileage + satellites + items


def encode_location(said: Position, phone: str, serial: int = 3, items: bytes = b"") -> bytes:
    """Write one place as a live message."""
    return enclosed(PLACE, phone, serial, encode_place(said, items))


def encode_batch(said: Sequence[Position], phone: str, serial: int = 4, *, late: bool = True) -> bytes:
    """Write several places in one message: those that waited while the terminal was out of reach."""
    places = [encode_place(one) for one in said]
    body = pack(">HB", len(places), late) + b"".join(pack(">H", len(one)) + one for one in places)
    return enclosed(BATCH, phone, serial, body)


def encode_answer(phone: str, own: int, serial: int, kind: int, result: int = DONE) -> bytes:
    """Write the platform's general answer to a message."""
    return enclosed(ANSWER, phone, own, pack(">HHB", serial, kind, result))


def acknowledged(replies: Sequence[bytes]) -> dict[str, Any]:
    """Read answers for case files: the serials that were answered, and with what result."""
    read = [envelope for envelope in map(opened, replies) if envelope is not None]
    return {
        "kinds": [f"{one.kind:04x}" for one in read],
        "serials": [int.from_bytes(one.body[:2], "big") for one in read],
        "results": [one.body[4 if one.kind == ANSWER else 2] for one in read],
    }


def framer(_options: Options, _content_type: str = "") -> Framer:
    """Make the framer of one conversation or datagram."""
    return Measured(measure, FRAME_MAX)


def decoder(options: Options) -> Decoder:
    """Make the decoder of one conversation or datagram."""
    return Terminal(options)
