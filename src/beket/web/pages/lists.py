"""Lists of crossings and the dossier behind each line."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from beket.log.book import Broken
from beket.web import access, asked, panels
from beket.web.access import asks, eyes_of
from beket.web.eyes import Eyes
from beket.web.shown.crossings import FILTER_WORDS, FILTERS

PICTURE_AGE_S = 3600
"""How long a browser may keep a picture for the same person; it can never change, but rights can."""


def list_context(eyes: Eyes, asking: asked.Asked, path: str) -> dict[str, Any]:
    """What the list's template needs; only the first page is live, an older one stands still while it is read."""
    context = panels.see_crossings(eyes, asking)
    older = context["older"]
    return {
        **context,
        "asked": asking,
        "action": path,
        "states": [(name, FILTER_WORDS[name]) for name in FILTERS],
        "slot": "" if asking.after else f"crossings:{asking.text()}",
        "older_url": asking.link(path, older) if older else "",
        "first_url": asking.link(path, None) if asking.after else "",
    }


@asks("see_crossings")
@require_GET
def crossings(request: HttpRequest) -> HttpResponseBase:
    """The live list with its filters."""
    eyes = eyes_of(request)
    asking = asked.read(request.GET.dict())
    named = access.names()
    choices = sorted(
        ((tile.place, named[tile.place][0]) for tile in access.places(eyes, "see_crossings")), key=lambda it: it[1]
    )
    context = list_context(eyes, asking, "/crossings")
    context |= {"here": "crossings", "places": choices, "may_scan": eyes.can("handle_documents")}
    return render(request, "pages/crossings.html", context)


@asks("see_dossier")
@require_GET
def dossier(request: HttpRequest, crossing: str) -> HttpResponseBase:
    """One crossing: who it is, what was said, what was concluded, and why."""
    context = panels.gather("dossier", eyes_of(request), crossing)
    return render(request, "pages/dossier.html", {"here": "crossings", "slot": f"dossier:{crossing}", **context})


@asks("see_evidence")
@require_GET
def picture(request: HttpRequest, place: str, sha256: str) -> HttpResponseBase:
    """One kept picture, through the access door; a drawing that says so stands for one that is not to be had."""
    try:
        media_type, blob = access.picture(eyes_of(request), place, sha256)
    except Broken:
        return _instead(request, _("This picture is no longer what was sent."))
    if blob is None:
        return _instead(request, _("This picture was not kept."))
    safe = media_type if media_type in {"image/jpeg", "image/png", "image/webp"} else "application/octet-stream"
    headers = {"Cache-Control": f"private, max-age={PICTURE_AGE_S}, immutable", "Content-Disposition": "inline"}
    return HttpResponse(blob, content_type=safe, headers=headers)


def _instead(request: HttpRequest, words: str) -> HttpResponse:
    return render(request, "picture.svg", {"words": words}, content_type="image/svg+xml")
