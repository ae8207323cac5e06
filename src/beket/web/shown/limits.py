"""The table of limits as people read it: what each row is about, and whether it is law today."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from msgspec import Struct

from beket.board.panels.limits import TableSeen
from beket.web import moments
from beket.web.fees import FeesSeen
from beket.web.phrases import word
from beket.web.rules import SHIPPED_WORDS
from beket.web.shown.maps import changed
from beket.web.shown.weights import LOADS
from beket.words.fees import Fee
from beket.words.limits import Limit, Limits, Wrong

VEHICLES: Final[dict[str, Any]] = {
    "rigid": gettext_lazy("lorry without a trailer"),
    "combination": gettext_lazy("with a trailer"),
}
TYRES: Final[dict[str, Any]] = {"single": gettext_lazy("single tyres"), "twin": gettext_lazy("twin tyres")}


OUTCOMES: Final[dict[str, Any]] = {
    "awaited": gettext_lazy("It is in the log; what follows from it is still awaited."),
    "not_allowed": gettext_lazy("Your role may not decide this."),
    "no_reason": gettext_lazy("Write down the reason."),
    "limits_torn": gettext_lazy("The text came torn. Send it again."),
    "limits_unusable": gettext_lazy("This table cannot be gone by:"),
    "limits_are_the_same": gettext_lazy("This is the table in force, word for word."),
    "limits_changed_meanwhile": gettext_lazy("This is not the text that was proposed. Look at it again."),
    "no_such_limits": gettext_lazy("This table does not wait for anybody any more."),
    "second_person": gettext_lazy("Who proposed a table does not approve it: another person does."),
    "too_many_limits": gettext_lazy("Too many tables wait already. Approve or reject one of them first."),
}
"""What became of a decision about limits."""

STATES: Final[dict[str, Any]] = {
    "proposed": gettext_lazy("waits for a second person"),
    "set": gettext_lazy("was in force"),
    "rejected": gettext_lazy("rejected"),
}


class ShownLimit(Struct, frozen=True, kw_only=True):
    """One row."""

    row: Limit
    what: str
    kg: str
    narrowed: tuple[str, ...]
    state: str
    source: str
    note: str


class ShownLimits(Struct, frozen=True, kw_only=True):
    """A table, what is law today first."""

    title: str
    rows: tuple[ShownLimit, ...]


class ShownTable(Struct, frozen=True, kw_only=True):
    """A table that was proposed; of one that waits the lines that it would change, each with its sign."""

    row: TableSeen
    state: str
    changed: tuple[tuple[str, str], ...]


class ShownFee(Struct, frozen=True, kw_only=True):
    """One row of a table of fees."""

    row: Fee
    what: str
    above: str
    amount: str
    state: str


class ShownFees(Struct, frozen=True, kw_only=True):
    """The tables of fees together, what is law today first; those left out are each a file, a place in it, and why."""

    title: str
    rows: tuple[ShownFee, ...]
    left_out: tuple[tuple[str, str, str], ...]


def show_fees(seen: FeesSeen, today: str) -> ShownFees:
    """Put tables of fees into words."""
    rows = [_fee(row, today) for row in seen.fees.fee]
    ordered = sorted(rows, key=lambda one: (not one.row.holds_on(today), one.row.limits, one.row.above_kg_from))
    left_out = tuple((name, _place(wrong), wrong.reason) for name, wrong in seen.left_out)
    return ShownFees(title=seen.fees.title, rows=tuple(ordered), left_out=left_out)


def _fee(row: Fee, today: str) -> ShownFee:
    first = moments.figure(row.above_kg_from)
    above = _("from %(first)s kg") % {"first": first}
    if row.above_kg_below is not None:
        last = moments.figure(row.above_kg_below)
        above = _("from %(first)s to below %(last)s kg") % {"first": first, "last": last}
    return ShownFee(
        row=row,
        what=word(LOADS, row.limits),
        above=above,
        amount=f"{moments.figure(row.amount, 2)} {row.currency}",
        state=_state(row, today),
    )


def _place(wrong: Wrong) -> str:
    """Where in a table something is wrong."""
    line = "" if wrong.line is None else _("line %(n)s") % {"n": wrong.line}
    return ", ".join(filter(None, (line, wrong.where)))


def _state(row: Limit | Fee, today: str) -> str:
    """Whether a row is law."""
    return _("law today") if row.holds_on(today) else _("not yet") if row.valid_from > today else _("no longer")


def show_table(row: TableSeen, in_force: str) -> ShownTable:
    """Say what became of a table, and what one that waits would change."""
    lines = changed(in_force, row.text) if row.status == "proposed" else ()
    return ShownTable(row=row, state=word(STATES, row.status), changed=lines)


def show_limits(limits: Limits, today: str) -> ShownLimits:
    """Put a table into words."""
    rows = sorted(limits.rows, key=lambda row: (not row.holds_on(today), row.limits, row.valid_from))
    return ShownLimits(title=word(SHIPPED_WORDS, limits.title), rows=tuple(_row(row, today) for row in rows))


def _row(row: Limit, today: str) -> ShownLimit:
    return ShownLimit(
        row=row,
        what=word(LOADS, row.limits),
        kg=moments.figure(row.kg),
        narrowed=tuple(_narrowed(row)),
        source=word(SHIPPED_WORDS, row.source),
        note=word(SHIPPED_WORDS, row.note),
        state=_state(row, today),
    )


def _narrowed(row: Limit) -> Iterator[str]:
    """Say what a row is narrowed to, in words."""
    if row.axles is not None:
        yield _("%(n)s axles in all") % {"n": row.axles}
    if row.vehicle is not None:
        yield word(VEHICLES, row.vehicle)
    if row.spacing_m is not None:
        first, last = (moments.figure(metres, 2) for metres in row.spacing_m)
        yield _("axles from %(first)s m to below %(last)s m apart") % {"first": first, "last": last}
    if row.tyres is not None:
        yield word(TYRES, row.tyres)
    if row.road is not None:
        yield row.road
    if row.season is not None:
        yield _("from %(first)s to %(last)s of each year") % {"first": _day(row.season[0]), "last": _day(row.season[1])}
    if row.hours is not None:
        yield _("from %(first)s:00 to %(last)s:00") % {"first": row.hours[0], "last": row.hours[1]}
    if row.temperature_c_min is not None:
        yield _("at %(c)s °C and above") % {"c": moments.figure(row.temperature_c_min, 1)}


def _day(said: str) -> str:
    """A day of a year as people write it."""
    month, _dash, day = said.partition("-")
    return f"{day}.{month}."
