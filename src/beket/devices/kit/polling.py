"""Asking for the blocks of a register map in turn, and what every driver of one makes of an answer before its own part.

What the registers mean is the driver's; here is which block was answered, what is held of all of them, and which of its
bytes the map uses.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from beket.devices.kit.driver import Frame, Mark, Options, Out, Problem
from beket.devices.kit.explain import tidy
from beket.devices.kit.modbus import (
    ANSWER_MS_MAX,
    Answer,
    Question,
    Rounds,
    encode_answer,
    explain_head,
    explain_tail,
    function_of,
    wire_of,
)
from beket.devices.kit.register_map import Bit, Block, Number, Values, explain_places, plain_of
from beket.words.ids import Instant

UNIT: Final = 1
"""The unit id of a device that is not told otherwise."""


def unit_of(options: Options) -> int:
    """Read a device's unit id from its options."""
    return plain_of(options, "unit", UNIT)


class Blocks:
    """The blocks of one device's map: asks for each as often as the map says, and holds the latest answers."""

    def __init__(self, blocks: Sequence[Block], options: Options) -> None:
        self.held = Values(blocks)
        question = Question(wire_of(options), plain_of(options, "answer_ms_max", ANSWER_MS_MAX))
        unit = unit_of(options)
        self._rounds = Rounds(question, [(block.ask(unit), block.every_ms) for block in blocks])

    def ask(self, now: Instant) -> bytes:
        """Ask for the block whose turn it is."""
        return self._rounds.ask(now)

    def hear(self, frame: Frame, received: Instant) -> tuple[Block, Answer] | Out:
        """Take a frame: the block it answers and its answer, or all there is to say of any other."""
        answer = self._rounds.hear(frame)
        if answer is None:
            return Out()
        if isinstance(answer, Problem):
            return Out(problems=(answer,))
        if answer.failed is not None:
            return Out(alive=True, fault=f"refuses to be read: {answer.failed}")
        block = self.held.take(answer, received)
        if block is None:
            return Out(problems=(Problem(kind="content", detail="no block of the device's map", raw=frame.blob),))
        return block, answer

    def forget(self) -> None:
        """The link is gone: nothing is known any more, and everything is asked anew on the next."""
        self._rounds.forget()
        self.held.forget()


def encode_words(block: Block, words: Sequence[int], options: Options, transaction: int = 1) -> bytes:
    """Write a device's answer to the question for one block."""
    return encode_answer(block.ask(unit_of(options)), words, transaction, wire_of(options))


def explain_answer(
    frame: Frame, options: Options, blocks: Sequence[Block], places: Iterable[tuple[str, Number | Bit]]
) -> tuple[Mark, ...]:
    """Say what each byte of an answer means by a map; empty for what is none of its blocks."""
    wire = wire_of(options)
    head = explain_head(frame, wire)
    if head is None:
        return ()
    marks, start = head
    tail = explain_tail(frame, wire)
    body = frame.blob[start : len(frame.blob) - 2 * len(tail)]
    function = function_of(frame, wire)
    # An answer does not say its address: its function and its size must tell.
    block = next((one for one in blocks if one.function == function and len(body) == one.ask(UNIT).size()), None)
    if block is None:
        return ()
    return tidy([*marks, *explain_places(block, places, blocks[0].name, body, start), *tail])
