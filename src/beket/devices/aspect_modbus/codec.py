"""Aspect "Yantar" radiation portals, the usual ones in Central Asia: polled registers, both ways (reference 03 §3.1).

A portal is found by asking units 1 to 32 for the description at address 0, which says where the monitor block begins.
The block is polled every 200 ms while something is inside and less often while nothing is. No register says what time
it is: what we have is when the answer came.
"""

from __future__ import annotations

import struct
from typing import Final, Literal

from beket.devices.aspect_modbus.block import (
    BATTERY_LOW,
    BYTES,
    COUNT_HIGH,
    COUNT_LOW,
    DESCRIPTION_REGISTERS,
    ERROR,
    OPENED,
    OVERLOADED,
    POWER_FAILED,
    READY,
    REGISTERS,
    Block,
    Channel,
    Description,
    read_block,
    read_description,
    write_block,
    write_description,
)
from beket.devices.aspect_modbus.passing import Passings
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
    Told,
)
from beket.devices.kit.modbus import (
    Answer,
    Ask,
    Question,
    Wire,
    encode_answer,
    explain_head,
    explain_tail,
    framer_of,
    function_of,
    overheard,
    wire_of,
)
from beket.words.ids import Instant
from beket.words.readings import Channel as ChannelName
from beket.words.readings import (
    Reading,
    RpmBackground,
    RpmFault,
    RpmSample,
    RpmTamper,
    SwitchState,
)

UNITS: Final = range(1, 33)
"""Unit ids that a portal may have."""

READ: Final = 3
"""The function that reads holding registers."""

ANSWER_MS_MAX: Final = 400
"""How long an answer may take; a search through all units then lasts thirteen seconds."""

OCCUPIED_MS: Final = 200
IDLE_MS: Final = 500
"""How often the block is asked for while something is inside, and while nothing is."""

BACKGROUND_EVERY_MS: Final = 5_000

SILENT_MAX: Final = 10
"""After so many questions without an answer the portal is searched for anew: someone may have changed its unit."""

_BASE_MIN: Final = DESCRIPTION_REGISTERS
"""The monitor block lies behind the description (addresses 0 to 7); usually at 100."""


class Search:
    """Finds the unit that the portal answers as, and where its monitor block begins."""

    def __init__(self, options: Options) -> None:
        unit, base = options.get("unit"), options.get("base")
        self._units = UNITS if unit is None else (int(unit),)
        self._base = None if base is None else int(base)
        self._at = 0
        self._base_found: int | None = self._base if unit is not None else None

    @property
    def base(self) -> int | None:
        """Where the monitor block begins, once that is known."""
        return self._base_found

    @property
    def unit(self) -> int:
        """The unit that is asked now."""
        return self._units[self._at % len(self._units)]

    def description(self) -> Ask:
        """The question for the description."""
        return Ask(unit=self.unit, function=READ, address=0, count=DESCRIPTION_REGISTERS)

    def block(self) -> Ask:
        """The question for the monitor block."""
        assert self._base_found is not None
        return Ask(unit=self.unit, function=READ, address=self._base_found, count=REGISTERS)

    def next(self) -> None:
        """Nobody answered as this unit."""
        self._at += 1

    def again(self) -> None:
        """The portal is lost: search from where it was."""
        if len(self._units) > 1 or self._base is None:
            self._base_found = None

    def found(self, said: Description) -> str | None:
        """Take the description; says what is wrong with it."""
        if self._base is not None:
            self._base_found = self._base
            return None
        if said.length < REGISTERS or not _BASE_MIN <= said.base <= 0x10000 - REGISTERS:
            return f"its description names a block of {said.length} registers at {said.base}"
        self._base_found = said.base
        return None


class Portal:
    """Asks one portal and says what it answers."""

    def __init__(self, options: Options) -> None:
        self._search = Search(options)
        self._question = Question(wire_of(options), int(options.get("answer_ms_max", ANSWER_MS_MAX)))
        self._passings = Passings()
        self._asked_at: Instant | None = None
        self._silent = 0
        self._background_at: Instant | None = None
        self._inputs = _Steady()
        self._gamma = _Steady()
        self._neutron = _Steady()

    def ask(self, now: Instant) -> bytes:
        """Ask what is to be asked now: the next unit, the description, or the block when it is due."""
        if self._question.expired(now) is not None:
            self._unanswered()
        if self._question.busy(now):
            return b""
        if self._search.base is None:
            return self._question.put(self._search.description(), now)
        every = OCCUPIED_MS if self._passings.open else IDLE_MS
        if self._asked_at is not None and 0 <= now - self._asked_at < every:
            return b""
        self._asked_at = now
        return self._question.put(self._search.block(), now)

    def read(self, frame: Frame, received: Instant) -> Out:
        """Say what one answer says, and the occupancy that it ends."""
        answer = self._heard(frame)
        if answer is None:
            return Out()
        if isinstance(answer, Problem):
            return Out(problems=(answer,))
        if answer.failed is not None:
            return self._failed(answer)
        self._silent = 0
        if answer.ask.count == DESCRIPTION_REGISTERS:
            return self._described(answer)
        if len(answer.body) != BYTES:
            return Out(problems=(Problem(kind="size", detail=f"the block has {REGISTERS} registers", raw=frame.blob),))
        return self._block(answer, received)

    def waited(self, received: Instant) -> Out:
        """An occupancy of which nothing more is heard has ended, and its alarm must be raised."""
        return _cut(self._passings.waited(received), "no answer for ten seconds")

    def lost(self, received: Instant) -> Out:
        """The link broke: what was inside is said, and the next link begins with a question."""
        self._question.forget()
        self._asked_at = None
        return _cut(self._passings.lost(received), "the link was lost")

    def _heard(self, frame: Frame) -> Answer | Problem | None:
        if self._question.fresh and not frame.path and frame.broken is None:
            return overheard(frame, self._question.wire, _overhearable(frame, self._question.wire))
        return self._question.hear(frame)

    def _unanswered(self) -> None:
        if self._search.base is None:
            self._search.next()
            return
        self._silent += 1
        if self._silent >= SILENT_MAX:
            self._silent = 0
            self._search.again()

    def _failed(self, answer: Answer) -> Out:
        if self._search.base is None:
            self._search.next()
            return Out()  # a gateway speaks for a unit that is not there
        return Out(alive=True, fault=f"refuses to be read: {answer.failed}")

    def _described(self, answer: Answer) -> Out:
        wrong = self._search.found(read_description(answer.body))
        if wrong is None:
            return Out(alive=True)
        self._search.next()
        return Out(problems=(Problem(kind="device", detail=wrong, raw=answer.blob),))

    def _block(self, answer: Answer, at: Instant) -> Out:
        block = read_block(answer.body)
        message = Message(blob=answer.blob)
        key = answer.key(at)
        said = [_sample(block, at), *self._backgrounds(block, at), *self._changes(block, at)]
        told = tuple(Told(reading=one, key=_channelled(key, one), message=message) for one in said)
        ended = self._passings.take(block, answer.blob, at)
        return Out(told=told + ended, alive=True, fault=fault_of(block))

    def _backgrounds(self, block: Block, at: Instant) -> list[Reading]:
        """Say the background every five seconds, and never of an occupied portal."""
        if self._passings.open or block.occupied:
            return []
        if self._background_at is None:
            self._background_at = at
        if 0 <= at - self._background_at < BACKGROUND_EVERY_MS:
            return []
        self._background_at = at
        return [*_background("gamma", block.gamma, at), *_background("neutron", block.neutron, at)]

    def _changes(self, block: Block, at: Instant) -> list[Reading]:
        """Say what has changed and stood in two answers: a bit that was caught in the change says nothing."""
        inputs, gamma, neutron = (
            self._inputs.risen_fallen(block.inputs),
            self._gamma.risen_fallen(block.gamma.status),
            self._neutron.risen_fallen(block.neutron.status),
        )
        said: list[Reading] = []
        if (inputs[0] | inputs[1]) & OPENED:
            said.append(RpmTamper(device_id=NOBODY, received=at, reading_id=UNNAMED, tampered=bool(inputs[0] & OPENED)))
        said += _switched("power", inputs, POWER_FAILED, ("failed", "mains"), at)
        said += _switched("battery", inputs, BATTERY_LOW, ("low", "charged"), at)
        said += _faults("gamma", gamma[0], block.gamma, at)
        said += _faults("neutron", neutron[0], block.neutron, at)
        return said


class _Steady:
    """Bits that count only once they have stood in two answers."""

    def __init__(self) -> None:
        self._last: int | None = None
        self._steady = 0

    def risen_fallen(self, bits: int) -> tuple[int, int]:
        """Take the bits of an answer; gives those that came and those that went."""
        if self._last is None:
            self._last = bits
            return 0, 0
        stood, gone = self._last & bits, ~(self._last | bits) & 0xFFFF
        self._last = bits
        risen, fallen = stood & ~self._steady, gone & self._steady
        self._steady = (self._steady | risen) & ~fallen
        return risen, fallen


_FLAWS: Final = {POWER_FAILED: "power failed", BATTERY_LOW: "battery low", OPENED: "case open", ERROR: "error"}


def fault_of(block: Block) -> str | None:
    """Say in words all that is wrong with the portal, or None."""
    said = [name for bit, name in _FLAWS.items() if block.inputs & bit]
    for name, channel in (("gamma", block.gamma), ("neutron", block.neutron)):
        said += [f"{name} overload"] if channel.status & OVERLOADED else []
        said += [] if channel.status & READY else [f"{name} not ready"]
    return ", ".join(said) or None


def _sample(block: Block, at: Instant) -> RpmSample:
    return RpmSample(
        device_id=NOBODY,
        received=at,
        reading_id=UNNAMED,
        alarm=block.gamma.alarmed or block.neutron.alarmed,
        elapsed=block.elapsed,
        occupied=block.occupied,
        gamma_count=block.gamma.count,
        gamma_background=block.gamma.background,
        gamma_alarm=block.gamma.alarmed,
        neutron_count=block.neutron.count,
        neutron_background=block.neutron.background,
        neutron_alarm=block.neutron.alarmed,
        object_counter=block.counter,
    )


def _background(name: ChannelName, channel: Channel, at: Instant) -> list[Reading]:
    if channel.background is None:
        return []
    counts = (round(channel.background),)
    return [RpmBackground(device_id=NOBODY, received=at, reading_id=UNNAMED, channel=name, counts=counts)]


def _switched(what: str, changed: tuple[int, int], bit: int, states: tuple[str, str], at: Instant) -> list[Reading]:
    if not (changed[0] | changed[1]) & bit:
        return []
    state = states[0] if changed[0] & bit else states[1]
    return [SwitchState(device_id=NOBODY, received=at, reading_id=UNNAMED, what=what, state=state)]


def _faults(name: ChannelName, risen: int, channel: Channel, at: Instant) -> list[Reading]:
    kinds: list[tuple[int, Literal["high_background", "low_background"]]] = [
        (COUNT_LOW, "low_background"),
        (COUNT_HIGH, "high_background"),
    ]
    return [
        RpmFault(device_id=NOBODY, received=at, reading_id=UNNAMED, channel=name, fault=fault, counts=(channel.count,))
        for bit, fault in kinds
        if risen & bit
    ]


def _channelled(key: bytes, said: Reading) -> bytes:
    """Several readings of one kind in one answer differ by their channel, fault or subject."""
    parts = (getattr(said, name, None) for name in ("channel", "fault", "what"))
    return b":".join([*(part.encode() for part in parts if isinstance(part, str)), key])


def _cut(told: tuple[Told, ...], why: str) -> Out:
    return Out(told=told, problems=(Problem(kind="unclosed", detail=why, fatal=False),)) if told else Out()


def _overhearable(frame: Frame, wire: Wire) -> tuple[Ask, ...]:
    """What an answer in a capture may have been asked by: the unit that speaks is believed."""
    place = 6 if wire == "tcp" else 0
    unit = frame.blob[place] if len(frame.blob) > place else 0
    return (
        Ask(unit=unit, function=READ, address=100, count=REGISTERS),
        Ask(unit=unit, function=READ, address=0, count=DESCRIPTION_REGISTERS),
    )


def encode_block(block: Block, transaction: int = 1, unit: int = 1, wire: Wire = "tcp", base: int = 100) -> bytes:
    """Write a portal's answer to the question for its block."""
    ask = Ask(unit=unit, function=READ, address=base, count=REGISTERS)
    return encode_answer(ask, write_block(block), transaction, wire)


def encode_description(said: Description, transaction: int = 1, unit: int = 1, wire: Wire = "tcp") -> bytes:
    """Write a portal's answer to the question what it is."""
    ask = Ask(unit=unit, function=READ, address=0, count=DESCRIPTION_REGISTERS)
    return encode_answer(ask, write_description(said), transaction, wire)


_BLOCK_FIELDS: Final = (
    (0, 2, "elapsed"), (2, 1, "inputs"), (3, 1, "gamma_status"), (4, 2, "gamma_count"), (6, 2, "gamma_background"),
    (10, 1, "neutron_status"), (11, 2, "neutron_count"), (13, 2, "neutron_background"), (17, 1, "object_counter"),
    (19, 1, "speed_mm_s"),
)  # fmt: skip
_DESCRIPTION_FIELDS: Final = ((3, 1, "base_address"), (4, 1, "length"))


def explain(frame: Frame, options: Options) -> tuple[Mark, ...]:
    """Say what each register of an answer means; empty for what is not the block or the description."""
    wire = wire_of(options)
    head = explain_head(frame, wire)
    if head is None or function_of(frame, wire) != READ:
        return ()
    marks, start = head
    tail = explain_tail(frame, wire)
    body = frame.blob[start : len(frame.blob) - sum(mark.end - mark.start for mark in tail)]
    fields = {BYTES: _BLOCK_FIELDS, DESCRIPTION_REGISTERS * 2: _DESCRIPTION_FIELDS}.get(len(body), ())
    values = tuple(_named(body, start, *one) for one in fields)
    return (*marks, *values, *tail) if values else ()


def _named(body: bytes, start: int, register: int, count: int, name: str) -> Mark:
    at = register * 2
    raw = body[at : at + count * 2]
    if count == 1:
        value = str(int.from_bytes(raw, "big"))
    elif "background" in name:
        value = f"{struct.unpack('>f', raw[2:] + raw[:2])[0]:g}"
    else:
        value = str(int.from_bytes(raw[2:] + raw[:2], "big"))
    return Mark(start=start + at, end=start + at + len(raw), name=name, value=value)


def framer(options: Options, _content_type: str = "") -> Framer:
    """Make the framer of one portal's answers."""
    return framer_of(options)


def decoder(options: Options) -> Decoder:
    """Make the decoder of one portal."""
    return Portal(options)
