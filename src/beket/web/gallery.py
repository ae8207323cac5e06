"""The kept pictures and papers, for reading only: the desk never writes evidence."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings

from beket.log.evidence import Shelf, Shelves


@lru_cache(maxsize=1)
def gallery() -> Shelves:
    """Open the evidence folders of other processes, without the writers' tidying up and measuring."""
    return Shelves(*(Shelf(folder, read_only=True) for folder in (settings.EVIDENCE_DIR, settings.PAPERS_DIR)))
