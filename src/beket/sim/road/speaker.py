"""One device on the road and its link: dials, logs in, says what waits, and lets go of nothing that is not answered."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

from msgspec import Struct

from beket.sim.road.ledger import Report
from beket.sim.road.tongues import Spoken, Tongue, spoken
from beket.words.ids import Instant

ANSWER_S_MAX: Final = 15.0
"""Without an answer for so long a device hangs up and says it all again on a new connection."""

CONNECT_S_MAX: Final = 10.0
WAIT_S: Final = (0.5, 8.0)
"""Least and longest wait before it dials again; it doubles in between."""

HEARD_MAX: Final = 8192
"""Most bytes of an answer that are waited for; the longest, a packet of EGTS confirmations, has some hundreds."""

WAITING_MAX: Final = 2000
"""Most reports a device keeps while its link is away, as real ones do; the oldest is let go."""

LATE_MS: Final = 30_000
"""What is said so long after it happened is said as from the device's memory."""

RESENDS: Final = 2
"""How often a device that missed its answer says the same again."""

Now = Callable[[], Instant]


class HungUp(Exception):
    """The link is gone, or the device has given it up."""


class Link(Protocol):
    """What carries bytes to the house and back."""

    def send(self, blob: bytes) -> None:
        """Put a message on its way."""

    async def heard(self) -> bytes:
        """Give what came next; raises HungUp at the end."""

    def close(self) -> None:
        """Hang up."""


class Place(Struct, frozen=True):
    """Where a device dials and from where; `datagrams` where there is no connection."""

    host: str
    port: int
    source: str
    datagrams: bool = False


class _Wire:
    """A TCP connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def send(self, blob: bytes) -> None:
        self._writer.write(blob)

    async def heard(self) -> bytes:
        if chunk := await self._reader.read(HEARD_MAX):
            return chunk
        raise HungUp("the house hung up")

    def close(self) -> None:
        self._writer.close()


class _Datagrams(asyncio.DatagramProtocol):
    """A socket for datagrams; each answer is whole."""

    def __init__(self) -> None:
        self._answers: asyncio.Queue[bytes] = asyncio.Queue(maxsize=64)
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        """The socket is there."""
        self._transport = transport

    def datagram_received(self, data: bytes, _address: object) -> None:
        """An answer came; more than anybody waits for are let go, as a device does."""
        if not self._answers.full():
            self._answers.put_nowait(data)

    def error_received(self, _trouble: Exception) -> None:
        """Nobody listens there yet: the answer stays away, and it is said again."""

    def send(self, blob: bytes) -> None:
        assert self._transport is not None
        self._transport.sendto(blob)

    async def heard(self) -> bytes:
        return await self._answers.get()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


async def dialled(place: Place) -> Link:
    """Reach the house."""
    source = (place.source, 0)
    if place.datagrams:
        _, link = await asyncio.get_running_loop().create_datagram_endpoint(
            _Datagrams, local_addr=source, remote_addr=(place.host, place.port)
        )
        return link
    return _Wire(*await asyncio.open_connection(place.host, place.port, local_addr=source, limit=HEARD_MAX))


class Speaker:
    """Says what it is told to say, in order, until the house has answered each of it."""

    def __init__(self, name: str, tongue: Tongue, place: Place, now: Now) -> None:
        self.name = name
        self._tongue = tongue
        self._place = place
        self._now = now
        self._waiting: deque[Report] = deque()
        self._hand: tuple[Spoken, tuple[Report, ...]] | None = None
        self._number = 0
        self._there = asyncio.Event()
        self._reachable = asyncio.Event()
        self._reachable.set()
        self._taken = 0
        self.connects = 0

    @property
    def busy(self) -> bool:
        """Tell whether anything is not answered yet."""
        return bool(self._waiting) or self._hand is not None

    def tell(self, report: Report) -> None:
        """Have something said as soon as it can be."""
        self._waiting.append(report)
        if len(self._waiting) > WAITING_MAX:
            self._waiting.popleft().let_go = True
        self._there.set()

    def away(self, *, gone: bool) -> None:
        """Take the device out of its network's reach, or back into it."""
        if gone:
            self._reachable.clear()
        else:
            self._reachable.set()

    @property
    def reachable(self) -> bool:
        """Tell whether it is in its network's reach."""
        return self._reachable.is_set()

    async def live(self) -> None:
        """Hold the link as a device does, until cancelled."""
        wait_s = WAIT_S[0]
        while True:
            await self._reachable.wait()
            taken = self._taken
            try:
                await self._converse()
            except (OSError, TimeoutError, HungUp):
                wait_s = WAIT_S[0] if self._taken > taken else min(2 * wait_s, WAIT_S[1])
            await asyncio.sleep(wait_s)

    async def _converse(self) -> None:
        async with asyncio.timeout(CONNECT_S_MAX):
            link = await dialled(self._place)
        self.connects += 1
        try:
            for greeting in self._tongue.login(self.name):
                link.send(greeting.blob)
                await _answered(link, greeting)
            while True:
                await self._say_next(link)
        finally:
            link.close()

    async def _say_next(self, link: Link) -> None:
        if self._hand is None:
            await self._there.wait()
        if not self.reachable:
            raise HungUp("out of reach")
        if self._hand is None:
            self._hand = self._taken_up()
        message, reports = self._hand
        again = any(report.sent_at is not None for report in reports)
        for report in reports:
            report.sent_at = report.sent_at or self._now()
        if not again and any("cut" in report.faults for report in reports):
            await self._cut_off(link, message)
        link.send(message.blob)
        await _answered(link, message)
        for report in reports:
            report.taken_at = self._now()
        self._hand = None
        self._taken += 1
        if any("resend" in report.faults for report in reports):
            for _ in range(RESENDS):
                link.send(message.blob)
                await _answered(link, message)

    def _taken_up(self) -> tuple[Spoken, tuple[Report, ...]]:
        """Take what goes into one message; its number and its bytes stay the same however often it is said."""
        now = self._now()
        late = now - self._waiting[0].at > LATE_MS
        count = min(len(self._waiting), self._tongue.most) if late else 1
        reports = tuple(self._waiting.popleft() for _ in range(count))
        if not self._waiting:
            self._there.clear()
        self._number = self._number % 0xFFFF + 1
        return spoken(self._tongue, self.name, self._number, reports, late=late), reports

    async def _cut_off(self, link: Link, message: Spoken) -> None:
        """Lose the link in the middle of a message, or before its answer: each device the one, then the other."""
        whole = self._number % 2 == 0 or self._place.datagrams
        link.send(message.blob if whole else message.blob[: len(message.blob) // 2])
        await asyncio.sleep(0)
        raise HungUp("the link broke")


async def _answered(link: Link, message: Spoken) -> None:
    """Wait for the answer to a message; HungUp when none came in time or something else did."""
    heard = b""
    async with asyncio.timeout(ANSWER_S_MAX):
        while not message.answered(heard):
            if len(heard) > HEARD_MAX:
                raise HungUp("that is no answer")
            heard += await link.heard()
