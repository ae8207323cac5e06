"""When something happened: a clock is corrected only where the difference cannot be a slow line."""

from __future__ import annotations

import pytest

from beket.core.crossings.moments import happened
from beket.words.ids import DeviceId, Instant, ReadingId
from beket.words.readings import PlateRead

RECEIVED = 1_795_240_800_000
HOUR = 3_600_000


def read(said_ms: int, drift_ms: int | None, *, buffered: bool = False, sure: bool = False) -> PlateRead:
    return PlateRead(
        device_id=DeviceId("front@1"), time=Instant(RECEIVED + said_ms), received=Instant(RECEIVED),
        reading_id=ReadingId("r"), drift_ms=drift_ms, drift_sure=sure, plate=None, buffered=buffered,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said_ms", "drift_ms", "happened_ms"),
    [
        (-400, 0, -400),
        (-400, -2000, -400),
        (-21_000, -20_000, -21_000),  # twenty seconds on a busy line, as all messages before it
        (-61_500, -61_000, -500),
        (4500, 5000, -500),
        (1500, 2000, 0),
        (5 * HOUR - 300, 5 * HOUR, -300),
        (5 * HOUR, None, 0),
        (-5 * HOUR, None, 0),
    ],
)
def test_a_live_message_is_dated_by_a_clock_that_can_be_believed(
    said_ms: int, drift_ms: int | None, happened_ms: int
) -> None:
    assert happened(read(said_ms, drift_ms)) - RECEIVED == happened_ms


@pytest.mark.parametrize(
    ("said_ms", "drift_ms", "happened_ms"),
    [
        (-20_300, -20_000, -300),
        (-35_000, -20_000, -15_000),  # fifteen seconds on a busy line, from a clock twenty seconds behind
        (-2_400, -2000, -2_400),
        (-2_400, -2001, -399),
        (4500, 5000, -500),
    ],
)
def test_a_clock_that_is_surely_behind_is_corrected(said_ms: int, drift_ms: int, happened_ms: int) -> None:
    assert happened(read(said_ms, drift_ms, sure=True)) - RECEIVED == happened_ms


def test_what_was_kept_for_hours_is_dated_by_the_device() -> None:
    assert happened(read(-5 * HOUR, None, buffered=True)) == RECEIVED - 5 * HOUR
