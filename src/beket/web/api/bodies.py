"""Takes the files out of a request's body: the body itself, or each file of a form; never more than is kept at all."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest
from msgspec import Struct

from beket.log.inbox import LODGED_BYTES_MAX, TooLarge
from beket.web.api.problems import Refusal
from beket.web.uploads import FILES_MAX, bounded

FORM: Final = "multipart/form-data"


class Sent(Struct, frozen=True, kw_only=True):
    """One file of a request."""

    blob: bytes
    name: str | None
    media_type: str | None


def files_of(request: HttpRequest) -> list[Sent]:
    """Give the files of a request, at least one; raises Refusal, TooLarge and what the framework's reading raises."""
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Refusal(415, "send the bytes as they are: no Content-Encoding is undone here")
    kind = (request.content_type or "").lower()
    if kind.startswith("multipart/"):
        return _form_files(request, kind)
    blob = request.read(LODGED_BYTES_MAX + 1)
    if len(blob) > LODGED_BYTES_MAX:
        raise TooLarge(f"more than {LODGED_BYTES_MAX} bytes; at most so many are taken")
    if not blob:
        raise Refusal(400, "the body is empty: send the document as it is")
    return [Sent(blob=blob, name=None, media_type=kind or None)]


def _form_files(request: HttpRequest, kind: str) -> list[Sent]:
    if kind != FORM:
        raise Refusal(415, f"{kind} is not taken apart here; send {FORM}, or the document as it is")
    if not request.headers.get("Content-Length"):
        raise Refusal(400, "a form needs a Content-Length")
    taken = bounded(request)
    request.FILES  # noqa: B018 - it is read now
    if taken.too_much:
        raise TooLarge(f"at most {FILES_MAX} files and {LODGED_BYTES_MAX} bytes are taken in one request")
    if not taken.files:
        raise Refusal(400, "the form has no file")
    return [Sent(blob=one.blob, name=one.name or None, media_type=one.media_type or None) for one in taken.files]
