"""A step of a crossing: what proves it, what was decided, and the form for those who may."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods
from msgspec import Struct

from beket.board.panels.procedures import StepSeen
from beket.web import access, panels
from beket.web.access import asks, at_place, eyes_of
from beket.web.courses import EFFECTS, OUTCOMES, OVERRIDES, in_language
from beket.web.orders import Signed, Under, order
from beket.web.phrases import word
from beket.words.decisions import REMARK_MAX, BeginStep, DecideStep
from beket.words.ids import CrossingId, EntryRef
from beket.words.procedures import OVERRIDES as REASONS
from beket.words.procedures import deciders


class Typed(Struct, frozen=True, kw_only=True):
    """The form as it was filled in."""

    outcome: str = ""
    override: str = ""
    remark: str = ""
    replaces: str = ""


@asks("see_dossier", posting="decide_steps")
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, crossing: str, code: str) -> HttpResponseBase:
    """One step; a decision is appended to the log, and what became of it is said."""
    eyes = eyes_of(request)
    held = access.dossier(eyes, crossing).crossing
    course = panels.see_course(eyes, crossing)
    shown = next((one for one in course.steps if one.step.code == code), None) if course is not None else None
    if shown is None:
        raise Http404
    typed, said, own = _typed(request), "", deciders(shown.step.agency)
    if request.method == "POST":
        at_place(eyes, "decide_steps", held.place)
        begins = request.POST.get("do") == "begin"
        make = _begin if begins else _decide
        under = Under("decide_steps", own)
        taken = order(request, under, held.place, lambda signed: make(crossing, code, typed, signed))
        if taken.outcome == "done":
            return redirect(f"/crossings/{crossing}#steps")
        said = word(OUTCOMES, taken.outcome)
    names = access.names()[held.place]
    context: dict[str, Any] = {
        "here": "crossings",
        "crossing": crossing,
        "plate": held.plate,
        "place_name": names[0],
        "zone": names[1],
        "shown": shown,
        "outcomes": [(one.code, in_language(one.name), word(EFFECTS, one.effect)) for one in shown.step.outcomes],
        "overrides": list(OVERRIDES.items()),
        "may_decide": eyes.sees("decide_steps", held.place),
        "decision": _stands(request, held.place, shown.stamp),
        "own": bool(own & eyes.serves("decide_steps", held.place)),
        "typed": typed,
        "said": said,
        "remark_max": REMARK_MAX,
    }
    return render(request, "pages/step.html", context)


def _stands(request: HttpRequest, place: str, stamp: StepSeen | None) -> DecideStep | None:
    """The decision that stands, as it was taken; None where nobody took one."""
    if stamp is None or stamp.by_whom is None or stamp.decided is None:
        return None
    body = access.entry(eyes_of(request), "see_dossier", place, stamp.decided).body
    return body if isinstance(body, DecideStep) else None


def _typed(request: HttpRequest) -> Typed:
    given = request.POST
    override = given.get("override", "")
    return Typed(
        outcome=given.get("outcome", "")[:40],
        override=override if override in REASONS else "",
        remark=given.get("remark", "").strip()[:REMARK_MAX],
        replaces=given.get("replaces", "")[:40],
    )


def _begin(crossing: str, code: str, _typed: Typed, signed: Signed) -> BeginStep:
    return BeginStep(
        decision_id=signed.decision_id, by=signed.by, role=signed.role, at=signed.at, crossing=CrossingId(crossing),
        step=code,
    )  # fmt: skip


def _decide(crossing: str, code: str, typed: Typed, signed: Signed) -> DecideStep:
    return DecideStep(
        decision_id=signed.decision_id, by=signed.by, role=signed.role, at=signed.at, crossing=CrossingId(crossing),
        step=code, outcome=typed.outcome, remark=typed.remark, override=typed.override or None,  # type: ignore[arg-type]
        replaces=EntryRef(typed.replaces) if typed.replaces else None,
    )  # fmt: skip
