"""The health curve as a table: what a chart shows, for those who cannot or do not want to see one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from beket.board.panels.health import HealthPoint
from beket.web import moments


class ShownBucket(Struct, frozen=True, kw_only=True):
    """One stretch of time: counters summed, measures at their farthest from nought."""

    at: str
    messages: str
    refused: str
    drift: str
    unread: str
    zero_kg: str
    gamma: str
    neutron: str


def show_buckets(start: int, points: Sequence[HealthPoint], zone: str) -> ShownBucket:
    """Sum up one stretch."""
    plates, unread = max(point.plates for point in points), max(point.unread for point in points)
    offset = _farthest(point.drift_ms for point in points)
    return ShownBucket(
        at=f"{moments.day(start, zone)}, {moments.clock(start, zone)}",
        messages=moments.figure(sum(point.messages for point in points)),
        refused=moments.figure(sum(point.refused for point in points)),
        drift=moments.drift(None if offset is None else int(offset)),
        unread="–" if not plates else f"{moments.figure(100 * unread / plates, digits=1)} %",
        zero_kg=_written(_farthest(point.zero_kg for point in points), 1),
        gamma=_written(_farthest(point.gamma_background for point in points), 1),
        neutron=_written(_farthest(point.neutron_background for point in points), 2),
    )


def _farthest(values: Iterable[float | None]) -> float | None:
    known: list[float] = [value for value in values if value is not None]
    key: Callable[[float], float] = abs
    return max(known, key=key, default=None)


def _written(value: float | None, digits: int) -> str:
    return "–" if value is None else moments.figure(value, digits=digits)
