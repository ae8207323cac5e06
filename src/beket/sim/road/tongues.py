"""How each protocol of the road is spoken: what begins a conversation, what a report is, what confirms it.

All bytes are the drivers' own encoders'; here stands only what a device does with them (reference 03 §5).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, cast

from msgspec import Struct
from msgspec.structs import replace

from beket.devices.arnavi import codec as arnavi
from beket.devices.egts import codec as egts
from beket.devices.egts import speak as egts_speak
from beket.devices.eseal import codec as eseal
from beket.devices.galileosky import codec as galileosky
from beket.devices.gt06 import codec as gt06
from beket.devices.gt06 import speak as gt06_speak
from beket.devices.h02 import codec as h02
from beket.devices.jointech_jt701 import codec as jointech
from beket.devices.jt808 import codec as jt808
from beket.devices.navtelecom import codec as navtelecom
from beket.devices.navtelecom import speak as navtelecom_speak
from beket.devices.osmand import codec as osmand
from beket.devices.teltonika import avl
from beket.devices.teltonika import codec as teltonika
from beket.devices.wialon_ips import codec as wialon
from beket.sim.road.ledger import Report
from beket.words.readings import Position, SealSignal, SealStatus

TOGETHER_MAX: Final = 10
"""Most reports in one message of those that waited: any of these protocols has room for so many."""

NUMBERS: Final = 0xFFFF
"""Messages are numbered up to here, and anew from there on."""

HTTP_OK: Final = b"HTTP/1.1 200 "

_NTCB_WELCOME: Final = 19
_FLEX_WELCOME: Final = 25
_ARNAVI_WELCOME: Final = b"\x7b\x00\x00\x7d"
_ARNAVI_NUMBERS: Final = 250

Heard = Callable[[bytes], bool]
"""Tells whether what was heard since a message went out is the answer to it."""


class Spoken(Struct, frozen=True):
    """One message and how its answer is known."""

    blob: bytes
    answered: Heard


class Batch(Struct, frozen=True, kw_only=True):
    """Reports that go out together: in whose name, with which number, and whether they come late."""

    name: str
    number: int
    reports: tuple[Report, ...]
    late: bool = False

    @property
    def places(self) -> list[Position]:
        """The reports as trackers' positions."""
        return [cast("Position", self._marked(report)) for report in self.reports]

    @property
    def first(self) -> Position | SealStatus | SealSignal:
        """The first report, for those that say one thing at a time."""
        return self._marked(self.reports[0])

    def _marked(self, report: Report) -> Position | SealStatus | SealSignal:
        return replace(report.said, buffered=self.late, sequence=self.number)


class Tongue(Struct, frozen=True, kw_only=True):
    """One protocol: how a conversation begins, how reports are written, how many go together."""

    report: Callable[[Batch], Spoken]
    login: Callable[[str], tuple[Spoken, ...]] = lambda _: ()
    most: int = 1


def _exactly(answer: bytes) -> Heard:
    return lambda heard: answer in heard


def _of_length(length: int) -> Heard:
    return lambda heard: len(heard) >= length


def _egts_login(name: str) -> tuple[Spoken, ...]:
    """The answer is two packets: the login's confirmation and its result."""
    return (Spoken(egts_speak.encode_login(0, name), lambda heard: len(_egts_packets(heard)) == 2),)


def _egts_packets(heard: bytes) -> list[bytes]:
    return [frame.blob for frame in egts.framer({}).feed(heard) if frame.broken is None]


def _egts(batch: Batch) -> Spoken:
    """A record for each report; a gateway's records name the object that they are about."""
    first = batch.number * TOGETHER_MAX
    numbers = [(first + n) & NUMBERS for n in range(len(batch.reports))]
    records = [
        egts_speak.encode_record(number, egts_speak.encode_position(place), oid=_object_of(report, batch.name))
        for number, place, report in zip(numbers, batch.places, batch.reports, strict=True)
    ]

    def answered(heard: bytes) -> bool:
        said = egts.acknowledged(_egts_packets(heard))
        return said.get("rpid") == batch.number and set(numbers) <= set(said["confirmed_records"])

    return Spoken(egts_speak.encode_packet(batch.number, *records), answered)


def _object_of(report: Report, name: str) -> int | None:
    return None if report.name == name else int(report.name)


def _teltonika_login(name: str) -> tuple[Spoken, ...]:
    return (Spoken(teltonika.encode_login(name), _exactly(b"\x01")),)


def _teltonika_records(batch: Batch) -> bytes:
    return teltonika.encode_data(avl.CODEC_8E, [teltonika.encode_record(one, avl.CODEC_8E) for one in batch.places])


def _teltonika(batch: Batch) -> Spoken:
    answer = teltonika.encode_answer(len(batch.reports))
    return Spoken(teltonika.encode_packet(_teltonika_records(batch)), _exactly(answer))


def _teltonika_datagram(batch: Batch) -> Spoken:
    number, packet = batch.number, batch.number & 0xFF
    answer = teltonika.encode_datagram_answer(number.to_bytes(2, "big"), packet, len(batch.reports))
    return Spoken(
        teltonika.encode_datagram(batch.name, number, packet, _teltonika_records(batch)), lambda heard: heard == answer
    )


def _wialon_login(name: str) -> tuple[Spoken, ...]:
    return (Spoken(wialon.encode_login(name, version="2.0"), _exactly(wialon.encode_answer("L", "1"))),)


def _wialon(batch: Batch) -> Spoken:
    """What waited goes together, the rest one by one."""
    if batch.late:
        blob, answer = wialon.encode_box(batch.places, check=True), ("B", str(len(batch.reports)))
    else:
        blob, answer = wialon.encode_position(batch.places[0], check=True), ("D", "1")
    return Spoken(blob, _exactly(wialon.encode_answer(*answer)))


def _jointech(batch: Batch) -> Spoken:
    """Reports are numbered with a byte, lock events with a number; both are confirmed by it."""
    said = batch.first
    if isinstance(said, SealSignal):
        return Spoken(jointech.encode_event(batch.name, said), _exactly(jointech.encode_ack(batch.number)))
    assert isinstance(said, SealStatus)
    blob = jointech.encode_report(batch.name, said, version=jointech.NUMBERED_FROM)
    return Spoken(blob, _exactly(jointech.encode_ack(batch.number & 0xFF)))


def _eseal(batch: Batch) -> Spoken:
    said = batch.first
    assert isinstance(said, SealStatus)
    blob = eseal.encode_report(batch.name, said, _eseal_type(said))
    fields = eseal.split(blob.rstrip())
    assert fields is not None
    return Spoken(blob, _exactly(eseal.encode_answer(fields, blob.rstrip())))


def _eseal_type(said: SealStatus) -> str:
    if said.locked is not None:
        return next(what for what, locked in eseal.LOCKINGS.items() if locked == said.locked)
    return f"Event-{said.alarms[0].capitalize()}" if said.alarms else "Normal"


def _gt06_login(name: str) -> tuple[Spoken, ...]:
    return (Spoken(gt06.encode_login(name), _exactly(gt06.encode_answer(gt06_speak.LOGIN, 1))),)


def _gt06(batch: Batch) -> Spoken:
    return Spoken(gt06.encode_location(batch.places[0], batch.number), _exactly(gt06.encode_answer(0x22, batch.number)))


def _h02(batch: Batch) -> Spoken:
    """Its answers have the server's time behind what they answer, and no number."""
    return Spoken(h02.encode_text(batch.places[0], batch.name), _exactly(f"*HQ,{batch.name},V4,V1,".encode()))


def _navtelecom_login(name: str) -> tuple[Spoken, ...]:
    return (
        Spoken(navtelecom.encode_handshake(name), _of_length(_NTCB_WELCOME)),
        Spoken(navtelecom.encode_flex(), _of_length(_FLEX_WELCOME)),
    )


def _navtelecom(batch: Batch) -> Spoken:
    answer = navtelecom_speak.encode_flex_answer(b"~A", bytes((len(batch.reports),)))
    return Spoken(navtelecom.encode_array(batch.places), _exactly(answer))


def _galileosky_login(name: str) -> tuple[Spoken, ...]:
    blob = galileosky.encode_packet([], name)
    return (Spoken(blob, _exactly(b"\x02" + blob[-2:])),)


def _galileosky(batch: Batch) -> Spoken:
    blob = galileosky.encode_packet(batch.places, late=batch.late)
    return Spoken(blob, _exactly(b"\x02" + blob[-2:]))


def _arnavi_login(name: str) -> tuple[Spoken, ...]:
    return (Spoken(arnavi.encode_header(name), _exactly(_ARNAVI_WELCOME)),)


def _arnavi(batch: Batch) -> Spoken:
    number = batch.number % _ARNAVI_NUMBERS + 1
    return Spoken(arnavi.encode_package(batch.places, number), _exactly(arnavi.encode_package_answer(number)))


def _jt808_login(name: str) -> tuple[Spoken, ...]:
    """It registers, is given a code, and shows it; ours is its own number."""
    return (
        Spoken(jt808.encode_register(name, 0), _jt808_answer("8100", 0)),
        Spoken(jt808.encode_authenticate(name, name, 1), _jt808_answer("8001", 1)),
    )


def _jt808_answer(kind: str, serial: int) -> Heard:
    def answered(heard: bytes) -> bool:
        said = jt808.acknowledged([frame.blob for frame in jt808.framer({}).feed(heard)])
        return (kind, serial, jt808.DONE) in zip(said["kinds"], said["serials"], said["results"], strict=True)

    return answered


def _jt808(batch: Batch) -> Spoken:
    if batch.late:
        blob = jt808.encode_batch(batch.places, batch.name, batch.number)
    else:
        blob = jt808.encode_location(batch.places[0], batch.name, batch.number)
    return Spoken(blob, _jt808_answer("8001", batch.number))


def _osmand(batch: Batch) -> Spoken:
    """A phone asks with its place in the address, or posts it; every other request the one or the other."""
    if batch.number % 2:
        front, body = f"GET /?{osmand.encode_query(batch.places[0], batch.name)}", b""
    else:
        front, body = "POST /", osmand.encode_json(batch.places[0], batch.name)
    head = f"{front} HTTP/1.1\r\nHost: field\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return Spoken(head.encode() + body, _whole_answer)


def _whole_answer(heard: bytes) -> bool:
    """Any other status than 200 is no answer: the phone keeps its place and comes again."""
    return heard.startswith(HTTP_OK) and b"\r\n\r\n" in heard


TONGUES: Final[dict[tuple[str, str], Tongue]] = {
    ("egts", "tcp-server"): Tongue(login=_egts_login, report=_egts, most=TOGETHER_MAX),
    ("teltonika", "tcp-server"): Tongue(login=_teltonika_login, report=_teltonika, most=TOGETHER_MAX),
    ("teltonika", "udp"): Tongue(report=_teltonika_datagram, most=TOGETHER_MAX),
    ("wialon_ips", "tcp-server"): Tongue(login=_wialon_login, report=_wialon, most=TOGETHER_MAX),
    ("jointech_jt701", "tcp-server"): Tongue(report=_jointech),
    ("eseal", "tcp-server"): Tongue(report=_eseal),
    ("gt06", "tcp-server"): Tongue(login=_gt06_login, report=_gt06),
    ("h02", "tcp-server"): Tongue(report=_h02),
    ("h02", "udp"): Tongue(report=_h02),
    ("navtelecom", "tcp-server"): Tongue(login=_navtelecom_login, report=_navtelecom, most=TOGETHER_MAX),
    ("galileosky", "tcp-server"): Tongue(login=_galileosky_login, report=_galileosky, most=TOGETHER_MAX),
    ("arnavi", "tcp-server"): Tongue(login=_arnavi_login, report=_arnavi, most=TOGETHER_MAX),
    ("jt808", "tcp-server"): Tongue(login=_jt808_login, report=_jt808, most=TOGETHER_MAX),
    ("osmand", "http-push"): Tongue(report=_osmand),
}
"""Every protocol of the road by its driver and how it is carried."""

GATEWAY: Final = Tongue(report=_egts, most=TOGETHER_MAX)
"""A platform that passes objects on: it says of whom each record is, and logs in as nobody."""


def spoken(tongue: Tongue, name: str, number: int, reports: Sequence[Report], *, late: bool) -> Spoken:
    """Write reports as one message."""
    return tongue.report(Batch(name=name, number=number, reports=tuple(reports), late=late))
