"""Where evidence cannot tell who has a conveyance a person says it here: of the neighbour, of the driver, of papers."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from beket.web import access, gathered_courses, moments
from beket.web.access import asks, at_place, eyes_of
from beket.web.courses import AGENCIES as AGENCY_WORDS
from beket.web.holding_words import OUTCOMES
from beket.web.moments import now_ms
from beket.web.orders import Signed, Under, order
from beket.web.phrases import word
from beket.web.shown.holding import show_stop, show_wait
from beket.words.decisions import REMARK_MAX, AwaitTrade, EndAwaiting, ReportNeighbour
from beket.words.holding import AWAITED_MS, NEIGHBOUR_MS
from beket.words.ids import CrossingId, Instant
from beket.words.roles import AGENCIES

LISTED_MS: Final = 30 * moments.DAY
"""How far back statements about a neighbour are listed; older ones stand in the log."""


@asks("see_wall", posting="decide_steps")
@require_http_methods(["GET", "POST"])
def neighbour(request: HttpRequest, name: str) -> HttpResponseBase:
    """What was said of a checkpoint's neighbour, and the form to say that it stopped or takes and sends again."""
    eyes = eyes_of(request)
    tile = access.place(eyes, name)
    given, said = request.POST, ""
    if request.method == "POST":
        at_place(eyes, "decide_steps", name)
        since = _since(given.get("since", "").strip(), tile.zone_name)
        if since is None:
            said = "time_unusable"
        else:
            said = order(request, "decide_steps", name, lambda signed: _report(request, since, signed)).outcome
        if said == "done":
            return redirect(f"/places/{name}#neighbour")
    now = now_ms()
    context: dict[str, Any] = {
        "here": "places",
        "place": name,
        "name": access.names()[name][0],
        "zone": tile.zone_name,
        "rows": [show_stop(one, now) for one in gathered_courses.stops(eyes, name, Instant(now - LISTED_MS), now)],
        "typed": {key: given.get(key, "")[:REMARK_MAX] for key in ("since", "remark")},
        "said": word(OUTCOMES, said),
        **neighbour_form(request, name),
    }
    return render(request, "pages/neighbour.html", context)


def neighbour_form(request: HttpRequest, name: str) -> dict[str, Any]:
    """What the form of a checkpoint's page needs: the statements that hold, and whether this person may speak."""
    eyes, now = eyes_of(request), now_ms()
    return {
        "stopped": [show_stop(one, now) for one in gathered_courses.stops(eyes, name, now, now)],
        "may_say": eyes.sees("decide_steps", name),
        "holds": moments.span(NEIGHBOUR_MS),
        "remark_max": REMARK_MAX,
    }


def _report(request: HttpRequest, since: Instant, signed: Signed) -> ReportNeighbour:
    """Read what was pressed: a direction, and whether the neighbour stopped or goes on."""
    pressed = request.POST.get("do", "")
    return ReportNeighbour(
        decision_id=signed.decision_id, by=signed.by, role=signed.role, at=signed.at,
        direction="in" if pressed.endswith("_in") else "out", passes=pressed.startswith("passes"),
        since_at=Instant(min(since, signed.at)), remark=request.POST.get("remark", "").strip()[:REMARK_MAX],
    )  # fmt: skip


def _since(text: str, zone: str) -> Instant | None:
    """Read a time of today, or of yesterday where that would be ahead; nothing typed is now; None where it is none."""
    now = now_ms()
    if not text:
        return now
    try:
        typed = time.fromisoformat(text)
    except ValueError:
        return None
    today = moments.local(now, zone)
    then = today.replace(hour=typed.hour, minute=typed.minute, second=0, microsecond=0)
    then -= timedelta(days=then > today)
    return Instant(int(then.timestamp() * moments.SECOND))


@asks("see_dossier", posting="decide_steps")
@require_http_methods(["GET", "POST"])
def wait(request: HttpRequest, crossing: str) -> HttpResponseBase:
    """What agencies say that they wait for with one conveyance, and the form for one's own."""
    eyes = eyes_of(request)
    held = access.dossier(eyes, crossing).crossing
    said = ""
    if request.method == "POST":
        at_place(eyes, "decide_steps", held.place)
        agency = request.POST.get("agency", "")
        under = Under("decide_steps", frozenset({agency} & set(AGENCIES)))
        said = order(request, under, held.place, lambda signed: _await(request, crossing, signed)).outcome
        if said == "done":
            return redirect(f"/crossings/{crossing}#steps")
    place_name, zone = access.names()[held.place]
    context: dict[str, Any] = {
        "here": "crossings",
        "crossing": crossing,
        "plate": held.plate,
        "place_name": place_name,
        "zone": zone,
        "rows": [show_wait(one, now_ms()) for one in gathered_courses.waits(eyes, crossing)],
        "agencies": [(one, word(AGENCY_WORDS, one)) for one in sorted(eyes.serves("decide_steps", held.place))],
        "may_say": eyes.sees("decide_steps", held.place) and held.departed_at is None and held.closed_at is None,
        "holds": moments.span(AWAITED_MS),
        "remark_max": REMARK_MAX,
        "remark": request.POST.get("remark", "")[:REMARK_MAX],
        "said": word(OUTCOMES, said),
    }
    return render(request, "pages/wait.html", context)


def _await(request: HttpRequest, crossing: str, signed: Signed) -> AwaitTrade | EndAwaiting:
    pressed = request.POST.get("do", "")
    if pressed == "end":
        return EndAwaiting(
            decision_id=signed.decision_id, by=signed.by, role=signed.role, at=signed.at, crossing=CrossingId(crossing)
        )
    return AwaitTrade(
        decision_id=signed.decision_id, by=signed.by, role=signed.role, at=signed.at, crossing=CrossingId(crossing),
        what="papers" if pressed == "papers" else "driver",
        remark=request.POST.get("remark", "").strip()[:REMARK_MAX],
    )  # fmt: skip
