"""Scales over Modbus as a register map describes them: no code per make (reference 03 §2.1).

Word order, form, scaling, unit, sign and status bits differ from make to make and even from setting to setting: all of
them are the map's. What the weights mean together, one weighing for each conveyance, is the kit's.
"""

from __future__ import annotations

from collections.abc import Mapping

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
from beket.devices.kit.modbus import Answer, framer_of
from beket.devices.kit.polling import Blocks, encode_words, explain_answer
from beket.devices.kit.register_map import Block, Values
from beket.devices.kit.weighing import Weigher, rules_of
from beket.devices.modbus_scale.scale_map import Flag, ScaleMap, map_of
from beket.words.ids import Instant
from beket.words.readings import Weight


class Scale:
    """Asks one scale and says what it shows."""

    def __init__(self, options: Options) -> None:
        self._map = map_of(options)
        self._blocks = Blocks(self._map.block, options)
        self._weigher = Weigher(rules_of(options))

    def ask(self, now: Instant) -> bytes:
        """Ask for the block whose turn it is."""
        return self._blocks.ask(now)

    def read(self, frame: Frame, received: Instant) -> Out:
        """Say what one answer shows, and the weighing that it completes."""
        heard = self._blocks.hear(frame, received)
        if isinstance(heard, Out):
            return heard
        block, answer = heard
        if block.name != self._map.weighing_block().name:
            return Out(alive=True)
        return self._shown(answer, received)

    def waited(self, received: Instant) -> Out:
        """A silent scale says nothing; a conveyance weighed by axles may be through."""
        told, problems = self._weigher.waited(received)
        return Out(told=told, problems=problems)

    def lost(self, _received: Instant) -> Out:
        """Begin afresh: what stands on the scale may be another when the link is back."""
        self._blocks.forget()
        told, problems = self._weigher.lost()
        return Out(told=told, problems=problems)

    def _shown(self, answer: Answer, at: Instant) -> Out:
        weight = _weight(self._map, self._blocks.held, at)
        if weight is None:
            why = "the weight, its unit or its decimals cannot be read"
            return Out(problems=(Problem(kind="field", detail=why, raw=answer.blob),), alive=True)
        told, problems = self._weigher.take(weight, answer.blob, at)
        shown = Told(reading=weight, key=answer.key(at), message=Message(blob=answer.blob))
        fault = "the indicator says that it has a fault" if self._map.flag("fault", self._blocks.held) else None
        return Out(told=(shown, *told), problems=problems, alive=True, fault=fault)


def _weight(by: ScaleMap, held: Values, at: Instant) -> Weight | None:
    value, unit = by.weight.read(held), by.unit_of(held)
    if value is None or unit is None:
        return None
    if by.flag("negative", held):
        value = -abs(value)
    net = by.flag("net", held)
    return Weight(
        device_id=NOBODY,
        received=at,
        reading_id=UNNAMED,
        valid=not (by.flag("fault", held) or by.flag("underload", held)),
        value=value,
        unit=unit,
        mode=by.mode if net is None else "net" if net else "gross",
        stable=_stable(by, held),
        tare=None if by.tare is None else by.tare.read(held),
        overload=bool(by.flag("overload", held)),
        held=bool(by.flag("held", held)),
    )


def _stable(by: ScaleMap, held: Values) -> bool | None:
    stable, motion = by.flag("stable", held), by.flag("motion", held)
    return stable if motion is None else not motion and stable is not False


def encode_shown(
    options: Options, value: float, flags: Mapping[Flag, bool] | None = None, *, tare: float = 0, transaction: int = 1
) -> bytes:
    """Write a scale's answer to the question for its weight, as its map has it; the unit is the map's first."""
    by = map_of(options)
    block = by.weighing_block()
    words = [0] * block.count
    _put(words, block, by.weight.address, by.weight.write(abs(value) if "negative" in by.flags else value))
    if by.tare is not None and by.tare.block in ("", block.name):
        _put(words, block, by.tare.address, by.tare.write(tare))
    for name, bit in by.flags.items():
        on = (flags or {}).get(name, False) or (name == "negative" and value < 0)
        if bit.bit is not None and on is not bit.inverted:
            words[bit.address - block.address] |= 1 << bit.bit
    return encode_words(block, words, options, transaction)


def _put(words: list[int], block: Block, address: int, values: tuple[int, ...]) -> None:
    at = address - block.address
    words[at : at + len(values)] = list(values)


def explain(frame: Frame, options: Options) -> tuple[Mark, ...]:
    """Say what each register of an answer means by the scale's map; empty for what is none of its blocks."""
    by = map_of(options)
    return explain_answer(frame, options, by.block, by.places())


def framer(options: Options, _content_type: str = "") -> Framer:
    """Make the framer of one scale's answers."""
    return framer_of(options)


def decoder(options: Options) -> Decoder:
    """Make the decoder of one scale; MapRefused when its map cannot be used."""
    return Scale(options)
