"""A clock that is behind is told from a line that is busy, or nothing is claimed."""

from __future__ import annotations

from random import Random

import pytest

from beket.devices.kit.clock import ALONE_MS, HEARD_MAX, HEARD_SURE, Company, Drift
from beket.words.ids import Instant

T0 = 1_795_240_800_000
EACH_MS = 4_000


class Field:
    """Some devices on one line, each with a clock that is off by a constant, heard in turn."""

    def __init__(self, *offs_ms: int) -> None:
        company = Company()
        self.clocks = [Drift(company) for _ in offs_ms]
        self._offs = offs_ms
        self._chance = Random(1)
        self.now = T0

    def hear(self, messages: int, *, least_ms: int = 20, most_ms: int = 200) -> None:
        """Let every device say so many messages, each delayed between `least_ms` and `most_ms`."""
        for _ in range(messages):
            self.now += EACH_MS
            for drift, off in zip(self.clocks, self._offs, strict=True):
                late = self._chance.randint(least_ms, most_ms)
                drift.heard(Instant(self.now + off), Instant(self.now + late))


def test_a_clock_that_alone_is_behind_is_sure_and_close() -> None:
    field = Field(-10_000, 0, 15, -400)
    field.hear(HEARD_SURE)
    wrong, *right = field.clocks
    assert wrong.sure()
    assert -10_250 < (wrong.ms() or 0) < -10_000
    assert not any(clock.sure() for clock in right)


@pytest.mark.parametrize(("least_ms", "most_ms"), [(5_000, 40_000), (20_000, 20_300)])
def test_a_busy_line_makes_nobody_sure_of_a_clock(least_ms: int, most_ms: int) -> None:
    field = Field(0, 0, 0, 0)
    field.hear(2 * HEARD_MAX, least_ms=least_ms, most_ms=most_ms)
    assert not any(clock.sure() for clock in field.clocks)


def test_a_clock_behind_stays_known_while_the_line_is_busy() -> None:
    field = Field(-10_000, 0, 0)
    field.hear(HEARD_MAX)
    field.hear(2 * HEARD_MAX, least_ms=5_000, most_ms=30_000)
    wrong, *right = field.clocks
    assert wrong.sure()
    assert -10_250 < (wrong.ms() or 0) < -10_000
    assert not any(clock.sure() for clock in right)


def test_a_clock_set_right_is_believed_again() -> None:
    field = Field(-10_000, 0, 0)
    field.hear(HEARD_MAX)
    wrong = field.clocks[0]
    for n in range(HEARD_MAX):
        wrong.heard(Instant(T0 + 1_000_000 + n * EACH_MS), Instant(T0 + 1_000_100 + n * EACH_MS))
    assert not wrong.sure()
    assert wrong.ms() == -100


def test_with_nobody_to_compare_an_even_lateness_has_to_last() -> None:
    field = Field(-10_000)
    while not field.clocks[0].sure():
        before = field.now
        field.hear(1)
        assert before < T0 + 2 * ALONE_MS
    assert before - T0 >= ALONE_MS - EACH_MS


def test_alone_on_an_uneven_line_nothing_is_claimed() -> None:
    field = Field(-10_000)
    field.hear(2 * HEARD_MAX, least_ms=100, most_ms=20_000)
    assert not field.clocks[0].sure()


def test_a_few_messages_claim_nothing() -> None:
    field = Field(-10_000, 0, 0)
    field.hear(HEARD_SURE - 1)
    assert not field.clocks[0].sure()


def test_what_others_said_long_ago_is_no_company() -> None:
    company = Company()
    quiet = [Drift(company) for _ in range(3)]
    for clock in quiet:
        for n in range(HEARD_SURE):
            clock.heard(Instant(T0 + n), Instant(T0 + n))
    late = Drift(company)
    for n in range(HEARD_SURE):
        at = T0 + 1_000_000 + n * 1_000
        late.heard(Instant(at - 10_000), Instant(at))
    assert not late.sure()
