"""What a list is asked for: read from the address of the page, never trusted, and written back into links."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, cast, get_args
from urllib.parse import urlencode

from msgspec import Struct

from beket.board.panels.crossings import After, Filter, Query
from beket.words.ids import CrossingId, Instant, PlaceId

ROWS: Final = 40
"""Lines of one page: such a panel stays under 32 KB (reference 07 §8)."""

TEXT_MAX: Final = 64
INSTANT_MAX: Final = 10**14


class Asked(Struct, frozen=True, kw_only=True):
    """Filters of the list of crossings; empty means any."""

    q: str = ""
    place: str = ""
    direction: str = ""
    state: str = ""
    alarm: str = ""
    after: After | None = None

    def query(self) -> Query:
        """The same in the board's words; what is not a known word asks for nothing."""
        return Query(
            place=PlaceId(self.place) if self.place else None,
            direction="in" if self.direction == "in" else "out" if self.direction == "out" else None,
            state=cast(Filter, self.state) if self.state in get_args(Filter) else None,
            alarm=self.alarm == "1",
            plate=self.q,
        )

    def text(self) -> str:
        """The filters as they stand in an address, without the page."""
        named = (
            ("q", self.q),
            ("place", self.place),
            ("direction", self.direction),
            ("state", self.state),
            ("alarm", self.alarm),
        )
        return urlencode([pair for pair in named if pair[1]])

    def link(self, path: str, after: After | None) -> str:
        """The address of a page of this list."""
        parts = [self.text(), urlencode({"after": f"{after.opened_at}~{after.id}"}) if after else ""]
        query = "&".join(part for part in parts if part)
        return f"{path}?{query}" if query else path


def read(given: Mapping[str, str]) -> Asked:
    """Read filters from an address; what cannot be meant is left out."""
    words = {name: _clean(given.get(name, "")) for name in ("q", "place", "direction", "state", "alarm")}
    return Asked(**words, after=_after(given.get("after", "")))


def _clean(text: str) -> str:
    return "".join(sign for sign in text[:TEXT_MAX] if sign.isprintable()).strip()


def _after(text: str) -> After | None:
    instant, _, crossing = text.partition("~")
    if not crossing or not instant.isascii() or not instant.isdigit() or int(instant[:20]) > INSTANT_MAX:
        return None
    return After(Instant(int(instant)), CrossingId(_clean(crossing)))
