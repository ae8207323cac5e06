"""Takes the files out of a request's body: the body itself, or each file of a form; never more than is kept at all."""

from __future__ import annotations

from io import BytesIO
from typing import Final

from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest
from msgspec import Struct

from beket.log.inbox import LODGED_BYTES_MAX, TooLarge
from beket.web.api.problems import Refusal

FILES_MAX: Final = 20
"""Most files of one request."""

FORM: Final = "multipart/form-data"


class Sent(Struct, frozen=True, kw_only=True):
    """One file of a request."""

    blob: bytes
    name: str | None
    media_type: str | None


class WholeFiles(FileUploadHandler):
    """Keeps the files of a form in memory, all of them together no larger than one paper may be."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self._parts: list[bytes] = []
        self._total = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Take a piece of a file."""
        if start == 0:
            self._parts = []
        self._total += len(raw_data)
        if self._total > LODGED_BYTES_MAX:
            raise TooLarge(f"more than {LODGED_BYTES_MAX} bytes; at most so many are taken in one request")
        self._parts.append(bytes(raw_data))

    def file_complete(self, file_size: int) -> UploadedFile:
        """Give the file whole."""
        blob = b"".join(self._parts) if file_size else b""
        return InMemoryUploadedFile(
            BytesIO(blob), self.field_name, self.file_name or "", self.content_type or "", file_size, self.charset
        )


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
    request.upload_handlers = [WholeFiles(request)]
    files = [file for _, listed in request.FILES.lists() for file in listed]
    if not files:
        raise Refusal(400, "the form has no file")
    if len(files) > FILES_MAX:
        raise Refusal(400, f"{len(files)} files; at most {FILES_MAX} are taken in one request")
    return [Sent(blob=file.read(), name=file.name or None, media_type=file.content_type or None) for file in files]
