"""Devices of the rehearsal that post: each from its own address, over its own connection, until it is told 200."""

from __future__ import annotations

import asyncio
import re
from abc import abstractmethod
from collections import deque
from collections.abc import Callable
from typing import Final, cast

from msgspec import Struct

from beket.sim.makes import Content
from beket.sim.truth import Told
from beket.words.ids import DeviceId, Instant
from beket.words.site import Device

KEPT_MAX: Final = 500
"""Messages a device keeps while nobody takes them; the oldest goes first."""

ANSWER_S_MAX: Final = 20.0
"""A post that is not answered within this is given up, and posted again."""

RETRY_S: Final = (0.5, 1.0, 2.0, 5.0, 10.0)
"""Pauses between tries; the last is repeated."""

REFUSED_MAX: Final = 3
"""A message that is answered 4xx so often is given up: nobody will ever take it."""

ANSWER_BYTES_MAX: Final = 64 * 1024
"""Longest answer that is read: what matters is its first line."""

UNTAKEN: Final = "not taken before the end"
"""Why a message is lost that was still in a device's memory, or on the wire, when the rehearsal ended."""

LENGTH: Final = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.IGNORECASE)
"""How long the body is that follows a head of HTTP."""

_CLOSES: Final = re.compile(rb"\r\nconnection:\s*close", re.IGNORECASE)

Now = Callable[[], Instant]


class Target(Struct, frozen=True, kw_only=True):
    """Where devices post to: the `httpHosts` setting of a real camera."""

    host: str
    port: int
    path: str = "/"


class Message(Struct, kw_only=True):
    """One message on its way: `told` is None for a heartbeat, `last` when nothing more is told of that happening."""

    content: Content
    told: Told | None
    last: bool = True
    refusals: int = 0


def remember(kept: deque[Message], message: Message) -> None:
    """Take a message into a device's memory; when it is full the oldest is lost, and the truth says so."""
    if len(kept) >= KEPT_MAX:
        lost = kept.popleft()
        if lost.told is not None:
            lost.told.lost = "the device's memory was full"
    kept.append(message)


class Poster:
    """One device that posts: a bounded memory of messages, one connection, one message on the wire at a time."""

    def __init__(self, device: Device, target: Target, now: Now) -> None:
        self.id: DeviceId = device.id
        self.posts = 0
        self._address = device.allow[0] if device.allow else "127.0.0.1"
        self._target = target
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

    def close(self) -> None:
        """Hang up; what nobody has taken by now is lost."""
        self._closed = True
        for message in filter(None, (self._on_wire, *self._kept)):
            if message.told is not None:
                message.told.lost = message.told.lost or UNTAKEN
        if self._pause is not None:
            self._pause.cancel()
        if self._line is not None:
            self._line.abort()

    def head(self, content: Content) -> bytes:
        """Write what stands before the body of a post."""
        target = self._target
        lines = (
            f"POST {content.path or target.path} HTTP/1.1",
            f"Host: {target.host}:{target.port}",
            f"Content-Type: {content.media}",
            f"Content-Length: {len(content.body)}",
            "Connection: keep-alive",
        )
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def _keep(self, message: Message) -> None:
        """Take a message into the device's memory, and send it when its turn comes."""
        remember(self._kept, message)
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
        except OSError:  # TimeoutError is one too: nobody listens now, the device keeps its messages
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


class Station(Poster):
    """One station that posts one message about each conveyance; it is known by the name it was registered with."""

    def __init__(self, device: Device, target: Target, now: Now) -> None:
        super().__init__(device, target, now)
        self._name = device.declared_id or device.id

    def speak(self, told: Told) -> None:
        """Tell a happening; one whose link is cut is not told again, as the station was switched off."""
        if told.telling.silent:
            return
        if told.telling.cut:
            told.lost = "cut"
            return
        at = told.seen_at if told.seen_at is not None else self._now()
        self._keep(Message(content=self.content(told, at), told=told))

    def beat(self) -> None:
        """Say that the station lives; most have no word for it."""

    @abstractmethod
    def content(self, told: Told, at: Instant) -> Content:
        """Write what is posted about one happening."""


class _Line(asyncio.Protocol):
    """One HTTP connection of one device; reads only the status of each answer."""

    def __init__(self, poster: Poster) -> None:
        self._poster = poster
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
            self._transport.writelines((self._poster.head(message.content), message.content.body))
            self._patience = asyncio.get_running_loop().call_later(ANSWER_S_MAX, self.abort)

    def data_received(self, data: bytes) -> None:
        """Read an answer: when it is whole, the device hears its status."""
        self._answer += data
        end = self._answer.find(b"\r\n\r\n")
        if end < 0:
            if len(self._answer) > ANSWER_BYTES_MAX:
                self.abort()
            return
        head = self._answer[:end]
        length = LENGTH.search(head)
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
        self._poster.answered(int(status) if status.isdigit() else 0)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """The connection is gone."""
        self._quiet()
        self._transport = None
        self._poster.hung_up(self)

    def abort(self) -> None:
        """Give the connection up."""
        if self._transport is not None:
            self._transport.abort()

    def _quiet(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
