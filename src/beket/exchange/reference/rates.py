"""What currencies are worth in som, as the National Bank publishes it.

A bulletin is XML: `CurrencyRates` with a day, and for each currency a value in som with a decimal comma for so many
units (reference 02 §8, reported by several public programs). The daily one has five currencies, the weekly the others.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow
from typing import Final

from msgspec import Struct

from beket.exchange.kit.branch import Branch
from beket.exchange.kit.refusal import Refusal, Refused
from beket.exchange.kit.xml import opened
from beket.exchange.reference.tables import day_of
from beket.words.documents import RateUsed

BULLETIN_BYTES_MAX: Final = 256 * 1024
"""Most bytes of one bulletin; the weekly one has 10 KB."""

CURRENCIES_MAX: Final = 300
"""Most currencies of one bulletin; ISO 4217 has about 180."""

BULLETINS_MAX: Final = 10_000
"""Most bulletins held at once: a day's and a week's for twenty years."""

AGE_DAYS_MAX: Final = 14
"""How long a rate stands when none follows: a weekly one over the longest run of holidays."""

SOM: Final = "KGS"

_EXACT: Final = Context(prec=60, traps=[Inexact, InvalidOperation, Overflow])
_VALUE: Final = re.compile(r"\d{1,12}(?:[,.]\d{1,10})?", re.ASCII)
_NOMINAL: Final = re.compile(r"\d{1,7}", re.ASCII)
_CURRENCY: Final = re.compile(r"[A-Z]{3}", re.ASCII)


class Rate(Struct, frozen=True, kw_only=True):
    """What one unit of a currency is worth in som from a day on, exactly, and the bulletin that says so."""

    currency: str
    per_unit: Decimal
    day: date
    source: str

    def used(self) -> RateUsed:
        """Say it as it is kept with a document."""
        return RateUsed(currency=self.currency, per_unit=self.per_unit, day=self.day.isoformat(), source=self.source)


class Bulletin(Struct, frozen=True, kw_only=True):
    """What the bank published for one day."""

    name: str
    day: date
    rates: tuple[Rate, ...]


def read_bulletin(blob: bytes, source: str) -> Bulletin | Refusal:
    """Read one bulletin, or say why it is refused; `source` is the file or address that it came from."""
    if len(blob) > BULLETIN_BYTES_MAX:
        return Refusal(kind="size", reason=f"a bulletin has at most {BULLETIN_BYTES_MAX} bytes", where=source)
    try:
        return _bulletin(opened(blob), source)
    except Refused as refused:
        found = refused.refusal
        where = f"{source}, {found.where}" if found.where else source
        return Refusal(kind=found.kind, reason=found.reason, where=where)


def _bulletin(root: Branch, source: str) -> Bulletin:
    if root.name != "CurrencyRates":
        raise Refused("not_this_format", f"{root.name} is no CurrencyRates", _line(root))
    day = day_of(root.attribute("Date") or "", _line(root))
    if day is None:
        raise Refused("malformed", "the bulletin names no day", _line(root))
    said = root.all("Currency")
    if not 0 < len(said) <= CURRENCIES_MAX:
        raise Refused("items", f"{len(said)} currencies; a bulletin has from 1 to {CURRENCIES_MAX}", _line(root))
    rates: dict[str, Rate] = {}
    for one in said:
        rate = _rate(one, day, source)
        if rate.currency in rates:
            raise Refused("counts", f"{rate.currency} is there twice", _line(one))
        rates[rate.currency] = rate
    return Bulletin(name=root.attribute("Name") or "", day=day, rates=tuple(rates.values()))


def _rate(one: Branch, day: date, source: str) -> Rate:
    currency = one.attribute("ISOCode") or ""
    if _CURRENCY.fullmatch(currency) is None:
        raise Refused("malformed", f"{currency[:20]!r} is no code of a currency", _line(one))
    value = _positive(one, "Value", _VALUE)
    nominal = _positive(one, "Nominal", _NOMINAL)
    try:
        per_unit = _EXACT.divide(value, nominal)
    except Inexact as error:
        raise Refused("malformed", f"{currency}: {value} for {nominal} is no exact rate", _line(one)) from error
    return Rate(currency=currency, per_unit=per_unit, day=day, source=source)


def _positive(one: Branch, name: str, shape: re.Pattern[str]) -> Decimal:
    said = one.all(name)
    if len(said) != 1:
        raise Refused("malformed", f"a currency has one {name}; here are {len(said)}", _line(one))
    text = said[0].text
    if shape.fullmatch(text) is None or not (found := Decimal(text.replace(",", "."))):
        raise Refused("malformed", f"{name} is {text[:40]!r}, and must be a number above nought", _line(said[0]))
    return found


def _line(branch: Branch) -> str:
    return f"line {branch.line}"


class Rates:
    """All rates that are known here, by currency and day."""

    def __init__(self, bulletins: Iterable[Bulletin], age_days_max: int = AGE_DAYS_MAX) -> None:
        """Gather bulletins; raises Refused where two of them contradict each other, or there are too many."""
        self._age_max = timedelta(days=age_days_max)
        found: dict[tuple[str, date], Rate] = {}
        for count, bulletin in enumerate(bulletins, 1):
            if count > BULLETINS_MAX:
                raise Refused("items", f"more than {BULLETINS_MAX} bulletins")
            for rate in bulletin.rates:
                before = found.setdefault((rate.currency, rate.day), rate)
                if before.per_unit != rate.per_unit:
                    what = (
                        f"{rate.currency} for {rate.day} is {rate.per_unit}, and {before.per_unit} in {before.source}"
                    )
                    raise Refused("counts", what, rate.source)
        self._by_currency: dict[str, list[Rate]] = {}
        for _, rate in sorted(found.items()):
            self._by_currency.setdefault(rate.currency, []).append(rate)

    @property
    def currencies(self) -> tuple[str, ...]:
        """The currencies that have a rate on any day."""
        return tuple(self._by_currency)

    def of(self, currency: str, on: date) -> Rate | None:
        """Give the rate of a currency on a day: the last published up to it, unless that one is too old."""
        known = self._by_currency.get(currency, [])
        at = bisect_right(known, on, key=lambda rate: rate.day)
        if at == 0 or on - known[at - 1].day > self._age_max:
            return None
        return known[at - 1]
