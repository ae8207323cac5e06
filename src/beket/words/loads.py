"""What a weighing says of loads: the whole and its groups of axles, and by how much a scale may err at each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from beket.words.ids import Instant
from beket.words.limits import Load, What
from beket.words.readings import Axle

AXLES_MAX: Final = 32
"""Most axles of one conveyance that are held: the longest modular trailers that come by road have fewer."""

GROUPED_M: Final = 1.8
"""Axles nearer to each other than this are one group: the last step of the tables of tandems and tridems."""

WIM_ERROR: Final = Decimal("0.10")
"""What a scale in the road may err by, as a share, where the register does not say (OIML R 134, class 10)."""

AXLE_ERROR: Final = Decimal("0.16")
"""What such a scale may err by at one axle or group where the register names no class of it (OIML R 134, class F)."""

SCALE_ERROR_KG: Final = Decimal(60)
"""What a platform scale may err by where the register does not say: three intervals of 20 kg, twice what is allowed at
its verification (OIML R 76-1, class III)."""

GROSS_CLASSES: Final[dict[str, Decimal]] = {
    name: Decimal(name) / 100 for name in ("0.2", "0.5", "1", "2", "5", "7", "10")
}
"""Classes by the mass of the vehicle: the share that may be erred by in service (OIML R 134-1:2006; 7 is China's)."""

AXLE_CLASSES: Final[dict[str, Decimal]] = {
    "A": Decimal("0.01"), "B": Decimal("0.02"), "C": Decimal("0.03"), "D": Decimal("0.04"), "E": Decimal("0.08"),
    "F": Decimal("0.16"),
}  # fmt: skip
"""Classes by the load of an axle or a group: the share that may be erred by in service (OIML R 134-1:2006)."""

GROUPS: Final[dict[int, What]] = {1: "axle", 2: "tandem", 3: "tridem"}
"""What a group of so many axles is called; of more no table says anything."""

_PLATFORM: Final = frozenset({"I", "II", "III", "IIII", "IV"})
"""Classes of scales on which a vehicle stands (OIML R 76): they are no share of the load."""

_PARTS: Final = re.compile(r"[^\w.]+")


def gross_error_kg(kg: Decimal, error_kg: Decimal | None, accuracy_class: str | None, *, rolling: bool) -> Decimal:
    """Say by how much a scale may err at a whole vehicle: as the register has it, else as its kind may."""
    if error_kg is not None:
        return error_kg
    share = _class_of(accuracy_class, GROSS_CLASSES)
    if share is None and not rolling:
        return SCALE_ERROR_KG
    return (kg * (WIM_ERROR if share is None else share)).quantize(Decimal(1))


def group_error_kg(kg: Decimal, accuracy_class: str | None) -> Decimal:
    """Say by how much a scale may err at one axle or group."""
    share = _class_of(accuracy_class, AXLE_CLASSES)
    return (kg * (AXLE_ERROR if share is None else share)).quantize(Decimal(1))


def _class_of(said: str | None, known: dict[str, Decimal]) -> Decimal | None:
    """Find a class in what a register writes: "5", "5/D", "class D"; None where it names none of these."""
    parts = _PARTS.split((said or "").upper())
    if not _PLATFORM.isdisjoint(parts):
        return None
    return next((known[part] for part in parts if part in known), None)


def whole_kg(gross_kg: float | None, axles: Sequence[Axle]) -> float | None:
    """Give what a vehicle weighs: as it was said, else what its axles come to."""
    if gross_kg is not None or not axles:
        return gross_kg
    return sum(axle.load_kg for axle in axles)


def loads_of(
    gross_kg: float, axles: Sequence[Axle], at: Instant, temperature_c: float | None = None
) -> tuple[Load, ...]:
    """Give the loads of a weighing that a limit may be about: the whole, then its groups of axles from the front."""
    whole = Load(
        limits="gross", kg=Decimal(str(gross_kg)), at=at, axles=len(axles) or None, temperature_c=temperature_c
    )
    return (whole, *_groups(axles, at, temperature_c))


def _groups(axles: Sequence[Axle], at: Instant, temperature_c: float | None) -> Iterator[Load]:
    """Give each group; of unequal spacings the widest counts: nobody is held to a step that only a part meets."""
    first = 0
    for group in _grouped(axles):
        kind, last = GROUPS.get(len(group)), first + len(group)
        if kind is not None:
            spacings = [axle.spacing_m for axle in group[1:] if axle.spacing_m is not None]
            yield Load(
                limits=kind, kg=sum((Decimal(str(axle.load_kg)) for axle in group), Decimal(0)), at=at,
                named=str(last) if len(group) == 1 else f"{first + 1}–{last}", axles=len(axles),
                spacing_m=max(spacings, default=None), temperature_c=temperature_c,
            )  # fmt: skip
        first = last


def _grouped(axles: Sequence[Axle]) -> Iterator[list[Axle]]:
    """Put axles together that the scale calls one group, or that stand close; one of unknown spacing stands alone."""
    group: list[Axle] = []
    for axle in axles:
        if group and not _together(group[-1], axle):
            yield group
            group = []
        group.append(axle)
    if group:
        yield group


def _together(one: Axle, other: Axle) -> bool:
    if one.group is not None and other.group is not None:
        return one.group == other.group
    return other.spacing_m is not None and other.spacing_m < GROUPED_M
