"""What the devices of the rehearsal that are dialled have in common: a port, who is connected, and what those ask."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Final, cast

from beket.devices.kit.driver import Framer
from beket.words.ids import DeviceId, Instant
from beket.words.site import Device

LINKS_MAX: Final = 4
"""Connections that a device, or the serial converter before it, serves at once."""

QUESTIONS_MAX: Final = 16
"""Most questions of one breath of a link that are answered."""

Now = Callable[[], Instant]


class Dialled(ABC):
    """One device at its own address and port."""

    def __init__(self, device: Device, now: Now) -> None:
        self.id: DeviceId = device.id
        self._host = device.host or "127.0.0.1"
        self._port = device.port or 0
        self._now = now
        self._links: list[asyncio.Transport] = []
        self._server: asyncio.Server | None = None

    async def listen(self) -> int:
        """Open the device's port; gives its number."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Link(self), self._host, self._port)
        return int(self._server.sockets[0].getsockname()[1])

    def close(self) -> None:
        """Hang up on everybody."""
        if self._server is not None:
            self._server.close()
        for link in list(self._links):
            link.abort()

    @property
    def heard(self) -> bool:
        """Tell whether anybody is connected."""
        return bool(self._links)

    def joined(self, link: asyncio.Transport) -> None:
        """Someone connected."""
        if len(self._links) >= LINKS_MAX:
            link.abort()
        else:
            self._links.append(link)

    def left(self, link: asyncio.Transport) -> None:
        """Someone hung up."""
        if link in self._links:
            self._links.remove(link)

    @abstractmethod
    def framer(self) -> Framer:
        """Give what cuts the bytes of one link into questions."""

    @abstractmethod
    def asked(self, link: asyncio.Transport, question: bytes) -> bytes:
        """Answer a whole question; with nothing, if it is none for this device."""


class _Link(asyncio.Protocol):
    """One connection to a device."""

    def __init__(self, dialled: Dialled) -> None:
        self._dialled = dialled
        self._framer = dialled.framer()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take who dialled in."""
        self._transport = cast("asyncio.Transport", transport)
        self._dialled.joined(self._transport)

    def data_received(self, data: bytes) -> None:
        """Answer the questions that are whole."""
        questions = [frame.blob for frame in self._framer.feed(data) if frame.broken is None]
        for question in questions[:QUESTIONS_MAX]:
            if self._transport is not None:
                self._transport.write(self._dialled.asked(self._transport, question))

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Let who dialled go."""
        if self._transport is not None:
            self._dialled.left(self._transport)
