"""How far a device's clock is from ours: a running median over its live messages."""

from __future__ import annotations

from collections import deque
from statistics import median_low
from typing import Final

from beket.words.ids import Instant

HEARD_MAX: Final = 31
"""Most messages the median looks back on: at one heartbeat in ten seconds, five minutes."""


class Drift:
    """One device's clock against ours; messages sent late say nothing about it and are not given here."""

    def __init__(self) -> None:
        self._heard: deque[int] = deque(maxlen=HEARD_MAX)

    def heard(self, said: Instant, received: Instant) -> None:
        """Take the device's time of a live message and ours when it came."""
        self._heard.append(said - received)

    def ms(self) -> int | None:
        """How far the device's clock is ahead of ours; None before the first live message with a time."""
        return median_low(self._heard) if self._heard else None
