"""Lines against totals, at the edge of rounding."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import pytest
from msgspec.structs import replace

from beket.core.documents.state import Paper
from beket.core.risk.rounding import half_unit
from beket.words.gist import Masses, Sum
from tests.core.rules.tables import Found, Tables, finds, money, paper, rows


def masses(datum: str, told: str | None, summed: str | None, *, cancels: bool = False) -> Paper:
    """A document whose lines come to something, and that says so or otherwise."""
    sums = [Sum() if amount is None else replace(Sum(), **{datum: Decimal(amount)}) for amount in (told, summed)]
    return paper(told=sums[0], summed=sums[1], cancels=cancels)


def apart(told: str, summed: str, off: str) -> Found:
    """What is found of masses that differ."""
    return ({"told_kg": told, "summed_kg": summed, "off_kg": off},)


def values(told: str, summed: str, currency: str = "USD") -> Paper:
    """A document whose lines are worth something in dollars."""
    return paper("invoice", told_invoiced=money(told, currency), invoiced=(money(summed),))


def worth(told: str, summed: str, off: str) -> Found:
    """What is found of values that differ."""
    return ({"told_value": told, "summed_value": summed, "off_value": off, "currency": "USD"},)


TABLES: Final[Tables] = {
    code: (
        ("at half a unit of whole kilograms", masses(datum, "1000", "1000.5"), ()),
        ("one gram past it", masses(datum, "1000", "1000.501"), apart("1000", "1000.501", "0.501")),
        ("the other sign", masses(datum, "1000", "999.499"), apart("1000", "999.499", "-0.501")),
        ("grams that are written count", masses(datum, "1000.000", "1000.5"), apart("1000", "1000.5", "0.5")),
        ("many thousands written short", masses(datum, "1E+4", "10001"), apart("10000", "10001", "1")),
        ("no total", masses(datum, None, "1000"), ()),
        ("a line without mass", masses(datum, "1000", None), ()),
        ("one that cancels", masses(datum, "1000", "2000", cancels=True), ()),
    )
    for code, datum in (("S01", "gross_kg"), ("S02", "net_kg"))
} | {
    "S03": (
        ("alike", paper(told=Sum(packages=40), summed=Sum(packages=40)), ()),
        (
            "one more",
            paper(told=Sum(packages=40), summed=Sum(packages=41)),
            ({"told_packages": "40", "summed_packages": "41"},),
        ),
        (
            "one less",
            paper(told=Sum(packages=40), summed=Sum(packages=39)),
            ({"told_packages": "40", "summed_packages": "39"},),
        ),
        ("no number told", paper(summed=Sum(packages=39)), ()),
        ("a line without packages", paper(told=Sum(packages=40)), ()),
    ),
    "S04": (
        ("alike", paper(told_items=3, summed=Sum(items=3)), ()),
        ("one more", paper(told_items=3, summed=Sum(items=4)), ({"told_lines": "3", "counted_lines": "4"},)),
        ("one less", paper(told_items=3, summed=Sum(items=2)), ({"told_lines": "3", "counted_lines": "2"},)),
        ("a form without lines", paper(told_items=3), ()),
        ("no number told", paper(summed=Sum(items=2)), ()),
    ),
    "S05": (
        ("no line is so", paper(), ()),
        (
            "two are",
            paper(heavier_net=tuple(Masses(item=n, gross_kg=Decimal(5), net_kg=Decimal("5.1")) for n in (2, 7))),
            (
                {"item": "2", "gross_kg": "5", "net_kg": "5.1"},
                {"item": "7", "gross_kg": "5", "net_kg": "5.1"},
            ),
        ),
        (
            "one that cancels",
            paper(heavier_net=(Masses(item=1, gross_kg=Decimal(5), net_kg=Decimal(6)),), cancels=True),
            (),
        ),
    ),
    "S06": (
        ("alike", values("18961.97", "18961.97"), ()),
        ("at half a cent", values("18961.97", "18961.975"), ()),
        ("one cent more", values("18961.97", "18961.98"), worth("18961.97", "18961.98", "0.01")),
        ("one cent less", values("18961.97", "18961.96"), worth("18961.97", "18961.96", "-0.01")),
        ("binary arithmetic in the total, as in case 012", values("18961.969999999998", "18961.97"), ()),
        ("in case 013", values("210.35000000000002", "210.35"), ()),
        ("another currency", values("18961.97", "1", "EUR"), ()),
        ("two currencies", paper(told_invoiced=money("2"), invoiced=(money("1"), money("1", "EUR"))), ()),
        ("no total", paper(invoiced=(money("1"),)), ()),
        ("no values", paper(told_invoiced=money("2")), ()),
    ),
}


@pytest.mark.parametrize(("code", "seen", "found"), rows(TABLES))
def test_rule(code: str, seen: Paper, found: Found) -> None:
    assert finds(code, seen) == found


@pytest.mark.parametrize(
    ("written", "half"),
    [
        ("7", "0.5"), ("7.0", "0.05"), ("7.25", "0.005"), ("7.000000", "0.0000005"), ("7.00000000001", "0.0000005"),
        ("7E+3", "0.5"), ("0", "0.5"), ("-7.5", "0.05"),
    ],
)  # fmt: skip
def test_rounding_is_half_a_unit_of_the_last_place_that_somebody_writes(written: str, half: str) -> None:
    assert half_unit(Decimal(written)) == Decimal(half)
