"""Five things that are known of a device, each by itself: installed, powered, calibrated, sending, used."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final, NamedTuple

from beket.core.equipment.state import Equipment
from beket.words.facts import Aspect, AspectFound, Fact
from beket.words.ids import DeviceId, EntryRef, Instant
from beket.words.readings import Health
from beket.words.site import MEASURING, Device

LATELY_MAX: Final = 40
"""Most crossings of a lane that are looked back on."""

LOOKED_AT: Final = 20
"""How many of them tell whether a device is used: the newest that it must have met."""

LOOKED_AT_MIN: Final = 5
"""Fewer say nothing."""

USED_SHARE: Final = 0.5
"""A device that met less than this share of the conveyances of its lane is not used."""

OCCASIONAL: Final = frozenset({"reader", "scanner"})
"""Classes that meet only some of the conveyances of their lane: those with a container, or that were sent there."""

IDLE_MS: Final = 7 * 24 * 3_600_000
"""How long one of these may meet nobody in a lane that is busy: where one lorry in twenty has a container, twenty in a
row have none every third time, and those of a week hardly ever."""

RIPE_MS: Final = 10 * 60_000
"""How long after its window a reading may still come: devices buffer, lines are slow."""

LOOK_EVERY_MS: Final = 60_000
LOOK_FOR_MS: Final = 15_000
"""Of a minute's ticks, which come every fifteen seconds, one is taken: nothing of this changes faster."""

DAY_MS: Final = 24 * 3_600_000

Found = tuple[bool | None, str | None]
"""Whether it holds, and one word why."""


class Look(NamedTuple):
    """One look at the devices: what is held, the entry that asks for it, and when."""

    held: Equipment
    ref: EntryRef
    at: Instant

    def told(self, device: DeviceId, aspect: Aspect, found: Found) -> Iterator[Fact]:
        """Say what was found, if it is not known already; not to know is no news in the beginning."""
        known = self.held.aspects.get(device, {}).get(aspect)
        if known == found or (known is None and found[0] is None):
            return
        holds, why = found
        yield AspectFound(at=self.at, because=(self.ref,), device=device, aspect=aspect, holds=holds, why=why)


def of_health(held: Equipment, ref: EntryRef, said: Health) -> Iterator[Fact]:
    """Conclude whether a device has power and sends, from what the kit or it says of itself."""
    look = Look(held, ref, said.received)
    yield from look.told(said.device_id, "powered", _powered(said))
    yield from look.told(said.device_id, "sending", _sending(said))


def of_time(held: Equipment, ref: EntryRef, now: Instant) -> Iterator[Fact]:
    """Conclude what time alone or the traffic of a lane changes."""
    if held.post is None or now % LOOK_EVERY_MS >= LOOK_FOR_MS:
        return
    look, today = Look(held, ref, now), datetime.fromtimestamp(now / 1000, UTC).date().isoformat()
    for device in held.post.devices:
        yield from look.told(device.id, "installed", _installed(held, device, today))
        if device.klass in MEASURING:
            yield from look.told(device.id, "calibrated", _calibrated(device, today))
        if device.lane:
            yield from look.told(device.id, "used", _used(held, device, now))


def _powered(said: Health) -> Found:
    if said.alive or said.connected:
        return True, None
    return (False, "unreachable") if said.fault == "unreachable" else (None, "silent")


def _sending(said: Health) -> Found:
    return (True, None) if said.alive else (False, said.fault or "silent")


def _installed(held: Equipment, device: Device, today: str) -> Found:
    """A date in the register says so, or the device itself by speaking."""
    if device.installed_on is not None and device.installed_on > today:
        return False, "not_yet"
    spoke = held.aspects.get(device.id, {}).get("sending")
    if device.installed_on is not None or (spoke is not None and spoke[0]):
        return True, None
    known = held.aspects.get(device.id, {}).get("installed")
    return known if known is not None and known[0] else (None, "no_date")


def _calibrated(device: Device, today: str) -> Found:
    ends = [day for day in (device.verified_until, device.calibrated_until) if day is not None]
    if not ends:
        return None, "no_date"
    return (True, None) if today <= min(ends) else (False, "expired")


def _used(held: Equipment, device: Device, now: Instant) -> Found:
    """Of the newest conveyances of its lane that it must have met, it met enough, or not."""
    ripe, old, leaving = now - device.after_s[1] * 1000 - RIPE_MS, now - DAY_MS, device.zone == "departure"
    # Written out: each tick asks this of each device about each of the newest conveyances of its lane.
    newest = [
        one
        for one in held.lately.get(device.lane, {}).values()
        if old <= one.opened_at <= ripe and (one.departed or not leaving)
    ]
    looked_at = newest[-LOOKED_AT:]
    if device.klass in OCCASIONAL:
        return _used_at_times(held, device, now, busy=len(looked_at) == LOOKED_AT)
    if len(looked_at) < LOOKED_AT_MIN:
        return None, "no_crossings"
    met = sum(device.id in one.served for one in looked_at)
    if met >= USED_SHARE * len(looked_at):
        return True, None
    return False, "some" if met else "none"


def _used_at_times(held: Equipment, device: Device, now: Instant, *, busy: bool) -> Found:
    """It met somebody within its time, or nobody, though its lane was busy."""
    met = held.met.get(device.id)
    if met is not None and now - met < IDLE_MS:
        return True, None
    since = max(held.known_since.get(device.id, now), met or 0)
    return (False, "none") if busy and now - since >= IDLE_MS else (None, "no_crossings")
