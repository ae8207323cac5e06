"""Speaking NTCB and FLEX, as a tracker does and as its server does: for the rehearsal, the load bench and the tests."""

from __future__ import annotations

from collections.abc import Sequence
from struct import pack
from typing import Any, Final

from beket.devices.kit.checks import crc8_egts
from beket.devices.navtelecom.flex import Layout, layout, mask_of
from beket.devices.navtelecom.ntcb import HEAD, answer, enclosed
from beket.words.readings import Position

FLEX: Final = b"*>FLEX"
USUAL: Final = mask_of(1, 2, 3, 6, 8, 9, 10, 11, 12, 13, 14, 15, 19, 20, 29, 31)
"""The mask that the rehearsal settles on."""


def encode_handshake(imei: str, receiver: int = 1, sender: int = 0) -> bytes:
    """Write the envelope in which a tracker says who it is."""
    return enclosed(b"*>S:" + imei.encode(), receiver, sender)


def encode_flex(mask: bytes = USUAL, version: int = 30, receiver: int = 1, sender: int = 0) -> bytes:
    """Write the envelope in which a tracker says which fields its records have."""
    bits = {10: 69, 20: 122}.get(version, 255)
    content = FLEX + bytes((0xB0, version, version, bits)) + mask[: (bits + 7) // 8]
    return enclosed(content, receiver, sender)


def encode_agreement(blob: bytes, versions: bytes) -> bytes:
    """Write the server's answer to a negotiation: the protocol and the versions it agrees to."""
    return answer(blob, b"*<FLEX\xb0" + versions)


def encode_record(said: Position, shape: Layout) -> bytes:
    """Write a record; fields of which the position says nothing are zeros."""
    seconds = (said.time or 0) // 1000
    jammed = (1 if "gsm_jamming" in said.alarms else 0) | (4 if "gps_jamming" in said.alarms else 0)
    values: dict[int, Any] = {
        1: said.sequence or 0, 2: said.event_io or 0, 3: seconds, 6: jammed, 9: seconds,
        8: (said.satellites or 0) << 2 | (3 if said.valid else 1),
        10: round((said.latitude or 0) * 600_000), 11: round((said.longitude or 0) * 600_000),
        12: round((said.altitude_m or 0) * 10), 13: said.speed_kmh or 0.0, 14: round(said.course_deg or 0),
        15: (said.odometer_m or 0) / 1000, 19: round((said.external_voltage_v or 0) * 1000),
        20: round((said.battery_v or 0) * 1000), 29: said.digital_inputs or 0, 31: said.digital_outputs or 0,
    }  # fmt: skip
    zeros = shape.form.unpack(bytes(shape.size))
    return shape.form.pack(*(values.get(field, zero) for field, zero in zip(shape.fields, zeros, strict=True)))


def _closed(frame: bytes) -> bytes:
    return frame + bytes((crc8_egts(frame),))


def encode_array(said: Sequence[Position], mask: bytes = USUAL) -> bytes:
    """Write records from the tracker's memory."""
    shape = layout(mask)
    return _closed(b"~A" + bytes((len(said),)) + b"".join(encode_record(one, shape) for one in said))


def encode_urgent(said: Position, index: int, mask: bytes = USUAL) -> bytes:
    """Write one record that is not to wait."""
    return _closed(b"~T" + pack("<I", index) + encode_record(said, layout(mask)))


def encode_now(said: Position, mask: bytes = USUAL) -> bytes:
    """Write how the tracker is at this moment."""
    return _closed(b"~C" + encode_record(said, layout(mask)))


def encode_flex_answer(kind: bytes, taken: bytes) -> bytes:
    """Write the server's answer to a frame: its letters and what of it was taken."""
    return _closed(kind + taken)


def acknowledged(replies: Sequence[bytes]) -> dict[str, Any]:
    """Read answers for case files: what each answers."""
    kinds = [reply[HEAD:].rstrip(b"\x1e\x14\x0a\xb0") if reply[:1] == b"@" else reply[:2] for reply in replies]
    return {"kinds": [kind.decode("latin-1") for kind in kinds]}
