"""A broker of one subscriber that keeps what is not acknowledged, as MQTT 3.1.1 §4.4 asks of one; it counts the rest.

The broker that the other tests use forgets what was under way when a subscriber goes; this one does not.
"""

from __future__ import annotations

import asyncio
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_CONNECT, _PUBACK, _SUBSCRIBE, _PING, _DISCONNECT = 1, 4, 8, 12, 14


class KeepingBroker:
    """Hands its messages to whoever subscribes, each until it is acknowledged."""

    def __init__(self, topic: str, payloads: list[bytes]) -> None:
        self.unacknowledged = dict(enumerate(payloads, 1))
        self.sent = 0
        self.clean_sessions: list[bool] = []
        self.greetings: list[bytes] = []
        self._topic = topic.encode()
        self._waiting: list[int] = []

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hold one conversation."""
        try:
            while True:
                kind, body = await _packet(reader)
                if kind == _DISCONNECT:
                    break
                self._answer(kind, body, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _answer(self, kind: int, body: bytes, writer: asyncio.StreamWriter) -> None:
        if kind == _CONNECT:
            self.clean_sessions.append(bool(body[7] & 2))
            self.greetings.append(body)
            writer.write(b"\x20\x02\x00\x00")
            self._waiting = list(self.unacknowledged)
        elif kind == _SUBSCRIBE:
            writer.write(b"\x90\x03" + body[:2] + b"\x01")
            while self._waiting:
                self._send(self._waiting.pop(0), writer)
        elif kind == _PUBACK:
            self.unacknowledged.pop(struct.unpack(">H", body[:2])[0], None)
        elif kind == _PING:
            writer.write(b"\xd0\x00")

    def _send(self, number: int, writer: asyncio.StreamWriter) -> None:
        topic = struct.pack(">H", len(self._topic)) + self._topic
        body = topic + struct.pack(">H", number) + self.unacknowledged[number]
        writer.write(b"\x32" + _length(len(body)) + body)
        self.sent += 1


@asynccontextmanager
async def keeping_broker(
    topic: str, payloads: list[bytes], tls: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[KeepingBroker, int]]:
    """Such a broker and its port, until the block ends."""
    broker = KeepingBroker(topic, payloads)
    server = await asyncio.start_server(broker.talk, "127.0.0.1", 0, ssl=tls)
    try:
        yield broker, server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await asyncio.sleep(0)


async def _packet(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    first = (await reader.readexactly(1))[0]
    length, shift = 0, 0
    while True:
        byte = (await reader.readexactly(1))[0]
        length |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return first >> 4, await reader.readexactly(length)


def _length(size: int) -> bytes:
    out = b""
    while True:
        size, byte = size >> 7, size & 0x7F
        out += bytes((byte | (0x80 if size else 0),))
        if not size:
            return out
