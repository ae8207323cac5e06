"""A listening port that lets in one connection a turn: thousands that dial at once do not hold up the others."""

from __future__ import annotations

import asyncio
import logging
import socket
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from beket.devices.kit.links import CHUNK_MAX
from beket.devices.kit.listen import BACKLOG

NO_ROOM_S: Final = 0.2
"""How long no connection is taken after the system had no room for one: too many open files, no memory."""

Receive = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

_log: Final = logging.getLogger("beket.field")


class Listener(ABC):
    """A listening socket and the one task that takes its connections; what is done with each is its heirs' matter."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self._task: asyncio.Task[None] | None = None
        self.port = 0

    def open(self, host: str, port: int) -> None:
        """Listen; OSError says why it cannot."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family, backlog=BACKLOG)
        listening.settimeout(0)
        self._socket = listening
        self.port = listening.getsockname()[1]
        self._task = asyncio.get_running_loop().create_task(self._accept(listening), name=f"accept {self.port}")

    async def close(self) -> None:
        """Listen no more; those that were let in stay."""
        await self._end([self._task] if self._task is not None else [])

    async def _end(self, tasks: Sequence[asyncio.Task[None]]) -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._socket is not None:
            self._socket.close()

    @abstractmethod
    async def _accept(self, listening: socket.socket) -> None:
        """Take connections until cancelled."""


class Acceptor(Listener):
    """Listens and hands each connection on. The usual server takes all that wait before it does anything else."""

    def __init__(self, receive: Receive) -> None:
        super().__init__()
        self._receive = receive

    async def _accept(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, _ = await loop.sock_accept(listening)
            except OSError as no_room:
                _log.debug("port %d takes no connection for now: %s", self.port, no_room)
                await asyncio.sleep(NO_ROOM_S)
                continue
            try:
                await loop.connect_accepted_socket(streams_of(self._receive), connection)
            except OSError:
                connection.close()  # it was gone before we turned to it


def streams_of(receive: Receive) -> Callable[[], asyncio.StreamReaderProtocol]:
    """Make what hands each connection on as a reader and a writer."""
    return lambda: asyncio.StreamReaderProtocol(asyncio.StreamReader(limit=CHUNK_MAX), receive)
