"""What a camera of the rehearsal makes of whoever passes: captures, put into its make's words."""

from __future__ import annotations

import zlib
from typing import Final, Protocol, cast

from beket.devices.hikvision_isapi.speak import Shot
from beket.sim.country import mac_of
from beket.sim.happenings import Sight
from beket.sim.makes import MAKES, Capture, Content, Named
from beket.sim.posting import Message
from beket.sim.truth import Told
from beket.words.ids import Instant
from beket.words.site import Device

BOX_READERS: Final = 3
"""One camera in so many has a firmware that writes 01KG777ABC for 01777ABC."""

UNSAID: Final = "a camera that tells of plates only read none"
"""Why nothing is said of a conveyance, where the make of camera is silent about what it cannot read."""

REPEAT_MS: Final = 350
"""A second capture of the same vehicle comes so long after the first."""


class Draws(Protocol):
    """Draws what a camera photographs."""

    def shots(self, met: Sight, at: Instant) -> tuple[tuple[Shot, ...], tuple[int, int, int, int] | None]:
        """Give the pictures of a sighting, and where the plate is in the scene (per mille)."""
        ...


class Eye:
    """One camera without its line: its make, its name, how it reads, what it counts."""

    def __init__(self, device: Device, draws: Draws) -> None:
        address = device.allow[0] if device.allow else "127.0.0.1"
        self._make = MAKES[device.driver]
        self._by = Named(name=device.declared_id or mac_of(address), address=address)
        self._reads_box = zlib.crc32(device.id.encode()) % BOX_READERS == 0
        self._draws = draws
        self._captures = 0

    def messages(self, told: Told, seen_at: Instant) -> list[Message]:
        """Write a happening: every capture of it, as often as a fault makes the camera say it, or nothing."""
        telling = told.telling
        met = cast("Sight", telling.met)
        if telling.silent:
            return []
        if met.shown is None and not self._make.tells_unread:
            told.lost = UNSAID
            return []
        contents = [self._captured(told, met, Instant(seen_at + n * REPEAT_MS)) for n in range(met.captures)]
        messages = [
            Message(content=content, told=told, last=False) for content in contents for _ in range(telling.times)
        ]
        messages[-1].last = True
        return messages

    def alive(self, at: Instant) -> Message | None:
        """Write that the camera lives, if its make ever says so."""
        if self._make.alive is None:
            return None
        return Message(content=self._make.alive(self._by, at), told=None)

    def _captured(self, told: Told, met: Sight, seen_at: Instant) -> Content:
        """Write one capture: its time is when it saw, by the camera's own clock."""
        at = Instant(seen_at + told.telling.clock_ms)
        self._captures += 1
        shots, box = self._draws.shots(met, at) if self._make.pictured else ((), None)
        capture = Capture(
            met=met,
            at=at,
            plate=self._read(met),
            by=self._by,
            number=self._captures,
            late=told.telling.history,
            shots=shots,
            box=box,
        )
        return self._make.capture(capture)

    def _read(self, met: Sight) -> str | None:
        """Read a plate as this camera's firmware does: some read the KG of a Kyrgyz plate's box along."""
        if met.shown is not None and self._reads_box and met.sign is not None and met.sign.style == "KG":
            return f"{met.shown[:2]}KG{met.shown[2:]}"
        return met.shown
