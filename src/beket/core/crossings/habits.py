"""Learn when each station usually meets a conveyance, so that a missing sighting does not shift all that follow."""

from __future__ import annotations

import math
from typing import Final

from msgspec import Struct

from beket.core.crossings.layout import Station
from beket.core.crossings.limits import (
    GAP_TEACHES,
    LATE_SLACK,
    ODD_MAX,
    QUEUE_STEP_LEAST_MS,
    QUEUE_STEP_MS,
    QUEUE_STEP_SPREAD_MS,
    UNHURRIED_SHARE,
    USUAL_SEEN_MAX,
    USUAL_SEEN_MIN,
    WAIT_ODD,
)
from beket.core.crossings.state import Track, Usual
from beket.words.facts import AttachedBy
from beket.words.ids import Instant

_SURE: Final[frozenset[AttachedBy]] = frozenset({"plate", "window"})
"""Only where there was no other conveyance to choose is anything learnt of how long after the gate it was met."""


class Habit(Struct, frozen=True, kw_only=True):
    """When a station usually meets a conveyance: so long after the gate, or, who waits, after the one before it."""

    after_ms: float
    spread_ms: float
    step_ms: float | None = None
    step_spread_ms: float = 1.0

    def odd(self, earliest: int, latest: int, at: int, before: int) -> float:
        """Say by how many usual deviations a meeting is off for who passed the gate from `earliest` to `latest`.

        Who should have been met before the one at `before` was has waited for it.
        """
        least, most = earliest + self.after_ms, latest + self.after_ms
        turn = 0.0 if self.step_ms is None else before + self.step_ms
        off = _weighed(max(least - at, at - most, 0) / self.spread_ms)
        if turn <= most:
            return off
        waits = WAIT_ODD * math.log1p((turn - most) / self.spread_ms)
        if at <= turn:
            return waits + _weighed((turn - at) / self.step_spread_ms)
        # who is later than its turn either dawdled there, or came late to it
        return waits + min(_weighed((at - turn) / self.step_spread_ms / LATE_SLACK), off)


def _weighed(deviations: float) -> float:
    """Weigh up a deviation: what lies within the usual says little, however often it happens; beyond that it counts."""
    return deviations * deviations / 4 if deviations < 2 else min(deviations - 1, ODD_MAX)


def habit(track: Track, name: str, station: Station) -> Habit:
    """Say what is usual at a station; before enough was seen the installer's window says it."""
    after_ms, spread_ms = _after(track, name, station)
    if station.zone != "control":
        return Habit(after_ms=after_ms, spread_ms=spread_ms)
    step = track.steps.get(name)
    if step is None or step.seen < USUAL_SEEN_MIN:
        least, spread = QUEUE_STEP_LEAST_MS, QUEUE_STEP_SPREAD_MS
        return Habit(after_ms=after_ms, spread_ms=spread_ms, step_ms=least, step_spread_ms=spread)
    return Habit(after_ms=after_ms, spread_ms=spread_ms, step_ms=step.after_ms, step_spread_ms=step.spread_ms())


def _after(track: Track, name: str, station: Station) -> tuple[float, float]:
    known = track.usual.get(name)
    if known is not None and known.seen >= USUAL_SEEN_MIN:
        return known.after_ms, known.spread_ms()
    least, most = station.least_ms, station.most_ms
    if station.zone == "control":
        most = least + (most - least) // UNHURRIED_SHARE
    return (least + most) / 2, (most - least) / 4


def observe(track: Track, name: str, after_ms: int, by: AttachedBy) -> None:
    """Learn from a station's first sighting of a conveyance how long after the gate it was met."""
    if by in _SURE:
        usual = track.usual.setdefault(name, Usual())
        _learn(usual, _within(usual, after_ms), 1.0)


def observe_step(track: Track, name: str, at: Instant) -> None:
    """Learn from one more sighting how soon a station can serve the next: short times tell, long ones are mere gaps."""
    sights = track.sights.get(name)
    if sights and 0 < at - sights[-1].at <= QUEUE_STEP_MS:
        step = track.steps.setdefault(name, Usual())
        gap = _within(step, at - sights[-1].at)
        _learn(step, gap, GAP_TEACHES if gap > step.after_ms else 1.0)


def _within(usual: Usual, ms: int) -> float:
    """What is odd teaches less."""
    if usual.seen < USUAL_SEEN_MIN:
        return ms
    reach = usual.reach_ms()
    return min(max(ms, usual.after_ms - reach), usual.after_ms + reach)


def _learn(usual: Usual, ms: float, weight: float) -> None:
    usual.seen += 1
    share = 1.0 if usual.seen == 1 else weight / min(usual.seen, USUAL_SEEN_MAX)
    off = abs(ms - usual.after_ms) if usual.seen > 1 else 0.0
    usual.off_ms += (off - usual.off_ms) * share
    usual.after_ms += (ms - usual.after_ms) * share
