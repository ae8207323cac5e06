"""What people type is read as they meant it, or they are asked again: numbers, dates, countries, codes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from beket.web import typed
from beket.web.typed import Mistyped
from tests.web.conftest import Stage

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", None),
        ("5", "5"),
        ("18200,5", "18200.5"),
        ("18200.50", "18200.50"),
        ("18 200,5", "18200.5"),
        ("1\u00a0018\u202f200", "1018200"),
        ("1'000", "1000"),
        ("0,000001", "0.000001"),
        ("9" * 15, "9" * 15),
    ],
)
def test_a_number_is_read_to_its_last_digit(text: str, meant: str | None) -> None:
    found = typed.number(text)
    assert (None if found is None else str(found)) == meant
    assert found is None or isinstance(found, Decimal)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("", None),
        ("=", "2026-11-22"),
        ("18.11.2026", "2026-11-18"),
        ("18/11/26", "2026-11-18"),
        ("8-1-2026", "2026-01-08"),
        ("18.11.", "2026-11-18"),
        ("1811", "2026-11-18"),
        ("2211", "2026-11-22"),
        ("2311", "2025-11-23"),
        ("181126", "2026-11-18"),
        ("18112026", "2026-11-18"),
        ("2026-11-18", "2026-11-18"),
        ("29.02.2024", "2024-02-29"),
        ("31.12.1996", "1996-12-31"),
        ("01.01.2056", "2056-01-01"),
    ],
)
def test_a_date_is_read_however_short(text: str, day: str | None) -> None:
    assert typed.day(text, TODAY) == day


@pytest.mark.parametrize(
    ("text", "code"),
    [("", None), ("KG", "KG"), ("cn", "CN"), ("Китай", "CN"), ("кыргызстан", "KG"), ("Kazakh", "KZ")],
)
def test_a_country_goes_by_letters_or_by_name(stage: Stage, text: str, code: str | None) -> None:
    assert typed.country(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", (None, None)),
        ("6907", ("6907", None)),
        ("6907 21", ("690721", None)),
        ("6907.21.000-0", ("6907210000", None)),
        ("69072100001", ("6907210000", "1")),
    ],
)
def test_a_code_is_split_where_a_country_adds_to_it(text: str, code: tuple[str | None, str | None]) -> None:
    assert typed.code(text) == code


MISTYPED: list[tuple[Callable[[str], object], str]] = [
    (typed.number, "1,2,3"),
    (typed.number, "1 20"),
    (typed.number, ",5"),
    (typed.number, "5,"),
    (typed.number, "1e5"),
    (typed.number, "٣"),
    (typed.number, "9" * 16),
    (typed.number, "0,0000001"),
    (typed.whole, "1,0"),
    (typed.whole, "9" * 10),
    (typed.code, "690"),
    (typed.code, "1" * 15),
    (typed.code, "69o7"),
    (typed.country, "EU"),
    (typed.country, "Ки"),
    (typed.country, "Тур"),
    (typed.currency, "US"),
    (typed.currency, "дол"),
    *((lambda text: typed.day(text, TODAY), text) for text in ("30.02.2026", "2902", "1.13", "01.01.1995", "x", "181")),
    (lambda text: typed.day(text, TODAY), "01.01.2057"),
]


@pytest.mark.parametrize(("how", "text"), MISTYPED)
def test_what_cannot_be_meant_is_asked_for_again(stage: Stage, how: Callable[[str], object], text: str) -> None:
    with pytest.raises(Mistyped) as mistyped:
        how(text)
    assert str(mistyped.value)


def test_several_numbers_stand_in_one_field_each_once() -> None:
    assert typed.several("A1, B2;A1\nC3") == ("A1", "B2", "C3")
    assert typed.several("") == ()
