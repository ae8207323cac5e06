"""Tables of limits: which row a load falls under, and which tables are refused."""

from __future__ import annotations

from typing import Final

import msgspec
import pytest

from beket.words.ids import Instant
from beket.words.limits import LIMITS_CHARS_MAX, ROWS_MAX, Limits, Load, Wrong, read_limits
from beket.words.moments import instant_of
from beket.words.shipped_limits import SHIPPED, shipped_limits

HEAD: Final = 'title = "A trial"\n'


def row(**said: object) -> str:
    """One row as it is written."""
    told = {"id": "a", "country": "KG", "limits": "gross", "kg": 40_000, "valid_from": "2020-01-01", "source": "law"}
    lines = (f"{key} = {_written(value)}" for key, value in (told | said).items() if value is not None)
    return "[[limit]]\n" + "\n".join(lines) + "\n"


def _written(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).replace("'", '"')


def table(*rows: str) -> Limits:
    """A table that is sound."""
    found = read_limits(HEAD + "".join(rows))
    assert isinstance(found, Limits), found
    return found


def at(said: str) -> Instant:
    """A moment in Bishkek."""
    found = instant_of(said)
    assert found is not None
    return found


def load(said: str = "2026-07-01T12:00", **told: object) -> Load:
    """A load of this moment."""
    return msgspec.convert({"limits": "gross", "kg": 1, "at": at(said)} | told, Load)


CASES: Final[dict[str, tuple[str, Load, bool]]] = {
    "any day": (row(), load(), True),
    "its first day": (row(valid_from="2026-07-01"), load("2026-07-01T00:00"), True),
    "the day before": (row(valid_from="2026-07-02"), load("2026-07-01T23:59"), False),
    "its last day": (row(valid_until="2026-07-01"), load("2026-07-01T23:59"), True),
    "the day after": (row(valid_until="2026-06-30"), load("2026-07-01T00:00"), False),
    "another country's": (row(country="KZ"), load(), False),
    "of an axle": (row(limits="axle"), load(), False),
    "as many axles": (row(axles=2), load(axles=2), True),
    "another number": (row(axles=2), load(axles=3), False),
    "nobody counted": (row(axles=2), load(), False),
    "nobody told whether it has a trailer": (row(vehicle="rigid"), load(axles=3), False),
    "at the lesser spacing": (row(limits="tandem", spacing_m=[1.3, 1.8]), load(limits="tandem", spacing_m=1.3), True),
    "at the greater": (row(limits="tandem", spacing_m=[1.3, 1.8]), load(limits="tandem", spacing_m=1.8), False),
    "spacing unknown": (row(limits="tandem", spacing_m=[1.3, 1.8]), load(limits="tandem"), False),
    "in season": (row(season=["06-01", "07-01"]), load(), True),
    "past it": (row(season=["06-01", "06-30"]), load(), False),
    "over the new year": (row(season=["11-15", "03-01"]), load("2026-01-10T12:00"), True),
    "between two winters": (row(season=["11-15", "03-01"]), load(), False),
    "at the first hour": (row(hours=[12, 20]), load(), True),
    "at the last": (row(hours=[10, 12]), load(), False),
    "as warm": (row(temperature_c_min=28), load(temperature_c=28.0), True),
    "not as warm": (row(temperature_c_min=28), load(temperature_c=27.9), False),
    "nobody told how warm": (row(temperature_c_min=28), load(), False),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_row_counts_where_all_that_it_asks_is_told(case: tuple[str, Load, bool]) -> None:
    written, met, counts = case
    assert (table(written).over(met) is not None) is counts


def test_the_strictest_row_counts() -> None:
    limits = table(row(), row(id="summer", kg=30_000, season=["06-01", "08-31"]), row(id="small", kg=18_000, axles=2))
    assert limits.over(load(axles=5)) == next(one for one in limits.rows if one.id == "summer")
    assert limits.lightest_kg == 30_000


def test_the_lightest_that_is_told_of_the_mass_alone() -> None:
    assert table(row(), row(id="b", kg=1000, axles=2), row(id="c", kg=2000, country="KZ")).lightest_kg == 40_000


REFUSED: Final[dict[str, tuple[str, str, str]]] = {
    "no TOML": ("title", "", "not TOML"),
    "brackets too deep": ("a = " + "[" * 30_000, "", "not TOML"),
    "a number without end": ("a = " + "9" * 10_000, "", "not TOML"),
    "no rows": (HEAD + "limit = []", "limit", "1 to"),
    "a key that nobody knows": (HEAD + row(weight=1), "", "weight"),
    "a day of TOML": (HEAD + row() + "valid_until = 2026-01-01\n", "", "valid_until"),
    "a limit of nothing": (HEAD + row(limits="wheel"), "", "wheel"),
    "no source": (HEAD + row(source=" "), "a", "source"),
    "no country": (HEAD + row(country="kg"), "a", "country"),
    "nought": (HEAD + row(kg=0), "a", "kg"),
    "tons written as grams": (HEAD + row(kg=1_000_001), "a", "kg"),
    "no day": (HEAD + row(valid_from="2026-1-1"), "a", "days"),
    "ends first": (HEAD + row(valid_until="2019-12-31"), "a", "ends"),
    "no day of a year": (HEAD + row(season=["06-31", "09-01"]), "a", "season"),
    "a day of 25 hours": (HEAD + row(hours=[10, 25]), "a", "hours"),
    "backwards": (HEAD + row(limits="tandem", spacing_m=[1.8, 1.3]), "a", "spacing_m"),
    "tyres of the whole": (HEAD + row(tyres="twin"), "a", "tyres"),
    "two of one name": (HEAD + row() + row(kg=1), "a", "this id"),
    "two of one load": (HEAD + row() + row(id="b", kg=1), "a, b", "same load"),
    "spacings that overlap": (
        HEAD + row(limits="axle", spacing_m=[1, 2]) + row(id="b", limits="axle", spacing_m=[1.9, 3]), "a, b", "same",
    ),
    "too long": (HEAD + "#" * LIMITS_CHARS_MAX, "", "longer"),
    "too many": (HEAD + "".join(row(id=f"r{n}", kg=1, axles=n) for n in range(ROWS_MAX + 1)), "limit", "1 to"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED.keys())
def test_a_doubtful_table_is_refused_with_the_reason(case: tuple[str, str, str]) -> None:
    text, where, reason = case
    wrong = read_limits(text)
    assert isinstance(wrong, Wrong)
    assert wrong.where == where
    assert reason in wrong.reason


def test_rows_that_follow_each_other_do_not_overlap() -> None:
    assert len(table(row(valid_until="2024-12-31"), row(id="b", valid_from="2025-01-01")).rows) == 2


def test_what_comes_with_the_house_is_sound_and_calls_nothing_confirmed() -> None:
    limits = shipped_limits()
    assert read_limits(SHIPPED) == limits
    assert not any(one.confirmed for one in limits.rows)
    assert limits.lightest_kg == 44_000
    heavy = limits.over(load("2026-07-01T12:00"))
    assert heavy is not None
    assert heavy.kg == 48_500
