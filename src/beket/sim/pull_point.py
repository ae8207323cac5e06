"""Cameras of the rehearsal that are asked: what they have to say waits in a pull point until somebody pulls it."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections import deque
from collections.abc import Iterable
from typing import Final

from beket.devices.onvif.codec import EVENT_SERVICE, encode_fault, encode_pull_point, encode_pulled
from beket.sim.eye import Draws, Eye
from beket.sim.makes import SOAP
from beket.sim.posting import LENGTH, Message, Now, remember
from beket.sim.truth import Told
from beket.words.ids import DeviceId, Instant
from beket.words.site import Device

LASTS_S: Final = 60
"""A pull point that nobody asks ends after this, where its maker names no time."""

HELD_S: Final = 5
"""An answer is held back for so long while there is no news, where the question names no time."""

ASKED_S_MAX: Final = 600
"""Longest time that a question may name."""

EVENTS_MAX: Final = 64
"""Most events of one answer, whatever the question allows."""

LINKS_MAX: Final = 4
"""Connections that the camera serves at once."""

QUESTION_MAX: Final = 16 * 1024
"""Most bytes of a question."""

NO_POINT: Final = "nobody had a pull point at the camera"
ENDED: Final = "the pull point ended first"
"""Why an event did not arrive: it is kept in a pull point only, and known to be taken when that is asked again."""

_ASKED: Final = re.compile(rb"<(?:\w+:)?(CreatePullPointSubscription|PullMessages)\b")
_TERMINATION: Final = re.compile(rb"InitialTerminationTime>PT(\d{1,4})S<")
_TIMEOUT: Final = re.compile(rb"Timeout>PT(\d{1,4})S<")
_LIMIT: Final = re.compile(rb"MessageLimit>(\d{1,4})<")

_CREATE: Final = b"CreatePullPointSubscription"
_PULL: Final = b"PullMessages"


class PullPoint:
    """What one asker is to be told: events that wait, those handed over last, and when all of it ends."""

    def __init__(self, path: str, lasts_ms: int, waiting: Iterable[Message]) -> None:
        self.path = path
        self.news = asyncio.Event()
        self.ends_at = 0
        self._lasts_ms = lasts_ms
        self._waiting = deque(waiting)
        self._handed: list[Message] = []

    def left(self) -> list[Message]:
        """Give what is not known to be taken."""
        return [*self._handed, *self._waiting]

    def renew(self, at: Instant) -> None:
        """Let it stand for its whole time from now on."""
        self.ends_at = at + self._lasts_ms

    def keep(self, message: Message) -> None:
        """Take an event in."""
        remember(self._waiting, message)
        self.news.set()

    def taken(self, at: Instant) -> None:
        """Let go of what was handed over last: who asks again has it."""
        for message in self._handed:
            if message.told is not None and message.last:
                message.told.taken_at = at
        self._handed.clear()

    async def handed(self, held_s: float, events_max: int) -> list[Message]:
        """Hand over what waits; wait for it, if there is nothing yet."""
        if not self._waiting:
            self.news.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.news.wait(), held_s)
        self._handed = [self._waiting.popleft() for _ in range(min(len(self._waiting), events_max))]
        return self._handed


class AskedCamera:
    """One camera at its own address, with room for one pull point: who asks for another takes its place."""

    def __init__(self, device: Device, draws: Draws, now: Now) -> None:
        self.id: DeviceId = device.id
        self._eye = Eye(device, draws)
        self._host = device.host or "127.0.0.1"
        self._port = device.port or 0
        self._now = now
        self._point: PullPoint | None = None
        self._points = 0
        self._cut_off: deque[Message] = deque()
        self._links: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def listen(self) -> int:
        """Open the camera's port; gives its number."""
        self._server = await asyncio.start_server(self._serve, self._host, self._port, limit=QUESTION_MAX)
        self._port = int(self._server.sockets[0].getsockname()[1])
        return self._port

    def close(self) -> None:
        """Hang up on everybody; what is left is lost."""
        if self._server is not None:
            self._server.close()
        for link in list(self._links):
            link.transport.abort()
        self._end()
        for message in self._cut_off:
            _lose(message, NO_POINT)

    @property
    def heard(self) -> bool:
        """Tell whether somebody has a pull point here."""
        return self._standing() is not None

    @property
    def busy(self) -> bool:
        """Tell whether something still waits to be taken."""
        return bool(self._cut_off) or (self._point is not None and bool(self._point.left()))

    def speak(self, told: Told) -> None:
        """Tell a happening; one from when the camera was cut off is there for whoever makes the next pull point."""
        for message in self._eye.messages(told, told.seen_at if told.seen_at is not None else self._now()):
            told.sent_at = self._now()
            if told.telling.history:
                self._end()
                remember(self._cut_off, message)
            elif (point := self._standing()) is not None:
                point.keep(message)
            else:
                told.lost = NO_POINT

    def _standing(self) -> PullPoint | None:
        """Give the pull point, unless its time is over."""
        if self._point is not None and self._now() >= self._point.ends_at:
            self._end()
        return self._point

    def _end(self) -> None:
        point, self._point = self._point, None
        if point is not None:
            for message in point.left():
                _lose(message, ENDED)
            point.news.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one question after the other."""
        if len(self._links) >= LINKS_MAX:
            writer.transport.abort()
            return
        self._links.add(writer)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = LENGTH.search(head)
                body = await reader.readexactly(min(int(length[1]), QUESTION_MAX) if length else 0)
                answer = await self._answered(head.split(b" ", 2)[1].decode("latin-1"), body)
                if writer.is_closing():
                    return  # it hung up while the answer was held back
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, IndexError, ConnectionError):
            pass  # it hung up, or speaks no HTTP
        finally:
            self._links.discard(writer)
            writer.close()

    async def _answered(self, path: str, body: bytes) -> bytes:
        asked = _ASKED.search(body)
        action = asked[1] if asked is not None else b""
        if action == _CREATE and path == EVENT_SERVICE:
            return _http(encode_pull_point(f"http://{self._host}:{self._port}{self._made(body).path}"))
        if action != _PULL:
            return _http(encode_fault("ter:ActionNotSupported"), "400 Bad Request")
        point = self._standing()
        if point is not None and point.path == path:
            point.taken(self._now())
            point.renew(self._now())
            messages = await point.handed(
                _said(_TIMEOUT, body, HELD_S), min(_said(_LIMIT, body, EVENTS_MAX), EVENTS_MAX)
            )
            if point is self._point:
                return _http(pulled(messages))
        return _http(encode_fault("wsrf-rw:ResourceUnknownFault"), "400 Bad Request")

    def _made(self, body: bytes) -> PullPoint:
        """Make a pull point; what was kept while the camera was cut off is in it from the beginning."""
        self._end()
        self._points += 1
        lasts_ms = 1000 * _said(_TERMINATION, body, LASTS_S)
        self._point = PullPoint(f"{EVENT_SERVICE}/pull/{self._points}", lasts_ms, self._cut_off)
        self._point.renew(self._now())
        self._cut_off.clear()
        return self._point


def pulled(messages: Iterable[Message]) -> bytes:
    """Write events as one answer to who pulls them."""
    return encode_pulled(*(message.content.body.decode() for message in messages))


def _said(what: re.Pattern[bytes], body: bytes, otherwise: int) -> int:
    found = what.search(body)
    return min(int(found[1]), ASKED_S_MAX) if found is not None else otherwise


def _http(answer: bytes, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Type: {SOAP}\r\nContent-Length: {len(answer)}\r\n\r\n".encode() + answer


def _lose(message: Message, why: str) -> None:
    if message.told is not None and message.told.taken_at is None:
        message.told.lost = why
