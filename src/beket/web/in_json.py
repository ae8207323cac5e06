"""What a script of the desk is answered where a page would be shown: that nobody is signed in, or what is amiss."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Final, ParamSpec, cast

import msgspec
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from beket.web.access import eyes_of
from beket.web.accounts.presence import PresenceWanted
from beket.web.phrases import REFUSED, UNSEEN, word

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

SAID: Final = {
    **REFUSED,
    **UNSEEN,
    "sign_in": _("Sign in again: nothing is lost."),
    "presence": _("Show that it is you."),
}


class Asked(Struct, frozen=True, kw_only=True):
    """What has to be done first: sign in, show that one is there, mend what was sent, fetch the form's token anew."""

    ask: str
    said: str
    password: bool = False


class Amiss(ValueError):
    """What was sent cannot be read; the message names what and where."""


def in_json(view: View[P]) -> View[P]:
    """Have a view answered in JSON, also where it does not let somebody in; a fault of ours stays a page."""

    @wraps(view)
    def told(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated or eyes_of(request).resting:
            return sign_in_first()
        try:
            return view(request, *args, **kwargs)
        except PresenceWanted as wanted:
            said = word(SAID, wanted.said or "presence")
            return as_json(Asked(ask="presence", said=said, password=wanted.password), 403)
        except PermissionDenied:
            return as_json(Asked(ask="duty", said=word(SAID, "duty")), 403)
        except Http404:
            return as_json(Asked(ask="gone", said=word(SAID, "gone")), 404)
        except Amiss as amiss:
            return as_json(Asked(ask="mended", said=str(amiss)), 422)

    return cast("View[P]", told)


def sign_in_first() -> HttpResponse:
    """Answer a script of a desk where nobody is signed in any more."""
    return as_json(Asked(ask="sign_in", said=word(SAID, "sign_in")), 401)


def as_json(said: object, status: int = 200) -> HttpResponse:
    """Answer with what can be written as JSON."""
    return HttpResponse(msgspec.json.encode(said), content_type="application/json", status=status)


def wants_json(request: HttpRequest) -> bool:
    """Tell whether a script asks."""
    return request.headers.get("Accept", "").startswith("application/json")
