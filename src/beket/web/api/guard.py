"""The door for programs: only a token opens it, and how often one may ask is counted."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from beket.web.access import View, eyes_for, eyes_of
from beket.web.accounts.pace import PACE
from beket.web.accounts.tokens import Bearer, Fault, shown_by
from beket.words.roles import Verb

P = ParamSpec("P")


class NoToken(Exception):
    """Who asks shows no token that is in force."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


def bearer(request: HttpRequest) -> Bearer:
    """The account whose token this request shows."""
    return cast(Bearer, request.bearer)  # type: ignore[attr-defined]


def asks_token(verb: Verb) -> Callable[[View[P]], View[P]]:
    """Guard a view for programs with the verb it needs: only a token opens it, a session never does.

    Raises NoToken, TooFast, PermissionDenied.
    """

    def guard(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            found = shown_by(request.headers.get("Authorization"))
            if not isinstance(found, Bearer):
                raise NoToken(found)
            PACE.step(found.token)
            request.bearer, request.eyes = found, eyes_for(found.account)  # type: ignore[attr-defined]
            if not eyes_of(request).can(verb):
                raise PermissionDenied(verb)
            return view(request, *args, **kwargs)

        cast(Any, guarded).verb = verb
        return cast("View[P]", guarded)

    return guard
