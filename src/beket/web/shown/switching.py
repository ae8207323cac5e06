"""Equipment that can be told what to do, in words: how it stands, what blocks its lane, the orders and their ends."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from beket.board.panels.switching import OrderSeen, Standing
from beket.web.phrases import word
from beket.web.shown.tiles import Level

ORDERS: Final[dict[str, Any]] = {
    "open_barrier": _("Open the barrier"),
    "close_barrier": _("Close the barrier"),
    "light_red": _("Switch the light to red"),
    "light_green": _("Switch the light to green"),
    "light_dark": _("Switch the light off"),
    "unlock": _("Unlock"),
}
"""Every order (words/decisions.py); a test holds this complete."""

THINGS: Final[dict[str, Any]] = {
    "barrier": _("Barrier"),
    "light": _("Traffic light"),
    "loop": _("Loop"),
    "curtain": _("Light curtain"),
}
STATES: Final[dict[str, Any]] = {
    "open": _("open"),
    "closed": _("closed"),
    "moving": _("moving"),
    "fault": _("fault"),
    "unknown": _("nobody can tell"),
    "red": _("red"),
    "green": _("green"),
    "dark": _("dark"),
    "occupied": _("occupied"),
    "interrupted": _("interrupted"),
    "free": _("free"),
}
"""Words of the maps that come with the house; a site's own words are shown as they are."""

RESULTS: Final[dict[str, tuple[Level, Any]]] = {
    "": ("low", _("Waits")),
    "begun": ("low", _("Under way")),
    "obeyed": ("normal", _("Obeyed")),
    "refused": ("medium", _("Refused")),
    "failed": ("high", _("Failed")),
    "unconfirmed": ("high", _("Unconfirmed: go and look")),
    "unanswered": ("high", _("Nobody carried it out")),
}
"""What became of an order (words/readings.py); the first and the last are known from there being nothing."""

REASONS: Final[dict[str, Any]] = {
    "lane_blocked": _("the lane is blocked by an alarm that was not judged"),
    "blocks_unknown": _("it was not known whether an alarm blocks the lane"),
    "occupied": _("something stands under it"),
    "unknown": _("a signal could not be read"),
    "too_late": _("its time was over"),
    "not_allowed": _("the role may not order this"),
    "no_name_or_reason": _("it had no name or no reason"),
    "not_wired": _("the device cannot do this"),
    "log_unavailable": _("the log could not take that it was begun"),
    "before it was begun": _("the equipment was not reached, nothing was written"),
    "not seen to happen in time": _("it was not seen to happen in time"),
    "stopped, occupied": _("it was stopped: something came under it"),
    "interrupted": _("the node stopped while it was carried out"),
    "seen by a second link": _("the line was cut; a second one saw it"),
}
"""Why an order ended so (devices/writing); what comes after the first colon is shown as it is."""

OUTCOMES: Final[dict[str, Any]] = {
    "no_reason": _("Write down the reason."),
    "no_such_order": _("Choose what is to be done."),
    "no_such_crossing": _("Choose a crossing of the list, or none."),
    "not_confirmed": _("Confirm that you see the lane."),
}
"""Why the form was not taken; nothing is in the log then."""


class ShownOrder(Struct, frozen=True, kw_only=True):
    """One order, ready to be drawn; `row` has the rest."""

    row: OrderSeen
    dom: str
    what: str
    level: Level
    result: str
    why: str
    detail: str


class ShownStanding(Struct, frozen=True, kw_only=True):
    """How one thing stands."""

    row: Standing
    thing: str
    state: str


def show_order(row: OrderSeen, now: int) -> ShownOrder:
    """Put an order into words; one whose time is over and of which nothing is known was carried out by nobody."""
    name = row.result or ("unanswered" if now > row.until_at else "")
    level, result = RESULTS.get(name, ("unknown", name))
    why, detail = reason(row.result_why)
    return ShownOrder(
        row=row,
        dom=f"o-{row.ref}".replace(".", "-"),
        what=word(ORDERS, row.what),
        level=level,
        result=str(result),
        why=why,
        detail=detail,
    )


def reason(why: str | None) -> tuple[str, str]:
    """Why an order ended so, and what the equipment's port adds to it."""
    head, _colon, rest = (why or "").partition(": ")
    if head not in REASONS:
        return "", why or ""
    return str(REASONS[head]), rest


def show_standing(row: Standing) -> ShownStanding:
    """Put how a thing stands into words."""
    return ShownStanding(row=row, thing=word(THINGS, row.what), state=word(STATES, row.state))
