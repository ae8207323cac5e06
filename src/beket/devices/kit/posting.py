"""One HTTP listener with the devices that post to it: in the clear, or behind TLS where certificates tell who posts."""

from __future__ import annotations

import ssl
from collections.abc import Sequence

from beket.devices.kit.handshakes import TlsAcceptor
from beket.devices.kit.line import Clock, Line
from beket.devices.kit.listen import HttpServer
from beket.devices.kit.ports import Sink
from beket.devices.kit.push import Desk


class Posting:
    """Opened where there are such devices; without any it is no listener at all."""

    def __init__(self, lines: Sequence[Line], sink: Sink, clock: Clock, at: tuple[str, int]) -> None:
        self._at = at
        self._lines = lines
        proved = any(line.device.tls_name is not None for line in lines)
        self._desk = Desk(lines, sink, clock, f"{'https' if proved else 'http'}:{at[1]}", proved=proved)
        self._server = HttpServer(self._desk.app(), self._desk.knows) if lines else None
        self._acceptor: TlsAcceptor | None = None

    @property
    def port(self) -> int:
        """The port that is posted to; 0 while it is not open."""
        if self._acceptor is not None:
            return self._acceptor.port
        return self._server.port if self._server is not None else 0

    @property
    def strangers(self) -> int:
        """How many messages came from nobody we know, and how many handshakes failed."""
        return self._desk.unknown

    @property
    def refused(self) -> int:
        """How many connections found no room."""
        return self._server.guests.refused if self._server is not None else 0

    async def open(self, context: ssl.SSLContext | None = None) -> None:
        """Listen; OSError says why it cannot."""
        if self._server is None:
            return
        if context is None:
            await self._server.open(*self._at)
            return
        self._acceptor = TlsAcceptor(self._server.protocol(), context, self._desk.knows, self._desk.refuse)
        self._acceptor.open(*self._at)

    async def close(self) -> None:
        """Stop listening; posts in hand are answered before."""
        if self._acceptor is not None:
            await self._acceptor.close()
        if self._server is not None:
            await self._server.close()
