"""Registers described in TOML: which blocks are asked for, and where in them a number or a bit stands. No code.

A map is read once, when a device's decoder is made; what is wrong with it is said with the name of the key.
"""

from __future__ import annotations

import math
import re
import struct
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from typing import Any, Final, Literal, Protocol, TypeVar

import msgspec
from msgspec import Struct

from beket.devices.kit.driver import Mark, Options
from beket.devices.kit.modbus import Answer, Ask, bits
from beket.words.ids import Instant

MAP_MAX: Final = 64 * 1024
"""Most bytes of a map; the longest of ours has under 2,000."""

BLOCKS_MAX: Final = 16
"""Most blocks of one map: more than this in one device is several devices."""

EVERY_MS_MIN: Final = 20
"""No block is asked for more often: it would only wait for the one before."""

AGE_MS_MAX: Final = 5_000
"""How old a block may be, unless its own period is longer, for its values to be put beside those of another."""

_NAME: Final = re.compile(r"[a-z0-9_]{1,40}")
_SHAPES: Final = {
    "int16": ">h", "uint16": ">H", "int32": ">i", "uint32": ">I", "float32": ">f", "int64": ">q", "float64": ">d",
}  # fmt: skip

Form = Literal["int16", "uint16", "int32", "uint32", "float32", "int64", "float64"]
Words = Literal["high_first", "low_first"]


class MapRefused(ValueError):
    """A map cannot be used; the text names it and says why."""


class Block(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One question: a run of coils, inputs or registers, asked for every so often."""

    name: str
    function: Literal[1, 2, 3, 4]
    address: int
    count: int
    every_ms: int = 200

    def ask(self, unit: int) -> Ask:
        """The question for a unit."""
        return Ask(unit=unit, function=self.function, address=self.address, count=self.count)

    @property
    def of_bits(self) -> bool:
        """Tell whether it holds coils or inputs."""
        return self.function in (1, 2)


class Number(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a number stands and how it is written; `decimals` is a register that says how many digits are decimals."""

    address: int
    block: str = ""
    form: Form = "int32"
    words: Words = "high_first"
    bytes_swapped: bool = False
    scale: float = 1.0
    shift: float = 0.0
    mask: int = 0
    decimals: int | None = None

    def registers(self) -> int:
        """How many registers it takes."""
        return struct.calcsize(_SHAPES[self.form]) // 2

    def read(self, held: Values) -> float | None:
        """Read it; None while its block is not there, and for what is no number."""
        body = held.registers(self.block, self.address, self.registers())
        if body is None:
            return None
        value: float = struct.unpack(_SHAPES[self.form], self._in_order(body))[0]
        if self.mask:
            value = (int(value) & self.mask) // (self.mask & -self.mask)
        if not math.isfinite(value):
            return None
        return self._scaled(value, held)

    def write(self, value: float) -> tuple[int, ...]:
        """Write it as the device holds it, as far as its form can."""
        raw = (value - self.shift) / self.scale
        whole = struct.pack(_SHAPES[self.form], raw if self.form.startswith("float") else round(raw))
        return struct.unpack(f">{len(whole) // 2}H", self._in_order(whole))

    def _in_order(self, body: bytes) -> bytes:
        words = [body[at : at + 2] for at in range(0, len(body), 2)]
        if self.words == "low_first":
            words.reverse()
        return b"".join(word[::-1] if self.bytes_swapped else word for word in words)

    def _scaled(self, value: float, held: Values) -> float | None:
        places = 0
        if self.decimals is not None:
            body = held.registers(self.block, self.decimals, 1)
            places = int.from_bytes(body, "big") if body is not None else -1
            if not 0 <= places <= 6:
                return None
        # Rounded, because 0.1 has no exact form: 12345 tenths are 1234.5 and not 1234.5000000000002.
        return round(value * self.scale / 10.0**places + self.shift, 9)


class Bit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where one bit stands: a coil or input by its address, or a bit of a register."""

    address: int
    block: str = ""
    bit: int | None = None
    inverted: bool = False

    def read(self, held: Values) -> bool | None:
        """Read it; None while its block is not there."""
        if self.bit is None:
            value = held.bit(self.block, self.address)
        else:
            body = held.registers(self.block, self.address, 1)
            value = None if body is None else bool(int.from_bytes(body, "big") >> self.bit & 1)
        return value if value is None else value is not self.inverted


class Values:
    """The latest answer to each block of a map."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = {block.name: block for block in blocks}
        self._first = blocks[0].name
        self._held: dict[str, tuple[Instant, bytes]] = {}
        self._now = Instant(0)

    def take(self, answer: Answer, at: Instant) -> Block | None:
        """Hold an answer; gives the block it answers, if any."""
        ask = answer.ask
        for block in self._blocks.values():
            if (block.function, block.address) == (ask.function, ask.address) and ask.size() == block.ask(0).size():
                self._held[block.name] = (at, answer.body)
                self._now = at
                return block
        return None

    def forget(self) -> None:
        """The link is gone: nothing is known any more."""
        self._held.clear()

    def registers(self, name: str, address: int, count: int) -> bytes | None:
        """The bytes of registers, None while they are not known or too old."""
        block, body = self._block(name)
        if body is None or block.of_bits:
            return None
        at = (address - block.address) * 2
        return body[at : at + count * 2]

    def bit(self, name: str, address: int) -> bool | None:
        """One coil or input, None while it is not known or too old."""
        block, body = self._block(name)
        return None if body is None or not block.of_bits else bits(body, block.count)[address - block.address]

    def _block(self, name: str) -> tuple[Block, bytes | None]:
        block = self._blocks[name or self._first]
        at, body = self._held.get(block.name, (Instant(0), None))
        oldest = max(AGE_MS_MAX, 3 * block.every_ms)
        return block, body if body is not None and abs(self._now - at) <= oldest else None


class OfRegisters(Protocol):
    """What a map of any form has: its blocks, and everything in them that it reads."""

    @property
    def block(self) -> tuple[Block, ...]:
        """The blocks that are asked for; places that name none stand in the first."""
        ...

    def places(self) -> Iterable[tuple[str, Number | Bit]]:
        """Everything the map reads, by name."""
        ...


M = TypeVar("M", bound=OfRegisters)


def read_map(text: str, form: type[M], where: str) -> M:
    """Read a map of some form and check its blocks and what it reads of them; raises MapRefused naming the key."""
    if len(text) > MAP_MAX:
        raise MapRefused(f"{where}: more than {MAP_MAX} characters")
    try:
        by = msgspec.convert(tomllib.loads(text), form)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, RecursionError) as wrong:
        raise MapRefused(f"{where}: {wrong}") from wrong
    _check_blocks(by.block, where)
    _check_places(by.block, by.places(), where)
    return by


def map_text(driver: str, options: Options, usual: str) -> tuple[str, str]:
    """The text of the map that a device's options choose, and where it stands.

    `map` is the name of a map of ours, or the path of a site's own (with a slash in it, ending in .toml).
    """
    chosen = str(options.get("map", usual))
    if "/" in chosen and chosen.endswith(".toml"):
        try:
            with open(chosen, encoding="utf-8") as file:  # noqa: PTH123  codecs know no paths; a map is read once
                return file.read(MAP_MAX + 1), chosen
        except (OSError, UnicodeDecodeError) as missing:
            raise MapRefused(f"map {chosen}: {missing}") from missing
    held = files(f"beket.devices.{driver}") / "maps" / f"{chosen}.toml"
    if not _NAME.fullmatch(chosen) or not held.is_file():
        raise MapRefused(f"there is no map named {chosen!r} for {driver}")
    return held.read_text(encoding="utf-8"), f"map {chosen}"


def _check_blocks(blocks: Sequence[Block], where: str) -> None:
    """Tell of blocks that no device may be asked for; raises MapRefused."""
    names = [block.name for block in blocks]
    if not 0 < len(blocks) <= BLOCKS_MAX or len(set(names)) != len(names):
        raise MapRefused(f"{where}: block: one to {BLOCKS_MAX} blocks, each with a name of its own")
    for block in blocks:
        if not block.ask(1).fits() or block.every_ms < EVERY_MS_MIN:
            raise MapRefused(f"{where}: block {block.name}: no device may be asked so")


def _check_places(blocks: Sequence[Block], places: Iterable[tuple[str, Number | Bit]], where: str) -> None:
    """Tell of values that stand outside their block; raises MapRefused naming them."""
    by_name = {block.name: block for block in blocks} | {"": blocks[0]}
    for name, place in places:
        block = by_name.get(place.block)
        if block is None:
            raise MapRefused(f"{where}: {name}: there is no block named {place.block!r}")
        if not _inside(place, block):
            raise MapRefused(f"{where}: {name}: it does not stand in block {block.name}")


def _inside(place: Number | Bit, block: Block) -> bool:
    wanted = [(place.address, place.registers() if isinstance(place, Number) else 1)]
    if isinstance(place, Number) and place.decimals is not None:
        wanted.append((place.decimals, 1))
    if isinstance(place, Number) or place.bit is not None:
        fits = not block.of_bits and (isinstance(place, Number) or 0 <= (place.bit or 0) < 16)
    else:
        fits = block.of_bits
    return fits and all(
        block.address <= address and address + count <= block.address + block.count for address, count in wanted
    )


def explain_places(
    block: Block, places: Iterable[tuple[str, Number | Bit]], first: str, body: bytes, start: int
) -> list[Mark]:
    """Name the bytes of a block's answer that a map uses; `first` is the block of places that name none."""
    named: dict[tuple[int, int], list[str]] = {}
    for name, place in places:
        if (place.block or first) != block.name:
            continue
        for at, size in _spans(place, block):
            named.setdefault((at, at + size), []).append(name)
    return [
        Mark(start=start + at, end=start + end, name=", ".join(names), value=body[at:end].hex())
        for (at, end), names in sorted(named.items())
    ]


def _spans(place: Number | Bit, block: Block) -> list[tuple[int, int]]:
    offset = place.address - block.address
    if block.of_bits:
        return [(offset // 8, 1)]
    spans = [(offset * 2, place.registers() * 2 if isinstance(place, Number) else 2)]
    if isinstance(place, Number) and place.decimals is not None:
        spans.append(((place.decimals - block.address) * 2, 2))
    return spans


def plain_of(options: Options, name: str, usual: int) -> int:
    """Read a whole number from a device's options."""
    value: Any = options.get(name, usual)
    return int(value)


def named(places: Mapping[str, Number | Bit | None]) -> list[tuple[str, Number | Bit]]:
    """The places of a map that it has."""
    return [(name, place) for name, place in places.items() if place is not None]
