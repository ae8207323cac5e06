"""Our side of HTTP with a device: signed in, patient within limits, and deaf to whatever would unfold in memory.

An answer that is compressed though nobody asked for it could make a little very large, so it is refused before a byte
of it is read; what comes with a refusal to let us in is read, for the next request, but not beyond a cap.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Final

import httpx

from beket.devices.kit.driver import Link
from beket.devices.kit.line import Line

CONNECT_S_MAX: Final = 10.0
"""Longest wait for a connection: a device on the same network answers within a second."""

REFUSAL_MAX: Final = 64 * 1024
"""Most bytes of a page that says that we must sign in."""

Secret = Callable[[str], str | None]
"""Gives a password by the name that the site file has for it; the site file itself, being logged, holds none."""


class LinkDown(Exception):
    """A link ended or could not be made; the message says why, for an engineer."""


class Bounded(httpx.AsyncBaseTransport):
    """What stands between the device and the library that reads it."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Give the answer, unless it would unfold; a refusal's body is cut at its cap."""
        try:
            answer = await self._inner.handle_async_request(request)
        except AttributeError as error:  # anyio 4 asks the socket of a connection that the device has already dropped
            raise httpx.ConnectError("the connection was gone as soon as it was made") from error
        encoding = answer.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in ("", "identity"):
            await answer.aclose()
            raise httpx.DecodingError(f"the answer is compressed ({encoding[:20]}) though nobody asked for it")
        if answer.status_code == httpx.codes.UNAUTHORIZED and isinstance(answer.stream, httpx.AsyncByteStream):
            answer.stream = _Short(answer.stream)
        return answer

    async def aclose(self) -> None:
        """Close every connection."""
        await self._inner.aclose()


class _Short(httpx.AsyncByteStream):
    """A body that is not read beyond a cap."""

    def __init__(self, inner: httpx.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Give what comes, up to the cap."""
        size = 0
        async for chunk in self._inner:
            size += len(chunk)
            if size > REFUSAL_MAX:
                raise httpx.ReadError(f"a refusal of more than {REFUSAL_MAX} bytes")
            yield chunk

    async def aclose(self) -> None:
        """Let go of the connection."""
        await self._inner.aclose()


def client_of(line: Line, link: Link, secret: Secret) -> httpx.AsyncClient:
    """Make the client of one device, from its address and what the site file says of it; raises LinkDown."""
    device = line.device
    if device.host is None:
        raise LinkDown("the site file gives no host to ask")
    return httpx.AsyncClient(
        base_url=f"{device.options.get('scheme', 'http')}://{device.host}:{device.port or 80}",
        auth=_digest_of(line, secret),
        timeout=httpx.Timeout(link.silence_s_max, connect=CONNECT_S_MAX),
        headers={"accept-encoding": "identity"},
        transport=Bounded(httpx.AsyncHTTPTransport(trust_env=False)),
        trust_env=False,
    )


def _digest_of(line: Line, secret: Secret) -> httpx.DigestAuth | None:
    """How we sign in at a device: a user from the site file, the password from where its name leads."""
    user, named = line.device.options.get("user"), line.device.options.get("password_env")
    if user is None or named is None:
        return None
    password = secret(str(named))
    if password is None:
        raise LinkDown(f"no password is set under the name {named}")
    return httpx.DigestAuth(str(user), password)
