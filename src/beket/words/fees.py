"""Fees for what is above a limit of mass: a dated table that a site brings; the house knows no fee of its own."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

from msgspec import Struct

from beket.words.limits import LIMITS_CHARS_MAX, ROWS_MAX, What, Wrong
from beket.words.written import Unreadable, read_written

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
                and row.valid_from <= day
                and (row.valid_until is None or day <= row.valid_until)
                and row.above_kg_from <= above_kg
                and (row.above_kg_below is None or above_kg < row.above_kg_below)
            ),
            None,
        )


NO_FEES: Final = Fees()
"""What comes with the house: an act says then that there is no table of fees."""


def read_fees(text: str) -> Fees | Wrong:
    """Read a table as it is written (TOML), or say what is wrong with it."""
    try:
        fees = read_written(text, Fees, LIMITS_CHARS_MAX, parse_float=Decimal)
    except Unreadable as unreadable:
        return Wrong(where="", reason=str(unreadable))
    if len(fees.fee) > ROWS_MAX:
        return Wrong(where="fee", reason=f"more than {ROWS_MAX} rows")
    for place, row in enumerate(fees.fee):
        reason = _wrong(row) or next((f"like {one.id}" for one in fees.fee[:place] if _overlap(one, row)), None)
        if reason is not None:
            return Wrong(where=row.id, reason=reason)
    return fees


def _wrong(row: Fee) -> str | None:
    if not row.id.strip() or not row.source.strip():
        return "a row names itself and its source"
    if not (len(row.currency) == CURRENCY_SIGNS and row.currency.isascii() and row.currency.isupper()):
        return "currency is not three capital letters (ISO 4217)"
    if not row.amount.is_finite() or row.amount < 0:
        return "amount is below nought or no number"
    if row.above_kg_from < 0 or (row.above_kg_below is not None and row.above_kg_below <= row.above_kg_from):
        return "above_kg_from and above_kg_below are from and below"
    if not all(_is_day(day) for day in (row.valid_from, row.valid_until) if day is not None):
        return "valid_from and valid_until are days, as 2026-11-01"
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
