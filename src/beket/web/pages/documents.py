"""Documents on file: the list, one document beside what it was read from, and the form that says whose it is."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from beket.web import access, asked_documents, panels
from beket.web.access import asks, eyes_of
from beket.web.gathered_documents import original_of, see_documents
from beket.web.orders import Signed, order
from beket.web.papers import KINDS_OF_DOCUMENT, OUTCOMES, STATES_OF_DOCUMENT
from beket.web.phrases import word
from beket.words.decisions import AttachDocument, Decision, DetachDocument
from beket.words.ids import CrossingId, DocumentId

REASON_MAX: Final = 200


@asks("see_documents")
@require_GET
def documents(request: HttpRequest) -> HttpResponseBase:
    """The live list of documents with its filters, and the form that brings new ones."""
    eyes = eyes_of(request)
    asking = asked_documents.read(request.GET.dict())
    named = access.names()
    places = sorted((tile.place, named[tile.place][0]) for tile in access.places(eyes, "see_documents"))
    context: dict[str, Any] = {
        "here": "documents",
        "asked": asking,
        "slot": "" if asking.before else f"documents:{asking.text()}",
        "kinds": list(KINDS_OF_DOCUMENT.items()),
        "states": list(STATES_OF_DOCUMENT.items()),
        "places": sorted(places, key=lambda one: one[1]),
        "may_lodge": [one for one in places if eyes.sees("lodge_documents", one[0])],
        **see_documents(eyes, asking),
    }
    return render(request, "pages/documents.html", context)


@asks("see_documents", posting="handle_documents")
@require_http_methods(["GET", "POST"])
def document(request: HttpRequest, name: str) -> HttpResponseBase:
    """One document: what it claims, what it was read from, whose it is, and what does not agree."""
    eyes = eyes_of(request)
    held, _fits = access.document(eyes, name)
    said = ""
    if request.method == "POST":
        place = held.row.place
        taken = order(request, "handle_documents", place, lambda signed: _decided(request, held.row.id, signed))
        if taken.outcome == "done":
            return redirect(f"/documents/{held.row.id}")
        said = word(OUTCOMES, taken.outcome)
    context: dict[str, Any] = {
        "here": "documents",
        "slot": f"document:{held.row.id}",
        "said": said,
        "reason_max": REASON_MAX,
        "may_handle": eyes.sees("handle_documents", held.row.place),
        **panels.gather("document", eyes, held.row.id),
        **original_of(eyes, held.row),
    }
    return render(request, "pages/document.html", context)


def _decided(request: HttpRequest, name: DocumentId, signed: Signed) -> Decision:
    crossing = CrossingId(request.POST.get("crossing", "").strip()[:100])
    named = {
        "decision_id": signed.decision_id, "by": signed.by, "role": signed.role, "at": signed.at, "document": name,
        "crossing": crossing,
    }  # fmt: skip
    if request.POST.get("decide") == "detach":
        return DetachDocument(**named, why=request.POST.get("why", "").strip()[:REASON_MAX])  # type: ignore[arg-type]
    return AttachDocument(**named)  # type: ignore[arg-type]


@asks("see_documents")
@require_GET
def original(request: HttpRequest, name: str) -> HttpResponseBase:
    """The bytes a document was read from, to keep; never shown as a page of ours."""
    eyes = eyes_of(request)
    held, _fits = access.document(eyes, name)
    _seen, raw = access.lodged(eyes, held.row)
    blob = b"" if raw is None else raw.blob
    file_name = "".join(sign if sign.isalnum() or sign in ".-_" else "_" for sign in held.row.file_name or held.row.id)
    headers = {"Content-Disposition": f'attachment; filename="{file_name.encode("ascii", "replace").decode()}"'}
    return HttpResponse(blob, content_type="application/octet-stream", headers=headers)


@asks("see_documents")
@require_GET
def findings(request: HttpRequest) -> HttpResponseBase:
    """Everything that does not agree now, the worst first."""
    context = panels.gather("findings", eyes_of(request), "")
    return render(request, "pages/findings.html", {"here": "findings", "slot": "findings", **context})
