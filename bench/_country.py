"""A day of the whole country in a fraction of its time, for measurements: heard, thought through, seen to by people.

Every message of the rehearsal goes through its driver's codec and every paper through its format; each device's heart
beats as the kit tells it; the real core thinks it all through. Nothing is written anywhere. Trackers on the road,
barriers, and what a running house adds of its own (lines that break, a machine that is busy) are not in it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from beket.core.situations.kinds import gravest_of
from beket.core.situations.limits import RANK
from beket.core.situations.state import Situation
from beket.devices.kit.health import Pulse
from beket.devices.kit.measures import OURS, Measures
from beket.devices.kit.state import Count, DeviceState
from beket.sim.barrier import DRIVER
from beket.sim.country import SPECTRA, WIM
from beket.sim.faults import PaperFault
from beket.sim.rehearsal import Script
from beket.sim.voices import READERS
from beket.words.decisions import CloseSituation, TakeSituation
from beket.words.facts import (
    Level,
    Signal,
    SituationChanged,
    SituationClosed,
    SituationEscalated,
    SituationOpened,
    SituationRaisedAgain,
    SituationSnoozed,
    SituationTaken,
)
from beket.words.ids import DeviceId, EntryRef, Instant, PlaceId, SituationId
from beket.words.readings import Health, Reading, Tick
from beket.words.site import Post
from beket.words.wire import Body
from tests.sim.documents.dry import PaperRun
from tests.sim.house import T0, House

MINUTE: Final = 60_000

TAKEN_MS: Final = 2 * MINUTE
"""How soon an officer takes what asks."""

ENDED_MS: Final = 30 * MINUTE
"""How long after it began to ask somebody ends a situation: a lorry is looked at and let go, or written up."""

RENEWED_MS: Final = 2 * MINUTE
"""How soon before a situation asks again whoever is at it says so: the desk shows when that will be."""

BEATS_MS: Final = 30_000
"""How often the kit is asked how devices are: three times in the shortest minute that a silence is counted in."""

SELDOM: Final = frozenset({WIM, SPECTRA, *READERS})
"""Makes that say nothing while nobody comes; the others have a heart that beats."""


class Alarm(Struct, frozen=True, kw_only=True):
    """A situation began to ask for somebody, or asked again (`why`), at the gravest it was until somebody took it.

    `of` is its gravest signal.
    """

    at: Instant
    place: PlaceId
    situation: SituationId
    level: Level
    sort: str
    of: str
    why: str


class Heart(Struct):
    """One device as the kit has it."""

    place: PlaceId
    beats: bool
    state: DeviceState
    measures: Measures
    pulse: Pulse


class Day(Struct, kw_only=True):
    """What a day asked of people: alarms, and messages that are only there to be known."""

    alarms: list[Alarm] = field(default_factory=list)
    messages: dict[str, int] = field(default_factory=dict)
    entries: int = 0
    asking: dict[SituationId, int] = field(default_factory=dict)

    def asks(self, alarm: Alarm) -> None:
        """Count an alarm; what becomes graver while it still asks for somebody is the same one."""
        self.asking[alarm.situation] = len(self.alarms)
        self.alarms.append(alarm)

    def worse(self, name: SituationId, level: Level, of: str) -> None:
        """An alarm is graver than when it began to ask."""
        at = self.asking.get(name)
        if at is not None and RANK[level] < RANK[self.alarms[at].level]:
            self.alarms[at] = replace(self.alarms[at], level=level, of=of)


class Staffed(House):
    """A house with officers: they take what asks for them, and end it; two of them what was grave."""

    def __init__(self, posts: Sequence[Post]) -> None:
        """Begin with no device heard."""
        self.day = Day()
        self._hearts = {device.id: _heart(post, device.id) for post in posts for device in post.devices}
        self._numbers = count(1)
        super().__init__(posts)

    def hear(self, place: PlaceId, reading: Reading) -> None:
        """Take a reading as the kit does: measured first."""
        heart = self._hearts.get(reading.device_id)
        if heart is not None:
            heart.state.last_at = reading.received
            heart.state.count.messages += 1
            if reading.__struct_config__.tag in OURS:
                heart.measures.heard(reading)
        super().hear(place, reading)

    def tick(self, at: int) -> None:
        """Let hearts beat, the clock tick, and officers see to what asks."""
        if at % BEATS_MS == 0:
            self._beat(Instant(at))
        super().tick(at)
        for place, state in self._states.items():
            for situation in tuple(state.situations.situations.values()):
                self._see_to(place, situation, Instant(at))

    def _beat(self, at: Instant) -> None:
        for heart in self._hearts.values():
            if heart.beats:
                heart.state.last_at = at
                heart.state.count.messages += 1
            said = heart.pulse.due(at)
            if said is not None:
                self._enter(heart.place, said)
                heart.pulse.said(said)

    def _see_to(self, place: PlaceId, situation: Situation, at: Instant) -> None:
        if (situation.asks and situation.asked_at + TAKEN_MS <= at) or _runs_out(situation, at):
            self._decide(place, situation, at, "officer", TakeSituation)
        held = self._states[place].situations.situations.get(situation.id)
        if held is None or held.holder is None or held.opened_at + ENDED_MS > at:
            return
        for who in ("officer", "second"):
            held = self._states[place].situations.situations.get(situation.id)
            if held is not None:
                self._decide(place, held, at, who, CloseSituation)

    def _decide(
        self, place: PlaceId, held: Situation, at: Instant, who: str, kind: type[TakeSituation | CloseSituation]
    ) -> None:
        said = {"outcome": "no_action", "remark": "seen to"} if kind is CloseSituation else {}
        self._enter(
            place,
            kind(
                decision_id=f"n{next(self._numbers)}", by=who, role="duty_officer", at=at, situation=held.id,
                seen=held.version, **said,  # type: ignore[arg-type]
            ),
        )  # fmt: skip

    def _keep(self, place: PlaceId, body: Body) -> EntryRef:
        """Count what asks; what only says that all is well is not kept for the judge: a day has half a million."""
        self.day.entries += 1
        self._count(place, body)
        ref = super()._keep(place, body)
        if isinstance(body, Tick | Health):
            self.entries[place].pop()
        return ref

    def _count(self, place: PlaceId, body: Body) -> None:
        if isinstance(body, SituationOpened):
            worst = named(gravest_of(body.signals))
            if body.level == "low":
                self.day.messages[worst] = self.day.messages.get(worst, 0) + 1
                return
            alarm = Alarm(
                at=body.at,
                place=place,
                situation=body.situation,
                level=body.level,
                sort=body.sort,
                of=worst,
                why="raised",
            )
            self.day.asks(alarm)
        elif isinstance(body, SituationTaken | SituationSnoozed | SituationClosed):
            self.day.asking.pop(body.situation, None)
        elif isinstance(body, SituationChanged):
            raised = gravest_of(body.raised)
            self.day.worse(body.situation, body.level, named(raised))
        elif isinstance(body, SituationRaisedAgain | SituationEscalated):
            held = self._states[place].situations.situations[body.situation]
            why = body.why if isinstance(body, SituationRaisedAgain) else "escalated"
            worst = named(gravest_of(held.signals.values()))
            alarm = Alarm(
                at=body.at, place=place, situation=body.situation, level=held.level, sort=held.sort, of=worst, why=why
            )
            self.day.asks(alarm)


class Country(PaperRun):
    """The rehearsal with officers in its house."""

    def __init__(self, posts: Sequence[Post], script: Script, faults: frozenset[PaperFault], share: float) -> None:
        """Lay the country out anew, without what is not in it: it would be found to work and to meet nobody."""
        posts = [replace(post, devices=tuple(one for one in post.devices if one.driver != DRIVER)) for post in posts]
        super().__init__(posts, script, faults, share)
        self.house: Staffed = Staffed(posts)


def _runs_out(situation: Situation, at: Instant) -> bool:
    """Whether the officer who is at it has to say so before it asks again."""
    return situation.holder == "officer" and situation.until_at is not None and situation.until_at - at <= RENEWED_MS


def named(signal: Signal | None) -> str:
    """Name a signal by what raised it: the rule, or what a device said."""
    if signal is None:
        return "nothing that stands"
    return signal.name if signal.kind == "finding" else f"{signal.kind} {signal.name}".strip()


def _heart(post: Post, name: DeviceId) -> Heart:
    device = next(one for one in post.devices if one.id == name)
    state = DeviceState(
        device=name, place=post.id, driver=device.driver, transport=device.transport or "", connected=True,
        count=Count(),
    )  # fmt: skip
    measures = Measures()
    pulse = Pulse(state, device.expected_period_s, T0, measures)
    return Heart(post.id, device.driver not in SELDOM, state, measures, pulse)


def windows(alarms: Sequence[Alarm], length_ms: int, of: int) -> Iterator[int]:
    """Count alarms in each stretch of time, the empty ones too."""
    found: dict[int, int] = {}
    for alarm in alarms:
        place = min((alarm.at - T0) // length_ms, of - 1)
        found[place] = found.get(place, 0) + 1
    return (found.get(place, 0) for place in range(of))
