"""Slips for a total outage: printed at any moment of a crossing, and taken in again as a claim by whoever scans one."""

from __future__ import annotations

import re
from typing import Any, Final

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from beket.web import access, gathered_slips, panels
from beket.web.access import asks, at_place, eyes_of
from beket.web.eyes import Eyes
from beket.web.moments import now_ms
from beket.web.orders import say
from beket.web.shown.slips import choices, show_checked
from beket.web.slipping import CannotSeal, the_slips
from beket.web.slips import Printed, signed, slip_context, slip_of
from beket.words.ids import CROSSING_FORM, SLIPS, CrossingId, Instant, reading_id, sha256
from beket.words.readings import SlipShown
from beket.words.slips import Checked, packed
from beket.words.wire import Entry, Raw, packed_piece

TEXT_MAX: Final = 4000
"""Most signs of a scanned code that are looked at: the longest slip has a thousand."""

PAPERS: Final = ("roll", "a4")
"""What a slip is printed on: a roll of 80 mm, or a sheet."""


@asks("handle_documents")
@require_GET
def slip(request: HttpRequest, crossing: str) -> HttpResponseBase:
    """What the log has of a crossing now, to be printed: with a signed code, or preliminary and without one."""
    eyes = eyes_of(request)
    held = access.dossier(eyes, crossing)
    at_place(eyes, "handle_documents", held.crossing.place)
    course = panels.see_course(eyes, crossing)
    drawn = slip_of(eyes, held, course, request.user.get_username())
    printed = Printed(slip=drawn) if request.GET.get("preliminary") == "yes" else signed(drawn)
    paper = request.GET.get("paper", "")
    context = {**slip_context(printed, course), "paper": paper if paper in PAPERS else PAPERS[0], "papers": PAPERS}
    return render(request, "papers/slip.html", context)


@asks("handle_documents")
@require_http_methods(["GET", "POST"])
def slips(request: HttpRequest) -> HttpResponseBase:
    """Scan a slip: what it says, whether its signature is ours, and the lorry that it is taken in for."""
    eyes = eyes_of(request)
    text, asked = _given(request, eyes), _asked(request)
    checked, said = _checked(text) if text else (None, "")
    if request.method == "POST" and request.POST.get("do") == "take" and checked is not None:
        place = request.POST.get("place", "")
        if checked.verdict == "good" and (asked or place):
            return _take(request, checked, text, (asked, place))
        said = _("Choose the lorry that the slip was shown for.") if checked.verdict == "good" else ""
    context: dict[str, Any] = {
        "here": "crossings",
        "text": text,
        "text_max": TEXT_MAX,
        "asked": asked,
        "said": said,
        "kept": request.GET.get("kept", ""),
        "waiting": [(one, *access.names()[one.place]) for one in gathered_slips.waiting(eyes)],
    }
    if checked is not None:
        context |= _found(eyes, checked, asked)
    refused = checked is not None and checked.verdict != "good"
    return render(request, "pages/slips.html", context, status=422 if refused or said else 200)


def _asked(request: HttpRequest) -> str:
    """The crossing that a slip is shown for, where one is named."""
    named = request.POST.get("crossing") or request.GET.get("crossing", "")
    return named if re.fullmatch(CROSSING_FORM, named, re.ASCII) else ""


def _given(request: HttpRequest, eyes: Eyes) -> str:
    """The text that was scanned: typed here, or read by a reader of a lane before."""
    place, _slash, ref = request.GET.get("entry", "").partition("/")
    if request.method == "GET":
        return gathered_slips.code_read(eyes, place, ref)[:TEXT_MAX] if ref else ""
    return request.POST.get("text", "").strip()[:TEXT_MAX]


def _checked(text: str) -> tuple[Checked | None, str]:
    try:
        return the_slips().check(text, now_ms()), ""
    except CannotSeal as error:
        return None, str(error)


def _found(eyes: Eyes, checked: Checked, asked: str) -> dict[str, Any]:
    """What the page shows of a slip, and where one that is good can be taken in."""
    named = access.names()
    found = checked.slip
    shown = {"shown": show_checked(checked, *named[found.place if found is not None else ""])}
    if found is None or checked.verdict != "good":
        return shown
    rows = gathered_slips.named_by(eyes, found)
    wanted = tuple(row for row in access.crossings_named(eyes, [asked] if asked else []).values() if row not in rows)
    others = gathered_slips.here_now(eyes, (*rows, *wanted))
    places = sorted(
        ((str(tile.place), named[tile.place][0]) for tile in access.places(eyes, "handle_documents")),
        key=lambda one: one[1],
    )
    return shown | {
        "fitting": choices(found, (*wanted, *rows), named),
        "others": choices(found, others, named),
        "places": places,
        "home": found.place,
    }


def _take(request: HttpRequest, checked: Checked, text: str, meant: tuple[str, str]) -> HttpResponseBase:
    """Append the slip as what somebody showed: for a crossing, or to wait at a place for its lorry."""
    eyes, (crossing, place) = eyes_of(request), meant
    if crossing:
        row = access.dossier(eyes, crossing).crossing
        crossing, place = row.joined_into or row.id, row.place
    else:
        at_place(eyes, "handle_documents", place)
    said = _entry(request, checked, text, CrossingId(crossing) if crossing else None)
    say(request, "handle_documents", place, [said])
    return redirect(f"/crossings/{crossing}#slips" if crossing else f"/slips?kept={place}")


def _entry(request: HttpRequest, checked: Checked, text: str, crossing: CrossingId | None) -> Entry:
    """What was shown, with the text as it came; the same slip for the same crossing is the same reading."""
    assert checked.slip is not None, "only what was read is taken in"
    raw = Raw(sha256=sha256(text.encode()), pieces=(packed_piece(text.encode()),))
    key = f"{checked.key} {crossing or ''} {sha256(packed(checked.slip))}"
    said = SlipShown(
        device_id=SLIPS, received=Instant(now_ms()), reading_id=reading_id(SLIPS, "slip_shown", None, key.encode()),
        raw_sha256=raw.sha256, slip=checked.slip, key=checked.key, signer="" if checked.ours else checked.signer,
        by=request.user.get_username(), crossing=crossing,
    )  # fmt: skip
    return Entry(body=said, raw=raw)
