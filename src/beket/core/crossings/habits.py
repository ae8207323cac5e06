"""Learn when each station usually meets a conveyance, so that a missing sighting does not shift all that follow."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from msgspec import Struct

from beket.core.crossings.layout import Station
from beket.core.crossings.limits import (
    GAP_REACH,
    GAP_TEACHES,
    NEVER_QUITE,
    ODD_MAX,
    QUEUE_STEP_LEAST_MS,
    QUEUE_STEP_MS,
    QUEUE_STEP_SPREAD_MS,
    UNHURRIED_SHARE,
    USUAL_OFF_MS_MIN,
    USUAL_SEEN_MAX,
    USUAL_SEEN_MIN,
)
from beket.core.crossings.state import Crossings, Track, Usual
from beket.words.facts import AttachedBy
from beket.words.ids import Instant

_SURE: Final[frozenset[AttachedBy]] = frozenset({"plate", "window"})
"""Only where there was no other conveyance to choose is anything learnt of how long after the gate it was met."""


_STEP: Final = (float(QUEUE_STEP_LEAST_MS), float(QUEUE_STEP_SPREAD_MS))
"""How soon a station serves the next, and how much that differs, before any showed it."""


class Job(NamedTuple):
    """What a station does, by name, and the station that does it."""

    name: str
    station: Station


class Freed(NamedTuple):
    """How likely a station had come free by the time it met somebody, in the spread of coming; and just then."""

    by_then: float
    just_then: float


class Habit(Struct, frozen=True, kw_only=True):
    """When a station usually meets a conveyance: so long after the gate, or, who waits, after the one before it."""

    after_ms: float
    spread_ms: float
    step_ms: float | None = None
    step_spread_ms: float = 1.0

    def freed(self, at: int, before: int) -> Freed | None:
        """Say how likely the station came free by an instant, and just then, after the one met at `before`."""
        if self.step_ms is None:
            return None
        deviations = (at - before - self.step_ms) / self.step_spread_ms
        return Freed(by_then=_until(deviations) * self.step_spread_ms / self.spread_ms, just_then=_likely(deviations))

    def odd(self, earliest: int, latest: int, at: int, freed: Freed | None) -> float:
        """Say how odd a meeting is, as -ln of its chance, for who passed the gate from `earliest` to `latest`.

        It is met when it has come and the one before has gone, whichever is later: either it came just then and the
        station was free, or the station became free just then and it had come.
        """
        late, early = at - earliest - self.after_ms, at - latest - self.after_ms
        came = (late if late < 0 else early if early > 0 else 0.0) / self.spread_ms
        if freed is None:
            return _weighed(abs(came))
        return -math.log(_likely(came) * freed.by_then + _until(came) * freed.just_then + NEVER_QUITE)


def _likely(deviations: float) -> float:
    return math.exp(-_weighed(abs(deviations)))


def _until(deviations: float) -> float:
    """Say how likely it is to have happened by then, with the same spread as `_likely` near the mean."""
    return 0.5 * math.erfc(-deviations / 2)


def _weighed(deviations: float) -> float:
    """Weigh up a deviation: what lies within the usual says little, however often it happens; beyond that it counts."""
    return deviations * deviations / 4 if deviations < 2 else min(deviations - 1, ODD_MAX)


def habit(held: Crossings, track: Track, name: str, station: Station) -> Habit:
    """Say what is usual at a station, or at those like it; before anything was seen the installer's window says it."""
    kind = kind_of(name, station)
    after_ms, spread_ms = _known(track.usual.get(name), held.usual.get(kind)) or _window(station)
    if station.zone != "control":
        return Habit(after_ms=after_ms, spread_ms=spread_ms)
    step_ms, step_spread_ms = _known(track.steps.get(name), held.steps.get(kind)) or _STEP
    return Habit(after_ms=after_ms, spread_ms=spread_ms, step_ms=step_ms, step_spread_ms=step_spread_ms)


def kind_of(name: str, station: Station) -> str:
    """Name what a station shares its habits with; a camera that also reads container numbers does two jobs."""
    return station.kind + name[len(station.device) :]


def _known(own: Usual | None, others: Usual | None) -> tuple[float, float] | None:
    """Give mean and spread by a station's own habit, else by that of its like; None if too little was seen of both."""
    if own is not None and own.seen >= USUAL_SEEN_MIN:
        return own.after_ms, own.spread_ms(others)
    if others is not None and others.seen >= USUAL_SEEN_MIN:
        return others.after_ms, others.spread_ms()
    return None


def _window(station: Station) -> tuple[float, float]:
    least, most = station.least_ms, station.most_ms
    if station.zone == "control":
        most = least + (most - least) // UNHURRIED_SHARE
    return (least + most) / 2, (most - least) / 4


def observe(held: Crossings, track: Track, job: Job, after_ms: int, by: AttachedBy) -> None:
    """Learn from a station's first sighting of a conveyance how long after the gate it was met."""
    if by in _SURE:
        for usual in (_held(track.usual, job.name), _held(held.usual, kind_of(*job))):
            _learn(usual, _within(usual, after_ms), 1.0)


def observe_step(held: Crossings, track: Track, job: Job, at: Instant) -> None:
    """Learn from one more sighting how soon a station can serve the next: short times tell, long ones are mere gaps."""
    sights = track.sights.get(job.name)
    if sights and 0 < at - sights[-1].at <= QUEUE_STEP_MS:
        for step in (_held(track.steps, job.name), _held(held.steps, kind_of(*job))):
            gap = float(at - sights[-1].at)
            if step.seen >= USUAL_SEEN_MIN:
                gap = min(gap, step.after_ms + GAP_REACH * step.off_ms + USUAL_OFF_MS_MIN)
            _learn(step, gap, GAP_TEACHES if gap > step.after_ms else 1.0)


def _held(habits: dict[str, Usual], name: str) -> Usual:
    return habits.setdefault(name, Usual())


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
