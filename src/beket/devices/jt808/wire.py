"""The envelope of JT/T 808: escapes, header, check; and how frames are cut from a stream.

Reference 03 §5.2; header and escapes as the standard (2011, 2013, 2019 editions) has them. Between two 7E: message id,
attributes (length, encryption, parts, edition), phone number as BCD, serial, body, XOR of all of it; in it 7E is
written 7D 02 and 7D is written 7D 01.
"""

from __future__ import annotations

from struct import pack
from typing import Final

from msgspec import Struct

from beket.devices.kit.checks import xor8
from beket.devices.kit.driver import Frame, Problem

FRAME_MAX: Final = 2 * (1023 + 25) + 2
"""Longest frame: a body has at most 1,023 bytes, and every byte may be escaped."""

MARK: Final = 0x7E
_MARK: Final = b"\x7e"
_LENGTH, _ENCRYPTED, _PARTED, _EDITION = 0x03FF, 0x1C00, 0x2000, 0x4000
_SHORTEST: Final = 15
"""Two marks, twelve bytes of header and the check."""


class Envelope(Struct, frozen=True, kw_only=True):
    """One message out of its frame; `head` is how many bytes of header stand before the body."""

    kind: int
    phone: str
    serial: int
    body: bytes
    head: int
    right: bool
    encrypted: bool = False
    parted: bool = False


def plain(escaped: bytes) -> bytes:
    """Take the escapes out."""
    return escaped.replace(b"\x7d\x02", _MARK).replace(b"\x7d\x01", b"\x7d") if b"\x7d" in escaped else escaped


def opened(blob: bytes) -> Envelope | None:
    """Open a frame; None when it is none of this protocol. `right` says whether its check is.

    A frame may begin without a mark of its own: some terminals let one mark end a frame and begin the next.
    """
    begin = 1 if blob[:1] == _MARK else 0
    if len(blob) - begin < _SHORTEST - 1 or blob[-1] != MARK:
        return None
    inside = plain(blob[begin:-1])
    bits = int.from_bytes(inside[2:4], "big")
    phone = (5, 15) if bits & _EDITION else (4, 10)
    head = phone[1] + 2 + (4 if bits & _PARTED else 0)
    if len(inside) != head + (bits & _LENGTH) + 1:
        return None
    return Envelope(
        kind=int.from_bytes(inside[:2], "big"),
        phone=inside[phone[0] : phone[1]].hex(),
        serial=int.from_bytes(inside[phone[1] : phone[1] + 2], "big"),
        body=inside[head:-1],
        head=head,
        right=xor8(inside) == 0,
        encrypted=bool(bits & _ENCRYPTED),
        parted=bool(bits & _PARTED),
    )


def measure(held: bytes, at: int) -> int:
    """Measure a frame up to its closing mark; what makes no frame is skipped up to that mark, which may begin one."""
    begin = at + 1 if held[at] == MARK else at
    stop = held.find(_MARK, begin)
    room = (stop if stop >= 0 else len(held)) - at - FRAME_MAX
    if room >= 0:
        return -room - 1
    if stop < 0:
        return 0
    envelope = opened(held[at : stop + 1])
    if envelope is None or (begin == at and not envelope.right):
        return at - stop
    return stop + 1 - at


def refused(frame: Frame) -> Envelope | Problem:
    """Open a frame, or say why it is not believed."""
    envelope = None if frame.broken is not None else opened(frame.blob)
    if envelope is None:
        return Problem(kind=frame.broken or "shape", detail="no frame between two 7E", raw=frame.blob)
    if not envelope.right:
        return Problem(kind="checksum", detail="its bytes do not XOR to nothing", raw=frame.blob)
    if not envelope.phone.isdigit():
        return Problem(kind="field", detail=f"{envelope.phone} is no phone number", raw=frame.blob)
    return envelope


def enclosed(kind: int, phone: str, serial: int, body: bytes) -> bytes:
    """Write a frame: twelve digits as the older editions have them, twenty as that of 2019."""
    edition = len(phone) > 12
    bits = len(body) | (_EDITION if edition else 0)
    name = (b"\x01" if edition else b"") + bytes.fromhex(phone.rjust(20 if edition else 12, "0"))
    inside = pack(">HH", kind, bits) + name + pack(">H", serial & 0xFFFF) + body
    inside += bytes((xor8(inside),))
    return _MARK + inside.replace(b"\x7d", b"\x7d\x01").replace(_MARK, b"\x7d\x02") + _MARK
