"""The kept pictures, for reading only: the desk never writes evidence."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from beket.log.evidence import Shelf


class Gallery(Shelf):
    """The evidence folder of another process: opened without the writer's tidying up and measuring."""

    def __init__(self, root: str | Path) -> None:
        self._root = Path(root).absolute()


@lru_cache(maxsize=1)
def gallery() -> Gallery:
    """The evidence folder named in the settings."""
    return Gallery(settings.EVIDENCE_DIR)
