"""The seeded world: who comes to which checkpoint when, and what the devices there meet; same seed, same world."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterator, Sequence
from random import Random
from typing import Final

from msgspec import Struct

from beket.sim.country import daily
from beket.sim.fleet import Vehicle, vehicle
from beket.sim.happenings import Journey
from beket.sim.lane import Track, Visitor
from beket.sim.pace import REAL, Pace
from beket.words.ids import Instant
from beket.words.site import Direction, Post

HOURS: Final = (
    0.25, 0.20, 0.18, 0.20, 0.30, 0.55, 0.90, 1.30, 1.70, 1.90, 1.90, 1.75,
    1.45, 1.40, 1.60, 1.75, 1.75, 1.60, 1.30, 0.95, 0.70, 0.50, 0.45, 0.35,
)  # fmt: skip
"""How busy each hour of the local day is against the mean: our own plausible picture of a day at a border."""

LOCAL_OFFSET_MS: Final = 6 * 3600 * 1000
"""Kyrgyz time is UTC+6 all year."""

FLAT_RATE: Final = 50.0
"""From this rate on the hour of day is left out: whoever multiplies a day by fifty wants a steady load."""

TAILING_SHARE: Final = 0.15
"""Share of conveyances that follow right behind another, whatever the hour."""

RETURN_SHARE: Final = 0.03
"""Share of arrivals that are a conveyance seen here before, coming back the other way."""

RETURNS_KEPT_MAX: Final = 64
"""Conveyances a post remembers as able to come back."""

PLATES_KNOWN_MAX: Final = 20_000
"""Plates a post remembers, so that no two conveyances bear one: more than it has vehicles while anybody watches."""

BURST_MS: Final = (300, 9000)
"""A demonstration begins with some conveyances at every post within the first seconds."""

PARALLEL_MS: Final = 20_000
"""A car that would wait longer than this is waved through a goods lane."""

_EPOCH: Final = Instant(0)
_DAY_MS: Final = 86_400_000
_HOUR_MS: Final = 3_600_000
_MEAN: Final = sum(HOURS) / len(HOURS)


class Gone(Struct, frozen=True):
    """A conveyance that left and may come back: since when, and which way it went."""

    from_ms: int
    vehicle: Vehicle
    went: Direction


class Season(Struct, frozen=True, kw_only=True):
    """What makes one world another: chance, how busy it is, when it begins, how fast all move, how it starts."""

    seed: int = 1
    rate: float = 1.0
    began: Instant = _EPOCH
    pace: Pace = REAL
    burst: int = 0
    even: bool = False


class World:
    """All posts of the rehearsal; gives journeys in order of their beginning, for ever."""

    def __init__(self, posts: Sequence[Post], season: Season) -> None:
        volumes = daily(posts, even=season.even)
        self._posts = [_PostWorld(post, season, volumes[post.id]) for post in posts if post.lanes]

    def journeys(self) -> Iterator[Journey]:
        """Give journeys in the order in which they were planned to begin; ends only when there is no post."""
        yield from heapq.merge(*(post.journeys() for post in self._posts), key=lambda journey: journey.starts_ms)


class _PostWorld:
    """One post's arrivals, drawn from chance of its own so that other posts never change it."""

    def __init__(self, post: Post, season: Season, daily_vehicles: float) -> None:
        rng = Random(f"{season.seed}:{post.id}")
        # a portal's count goes on from run to run; here from the moment the world began
        first_number = season.began // 1000 % 900_000
        self._post = post
        self._rng = rng
        self._season = season
        self._mean_per_ms = daily_vehicles * season.rate / (1 + TAILING_SHARE) / _DAY_MS
        self._flat = season.rate >= FLAT_RATE
        self._tracks = [Track(post, lane, season.pace, rng, first_number) for lane in post.lanes]
        self._returns: deque[Gone] = deque(maxlen=RETURNS_KEPT_MAX)
        self._plates: dict[str, None] = {}
        self._count = 0

    def journeys(self) -> Iterator[Journey]:
        """Give this post's journeys in order of their beginning (held back until no earlier one can come)."""
        waiting: list[tuple[int, int, Journey]] = []
        for wanted in self._arrivals():
            while waiting and waiting[0][0] <= wanted:
                yield heapq.heappop(waiting)[2]
            journey = self._journey(wanted)
            if journey is not None:
                heapq.heappush(waiting, (journey.starts_ms, self._count, journey))

    def _arrivals(self) -> Iterator[int]:
        first = sorted(self._rng.randint(*BURST_MS) for _ in range(self._season.burst))
        yield from heapq.merge(first, self._steady())

    def _steady(self) -> Iterator[int]:
        at = 0.0
        peak = self._mean_per_ms * (1.0 if self._flat else max(HOURS) / _MEAN)
        while True:
            at += self._rng.expovariate(peak)
            if self._rng.random() * peak <= self._mean_per_ms * self._busy(at):
                yield from self._together(int(at))

    def _together(self, at: int) -> Iterator[int]:
        yield at
        if self._rng.random() < TAILING_SHARE:
            yield at

    def _busy(self, at: float) -> float:
        if self._flat:
            return 1.0
        hour = int((self._season.began + at + LOCAL_OFFSET_MS) % _DAY_MS // _HOUR_MS)
        return HOURS[hour] / _MEAN

    def _journey(self, wanted: int) -> Journey | None:
        came, way = self._who(wanted)
        track = self._track(came, way, wanted)
        if track is None:
            return None
        journey = track.enter(Visitor(f"{self._post.id}#{self._count + 1}", came), wanted)
        if journey is None:
            return None
        self._count += 1
        if journey.outcome == "departed":
            back_from = journey.ends_ms + round(self._rng.uniform(*self._season.pace.away) * 1000)
            self._returns.append(Gone(back_from, came, way))
        return journey

    def _who(self, wanted: int) -> tuple[Vehicle, Direction]:
        """Choose a newcomer, or one that was here and comes back the other way."""
        way: Direction = "in" if self._rng.random() < 0.5 else "out"
        if self._rng.random() < RETURN_SHARE:
            for at, gone in enumerate(self._returns):
                if gone.from_ms <= wanted:
                    del self._returns[at]
                    return gone.vehicle, "out" if gone.went == "in" else "in"
        return self._newcomer(), way

    def _newcomer(self) -> Vehicle:
        """Make a conveyance whose plates and container no other has: a number is given once."""
        while True:
            came = vehicle(self._rng, self._post.neighbour)
            borne = {sign.value for sign in (came.front, came.rear) if sign is not None} | {came.container or ""}
            borne.discard("")
            if borne.isdisjoint(self._plates):
                break
        self._plates |= dict.fromkeys(sorted(borne))
        while len(self._plates) > PLATES_KNOWN_MAX:
            del self._plates[next(iter(self._plates))]
        return came

    def _track(self, came: Vehicle, way: Direction, wanted: int) -> Track | None:
        """Choose the lane that is free first among those for this kind; cars may be waved into a goods lane."""
        tracks = [track for track in self._tracks if track.lane.direction == way]
        weighing = [track for track in tracks if track.weighs]
        others = [track for track in tracks if not track.weighs]
        fitting = (weighing or others) if came.kind == "lorry" else (others or weighing)
        best = min(fitting, key=lambda track: track.gate_free, default=None)
        if best is not None and came.kind != "lorry" and best.gate_free - wanted > PARALLEL_MS and weighing:
            return min([best, *weighing], key=lambda track: track.gate_free)
        return best
