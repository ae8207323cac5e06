"""A listening port behind TLS: handshakes happen aside, so that one that dribbles keeps nobody waiting.

What fails is told with its reason, for an engineer who sets a device up sees nothing else.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Awaitable, Callable
from typing import Final

from beket.devices.kit.accept import NO_ROOM_S, Listener
from beket.devices.kit.tls import reason

HANDSHAKE_S_MAX: Final = 10.0
"""Longest time a handshake may take: some kilobytes over the worst of lines."""

HANDSHAKES_MAX: Final = 256
"""Most handshakes at once; those who come meanwhile wait in the system's queue. Each takes some 100 KiB."""

Refuse = Callable[[str, str], Awaitable[None]]
"""Told the address and the reason when somebody was not let in."""

_log: Final = logging.getLogger("beket.field")


class TlsAcceptor(Listener):
    """A listening port that speaks TLS: every connection is let in when its handshake is done, and not before."""

    def __init__(
        self,
        protocol: Callable[[], asyncio.Protocol],
        context: ssl.SSLContext,
        known: Callable[[str], bool],
        refuse: Refuse,
    ) -> None:
        super().__init__()
        self._protocol = protocol
        self._context = context
        self._known = known
        self._refuse = refuse
        self._room = asyncio.Semaphore(HANDSHAKES_MAX)
        self._shaking: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Listen no more, and end the handshakes; those that were let in stay."""
        await self._end([*self._shaking, *([self._task] if self._task is not None else [])])

    async def _accept(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._room.acquire()
            try:
                connection, peer = await loop.sock_accept(listening)
            except OSError as no_room:
                _log.debug("port %d takes no connection for now: %s", self.port, no_room)
                await asyncio.sleep(NO_ROOM_S)
                self._room.release()
                continue
            except asyncio.CancelledError:
                self._room.release()
                raise
            task = loop.create_task(self._shake(connection, str(peer[0])), name="handshake")
            self._shaking.add(task)
            task.add_done_callback(self._shaken)

    def _shaken(self, task: asyncio.Task[None]) -> None:
        self._shaking.discard(task)
        self._room.release()

    async def _shake(self, connection: socket.socket, address: str) -> None:
        if not self._known(address):
            connection.close()
            await self._refuse(address, "no device is registered for this address")
            return
        loop = asyncio.get_running_loop()
        try:
            await loop.connect_accepted_socket(
                self._protocol, connection, ssl=self._context, ssl_handshake_timeout=HANDSHAKE_S_MAX
            )
        except OSError as failed:
            connection.close()
            await self._refuse(address, reason(failed))
