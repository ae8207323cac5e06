"""The rehearsal itself: a world passes, its devices speak over real sockets, and the truth is written down."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from beket.sim.barrier import Barriers
from beket.sim.cameras import Cameras
from beket.sim.documents.carrier import Carrier, Desk
from beket.sim.documents.portfolio import FAULTY_SHARE, Portfolio
from beket.sim.documents.portfolio import Season as PaperSeason
from beket.sim.faults import FaultKind, Mishaps, PaperFault
from beket.sim.happenings import Journey, Sight
from beket.sim.pace import DEMO, Pace
from beket.sim.pictures import Pictures
from beket.sim.posting import Target
from beket.sim.road.convoy import Conditions, Convoy
from beket.sim.road.layout import PERIOD_S
from beket.sim.scenes.stage import Scene
from beket.sim.stations import Stations
from beket.sim.streams import TICK_S, PortTaken, Streams
from beket.sim.truth import Told, Truth
from beket.sim.world import Season, World
from beket.words.ids import DeviceId, Instant
from beket.words.moments import day_of
from beket.words.site import Post

AHEAD_MS: Final = 15_000
"""Journeys are planned so far ahead of the clock: their papers come before them, and no tick is so late."""

STEP_MS_MAX: Final = 300
"""The world stands still while the machine is too busy to show it: two lorries never become one by being late."""

CONNECT_S_MAX: Final = 15.0
"""The rehearsal waits so long for the house to dial its scales, portals and cameras, then begins all the same."""

FINISH_S_MAX: Final = 60.0
"""At the end, what is being said may be finished, and messages taken, for so long."""

DEMO_BURST: Final = 2
"""Conveyances per post in the first seconds of a demonstration."""

DEMO_RATE: Final = 30.0
"""A demonstration shows a country thirty times as busy: something moves at every post within a few minutes."""


class Script(Struct, frozen=True, kw_only=True):
    """What kind of rehearsal it is."""

    seed: int = 1
    rate: float = 1.0
    seconds: float | None = None
    faults: frozenset[FaultKind] = frozenset()
    pace: Pace = DEMO
    burst: int = 0
    even: bool = False
    fast_pictures: bool = False
    report_s: float = PERIOD_S
    desk: Desk | None = None
    paper_faults: frozenset[PaperFault] = frozenset()
    paper_share: float = FAULTY_SHARE
    papers_shown: tuple[PaperFault, ...] = ()


class Rehearsal:
    """One run of the world against a running house."""

    def __init__(self, posts: Sequence[Post], target: Target, script: Script, scene: Scene | None = None) -> None:
        devices = [device for post in posts for device in post.devices]
        self.truth = Truth(tuple(post.id for post in posts), script.seed)
        self._posts = posts
        self._script = script
        self._scene = scene
        self._mishaps: Mishaps | Scene = scene or Mishaps(script.faults, script.seed, script.seconds)
        pictures = Pictures(posts, fast=script.fast_pictures)
        self._cameras = Cameras(devices, target, pictures, now)
        self._stations = Stations(devices, target, now)
        self._streams = Streams(devices, now)
        self._barriers = Barriers(devices, now)
        conditions = Conditions(
            seed=script.seed, faults=script.faults, seconds=script.seconds, period_s=script.report_s
        )
        self._convoy = Convoy(devices, (target.host, target.port), conditions, now, self.truth.road)
        self._due: list[tuple[int, int, Told]] = []
        self._carrier: Carrier | None = None
        self._world_ms = 0
        self._order = itertools.count()

    async def run(self, stop: asyncio.Event | None = None) -> Truth:
        """Let the world pass until `seconds` are over or `stop` is set; gives the truth."""
        await self._streams.listen()
        try:
            await self._open()
            await asyncio.gather(self._streams.connected(CONNECT_S_MAX), self._cameras.connected(CONNECT_S_MAX))
            self.truth.began = now()
            self.truth.unverified = unverified(self._posts, self.truth.began)
            self._cameras.set_clocks(self._mishaps.clock_ms)
            self._convoy.set_out()
            self._carrier = self._hired()
            await self._pass(stop or asyncio.Event())
            await self._finish()
        finally:
            self.truth.ended = now()
            self._cameras.close()
            self._stations.close()
            await self._convoy.close()
            if self._carrier is not None:
                await self._carrier.close()
            self._barriers.close()
            self._streams.close()
        return self.truth

    async def _open(self) -> None:
        try:
            await self._barriers.listen()
            await self._cameras.listen()
        except OSError as error:
            raise PortTaken(f"a simulated barrier or camera cannot listen: {error.strerror or error}") from error

    def _hired(self) -> Carrier | None:
        """Have papers sent, where there is a desk that takes them."""
        script = self._script
        if script.desk is None:
            return None
        season = PaperSeason(
            seed=script.seed, began=self.truth.began, faults=script.paper_faults, share=script.paper_share,
            shown=script.papers_shown,
        )  # fmt: skip
        return Carrier(Portfolio(self._posts, season), script.desk, now, self.truth.papers)

    def _journeys(self) -> Iterator[Journey]:
        """Give the scene's journeys, or the world's."""
        if self._scene is not None:
            return iter(self._scene.journeys)
        script = self._script
        season = Season(
            seed=script.seed,
            rate=script.rate,
            began=self.truth.began,
            pace=script.pace,
            burst=script.burst,
            even=script.even,
        )
        return World(self._posts, season).journeys()

    async def _pass(self, stop: asyncio.Event) -> None:
        journeys = self._journeys()
        coming = next(journeys, None)
        began = last = time.monotonic()
        while not stop.is_set():
            at = time.monotonic()
            if self._script.seconds is not None and at - began >= self._script.seconds:
                return
            self._world_ms += min(round((at - last) * 1000), STEP_MS_MAX)
            coming = self._plan(coming, journeys)
            self._happen()
            self._streams.tick()
            self._cameras.tick(at - last)
            self._stations.tick(at - last)
            self._convoy.tick()
            if self._carrier is not None:
                self._carrier.tick(self._world_ms, at - last)
            last = at
            await asyncio.sleep(max(TICK_S - (time.monotonic() - at), 0))

    def _plan(self, coming: Journey | None, journeys: Iterator[Journey]) -> Journey | None:
        """Take the journeys that begin soon; everything they will meet happens when its time comes."""
        while coming is not None and coming.starts_ms <= self._world_ms + AHEAD_MS:
            self.truth.witness(coming)
            if self._carrier is not None:
                self._carrier.plan(coming)
            for met in coming.happenings:
                heapq.heappush(self._due, (met.at_ms, next(self._order), Told(telling=self._mishaps.telling(met))))
            coming = next(journeys, None)
        return coming

    def _happen(self) -> None:
        """Let happen what is due; what is told at once is told, the rest waits for its hour."""
        while self._due and self._due[0][0] <= self._world_ms:
            told = heapq.heappop(self._due)[2]
            if told.seen_at is None:
                told.seen_at = now()
                self.truth.telling(told)
                self._barriers.met(told.telling.met)
                if told.telling.send_ms > told.telling.met.at_ms:
                    heapq.heappush(self._due, (told.telling.send_ms, next(self._order), told))
                    continue
            self._tell(told)

    def _tell(self, told: Told) -> None:
        if isinstance(told.telling.met, Sight):
            self._cameras.speak(told)
        elif self._stations.met(told.telling.met):
            self._stations.speak(told)
        else:
            self._streams.speak(told)

    async def _finish(self) -> None:
        """Nobody comes any more: hand over what is late, let every device finish its sentence."""
        for _, _, told in sorted(self._due):
            if told.seen_at is not None:
                self._tell(told)
        self._due.clear()
        self._convoy.arrive()
        until = time.monotonic() + FINISH_S_MAX
        carriers = () if self._carrier is None else (self._carrier,)
        for one in carriers:
            one.arrive()
        speaking = (self._streams, self._cameras, self._stations, self._convoy, *carriers)
        while any(one.busy for one in speaking) and time.monotonic() < until:
            self._streams.tick()
            for one in carriers:
                one.tick(self._world_ms, TICK_S)
            await asyncio.sleep(TICK_S)


def unverified(posts: Sequence[Post], at: Instant) -> frozenset[DeviceId]:
    """Name the devices whose verification has run out on a day."""
    today = day_of(at)
    dated = [device for post in posts for device in post.devices if device.verified_until is not None]
    return frozenset(device.id for device in dated if (device.verified_until or today) < today)


def now() -> Instant:
    """Read the clock of the machine: the rehearsal is the one room that lives in real time."""
    return Instant(time.time_ns() // 1_000_000)


async def run(posts: Sequence[Post], target: Target, script: Script, stop: asyncio.Event | None = None) -> Truth:
    """Rehearse against a running house whose devices' HTTP listener is at `target`; gives the truth for the judge."""
    return await Rehearsal(posts, target, script).run(stop)


def demo(seed: int = 1, seconds: float | None = None, rate: float = DEMO_RATE) -> Script:
    """Write the script of the demonstration: lively within seconds, for ever unless told otherwise."""
    return Script(seed=seed, rate=rate, seconds=seconds, pace=DEMO, burst=DEMO_BURST)
