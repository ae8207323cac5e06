"""Speaks EGTS as a terminal does: logins and records with positions and sensors; for rehearsal, load and tests."""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct as Layout
from typing import Final

from beket.devices.egts import packet
from beket.devices.egts.codec import EPOCH_S, POSITION, TERM_IDENTITY
from beket.words.readings import Position

_POSITION: Final = Layout("<BHIIIBHB3sBB")


def encode_subrecord(kind: int, held: bytes) -> bytes:
    """Write a subrecord around what it holds."""
    return b"%c%b%b" % (kind, len(held).to_bytes(2, "little"), held)


def encode_position(said: Position) -> bytes:
    """Write a position subrecord, and the one with satellites and dilution where they are known."""
    assert said.time is not None
    assert said.latitude is not None
    assert said.longitude is not None
    altitude = said.altitude_m
    course = round(said.course_deg or 0)
    speed = min(round((said.speed_kmh or 0) * 10), 0x3FFF) | (course & 0x100) << 7
    speed |= 0x4000 if altitude is not None and altitude < 0 else 0
    flags = said.valid | said.buffered << 3 | bool(said.moving) << 4 | (said.latitude < 0) << 5
    flags |= (said.longitude < 0) << 6 | (altitude is not None) << 7
    high = b"" if altitude is None else abs(round(altitude)).to_bytes(3, "little")
    main = _POSITION.pack(
        POSITION, 21 + len(high), said.time // 1000 - EPOCH_S, round(abs(said.latitude) / 90 * 0xFFFFFFFF),
        round(abs(said.longitude) / 180 * 0xFFFFFFFF), flags, speed, course & 0xFF,
        round((said.odometer_m or 0) / 100).to_bytes(3, "little"), said.digital_inputs or 0, said.source_code or 0,
    )  # fmt: skip
    return main + high + _extended(said)


def _extended(said: Position) -> bytes:
    held = b""
    flags = 0
    if said.hdop is not None:
        flags |= 0x02
        held += round(said.hdop * 100).to_bytes(2, "little")
    if said.satellites is not None:
        flags |= 0x08
        held += bytes((said.satellites,))
    return encode_subrecord(17, bytes((flags,)) + held) if flags else b""


def encode_sensors(outputs: int, analogue: Sequence[int | None], inputs: Sequence[int | None] = ()) -> bytes:
    """Write the subrecord of sensors: outputs, analogue values, further inputs."""
    flags = [sum(1 << place for place, value in enumerate(row) if value is not None) for row in (inputs, analogue)]
    held = bytes((flags[0], outputs, flags[1])) + bytes(value for value in inputs if value is not None)
    held += b"".join(value.to_bytes(3, "little") for value in analogue if value is not None)
    return encode_subrecord(18, held)


def encode_state(state: int, main_v: float, backup_v: float, internal_v: float = 0.0) -> bytes:
    """Write the subrecord of state and voltages."""
    return encode_subrecord(21, bytes((state, round(main_v * 10), round(backup_v * 10), round(internal_v * 10), 0)))


def encode_liquid(place: int, value: int, unit: int = 0) -> bytes:
    """Write a liquid level: unit 0 none, 1 percent, 2 tenths of a litre."""
    return encode_subrecord(27, bytes((unit << 4 | place, 0, 0)) + value.to_bytes(4, "little"))


def encode_record(
    number: int, subrecords: bytes, *, service: int = packet.TELEDATA_SERVICE, oid: int | None = None, priority: int = 0
) -> bytes:
    """Write one record; with an object's id when it is said for another."""
    flags = 0x80 | priority << 3 | (packet.OBJECT if oid is not None else 0)
    front = len(subrecords).to_bytes(2, "little") + number.to_bytes(2, "little") + bytes((flags,))
    whose = b"" if oid is None else oid.to_bytes(4, "little")
    return front + whose + bytes((service, service)) + subrecords


def encode_packet(number: int, *records: bytes) -> bytes:
    """Write a packet of records."""
    return packet.packet(packet.APPDATA, number, b"".join(records))


def encode_login(number: int, imei: str, *, record_number: int = 0, terminal: int = 0) -> bytes:
    """Write the packet a terminal begins with."""
    held = terminal.to_bytes(4, "little") + b"\x02" + imei.encode("ascii").ljust(15, b"\0")[:15]
    login = encode_record(record_number, encode_subrecord(TERM_IDENTITY, held), service=packet.AUTH_SERVICE)
    return encode_packet(number, login)
