"""Servers of the field: HTTP with a clock on every request's head, and plain TCP for devices that dial us."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any, Final

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

CONNECTIONS_MAX: Final = 2048
"""Most connections one listener holds: five times the cameras of a country."""

CONNECTIONS_PER_ADDRESS_MAX: Final = 512
"""Most connections from one address: a recorder forwards for many cameras, a gateway for a post."""

TRACKERS_MAX: Final = 8192
"""Most connections of devices that say themselves who they are, per listener, whatever their address.

A mobile operator's gateway shows all trackers of a country as one address. 5,000 of them take some 100 MiB.
"""

HEAD_S_MAX: Final = 10.0
"""Longest time from the first byte of a request, or from connecting, to the end of its headers."""

IDLE_S_MAX: Final = 75
"""Longest time a camera's connection may be kept without a request."""

BACKLOG: Final = 4096
"""Connections the system holds for us when many devices come back at once (reference 03 §12: the default lost them)."""


class Guests:
    """Who is connected to one listener, and whether one more may come."""

    def __init__(self, connections_max: int | None = None, per_address_max: int | None = None) -> None:
        self._connections_max = CONNECTIONS_MAX if connections_max is None else connections_max
        self._per_address_max = CONNECTIONS_PER_ADDRESS_MAX if per_address_max is None else per_address_max
        self._by_address: Counter[str] = Counter()
        self._present = 0
        self.refused = 0

    def enter(self, address: str) -> bool:
        """Let one more in from this address, or not."""
        room = self._present < self._connections_max and self._by_address[address] < self._per_address_max
        if room:
            self._by_address[address] += 1
            self._present += 1
        else:
            self.refused += 1
        return room

    def leave(self, address: str) -> None:
        """One from this address has gone."""
        self._present -= 1
        self._by_address[address] -= 1
        if self._by_address[address] <= 0:
            del self._by_address[address]


class Doorkeeper(HttpToolsProtocol):
    """One HTTP connection that must say what it wants in time: slow heads are cut off, too many are not let in."""

    guests: Guests
    _head_timer: asyncio.TimerHandle | None = None
    _guest: str | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count the guest and start its clock."""
        super().connection_made(transport)
        address = str((transport.get_extra_info("peername") or ("?",))[0])
        if not self.guests.enter(address):
            transport.abort()
            return
        self._guest = address
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the guest."""
        self._head_came()
        if self._guest is not None:
            self.guests.leave(self._guest)
            self._guest = None
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """A further request on a kept connection has its own time for its head."""
        self._wait_for_head()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is whole; the body's time is the application's."""
        self._head_came()
        super().on_headers_complete()

    def _wait_for_head(self) -> None:
        self._head_came()
        self._head_timer = self.loop.call_later(HEAD_S_MAX, self.transport.abort)

    def _head_came(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None


class HttpServer:
    """A listening HTTP server that belongs to us: no signals, no life of its own."""

    def __init__(self, app: Starlette) -> None:
        self._config = uvicorn.Config(
            app, http=Doorkeeper, lifespan="off", log_config=None, access_log=False, server_header=False,
            date_header=False, timeout_keep_alive=IDLE_S_MAX, ws="none", proxy_headers=False,
        )  # fmt: skip
        self._state = ServerState()
        self._server: asyncio.Server | None = None
        self.guests = Guests()
        self.port = 0

    async def open(self, host: str, port: int) -> None:
        """Listen; OSError says why it cannot."""
        self._config.load()
        kind: type[Any] = type("Doorkeeper", (Doorkeeper,), {"guests": self.guests})
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: kind(config=self._config, server_state=self._state, app_state={}), host, port, backlog=BACKLOG
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self, grace_s: float = 5.0) -> None:
        """Stop listening, let posts in hand be answered, then close what is left."""
        if self._server is None:
            return
        self._server.close()
        for connection in list(self._state.connections):
            connection.shutdown()
        if self._state.tasks:
            await asyncio.wait(list(self._state.tasks), timeout=grace_s)
        for connection in list(self._state.connections):
            connection.transport.abort()
        self._server = None
