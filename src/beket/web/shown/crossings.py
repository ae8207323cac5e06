"""A crossing as a line of a list."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from beket.board.panels.crossings import Row
from beket.web.phrases import CLOSED, UNEXPLAINED, word

STATES: Final[dict[str, Any]] = {
    "waiting": _("Waiting"),
    "inside": _("In the control area"),
    "departed": _("Departed"),
    "closed": _("Closed"),
    "unexplained": _("Not explained"),
    "joined": _("Joined with another"),
}
FILTERS: Final = ("waiting", "inside", "departed", "closed", "unexplained")
FILTER_WORDS: Final[dict[str, Any]] = {**STATES, "inside": _("Inside, all")}


class ShownRow(Struct, frozen=True, kw_only=True):
    """One line, ready to be drawn; `row` has the rest, `level` is the worst of what does not agree about it."""

    row: Row
    dom: str
    place_name: str
    zone_name: str
    state_word: str
    unexplained_word: str
    gone: bool
    level: str = ""


def show_row(row: Row, place_name: str, zone_name: str, level: str = "") -> ShownRow:
    """Put a crossing's state into words."""
    state = row.state
    closed = word(CLOSED, row.close_reason) if state == "closed" else ""
    return ShownRow(
        row=row,
        dom="c-" + row.id.replace(":", "-").replace(".", "-"),
        place_name=place_name,
        zone_name=zone_name,
        state_word=closed or word(STATES, state),
        unexplained_word=word(UNEXPLAINED, row.unexplained) if state == "unexplained" else "",
        gone=state in {"departed", "closed", "joined"},
        level=level,
    )
