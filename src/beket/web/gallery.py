"""The kept pictures and papers; of all that is kept the desk writes only what inspectors photograph."""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import Final

from django.conf import settings

from beket.log.draft import Unwritable
from beket.log.evidence import Picture, Shelf, Shelves
from beket.words.ids import Sha256, sha256
from beket.words.passages import PHOTO_BYTES_MAX


@lru_cache(maxsize=1)
def gallery() -> Shelves:
    """Open the evidence folders, without a writer's tidying up and measuring."""
    folders = (settings.EVIDENCE_DIR, settings.PAPERS_DIR, settings.PHOTOS_DIR)
    return Shelves(*(Shelf(folder, read_only=True) for folder in folders))


class NoPhoto(ValueError):
    """The bytes are no photograph that is kept here; the message says why."""


_BEGINS: Final = b"\xff\xd8\xff"
_ENDS: Final = b"\xff\xd9"
"""How a JPEG begins and ends (ISO/IEC 10918-1 B.1.1.3); nothing here looks inside."""

_writing: Final = threading.Lock()


@lru_cache(maxsize=1)
def _album() -> Shelf:
    return Shelf(settings.PHOTOS_DIR, picture_bytes_max=PHOTO_BYTES_MAX, bytes_max=settings.EVIDENCE_BYTES_MAX)


def keep_photo(blob: bytes) -> Sha256:
    """Make a photograph durable and give its name; the same bytes are kept once. Raises NoPhoto, Trouble, StoreFull."""
    if len(blob) > PHOTO_BYTES_MAX:
        raise NoPhoto(f"{len(blob)} bytes; a photograph has at most {PHOTO_BYTES_MAX}")
    if not (blob.startswith(_BEGINS) and blob.endswith(_ENDS)):
        raise NoPhoto("no whole JPEG")
    name = sha256(blob)
    with _writing:
        (trouble,) = _album().keep([Picture(name, blob)])
    if trouble is not None:
        raise trouble
    return name


def size_of(name: str) -> int | None:
    """How many bytes a photograph has; None where it is not here, and what is no name names none."""
    try:
        return Shelf(settings.PHOTOS_DIR, read_only=True).size_of(Sha256(name))
    except Unwritable:
        return None
