"""What a Yantar portal of the rehearsal holds in its registers, and what it answers to who asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Final

from beket.devices.aspect_modbus.block import (
    READY,
    REGISTERS,
    Block,
    Channel,
    Description,
    write_block,
    write_description,
)
from beket.devices.kit.modbus import registers
from beket.sim.happenings import Pass
from beket.sim.modbus_unit import Held

DRIVER: Final = "aspect_modbus"
"""The driver that reads these portals."""

BASE: Final = 100

COUNTER_SPAN: Final = 0x10000
"""The portal's object counter begins anew after so many objects."""

_ALARM: Final = READY | 0x01
_OCCUPIED: Final = 0x0003
_GAMMA_BACKGROUND: Final = 890.5
_NEUTRON_BACKGROUND: Final = 1.2
_DESCRIBED: Final = write_description(
    Description(signature=0x59A1, registers=BASE + REGISTERS, monitor=1, base=BASE, length=REGISTERS)
)


def resting(rng: Random, counter: int) -> Block:
    """The block while nothing is inside; the counter stays where the last object left it."""
    return Block(
        elapsed=1000,
        gamma=Channel(count=round(rng.gauss(_GAMMA_BACKGROUND, 12)), background=_GAMMA_BACKGROUND, variance=144.0),
        neutron=Channel(count=rng.choice((0, 1, 1, 2)), background=_NEUTRON_BACKGROUND, variance=1.0),
        counter=counter % COUNTER_SPAN,
    )


def passing(met: Pass) -> Iterator[Block]:
    """The blocks of one object, one each 200 ms; steel shields the background a little, a source raises it."""
    rng = Random(met.number)
    last = max(met.lasts_ms // 200, 5) - 1
    for n in range(last + 1):
        hot = met.gamma and last // 3 <= n
        neutrons = met.neutron and n == last
        level = _GAMMA_BACKGROUND * (2.2 if hot else 0.94)
        yield Block(
            elapsed=1000,
            inputs=_OCCUPIED,
            gamma=Channel(
                status=_ALARM if hot else READY, count=round(rng.gauss(level, 12)), background=_GAMMA_BACKGROUND
            ),
            neutron=Channel(
                status=_ALARM if neutrons else READY, count=16 if neutrons else 1, background=_NEUTRON_BACKGROUND
            ),
            counter=met.number % COUNTER_SPAN,
            speed_mm_s=round(met.speed_kmh / 0.0036) if n >= last // 2 else 0,
        )
    yield resting(rng, met.number)


def written(block: Block) -> bytes:
    """The bytes of a block, as a script of the rehearsal holds it."""
    return b"".join(word.to_bytes(2, "big") for word in write_block(block))


def held(block: bytes) -> Held:
    """What the portal's unit holds: its description, and the block as a script has it."""
    return {3: {0: _DESCRIBED, BASE: registers(block)}}
