"""Bringing papers: files dropped or chosen, text pasted, and what became of each paper that came in."""

from __future__ import annotations

from typing import Any, get_args

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from beket.log.inbox import Brought, Paper, State, TooLarge
from beket.web import access, lodging
from beket.web.access import asks, eyes_of
from beket.web.again import alike, mappable
from beket.web.eyes import Eyes
from beket.web.moments import now_ms
from beket.web.papers import INBOX_STATES, KINDS_OF_DOCUMENT, REFUSALS, WAYS
from beket.web.phrases import word
from beket.web.shown.entries import DUMP_BYTES_MAX, dump
from beket.web.uploads import Brought as BroughtFile
from beket.web.uploads import bounded
from beket.words.ids import CrossingId, PlaceId


@csrf_exempt
@asks("lodge_documents")
@require_POST
def lodge(request: HttpRequest) -> HttpResponseBase:
    """Take files and pasted text into the inbox; its own bound stands before the form is read."""
    handler = bounded(request)
    if handler.too_much:
        return HttpResponse(status=413)
    answer = _lodge(request, handler.files)
    return HttpResponse(status=413) if handler.too_much else answer


@csrf_protect
def _lodge(request: HttpRequest, files: list[BroughtFile]) -> HttpResponseBase:
    eyes = eyes_of(request)
    text = request.POST.get("text", "").strip()
    brought = [*files, *([BroughtFile("", "text/plain", text.encode())] if text else [])]
    if not brought:
        return redirect("/documents")
    place, crossing = PlaceId(request.POST.get("place", "")), request.POST.get("crossing", "")
    by, at = request.user.get_username(), now_ms()
    papers = [
        Paper(
            place=place, way="desk", by=by, at=at, blob=one.blob, file_name=one.name or None, media_type=one.media_type,
            crossing=CrossingId(crossing[:100]) if crossing else None,
        )
        for one in brought
    ]  # fmt: skip
    try:
        numbers = lodging.lodge(eyes, papers)
    except TooLarge:
        return HttpResponse(status=413)
    return redirect(lodging.shown_at(numbers))


@asks("see_documents")
@require_GET
def inbox(request: HttpRequest) -> HttpResponseBase:
    """Papers that came in, newest first, and what became of each."""
    eyes = eyes_of(request)
    asked, before = request.GET.get("state", ""), request.GET.get("before", "")
    state: State | None = asked if asked in get_args(State) else None  # type: ignore[assignment]
    number = int(before) if before.isascii() and before.isdigit() and len(before) < 18 else None
    rows, named = access.inbox(eyes, state, number), access.names()
    context: dict[str, Any] = {
        "here": "documents",
        "state": asked,
        "states": list(INBOX_STATES.items()),
        "rows": [(row, *named[row.place], *_told(row)) for row in rows],
        "older": rows[-1].id if len(rows) >= 200 else None,
    }
    return render(request, "pages/inbox.html", context)


@asks("see_documents")
@require_GET
def brought(request: HttpRequest, number: int) -> HttpResponseBase:
    """One paper that came in: its documents, or why it was refused with the bytes that came."""
    eyes = eyes_of(request)
    row = access.brought(eyes, number)
    name, zone = access.names()[row.place]
    blob = access.brought_bytes(eyes, row) or b""
    state, way, reason = _told(row)
    context: dict[str, Any] = {
        "here": "documents",
        "row": row,
        "place_name": name,
        "zone": zone,
        "state": state,
        "way": way,
        "reason": reason,
        "documents": [
            (one, word(KINDS_OF_DOCUMENT, one.kind)) for one in (row.outcome.documents if row.outcome else ())
        ],
        "dump": dump(blob[:DUMP_BYTES_MAX]),
        "cut": len(blob) > DUMP_BYTES_MAX,
        "brought_again": access.brought_again(eyes, [row]).get(row.id, ()),
        **(_mapped(eyes, row) if blob and mappable(eyes, row) else {}),
    }
    return render(request, "pages/brought.html", context)


def _mapped(eyes: Eyes, row: Brought) -> dict[str, Any]:
    """What a saved map could do for a refused paper: the one that was made for it stands first."""
    maps = sorted(access.maps(eyes), key=lambda one: one.made_from != row.sha256)
    return {
        "may_map": eyes.can("map_documents"),
        "maps": maps if eyes.sees("handle_documents", row.place) else (),
        "others": len(alike(eyes, row)),
    }


def _told(row: Brought) -> tuple[str, str, str]:
    """Its state, how it came in, and why it was refused."""
    refused = "" if row.outcome is None or row.outcome.refused is None else word(REFUSALS, row.outcome.refused)
    return word(INBOX_STATES, row.state), word(WAYS, row.way), refused
