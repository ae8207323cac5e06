"""What leaves the house as a file: a crossing's papers in one signed container, registers, a crossing's event."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_GET

from beket.board.panels.papers import Held, Row
from beket.web import access, asked_documents
from beket.web.access import asks, eyes_of
from beket.web.eyes import Eyes
from beket.web.outgoing import CannotWrite, Member, RegisterForm, outgoing
from beket.words.documents import Document
from beket.words.readings import DocumentLodged

REGISTER_MAX: Final = 500
"""Most documents of one register: each is read from the log."""

_ASICE: Final = "application/vnd.etsi.asic-e+zip"
_MEDIA: Final[dict[RegisterForm, str]] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@asks("see_documents")
@require_GET
def papers(request: HttpRequest, crossing: str) -> HttpResponseBase:
    """A crossing's papers, each as it came and as it was read, in one signed container."""
    eyes = eyes_of(request)
    dossier = access.dossier(eyes, crossing)
    held = access.papers(eyes, dossier.crossing)
    try:
        blob = outgoing().bundle([member for one in held for member in _members(eyes, one)])
    except CannotWrite as error:
        return _cannot(error)
    return _file(blob, _ASICE, f"{crossing}.asice")


@asks("see_documents")
@require_GET
def event(request: HttpRequest, crossing: str) -> HttpResponseBase:
    """A crossing as others are told of it."""
    eyes = eyes_of(request)
    dossier = access.dossier(eyes, crossing)
    held = access.papers(eyes, dossier.crossing)
    place = dossier.crossing.place
    found = access.findings_about(eyes, place, [crossing, *(one.row.id for one in held)])
    try:
        blob = outgoing().event(dossier, held, [one for one in found if one.active], access.names()[place][1])
    except CannotWrite as error:
        return _cannot(error)
    return HttpResponse(blob, content_type="application/json")


@asks("see_documents")
@require_GET
def register(request: HttpRequest, form: RegisterForm) -> HttpResponseBase:
    """The documents that fit the filters of the list, as a table."""
    eyes = eyes_of(request)
    asking = asked_documents.read(request.GET.dict())
    rows = access.documents(eyes, asking.query(), REGISTER_MAX)
    try:
        blob = outgoing().register([_document(eyes, row) for row in rows], form)
    except CannotWrite as error:
        return _cannot(error)
    return _file(blob, _MEDIA[form], f"documents.{form}")


def _members(eyes: Eyes, held: Held) -> list[Member]:
    """A paper as it came, and as it was read."""
    seen, raw = access.lodged(eyes, held.row)
    name = f"{held.row.ref}-" + "".join(
        sign if sign.isascii() and (sign.isalnum() or sign in ".-_") else "_" for sign in held.row.file_name or "paper"
    )
    came = [] if raw is None else [Member(name, "application/octet-stream", raw.blob)]
    return [*came, Member(f"{held.row.ref}.json", "application/json", access.as_json(seen))]


def _document(eyes: Eyes, row: Row) -> Document:
    seen, _raw = access.lodged(eyes, row)
    assert isinstance(seen.body, DocumentLodged), "a document's entry brought it"
    return seen.body.document


def _file(blob: bytes, media_type: str, name: str) -> HttpResponse:
    safe = "".join(sign if sign.isalnum() or sign in ".-_" else "_" for sign in name)
    return HttpResponse(
        blob, content_type=media_type, headers={"Content-Disposition": f'attachment; filename="{safe}"'}
    )


def _cannot(error: CannotWrite) -> HttpResponse:
    return HttpResponse(f"{error}\n", status=422, content_type="text/plain; charset=utf-8")
