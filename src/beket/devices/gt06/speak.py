"""Speaking GT06, as a tracker does and as its server does: for the rehearsal, the load bench and the tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from struct import pack
from typing import Any, Final

from beket.devices.kit.checks import crc16_x25
from beket.words.ids import Instant
from beket.words.readings import Cell, Position

LOGIN: Final = 0x01
TIME: Final = 0x8A
_DEGREE: Final = 1_800_000
_NORTH, _WEST, _FIXED = 1 << 10, 1 << 11, 1 << 12
_NO_CELL: Final = Cell(lac=0, cid=0)


def framed(kind: int, content: bytes, serial: int, *, extended: bool = False) -> bytes:
    """Close a frame round a content; the length counts type, serial and CRC too."""
    length = len(content) + 5
    inner = pack(">HB" if extended else ">BB", length, kind) + content + pack(">H", serial & 0xFFFF)
    return (b"yy" if extended else b"xx") + inner + pack(">H", crc16_x25(inner)) + b"\r\n"


def encode_login(imei: str, serial: int = 1, zone_min: int | None = None) -> bytes:
    """Write the login: an IMEI as sixteen BCD digits, a model, and where the tracker says it, its zone."""
    content = bytes.fromhex(imei.rjust(16, "0")) + b"\x00\x01"
    if zone_min is not None:
        hours, minutes = divmod(abs(zone_min), 60)
        content += pack(">H", (hours * 100 + minutes) << 4 | (8 if zone_min < 0 else 0))
    return framed(LOGIN, content, serial)


def encode_location(said: Position, serial: int = 1, kind: int = 0x22) -> bytes:
    """Write a place: 0x12 with its cell, 0x22 also with ignition, whether it comes late, and mileage."""
    content = _fix(said) + _cell(said.cell)
    if kind == 0x22:
        content += bytes((bool(said.ignition), 0, said.buffered))
        if said.odometer_m is not None:
            content += pack(">I", round(said.odometer_m))
    return framed(kind, content, serial)


def encode_alarm(said: Position, code: int, serial: int = 1, *, level: int = 6) -> bytes:
    """Write an alarm message (0x26) with its place, its cell and the tracker's state."""
    cell = _cell(said.cell)
    status = bytes((2 if said.ignition else 0, level, 4, code, 2))
    return framed(0x26, _fix(said) + bytes((len(cell) + 1,)) + cell + status, serial)


def encode_heartbeat(serial: int = 1, *, terminal: int = 0x46, level: int = 6, gsm: int = 4, alarm: int = 0) -> bytes:
    """Write the status that a tracker sends every few minutes."""
    return framed(0x13, bytes((terminal, level, gsm, alarm, 2)), serial)


def encode_answer(kind: int, serial: int, *, extended: bool = False) -> bytes:
    """Write the server's answer: the type and the serial of what it has taken."""
    return framed(kind, b"", serial, extended=extended)


def encode_time_answer(at: Instant, serial: int) -> bytes:
    """Write the time, in UTC, for a tracker that asks for it."""
    now = datetime.fromtimestamp(at / 1000, UTC)
    content = bytes((now.year % 100, now.month, now.day, now.hour, now.minute, now.second))
    return framed(TIME, content, serial)


def acknowledged(replies: Sequence[bytes]) -> dict[str, Any]:
    """Read answers for case files: the type and serial of each."""
    return {
        "types": [f"{reply[3 if reply[:2] == b'xx' else 4]:02x}" for reply in replies],
        "serials": [int.from_bytes(reply[-6:-4], "big") for reply in replies],
    }


def _fix(said: Position) -> bytes:
    at = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=said.time or 0)
    lat, lon = said.latitude or 0.0, said.longitude or 0.0
    word = round(said.course_deg or 0) & 0x3FF
    word |= (_FIXED if said.valid else 0) | (_NORTH if lat >= 0 else 0) | (_WEST if lon < 0 else 0)
    return pack(
        ">6BBIIBH",
        *(at.year % 100, at.month, at.day, at.hour, at.minute, at.second, 0xC0 | (said.satellites or 0)),
        *(round(abs(lat) * _DEGREE), round(abs(lon) * _DEGREE), round(said.speed_kmh or 0), word),
    )


def _cell(cell: Cell | None) -> bytes:
    """A cell of the Kyrgyz operator 437-01, or zeros where there is none."""
    held = cell or _NO_CELL
    return pack(">HBH", 437 if cell else 0, 1 if cell else 0, held.lac or 0) + (held.cid or 0).to_bytes(3, "big")
