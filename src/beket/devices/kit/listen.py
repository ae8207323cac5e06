"""Servers of the field: HTTP with a clock on every request's head, and plain TCP for devices that dial us."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from typing import Any, Final

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from beket.devices.kit.tls import names_in

CONNECTIONS_MAX: Final = 2048
"""Most connections one listener holds: five times the cameras of a country."""

CONNECTIONS_PER_ADDRESS_MAX: Final = 512
"""Most connections from one address: a recorder forwards for many cameras, a gateway for a post."""

STRANGERS_MAX: Final = 256
"""Most connections of addresses that no device has, per listener: whoever fills these leaves room for the cameras."""

STRANGERS_PER_ADDRESS_MAX: Final = 16
"""Most connections from one such address; a device that is just being set up has one or two."""

TRACKERS_MAX: Final = 8192
"""Most connections of devices that say themselves who they are, per listener, whatever their address.

A mobile operator's gateway shows all trackers of a country as one address. 5,000 of them take some 100 MiB.
"""

HEAD_S_MAX: Final = 10.0
"""Longest time from the first byte of a request, or from connecting, to the end of its headers."""

HEAD_MAX: Final = 64 * 1024
"""Most bytes of a request's head, beyond the one read that brings its end; a camera's has under 1 KiB."""

REQUEST_MAX: Final = 20 * 1024 * 1024
"""Most bytes of one request on the wire: twice the longest body, for chunks have a frame, and what follows it.

The body has a cap of its own (`push.BODY_MAX`); this one is for what is no body: trailers, chunk extensions.
"""

PIPELINED_MAX: Final = 8
"""Most requests that may wait behind one that is not answered yet; no device is known to send any."""

IDLE_S_MAX: Final = 75
"""Longest time a camera's connection may be kept without a request."""

BACKLOG: Final = 4096
"""Connections the system holds for us when many devices come back at once (reference 03 §12: the default lost them)."""


def everybody(_address: str) -> bool:
    """No address is a stranger's: who speaks there is known by what it says."""
    return True


class Guests:
    """Who is connected to one listener, and whether one more may come.

    `known` tells addresses that some device has from others; those others have little room, and a room of their own.
    """

    def __init__(
        self,
        connections_max: int | None = None,
        per_address_max: int | None = None,
        known: Callable[[str], bool] = everybody,
    ) -> None:
        self._connections_max = CONNECTIONS_MAX if connections_max is None else connections_max
        self._per_address_max = CONNECTIONS_PER_ADDRESS_MAX if per_address_max is None else per_address_max
        self._by_address: Counter[str] = Counter()
        self._known = known
        self._present = 0
        self._strangers = 0
        self.refused = 0

    def enter(self, address: str) -> bool:
        """Let one more in from this address, or not."""
        known = self._known(address)
        present, most = (self._present, self._connections_max) if known else (self._strangers, STRANGERS_MAX)
        per_address_max = self._per_address_max if known else min(self._per_address_max, STRANGERS_PER_ADDRESS_MAX)
        room = present < most and self._by_address.get(address, 0) < per_address_max
        if room:
            self._by_address[address] += 1
            self._count(1, known=known)
        else:
            self.refused += 1
        return room

    def leave(self, address: str) -> None:
        """One from this address has gone."""
        self._count(-1, known=self._known(address))
        self._by_address[address] -= 1
        if self._by_address[address] <= 0:
            del self._by_address[address]

    def _count(self, more: int, *, known: bool) -> None:
        if known:
            self._present += more
        else:
            self._strangers += more


class _TooMuch(Exception):
    """A connection asks for more than any device does; the parser stops on it."""


class Doorkeeper(HttpToolsProtocol):
    """One HTTP connection that must say what it wants in time: slow heads are cut off, too many are not let in."""

    guests: Guests
    _head_timer: asyncio.TimerHandle | None = None
    _guest: str | None = None
    _came = 0
    """Bytes of the request in hand, and of what came with it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count the guest and start its clock."""
        super().connection_made(transport)
        address = str((transport.get_extra_info("peername") or ("?",))[0])
        if not self.guests.enter(address):
            transport.abort()
            return
        self._guest = address
        self.app_state = {"names": names_in(transport)}
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the guest."""
        self._head_came()
        if self._guest is not None:
            self.guests.leave(self._guest)
            self._guest = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes; one that sends more than any request has is cut off."""
        if self.transport.is_closing():
            return
        self._came += len(data)
        super().data_received(data)
        if self._came > (HEAD_MAX + len(data) if self._head_timer is not None else REQUEST_MAX):
            self.transport.abort()

    def on_message_begin(self) -> None:
        """A further request on a kept connection has its own time for its head."""
        if len(self.pipeline) >= PIPELINED_MAX:
            raise _TooMuch
        self._came = 0
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

    def __init__(self, app: Starlette, known: Callable[[str], bool] = everybody) -> None:
        logging.getLogger("uvicorn.error").setLevel(logging.ERROR)  # a line for every bad request is a flood of its own
        self._config = uvicorn.Config(
            app, http=Doorkeeper, lifespan="off", log_config=None, access_log=False, server_header=False,
            date_header=False, timeout_keep_alive=IDLE_S_MAX, ws="none", proxy_headers=False,
        )  # fmt: skip
        self._state = ServerState()
        self._server: asyncio.Server | None = None
        self.guests = Guests(known=known)
        self.port = 0

    async def open(self, host: str, port: int) -> None:
        """Listen; OSError says why it cannot."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self.protocol(), host, port, backlog=BACKLOG)
        self.port = self._server.sockets[0].getsockname()[1]

    def protocol(self) -> Callable[[], asyncio.Protocol]:
        """What makes each connection's protocol: for a port of our own, or for who else accepts connections."""
        self._config.load()
        kind: type[Any] = type("Doorkeeper", (Doorkeeper,), {"guests": self.guests})
        return lambda: kind(config=self._config, server_state=self._state, app_state={})

    async def close(self, grace_s: float = 5.0) -> None:
        """Stop listening, let posts in hand be answered, then close what is left."""
        if self._server is not None:
            self._server.close()
        for connection in list(self._state.connections):
            connection.shutdown()
        if self._state.tasks:
            await asyncio.wait(list(self._state.tasks), timeout=grace_s)
        for connection in list(self._state.connections):
            connection.transport.abort()
        self._server = None
