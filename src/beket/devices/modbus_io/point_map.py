"""What a register map says of a lane's equipment: signals by name, and things whose state follows from them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import chain
from typing import Final, Literal

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

USUAL: Final = "lane_eight"
"""The map of a device that names none."""

MAPS_MAX: Final = 64
"""Most maps that are held read."""

SIGNALS_MAX: Final = 8
"""Most signals of one thing: 256 states are more than anybody would write down."""

POINTS_MAX: Final = 64
"""Most things of one module."""

SETTLE_MAX: Final = 20


class Point(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing: `states` names its state by its signals' bits in order; `settle` answers must agree on a new one.

    A passage is `occupied` in the states named there. Said on change, and again every so often; with `every_s` = 0 on
    change only, as a passage must be that is evidence of somebody passing.
    """

    what: str
    says: Literal["state", "passage"] = "state"
    signals: tuple[str, ...]
    states: dict[str, str]
    occupied: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    every_s: int = 60
    settle: int = 1


class PointMap(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One module or controller."""

    title: str
    source: str = ""
    block: tuple[Block, ...]
    signal: dict[str, Bit]
    number: dict[str, Number] = {}
    point: tuple[Point, ...]

    def places(self) -> Iterator[tuple[str, Number | Bit]]:
        """Everything the map reads, by name."""
        yield from self.signal.items()
        yield from self.number.items()


def map_of(options: Options) -> PointMap:
    """The map that a device's options choose, with only the points that it names; raises MapRefused."""
    return _checked(*map_text("modbus_io", options, USUAL), str(options.get("points", "")))


@lru_cache(maxsize=MAPS_MAX)
def _checked(text: str, where: str, wanted: str) -> PointMap:
    by = read_map(text, PointMap, where)
    if not 0 < len(by.point) <= POINTS_MAX or len({one.what for one in by.point}) != len(by.point):
        raise MapRefused(f"{where}: point: one to {POINTS_MAX} points, each with its own `what`")
    for point in by.point:
        if why := _why_not(point, by):
            raise MapRefused(f"{where}: point {point.what}: {why}")
    return _chosen(by, where, [name.strip() for name in wanted.split(",") if name.strip()])


def _why_not(point: Point, by: PointMap) -> str | None:
    unknown = sorted(set(point.signals) - set(by.signal) | set(point.numbers) - set(by.number))
    if unknown:
        return f"there is no signal or number named {', '.join(unknown)}"
    if not 0 < len(point.signals) <= SIGNALS_MAX:
        return f"one to {SIGNALS_MAX} signals"
    if not point.states or any(set(bits) - {"0", "1"} or len(bits) != len(point.signals) for bits in point.states):
        return "states: each is named by one 0 or 1 for every signal"
    if set(point.occupied) - set(point.states.values()):
        return "occupied: it names what is no state"
    if not 1 <= point.settle <= SETTLE_MAX or point.every_s < 0:
        return "settle or every_s is out of bounds"
    return None


def _chosen(by: PointMap, where: str, wanted: list[str]) -> PointMap:
    """Leave out the points that another device of the site file stands for, and the blocks that then say nothing."""
    if not wanted:
        return by
    points = tuple(point for point in by.point if point.what in wanted)
    if len(points) != len(set(wanted)):
        raise MapRefused(f"{where}: points: there are {', '.join(point.what for point in by.point)}")
    names = set(chain.from_iterable((*point.signals, *point.numbers) for point in points))
    signal = {name: bit for name, bit in by.signal.items() if name in names}
    number = {name: one for name, one in by.number.items() if name in names}
    places: tuple[Number | Bit, ...] = (*signal.values(), *number.values())
    used = {place.block or by.block[0].name for place in places}
    blocks = tuple(block for block in by.block if block.name in used or block is by.block[0])
    return PointMap(title=by.title, source=by.source, block=blocks, signal=signal, number=number, point=points)
