"""Cameras of the rehearsal: most post from their own address until they are told 200, some are asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from beket.sim.country import CAMERAS
from beket.sim.eye import Draws, Eye
from beket.sim.posting import Now, Poster, Target
from beket.sim.pull_point import AskedCamera
from beket.sim.streams import connected
from beket.sim.truth import Told
from beket.words.ids import DeviceId, Instant
from beket.words.site import Device

HEARTBEAT_S: Final = 10.0
"""Firmware after 5.5.0 says every ten seconds that it lives (reference 03 §1.1)."""


class Camera(Poster):
    """One plate camera of a make that posts."""

    def __init__(self, device: Device, target: Target, draws: Draws, now: Now) -> None:
        super().__init__(device, target, now)
        self.clock_ms = 0
        self._eye = Eye(device, draws)

    def speak(self, told: Told) -> None:
        """Tell a happening."""
        for message in self._eye.messages(told, told.seen_at if told.seen_at is not None else self._now()):
            self._keep(message)

    def beat(self) -> None:
        """Say that the camera lives; left out while something else is waiting, which says so too."""
        alive = self._eye.alive(Instant(self._now() + self.clock_ms))
        if alive is not None and not self._kept and self._on_wire is None:
            self._keep(alive)


class Cameras:
    """All cameras of the rehearsal, those that post and those that are asked, and the heartbeats sent in turn."""

    def __init__(self, devices: Sequence[Device], target: Target, draws: Draws, now: Now) -> None:
        mine = [device for device in devices if device.driver in CAMERAS]
        self._posting = tuple(Camera(device, target, draws, now) for device in mine if device.transport == "http-push")
        self._asked = tuple(AskedCamera(device, draws, now) for device in mine if device.transport == "http-ask")
        everyone: tuple[Camera | AskedCamera, ...] = (*self._posting, *self._asked)
        self._all = {camera.id: camera for camera in everyone}
        self._beaten = 0.0

    async def listen(self) -> None:
        """Open the port of every camera that is asked; raises OSError when an address is taken."""
        for camera in self._asked:
            await camera.listen()

    async def connected(self, seconds_max: float) -> int:
        """Wait until every camera that is asked has a pull point; gives how many nobody asks."""
        return await connected(self._asked, seconds_max)

    def set_clocks(self, ahead_ms: Callable[[DeviceId], int]) -> None:
        """Set the clock of every camera that beats as the faults have it."""
        for camera in self._posting:
            camera.clock_ms = ahead_ms(camera.id)

    def speak(self, told: Told) -> None:
        """Have the right camera tell a happening."""
        self._all[told.telling.met.device].speak(told)

    def tick(self, elapsed_s: float) -> None:
        """Let time pass: each camera that posts may beat once in ten seconds, evenly spread."""
        due = self._beaten + elapsed_s / HEARTBEAT_S * len(self._posting)
        for n in range(int(self._beaten), min(int(due), int(self._beaten) + len(self._posting))):
            self._posting[n % len(self._posting)].beat()
        self._beaten = due

    @property
    def busy(self) -> bool:
        """Tell whether any camera still has something to hand over."""
        return any(camera.busy for camera in self._all.values())

    def close(self) -> None:
        """Hang up everywhere."""
        for camera in self._all.values():
            camera.close()
