"""Fees for what is above a limit of mass: a dated table that a site brings; the house knows no fee of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final

from msgspec import Struct

from beket.words.limits import KG_MAX, LIMITS_CHARS_MAX, ROWS_MAX, TABLES_REMEMBERED, What, Wrong
from beket.words.written import Unreadable, read_written

AMOUNT_MAX: Final = 1_000_000_000_000
"""Above every fee in any currency; what is written larger is a slip of the pen, and nothing could show it."""

CURRENCY_SIGNS: Final = 3
"""Letters of a currency's code (ISO 4217)."""


class Fee(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One row: what an excess costs, from so many kilograms above the limit and below so many.

    `amount` is for the act, as written in the law; `confirmed` says that somebody has held it against the law's text.
    """

    id: str
    limits: What
    above_kg_from: int
    amount: Decimal
    currency: str
    source: str
    valid_from: str
    above_kg_below: int | None = None
    valid_until: str | None = None
    confirmed: bool = False

    def holds_on(self, day: str) -> bool:
        """Tell whether it is law on a day."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


class Fees(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of fees; without rows nobody brought one."""

    title: str = ""
    fee: tuple[Fee, ...] = ()

    def of(self, limits: What, above_kg: Decimal, day: str) -> Fee | None:
        """Give the row that an excess falls under on a day."""
        return next(
            (
                row
                for row in self.fee
                if row.limits == limits
                and row.holds_on(day)
                and row.above_kg_from <= above_kg
                and (row.above_kg_below is None or above_kg < row.above_kg_below)
            ),
            None,
        )


NO_FEES: Final = Fees()
"""What comes with the house: an act says then that there is no table of fees."""


@lru_cache(maxsize=TABLES_REMEMBERED)
def read_fees(text: str) -> Fees | Wrong:
    """Read a table as it is written (TOML), or say what is wrong with it and in which line."""
    try:
        fees = read_written(text, Fees, LIMITS_CHARS_MAX, parse_float=Decimal)
    except Unreadable as unreadable:
        return Wrong(where="", reason=str(unreadable), line=_line_named(text, str(unreadable)))
    if len(fees.fee) > ROWS_MAX:
        return Wrong(where="fee", reason=f"more than {ROWS_MAX} rows")
    for place, row in enumerate(fees.fee):
        reason = _wrong(row) or next((f"like {one.id}" for one in fees.fee[:place] if _overlap(one, row)), None)
        if reason is not None:
            return Wrong(where=row.id, reason=reason, line=_line_of(text, place))
    return fees


_ROW_NAMED: Final = re.compile(r"\$\.fee\[(\d+)\]")
_LINE_NAMED: Final = re.compile(r"at line (\d+)")
_ROW_BEGINS: Final = re.compile(r"^[ \t]*\[\[[ \t]*fee[ \t]*\]\]", re.MULTILINE)
_ROW_HAS: Final = re.compile(r"^(?:[^#\n\"']*[{,\s])?id[ \t]*=", re.MULTILINE)


def _line_named(text: str, reason: str) -> int | None:
    """Find the line that a reason speaks of: by its number, or by that of a row."""
    row, line = _ROW_NAMED.search(reason), _LINE_NAMED.search(reason)
    if row is not None:
        return _line_of(text, int(row[1]))
    return None if line is None else int(line[1])


def _line_of(text: str, row: int) -> int | None:
    """Find the line where a row begins: that of its header, or of its id where rows stand in one array."""
    begins = list(_ROW_BEGINS.finditer(text)) or list(_ROW_HAS.finditer(text))
    return text.count("\n", 0, begins[row].end()) + 1 if row < len(begins) else None


def put_together(tables: Mapping[str, Fees | Wrong]) -> tuple[Fees, dict[str, Wrong]]:
    """Make one table of several, by the names of their files; gives it with what is wrong with those left out.

    Tables that have a fee for the same excess on the same day are both left out: nobody knows which of them counts.
    """
    wrong = {name: one for name, one in tables.items() if isinstance(one, Wrong)}
    sound = {name: one for name, one in tables.items() if isinstance(one, Fees)}
    rows = [(name, row) for name, one in sorted(sound.items()) for row in one.fee]
    if len(rows) > ROWS_MAX:
        return NO_FEES, wrong | {
            name: Wrong(where="fee", reason=f"more than {ROWS_MAX} rows together") for name in sound
        }
    for place, (name, row) in enumerate(rows):
        for other, like in rows[:place]:
            if other != name and _overlap(like, row):
                wrong[name] = Wrong(where=row.id, reason=f"like {like.id} of {other}")
                wrong[other] = Wrong(where=like.id, reason=f"like {row.id} of {name}")
    taken = [one for name, one in sorted(sound.items()) if name not in wrong]
    titles = "; ".join(one.title for one in taken if one.title)
    return Fees(title=titles, fee=tuple(row for one in taken for row in one.fee)), wrong


def _wrong(row: Fee) -> str | None:
    if not row.id.strip() or not row.source.strip():
        return "a row names itself and its source"
    if not (len(row.currency) == CURRENCY_SIGNS and row.currency.isascii() and row.currency.isupper()):
        return "currency is not three capital letters (ISO 4217)"
    if (reason := _wrong_number(row)) is not None:
        return reason
    if not all(_is_day(day) for day in (row.valid_from, row.valid_until) if day is not None):
        return "valid_from and valid_until are days, as 2026-11-01"
    return None


def _wrong_number(row: Fee) -> str | None:
    if not row.amount.is_finite() or row.amount < 0:
        return "amount is below nought or no number"
    if row.amount > AMOUNT_MAX:
        return f"amount is above {AMOUNT_MAX}"
    if row.above_kg_from < 0 or (row.above_kg_below is not None and row.above_kg_below <= row.above_kg_from):
        return "above_kg_from and above_kg_below are from and below"
    if max(row.above_kg_from, row.above_kg_below or 0) > KG_MAX:
        return f"above_kg_from and above_kg_below are at most {KG_MAX}"
    return None


def _is_day(said: str) -> bool:
    try:
        return date.fromisoformat(said).isoformat() == said
    except ValueError:
        return False


def _overlap(one: Fee, other: Fee) -> bool:
    """Whether some excess on some day would fall under both."""
    return (
        one.limits == other.limits
        and max(one.valid_from, other.valid_from) <= min(one.valid_until or "9999", other.valid_until or "9999")
        and (one.above_kg_below is None or other.above_kg_from < one.above_kg_below)
        and (other.above_kg_below is None or one.above_kg_from < other.above_kg_below)
    )
