"""Procedures: written for a checkpoint, compared with what is in force, and put in force by a second person."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods
from msgspec import Struct

from beket.web import access, gathered_courses
from beket.web.access import asks, at_place, eyes_of
from beket.web.courses import OUTCOMES, in_language, procedure_of
from beket.web.eyes import Eyes
from beket.web.moments import midnight_of, now_ms
from beket.web.orders import Signed, order
from beket.web.phrases import word
from beket.web.procedures import shipped_procedures
from beket.web.shown.maps import changed
from beket.web.shown.procedures import show_parts, show_procedure
from beket.words.decisions import ApproveProcedure, ProposeProcedure, RejectProcedure
from beket.words.ids import EntryRef, Instant, Sha256, sha256
from beket.words.procedures import TEXT_MAX, Procedure, Unusable, read_procedure

REASON_MAX: Final = 200


class Typed(Struct, kw_only=True):
    """What was written, and what there is to say of it."""

    text: str
    day: str = ""
    procedure: Procedure | None = None
    from_at: Instant = Instant(0)
    said: str = ""


@asks("see_procedures")
@require_GET
def procedures(request: HttpRequest) -> HttpResponseBase:
    """All that were proposed: those that wait first."""
    eyes = eyes_of(request)
    named, now = access.names(), gathered_courses.all_in_force(eyes, now_ms())
    context: dict[str, Any] = {
        "here": "procedures",
        "rows": [
            show_procedure(one, named[one.place], now=(one.place, one.of) in now)
            for one in gathered_courses.procedures(eyes)
        ],
        "may_write": eyes.can("write_procedures"),
        "places": [(tile.place, named[tile.place][0]) for tile in access.places(eyes, "write_procedures")],
        "shipped": [(code, in_language(procedure_of(text).name)) for code, text in shipped_procedures().items()],
    }
    return render(request, "pages/procedures.html", context)


@asks("see_procedures", posting="write_procedures")
@require_http_methods(["GET", "POST"])
def procedure(request: HttpRequest, place: str, ref: str) -> HttpResponseBase:
    """One procedure: its steps, what it changes, and the form of the second person."""
    eyes = eyes_of(request)
    row = gathered_courses.procedure(eyes, place, ref)
    said = ""
    if request.method == "POST":
        at_place(eyes, "write_procedures", place)
        make = _approve if request.POST.get("do") == "approve" else _reject
        taken = order(request, "write_procedures", place, lambda signed: make(request, ref, signed))
        if taken.outcome == "done":
            return redirect(f"/procedures/{place}/{ref}")
        said = word(OUTCOMES, taken.outcome)
    now = gathered_courses.all_in_force(eyes, now_ms())
    before = gathered_courses.in_force(
        eyes, place, row.direction, Instant(min(row.from_at, row.settled_at or row.from_at) - 1)
    )
    context: dict[str, Any] = {
        "here": "procedures",
        "one": show_procedure(row, access.names()[place], now=(row.place, row.of) in now),
        "procedure": procedure_of(row.text),
        "steps": show_parts(procedure_of(row.text)),
        "before": before,
        "changed": () if before is None else changed(before.text, row.text),
        "may_write": eyes.sees("write_procedures", place),
        "said": said,
        "reason_max": REASON_MAX,
    }
    return render(request, "pages/procedure.html", context)


def _approve(request: HttpRequest, ref: str, signed: Signed) -> ApproveProcedure:
    return ApproveProcedure(
        decision_id=signed.decision_id, by=signed.by, role=signed.role, at=signed.at, of=EntryRef(ref),
        sha256=Sha256(request.POST.get("seen", "")[:64]),
    )  # fmt: skip


def _reject(request: HttpRequest, ref: str, signed: Signed) -> RejectProcedure:
    return RejectProcedure(
        decision_id=signed.decision_id, by=signed.by, role=signed.role, at=signed.at, of=EntryRef(ref),
        why=request.POST.get("why", "").strip()[:REASON_MAX],
    )  # fmt: skip


@asks("write_procedures")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponseBase:
    """Write one for a checkpoint: compared as often as one likes, proposed once; nothing that was typed is lost."""
    eyes = eyes_of(request)
    given = request.POST if request.method == "POST" else request.GET
    place = at_place(eyes, "write_procedures", given.get("place", ""))
    typed = _typed(request, place) if request.method == "POST" else Typed(text=_begun(eyes, place, given.get("of", "")))
    if request.POST.get("do") == "propose" and typed.procedure is not None and not typed.said:
        taken = order(request, "write_procedures", place, lambda signed: _propose(typed, signed))
        if taken.outcome == "done":
            return redirect("/procedures")
        typed.said = word(OUTCOMES, taken.outcome)
    known = typed.procedure
    before = None if known is None else gathered_courses.in_force(eyes, place, known.direction, now_ms())
    context: dict[str, Any] = {
        "here": "procedures",
        "place": place,
        "place_name": access.names()[place][0],
        "typed": typed,
        "said": typed.said,
        "procedure": known,
        "steps": () if known is None else show_parts(known),
        "before": before,
        "changed": () if before is None else changed(before.text, typed.text),
        "chars_max": TEXT_MAX,
    }
    return render(request, "pages/new_procedure.html", context)


def _begun(eyes: Eyes, place: str, of: str) -> str:
    """Begin with one that was proposed here, or with one that comes with the house."""
    if of in shipped_procedures():
        return shipped_procedures()[of]
    return next((one.text for one in gathered_courses.procedures(eyes) if (one.place, one.of) == (place, of)), "")


def _typed(request: HttpRequest, place: str) -> Typed:
    text = request.POST.get("text", "").replace("\r\n", "\n").replace("\x00", "")
    typed = Typed(text=text, day=request.POST.get("from", "")[:10], from_at=now_ms())
    try:
        typed.procedure = read_procedure(text)
        if typed.day:
            typed.from_at = max(midnight_of(typed.day, access.names()[place][1]), typed.from_at)
    except Unusable as unusable:
        typed.said = str(unusable)
    except ValueError:
        typed.said = word(OUTCOMES, "not_from_then")
    return typed


def _propose(typed: Typed, signed: Signed) -> ProposeProcedure:
    return ProposeProcedure(
        decision_id=signed.decision_id, by=signed.by, role=signed.role, at=signed.at, text=typed.text,
        sha256=sha256(typed.text.encode()), from_at=Instant(max(typed.from_at, signed.at)),
    )  # fmt: skip
