"""What a Modbus unit of the rehearsal answers: from the runs of values that it holds, or with why it cannot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from beket.devices.kit.modbus import MBAP_BYTES, Ask, encode_answer, encode_exception, parse_ask

UNIT: Final = 1
"""The unit id of every one of them: each has an address of its own."""

ILLEGAL_FUNCTION: Final = 1
ILLEGAL_ADDRESS: Final = 2

Held = Mapping[int, Mapping[int, Sequence[int]]]
"""By function, and by the address of the first, the coils, inputs or registers that a unit holds."""


def answered(question: bytes, held: Held) -> bytes:
    """Answer one question; another unit is silent, and what is not held is refused."""
    transaction, unit, function = int.from_bytes(question[:2], "big"), question[6], question[MBAP_BYTES]
    if unit != UNIT:
        return b""
    asked = parse_ask(question)
    if asked is None or function not in held:
        refused = Ask(unit=unit, function=function & 0x7F, address=0, count=1)
        return encode_exception(refused, ILLEGAL_FUNCTION, transaction)
    ask = asked[0]
    for first, run in held[function].items():
        if first <= ask.address and ask.address + ask.count <= first + len(run):
            start = ask.address - first
            return encode_answer(ask, run[start : start + ask.count], transaction)
    return encode_exception(ask, ILLEGAL_ADDRESS, transaction)
