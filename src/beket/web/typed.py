"""Reads what a person typed the way people type: decimal commas, short dates, countries by name; or says what is wrong.

Nothing is guessed: a number that can be read in two ways is asked for again.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final

from babel import Locale
from django.utils.translation import gettext as _

TODAY: Final = "="
"""What stands for today's date where there are no scripts; with them one key writes the date itself."""

NAME_BEGINS_MIN: Final = 3
"""Fewest letters of a country's name that may stand for it."""

YEARS_BACK_MAX: Final = 30
"""Oldest year of a date; a paper older than this is a slip of the hand."""

YEARS_AHEAD_MAX: Final = 30
"""Latest year of a date: some certificates are valid for long."""

_NUMBER: Final = re.compile(r"\d{1,15}(?:[.,]\d{1,6})?", re.ASCII)
_GROUPED: Final = re.compile(r"(?<=\d)[\s\u00a0\u202f'’](?=\d{3}(?!\d))")
_WHOLE: Final = re.compile(r"\d{1,9}", re.ASCII)
_CODE: Final = re.compile(r"\d{4,14}", re.ASCII)
_BETWEEN_DIGITS: Final = re.compile(r"[\s.\u00a0-]+")
_CODE_DIGITS: Final = 10
"""Digits of the Union's nomenclature; what a country adds stands behind them."""

_NO_COUNTRIES: Final = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
"""Codes of the same list that are unions, seas, trials, and nobody."""

_DAYS: Final = (
    re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})", re.ASCII),
    re.compile(r"(?P<d>\d{1,2})[./, -](?P<m>\d{1,2})(?:[./, -](?P<y>\d{4}|\d{2}))?[.]?", re.ASCII),
    re.compile(r"(?P<d>\d{2})(?P<m>\d{2})(?P<y>\d{4}|\d{2})?", re.ASCII),
)


class Mistyped(ValueError):
    """What somebody typed cannot be read; its text is a sentence for them."""


def plain(text: str) -> str:
    """Give a text on one line, without signs that nobody sees."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def number(text: str) -> Decimal | None:
    """Read a number, exactly; its decimals may stand behind a comma or a point, its thousands be apart by blanks."""
    if not text:
        return None
    joined = _GROUPED.sub("", text)
    if _NUMBER.fullmatch(joined) is None:
        raise Mistyped(_("Write a number with one comma at most, such as 18200,5."))
    return Decimal(joined.replace(",", "."))


def whole(text: str) -> int | None:
    """Read a count."""
    if not text:
        return None
    joined = _GROUPED.sub("", text)
    if _WHOLE.fullmatch(joined) is None:
        raise Mistyped(_("Write a whole number."))
    return int(joined)


def day(text: str, today: date) -> str | None:
    """Read a date; one without a year is the last such day that has been."""
    if not text:
        return None
    if text == TODAY:
        return today.isoformat()
    found = next((match for shape in _DAYS if (match := shape.fullmatch(text))), None)
    try:
        if found is not None:
            return _day(int(found["d"]), int(found["m"]), found["y"], today).isoformat()
    except ValueError as error:
        raise Mistyped(_("There is no such day.")) from error
    raise Mistyped(_("Write a date as 18.11.2026 or 1811."))


def _day(of_month: int, month: int, year: str | None, today: date) -> date:
    """Put a day together; ValueError where there is none."""
    if year is None:
        this_year = date(today.year, month, of_month)
        return this_year if this_year <= today else date(today.year - 1, month, of_month)
    full = int(year) if len(year) == len("2026") else today.year // 100 * 100 + int(year)
    if not today.year - YEARS_BACK_MAX <= full <= today.year + YEARS_AHEAD_MAX:
        raise ValueError(full)
    return date(full, month, of_month)


def country(text: str) -> str | None:
    """Read a country: its two letters, its name in one of the three languages, or how only one name begins."""
    if not text:
        return None
    if len(text) == 2 and text.upper() in _codes():
        return text.upper()
    wanted = text.casefold()
    names = _names()
    found = {names[wanted]} if wanted in names else set()
    if not found and len(wanted) >= NAME_BEGINS_MIN:
        found = {code for name, code in names.items() if name.startswith(wanted)}
    if len(found) != 1:
        raise Mistyped(_("Write a country by its two letters, such as CN, or by its name."))
    return found.pop()


@lru_cache(maxsize=1)
def _codes() -> frozenset[str]:
    """Give the two letters of every country; three digits of the same list are parts of the world."""
    listed = map(str, Locale.parse("en").territories)
    return frozenset(code for code in listed if len(code) == len("KG") and code not in _NO_COUNTRIES)


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """Give countries by their names, all in small letters."""
    named = ((Locale.parse(language).territories, code) for language in ("ky", "ru", "en") for code in _codes())
    return {str(territories[code]).casefold(): code for territories, code in named if code in territories}


def currency(text: str) -> str | None:
    """Read a currency by its three letters."""
    if not text:
        return None
    if text.upper() not in _currencies():
        raise Mistyped(_("Write a currency by its three letters, such as USD."))
    return text.upper()


@lru_cache(maxsize=1)
def _currencies() -> frozenset[str]:
    return frozenset(Locale.parse("en").currencies)


def code(text: str) -> tuple[str | None, str | None]:
    """Read a code of goods: up to ten digits, and what a country adds behind them."""
    if not text:
        return None, None
    digits = _BETWEEN_DIGITS.sub("", text)
    if _CODE.fullmatch(digits) is None:
        raise Mistyped(_("Write the code of goods in digits, four at least."))
    return digits[:_CODE_DIGITS], digits[_CODE_DIGITS:] or None


def several(text: str) -> tuple[str, ...]:
    """Read numbers that stand in one field, apart by blanks, commas or semicolons; each once."""
    return tuple(dict.fromkeys(filter(None, re.split(r"[\s,;]+", text))))
