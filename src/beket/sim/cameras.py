"""Cameras of the rehearsal: each posts from its own address, over its own connection, until it is told 200."""

from __future__ import annotations

import asyncio
import re
import zlib
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, Protocol, cast

from msgspec import Struct
from msgspec.structs import replace

from beket.devices.axis_lpv import speak as axis
from beket.devices.hikvision_isapi.speak import Shot, Sighting, encode_heartbeat, encode_push
from beket.sim import dahua
from beket.sim.country import CAMERAS, mac_of
from beket.sim.happenings import Sight
from beket.sim.truth import Told
from beket.words.ids import DeviceId, Instant
from beket.words.readings import Movement
from beket.words.site import Device

HEARTBEAT_S: Final = 10.0
"""Firmware after 5.5.0 says every ten seconds that it lives (reference 03 §1.1)."""

KEPT_MAX: Final = 500
"""Messages a camera keeps while nobody takes them; the oldest goes first."""

ANSWER_S_MAX: Final = 20.0
"""A post that is not answered within this is given up, and posted again."""

RETRY_S: Final = (0.5, 1.0, 2.0, 5.0, 10.0)
"""Pauses between tries; the last is repeated."""

REFUSED_MAX: Final = 3
"""A message that is answered 4xx so often is given up: nobody will ever take it."""

ANSWER_BYTES_MAX: Final = 64 * 1024
"""Longest answer that is read: what matters is its first line."""

BOX_READERS: Final = 3
"""One camera in so many has a firmware that writes 01KG777ABC for 01777ABC."""

REPEAT_MS: Final = 350
"""A second capture of the same vehicle comes so long after the first."""

_LENGTH: Final = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.IGNORECASE)
_CLOSES: Final = re.compile(rb"\r\nconnection:\s*close", re.IGNORECASE)

Now = Callable[[], Instant]


class Target(Struct, frozen=True, kw_only=True):
    """Where cameras post to: the `httpHosts` setting of a real one."""

    host: str
    port: int
    path: str = "/"


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


class Message(Struct, kw_only=True):
    """One message on its way: `told` is None for a heartbeat, `last` when nothing more is told of that happening."""

    head: bytes
    body: bytes
    told: Told | None
    last: bool = True
    refusals: int = 0


class Camera:
    """One plate camera: a bounded memory of messages, one connection, one message on the wire at a time."""

    def __init__(self, device: Device, target: Target, draws: Draws, now: Now) -> None:
        self.id: DeviceId = device.id
        self.clock_ms = 0
        self.posts = 0
        self._address = device.allow[0] if device.allow else "127.0.0.1"
        self._make = device.driver
        self._written_posts = 0
        self._reads_box = zlib.crc32(device.id.encode()) % BOX_READERS == 0
        self._mac = device.declared_id or mac_of(self._address)
        self._target = target
        self._draws = draws
        self._now = now
        self._kept: deque[Message] = deque()
        self._on_wire: Message | None = None
        self._line: _Line | None = None
        self._connecting = False
        self._dialling: asyncio.Task[None] | None = None
        self._pause: asyncio.TimerHandle | None = None
        self._failures = 0
        self._closed = False

    @property
    def busy(self) -> bool:
        """Tell whether messages about conveyances still wait to be taken."""
        waiting = self._on_wire is not None and self._on_wire.told is not None
        return waiting or any(post.told is not None for post in self._kept)

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
            path = None
            if self._make == "axis_lpv":
                content_type, body = "application/json", axis.encode_heartbeat(at, serial=self._mac)
            elif self._make == dahua.DRIVER:
                content_type, body, path = dahua.CONTENT_TYPE, dahua.alive(self._mac), dahua.ALIVE_PATH
            else:
                content_type, body = encode_heartbeat(at, ip=self._address, mac=self._mac)
            self._keep(Message(head=self._head(content_type, body, path), body=body, told=None))

    def close(self) -> None:
        """Hang up and forget what is left."""
        self._closed = True
        if self._pause is not None:
            self._pause.cancel()
        if self._line is not None:
            self._line.abort()

    def written(self, told: Told, met: Sight, seen_at: Instant) -> Message:
        """Write one capture as the camera posts it: its time is when it saw, by the camera's own clock."""
        at = Instant(seen_at + told.telling.clock_ms)
        if self._make == "axis_lpv":
            content_type, body = self._axis(met, at)
            return Message(head=self._head(content_type, body), body=body, told=told)
        if self._make == dahua.DRIVER:
            body = self._dahua(met, at)
            return Message(head=self._head(dahua.CONTENT_TYPE, body, dahua.PICTURE_PATH), body=body, told=told)
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
        content_type, body = encode_push(sighting, shots)
        return Message(head=self._head(content_type, body), body=body, told=told)

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

    def _head(self, content_type: str, body: bytes, path: str | None = None) -> bytes:
        target = self._target
        lines = (
            f"POST {path or target.path} HTTP/1.1",
            f"Host: {target.host}:{target.port}",
            f"Content-Type: {content_type}",
            f"Content-Length: {len(body)}",
            "Connection: keep-alive",
        )
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def _keep(self, message: Message) -> None:
        """Take a message into the camera's memory; when it is full the oldest is lost, and the truth says so."""
        if len(self._kept) >= KEPT_MAX:
            lost = self._kept.popleft()
            if lost.told is not None:
                lost.told.lost = "the camera's memory was full"
        self._kept.append(message)
        self._next()

    def _next(self) -> None:
        if self._closed or self._on_wire is not None or not self._kept or self._pause is not None:
            return
        if self._line is None or not self._line.open:
            self._connect()
            return
        message = self._kept.popleft()
        self._on_wire = message
        if message.told is not None and message.told.sent_at is None:
            message.told.sent_at = self._now()
        self._line.post(message)

    def _connect(self) -> None:
        if not self._connecting:
            self._connecting = True
            self._dialling = asyncio.get_running_loop().create_task(self._dial())

    async def _dial(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(ANSWER_S_MAX):
                _, line = await loop.create_connection(
                    lambda: _Line(self), self._target.host, self._target.port, local_addr=(self._address, 0)
                )
        except OSError:  # TimeoutError is one too: nobody listens now, the camera keeps its messages
            self._connecting = False
            self.failed()
        else:
            self._connecting = False
            self._line = line
            self._next()

    def answered(self, status: int) -> None:
        """Take the answer to the message on the wire: 200 lets it go, anything else keeps it."""
        message, self._on_wire = self._on_wire, None
        if message is None:
            return
        if status == 200:
            self._taken(message)
            self._next()
            return
        message.refusals += 400 <= status < 500
        if message.refusals >= REFUSED_MAX:
            if message.told is not None:
                message.told.lost = f"refused with {status}"
            self._next()
            return
        self._again(message)

    def failed(self) -> None:
        """The connection broke or nobody answered: what was on the wire comes again after a pause."""
        message, self._on_wire = self._on_wire, None
        self._line = None
        if message is None and self._kept and not self._closed:
            self._wait()
        elif message is not None:
            self._again(message)

    def hung_up(self, line: _Line) -> None:
        """The other side closed an idle connection, as servers do; the next message opens a new one."""
        if line is not self._line:
            return  # an old connection's end: another has taken its place
        if self._on_wire is not None:
            self.failed()
        else:
            self._line = None
            self._next()

    def _taken(self, message: Message) -> None:
        self._failures = 0
        if message.told is None:
            return
        self.posts += 1
        if message.last:
            message.told.taken_at = self._now()

    def _again(self, message: Message) -> None:
        if message.told is not None:
            self._kept.appendleft(message)
        self._wait()

    def _wait(self) -> None:
        if self._pause is None and not self._closed:
            pause = RETRY_S[min(self._failures, len(RETRY_S) - 1)]
            self._failures += 1
            self._pause = asyncio.get_running_loop().call_later(pause, self._resume)

    def _resume(self) -> None:
        self._pause = None
        self._next()


class _Line(asyncio.Protocol):
    """One HTTP connection of one camera; reads only the status of each answer."""

    def __init__(self, camera: Camera) -> None:
        self._camera = camera
        self._transport: asyncio.Transport | None = None
        self._answer = b""
        self._patience: asyncio.TimerHandle | None = None

    @property
    def open(self) -> bool:
        """Tell whether a message can be posted."""
        return self._transport is not None and not self._transport.is_closing()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection stands."""
        self._transport = cast("asyncio.Transport", transport)

    def post(self, message: Message) -> None:
        """Put a message on the wire."""
        if self._transport is not None:
            self._transport.writelines((message.head, message.body))
            self._patience = asyncio.get_running_loop().call_later(ANSWER_S_MAX, self.abort)

    def data_received(self, data: bytes) -> None:
        """Read an answer: when it is whole, the camera hears its status."""
        self._answer += data
        end = self._answer.find(b"\r\n\r\n")
        if end < 0:
            if len(self._answer) > ANSWER_BYTES_MAX:
                self.abort()
            return
        head = self._answer[:end]
        length = _LENGTH.search(head)
        whole = end + 4 + (int(length[1]) if length else 0)
        if whole > ANSWER_BYTES_MAX:
            self.abort()
        elif len(self._answer) >= whole:
            self._answer = self._answer[whole:]
            self._settled(head)

    def _settled(self, head: bytes) -> None:
        self._quiet()
        if _CLOSES.search(head) and self._transport is not None:
            self._transport.close()
        status = head[9:12]
        self._camera.answered(int(status) if status.isdigit() else 0)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """The connection is gone."""
        self._quiet()
        self._transport = None
        self._camera.hung_up(self)

    def abort(self) -> None:
        """Give the connection up."""
        if self._transport is not None:
            self._transport.abort()

    def _quiet(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None


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
