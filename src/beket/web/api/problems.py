"""How a program is told that a request was not done: one kind of answer, whatever went wrong (RFC 9457)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from http import HTTPStatus
from typing import Any, Concatenate, Final, ParamSpec, cast

import msgspec
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.http.multipartparser import MultiPartParserError

from beket.log.book import Trouble
from beket.log.inbox import OtherPaper, TooLarge
from beket.web.accounts.pace import TooFast
from beket.web.api.guard import NoToken
from beket.web.api.told import Problem

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

MEDIA_TYPE: Final = "application/problem+json"
RETRY_AFTER_S: Final = 5

NOT_THERE: Final = "there is no such thing, or it belongs to a checkpoint this token has no duty at"
NO_TOKEN: Final[Mapping[str, str]] = {
    "no_token": "show a token that is in force: Authorization: Bearer beket_…",
    "token_expired": "the token's time is over; ask an administrator for a new one",
    "token_withdrawn": "the token was withdrawn, or its account is locked",
}
"""Why nobody is let in."""


class Refusal(Exception):
    """A request that cannot be done as it stands."""

    def __init__(self, status: int, detail: str, headers: dict[str, str] | None = None, *, code: str = "") -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers or {}
        self.code = code or HTTPStatus(status).name.lower()


AWAY: Final = Refusal(503, "it cannot be taken now; come again", {"Retry-After": str(RETRY_AFTER_S)})
FAULT: Final = Refusal(500, "a fault of this program, which its diagnostics tell")


def problem(status: int, detail: str, code: str = "") -> bytes:
    """Write a problem as it is sent; `code` says in one word what was wrong, the status does where none is given."""
    known = HTTPStatus(status)
    return msgspec.json.encode(
        Problem(title=known.phrase, status=status, detail=detail, code=code or known.name.lower())
    )


def answer(refusal: Refusal) -> HttpResponse:
    """Answer with a problem."""
    blob = problem(refusal.status, refusal.detail, refusal.code)
    return HttpResponse(blob, status=refusal.status, content_type=MEDIA_TYPE, headers=refusal.headers)


def answers(*methods: str) -> Callable[[View[P]], View[P]]:
    """Let a view answer these methods and turn what goes wrong in it into problems; no form's token is asked for."""

    def wrapped(view: View[P]) -> View[P]:
        @wraps(view)
        def answering(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if request.method not in methods:
                allowed = ", ".join(methods)
                return answer(Refusal(405, f"{request.method} is not answered here, {allowed} is", {"Allow": allowed}))
            try:
                return view(request, *args, **kwargs)
            except Exception as error:
                refusal = _refusal_of(error)
                if refusal is None:
                    raise
                return answer(refusal)

        cast(Any, answering).csrf_exempt = True
        return cast("View[P]", answering)

    return wrapped


def _refusal_of(error: Exception) -> Refusal | None:
    """Say what an exception means to who asked; None where it is a fault of ours."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, NoToken):
        return Refusal(401, NO_TOKEN[error.fault], {"WWW-Authenticate": "Bearer"}, code=error.fault)
    if isinstance(error, TooFast):
        return Refusal(429, str(error), {"Retry-After": str(error.retry_after_s)})
    if isinstance(error, MultiPartParserError | SuspiciousOperation):
        return Refusal(400, f"the body is not what its Content-Type says: {error}")
    if isinstance(error, OtherPaper | TooLarge):
        return Refusal(409 if isinstance(error, OtherPaper) else 413, str(error))
    return next((refusal for kinds, refusal in _MEANT if isinstance(error, kinds)), None)


_MEANT: Final = (
    ((PermissionDenied,), Refusal(403, "none of this account's roles may do that")),
    ((Http404,), Refusal(404, NOT_THERE)),
    ((Trouble, OperationalError, InterfaceError), AWAY),
)
"""What is always answered alike."""
