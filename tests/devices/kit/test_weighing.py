"""One weighing for each conveyance, whatever a scale's frames say and leave unsaid."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beket.devices.kit.driver import NOBODY, UNNAMED, Problem, Told
from beket.devices.kit.weighing import (
    AXLES_MAX,
    FRAMES_HELD_MAX,
    TARE_AGE_MS_MAX,
    Rules,
    Weigher,
    kilograms,
    number,
    rules_of,
)
from beket.words.ids import Instant
from beket.words.readings import Weighing, Weight, WimPass

STEP_MS = 100


def shown(value: float | None, **more: Any) -> Weight:  # noqa: ANN401 - any field of a weight
    return Weight(device_id=NOBODY, received=Instant(0), reading_id=UNNAMED, value=value, **more)


def still(kg: float, times: int = 5, **more: Any) -> list[Weight]:  # noqa: ANN401 - any field of a weight
    return [shown(kg, **more)] * times


class Drive:
    """Feeds a scale's readings, one every tenth of a second, and keeps what was found."""

    def __init__(self, **options: float | bool) -> None:
        self.weigher = Weigher(rules_of(options))
        self.told: list[Told] = []
        self.problems: list[Problem] = []
        self.at = 0

    def show(self, readings: Sequence[Weight]) -> Drive:
        for reading in readings:
            self.find(self.weigher.take(reading, b"%d;" % self.at, Instant(self.at)))
            self.at += STEP_MS
        return self

    def wait(self, ms: int) -> Drive:
        self.at += ms
        self.find(self.weigher.waited(Instant(self.at)))
        return self

    def find(self, found: tuple[tuple[Told, ...], tuple[Problem, ...]]) -> None:
        self.told += found[0]
        self.problems += found[1]

    @property
    def weighings(self) -> list[Weighing]:
        return [one.reading for one in self.told if isinstance(one.reading, Weighing)]

    @property
    def passes(self) -> list[WimPass]:
        return [one.reading for one in self.told if isinstance(one.reading, WimPass)]

    @property
    def why(self) -> list[str]:
        return [problem.detail for problem in self.problems]


EMPTY = still(0, 3)

FLAGGED = {
    "stable frames are a weight at rest": ([*still(16_440, stable=True)], [16_440]),
    "moving ones are not": ([*still(16_440, 9, stable=False)], []),
    "motion begins anew": ([*still(16_440, 4, stable=True), *still(16_440, 1, stable=False)] * 3, []),
    "a division's flicker is one plateau": (
        [shown(kg, stable=True) for kg in (16_440, 16_460, 16_440, 16_460, 16_440)],
        [16_440],
    ),
    "a frozen display is not a weight": ([*still(16_440, 9, stable=True, held=True)], []),
    "nor is an invalid one": ([*still(16_440, 9, stable=True, valid=False)], []),
    "overload spoils the occupancy": ([shown(None, overload=True), *still(60_000, 9, stable=True)], []),
    "pounds": (still(40_000, stable=True, unit="lb"), [18_143.6948]),
    "tons": (still(16.44, stable=True, unit="t"), [16_440]),
    "a unit nobody knows": (still(16_440, 9, stable=True, unit="pood"), []),
    "net and tare are gross": (still(15_000, mode="net", tare=1_440.0, stable=True), [16_440]),
    "net alone is not": (still(15_000, mode="net", stable=True), []),
}


@pytest.mark.parametrize("name", FLAGGED)
def test_what_is_at_rest_is_weighed_once(name: str) -> None:
    readings, wanted = FLAGGED[name]
    drive = Drive().show([*EMPTY, *readings, *readings, *EMPTY])
    assert [one.gross_kg for one in drive.weighings] == pytest.approx(wanted)


def test_slow_stable_frames_are_as_good_as_fast_ones() -> None:
    flagged, silent = Drive(), Drive()
    for _ in range(5):
        flagged.show(still(16_440, 1, stable=True)).wait(2_000)
        silent.show(still(16_440, 1)).wait(2_000)
    assert len(flagged.weighings) == 1
    assert silent.weighings == []


def test_a_net_weight_is_put_on_the_tare_that_was_told_last() -> None:
    drive = Drive().show([shown(1_200, mode="tare"), *still(15_000, mode="net", stable=True)])
    (one,) = drive.weighings
    assert (one.gross_kg, one.tare_kg, one.tare_assumed) == (16_200, 1_200, False)


def test_an_old_tare_is_not_believed() -> None:
    drive = Drive().show([shown(1_200, mode="tare")]).wait(TARE_AGE_MS_MAX)
    drive.show([*still(15_000, mode="net", stable=True), *EMPTY])
    assert drive.weighings == []
    assert drive.why == ["only net weights were shown and their tare is not known after 5 readings"]


def test_a_tare_that_is_never_told_may_be_taken_to_be_none() -> None:
    (one,) = Drive(net_is_gross=True).show(still(15_000, mode="net", stable=True)).weighings
    assert (one.gross_kg, one.tare_kg, one.tare_assumed) == (15_000, None, True)


@pytest.mark.parametrize(
    ("before", "zero_kg"),
    [
        ([], None),
        (still(20, 2), 20),
        (still(20, 1), None),
        ([shown(20), shown(40), shown(20)], None),
        ([shown(-40, stable=True)], -40),
        ([shown(60, stable=False), shown(20, stable=True), shown(80, stable=False)], 20),
    ],
)
def test_the_resting_zero_before_a_conveyance_is_noted(before: list[Weight], zero_kg: float | None) -> None:
    (one,) = Drive().show([*before, *still(16_440)]).weighings
    assert (one.zero_kg, one.gross_kg) == (zero_kg, 16_440)


def test_the_zero_is_that_of_the_rest_before_and_not_of_an_earlier_one() -> None:
    drive = Drive().show([*EMPTY, *still(9_000), *still(60, 2), *still(8_000)])
    assert [one.zero_kg for one in drive.weighings] == [0, 60]


def test_who_was_overloaded_is_told_when_gone() -> None:
    assert Drive().show([shown(None, overload=True)] * 3 + EMPTY).why == ["overloaded after 3 readings"]


AXLES = [*EMPTY, *still(6_000), *EMPTY, *still(9_000), *EMPTY, *still(9_500), *EMPTY]


def test_axles_weighed_one_by_one_are_one_pass() -> None:
    drive = Drive(axlewise=True).show(AXLES)
    assert drive.told == [], "another axle may still come"
    (one,) = drive.wait(21_000).passes
    assert [axle.load_kg for axle in one.axles] == [6_000, 9_000, 9_500]
    assert (one.gross_kg, one.validity, one.speed_kmh) == (24_500, "complete", None)
    assert drive.weighings == []


def test_an_axle_that_rolls_off_slowly_is_what_it_was_at_rest() -> None:
    axle = [*still(6_000, stable=True), *still(5_990, 2, stable=False), *still(0, 2, stable=True)]
    (one,) = Drive(axlewise=True).show([*axle, *axle]).wait(21_000).passes
    assert ([axle.load_kg for axle in one.axles], one.gross_kg) == ([6_000, 6_000], 12_000)


def test_a_pause_within_the_gap_belongs_to_one_conveyance_and_a_longer_one_parts_two() -> None:
    drive = Drive(axlewise=True).show(AXLES).wait(15_000).show(AXLES).wait(25_000).show(AXLES).wait(25_000)
    assert [len(one.axles) for one in drive.passes] == [6, 3]


def test_the_next_conveyance_ends_the_one_before_without_a_tick() -> None:
    drive = Drive(axlewise=True).show(AXLES)
    drive.at += 30_000
    assert [len(one.axles) for one in drive.show(AXLES).passes] == [3]


def test_an_axle_that_never_came_to_rest_leaves_no_gross_weight() -> None:
    moving = [shown(kg) for kg in (3_000, 9_000, 5_000)]
    (one,) = (
        Drive(axlewise=True).show([*still(6_000), *EMPTY, *moving, *EMPTY, *still(9_000), *EMPTY]).wait(21_000).passes
    )
    assert ([axle.load_kg for axle in one.axles], one.gross_kg, one.validity) == ([6_000, 9_000], None, "incomplete")


def test_one_axle_is_no_conveyance_and_a_lost_link_no_whole_one() -> None:
    (one,) = Drive(axlewise=True).show([*still(6_000), *EMPTY]).wait(21_000).passes
    assert (one.gross_kg, one.validity) == (None, "incomplete")
    drive = Drive(axlewise=True).show(AXLES)
    drive.find(drive.weigher.lost())
    assert [(len(one.axles), one.gross_kg) for one in drive.passes] == [(3, None)]


def test_axles_without_end_are_cut() -> None:
    drive = Drive(axlewise=True).show([*still(6_000), *EMPTY] * (AXLES_MAX + 1))
    assert [len(one.axles) for one in drive.passes] == [AXLES_MAX]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"   29840", 29_840),
        (b"+0029840", 29_840),
        (b"-  12.50", -12.5),
        (b" -12.5  ", -12.5),
        (b"16440.", 16_440),
        (b".5", 0.5),
        (b"-0", 0),
        (b"", None),
        (b"    ", None),
        (b"1 2", None),
        (b"1.2.3", None),
        (b"--5", None),
        (b"1e5", None),
        (b"5\n", None),
    ],
)
def test_numbers_of_fixed_fields(text: bytes, value: float | None) -> None:
    assert number(text) == value


@pytest.mark.parametrize(
    ("value", "unit", "kg"),
    [(5, "kg", 5), (1, "lb", 0.453592), (2, "t", 2_000), (500, "g", 0.5), (1, "tn", 907.18474), (1, "stone", None)],
)
def test_kilograms(value: float, unit: str, kg: float | None) -> None:
    assert kilograms(value, unit) == kg


def test_rules_come_from_the_row_and_stay_within_bounds() -> None:
    usual = Rules(window_ms=9_000, net_is_gross=True)
    assert rules_of({}, usual) == usual
    assert rules_of({"repeats_min": 1}).repeats_min == 2
    assert rules_of({"repeats_min": 10_000}).repeats_min == FRAMES_HELD_MAX


@given(
    st.lists(
        st.builds(
            shown,
            st.none() | st.floats(-1e6, 1e6),
            stable=st.none() | st.booleans(),
            mode=st.sampled_from([None, "gross", "net", "tare"]),
            overload=st.booleans(),
            held=st.booleans(),
        ),
        max_size=60,
    ),
    st.booleans(),
)
def test_no_two_weighings_without_an_empty_scale_between(readings: list[Weight], axlewise: bool) -> None:
    drive = Drive(axlewise=axlewise, repeats_min=2, net_is_gross=True)
    ends: list[int] = []
    for at, reading in enumerate(readings):
        before = len(drive.weighings)
        drive.show([reading])
        drive.wait(0 if at % 7 else 60_000)
        ends += [at] * (len(drive.weighings) - before)
    threshold = Rules().threshold_kg
    for one, other in pairwise(ends):
        assert any(r.value is not None and r.mode != "tare" and r.value < threshold for r in readings[one + 1 : other])
