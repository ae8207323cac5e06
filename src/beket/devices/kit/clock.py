"""How far a device's clock is from ours: the least delayed of its recent live messages tell it best."""

from __future__ import annotations

from collections import deque
from typing import Final

from beket.words.ids import Instant

HEARD_MAX: Final = 31
"""Most messages looked back on: at one heartbeat in ten seconds, five minutes."""

HEARD_MIN: Final = 3
"""Fewer messages say nothing: a single one may have waited on its way."""

ASTRAY_SHARE: Final = 10
"""One message in so many may carry a time that is ahead by mistake; so many of the foremost are passed over."""


class Drift:
    """One device's clock against ours; messages sent late say nothing about it and are not given here.

    A message can be delayed on its way but never arrive before it was sent: `said - received` is the clock's offset
    less the delay, so the foremost of many is nearest to the offset. A median would take a busy line for a slow clock.
    """

    def __init__(self) -> None:
        self._heard: deque[int] = deque(maxlen=HEARD_MAX)

    def heard(self, said: Instant, received: Instant) -> None:
        """Take the device's time of a live message and ours when it came."""
        self._heard.append(said - received)

    def ms(self) -> int | None:
        """How far the device's clock is ahead of ours; None before enough live messages had a time."""
        if len(self._heard) < HEARD_MIN:
            return None
        return sorted(self._heard, reverse=True)[len(self._heard) // ASTRAY_SHARE]
