"""The monitor block of a Yantar portal: 21 registers as named values, both ways (reference 03 §3.1)."""

from __future__ import annotations

import math
import struct
from typing import Final

from msgspec import Struct

REGISTERS: Final = 21
"""How many registers the monitor block has."""

BYTES: Final = REGISTERS * 2

DESCRIPTION_REGISTERS: Final = 8
"""How many registers at address 0 say where the monitor block is."""

OCCUPIED: Final = 0x000F
"""Input bits of the four occupancy sensors."""

POWER_FAILED: Final = 0x0100
BATTERY_LOW: Final = 0x0200
OPENED: Final = 0x0400
ERROR: Final = 0x0800

ALARMED: Final = 0x0003
COUNT_LOW: Final = 0x0010
COUNT_HIGH: Final = 0x0020
OVERLOADED: Final = 0x0040
READY: Final = 0x0080

KMH_PER_MM_S: Final = 0.0036
"""The portal says its objects' speed in mm/s."""

_LONG_BYTES: Final = 4


class Channel(Struct, frozen=True, kw_only=True):
    """One channel's share of the block: gamma or neutron."""

    status: int = READY
    count: int = 0
    background: float | None = None
    variance: float | None = None

    @property
    def alarmed(self) -> bool:
        """Tell whether either of its alarms stands."""
        return bool(self.status & ALARMED)


class Block(Struct, frozen=True, kw_only=True):
    """All that the portal says at once."""

    elapsed: int = 0
    inputs: int = 0
    gamma: Channel
    neutron: Channel
    counter: int = 0
    mark: int = 0
    speed_mm_s: int = 0
    outputs: int = 0

    @property
    def occupied(self) -> bool:
        """Tell whether any occupancy sensor sees something."""
        return bool(self.inputs & OCCUPIED)

    @property
    def speed_kmh(self) -> float | None:
        """How fast the object went, where the portal measured it."""
        return round(self.speed_mm_s * KMH_PER_MM_S, 3) if self.speed_mm_s else None


class Description(Struct, frozen=True, kw_only=True):
    """What the portal says of itself at address 0."""

    signature: int
    registers: int
    monitor: int
    base: int
    length: int


def read_block(body: bytes) -> Block:
    """Read the 42 bytes of the block; 32-bit values have their low word first."""
    assert len(body) == BYTES
    words = struct.unpack(f">{REGISTERS}H", body)
    return Block(
        elapsed=_long(body, 0),
        inputs=words[2],
        gamma=_channel(words[3], body, 4),
        neutron=_channel(words[10], body, 11),
        counter=words[17],
        mark=words[18],
        speed_mm_s=words[19],
        outputs=words[20],
    )


def write_block(block: Block) -> tuple[int, ...]:
    """Write the block as the portal holds it."""
    gamma, neutron = _written(block.gamma), _written(block.neutron)
    tail = (block.counter, block.mark, block.speed_mm_s, block.outputs)
    return (*_low_first(block.elapsed), block.inputs, *gamma, *neutron, *tail)


def read_description(body: bytes) -> Description:
    """Read the eight registers at address 0."""
    signature, registers, monitor, base, length = struct.unpack_from(">5H", body)
    return Description(signature=signature, registers=registers, monitor=monitor, base=base, length=length)


def write_description(description: Description) -> tuple[int, ...]:
    """Write the eight registers at address 0."""
    said = description
    return (said.signature, said.registers, said.monitor, said.base, said.length, 0, 0, 0)


def _channel(status: int, body: bytes, first: int) -> Channel:
    return Channel(
        status=status,
        count=_long(body, first),
        background=_float(body, first + 2),
        variance=_float(body, first + 4),
    )


def _written(channel: Channel) -> tuple[int, ...]:
    numbers = (channel.background or 0.0, channel.variance or 0.0)
    floats = [word for value in numbers for word in _low_first(int.from_bytes(struct.pack(">f", value), "big"))]
    return (channel.status, *_low_first(channel.count), *floats)


def _raw(body: bytes, register: int) -> bytes:
    low_first = body[register * 2 : register * 2 + _LONG_BYTES]
    return low_first[2:] + low_first[:2]


def _long(body: bytes, register: int) -> int:
    return int.from_bytes(_raw(body, register), "big")


def _float(body: bytes, register: int) -> float | None:
    value = float(struct.unpack(">f", _raw(body, register))[0])
    return value if math.isfinite(value) else None


def _low_first(value: int) -> tuple[int, int]:
    return value & 0xFFFF, value >> 16 & 0xFFFF
