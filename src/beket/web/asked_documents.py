"""What the list of documents is asked for: read from a page's address, never trusted, written back into links."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from msgspec import Struct

from beket.board.panels.papers import STATES, Query, Row
from beket.web.papers import KINDS_OF_DOCUMENT
from beket.words.ids import DocumentId, Instant, PlaceId
from beket.words.plates import folded, plate_key

ROWS: Final = 40
"""Lines of one page: such a panel stays under 32 KB (reference 07 §8)."""

TEXT_MAX: Final = 64
_INSTANT_MAX: Final = 10**14


class Asked(Struct, frozen=True, kw_only=True):
    """Filters of the list of documents; empty means any."""

    q: str = ""
    place: str = ""
    kind: str = ""
    state: str = ""
    before: tuple[Instant, DocumentId] | None = None

    def query(self) -> Query:
        """The same in the board's words; what is not a known word asks for nothing."""
        return Query(
            place=PlaceId(self.place) if self.place else None,
            kind=self.kind if self.kind in KINDS_OF_DOCUMENT else None,
            state=self.state if self.state in STATES else None,
            key=_key(self.q),
            before=self.before,
        )

    def text(self) -> str:
        """The filters as they stand in an address, without the page."""
        named = (("q", self.q), ("place", self.place), ("kind", self.kind), ("state", self.state))
        return urlencode([pair for pair in named if pair[1]])

    def older(self, last: Row) -> str:
        """The address of the page behind a line."""
        parts = (self.text(), urlencode({"before": f"{last.filed_at}~{last.id}"}))
        return "/documents?" + "&".join(filter(None, parts))


def read(given: Mapping[str, str]) -> Asked:
    """Read filters from an address; what cannot be meant is left out."""
    words = {name: _clean(given.get(name, "")) for name in ("q", "place", "kind", "state")}
    return Asked(**words, before=_before(given.get("before", "")))


def _clean(text: str) -> str:
    return "".join(sign for sign in text[:TEXT_MAX] if sign.isprintable()).strip()


def _before(text: str) -> tuple[Instant, DocumentId] | None:
    instant, _, document = text.partition("~")
    if not document or not instant.isascii() or not instant.isdigit() or int(instant[:20]) > _INSTANT_MAX:
        return None
    return Instant(int(instant)), DocumentId(_clean(document))


def _key(text: str) -> str | None:
    """Fold what somebody looks for as documents' own signs are folded: a plate read with its box is that plate."""
    return (plate_key(text) if text.isascii() and len(text) < 14 else folded(text)) or None
