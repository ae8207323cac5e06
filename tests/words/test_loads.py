"""Loads of a weighing, and what a scale may err by at each."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import pytest

from beket.words.ids import Instant
from beket.words.loads import gross_error_kg, group_error_kg, loads_of, whole_kg
from beket.words.readings import Axle

AT: Final = Instant(1_795_000_000_000)


def axles(*told: tuple[float, float | None]) -> tuple[Axle, ...]:
    """Axles by load and way from the one before."""
    return tuple(Axle(load_kg=kg, spacing_m=spacing) for kg, spacing in told)


LORRY: Final = axles((6000, None), (9000, 3.7), (7000, 5.6), (7000, 1.3), (7000, 1.3))

GROUPS: Final = {
    "a tractor with its trailer": (LORRY, [("gross", "", 36_000), ("axle", "1", 6000), ("axle", "2", 9000),
                                           ("tridem", "3–5", 21_000)]),
    "a tandem": (axles((6000, None), (8000, 4), (8000, 1.79)), [("gross", "", 22_000), ("axle", "1", 6000),
                                                               ("tandem", "2–3", 16_000)]),
    "just apart": (axles((6000, None), (8000, 1.8)), [("gross", "", 14_000), ("axle", "1", 6000), ("axle", "2", 8000)]),
    "spacing unknown": (axles((6000, None), (8000, None)), [("gross", "", 14_000), ("axle", "1", 6000),
                                                           ("axle", "2", 8000)]),
    "four together have no name": (axles((1, None), (1, 1), (1, 1), (1, 1)), [("gross", "", 4)]),
    "not counted": ((), [("gross", "", 0)]),
    "as the scale groups them": (
        (Axle(load_kg=1, group=1, spacing_m=1), Axle(load_kg=2, group=2, spacing_m=1), Axle(load_kg=3, group=2)),
        [("gross", "", 6), ("axle", "1", 1), ("tandem", "2–3", 5)],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("told", "found"), GROUPS.values(), ids=GROUPS.keys())
def test_axles_are_grouped(told: tuple[Axle, ...], found: list[tuple[str, str, int]]) -> None:
    loads = loads_of(whole_kg(None, told) or 0.0, told, AT, 12.0)
    assert [(load.limits, load.named, int(load.kg)) for load in loads] == found
    assert {load.axles for load in loads} == {len(told) or None}
    assert {load.temperature_c for load in loads} == {12.0}


def test_of_unequal_spacings_the_widest_counts() -> None:
    group = loads_of(3, axles((1, None), (1, 1.2), (1, 1.5)), AT)[1]
    assert (group.limits, group.spacing_m) == ("tridem", 1.5)


@pytest.mark.parametrize(
    ("error_kg", "said", "rolling", "found"),
    [
        (Decimal(20), "5", True, 20), (None, "5", True, 2000), (None, "0.5", False, 200),
        (None, "class 10/E", True, 4000), (None, None, True, 4000),
        (None, None, False, 60), (None, "III", False, 60), (None, "III, e = 5 kg", False, 60),
        (None, "B", True, 4000),
    ],
)  # fmt: skip
def test_what_a_scale_may_err_by_at_the_whole(
    error_kg: Decimal | None, said: str | None, rolling: bool, found: int
) -> None:
    assert gross_error_kg(Decimal(40_000), error_kg, said, rolling=rolling) == found


@pytest.mark.parametrize(("said", "found"), [("D", 400), ("5/d", 400), (None, 1600), ("5", 1600), ("III", 1600)])
def test_what_a_scale_may_err_by_at_an_axle(said: str | None, found: int) -> None:
    assert group_error_kg(Decimal(10_000), said) == found


def test_the_whole_is_what_was_said_else_what_the_axles_come_to() -> None:
    assert whole_kg(36_500.0, LORRY) == 36_500.0
    assert whole_kg(None, LORRY) == 36_000.0
    assert whole_kg(None, ()) is None
