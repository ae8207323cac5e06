"""Looks at a document with tables: codes of goods that are not in the nomenclature, and the rates of its currencies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from beket.exchange.kit.branch import REMARKS_MAX
from beket.exchange.reference.nomenclature import EDITION, Known, Nomenclature, Period
from beket.exchange.reference.rates import SOM, Rates
from beket.words.documents import Consignment, Document, GoodsItem, Money, RateUsed, Remark

PERIODS_SHOWN: Final = 3
"""Periods of a code that a remark names; the latest tell why it is not valid now."""


def checked(document: Document, nomenclature: Nomenclature, on: date) -> tuple[Remark, ...]:
    """Remark every line of goods whose code the nomenclature does not have in full on a day; `where` is its number."""
    items = [item for one in document.consignments for item in one.items if item.code is not None]
    said = ((item, nomenclature.knows(item.code or "", on)) for item in items)
    odd = [(item, why) for item, known in said if (why := _why(known, on, national=nomenclature.national))]
    return tuple(_remark(item, why) for item, why in odd[:REMARKS_MAX])


def _remark(item: GoodsItem, why: str) -> Remark:
    return Remark(kind="code", detail=f"{(item.code or '')[:20]} {why}", where=str(item.number))


def _why(known: Known, on: date, *, national: bool) -> str:
    """Say what is odd about a code; nothing where it is valid."""
    match known.standing:
        case "valid" | "six_digits":  # nothing speaks against it; without a national table nobody knows more
            return ""
        case "incomplete":
            return "begins codes of the nomenclature and is none itself"
        case "not_valid_then":
            days = "; ".join(_days(one) for one in known.periods[-PERIODS_SHOWN:])
            return f"is not valid on {on}: it is {days}"
        case "unknown":
            table = "the national table" if national else f"the {EDITION}"
            beginning = f"; {known.begins} is" if known.begins else ""
            return f"is not in {table}{beginning}"


def _days(period: Period) -> str:
    first = f"from {period.first}" if period.first else "from ever"
    return f"{first} to {period.last}" if period.last else first


def currencies_of(document: Document) -> tuple[str, ...]:
    """Name the currencies that a document's amounts are in, the som left out."""
    named = {money.currency for money in _amounts(document) if money is not None and money.currency}
    return tuple(sorted(named - {SOM}))


def rated(document: Document, rates: Rates, on: date) -> tuple[RateUsed, ...]:
    """Give the rates that a document's amounts are converted by on a day; a currency without a rate has none here."""
    found = (rates.of(currency, on) for currency in currencies_of(document))
    return tuple(rate.used() for rate in found if rate is not None)


def _amounts(document: Document) -> Iterator[Money | None]:
    yield from (document.totals.invoiced, document.totals.customs_value)
    yield from (guarantee.amount for guarantee in document.guarantees)
    for consignment in document.consignments:
        yield from _amounts_of(consignment)


def _amounts_of(consignment: Consignment) -> Iterator[Money | None]:
    yield from (consignment.totals.invoiced, consignment.totals.customs_value)
    for item in consignment.items:
        yield from (item.invoiced, item.customs_value, item.statistical_value)
