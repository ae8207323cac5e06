"""Documents looked at with tables: which codes are remarked and why, which rates their amounts are converted by."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from beket.exchange.kit.branch import REMARKS_MAX
from beket.exchange.reference.checking import checked, currencies_of, rated
from beket.exchange.reference.national import csv_rows
from beket.exchange.reference.nomenclature import Nomenclature
from beket.exchange.reference.rates import Bulletin, Rate, Rates
from beket.words.documents import Consignment, Document, GoodsItem, Guarantee, Money, RateUsed, Remark, Totals

DAY = date(2026, 11, 1)
TABLE = "code,name_ru,valid_from,valid_to\n0808108006,яблоки,2022-01-01,2025-12-31\n0808301000,груши,2022-01-01,\n"


def document(*codes: str | None) -> Document:
    items = tuple(GoodsItem(number=number, code=code) for number, code in enumerate(codes, 1))
    return Document(kind="invoice", format="own", consignments=(Consignment(items=items),))


@pytest.fixture(scope="module")
def bare() -> Nomenclature:
    return Nomenclature()


@pytest.fixture(scope="module")
def loaded() -> Nomenclature:
    return Nomenclature(csv_rows(TABLE.encode(), "t.csv"))


@pytest.mark.parametrize(
    ("code", "detail"),
    [
        ("080810", None),
        (None, None),
        ("0808108006", None),
        ("0808", "begins codes of the nomenclature and is none itself"),
        ("0808999999", "is not in the HS 2022; 0808 is"),
        ("яблоки", "is not in the HS 2022"),
    ],
)
def test_without_a_table_what_is_not_known_is_said(bare: Nomenclature, code: str | None, detail: str | None) -> None:
    expected = () if detail is None else (Remark(kind="code", detail=f"{code} {detail}", where="2"),)
    assert checked(document("080810", code), bare, DAY) == expected


@pytest.mark.parametrize(
    ("code", "detail"),
    [
        ("0808301000", None),
        ("0808108006", "is not valid on 2026-11-01: it is from 2022-01-01 to 2025-12-31"),
        ("0808309999", "is not in the national table; 080830 is"),
    ],
)
def test_with_a_table_the_day_is_told(loaded: Nomenclature, code: str, detail: str | None) -> None:
    expected = () if detail is None else (Remark(kind="code", detail=f"{code} {detail}", where="1"),)
    assert checked(document(code), loaded, DAY) == expected


def test_remarks_are_bounded(bare: Nomenclature) -> None:
    assert len(checked(document(*["77"] * (REMARKS_MAX + 1)), bare, DAY)) == REMARKS_MAX


def test_every_amount_counts_and_a_currency_is_told_once() -> None:
    def money(currency: str | None) -> Money:
        return Money(amount=Decimal(1), currency=currency)

    item = GoodsItem(number=1, invoiced=money("USD"), customs_value=money("KGS"), statistical_value=money("CNY"))
    totals = Totals(invoiced=money("USD"), customs_value=money("TRY"))
    whole = Document(
        kind="invoice", format="own", totals=Totals(invoiced=money("EUR"), customs_value=money(None)),
        guarantees=(Guarantee(amount=money("RUB")), Guarantee()),
        consignments=(Consignment(items=(item,), totals=totals),),
    )  # fmt: skip
    assert currencies_of(whole) == ("CNY", "EUR", "RUB", "TRY", "USD")
    known = (Rate(currency=one, per_unit=Decimal(12), day=DAY, source="daily.xml") for one in ("CNY", "USD", "KZT"))
    rates = Rates([Bulletin(name="", day=DAY, rates=tuple(known))])
    assert rated(whole, rates, DAY) == tuple(
        RateUsed(currency=one, per_unit=Decimal(12), day="2026-11-01", source="daily.xml") for one in ("CNY", "USD")
    )
    assert rated(whole, rates, date(2026, 10, 31)) == ()
