"""One conveyance in a Yantar portal: what the occupancy sensors, the object counter and the alarms say of it."""

from __future__ import annotations

from typing import Final

from msgspec import Struct, field

from beket.devices.aspect_modbus.block import Block
from beket.devices.kit.driver import NOBODY, UNNAMED, Message, Told
from beket.words.ids import Instant
from beket.words.readings import RpmOccupancy

GONE_MS: Final = 1_000
"""So long without an occupied sensor or an alarm, and the object has left: sensors flicker between axles."""

SILENCE_MS_MAX: Final = 10_000
"""Longest pause in the answers before an occupancy is said as far as it went (they come every 200 ms)."""

COUNTER_SPAN: Final = 0x10000
"""The object counter is one register: it begins anew after so many."""

QUICK_MAX: Final = 4
"""Most objects that can pass unseen between two answers; a counter that jumps further was set anew."""

BYTES_MAX: Final = 128 * 1024
"""Most raw bytes held of one occupancy: ten minutes of blocks; what follows is counted, not held."""


PROFILE_MAX: Final = 1500
"""Most points of a profile: five minutes of an answer every 200 ms."""


class Passing(Struct):
    """One occupancy as far as it has gone."""

    started: Instant
    last: Instant
    seen: Instant
    first: Block
    before: int | None
    counter: int | None = None
    blobs: list[bytes] = field(default_factory=list)
    size: int = 0
    gamma_alarm: bool = False
    neutron_alarm: bool = False
    max_gamma: int = 0
    max_neutron: int = 0
    gamma_profile: list[int] = field(default_factory=list)
    neutron_profile: list[int] = field(default_factory=list)
    speed_kmh: float | None = None

    def take(self, block: Block, blob: bytes, at: Instant) -> None:
        """Take one block that belongs to this occupancy."""
        self.last = at
        if present(block):
            self.seen = at
        if self.counter is None and block.counter != self.before:
            self.counter = block.counter
        self.gamma_alarm = self.gamma_alarm or block.gamma.alarmed
        self.neutron_alarm = self.neutron_alarm or block.neutron.alarmed
        self.max_gamma = max(self.max_gamma, block.gamma.count)
        self.max_neutron = max(self.max_neutron, block.neutron.count)
        if len(self.gamma_profile) < PROFILE_MAX:
            self.gamma_profile.append(block.gamma.count)
            self.neutron_profile.append(block.neutron.count)
        self.speed_kmh = block.speed_kmh or self.speed_kmh
        if self.size + len(blob) <= BYTES_MAX:
            self.blobs.append(blob)
            self.size += len(blob)

    def over(self, block: Block, at: Instant) -> bool:
        """Tell whether this block is about what comes after: another object, or nothing for long enough."""
        if self.counter is not None and block.counter != self.counter:
            return True
        return not present(block) and not 0 <= at - self.seen < GONE_MS

    def says_as_much(self, after: Passing) -> bool:
        """Tell whether this, said when the link broke, holds all that was seen of the same object after it."""
        alarms = (after.gamma_alarm and not self.gamma_alarm) or (after.neutron_alarm and not self.neutron_alarm)
        return after.counter == self.counter and not alarms

    def told(self, at: Instant, *, closed: bool) -> Told:
        """Say the occupancy."""
        background = self.first.gamma.background
        said = RpmOccupancy(
            device_id=NOBODY,
            received=at,
            reading_id=UNNAMED,
            sequence=self.counter,
            counter=self.counter,
            gamma_alarm=self.gamma_alarm,
            neutron_alarm=self.neutron_alarm,
            max_gamma_1s=self.max_gamma,
            max_neutron=self.max_neutron,
            started=self.started,
            ended=self.seen,
            gamma_background=() if background is None else (round(background),),
            neutron_background_cps=self.first.neutron.background,
            speed_kmh=self.speed_kmh,
            closed=closed,
            gamma_profile=tuple(self.gamma_profile),
            neutron_profile=tuple(self.neutron_profile),
        )
        blob = b"".join(self.blobs)
        return Told(reading=said, key=b"%d:%s" % (self.started, blob), message=Message(blob=blob))


def present(block: Block) -> bool:
    """Tell whether something is in the portal: a sensor sees it, or its radiation is felt."""
    return block.occupied or block.gamma.alarmed or block.neutron.alarmed


class Passings:
    """Makes one occupancy of each object, whichever comes first: the sensors, the counter or the alarm."""

    def __init__(self) -> None:
        self._open: Passing | None = None
        self._counter: int | None = None
        self._cut: Passing | None = None

    @property
    def open(self) -> bool:
        """Tell whether something is in the portal."""
        return self._open is not None

    def take(self, block: Block, blob: bytes, at: Instant) -> tuple[Told, ...]:
        """Take one block; gives the occupancy that it ends."""
        ended: tuple[Told, ...] = ()
        if self._open is not None and self._open.over(block, at):
            ended = self._close(at, closed=True)
        counted = self._counter is not None and 0 < (block.counter - self._counter) % COUNTER_SPAN <= QUICK_MAX
        if self._open is None and (present(block) or counted):
            self._open = Passing(started=at, last=at, seen=at, first=block, before=self._counter)
            if self._cut is not None and self._cut.counter == block.counter:
                self._open.counter = block.counter  # the link broke while it was inside, and it is inside still
        if self._open is not None:
            self._open.take(block, blob, at)
        self._counter = block.counter
        return ended

    def waited(self, at: Instant) -> tuple[Told, ...]:
        """An occupancy of which nothing more is heard must be said, with its alarm."""
        if self._open is None or at - self._open.last < SILENCE_MS_MAX:
            return ()
        return self._close(at, closed=False)

    def lost(self, at: Instant) -> tuple[Told, ...]:
        """The link broke, perhaps inside an occupancy; what is counted meanwhile passes at times that nobody knows."""
        self._counter = None
        return self._close(at, closed=False)

    def _close(self, at: Instant, *, closed: bool) -> tuple[Told, ...]:
        passing, self._open = self._open, None
        before, self._cut = self._cut, None if closed else passing
        if passing is None:
            return ()
        if before is not None and before.counter is not None and before.says_as_much(passing):
            return ()
        return (passing.told(at, closed=closed),)
