"""Counts what the log's writers do and how long durability takes, in memory that does not grow."""

from __future__ import annotations

from bisect import bisect_left
from typing import Final

from msgspec import Struct, field

BOUNDS_MS: Final = (
    0.5,
    1.0,
    2.0,
    3.0,
    5.0,
    7.5,
    10.0,
    15.0,
    20.0,
    30.0,
    50.0,
    75.0,
    100.0,
    150.0,
    250.0,
    500.0,
    1e3,
    5e3,
)
"""Upper bounds of the latency buckets; one more bucket holds what is slower."""


class Latency(Struct):
    """A histogram of waits, fine enough to tell a p99 of 20 ms from one of 30."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS_MS) + 1))
    total_ms: float = 0.0

    def add(self, ms: float) -> None:
        """Count one wait."""
        self.counts[bisect_left(BOUNDS_MS, ms)] += 1
        self.total_ms += ms

    @property
    def count(self) -> int:
        """How many waits were counted."""
        return sum(self.counts)

    def quantile_ms(self, share: float) -> float | None:
        """The bound below which this share of waits lies; None before the first, infinity beyond the last bound."""
        wanted, seen = share * self.count, 0
        for bound, count in zip((*BOUNDS_MS, float("inf")), self.counts, strict=True):
            seen += count
            if seen and seen >= wanted:
                return bound
        return None
