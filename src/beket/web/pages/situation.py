"""The wall and the checkpoints: the situation as a picture and as tables."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from beket.web import access, asked, panels
from beket.web.access import asks, eyes_of
from beket.web.eyes import Eyes
from beket.web.moments import HOME_ZONE, now_ms
from beket.web.pages.holding import neighbour_form
from beket.web.pages.lists import list_context
from beket.web.shown.tiles import LEVELS, ShownWall
from beket.web.templatetags.desk import WORDS

KIOSK: Final = "kiosk"


@asks("see_wall")
@require_GET
def wall(request: HttpRequest) -> HttpResponseBase:
    """The wall: a picture without input, true at each moment or saying that it is not."""
    shown = panels.see_wall(eyes_of(request))
    context = {"wall": shown, "map_start": map_start(shown), "zone": HOME_ZONE, "now": now_ms(), "levels": LEVELS}
    return render(request, "pages/wall.html", {**context, "kiosk": KIOSK in request.GET})


@asks("see_wall")
@require_GET
def places(request: HttpRequest) -> HttpResponseBase:
    """The same as the wall, as a table."""
    eyes = eyes_of(request)
    context = {"here": "places", "wall": panels.see_wall(eyes), "sees_procedures": eyes.can("see_procedures")}
    return render(request, "pages/places.html", {**context, "sees_layouts": eyes.can("see_devices")})


@asks("see_wall")
@require_GET
def place(request: HttpRequest, name: str) -> HttpResponseBase:
    """One checkpoint: its figures, its devices, and what crosses there."""
    eyes = eyes_of(request)
    context = panels.gather("place", eyes, name)
    frame = {
        "here": "places",
        "place": name,
        "name": context["tile"].name,
        "figures_slot": f"place:{name}",
        "zone": context["tile"].zone_name,
    }
    return render(
        request, "pages/place.html", {**context, **frame, **neighbour_form(request, name), **_list(request, eyes, name)}
    )


def _list(request: HttpRequest, eyes: Eyes, name: str) -> dict[str, Any]:
    if not eyes.sees("see_crossings", name):
        return {"sees_crossings": False}
    asking = asked.read({**request.GET.dict(), "place": name})
    return {"sees_crossings": True, **list_context(eyes, asking, f"/places/{name}"), "places": []}


def map_start(shown: ShownWall) -> dict[str, Any]:
    """What the map island is given at first: places, and every word it shows."""
    words: dict[str, Any] = {
        "map": _("Map of the checkpoints"),
        "unavailable": _("This browser cannot draw the map; the tiles show the same."),
        "inside": _("inside"),
        "waiting": _("waiting"),
        "not_known": _("Not known"),
        "zoom_in": _("Nearer"),
        "zoom_out": _("Farther"),
        "whole": _("Whole country"),
        "levels": {level: str(word) for level, word in WORDS.items()},
    }
    return {"places": panels.map_places(shown), "words": words}


def places_for(eyes: Eyes) -> list[tuple[str, str]]:
    """Checkpoints a filter may offer, by name."""
    named = access.names()
    return sorted(((tile.place, named[tile.place][0]) for tile in access.places(eyes)), key=lambda pair: pair[1])
