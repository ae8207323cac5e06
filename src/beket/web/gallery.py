"""The kept pictures, for reading only: the desk never writes evidence."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings

from beket.log.evidence import Shelf


@lru_cache(maxsize=1)
def gallery() -> Shelf:
    """Open the evidence folder of another process, without the writer's tidying up and measuring."""
    return Shelf(settings.EVIDENCE_DIR, read_only=True)
