"""EGTS packets, the transport layer: header with its CRC-8, body with its CRC-16, answers to packets.

Layout and result codes: GOST 33465 §7 (reference 03 §5.2); all numbers little-endian.
"""

from __future__ import annotations

from binascii import crc_hqx
from collections.abc import Iterable, Iterator
from struct import Struct as Layout
from typing import Final

from msgspec import Struct

from beket.devices.kit.checks import crc8_egts

VERSION: Final = 1
HEAD: Final = 11
ROUTED_HEAD: Final = 16
"""Length of a header, without and with the addresses of a routed packet."""

CHECK: Final = 2
PACKET_MAX: Final = ROUTED_HEAD + 0xFFFF + CHECK
"""Longest packet: its length field has sixteen bits."""

RESPONSE: Final = 0
APPDATA: Final = 1
SIGNED_APPDATA: Final = 2

OK: Final = 0
UNSUPPORTED_PROTOCOL: Final = 128
DECRYPT_ERROR: Final = 129
BAD_DATA_FORM: Final = 132
UNSUPPORTED_TYPE: Final = 133
HEADER_CRC_ERROR: Final = 137
DATA_CRC_ERROR: Final = 138
AUTH_DENIED: Final = 151
ALREADY_EXISTS: Final = 152
ID_NOT_FOUND: Final = 153

AUTH_SERVICE: Final = 1
TELEDATA_SERVICE: Final = 2
RECORD_RESPONSE: Final = 0
RESULT_CODE: Final = 9

COMPRESSED: Final = 0x04
ENCRYPTED: Final = 0x18
TO_DEVICE: Final = 0x40
"""Record flag RSOD: the service that is addressed is on the device."""

OBJECT: Final = 0x01
OCCASION: Final = 0x02
TIMED: Final = 0x04
"""Record flags: an object's id, an occasion's id, a time follow."""

_FRONT: Final = Layout("<BBBBBHHB")
_RECORD: Final = Layout("<HHB")
_RESPONSE: Final = Layout("<HB")
_CONFIRMED: Final = Layout("<HHBBBBHHB")
_NUMBER: Final = Layout("<I")


class Section(Struct, frozen=True):
    """One record of a packet's body: where it and its subrecords lie, whose it is."""

    start: int
    number: int
    flags: int
    oid: int | None
    seconds: int | None
    service: int
    data: int
    end: int


def measure(held: bytes, at: int) -> int:
    """Say how long the packet is that begins here; of one whose header is damaged only the header is a frame.

    A damaged header's length cannot be believed: what follows it is no frame until a sound header is found.
    """
    left = len(held) - at
    if held[at] != VERSION:
        following = held.find(VERSION, at)
        return at - following if following >= 0 else -left
    if left < 4:
        return 0
    head = held[at + 3]
    if head not in (HEAD, ROUTED_HEAD):
        return -1
    if left < head:
        return 0
    if crc8_egts(held[at : at + head - 1]) != held[at + head - 1]:
        return head
    body = held[at + 5] | held[at + 6] << 8
    return head + body + CHECK if body else head


def body_bounds(blob: bytes) -> tuple[int, int]:
    """Where a whole packet's records lie, a signature before them passed over."""
    head = blob[3]
    start, end = head, head + (blob[5] | blob[6] << 8)
    if blob[9] == SIGNED_APPDATA:
        start += 2 + int.from_bytes(blob[start : start + 2], "little")
    return start, end


def records(blob: bytes, at: int, end: int) -> Iterator[Section]:
    """Walk the records of a body; ValueError when they do not fill it exactly."""
    while at < end:
        if end - at < 7:
            raise ValueError(f"{end - at} bytes are no record")
        start = at
        length, number, flags = _RECORD.unpack_from(blob, at)
        at += 5
        oid = seconds = None
        if flags & OBJECT:
            (oid,) = _NUMBER.unpack_from(blob, at)
            at += 4
        if flags & OCCASION:
            at += 4
        if flags & TIMED:
            (seconds,) = _NUMBER.unpack_from(blob, at)
            at += 4
        service, at = blob[at], at + 2
        if at + length > end:
            raise ValueError(f"record {number} is longer than its packet")
        yield Section(start, number, flags, oid, seconds, service, at, at + length)
        at += length


def subrecords(blob: bytes, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Walk a record's subrecords: type, start and end of what each holds; ValueError when they do not fill it."""
    while at < end:
        if end - at < 3:
            raise ValueError(f"{end - at} bytes are no subrecord")
        kind, start = blob[at], at + 3
        at = start + (blob[at + 1] | blob[at + 2] << 8)
        if at > end:
            raise ValueError(f"subrecord {kind} is longer than its record")
        yield kind, start, at


def packet(kind: int, number: int, body: bytes) -> bytes:
    """Write a whole packet around a body."""
    front = _FRONT.pack(VERSION, 0, 0, HEAD, 0, len(body), number & 0xFFFF, kind)
    check = crc_hqx(body, 0xFFFF).to_bytes(CHECK, "little") if body else b""
    return b"%b%c%b%b" % (front, crc8_egts(front), body, check)


def confirmation(record_number: int, service: int, answered: int, result: int) -> bytes:
    """Write the record that confirms one record of a device."""
    return _CONFIRMED.pack(6, record_number & 0xFFFF, TO_DEVICE, service, service, RECORD_RESPONSE, 3, answered, result)


def response(number: int, answered: int, result: int, confirmations: Iterable[bytes] = ()) -> bytes:
    """Write the answer to one packet, with the answers to its records."""
    return packet(RESPONSE, number, _RESPONSE.pack(answered, result) + b"".join(confirmations))


def result_code(number: int, record_number: int, result: int) -> bytes:
    """Write the packet that tells a device how its authorisation went; it follows the answer to the login."""
    body = b"\x04\x00" + (record_number & 0xFFFF).to_bytes(2, "little")
    body += bytes((TO_DEVICE, AUTH_SERVICE, AUTH_SERVICE, RESULT_CODE, 1, 0, result))
    return packet(APPDATA, number, body)
