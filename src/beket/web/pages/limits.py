"""Legal limits of mass: the table that weighings are held to, with what each row rests on."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from beket.web.access import asks
from beket.web.moments import now_ms
from beket.web.shown.limits import show_limits
from beket.words.moments import day_of
from beket.words.shipped_limits import shipped_limits


@asks("see_dossier")
@require_GET
def limits(request: HttpRequest) -> HttpResponseBase:
    """Every row of the table in force: what may weigh how much, where and when, and who says so."""
    shown = show_limits(shipped_limits(), day_of(now_ms()))
    return render(request, "pages/limits.html", {"here": "crossings", "shown": shown})
