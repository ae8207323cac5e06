"""Shifts: one's own begins and ends here, the relief confirms, and what was handed over is a sheet to print."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from beket.web import gathered_situations, panels
from beket.web.access import asks, eyes_of
from beket.web.moments import now_ms
from beket.web.orders import Signed, order_at
from beket.web.phrases import word
from beket.web.situation_words import REFUSED
from beket.words.decisions import ConfirmHandover, Decision, EndShift, StartShift

LOGIN_MAX: Final = 150
"""Longest name of an account that is read from a form."""


@asks("take_shift")
@require_http_methods(["GET", "POST"])
def shift(request: HttpRequest) -> HttpResponseBase:
    """One's own shift, who else is on, and what waits for a relief to confirm it."""
    eyes, me, said = eyes_of(request), request.user.get_username(), ""
    if request.method == "POST":
        said = _order(request, me)
        if not said:
            return redirect("/situations" if request.POST.get("do") == "start" else "/shift")
    context: dict[str, Any] = {
        "here": "situations",
        "said": said,
        "me": me,
        "mine": gathered_situations.shown_shift(gathered_situations.own_shifts(me, eyes)),
        "taken": gathered_situations.held_by(eyes, me),
        **panels.gather("shifts", eyes, ""),
    }
    return render(request, "pages/shift.html", context)


@asks("see_situations")
@require_GET
def sheet(request: HttpRequest, login: str) -> HttpResponseBase:
    """The hand-over sheet: all that somebody has taken, with what was done of each, to print and to sign."""
    eyes = eyes_of(request)
    taken = gathered_situations.held_by(eyes, login)
    details = [gathered_situations.one(eyes, one.row.id) for one in taken]
    context = {
        "here": "situations",
        "login": login,
        "details": details,
        "now": now_ms(),
        "me": request.user.get_username(),
    }
    return render(request, "pages/sheet.html", context)


def _order(request: HttpRequest, me: str) -> str:
    """Append the decision at every place that it is for; gives the first reason why one was not taken."""
    eyes, account = eyes_of(request), request.POST.get("account", "")[:LOGIN_MAX]
    match request.POST.get("do"):
        case "start":
            return _everywhere(request, gathered_situations.shift_places(eyes), StartShift)
        case "end":
            own = tuple(shift.place for shift in gathered_situations.own_shifts(me, eyes))
            return _everywhere(request, own, EndShift) if own else word(REFUSED, "not_on_shift")
        case _:
            places = gathered_situations.handed_places(eyes, account)
            confirm = partial(ConfirmHandover, account=account)
            return _everywhere(request, places, confirm) if places else word(REFUSED, "nothing_handed")


def _everywhere(request: HttpRequest, places: Iterable[str], decision: Callable[..., Decision]) -> str:
    """A shift for the country is one at each of its places: each keeps a chain of its own (decision 0001)."""

    def made(signed: Signed) -> Decision:
        return decision(decision_id=signed.decision_id, by=signed.by, role=signed.role, at=signed.at)

    taken = order_at(request, "take_shift", tuple(places), made)
    refused = next((one.outcome for one in taken.values() if one.outcome not in ("done", "awaited", "on_shift")), "")
    return word(REFUSED, refused)
