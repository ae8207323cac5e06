"""Writing a paper down: the form in the order of its boxes, and the search for codes of goods."""

from __future__ import annotations

import re
import uuid
from datetime import datetime
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from beket.board.panels.dossier import Dossier
from beket.log.inbox import OtherPaper, Paper
from beket.web import access, codes, paper_form
from beket.web.access import asks, eyes_of
from beket.web.eyes import Eyes
from beket.web.lodging import lodge, shown_at
from beket.web.moments import HOME_ZONE, language, now_ms, zone_of
from beket.web.paper_boxes import PAPERS, fields_of
from beket.web.paper_form import Written, claims_of
from beket.web.papers import KINDS_OF_DOCUMENT
from beket.web.phrases import word
from beket.web.shown.new_document import Sheet, seen_at, show_sheet, texts_at, wrong_in_order
from beket.words.ids import CrossingId, PlaceId

MEDIA_TYPE: Final = "application/json"
CROSSING_CHARS_MAX: Final = 100

_KEY: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)


class Desk:
    """Who writes, for which crossing, and at which checkpoint."""

    def __init__(self, request: HttpRequest) -> None:
        """Find them by what the page was asked for; raises Http404 for what these eyes do not see."""
        self.eyes: Eyes = eyes_of(request)
        asked = request.POST.get("crossing") or request.GET.get("crossing") or ""
        self.crossing: Dossier | None = access.dossier(self.eyes, asked[:CROSSING_CHARS_MAX]) if asked else None
        named = access.names()
        seen = (tile.place for tile in access.places(self.eyes, "lodge_documents"))
        self.places = sorted(((place, named[place][0]) for place in seen), key=lambda one: one[1])
        chosen = request.POST.get("place") or request.GET.get("place") or (self.places[0][0] if self.places else "")
        self.place = PlaceId(self.crossing.crossing.place if self.crossing else chosen)
        if self.place and not self.eyes.sees("lodge_documents", self.place):
            raise Http404
        self.place_name, self.zone = named[self.place] if self.place else ("", HOME_ZONE)


@asks("lodge_documents")
@require_http_methods(["GET", "POST"])
def new_document(request: HttpRequest) -> HttpResponseBase:
    """The form into which a paper is written; what cannot be read of it is asked for again, with all that was typed."""
    desk = Desk(request)
    codes.open_ahead()
    seen = seen_at(desk.crossing, desk.zone)
    if request.method != "POST":
        kind = paper_form.kind_of(request.GET.get("kind", ""))
        known = {name: text for name, text in texts_at(desk.crossing).items() if name in _names(kind)}
        return _shown(request, desk, Sheet(written=Written(kind=kind, texts=known), wrong={}, seen=seen))
    written = paper_form.read(request.POST)
    if request.POST.get("do") != "send":
        return _shown(request, desk, Sheet(written=written, wrong={}, seen=seen, more=request.POST.get("do") == "more"))
    claims = claims_of(written, datetime.now(zone_of(desk.zone)).date())
    sheet = Sheet(written=written, wrong=claims.wrong, seen=seen)
    if claims.wrong or not desk.place:
        return _shown(request, desk, sheet, "" if desk.place else _("There is no checkpoint to bring it to."))
    try:
        number = _bring(request, desk, paper_form.message(claims, written, seen))
    except OtherPaper:
        said = _(
            "This form was sent before, with other words. Send it again if it is another paper or a corrected one."
        )
        return _shown(request, desk, sheet, said)
    return redirect(shown_at([number]))


def _names(kind: Any) -> frozenset[str]:  # noqa: ANN401
    return frozenset(field.name for field in fields_of(kind))


def _bring(request: HttpRequest, desk: Desk, blob: bytes) -> int:
    """Put the form's message into the inbox; the same form sent twice is one paper."""
    paper = Paper(
        place=desk.place,
        way="form",
        by=request.user.get_username(),
        at=now_ms(),
        blob=blob,
        media_type=MEDIA_TYPE,
        wanted=paper_form.FORMAT,
        crossing=CrossingId(desk.crossing.crossing.id) if desk.crossing else None,
        key=f"form:{_key(request)}",
    )
    return lodge(desk.eyes, [paper])[0]


def _key(request: HttpRequest) -> str:
    """The form's own name; one that is none of ours is another form each time."""
    key = request.POST.get("key", "")
    return key if _KEY.fullmatch(key) else uuid.uuid4().hex


def _shown(request: HttpRequest, desk: Desk, sheet: Sheet, said: str = "") -> HttpResponseBase:
    boxes = show_sheet(sheet)
    wrong = wrong_in_order(boxes)
    context: dict[str, Any] = {
        "here": "documents",
        "key": uuid.uuid4().hex if said or request.method != "POST" else _key(request),
        "kind": sheet.written.kind,
        "kind_word": word(KINDS_OF_DOCUMENT, sheet.written.kind),
        "kinds": [(kind, word(KINDS_OF_DOCUMENT, kind)) for kind in PAPERS],
        "boxes": boxes,
        "kept": sheet.written.kept,
        "wrong": wrong,
        "first": wrong[0].name if wrong else "number",
        "said": said,
        "place": desk.place,
        "place_name": desk.place_name,
        "places": desk.places,
        "crossing": desk.crossing.crossing if desk.crossing else None,
        "searches": codes.can_search(),
    }
    return render(request, "pages/new_document.html", context)


@asks("lodge_documents")
@require_GET
def goods_codes(request: HttpRequest) -> HttpResponseBase:
    """Codes of goods that begin with some digits or whose names have some words: a list for a field, or a page."""
    text = request.GET.get("q", "")[: codes.TEXT_MAX]
    for_field = request.headers.get("HX-Request") == "true"
    found = codes.find(text, language(), codes.SHOWN_MAX if for_field else codes.LISTED_MAX)
    context: dict[str, Any] = {"here": "documents", "q": text, "found": found, "searches": codes.can_search()}
    return render(request, "codes.html" if for_field else "pages/codes.html", context)
