"""Cameras of the rehearsal: each posts from its own address, over its own connection, until it is told 200."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from typing import Final, Protocol, cast

from msgspec.structs import replace

from beket.devices.axis_lpv import speak as axis
from beket.devices.hikvision_isapi.speak import Shot, Sighting, encode_heartbeat, encode_push
from beket.sim import dahua
from beket.sim.country import CAMERAS, mac_of
from beket.sim.happenings import Sight
from beket.sim.posting import Content, Message, Now, Poster, Target
from beket.sim.truth import Told
from beket.words.ids import DeviceId, Instant
from beket.words.readings import Movement
from beket.words.site import Device

HEARTBEAT_S: Final = 10.0
"""Firmware after 5.5.0 says every ten seconds that it lives (reference 03 §1.1)."""

BOX_READERS: Final = 3
"""One camera in so many has a firmware that writes 01KG777ABC for 01777ABC."""

REPEAT_MS: Final = 350
"""A second capture of the same vehicle comes so long after the first."""


class Draws(Protocol):
    """Draws what a camera photographs."""

    def shots(self, met: Sight, at: Instant) -> tuple[tuple[Shot, ...], tuple[int, int, int, int] | None]:
        """Give the pictures of a sighting, and where the plate is in the scene (per mille)."""
        ...


PAINTS: Final = ("white", "red", "blue", "green", "yellow", "gray", "black", "cyan")
"""Colours as a camera names them, in the order in which the world paints."""

_CYRILLIC: Final = str.maketrans("ABEKMHOPCTYX", "АВЕКМНОРСТУХ")
"""A camera that reads a Russian plate says the Cyrillic original too."""

_VEHICLES: Final = {"lorry": "truck", "bus": "bus", "car": "vehicle"}


def _movement(met: Sight) -> Movement:
    return "receding" if met.receding != (met.view == "rear") else "approaching"


class Camera(Poster):
    """One plate camera."""

    def __init__(self, device: Device, target: Target, draws: Draws, now: Now) -> None:
        super().__init__(device, target, now)
        self.clock_ms = 0
        self._make = device.driver
        self._written_posts = 0
        self._reads_box = zlib.crc32(device.id.encode()) % BOX_READERS == 0
        self._mac = device.declared_id or mac_of(self._address)
        self._draws = draws

    def speak(self, told: Told) -> None:
        """Tell a happening: every capture of it, as often as a fault makes the camera say it."""
        telling = told.telling
        seen_at = told.seen_at if told.seen_at is not None else self._now()
        if telling.silent:
            return
        met = cast("Sight", telling.met)
        captures = [self.written(told, met, Instant(seen_at + n * REPEAT_MS)) for n in range(met.captures)]
        posts = [post for post in captures for _ in range(telling.times)]
        for post in posts:
            self._keep(replace(post, last=post is posts[-1]))

    def beat(self) -> None:
        """Say that the camera lives; left out while something else is waiting, which says so too."""
        if not self._kept and self._on_wire is None:
            at = Instant(self._now() + self.clock_ms)
            if self._make == "axis_lpv":
                content = Content("application/json", axis.encode_heartbeat(at, serial=self._mac))
            elif self._make == dahua.DRIVER:
                content = Content(dahua.CONTENT_TYPE, dahua.alive(self._mac), dahua.ALIVE_PATH)
            else:
                content = Content(*encode_heartbeat(at, ip=self._address, mac=self._mac))
            self._keep(Message(content=content, told=None))

    def written(self, told: Told, met: Sight, seen_at: Instant) -> Message:
        """Write one capture as the camera posts it: its time is when it saw, by the camera's own clock."""
        at = Instant(seen_at + told.telling.clock_ms)
        if self._make == "axis_lpv":
            return Message(content=Content(*self._axis(met, at)), told=told)
        if self._make == dahua.DRIVER:
            content = Content(dahua.CONTENT_TYPE, self._dahua(met, at), dahua.PICTURE_PATH)
            return Message(content=content, told=told)
        shots, box = self._draws.shots(met, at)
        sighting = Sighting(
            at=at,
            plate=self._written(met),
            plate_original=met.shown.translate(_CYRILLIC) if met.shown and met.country == "RU" else None,
            uuid=met.uuid,
            ip=self._address,
            mac=self._mac,
            country=met.country,
            confidence=met.confidence,
            direction=_movement(met),
            plate_color=met.sign.colour if met.sign else "unknown",
            vehicle_type=_VEHICLES[met.vehicle],
            vehicle_color=PAINTS[met.paint % len(PAINTS)],
            plate_box=box,
            containers=((met.container, "45G1", 0.97),) if met.container else (),
            history=told.telling.history,
        )
        return Message(content=Content(*encode_push(sighting, shots)), told=told)

    def _axis(self, met: Sight, at: Instant) -> tuple[str, bytes]:
        """Write one state of a car as an Axis camera does; a car seen again under the same id is an update."""
        shots, _ = self._draws.shots(met, at)
        self._written_posts += 1
        seen = axis.Seen(
            at=at,
            plate=self._written(met) if met.shown is not None else "",
            car=met.uuid,
            counter=self._written_posts,
            country=met.country,
            confidence=met.confidence,
            direction=_movement(met),
            box=None,
            vehicle_type=_VEHICLES[met.vehicle].upper(),
            vehicle_color=PAINTS[met.paint % len(PAINTS)].upper(),
            serial=self._mac,
            image_type="scene",
        )
        by_name = {shot.name: shot.jpeg for shot in shots}
        scene, plate = by_name.get("detectionPicture.jpg", b""), by_name.get("licensePlatePicture.jpg")
        return axis.encode_multipart(seen, scene, {"plate": plate} if plate else None)

    def _dahua(self, met: Sight, at: Instant) -> bytes:
        shots, _ = self._draws.shots(met, at)
        return dahua.written(
            met,
            at=at,
            plate=self._written(met),
            serial=self._mac,
            direction=_movement(met),
            paint=PAINTS[met.paint % len(PAINTS)],
            shots=shots,
        )

    def _written(self, met: Sight) -> str:
        """Write a plate as this camera's firmware does: some read the KG of a Kyrgyz plate's box along."""
        if met.shown is None:
            return "noPlate" if met.unread == "no_plate" else "unknown"
        if self._reads_box and met.sign is not None and met.sign.style == "KG":
            return f"{met.shown[:2]}KG{met.shown[2:]}"
        return met.shown


class Cameras:
    """All cameras of the rehearsal, and the heartbeats they send in turn."""

    def __init__(self, devices: Sequence[Device], target: Target, draws: Draws, now: Now) -> None:
        mine = (device for device in devices if device.driver in CAMERAS)
        self._all = {device.id: Camera(device, target, draws, now) for device in mine}
        self._order = tuple(self._all.values())
        self._beaten = 0.0

    def set_clocks(self, ahead_ms: Callable[[DeviceId], int]) -> None:
        """Set every camera's clock as the faults have it."""
        for camera in self._order:
            camera.clock_ms = ahead_ms(camera.id)

    def speak(self, told: Told) -> None:
        """Have the right camera tell a happening."""
        self._all[told.telling.met.device].speak(told)

    def tick(self, elapsed_s: float) -> None:
        """Let time pass: each camera beats once in ten seconds, evenly spread."""
        due = self._beaten + elapsed_s / HEARTBEAT_S * len(self._order)
        for n in range(int(self._beaten), min(int(due), int(self._beaten) + len(self._order))):
            self._order[n % len(self._order)].beat()
        self._beaten = due

    @property
    def busy(self) -> bool:
        """Tell whether any camera still has something to hand over."""
        return any(camera.busy for camera in self._order)

    @property
    def posts(self) -> int:
        """Count the messages about conveyances that were taken."""
        return sum(camera.posts for camera in self._order)

    def close(self) -> None:
        """Hang up everywhere."""
        for camera in self._order:
            camera.close()
