"""Asks another authority's server over HTTP, where the address may have come from a stranger: with every bound named.

A name is resolved once, its addresses are looked at, and the connection goes to one that was allowed: a name that
answers with an inner address, or with another one the second time, reaches nothing in here.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable
from typing import Final, Literal, Protocol
from urllib.parse import urlsplit

import httpx
from msgspec import Struct

ANSWER_BYTES_MAX: Final = 1024 * 1024
"""Most bytes of one answer; a certificate has a few thousand."""

WHOLE_S_MAX: Final = 15.0
"""Longest that one question may take, from the name to the last byte, redirects among it: somebody waits at a lane."""

CONNECT_S_MAX: Final = 5.0
"""Longest wait for a connection."""

REDIRECTS_MAX: Final = 3
"""Most times that a server may point at another of its own pages."""

ADDRESSES_MAX: Final = 16
"""Most addresses of one name that are looked at."""

TRANSLATED: Final = ipaddress.IPv6Network("64:ff9b::/96")
"""Addresses that a gateway turns into IPv4 ones, inner ones among them (RFC 6052)."""

Trouble = Literal["unreachable", "address", "host", "redirect", "size", "compressed"]
"""Why there is no answer. `unreachable` may pass; `address`: an inner or reserved one; `host`: not one of the list."""

Resolve = Callable[[str, int], Awaitable[list[str]]]
"""Gives the addresses of a name; raises OSError."""


class Question(Struct, frozen=True, kw_only=True):
    """What is asked, and of whom; `hosts` are those that may answer, `internal` whether they may have inner addresses.

    A host is written as in a URL, with its port where that is none of its scheme's own.
    """

    url: str
    hosts: frozenset[str]
    internal: bool = False
    accept: str = "*/*"
    bytes_max: int = ANSWER_BYTES_MAX


class Answer(Struct, frozen=True, kw_only=True):
    """What a server said: its status and its bytes, and the address at which it said so."""

    status: int
    blob: bytes
    url: str


class Unanswered(Struct, frozen=True, kw_only=True):
    """Why there is no answer, in one word and in a sentence."""

    trouble: Trouble
    reason: str


class Asking(Protocol):
    """The port to servers outside."""

    async def ask(self, question: Question) -> Answer | Unanswered:
        """Ask once; there is always a value, never an exception."""


class _Stopped(Exception):
    """Carries why there is no answer to the one door."""

    def __init__(self, trouble: Trouble, reason: str) -> None:
        super().__init__(reason)
        self.unanswered = Unanswered(trouble=trouble, reason=reason)


async def system_addresses(host: str, port: int) -> list[str]:
    """Resolve a name as this machine does."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(one[4][0]) for one in found]


class HttpAsking:
    """The port's plug: HTTP with a fresh connection for each question, no cookies and no proxy."""

    def __init__(
        self,
        *,
        resolve: Resolve = system_addresses,
        trusted: ssl.SSLContext | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Take whose certificates are trusted (None: those the library trusts); a transport in the place of sockets."""
        self._resolve = resolve
        self._trusted = trusted
        self._transport = transport

    async def ask(self, question: Question) -> Answer | Unanswered:
        """Ask once; there is always a value, never an exception."""
        try:
            async with asyncio.timeout(WHOLE_S_MAX), self._client() as client:
                return await self._asked(client, question)
        except _Stopped as stopped:
            return stopped.unanswered
        except TimeoutError:
            return Unanswered(trouble="unreachable", reason=f"no whole answer within {WHOLE_S_MAX:g} s")
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
            return Unanswered(trouble="unreachable", reason=f"{type(error).__name__}: {error}")

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            verify=self._trusted if self._trusted is not None else True,
            transport=self._transport,
            timeout=httpx.Timeout(WHOLE_S_MAX, connect=CONNECT_S_MAX),
            trust_env=False,
        )

    async def _asked(self, client: httpx.AsyncClient, question: Question) -> Answer:
        url = httpx.URL(question.url)
        for _ in range(REDIRECTS_MAX + 1):
            request = await self._request(client, url, question)
            answer = await _sent(client, request)
            try:
                if not answer.has_redirect_location:
                    return Answer(status=answer.status_code, blob=await _whole(answer, question), url=str(url))
                url = _next(url, answer.headers["location"])
            finally:
                await answer.aclose()
        raise _Stopped("redirect", f"more than {REDIRECTS_MAX} redirects")

    async def _request(self, client: httpx.AsyncClient, url: httpx.URL, question: Question) -> httpx.Request:
        """Make the request to the address that was looked at, in the name of the host that was asked for."""
        name = url.netloc.decode("ascii")
        if url.scheme not in ("http", "https") or url.userinfo or name not in question.hosts:
            raise _Stopped("host", f"{name[:100] or 'no host'} is not among {', '.join(sorted(question.hosts))}")
        address = await self._address(url, internal=question.internal)
        headers = {"host": name, "accept": question.accept, "accept-encoding": "identity"}
        request = client.build_request("GET", url.copy_with(host=address), headers=headers)
        request.extensions["sni_hostname"] = url.host
        return request

    async def _address(self, url: httpx.URL, *, internal: bool) -> str:
        port = url.port or (443 if url.scheme == "https" else 80)
        addresses = (await self._resolve(url.host, port))[:ADDRESSES_MAX]
        for address in addresses:
            if internal or is_outside(address):
                return address
        if not addresses:
            raise _Stopped("unreachable", f"{url.host} has no address")
        raise _Stopped("address", f"{url.host} leads to {addresses[0]}, which is not outside")


async def _sent(client: httpx.AsyncClient, request: httpx.Request) -> httpx.Response:
    """Send a request, and give the answer before its bytes; raises httpx.HTTPError."""
    try:
        return await client.send(request, stream=True)
    except AttributeError as error:  # anyio 4 asks the socket of a connection that the server has already dropped
        raise httpx.ConnectError("the connection was gone as soon as it was made") from error


def is_outside(address: str) -> bool:
    """Say whether an address is one of the open network: not ours, not this machine's, not reserved."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if found in TRANSLATED:
            return False
        found = found.ipv4_mapped or found.sixtofour or found
    return found.is_global and not found.is_multicast


def _next(url: httpx.URL, location: str) -> httpx.URL:
    """Give where a redirect leads, if it leads to the same server and not out of its encryption."""
    if len(location) > len(str(url)) + 2_000:
        raise _Stopped("redirect", "a redirect to an address that is too long")
    there = url.join(location)
    if (there.scheme, there.netloc) != (url.scheme, url.netloc):
        raise _Stopped("redirect", f"{url.host} points at another server: {str(there)[:200]}")
    return there


async def _whole(answer: httpx.Response, question: Question) -> bytes:
    """Read an answer whole, and not beyond its cap; one that would unfold in memory is not read."""
    encoding = answer.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        raise _Stopped("compressed", f"the answer is compressed ({encoding[:20]}) though nobody asked for it")
    blob = bytearray()
    async for piece in answer.aiter_raw():
        blob += piece
        if len(blob) > question.bytes_max:
            raise _Stopped("size", f"an answer of more than {question.bytes_max} bytes")
    return bytes(blob)


def host_of(url: str) -> str:
    """Give the host of an operator's own URL as a question lists it, in small letters, with its port if it has one."""
    return urlsplit(url).netloc.lower()
