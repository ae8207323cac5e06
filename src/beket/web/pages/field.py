"""The engineer's desk: what was set aside."""

from __future__ import annotations

from typing import Final, cast, get_args

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from beket.log.quarantine import Marking, Verdict
from beket.web import access, panels
from beket.web.access import asks, eyes_of
from beket.web.moments import now_ms
from beket.web.shown.entries import DUMP_BYTES_MAX, dump

NOTE_MAX: Final = 200


@asks("handle_quarantine")
@require_GET
def quarantine(request: HttpRequest) -> HttpResponseBase:
    """What was set aside."""
    context = panels.gather("quarantine", eyes_of(request), "")
    return render(request, "pages/quarantine.html", {"here": "quarantine", **context})


@asks("handle_quarantine")
@require_GET
def set_aside(request: HttpRequest, number: int) -> HttpResponseBase:
    """One kind of refused message with its last bytes."""
    eyes = eyes_of(request)
    kind = access.set_aside(eyes, number)
    context = {"here": "quarantine", "kind": kind, "dump": dump(kind.last_raw[:DUMP_BYTES_MAX])}
    return render(request, "pages/set_aside.html", {**context, "sees_raw": eyes.can("see_raw")})


@asks("handle_quarantine")
@require_POST
def decide(request: HttpRequest, number: int) -> HttpResponseBase:
    """Write down whether a refused sender is a device of ours; the first decision stands."""
    eyes = eyes_of(request)
    access.set_aside(eyes, number)
    verdict = request.POST.get("verdict", "")
    if verdict in get_args(Verdict):
        by, note = request.user.get_username(), request.POST.get("note", "")[:NOTE_MAX]
        access.judge(eyes, number, Marking(verdict=cast(Verdict, verdict), by=by, at=now_ms(), note=note))
    return redirect(f"/quarantine/{number}")
