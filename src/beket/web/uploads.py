"""Takes files that a person brings: in memory, bounded together, never on disk before the inbox has them."""

from __future__ import annotations

from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest
from msgspec import Struct

from beket.log.inbox import LODGED_BYTES_MAX

FILES_MAX: Final = 20
"""Most files of one form; whoever has more lays them into the watched folder."""


FORM_BYTES_MAX: Final = 2 * 1024 * 1024
"""Room for the rest of a form beside its files: what was pasted, and the parts' own heads."""


class Brought(Struct, frozen=True):
    """A file as it was brought."""

    name: str
    media_type: str | None
    blob: bytes


class Bounded(FileUploadHandler):
    """Keeps what comes in memory, up to a bound for all files of a form together; then it reads no further."""

    def __init__(self, request: HttpRequest, bytes_max: int) -> None:
        super().__init__(request)
        self._bytes_max = bytes_max
        self.files: list[Brought] = []
        self.too_much = False
        self._parts: list[bytes] = []
        self._size = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own signature
        """Begin a file."""
        super().new_file(*args, **kwargs)
        self._parts = []
        if len(self.files) >= FILES_MAX:
            self._stop()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:  # noqa: ARG002 - Django's signature
        """Take a piece."""
        self._size += len(raw_data)
        if self._size > self._bytes_max:
            self._stop()
        self._parts.append(raw_data)
        return None

    def file_complete(self, file_size: int) -> UploadedFile | None:
        """Close a file; an empty field of a form is none."""
        blob, self._parts = b"".join(self._parts), []
        if file_size or blob:
            self.files.append(Brought(self.file_name or "", self.content_type, blob))
        return None

    def _stop(self) -> None:
        self.too_much = True
        raise StopUpload(connection_reset=True)


def bounded(request: HttpRequest, bytes_max: int | None = None) -> Bounded:
    """Have a request's files taken so, a paper's bytes at most or fewer; before anything asks for its form."""
    bytes_max = LODGED_BYTES_MAX if bytes_max is None else bytes_max
    handler = Bounded(request, bytes_max)
    handler.too_much = int(request.headers.get("Content-Length") or 0) > bytes_max + FORM_BYTES_MAX
    request.upload_handlers = [handler]
    return handler
