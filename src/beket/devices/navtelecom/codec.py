"""Navtelecom: handshake, FLEX negotiation and its messages, and the telemetry of older firmware, both ways.

A tracker says its IMEI (*>S:), then which fields its records have (*>FLEX and a mask); from there on frames begin with
`~`: A records from its memory, T one at once, C how it is now, E and X longer ones of FLEX 2.0; CRC-8 ends them and
their answers. How long a frame is follows from the mask, so the framer remembers it and hands it on with each frame.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

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
from beket.devices.navtelecom.flex import NAMES, SIZES, layout, told
from beket.devices.navtelecom.ntcb import (
    HEAD,
    MARK,
    RECORDS,
    answer,
    content_is_right,
    formats,
    head_is_right,
    index_of,
    record,
)
from beket.devices.navtelecom.ntcb import NAMES as OLD_NAMES
from beket.devices.navtelecom.speak import (
    FLEX,
    acknowledged,
    encode_agreement,
    encode_array,
    encode_flex,
    encode_flex_answer,
    encode_handshake,
    encode_now,
    encode_record,
    encode_urgent,
)
from beket.words.ids import Instant
from beket.words.readings import Position

__all__ = [
    "acknowledged", "decoder", "encode_agreement", "encode_array", "encode_flex", "encode_flex_answer",
    "encode_handshake", "encode_now", "encode_record", "encode_urgent", "explain", "framer",
]  # fmt: skip

FRAME_MAX: Final = 64 * 1024
"""Longest frame: 255 records of the fields that trackers have, some 200 bytes each, and some to spare."""

NAME_MAX: Final = 20
"""Longest name: an IMEI has fifteen digits."""

PING: Final = b"\x7f"
VERSIONS: Final = frozenset({10, 20, 30})
_ALONE: Final = {b"~A": 4, b"~T": 7, b"~C": 3}
"""What a frame has besides its records: its two letters, a count or an index, the sum."""

_LONG: Final = (b"~E", b"~X")


class Flex(Measured):
    """Cuts the frames of one conversation; remembers the mask that makes the length of those with records."""

    def __init__(self) -> None:
        super().__init__(self._long, FRAME_MAX, b"@~\x7f")
        self._mask = b""

    def _long(self, held: bytes, at: int) -> int:
        head = held[at]
        if head == PING[0]:
            return 1
        if head == MARK[0]:
            return _measure_envelope(held, at)
        return self._measure_flex(held, at) if head == 0x7E else -1

    def _measure_flex(self, held: bytes, at: int) -> int:
        kind = held[at : at + 2]
        if len(kind) < 2:
            return 0
        if kind in _LONG:
            return _measure_long(held, at)
        if kind not in _ALONE or not self._mask:
            return -1
        if kind == b"~A":
            return 0 if at + 3 > len(held) else 4 + held[at + 2] * layout(self._mask).size
        return _ALONE[kind] + layout(self._mask).size

    def _cut(self, blob: bytes) -> Frame:
        if blob[HEAD : HEAD + 6] == FLEX and content_is_right(blob):
            self._mask = mask_in(blob)
        return Frame(blob=blob, settled=self._mask if blob[:1] == b"~" else b"")


def _measure_envelope(held: bytes, at: int) -> int:
    if not MARK.startswith(held[at : at + 4]):
        return -1
    if at + HEAD > len(held):
        return 0
    return HEAD + int.from_bytes(held[at + 12 : at + 14], "little") if head_is_right(held, at) else -1


def _measure_long(held: bytes, at: int) -> int:
    """X: a length, an index, a body. E: a count, then each body behind its length."""
    if held[at + 1] == 0x58:
        return 0 if at + 4 > len(held) else 9 + int.from_bytes(held[at + 2 : at + 4], "little")
    if at + 3 > len(held):
        return 0
    place = at + 3
    for _ in range(held[at + 2]):
        if place + 2 > len(held):
            return 0 if place - at < FRAME_MAX else -1
        place += 2 + int.from_bytes(held[place : place + 2], "little")
    return place + 1 - at


def mask_in(blob: bytes) -> bytes:
    """The mask of a negotiation: as many bits as it says, the rest of the last byte left out; empty if it is short."""
    content = blob[HEAD:]
    bits = content[9] if len(content) > 9 else 0
    mask = content[10 : 10 + (bits + 7) // 8]
    if not bits or len(mask) * 8 < bits:
        return b""
    spare = len(mask) * 8 - bits
    return mask[:-1] + bytes((mask[-1] >> spare << spare,))


class Tracker(Quiet):
    """Reads one tracker's conversation; all that it needs to know stands in the frames."""

    def read(self, frame: Frame, received: Instant) -> Out:
        """Say what one frame says, with the answer that lets the tracker go on."""
        blob = frame.blob
        if frame.broken is None and blob == PING:
            return Out(alive=True)
        problem = refused(frame)
        if problem is not None:
            return Out(problems=(problem,))
        if blob[:1] == b"@":
            return _envelope(blob, received)
        if blob[:2] in _LONG:
            return _put_aside(blob)
        return _records(frame, received)


def refused(frame: Frame) -> Problem | None:
    """Say why a frame is not believed, if it is not."""
    blob = frame.blob
    kind: ProblemKind | None = frame.broken
    detail = "neither an envelope nor a frame of FLEX"
    if kind is None and blob[:4] == MARK and len(blob) >= HEAD and _measure_envelope(blob, 0) == len(blob):
        kind = None if content_is_right(blob) else "checksum"
        detail = "the content does not bear its sum"
    elif kind is None and blob[:2] in (*_ALONE, *_LONG) and len(blob) > 3:
        kind = None if crc8_egts(blob[:-1]) == blob[-1] else "crc"
        detail = f"sent {blob[-1]:02x}"
        if kind is None and blob[:2] in _ALONE:
            kind, detail = _unfit(frame)
    else:
        kind = kind or "shape"
    return None if kind is None else Problem(kind=kind, detail=detail, raw=blob)


def _unfit(frame: Frame) -> tuple[ProblemKind | None, str]:
    if not frame.settled:
        return "order", "records before it was said which fields they have"
    size, blob = layout(frame.settled).size, frame.blob
    count = blob[2] if blob[:2] == b"~A" else 1
    fits = len(blob) == _ALONE[blob[:2]] + count * size
    return (None, "") if fits else ("size", f"{len(blob)} bytes for {count} records of {size}")


def _envelope(blob: bytes, received: Instant) -> Out:
    content = blob[HEAD:]
    if content[:4] == b"*>S:":
        name = content[4:].decode("latin-1").strip("\x00\r\n ")
        if not (name.isascii() and name.isalnum() and len(name) <= NAME_MAX):
            return Out(problems=(Problem(kind="field", detail="a handshake without an IMEI", raw=blob),))
        return Out(alive=True, identities=(name,), replies=(answer(blob, b"*<S"),))
    if content[:6] == FLEX:
        return _negotiated(blob)
    if content[:3] in (b"*>T", b"*>A"):
        return _old(blob, received)
    return Out(alive=True)


def _negotiated(blob: bytes) -> Out:
    """The mask is agreed to as it is asked for; of versions that nobody knows ours are said instead."""
    content = blob[HEAD:]
    if content[6:7] != b"\xb0" or not mask_in(blob):
        return Out(problems=(Problem(kind="field", detail="a negotiation without a mask", raw=blob),))
    known = content[7] in VERSIONS and content[8] in VERSIONS
    return Out(alive=True, replies=(encode_agreement(blob, content[7:9] if known else b"\x1e\x1e"),))


def _old(blob: bytes, received: Instant) -> Out:
    found = formats(blob)
    if found is None:
        # Not confirmed: it would be lost, and what is not known today may be read tomorrow.
        return Out(problems=(Problem(kind="version", detail="telemetry of an unknown format", raw=blob),), alive=True)
    message = Message(blob=blob)
    several = blob[HEAD : HEAD + 3] == b"*>A"
    drafts = [_told(record(blob, at + 1), blob[at : at + 1 + RECORDS[form]], message, received) for at, form in found]
    taken = bytes((len(found),)) if several else index_of(blob, found[0][0]).to_bytes(4, "little")
    replies = (answer(blob, (b"*<A" if several else b"*<T") + taken),)
    return Out(told=tuple(drafts), alive=True, replies=replies, clock=_clock(drafts, received))


def _records(frame: Frame, received: Instant) -> Out:
    blob = frame.blob
    message = Message(blob=blob)
    drafts = [_told(told(values), run, message, received) for run, values in _values(blob, frame.settled)]
    taken = {b"~A": blob[2:3], b"~T": blob[2:6], b"~C": b""}[blob[:2]]
    replies = (encode_flex_answer(blob[:2], taken),)
    return Out(told=tuple(drafts), alive=True, replies=replies, clock=_clock(drafts, received))


def _values(blob: bytes, mask: bytes) -> Iterator[tuple[bytes, dict[int, Any]]]:
    """Each record of a frame: its bytes, and its values by field."""
    shape = layout(mask)
    if not shape.size:
        return
    start = _ALONE[blob[:2]] - 1
    for at in range(start, len(blob) - 1, shape.size):
        yield blob[at : at + shape.size], dict(zip(shape.fields, shape.form.unpack_from(blob, at), strict=True))


def _told(fields: dict[str, Any], run: bytes, message: Message, received: Instant) -> Told:
    said = Position(device_id=NOBODY, received=received, reading_id=UNNAMED, **fields)
    key = run if said.time is not None else b"%d:%s" % (received, run)
    return Told(reading=said, key=key, message=message)


def _clock(drafts: list[Told], received: Instant) -> Instant | None:
    last = drafts[-1].reading if drafts else None
    return live(last.time, received) if last is not None and last.valid else None


def _put_aside(blob: bytes) -> Out:
    """Longer messages of FLEX 2.0 are kept raw and confirmed: the telemetry itself comes in the others."""
    problem = Problem(kind="content", detail=f"a message {blob[:2].decode()} is kept and not read", raw=blob)
    taken = blob[2:3] if blob[:2] == b"~E" else blob[4:8]
    return Out(problems=(problem,), alive=True, replies=(encode_flex_answer(blob[:2], taken),))


def explain(frame: Frame, _options: Options) -> tuple[Mark, ...]:
    """Name each field of each record, or the parts of an envelope."""
    blob = frame.blob
    if blob == PING or refused(frame) is not None:
        return ()
    marking = Marking(blob)
    if blob[:1] == b"@":
        _explain_envelope(marking, blob)
    elif blob[:2] in _ALONE:
        marking.next(2, "kind", blob[:2].decode())
        marking.next(_ALONE[blob[:2]] - 3, "count" if blob[:2] == b"~A" else "event index")
        for _, values in _values(blob, frame.settled):
            said = told(values)
            for field, value in values.items():
                name = NAMES.get(field, f"io_{field}")
                marking.next(SIZES[field], name, said.get(name, value))
        marking.next(1, "crc")
    return marking.marks()


def _explain_envelope(marking: Marking, blob: bytes) -> None:
    content = blob[HEAD:]
    for length, name in ((4, "start"), (4, "receiver"), (4, "sender"), (2, "length"), (1, "sum"), (1, "header sum")):
        marking.next(length, name)
    if content[:3] in (b"*>T", b"*>A") and (found := formats(blob)) is not None:
        marking.next(found[0][0] - HEAD if found else len(content), "kind", content[:3].decode())
        for at, form in found:
            marking.at = at
            marking.next(1, "format", f"{form:02x}")
            said = record(blob, at + 1)
            for length, name in OLD_NAMES:
                marking.next(length, name, said.get(name))
        marking.next(len(blob) - marking.at, "rest")
    else:
        kind = 6 if content[:6] == FLEX else 4
        marking.next(kind, "kind", content[:kind].decode("latin-1"))
        marking.next(len(content), "content", content[kind:].decode("latin-1") if kind == 4 else None)


def framer(_options: Options, _content_type: str = "") -> Framer:
    """Make the framer of one conversation."""
    return Flex()


def decoder(_options: Options) -> Decoder:
    """Make the decoder of one conversation."""
    return Tracker()
