"""What programs ask: lodge documents, see what became of them, read one that is on file."""

from __future__ import annotations

import re
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from msgspec import Struct

from beket.log.inbox import Paper
from beket.web import access
from beket.web.access import eyes_of
from beket.web.api.bodies import files_of
from beket.web.api.guard import asks_token, bearer
from beket.web.api.problems import Refusal, answers
from beket.web.api.told import DocumentOnFile, Lodged, PaperStands, tell_paper, tell_papers
from beket.web.in_json import as_json
from beket.web.lodging import lodge, settled
from beket.web.moments import now_ms
from beket.words.ids import CROSSING_FORM, PLACE_FORM, CrossingId, Instant, PlaceId

KEY_LENGTH_MAX: Final = 200
"""Longest Idempotency-Key; a UUID has 36 signs."""

FORMAT_LENGTH_MAX: Final = 64

Told = Lodged | PaperStands | DocumentOnFile

_PLACE: Final = re.compile(PLACE_FORM)
_CROSSING: Final = re.compile(CROSSING_FORM)


class Asked(Struct, frozen=True, kw_only=True):
    """Where papers are brought, for which crossing, as which format, and what the sender calls this request."""

    place: PlaceId
    crossing: CrossingId | None
    wanted: str | None
    key: str | None


@answers("POST")
@asks_token("lodge_documents")
def documents(request: HttpRequest) -> HttpResponseBase:
    """Make documents durable, wait a moment for what becomes of them, and say it."""
    eyes, asked = eyes_of(request), _asked(request)
    access.lodging_at(eyes, asked.place, asked.crossing)
    numbers = lodge(eyes, _papers(request, asked))
    told = tell_papers(settled(numbers))
    return _json(told, status=_status(told), location=told.papers[0].href)


@answers("GET")
@asks_token("lodge_documents")
def inbox(request: HttpRequest, number: str) -> HttpResponseBase:
    """What became of one paper."""
    paper = access.brought_by(eyes_of(request), bearer(request).login, int(number))
    return _json(tell_paper(paper))


@answers("GET")
@asks_token("see_documents")
def document(request: HttpRequest, place: str, ref: str) -> HttpResponseBase:
    """One document in the neutral form."""
    seen, said = access.on_file(eyes_of(request), place, ref)
    return _json(
        DocumentOnFile(
            id=f"{seen.place}:{seen.ref}",
            place=seen.place,
            received_at=said.received,
            way=said.way,
            by=said.by,
            identity=said.identity,
            content=said.content,
            document=said.document,
            sha256=said.raw_sha256,
            part=said.part,
            crossing=said.crossing,
            file_name=said.file_name,
            media_type=said.media_type,
        )
    )


def _asked(request: HttpRequest) -> Asked:
    """Read what is asked; what nobody knows is refused, because it was meant to do something."""
    given = {name: values[-1] for name, values in request.GET.lists()}
    unknown = sorted(given.keys() - {"place", "crossing", "as"})
    if unknown:
        raise Refusal(400, f"nobody knows the parameter {unknown[0]!r}; there are place, crossing and as")
    place, crossing, wanted = given.get("place", ""), given.get("crossing"), given.get("as")
    if not _PLACE.fullmatch(place):
        raise Refusal(400, "say with place=… which checkpoint the documents are for")
    if crossing is not None and not (_CROSSING.fullmatch(crossing) and crossing.startswith(f"{place}:")):
        raise Refusal(400, f"{crossing[:64]!r} names no crossing of {place}")
    if wanted is not None and not (wanted.isidentifier() and len(wanted) <= FORMAT_LENGTH_MAX):
        raise Refusal(400, f"{wanted[:64]!r} names no format")
    key = request.headers.get("Idempotency-Key")
    if key is not None and not (key.isascii() and key.isprintable() and 0 < len(key) <= KEY_LENGTH_MAX):
        raise Refusal(400, f"an Idempotency-Key has 1 to {KEY_LENGTH_MAX} printable ASCII signs")
    named = None if crossing is None else CrossingId(crossing)
    return Asked(place=PlaceId(place), crossing=named, wanted=wanted, key=key)


def _papers(request: HttpRequest, asked: Asked) -> list[Paper]:
    """Give each file of a request as a paper; those after the first have a number behind the request's key."""
    return [
        Paper(
            place=asked.place,
            way="api",
            by=bearer(request).login,
            at=Instant(now_ms()),
            blob=one.blob,
            file_name=one.name,
            media_type=one.media_type,
            wanted=asked.wanted,
            crossing=asked.crossing,
            key=asked.key if asked.key is None or not part else f"{asked.key} {part}",
        )
        for part, one in enumerate(files_of(request))
    ]


def _status(told: Lodged) -> int:
    """Say in a number what became of all papers of a request."""
    if any(one.state == "waiting" for one in told.papers):
        return 202
    return 201 if told.refused is None else 422


def _json(told: Told, *, status: int = 200, location: str | None = None) -> HttpResponse:
    answer = as_json(told, status)
    if location is not None:
        answer["Location"] = location
    return answer
