"""The log as people see it: heads, one entry beside its bytes, and the verification of a chain."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from beket.web import access, panels
from beket.web.access import asks, at_place, eyes_of
from beket.web.moments import SECOND, span
from beket.web.phrases import PICTURES, word
from beket.web.shown.dossier import Shot
from beket.web.shown.entries import show_entry


@asks("see_log")
@require_GET
def heads(request: HttpRequest) -> HttpResponseBase:
    """How far every chain reaches, and what was set aside."""
    full = {"room": access.room(), "picture_bytes_max": settings.EVIDENCE_BYTES_MAX}
    return render(request, "pages/log.html", {"here": "log", **full, **panels.gather("log", eyes_of(request), "")})


@asks("see_log")
@require_GET
def entry(request: HttpRequest, place: str, ref: str) -> HttpResponseBase:
    """One entry: decoded JSON beside the raw bytes, with its hash and frame."""
    eyes = eyes_of(request)
    seen = access.entry(eyes, "see_log", place, ref)
    name, zone = access.names()[place]
    pictures = _pictures(place, seen.fields.get("images") or []) if eyes.sees("see_evidence", place) else []
    context = {
        "here": "log",
        "entry": show_entry(seen, access.raw(eyes, seen)),
        "place_name": name,
        "zone": zone,
        "pictures": pictures,
        "sees_raw": eyes.sees("see_raw", place),
        "sees_log": True,
        "sees_dossier": eyes.sees("see_dossier", place),
    }
    return render(request, "pages/entry.html", context)


def _pictures(place: str, images: list[dict[str, Any]]) -> list[Shot]:
    return [
        Shot(f"/pictures/{place}/{image['sha256']}", word(PICTURES, image["role"]), image["role"]) for image in images
    ]


@asks("see_raw")
@require_GET
def raw(request: HttpRequest, place: str, ref: str) -> HttpResponseBase:
    """The whole bytes of a message, to keep and to try again; never shown as a page of ours."""
    eyes = eyes_of(request)
    message = access.raw(eyes, access.entry(eyes, "see_raw", place, ref))
    if message is None:
        raise Http404
    name = f'attachment; filename="{place}-{ref}.bin"'
    return HttpResponse(message.blob, content_type="application/octet-stream", headers={"Content-Disposition": name})


@asks("verify_log")
@require_http_methods(["GET", "POST"])
def verify(request: HttpRequest, place: str) -> HttpResponseBase:
    """Walk one chain anew, from its first frame."""
    eyes = eyes_of(request)
    at_place(eyes, "verify_log", place)
    context: dict[str, Any] = {"here": "log", "name": access.names()[place][0]}
    if request.method == "POST":
        began = time.monotonic()
        context["chain"] = access.verify(eyes, place)
        context["took"] = span(int((time.monotonic() - began) * SECOND))
    return render(request, "pages/verify.html", context)
