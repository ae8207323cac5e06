"""The pages that say no, each with the reason and a way on."""

from __future__ import annotations

import sys
from typing import Final

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.utils.translation import gettext as _

from beket.log.book import Trouble
from beket.web.api import problems
from beket.web.in_json import Asked, as_json, wants_json
from beket.web.phrases import REFUSED, word

AWAY: Final = (OperationalError, InterfaceError, Trouble)
"""What it looks like when the engine cannot serve now: nobody's mistake, and it comes back by itself."""

API: Final = "/api/"
"""What is asked by programs, which are told in their own words."""

RETRY_AFTER_S: Final = "5"


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """Answer for what is not there, or is not for these eyes: both look the same."""
    if request.path.startswith(API):
        return problems.answer(problems.Refusal(404, problems.NOT_THERE))
    return _refuse(request, 404, _("Not found"), word(REFUSED, "gone"))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """Answer for a page that none of the person's roles may open."""
    return _refuse(request, 403, _("Not allowed"), word(REFUSED, "duty"))


def form_refused(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """Answer for a form without its token: an old page, or somebody else's site."""
    words = word(REFUSED, "form")
    if wants_json(request):
        return as_json(Asked(ask="form", said=words), 403)
    return _refuse(request, 403, _("Form refused"), words)


def failed(request: HttpRequest) -> HttpResponse:
    """Answer when a page could not be made: come again while the engine is away, else a fault of ours.

    The page is made of nothing: whoever asks, and in which language, only the engine knows.
    """
    away = isinstance(sys.exc_info()[1], AWAY)
    if request.path.startswith(API):
        return problems.answer(problems.AWAY if away else problems.FAULT)
    response = HttpResponse(get_template("503.html" if away else "500.html").render(), status=503 if away else 500)
    if away:
        response["Retry-After"] = RETRY_AFTER_S
    return response


def _refuse(request: HttpRequest, status: int, heading: str, words: str) -> HttpResponse:
    return render(request, "pages/refused.html", {"heading": heading, "words": words}, status=status)
