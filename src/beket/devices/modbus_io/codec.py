"""Barriers, loops, light curtains and lights over Modbus: what their coils, inputs and registers say, never more.

What stands where is a register map's (reference 03 §6). This driver reads; it cannot order anything: orders are
another port's, with its own permission, interlock and record.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

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
    Told,
)
from beket.devices.kit.modbus import Answer, framer_of
from beket.devices.kit.polling import Blocks, encode_words, explain_answer
from beket.devices.kit.register_map import Block
from beket.devices.modbus_io.point_map import Point, map_of
from beket.words.ids import Instant
from beket.words.readings import Passage, Reading, Scalar, SwitchState

UNKNOWN: Final = "unknown"
"""The state of a thing whose signals stand as its map never says."""


class Standing(Struct):
    """How a thing stands: what was last said of it, and what may be next."""

    point: Point
    said: str | None = None
    said_at: Instant = Instant(0)
    next: str | None = None
    times: int = 0

    def due(self, bits: str, at: Instant) -> bool:
        """Take its signals; tell whether it must be said now: it has changed and settled, or it is time again."""
        if bits == self.said:
            self.next, self.times = None, 0
            if not self.point.every_s or 0 <= at - self.said_at < self.point.every_s * 1000:
                return False
        else:
            self.times = self.times + 1 if bits == self.next else 1
            self.next = bits
            if self.times < self.point.settle and self.said is not None:
                return False
        self.said, self.said_at = bits, at
        return True


class Module:
    """Asks one module and says how the things on it stand."""

    def __init__(self, options: Options) -> None:
        self._map = map_of(options)
        self._blocks = Blocks(self._map.block, options)
        self._standing = [Standing(point=point) for point in self._map.point]

    def ask(self, now: Instant) -> bytes:
        """Ask for the block whose turn it is."""
        return self._blocks.ask(now)

    def read(self, frame: Frame, received: Instant) -> Out:
        """Say what one answer changes."""
        heard = self._blocks.hear(frame, received)
        if isinstance(heard, Out):
            return heard
        block, answer = heard
        told = [told for standing in self._standing for told in self._told(standing, block, answer, received)]
        return Out(told=tuple(told), alive=True)

    def waited(self, _received: Instant) -> Out:
        """A silent module says nothing; the kit notices the silence."""
        return Out()

    def lost(self, _received: Instant) -> Out:
        """What was known is not any more: everything is said anew when the link is back."""
        self._blocks.forget()
        for standing in self._standing:
            standing.said = standing.next = None
        return Out()

    def _told(self, standing: Standing, block: Block, answer: Answer, at: Instant) -> list[Told]:
        point = standing.point
        if not self._concerns(point, block):
            return []
        signals = {name: self._map.signal[name].read(self._blocks.held) for name in point.signals}
        if any(value is None for value in signals.values()):
            return []
        bits = "".join("1" if value else "0" for value in signals.values())
        if not standing.due(bits, at):
            return []
        said = self._reading(point, bits, {name: int(bool(value)) for name, value in signals.items()}, at)
        key = point.what.encode() + b":" + answer.key(at)
        return [Told(reading=said, key=key, message=Message(blob=answer.blob))]

    def _concerns(self, point: Point, block: Block) -> bool:
        first = self._map.block[0].name
        return any((self._map.signal[name].block or first) == block.name for name in point.signals)

    def _reading(self, point: Point, bits: str, signals: dict[str, int], at: Instant) -> Reading:
        state = point.states.get(bits, UNKNOWN)
        if point.says == "passage":
            return Passage(
                device_id=NOBODY,
                received=at,
                reading_id=UNNAMED,
                what=point.what,
                occupied=None if state == UNKNOWN else state in point.occupied,
                state=state,
            )
        values: dict[str, Scalar] = dict(signals)
        for name in point.numbers:
            number = self._map.number[name].read(self._blocks.held)
            if number is not None:
                values[name] = number
        return SwitchState(
            device_id=NOBODY, received=at, reading_id=UNNAMED, what=point.what, state=state, values=values
        )


def encode_block(options: Options, name: str, values: dict[str, float | bool], transaction: int = 1) -> bytes:
    """Write a module's answer to the question for one block, with these signals and numbers set."""
    by = map_of(options)
    block = next(one for one in by.block if one.name == name)
    words = [0] * block.count
    for signal, bit in by.signal.items():
        if (bit.block or by.block[0].name) == name and bool(values.get(signal, False)) is not bit.inverted:
            words[bit.address - block.address] |= 1 << (bit.bit or 0)
    for named, number in by.number.items():
        if (number.block or by.block[0].name) == name:
            at = number.address - block.address
            words[at : at + number.registers()] = list(number.write(float(values.get(named, 0))))
    return encode_words(block, words, options, transaction)


def explain(frame: Frame, options: Options) -> tuple[Mark, ...]:
    """Say what each byte of an answer means by the module's map; empty for what is none of its blocks."""
    by = map_of(options)
    return explain_answer(frame, options, by.block, by.places())


def framer(options: Options, _content_type: str = "") -> Framer:
    """Make the framer of one module's answers."""
    return framer_of(options)


def decoder(options: Options) -> Decoder:
    """Make the decoder of one module; MapRefused when its map cannot be used."""
    return Module(options)
