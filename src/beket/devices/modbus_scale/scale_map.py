"""What a scale's register map says: the weight, its tare, its unit, and what its status bits mean."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final, Literal

from msgspec import Struct

from beket.devices.kit.driver import Options
from beket.devices.kit.register_map import (
    Bit,
    Block,
    MapRefused,
    Number,
    Values,
    map_text,
    read_map,
)
from beket.devices.kit.weighing import KG_OF

USUAL: Final = "int32"
"""The map of a device that names none."""

MAPS_MAX: Final = 64
"""Most maps that are held read: more than the makes of scales in a country."""

Flag = Literal["stable", "motion", "overload", "underload", "net", "negative", "held", "fault"]


class UnitCode(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A number that says the unit, and what each of its values means."""

    number: Number
    names: dict[str, str]


class ScaleMap(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One make of scale. `mode`: what the weight is; a `net` flag says it by itself."""

    title: str
    source: str = ""
    block: tuple[Block, ...]
    weight: Number
    tare: Number | None = None
    mode: Literal["gross", "net"] = "gross"
    unit: str = "kg"
    unit_code: UnitCode | None = None
    flags: dict[Flag, Bit] = {}

    def places(self) -> Iterator[tuple[str, Number | Bit]]:
        """Everything the map reads, by name."""
        yield "weight", self.weight
        if self.tare is not None:
            yield "tare", self.tare
        if self.unit_code is not None:
            yield "unit", self.unit_code.number
        yield from self.flags.items()

    def weighing_block(self) -> Block:
        """The block that the weight stands in: each answer to it is one reading of the scale."""
        return next(block for block in self.block if block.name == (self.weight.block or self.block[0].name))

    def unit_of(self, held: Values) -> str | None:
        """The unit that is shown now; None while it is not known."""
        if self.unit_code is None:
            return self.unit
        code = self.unit_code.number.read(held)
        return None if code is None else self.unit_code.names.get(str(int(code)))

    def flag(self, name: Flag, held: Values) -> bool | None:
        """Read a status bit; None where the map has none."""
        bit = self.flags.get(name)
        return None if bit is None else bit.read(held)


def map_of(options: Options) -> ScaleMap:
    """The map that a device's options choose; raises MapRefused."""
    return _checked(*map_text("modbus_scale", options, USUAL))


@lru_cache(maxsize=MAPS_MAX)
def _checked(text: str, where: str) -> ScaleMap:
    by = read_map(text, ScaleMap, where)
    units = {by.unit, *(by.unit_code.names.values() if by.unit_code is not None else ())}
    if unknown := sorted(units - set(KG_OF)):
        raise MapRefused(f"{where}: unit: {', '.join(unknown)} is none of {', '.join(KG_OF)}")
    return by
