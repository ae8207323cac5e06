"""An indicator of the rehearsal that has its weight in registers, as the plainest of the driver's maps has them."""

from __future__ import annotations

from typing import Final

from beket.devices.kit.driver import Options
from beket.devices.kit.modbus import Heard, parse, registers
from beket.devices.modbus_scale.codec import encode_shown
from beket.devices.modbus_scale.scale_map import map_of
from beket.sim.modbus_unit import Held

DRIVER: Final = "modbus_scale"
"""The driver that asks these indicators."""

OPTIONS: Final[Options] = {"map": "int32", "repeats_min": 3}
"""How the site file describes one: it is asked five times a second, where the others show ten weights unasked."""

_BLOCK: Final = map_of(OPTIONS).weighing_block()


def shown(kg: int, *, stable: bool) -> bytes:
    """Write the answer to the question for the weight."""
    return encode_shown(OPTIONS, kg, {"stable": stable})


def held(answer: bytes) -> Held:
    """What the indicator's unit holds while this is its answer."""
    heard = parse(answer, "tcp")
    assert isinstance(heard, Heard)
    return {_BLOCK.function: {_BLOCK.address: registers(heard.body)}}
