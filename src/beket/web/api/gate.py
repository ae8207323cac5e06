"""Stands before the pages and sees to it that no body is taken in that is too large, too slow, or nobody's.

The framework behind it lays a whole body aside before any page can say no.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from asgiref.sync import sync_to_async
from django.db import InterfaceError, OperationalError, connection
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from beket.log.inbox import LODGED_BYTES_MAX
from beket.web.accounts.tokens import Bearer, Fault, shown_by
from beket.web.api.problems import MEDIA_TYPE, NO_TOKEN, RETRY_AFTER_S, problem
from beket.web.api.told import BASE
from beket.web.uploads import FORM_BYTES_MAX

BODY_BYTES_MAX: Final = LODGED_BYTES_MAX + FORM_BYTES_MAX
"""Largest body: a paper, or several together, and what a form writes around them."""

BODY_S_MAX: Final = 120.0
"""Longest time that a body may take: the largest one at 2 Mbit/s."""

BODIES_MAX: Final = 32
"""Most requests of programs that bring something at once."""

BODIES_BYTES_MAX: Final = 3 * BODY_BYTES_MAX
"""Most bytes of their bodies: each lies in memory until it is durable. One that does not say its size counts most."""


class Gate:
    """Lets requests through to the pages, each body counted as it comes."""

    def __init__(self, pages: ASGIApp, fault: Callable[[str | None], Fault | None] | None = None) -> None:
        """Stand before the pages; `fault` says why an Authorization header lets nobody in, or None."""
        self._pages = pages
        self._fault = fault or token_fault
        self._bodies = self._bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through, or answer it here."""
        if scope["type"] != "http":
            await self._pages(scope, receive, send)
            return
        refused = _too_long(scope)
        if refused is None and scope["method"] == "POST" and scope["path"].startswith(BASE):
            await self._let_program_in(scope, receive, send)
            return
        await (refused or self._through)(scope, receive, send)

    async def _let_program_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take in a program's body: of somebody known, and not of too many at once."""
        size = _declared(scope)
        size = BODY_BYTES_MAX if size is None else size
        if self._bodies >= BODIES_MAX or self._bytes + size > BODIES_BYTES_MAX:
            await _refused(503, "others are sending; come again")(scope, receive, send)
            return
        self._bodies, self._bytes = self._bodies + 1, self._bytes + size
        try:
            refused = await sync_to_async(self._objection, thread_sensitive=False)(Headers(scope=scope))
            await (refused or self._through)(scope, receive, send)
        finally:
            self._bodies, self._bytes = self._bodies - 1, self._bytes - size

    def _objection(self, headers: Headers) -> Response | None:
        try:
            fault = self._fault(headers.get("Authorization"))
        except (OperationalError, InterfaceError):
            return _refused(503, "it cannot be taken now; come again")
        return None if fault is None else _refused(401, NO_TOKEN[fault], fault)

    async def _through(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = _Body(receive)
        try:
            await self._pages(scope, body.receive, send)
        except _Unwanted as unwanted:
            await unwanted.answer(scope, receive, send)


class _Unwanted(Exception):
    """A body that is not taken in to its end; nothing was answered yet."""

    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.answer = answer


class _Body:
    """Counts a body as it comes."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._until = asyncio.get_running_loop().time() + BODY_S_MAX
        self._size = 0
        self._whole = False

    async def receive(self) -> Message:
        """Give the next piece; after the last one, whatever else there is to hear."""
        if self._whole:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            raise _Unwanted(_refused(408, f"a body comes within {BODY_S_MAX:.0f} s")) from None
        self._size += len(message.get("body", b""))
        if self._size > BODY_BYTES_MAX:
            raise _Unwanted(_too_large())
        self._whole = not message.get("more_body", False)
        return message


def token_fault(header: str | None) -> Fault | None:
    """Say why a header shows no token that is in force; None where it does."""
    try:
        found = shown_by(header)
        return None if isinstance(found, Bearer) else found
    finally:
        connection.close()


def _declared(scope: Scope) -> int | None:
    """How large a request says that it is; None where it does not say so."""
    told = Headers(scope=scope).get("Content-Length", "")
    return int(told[:20]) if told.isascii() and told.isdigit() else None


def _too_long(scope: Scope) -> Response | None:
    """Answer a request that says itself that it is too large."""
    return _too_large() if (_declared(scope) or 0) > BODY_BYTES_MAX else None


def _too_large() -> Response:
    return _refused(413, f"at most {BODY_BYTES_MAX} bytes are taken in one request")


def _refused(status: int, detail: str, code: str = "") -> Response:
    headers = {"Connection": "close"}
    if status == 503:
        headers["Retry-After"] = str(RETRY_AFTER_S)
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(problem(status, detail, code), status_code=status, media_type=MEDIA_TYPE, headers=headers)
