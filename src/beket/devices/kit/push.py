"""The listener that cameras post to: hostile ground, so everything about a request is bounded and checked.

A device is answered 200 only after the log has what it said. Statuses: 400 the message could not be read, 403
nobody we know, 408 too slow, 413 too long, 503 with Retry-After when the log cannot take it now.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from beket.devices.kit.doors import GROUPS_MAX, Doors, nobody_at, only_place
from beket.devices.kit.driver import Frame, Out, Problem
from beket.devices.kit.line import Clock, Line
from beket.devices.kit.neighbours import Neighbours
from beket.devices.kit.ports import Sink, SinkTrouble
from beket.devices.kit.quarantine import RAW_MAX, Quarantine

BODY_MAX: Final = 8 * 1024 * 1024
"""Most bytes of one post (reference 03 §11): a camera's largest, four pictures, has under 2 MiB."""

BODY_S_MAX: Final = 20.0
"""Longest time a body may take: 8 MiB over a 4 Mbit/s line."""

RETRY_AFTER_S: Final = "5"

IN_HAND_MAX: Final = 64
"""Most posts in hand at once: 64 bodies of 8 MiB are half a gigabyte, the most this listener may hold."""

IN_HAND_PER_ADDRESS_MAX: Final = 16
"""Most of them from one address, so that one that dribbles its bodies leaves hands for the others."""

STRANGERS_IN_HAND_MAX: Final = 8
STRANGER_S_MAX: Final = 2.0
"""Those we do not know share few hands and little time, so that they cannot hold up a camera."""

_CLOSE: Final = {"connection": "close"}
_HARMLESS: Final = ("orphan_pictures",)
"""Refusals that the device need not repeat: it did nothing wrong."""


class TooLong(Exception):
    """A body went over its cap; the bytes so far are in the first argument."""


class Hands:
    """How many posts are in hand at once, and how many of them from one address; the others wait for their turn."""

    def __init__(self, most: int, per_address: int) -> None:
        self._all = asyncio.Semaphore(most)
        self._per_address = per_address
        self._own: dict[str, tuple[asyncio.Semaphore, int]] = {}

    @asynccontextmanager
    async def for_one(self, address: str) -> AsyncIterator[None]:
        """Hold one hand for an address: first one of its own, then one of all."""
        own, users = self._own.get(address) or (asyncio.Semaphore(self._per_address), 0)
        self._own[address] = own, users + 1  # as many at most as there are connections
        try:
            async with own, self._all:
                yield
        finally:
            own, users = self._own[address]
            if users == 1:
                del self._own[address]
            else:
                self._own[address] = own, users - 1


class Desk:
    """Takes posts for all devices of one listener."""

    def __init__(self, lines: Sequence[Line], sink: Sink, clock: Clock, listener: str, *, proved: bool = False) -> None:
        self._proved = proved
        self._doors = Doors(lines)
        self._neighbours: dict[int, tuple[Sequence[Line], Neighbours]] = {}
        self._clock = clock
        self._quarantine = Quarantine(sink, only_place(lines), listener)
        self._hands = Hands(IN_HAND_MAX, IN_HAND_PER_ADDRESS_MAX)
        self._hands_for_strangers = Hands(STRANGERS_IN_HAND_MAX, STRANGERS_IN_HAND_MAX)
        self.unknown = 0

    def app(self) -> Starlette:
        """The ASGI application."""
        return Starlette(routes=[Route("/{path:path}", self.post, methods=["GET", "POST", "PUT"])])

    def knows(self, address: str) -> bool:
        """Whether some device has this address."""
        return self._doors.anybody(address)

    async def refuse(self, address: str, why: str) -> None:
        """Somebody was not let in: keep the reason where an engineer sees it."""
        self.unknown += 1
        with suppress(SinkTrouble):  # there is nobody to answer, and nothing said that could be lost
            await self._quarantine.refuse(Problem(kind="tls", detail=why), address, self._clock())

    async def post(self, request: Request) -> Response:
        """Take one message; every way out is an answer."""
        address = request.client.host if request.client is not None else "?"
        try:
            names: frozenset[str] | None = request.state.names if self._proved else None
            lines = self._doors.at(address, names)
            async with (self._hands if lines else self._hands_for_strangers).for_one(address):
                return await self._taken(request, address, lines)
        except SinkTrouble:
            return Response(status_code=503, headers={"retry-after": RETRY_AFTER_S, **_CLOSE})
        except ClientDisconnect:
            return Response(status_code=400, headers=_CLOSE)

    async def _taken(self, request: Request, address: str, lines: Sequence[Line]) -> Response:
        if request.method == "GET" and not request.url.query:
            return Response(status_code=404, headers=_CLOSE)
        cap = BODY_MAX if lines else RAW_MAX
        try:
            async with asyncio.timeout(BODY_S_MAX if lines else STRANGER_S_MAX):
                body = await _body(request, cap)
        except TimeoutError:
            return Response(status_code=408, headers=_CLOSE)
        except TooLong as long:
            problem = Problem(kind="size", detail=f"more than {cap} bytes", raw=long.args[0])
            status = 413 if lines else 403
            return await self._refused(problem if lines else self._stranger(request, long.args[0]), address, status)
        if not lines:
            return await self._refused(self._stranger(request, body), address, 403)
        frame = Frame(
            blob=body,
            content_type=request.headers.get("content-type", ""),
            query=request.url.query,
            path=request.url.path,
        )
        return await self._heard(lines, frame, request.url.path, address)

    async def _heard(self, lines: Sequence[Line], frame: Frame, path: str, address: str) -> Response:
        received = self._clock()
        asked = self._neighbours_in(lines).at(path)
        if isinstance(asked, str):
            return await self._refused(Problem(kind="shape", detail=asked, raw=frame.blob), address, 403)
        reader = asked.first
        out = reader.read(frame, received)
        who = asked.speaker(out.identities)
        if isinstance(who, str):
            problem = Problem(kind="shape", detail=who, raw=frame.blob)
            declared = out.identities[0] if out.identities else None
            return await self._refused(problem, address, 403, declared, b"".join(out.refusals))
        if who is not reader and who.device.options != reader.device.options:
            out = who.read(frame, received)
        return await self._kept(who, out, frame, address)

    def _neighbours_in(self, lines: Sequence[Line]) -> Neighbours:
        """Sort the devices of an address once, and not for every post."""
        held = self._neighbours.get(id(lines))
        if held is None or held[0] is not lines:
            while len(self._neighbours) >= GROUPS_MAX:
                self._neighbours.pop(next(iter(self._neighbours)))
            held = self._neighbours[id(lines)] = lines, Neighbours(lines)
        return held[1]

    async def _kept(self, line: Line, out: Out, frame: Frame, address: str) -> Response:
        line.show(frame.blob)
        await line.keep(line.prepare([out], self._clock()), address)
        fatal = [problem for problem in out.problems if problem.fatal and problem.kind not in _HARMLESS]
        status = 400 if fatal and not out.told else out.reply_status
        return Response(b"".join(out.replies), status_code=status, media_type=out.reply_type or None)

    def _stranger(self, request: Request, body: bytes) -> Problem:
        names = request.state.names if self._proved else None
        return Problem(kind="shape", detail=nobody_at(names), raw=body)

    async def _refused(
        self, problem: Problem, address: str, status: int, declared_id: str | None = None, answer: bytes = b""
    ) -> Response:
        self.unknown += 1
        await self._quarantine.refuse(problem, address, self._clock(), declared_id)
        return Response(answer, status_code=status, headers=_CLOSE)


async def _body(request: Request, cap: int) -> bytes:
    said = request.headers.get("content-length", "")
    if said.isdigit() and int(said) > cap:
        raise TooLong(b"")
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        chunks.append(chunk)
        if size > cap:
            raise TooLong(b"".join(chunks)[:RAW_MAX])
    return b"".join(chunks)
