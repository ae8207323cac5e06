"""Modbus as one who only reads speaks it: questions, answers, framing over TCP and RTU-over-TCP.

After the Modbus application protocol V1.1b3, Modbus messaging on TCP/IP V1.0b and Modbus over serial line V1.02.
The functions that write are not here and are not to come here: they belong to the writing port alone.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import Final, Literal

from msgspec import Struct

from beket.devices.kit.checks import crc16_modbus
from beket.devices.kit.driver import Frame, Framer, Mark, Options, Problem
from beket.devices.kit.framing import Strays
from beket.words.ids import Instant

Wire = Literal["tcp", "rtu"]
"""How requests are wrapped: Modbus TCP (MBAP header), or RTU frames with CRC through a transparent converter."""

MBAP_BYTES: Final = 7
MBAP_MAX: Final = 260
RTU_MAX: Final = 256
"""Longest frames that the protocol allows."""

REGISTERS_MAX: Final = 125
BITS_MAX: Final = 2000
"""Most values that one question may ask for (V1.1b3 §6.1-6.4)."""

ANSWER_MS_MAX: Final = 1000
"""How long an answer may take; a portal answers within 50 ms, a serial gateway within a few hundred."""

UNIT_MAX: Final = 255

_BITS: Final = (1, 2)
_REGISTERS: Final = (3, 4)
_ECHOES: Final = (5, 6, 15, 16)
_FAILED: Final = 0x80
_HEADER: Final = struct.Struct(">HHHB")

EXCEPTIONS: Final = {
    1: "illegal function",
    2: "illegal data address",
    3: "illegal data value",
    4: "device failure",
    5: "acknowledged, working on it",
    6: "device busy",
    8: "memory parity error",
    10: "gateway path unavailable",
    11: "gateway target does not respond",
}
"""Why a device refuses, by the number it gives (V1.1b3 §7)."""


class Ask(Struct, frozen=True, kw_only=True):
    """One question: so many coils (1), inputs (2), holding (3) or input registers (4) from an address on."""

    unit: int
    function: int
    address: int
    count: int

    def size(self) -> int:
        """How many bytes of values answer it."""
        return (self.count + 7) // 8 if self.function in _BITS else self.count * 2

    def fits(self) -> bool:
        """Tell whether the protocol allows to ask this."""
        most = BITS_MAX if self.function in _BITS else REGISTERS_MAX if self.function in _REGISTERS else 0
        in_space = 0 <= self.address <= 0xFFFF and self.address + self.count <= 0x10000
        return 0 < self.count <= most and in_space and 0 <= self.unit <= UNIT_MAX


class Heard(Struct, frozen=True, kw_only=True):
    """One answer as it came: to which transaction, from whom, and the bytes it holds (`at` is where they begin)."""

    transaction: int | None
    unit: int
    function: int
    failed: int | None
    body: bytes
    at: int


class Answer(Struct, frozen=True, kw_only=True):
    """Values as they were asked for, with the frame they came in; `failed` says why there are none."""

    ask: Ask
    body: bytes
    failed: str | None = None
    blob: bytes
    given: bool = False
    """Whether it came with its address, from a file: then the same bytes are the same message whenever they come."""

    def key(self, received: Instant) -> bytes:
        """What tells this answer from another: registers have no time of their own, so ours is in it."""
        where = b"%d/%d/%d:" % (self.ask.unit, self.ask.function, self.ask.address)
        return where + self.body if self.given else b"%d:%s%s" % (received, where, self.body)


def wrap(unit: int, pdu: bytes, transaction: int, wire: Wire) -> bytes:
    """Make a whole frame of what is said to or by a unit."""
    if wire == "tcp":
        return _HEADER.pack(transaction, 0, len(pdu) + 1, unit) + pdu
    body = bytes((unit,)) + pdu
    return body + crc16_modbus(body).to_bytes(2, "little")


def encode_ask(ask: Ask, transaction: int, wire: Wire = "tcp") -> bytes:
    """Write a question."""
    assert ask.fits(), f"no device may be asked {ask}"
    return wrap(ask.unit, struct.pack(">BHH", ask.function, ask.address, ask.count), transaction, wire)


def encode_answer(ask: Ask, values: Sequence[int], transaction: int, wire: Wire = "tcp") -> bytes:
    """Write what a device answers: bits as nought and one, registers as whole numbers."""
    assert len(values) == ask.count
    body = packed_bits(values) if ask.function in _BITS else b"".join(value.to_bytes(2, "big") for value in values)
    return wrap(ask.unit, bytes((ask.function, len(body))) + body, transaction, wire)


def encode_exception(ask: Ask, code: int, transaction: int, wire: Wire = "tcp") -> bytes:
    """Write that a device refuses a question."""
    return wrap(ask.unit, bytes((ask.function | _FAILED, code)), transaction, wire)


def parse_ask(blob: bytes, wire: Wire = "tcp") -> tuple[Ask, int] | None:
    """Read a question with its transaction, as a simulated device must; None for anything else."""
    at = MBAP_BYTES if wire == "tcp" else 1
    pdu = blob[at : at + 5]
    if len(pdu) < 5:
        return None
    function, address, count = struct.unpack(">BHH", pdu)
    ask = Ask(unit=blob[at - 1], function=function, address=address, count=count)
    return (ask, int.from_bytes(blob[:2], "big") if wire == "tcp" else 0) if ask.fits() else None


def packed_bits(values: Sequence[int]) -> bytes:
    """Write bits as the protocol does: eight to a byte, the first one lowest."""
    whole = sum(1 << at for at, value in enumerate(values) if value)
    return whole.to_bytes((len(values) + 7) // 8, "little")


def bits(body: bytes, count: int) -> tuple[bool, ...]:
    """Read bits."""
    whole = int.from_bytes(body, "little")
    return tuple(bool(whole >> at & 1) for at in range(count))


def registers(body: bytes) -> tuple[int, ...]:
    """Read registers."""
    return struct.unpack(f">{len(body) // 2}H", body[: len(body) // 2 * 2])


def parse(blob: bytes, wire: Wire) -> Heard | Problem:
    """Read one whole frame of a device."""
    if wire == "tcp":
        if len(blob) < MBAP_BYTES + 2:
            return Problem(kind="shape", detail="shorter than any answer", raw=blob)
        transaction, _, _, unit = _HEADER.unpack_from(blob)
        return _heard(blob, blob[MBAP_BYTES:], MBAP_BYTES, transaction, unit)
    if len(blob) < 5 or crc16_modbus(blob[:-2]) != int.from_bytes(blob[-2:], "little"):
        return Problem(kind="crc", detail="not a frame with a right CRC", raw=blob)
    return _heard(blob, blob[1:-2], 1, None, blob[0])


def _heard(blob: bytes, pdu: bytes, at: int, transaction: int | None, unit: int) -> Heard | Problem:
    function, failed = pdu[0] & ~_FAILED, None
    if pdu[0] & _FAILED:
        failed, body, at = pdu[1], b"", at + 2
    elif function in _ECHOES:
        body, at = pdu[1:], at + 1
    elif pdu[1] != len(pdu) - 2:
        return Problem(kind="size", detail=f"says {pdu[1]} bytes of values and has {len(pdu) - 2}", raw=blob)
    else:
        body, at = pdu[2:], at + 2
    return Heard(transaction=transaction, unit=unit, function=function, failed=failed, body=body, at=at)


class Question:
    """The one question that is open: whose answer is believed, and for how long."""

    def __init__(self, wire: Wire = "tcp", answer_ms_max: int = ANSWER_MS_MAX) -> None:
        self.wire: Wire = wire
        self._answer_ms_max = answer_ms_max
        self._open: Ask | None = None
        self._asked_at = Instant(0)
        self._transaction = 0
        self._mute_until: Instant | None = None
        self.ignored = 0

    @property
    def fresh(self) -> bool:
        """Tell whether nothing was ever asked: then what is heard is read from a capture."""
        return self._transaction == 0

    def put(self, ask: Ask, now: Instant) -> bytes:
        """Ask; what was asked before is not answered any more."""
        self._transaction = self._transaction % 0xFFFF + 1
        self._open, self._asked_at = ask, now
        return encode_ask(ask, self._transaction, self.wire)

    def busy(self, now: Instant) -> bool:
        """Tell whether an answer is still awaited, or one that comes too late must be let pass."""
        if self._mute_until is not None and 0 <= self._mute_until - now <= self._answer_ms_max:
            return True
        self._mute_until = None
        return self._open is not None and 0 <= now - self._asked_at < self._answer_ms_max

    def expired(self, now: Instant) -> Ask | None:
        """Give up a question whose answer did not come in time; gives which.

        RTU answers carry no number: a late one would pass for the next one's, so nothing is asked for as long again.
        """
        if self._open is None or self.busy(now):
            return None
        given_up, self._open = self._open, None
        if self.wire == "rtu":
            self._mute_until = Instant(now + self._answer_ms_max)
        return given_up

    def forget(self) -> None:
        """The link is gone and its answers with it."""
        self._open = self._mute_until = None

    def hear(self, frame: Frame) -> Answer | Problem | None:
        """Take a frame: the answer to what is open, a problem, or None for a late or a foreign one."""
        if frame.broken is not None:
            return Problem(kind=frame.broken, detail="not a Modbus frame", raw=frame.blob)
        if frame.path:
            return _given(frame)
        heard = parse(frame.blob, self.wire)
        if isinstance(heard, Problem):
            return heard
        ask = self._open
        if ask is None or not self._answers(heard, ask):
            self.ignored += 1
            return None
        self._open = None
        failed = None if heard.failed is None else EXCEPTIONS.get(heard.failed, f"exception {heard.failed}")
        return Answer(ask=ask, body=heard.body, failed=failed, blob=frame.blob)

    def _answers(self, heard: Heard, ask: Ask) -> bool:
        same = (heard.unit, heard.function) == (ask.unit, ask.function)
        ours = heard.transaction in (None, self._transaction)
        return same and ours and (heard.failed is not None or len(heard.body) == ask.size())


def _given(frame: Frame) -> Answer | Problem:
    """Read values that come with their address, as files of cases and captures hold them."""
    parts = frame.path.strip("/").split("/")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) <= 5 for part in parts):
        return Problem(kind="shape", detail="values need unit/function/address", raw=frame.blob)
    unit, function, address = map(int, parts)
    count = len(frame.blob) * 8 if function in _BITS else len(frame.blob) // 2
    ask = Ask(unit=unit, function=function, address=address, count=count)
    if not ask.fits() or ask.size() != len(frame.blob):
        return Problem(kind="shape", detail="no device answers so", raw=frame.blob)
    return Answer(ask=ask, body=frame.blob, blob=frame.blob, given=True)


class Turn(Struct):
    """One question that comes round again and again."""

    ask: Ask
    every_ms: int
    due: Instant = Instant(0)


class Rounds:
    """Asks several questions in turn, each as often as it is wanted, one at a time."""

    def __init__(self, question: Question, turns: Sequence[tuple[Ask, int]]) -> None:
        assert turns
        self._question = question
        self._turns = [Turn(ask, every_ms) for ask, every_ms in turns]
        self._next = 0
        self.unanswered: dict[Ask, int] = {}

    def ask(self, now: Instant) -> bytes:
        """Write the question whose turn it is; empty while one is open or none is due."""
        given_up = self._question.expired(now)
        if given_up is not None:
            self.unanswered[given_up] = self.unanswered.get(given_up, 0) + 1
        if self._question.busy(now):
            return b""
        for step in range(len(self._turns)):
            at = (self._next + step) % len(self._turns)
            turn = self._turns[at]
            if turn.due - turn.every_ms <= now < turn.due:
                continue  # a clock that was set back must not silence it
            turn.due = Instant(now + turn.every_ms)
            self._next = at + 1
            return self._question.put(turn.ask, now)
        return b""

    def hear(self, frame: Frame) -> Answer | Problem | None:
        """Take a frame: the answer to what was asked; in a capture, to the first question it fits."""
        if self._question.fresh and not frame.path and frame.broken is None:
            return self._overheard(frame)
        answer = self._question.hear(frame)
        if isinstance(answer, Answer):
            self.unanswered.pop(answer.ask, None)
        return answer

    def forget(self) -> None:
        """The link is gone: everything is asked anew on the next."""
        self._question.forget()
        self.unanswered.clear()
        for turn in self._turns:
            turn.due = Instant(0)

    def _overheard(self, frame: Frame) -> Answer | Problem | None:
        return overheard(frame, self._question.wire, [turn.ask for turn in self._turns])


def overheard(frame: Frame, wire: Wire, asks: Sequence[Ask]) -> Answer | Problem | None:
    """Read an answer whose question was not ours, as in a capture: by unit, function and size."""
    heard = parse(frame.blob, wire)
    if isinstance(heard, Problem):
        return heard
    for ask in asks:
        if (heard.unit, heard.function) == (ask.unit, ask.function) and len(heard.body) == ask.size():
            return Answer(ask=ask, body=heard.body, blob=frame.blob)
    return None


class ModbusFrames(Strays):
    """Cuts answers out of a stream: by the length in the MBAP header, or by function, length and CRC of RTU.

    What cannot begin a frame is left out byte by byte, so that a lost byte costs the frames it stood in and no more; of
    a run of garbage the first bytes are handed on.
    """

    def __init__(self, wire: Wire = "tcp") -> None:
        self._wire = wire
        self._open = b""

    def feed(self, chunk: bytes) -> Iterator[Frame]:
        """Take bytes; give whole frames and what lay between them."""
        self._open += chunk
        at = 0
        while at < len(self._open):
            length = self._length(at)
            if length is None:
                break
            if not length:
                yield from self._stray(self._open[at : at + 1])
                at += 1
                continue
            yield from self._swept()
            yield Frame(blob=self._open[at : at + length])
            at += length
        self._open = self._open[at:]

    def end(self) -> Iterator[Frame]:
        """Hand on what never became a frame."""
        yield from self._stray(self._open)
        self._open = b""
        yield from self._swept()

    def _length(self, at: int) -> int | None:
        """How long the frame here is: nought if none begins here, None while bytes are missing."""
        blob = self._open[at : at + MBAP_MAX]
        return _mbap_length(blob) if self._wire == "tcp" else _rtu_length(blob)


def _mbap_length(blob: bytes) -> int | None:
    if any(blob[2:4]):
        return 0
    if len(blob) < 6:
        return None
    length = int.from_bytes(blob[4:6], "big") + 6
    if not MBAP_BYTES + 2 <= length <= MBAP_MAX:
        return 0
    return length if len(blob) >= length else None


def _rtu_length(blob: bytes) -> int | None:
    if len(blob) < 3:
        return None
    function, length = blob[1], 0
    if function & _FAILED:
        length = 5 if function & ~_FAILED in _BITS + _REGISTERS + _ECHOES else 0
    elif function in _ECHOES:
        length = 8
    elif function in _BITS + _REGISTERS and 0 < blob[2] <= RTU_MAX - 5:
        length = 5 + blob[2]
    if not length or len(blob) < length:
        return None if length else 0
    return length if crc16_modbus(blob[: length - 2]) == int.from_bytes(blob[length - 2 : length], "little") else 0


def wire_of(options: Options) -> Wire:
    """Read from a device's options how it is spoken to: `wire` is tcp or rtu."""
    return "rtu" if options.get("wire", "tcp") == "rtu" else "tcp"


def framer_of(options: Options) -> Framer:
    """Make the framer of one device's stream."""
    return ModbusFrames(wire_of(options))


def explain_head(frame: Frame, wire: Wire) -> tuple[tuple[Mark, ...], int] | None:
    """Name what stands around the values of a good answer, and where the values begin; None for anything else."""
    if frame.broken is not None or frame.path:
        return ((), 0) if frame.path and isinstance(_given(frame), Answer) else None
    heard = parse(frame.blob, wire)
    if isinstance(heard, Problem) or heard.failed is not None:
        return None
    unit = 6 if wire == "tcp" else 0
    spans = [(unit, unit + 1, "unit"), (unit + 1, unit + 2, "function"), (unit + 2, unit + 3, "bytes")]
    if wire == "tcp":
        spans = [(0, 2, "transaction"), (2, 4, "protocol"), (4, 6, "length"), *spans]
    return tuple(_mark(frame.blob, *span) for span in spans), heard.at


def function_of(frame: Frame, wire: Wire) -> int:
    """Give the function that a good answer answers: it stands in its bytes, or in its path where a file gave it."""
    return int(frame.path.strip("/").split("/")[1]) if frame.path else frame.blob[7 if wire == "tcp" else 1]


def explain_tail(frame: Frame, wire: Wire) -> tuple[Mark, ...]:
    """Name the CRC of an RTU answer."""
    if wire == "tcp" or frame.path:
        return ()
    end = len(frame.blob)
    return (Mark(start=end - 2, end=end, name="crc", value=frame.blob[end - 2 :].hex()),)


def _mark(blob: bytes, start: int, end: int, name: str) -> Mark:
    return Mark(start=start, end=end, name=name, value=str(int.from_bytes(blob[start:end], "big")))
