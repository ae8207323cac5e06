"""How fast one token may ask: so many requests at once, then so many a second, counted in this process only."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Final

AT_ONCE: Final = 100
"""Requests that a token may make without a pause: a broker's morning."""

PER_S: Final = 10.0
"""Requests a second that it may go on with."""

TOKENS_MAX: Final = 1_000
"""Most tokens whose pace is remembered; of more, the one that was silent longest begins anew."""


class TooFast(Exception):
    """A token asks more often than it may."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"at most {AT_ONCE} requests at once and {PER_S:g} a second; come again in {retry_after_s} s")
        self.retry_after_s = retry_after_s


class Pace:
    """What is left to each token, or whoever else is named: it fills up with time."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, *, at_once: float | None = None, per_s: float | None = None
    ) -> None:
        self._clock = clock
        self._at_once, self._per_s = at_once, per_s
        self._lock = threading.Lock()
        self._left: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def step(self, token: Hashable) -> None:
        """Count one request; raises TooFast where nothing is left."""
        most = float(AT_ONCE if self._at_once is None else self._at_once)
        per_s = PER_S if self._per_s is None else self._per_s
        with self._lock:
            now = self._clock()
            left, since = self._left.pop(token, (most, now))
            left = min(most, left + (now - since) * per_s)
            self._left[token] = (max(0.0, left - 1.0) if left >= 1.0 else left, now)
            if len(self._left) > TOKENS_MAX:
                self._left.popitem(last=False)
        if left < 1.0:
            raise TooFast(1)


PACE: Final = Pace()
"""The pace of this process's tokens; the desk is one process."""
