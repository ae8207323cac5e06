"""The way from a page to the nomenclature: the wiring installs a search here, for the desk itself knows no tables."""

from __future__ import annotations

from typing import Final, Literal, Protocol

from msgspec import Struct

from beket.web.lent import Lent

Language = Literal["ky", "ru", "en"]

SHOWN_MAX: Final = 6
"""Codes of a list under a field: what is seen at once, and chosen with a few keys."""

LISTED_MAX: Final = 60
"""Codes of the page that lists them by themselves."""

TEXT_MAX: Final = 100
"""Characters of what is looked for that count."""


class GoodsCode(Struct, frozen=True, kw_only=True):
    """A code with its name; `above` are the names it stands under, `full` whether it has all its digits."""

    code: str
    name: str
    above: str = ""
    full: bool = True


class Listed(Struct, frozen=True, kw_only=True):
    """What a search found; `national` tells whether a national table is loaded, `trouble` why one is not."""

    codes: tuple[GoodsCode, ...]
    national: bool = False
    trouble: str = ""


class Search(Protocol):
    """Looks codes up; it is opened ahead, so that nobody waits for it at a field."""

    def open(self) -> None:
        """Begin to open the tables, and come back at once."""

    def find(self, text: str, language: Language, limit: int) -> Listed | None:
        """Give codes that begin with some digits or whose names have some words; None while tables are opened."""


_lent: Final[Lent[Search]] = Lent()
install, forget = _lent.install, _lent.forget


def can_search() -> bool:
    """Tell whether any search is installed in this process."""
    return _lent.now() is not None


def open_ahead() -> None:
    """Have the tables opened while somebody fills in what stands before the goods."""
    search = _lent.now()
    if search is not None:
        search.open()


def find(text: str, language: Language, limit: int) -> Listed | None:
    """Look codes up; nothing is found where nothing is looked for, None while tables are opened."""
    wanted, search = text[:TEXT_MAX].strip(), _lent.now()
    if not wanted or search is None:
        return Listed(codes=())
    return search.find(wanted, language, limit)
