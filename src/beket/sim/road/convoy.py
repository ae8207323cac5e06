"""All that is on the road: who reports when, what goes wrong with it, and through whose link it is said."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from random import Random
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from beket.sim.faults import (
    BUFFERED_SHARE,
    CLOCK_SHARE,
    CLOCKS_MS,
    CUT_SHARE,
    DROP_SHARE,
    OFFLINE_MS_MAX,
    REORDER_SHARE,
    RESEND_SHARE,
    FaultKind,
)
from beket.sim.road.layout import OPERATOR, PERIOD_S, on_the_road, passed_on
from beket.sim.road.ledger import Ledger, Report
from beket.sim.road.speaker import Now, Place, Speaker
from beket.sim.road.tongues import GATEWAY, TONGUES
from beket.sim.road.travellers import Traveller
from beket.words.ids import DeviceId, Instant
from beket.words.site import Device

OFTENER: Final = 4
"""Mishaps are so many times likelier here than at a gate: there are few on the road, and a trial is short."""

HELD_BACK_MS: Final = (2_000, 15_000)
"""A report that comes out of turn comes so late."""

_SECOND_MS: Final = 1000


class Conditions(Struct, frozen=True, kw_only=True):
    """What the convoy is told of the rehearsal: its seed, its faults, how long it lasts, how often they report."""

    seed: int = 1
    faults: frozenset[FaultKind] = frozenset()
    seconds: float | None = None
    period_s: float = PERIOD_S


class _Way(Struct, kw_only=True):
    """One traveller with its link, its next hour, and what is wrong with it for the whole trial."""

    traveller: Traveller
    speaker: Speaker
    next_ms: int
    clock_ms: int = 0
    away_ms: tuple[int, int] = (0, 0)


class Convoy:
    """Everybody on the road and the links they speak over; no chance of it is shared with the posts' world."""

    def __init__(
        self, devices: Sequence[Device], http: tuple[str, int], conditions: Conditions, now: Now, ledger: Ledger
    ) -> None:
        self._devices = [device for device in devices if on_the_road(device)]
        self._http = http
        self._conditions = conditions
        self._now = now
        self._ledger = ledger
        self._ways: list[_Way] = []
        self._speakers: dict[str, Speaker] = {}
        self._held: list[tuple[int, int, _Way, Report]] = []
        self._tasks: list[asyncio.Task[None]] = []

    def set_out(self) -> None:
        """Begin to drive and to dial."""
        began = self._now()
        for place, device in enumerate(self._devices):
            self._ways.append(self._way(device, began, place / len(self._devices)))
        self._tasks = [
            asyncio.create_task(speaker.live(), name=f"road {speaker.name}") for speaker in self._speakers.values()
        ]

    def _way(self, device: Device, began: Instant, share: float) -> _Way:
        """Spread first reports over a period, and draw what goes wrong with this one from chance of its own."""
        told = self._conditions
        period_ms = told.period_s * _SECOND_MS
        rng = Random(f"{told.seed}:road mishaps:{device.id}")
        chances = [rng.random() for _ in range(4)]
        clock_ms = rng.choice(CLOCKS_MS) if "clock" in told.faults and chances[0] < OFTENER * CLOCK_SHARE else 0
        away_ms = (0, 0)
        alone = not passed_on(device)  # a gateway is a computer centre's: its link is never away
        if alone and "buffered" in told.faults and chances[1] < OFTENER * BUFFERED_SHARE:
            run_ms = 1000 * told.seconds if told.seconds else 4.0 * OFFLINE_MS_MAX
            from_ms = began + round(chances[2] * run_ms / 2)
            away_ms = (from_ms, from_ms + round((0.3 + 0.7 * chances[3]) * min(OFFLINE_MS_MAX, run_ms / 3)))
        return _Way(
            traveller=Traveller(device, told.seed),
            speaker=self._speaker(device),
            next_ms=began + round(share * period_ms),
            clock_ms=clock_ms,
            away_ms=away_ms,
        )

    def _speaker(self, device: Device) -> Speaker:
        """Give the link of a device: its own, or the gateway that all of its kind share."""
        name = "gateway" if passed_on(device) else str(device.declared_id)
        if name not in self._speakers:
            transport = str(device.transport)
            tongue = GATEWAY if passed_on(device) else TONGUES[device.driver, transport]
            host, port = device.host or self._http[0], device.port or self._http[1]
            place = Place(host, port, OPERATOR, datagrams=transport == "udp")
            self._speakers[name] = Speaker(name, tongue, place, self._now)
        return self._speakers[name]

    def tick(self) -> None:
        """Let those report whose time has come, and what was held back be said."""
        now = self._now()
        for task in self._tasks:
            if task.done():  # a link never ends by itself: this is a bug, and says which
                task.result()
        for way in self._ways:
            gone = way.away_ms[0] <= now < way.away_ms[1]
            if gone == way.speaker.reachable and way.away_ms[1]:
                way.speaker.away(gone=gone)
            if now >= way.next_ms:
                at = Instant(way.next_ms // _SECOND_MS * _SECOND_MS)  # when it was due: no two in one second
                way.next_ms += round(self._conditions.period_s * _SECOND_MS)
                self._report(way, at, gone=gone)
        while self._held and self._held[0][0] <= now:
            _, _, way, report = self._held.pop(0)
            way.speaker.tell(report)

    def _report(self, way: _Way, at: Instant, *, gone: bool) -> None:
        device = way.traveller.device
        for said in way.traveller.words(at):
            report = Report(
                device=device.id,
                name=str(device.declared_id),
                said=replace(said, time=Instant(at + way.clock_ms)),
                at=at,
                faults=self._faults(way, device.id, at, gone=gone),
            )
            self._ledger.write(report)
            if report.silent:
                continue
            if "reorder" in report.faults:
                rng = Random(f"held:{device.id}:{at}")
                self._held.append((at + rng.randint(*HELD_BACK_MS), len(self._held), way, report))
                self._held.sort(key=lambda held: held[:2])
            else:
                way.speaker.tell(report)

    def _faults(self, way: _Way, device: DeviceId, at: Instant, *, gone: bool) -> tuple[FaultKind, ...]:
        """Draw what goes wrong with one report: at most one thing, besides what is wrong with its device."""
        lasting: list[FaultKind] = ["clock"] if way.clock_ms else []
        if gone:
            return (*lasting, "buffered")
        chance = Random(f"{self._conditions.seed}:road:{device}:{at}").random() / OFTENER
        kinds: tuple[tuple[FaultKind, float], ...] = (
            ("drop", DROP_SHARE), ("resend", RESEND_SHARE), ("cut", CUT_SHARE), ("reorder", REORDER_SHARE),
        )  # fmt: skip
        for kind, share in kinds:
            if kind in self._conditions.faults:
                if chance < share:
                    return (*lasting, kind)
                chance -= share
        return tuple(lasting)

    @property
    def busy(self) -> bool:
        """Tell whether anything that was told has not been answered."""
        return bool(self._held) or any(speaker.busy for speaker in self._speakers.values())

    def arrive(self) -> None:
        """Drive no further: everybody is in reach again, and says what is left."""
        for way in self._ways:
            way.speaker.away(gone=False)
        for _, _, way, report in self._held:
            way.speaker.tell(report)
        self._held.clear()
        self._ways.clear()

    async def close(self) -> None:
        """Hang up everywhere."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
