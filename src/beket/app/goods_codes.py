"""Lends the desk the nomenclature: opened in a thread of its own when somebody first writes a paper down."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

from beket.app.folders import reference_folder
from beket.settings import Settings
from beket.web.codes import GoodsCode, Language, Listed

if TYPE_CHECKING:
    from beket.exchange.reference.nomenclature import Found, Nomenclature

logger = logging.getLogger(__name__)

WAIT_S_MAX: Final = 0.05
"""Longest that a page waits for tables that are being opened; then it says so, and is asked again."""

LANGUAGES: Final[tuple[Language, ...]] = ("ru", "ky", "en")
"""In the order in which they are asked for."""


def nomenclature_folder(settings: Settings) -> Path:
    """Give the folder where an administrator puts the national nomenclature."""
    return reference_folder(settings) / "nomenclature"


class GoodsCodes:
    """The nomenclature of a node, opened once and then only read."""

    def __init__(self, folder: Path) -> None:
        """Know where the national table lies; nothing is opened yet."""
        self._folder = folder
        self._opening = threading.Lock()
        self._thread: threading.Thread | None = None
        self._ready = threading.Event()
        self._codes: Nomenclature | None = None
        self._trouble = ""

    def open(self) -> None:
        """Begin to open the tables, if nobody did; comes back at once."""
        with self._opening:
            if self._thread is None:
                self._thread = threading.Thread(target=self._open, name="goods codes", daemon=True)
                self._thread.start()

    def find(self, text: str, language: Language, limit: int) -> Listed | None:
        """Give codes that begin with some digits or whose names have some words; None while tables are opened."""
        self.open()
        if not self._ready.wait(WAIT_S_MAX) or self._codes is None:
            return None
        found = self._codes.search(text, language, limit)
        return Listed(codes=tuple(map(_shown, found)), national=self._codes.national, trouble=self._trouble)

    def _open(self) -> None:
        codes = self._loaded()
        for language in LANGUAGES:
            codes.search("_", language)  # gathers the words of the language, finds nothing
        self._codes = codes
        self._ready.set()

    def _loaded(self) -> Nomenclature:
        """Load the national table where there is one; what is wrong with it is said, and the HS is there all the same.

        Its folder need not exist: most checkpoints begin without a table.
        """
        from beket.exchange.kit.refusal import Refusal
        from beket.exchange.reference.folders import nomenclature_in
        from beket.exchange.reference.nomenclature import Nomenclature

        if not self._folder.exists():
            return Nomenclature()
        found = nomenclature_in(self._folder)
        if not isinstance(found, Refusal):
            return found
        self._trouble = f"{found.reason} ({found.where})" if found.where else found.reason
        logger.warning("the national nomenclature is not taken: %s", self._trouble)
        return Nomenclature()


def _shown(found: Found) -> GoodsCode:
    above = " › ".join(name for _code, name in found.path)
    return GoodsCode(code=found.code, name=found.name, above=above, full=found.full)
