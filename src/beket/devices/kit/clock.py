"""How far a device's clock is from ours, and how sure that is: a clock that is behind looks like a busy line."""

from __future__ import annotations

from collections import deque
from statistics import median
from typing import Final
from weakref import WeakSet

from beket.words.ids import Instant

HEARD_MAX: Final = 31
"""Most messages looked back on: at one heartbeat in ten seconds, five minutes."""

HEARD_MIN: Final = 3
"""Fewer messages say nothing: a single one may have waited on its way."""

HEARD_SURE: Final = 10
"""Fewer messages may all have waited for the same; so many have not, if they were equally late."""

ASTRAY_SHARE: Final = 10
"""One message in so many may carry a time that is ahead by mistake; so many of the foremost are passed over."""

STEADY_MS: Final = 750
"""A clock is always off by the same; what is late for another reason is never late so evenly (measured under load)."""

ALONE_MS: Final = 120_000
"""With nobody to compare with, so long must a device have been equally late: no busy line is busy so evenly."""

BEHIND_MS: Final = 2_000
"""Nearer than this nothing has to be corrected (reference 03 §9), so nothing has to be sure."""

COMPANY_MIN: Final = 3
"""Clocks from which on it is known whether everybody is late."""

COMPANY_LATE_MS: Final = 1_000
"""When half of all clocks are later than this, it is the line, or we; hardly ever are all of them wrong alike."""

COMPANY_RECENT_MS: Final = 120_000
"""What others said longer ago tells nothing of now."""

COMPANY_LOOK_MS: Final = 1_000
"""All clocks are looked over once in so long, however many messages come."""


class Company:
    """The clocks that are heard over one line: what makes all of them late at once is not a clock."""

    def __init__(self) -> None:
        self._clocks: WeakSet[Drift] = WeakSet()
        self._late_ms: float | None = None
        self._looked_at: int | None = None

    def join(self, clock: Drift) -> None:
        """Let a clock be compared with the others; as many as the site has devices, and gone when its device is."""
        self._clocks.add(clock)

    def late_ms(self, now: Instant) -> float | None:
        """Say how late messages are of late, by the middle one of all clocks; None when too few were heard."""
        if self._looked_at is None or not 0 <= now - self._looked_at < COMPANY_LOOK_MS:
            self._looked_at = now
            late = [clock.late_ms for clock in self._clocks if clock.late_ms is not None and clock.is_recent(now)]
            self._late_ms = median(late) if len(late) >= COMPANY_MIN else None
        return self._late_ms


class Drift:
    """One device's clock against ours; messages sent late say nothing about it and are not given here.

    A message can be delayed on its way but never arrive before it was sent: `said - received` is the clock's offset
    less the delay, so the foremost of many is nearest to the offset. A median would take a busy line for a slow clock.
    A clock behind is *sure* when many messages were equally late while most devices' were not, or when too few others
    could say and it lasted. What was sure stays so while messages are only later than that: the line may be busy since.
    """

    def __init__(self, company: Company | None = None) -> None:
        self._heard: deque[tuple[Instant, int]] = deque(maxlen=HEARD_MAX)
        self._company = Company() if company is None else company
        self._foremost: int | None = None
        self._sure_ms: int | None = None
        self._company.join(self)

    def heard(self, said: Instant, received: Instant) -> None:
        """Take the device's time of a live message and ours when it came."""
        self._heard.append((received, said - received))
        if len(self._heard) < HEARD_MIN:
            return
        offs = sorted((off for _, off in self._heard), reverse=True)
        self._foremost = foremost = offs[len(offs) // ASTRAY_SHARE]
        if self._sure_ms is not None and foremost > self._sure_ms + STEADY_MS:
            self._sure_ms = None  # no message comes before it was sent: the clock was set right
        even = len(offs) >= HEARD_SURE and foremost - offs[len(offs) // 2] <= STEADY_MS
        if foremost < -BEHIND_MS and even and self._is_its_own(received):
            self._sure_ms = foremost

    def ms(self) -> int | None:
        """How far the device's clock is ahead of ours; None before enough live messages had a time."""
        return self._foremost if self._sure_ms is None else self._sure_ms

    def sure(self) -> bool:
        """Say whether it is known that this clock is behind, and not the line busy."""
        return self._sure_ms is not None

    @property
    def late_ms(self) -> int | None:
        """How late the least delayed messages are; None before enough were heard."""
        return None if self._foremost is None else -self._foremost

    def is_recent(self, now: Instant) -> bool:
        """Say whether this clock was heard of late."""
        return bool(self._heard) and now - self._heard[-1][0] <= COMPANY_RECENT_MS

    def _is_its_own(self, now: Instant) -> bool:
        late = self._company.late_ms(now)
        if late is None:
            return now - self._heard[0][0] >= ALONE_MS
        return late <= COMPANY_LATE_MS
