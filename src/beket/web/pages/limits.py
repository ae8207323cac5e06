"""Legal limits of mass: the table that weighings are held to, and how one is put in force by two persons."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from beket.web import access
from beket.web.access import asks, eyes_of
from beket.web.fees import fees_now
from beket.web.gathered_weights import limits_at
from beket.web.moments import HOME_ZONE, now_ms
from beket.web.orders import Signed, order
from beket.web.phrases import word
from beket.web.shown.limits import OUTCOMES, show_fees, show_limits, show_table
from beket.words.decisions import ApproveWeightLimits, OfLimits, ProposeWeightLimits, RejectWeightLimits
from beket.words.ids import EntryRef, Sha256, sha256
from beket.words.limits import LIMITS_CHARS_MAX, Wrong, read_limits
from beket.words.moments import day_of
from beket.words.shipped_limits import SHIPPED, shipped_limits

REASON_MAX: Final = 200
REF_MAX: Final = 32


@asks("see_dossier", posting="write_limits")
@require_http_methods(["GET", "POST"])
def limits(request: HttpRequest) -> HttpResponseBase:
    """Every row of the tables in force: what may weigh how much, what an excess costs, when, and who says so."""
    eyes = eyes_of(request)
    named = access.names()
    tiles = access.places(eyes, "see_dossier")
    choices = sorted(((str(tile.place), named[tile.place][0]) for tile in tiles), key=lambda one: one[1])
    place = request.GET.get("place", "") or (choices[0][0] if len(choices) == 1 else "")
    text, said = "", ""
    if request.method == "POST":
        text = request.POST.get("text", "").replace("\r\n", "\n").replace("\x00", "")[: LIMITS_CHARS_MAX + 1]
        said = _ordered(request, access.at_place(eyes, "see_dossier", place), text)
        if not said:
            return redirect(f"/limits?place={place}")
    context: dict[str, Any] = {"here": "crossings", "choices": choices, "place": place, "said": said, "text": text}
    if place:
        context |= _at(request, place, text)
    else:
        context["shown"] = show_limits(shipped_limits(), day_of(now_ms()))
    context["fees"] = show_fees(fees_now(), day_of(now_ms()))
    return render(request, "pages/limits.html", context)


def _at(request: HttpRequest, place: str, text: str) -> dict[str, Any]:
    """What the page tells of one checkpoint."""
    eyes = eyes_of(request)
    seen = next(iter(access.limits(eyes, place)), None)
    in_force = SHIPPED if seen is None else seen.text
    read = read_limits(in_force)
    tables = access.limits(eyes, place, all_of_them=True)
    return {
        "shown": show_limits(limits_at(eyes, place), day_of(now_ms())),
        "seen": seen,
        "wrong": read if isinstance(read, Wrong) else None,
        "zone": access.names().get(place, (place, HOME_ZONE))[1],
        "tables": [show_table(one, in_force) for one in tables if seen is None or one.of != seen.of],
        "may_write": eyes.sees("write_limits", place),
        "login": request.user.get_username(),
        "text": text or in_force,
        "chars_max": LIMITS_CHARS_MAX,
        "reason_max": REASON_MAX,
    }


def _ordered(request: HttpRequest, place: str, text: str) -> str:
    """Have somebody's word about limits written down; gives why it is not done."""
    if request.POST.get("do") == "propose":
        wrong = read_limits(text)
        if isinstance(wrong, Wrong):
            return " ".join(filter(None, (word(OUTCOMES, "limits_unusable"), wrong.where, wrong.reason)))
    taken = order(request, "write_limits", place, lambda signed: _decided(request, text, signed))
    return "" if taken.outcome == "done" else word(OUTCOMES, taken.outcome)


def _decided(request: HttpRequest, text: str, signed: Signed) -> OfLimits:
    told = {"decision_id": signed.decision_id, "by": signed.by, "role": signed.role, "at": signed.at}
    of = EntryRef(request.POST.get("of", "")[:REF_MAX])
    match request.POST.get("do"):
        case "propose":
            return ProposeWeightLimits(**told, text=text, sha256=sha256(text.encode()))  # type: ignore[arg-type]
        case "approve":
            return ApproveWeightLimits(**told, of=of, sha256=Sha256(request.POST.get("seen", "")[:64]))  # type: ignore[arg-type]
        case _:
            why = request.POST.get("why", "").strip()[:REASON_MAX]
            return RejectWeightLimits(**told, of=of, why=why)  # type: ignore[arg-type]
