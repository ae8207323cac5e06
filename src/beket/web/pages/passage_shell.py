"""The inspector's desk as a browser first gets it: a page that then works by itself, also without a line."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from beket.web import access
from beket.web.access import asks, eyes_of
from beket.web.headers import WHERE_IT_IS
from beket.web.moments import zone_name
from beket.web.passage_words import words
from beket.web.settings import STATIC_ROOT
from beket.web.templatetags.desk import SHAPES

SCOPE: Final = "/passages"
"""What the worker serves: these pages, and what they load."""


@asks("record_passages")
@require_GET
def passages(request: HttpRequest) -> HttpResponseBase:
    """Lead to the desk of the one place that somebody works at, or let them choose."""
    tiles = access.places(eyes_of(request), "record_passages")
    if len(tiles) == 1:
        return redirect(f"/passages/{tiles[0].place}")
    return render(request, "pages/passage_places.html", {"here": "passages", "tiles": tiles})


@asks("record_passages")
@require_GET
def desk(request: HttpRequest, place: str) -> HttpResponseBase:
    """The desk of one place: an empty page with its words, which the browser fills and keeps for a cut line."""
    access.at_place(eyes_of(request), "record_passages", place)
    known = access.names()
    if place not in known:
        raise Http404
    name, zone = known[place]
    start = {
        "place": place,
        "place_name": name,
        "zone": zone,
        "zone_word": zone_name(zone),
        "login": request.user.get_username(),
        "form": get_token(request),
        **words(),
    }
    page = render(
        request,
        "pages/passages.html",
        {"here": "passages", "place_name": name, "start": start, "levels": tuple(SHAPES)},
    )
    page.headers["Permissions-Policy"] = WHERE_IT_IS
    return page


@asks("record_passages")
@require_GET
def worker(request: HttpRequest) -> HttpResponseBase:  # noqa: ARG001  Django's
    """The script that keeps the desk at hand; asked for anew each time, for a new release brings a new one."""
    headers = {"Service-Worker-Allowed": SCOPE, "Cache-Control": "no-cache"}
    return HttpResponse(_script(), content_type="text/javascript; charset=utf-8", headers=headers)


@lru_cache(maxsize=1)
def _script() -> bytes:
    return (STATIC_ROOT / "islands" / "passages-worker.js").read_bytes()
