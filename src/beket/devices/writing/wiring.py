"""How one lane's equipment is wired, in TOML: which coils make it do what, which signals show it, what forbids it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from msgspec import Struct

from beket.devices.kit.driver import Options
from beket.devices.kit.register_map import (
    Bit,
    Block,
    MapRefused,
    Number,
    map_text,
    read_map,
)
from beket.devices.writing.wire import COILS_MAX, Coil
from beket.words.decisions import EquipmentOrder

USUAL: Final = "lane_eight"
"""The wiring of a device that names none."""

MAPS_MAX: Final = 64
"""Most wirings that are held read."""

WITHIN_MS_MAX: Final = 60_000
PULSE_MS_MAX: Final = 10_000
"""Longest that an order may take, and longest that a button is held down."""


class Doing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one order does.

    `write` goes out in this order; with `pulse_ms`, what was put on is put off again after so long. `want` are the
    signals that show it has happened, `within_ms` the time for it. None of `watch` may be on before it or while it
    lasts: if one comes on, `abort` is written at once.
    """

    order: EquipmentOrder
    write: tuple[Coil, ...]
    pulse_ms: int = 0
    want: dict[str, bool] = {}
    within_ms: int = 10_000
    watch: tuple[str, ...] = ()
    abort: tuple[Coil, ...] = ()


class Wiring(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One lane's equipment; `rest` is written when an order went wrong: nothing driven any more."""

    title: str
    source: str = ""
    block: tuple[Block, ...]
    signal: dict[str, Bit]
    rest: tuple[Coil, ...]
    doing: tuple[Doing, ...]

    def find(self, order: EquipmentOrder) -> Doing | None:
        """What an order does here; None where it can do nothing."""
        return next((one for one in self.doing if one.order == order), None)

    def places(self) -> Iterator[tuple[str, Number | Bit]]:
        """Every signal, by name."""
        yield from self.signal.items()


def wiring_of(options: Options) -> Wiring:
    """The wiring that a device's options choose (`map`); raises MapRefused."""
    return _checked(*map_text("writing", options, USUAL))


@lru_cache(maxsize=MAPS_MAX)
def _checked(text: str, where: str) -> Wiring:
    by = read_map(text, Wiring, where)
    if not 0 < len(by.rest) <= COILS_MAX:
        raise MapRefused(f"{where}: rest: what is written when an order went wrong, up to {COILS_MAX} coils")
    if len({one.order for one in by.doing}) != len(by.doing):
        raise MapRefused(f"{where}: doing: each order once")
    for one in by.doing:
        if why := _why_not(one, by):
            raise MapRefused(f"{where}: {one.order}: {why}")
    return by


def _why_not(one: Doing, by: Wiring) -> str | None:
    unknown = sorted((set(one.want) | set(one.watch)) - set(by.signal))
    if unknown:
        return f"there is no signal named {', '.join(unknown)}"
    if not 0 < len(one.write) <= COILS_MAX or len(one.abort) > COILS_MAX:
        return f"write: one to {COILS_MAX} coils"
    if not 0 < one.within_ms <= WITHIN_MS_MAX or not 0 <= one.pulse_ms <= PULSE_MS_MAX:
        return "within_ms or pulse_ms is out of bounds"
    if one.watch and not one.abort:
        return "abort: what is written when something comes under it"
    at_rest = {coil.address for coil in by.rest}
    if left := [coil.address for coil in (*one.write, *one.abort) if coil.address not in at_rest]:
        return f"rest: it leaves coil {left[0]} as it was"
    return None
