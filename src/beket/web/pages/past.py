"""The picture of a past hour: wall and queue as the house held them, with a slider; nothing can be done there."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from beket.web import asked_past, gathered_past
from beket.web.access import asks, eyes_of
from beket.web.moments import HOME_ZONE, HOUR, now_ms
from beket.web.pages.situation import map_start
from beket.web.shown.tiles import LEVELS, ShownWall
from beket.words.ids import Instant

PICTURE: Final = "picture"
BAD_REQUEST: Final = 400

LIVE: Final = {"line": None, "here": ""}
"""What pages of now have in their head, and this one has not: nothing on it moves by itself, and nothing sounds."""


@asks("see_wall")
@require_GET
def past(request: HttpRequest) -> HttpResponseBase:
    """The wall, the map and the queue of one past minute."""
    now = now_ms()
    try:
        asked = asked_past.read(request.GET.dict(), now)
    except asked_past.NotAnInstant:
        return _refused(request, _("This is no date and time."), now)
    except asked_past.NotYet:
        return _refused(request, _("This minute has not been yet."), now)
    shown = gathered_past.then(eyes_of(request), asked.at)
    start = map_then(shown.wall)
    context: dict[str, Any] = {"then": shown, "map_then": start["places"], "zone": HOME_ZONE, "levels": LEVELS}
    if request.GET.get("part") == PICTURE:
        return render(request, "panels/past.html", context)
    return render(request, "pages/past.html", {**context, **LIVE, **_form(asked), "map_start": start})


def map_then(shown: ShownWall) -> dict[str, Any]:
    """What the map is given of the past: its badges lead to the tiles of the same page."""
    start, known = map_start(shown), {tile.id: tile.known for tile in shown.tiles}
    places = [{**place, "href": f"#t-{place['id']}", "known": known[place["id"]]} for place in start["places"]]
    return {**start, "places": places}


def _form(asked: asked_past.Asked) -> dict[str, Any]:
    return {
        "asked": asked,
        "at_written": asked_past.written(asked.at),
        "start_written": asked_past.written(asked.start),
        "last_written": asked_past.written(asked.last),
        "hours": asked_past.HOURS,
        "earlier": asked.link(-HOUR),
        "later": asked.link(HOUR),
    }


def _refused(request: HttpRequest, said: str, now: Instant) -> HttpResponseBase:
    form = _form(asked_past.read({}, now))
    return render(request, "pages/past.html", {**LIVE, **form, "said": said, "zone": HOME_ZONE}, status=BAD_REQUEST)
