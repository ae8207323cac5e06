"""The desk of an agency: the steps that wait for its decision, what is due soonest first, each answered from here."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from beket.web import access, panels
from beket.web.access import asks, at_place, eyes_of
from beket.web.courses import OUTCOMES
from beket.web.orders import Signed, Under, order
from beket.web.phrases import word
from beket.web.shown.waiting import Press, ShownWaiting, why_asked
from beket.words.decisions import REMARK_MAX, DecideStep
from beket.words.ids import CrossingId, EntryRef
from beket.words.procedures import deciders

SAID: Final = {
    **OUTCOMES,
    "not_waiting": _("This does not wait any more, or not as it stood here. Look at what stands there now."),
}

CONFLICT: Final = 409

PRESS_CHARS_MAX: Final = 300
"""Longest value of a button: a crossing, a step, an outcome and the decision that it replaces."""


@asks("decide_steps")
@require_http_methods(["GET", "POST"])
def steps(request: HttpRequest) -> HttpResponseBase:
    """The list; a press is a decision in the log, and what became of it is said where it could not be so."""
    eyes = eyes_of(request)
    place = request.GET.get("place", "")
    if place:
        at_place(eyes, "decide_steps", place)
    context: dict[str, Any] = {"here": "steps", "place": place, "remark_max": REMARK_MAX}
    status = 200
    if request.method == "POST":
        outcome, context["asking"] = _answer(request, place)
        if outcome == "done":
            return redirect(f"/steps?{urlencode({'place': place})}" if place else "/steps")
        context["said"], status = word(SAID, outcome), 200 if outcome in ("", "awaited") else CONFLICT
    context["places"] = [(tile.place, access.names()[tile.place][0]) for tile in access.places(eyes, "decide_steps")]
    context["slot"] = f"steps:{place}"
    return render(request, "pages/steps.html", {**context, **panels.gather("steps", eyes, place)}, status=status)


def _answer(request: HttpRequest, place: str) -> tuple[str, dict[str, str] | None]:
    """Decide what was pressed; gives what became of it, or the reason to ask for."""
    value, why = request.POST.get("do", "")[:PRESS_CHARS_MAX], request.POST.get("why", "").strip()[:REMARK_MAX]
    found = _found(panels.gather("steps", eyes_of(request), place)["rows"], value)
    if found is None:
        return "not_waiting", None
    shown, press = found
    if press.stops and not why:
        return "", {"value": press.value, "question": why_asked(shown, press), "press": press.name}
    return _decide(request, shown, value, why), None


def _found(rows: list[ShownWaiting], value: str) -> tuple[ShownWaiting, Press] | None:
    """Find what was pressed among what may be pressed now."""
    return next(((shown, press) for shown in rows for press in shown.presses if press.value == value), None)


def _decide(request: HttpRequest, shown: ShownWaiting, value: str, why: str) -> str:
    crossing, step, outcome, replaces = value.split(" ")

    def decided(signed: Signed) -> DecideStep:
        return DecideStep(
            decision_id=signed.decision_id, by=signed.by, role=signed.role, at=signed.at,
            crossing=CrossingId(crossing), step=step, outcome=outcome, remark=why,
            replaces=EntryRef(replaces) if replaces else None,
        )  # fmt: skip

    under = Under("decide_steps", deciders(shown.owner))
    return order(request, under, shown.row.place, decided).outcome
