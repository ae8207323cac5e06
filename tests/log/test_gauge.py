"""Waits are told to the bound they lie under."""

from __future__ import annotations

from beket.log.gauge import BOUNDS_MS, Latency


def test_quantiles_are_the_bounds_they_lie_under() -> None:
    latency = Latency()
    assert latency.quantile_ms(0.5) is None
    for ms in [0.4] * 50 + [4.0] * 49 + [99_999.0]:
        latency.add(ms)
    assert (latency.quantile_ms(0.5), latency.quantile_ms(0.99), latency.quantile_ms(1)) == (0.5, 5.0, float("inf"))
    assert latency.count == 100


def test_a_wait_on_a_bound_lies_under_it() -> None:
    latency = Latency()
    latency.add(BOUNDS_MS[3])
    assert latency.quantile_ms(0.01) == BOUNDS_MS[3]
