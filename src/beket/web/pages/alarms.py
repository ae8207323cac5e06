"""Radiation alarms: those that wait, and the form in which a person says what one was."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from beket.web import access, panels
from beket.web.access import asks, eyes_of
from beket.web.judging import ADJUDICATIONS, OUTCOMES, SECONDARIES
from beket.web.orders import Signed, order
from beket.web.phrases import word
from beket.words.decisions import AdjudicateAlarm
from beket.words.ids import EntryRef

REMARK_MAX: Final = 400
ISOTOPES_MAX: Final = 8
ISOTOPE_CHARS_MAX: Final = 12


@asks("see_dossier")
@require_GET
def alarms(request: HttpRequest) -> HttpResponseBase:
    """Alarms that wait for people, and those judged last."""
    return render(request, "pages/alarms.html", {"here": "alarms", **panels.gather("alarms", eyes_of(request), "")})


@asks("see_dossier", posting="adjudicate")
@require_http_methods(["GET", "POST"])
def alarm(request: HttpRequest, place: str, ref: str) -> HttpResponseBase:
    """One alarm with its form; a judgement is appended to the log, and what became of it is said."""
    eyes = eyes_of(request)
    access.alarm(eyes, place, ref)
    said = ""
    if request.method == "POST":
        taken = order(request, "adjudicate", place, lambda signed: _judgement(request, ref, signed))
        if taken.outcome == "done":
            return redirect(f"/alarms/{place}/{ref}")
        said = word(OUTCOMES, taken.outcome)
    context: dict[str, Any] = {
        "here": "alarms",
        "slot": f"alarm:{place}:{ref}",
        "codes": list(ADJUDICATIONS.items()),
        "secondaries": list(SECONDARIES.items()),
        "may_judge": eyes.sees("adjudicate", place),
        "said": said,
        "remark_max": REMARK_MAX,
        **panels.gather("alarm", eyes, f"{place}:{ref}"),
    }
    return render(request, "pages/alarm.html", context)


def _judgement(request: HttpRequest, ref: str, signed: Signed) -> AdjudicateAlarm:
    """Read the form; a code that is none goes to the log as nought, and is refused there for everyone to see."""
    code, secondary = request.POST.get("code", ""), request.POST.get("secondary", "none")
    isotopes = [one.strip()[:ISOTOPE_CHARS_MAX] for one in request.POST.get("isotopes", "").split(",")]
    return AdjudicateAlarm(
        decision_id=signed.decision_id,
        by=signed.by,
        role=signed.role,
        at=signed.at,
        of=EntryRef(ref),
        code=int(code) if code.isascii() and code.isdigit() and len(code) < 4 else 0,
        isotopes=tuple(filter(None, isotopes))[:ISOTOPES_MAX],
        secondary=secondary if secondary in SECONDARIES else "none",  # type: ignore[arg-type]
        remark=request.POST.get("remark", "").strip()[:REMARK_MAX],
    )
