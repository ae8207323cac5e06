"""The desk of who is on duty: situations with what was said and done of each, and the decisions about them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from beket.board.panels.situations import SituationSeen
from beket.web import gathered_situations, panels
from beket.web.access import asks, at_place, eyes_of
from beket.web.moments import HOUR, now_ms
from beket.web.orders import Signed, order
from beket.web.phrases import word
from beket.web.situation_words import ENDS, REFUSED
from beket.words.decisions import (
    CloseSituation,
    Decision,
    DispatchSituation,
    EscalateSituation,
    MergeSituations,
    SnoozeSituation,
    TakeSituation,
    TickCheck,
)
from beket.words.ids import Instant, SituationId
from beket.words.situations import OUTCOMES, REMARK_MAX

MINUTE: Final = 60_000
SNOOZES: Final[dict[str, int]] = {"15": 15 * MINUTE, "30": 30 * MINUTE, "60": HOUR, "240": 4 * HOUR}
"""For how long a situation may be put off; the house refuses what is too long for its level."""

SEEN_DIGITS_MAX: Final = 9
"""Longest number of a version that is read from a form."""

CONFLICT: Final = 409

About = (
    TakeSituation | EscalateSituation | SnoozeSituation | MergeSituations | DispatchSituation | CloseSituation
)  # fmt: skip
"""Decisions about what a person saw."""


@asks("see_situations")
@require_GET
def situations(request: HttpRequest) -> HttpResponseBase:
    """What needs somebody, the worst first; messages and what was closed last below."""
    return render(request, "pages/situations.html", _frame(request))


@asks("see_situations", posting="handle_situations")
@require_http_methods(["GET", "POST"])
def situation(request: HttpRequest, name: str) -> HttpResponseBase:
    """One situation beside the list; a decision about it is appended to the log, and what became of it is said."""
    eyes = eyes_of(request)
    row = gathered_situations.row_of(eyes, name)
    said, status = "", 200
    if request.method == "POST":
        at_place(eyes, "handle_situations", row.place)
        outcome = order(request, "handle_situations", row.place, _decided(request, row)).outcome
        if outcome == "done":
            return redirect("/situations" if request.POST.get("back") == "list" else f"/situations/{name}")
        said, status = word(REFUSED, outcome), 200 if outcome == "awaited" else CONFLICT
        row = gathered_situations.row_of(eyes, name)
    others = [one for one in gathered_situations.listed(eyes, row.place) if one.row.id != row.id]
    context: dict[str, Any] = {
        **_frame(request),
        "said": said,
        "slot": f"situation:{name}",
        "others": others,
        "outcomes": [(code, ENDS[code]) for code in OUTCOMES],
        "snoozes": [(code, length) for code, length in SNOOZES.items()],
        "may_handle": eyes.sees("handle_situations", row.place) and row.closed_at is None,
        "remark_max": REMARK_MAX,
        "me": request.user.get_username(),
        **panels.gather("situation", eyes, name),
    }
    return render(request, "pages/situations.html", context, status=status)


def _frame(request: HttpRequest) -> dict[str, Any]:
    """What stands beside every situation: the list, and one's own shift."""
    eyes = eyes_of(request)
    shift = gathered_situations.shown_shift(
        gathered_situations.own_shifts(request.user.get_username(), eyes)
    )  # fmt: skip
    return {
        "here": "situations",
        "may_shift": eyes.can("take_shift"),
        "my_shift": shift,
        "now": now_ms(),
        **panels.gather("situations", eyes, ""),
    }


def _decided(request: HttpRequest, row: SituationSeen) -> Callable[[Signed], Decision]:
    """Read the form as a decision about what this person saw."""
    given = request.POST
    seen = given.get("seen", "")
    version = int(seen) if seen.isascii() and seen.isdigit() and len(seen) <= SEEN_DIGITS_MAX else 0

    def made(signed: Signed) -> Decision:
        own: dict[str, Any] = {
            "decision_id": signed.decision_id, "by": signed.by, "role": signed.role, "at": signed.at,
            "situation": row.id,
        }  # fmt: skip
        if given.get("do") == "tick":
            return TickCheck(**own, check=given.get("check", "")[:REMARK_MAX], done=given.get("done") != "no")
        kind, more = _asked(given.get("do", ""), given, signed.at)
        return kind(**own, seen=version, **more)

    return made


def _asked(do: str, given: QueryDict, at: Instant) -> tuple[type[About], dict[str, Any]]:
    why = given.get("why", "").strip()[:REMARK_MAX]
    match do:
        case "escalate":
            return EscalateSituation, {"why": why}
        case "snooze":
            return SnoozeSituation, {"why": why, "until_at": Instant(at + SNOOZES.get(given.get("length", ""), 0))}
        case "merge":
            return MergeSituations, {"into": SituationId(given.get("into", "")[:REMARK_MAX])}
        case "dispatch":
            return DispatchSituation, {"what": why}
        case "close":
            outcome = given.get("outcome", "")
            return CloseSituation, {"outcome": outcome if outcome in OUTCOMES else "resolved", "remark": why}
        case _:
            return TakeSituation, {}
