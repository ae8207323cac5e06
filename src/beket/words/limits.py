"""Legal limits of mass as dated data: the table, a reader that refuses a doubtful one, the row a load falls under."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import combinations
from typing import Final, Literal

from msgspec import Struct

from beket.words.ids import Instant
from beket.words.moments import day_of, hour_of
from beket.words.written import Unreadable, read_written

ROWS_MAX: Final = 500
"""Most rows of one table: a country's decree has some tens."""

LIMITS_CHARS_MAX: Final = 64 * 1024
"""Most characters of a table: rows with their sources come to a few hundred each, and it travels through the log."""

TABLES_REMEMBERED: Final = 32
"""Tables that are kept read: as many as places may have of their own at once, and a few that somebody tries."""

KG_MAX: Final = 1_000_000
"""The heaviest that a road limit can mean; what is above it was written in another unit."""

HOME: Final = "KG"
"""The country whose roads begin behind our checkpoints."""

DAY_HOURS: Final = 24

What = Literal["gross", "axle", "tandem", "tridem"]
"""What a limit is of: the whole, one axle, or two or three that stand close together."""

Vehicle = Literal["rigid", "combination"]
Tyres = Literal["single", "twin"]


class Limit(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One row: a load that a law allows, where and when, and who says so.

    What stands from `axles` to `temperature_c_min` narrows it: such a row counts only where the reading tells that it
    is so. `spacing_m` is from and below, `season` its first and last day of a year, `hours` from and before, in the
    country's time. `confirmed` says that somebody has held the row against the text of the law.
    """

    id: str
    country: str
    limits: What
    kg: int
    source: str
    valid_from: str
    valid_until: str | None = None
    confirmed: bool = False
    axles: int | None = None
    vehicle: Vehicle | None = None
    spacing_m: tuple[float, float] | None = None
    tyres: Tyres | None = None
    road: str | None = None
    season: tuple[str, str] | None = None
    hours: tuple[int, int] | None = None
    temperature_c_min: float | None = None
    note: str = ""

    def holds_on(self, day: str) -> bool:
        """Tell whether it is law on a day."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


class Load(Struct, frozen=True, kw_only=True):
    """A mass that a limit may be about; what nobody told of it is None. `axles` counts those of the whole vehicle.

    `named` says which axles it is of, counted from the front; nothing for the whole.
    """

    limits: What
    kg: Decimal
    at: Instant
    named: str = ""
    axles: int | None = None
    spacing_m: float | None = None
    temperature_c: float | None = None
    vehicle: Vehicle | None = None
    tyres: Tyres | None = None
    road: str | None = None


class Limits(Struct, frozen=True, kw_only=True):
    """A table that can be gone by; `lightest_kg` is the least that it allows whatever is not told of a vehicle."""

    title: str
    rows: tuple[Limit, ...]
    lightest_kg: int

    def over(self, load: Load) -> Limit | None:
        """Give the row that a load falls under: of those that apply the strictest."""
        found = [row for row in self.rows if row.limits == load.limits and applies(row, load)]
        return min(found, key=lambda row: (row.kg, row.id), default=None)


class Wrong(Struct, frozen=True, kw_only=True):
    """Why a table is not taken, and where in it; `line` is counted from one, None where it is of the whole."""

    where: str
    reason: str
    line: int | None = None


class _File(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table as it is written."""

    title: str
    limit: list[Limit]


def applies(row: Limit, load: Load) -> bool:
    """Tell whether a row is about a load: every condition that it has is told to be met."""
    return row.country == HOME and row.holds_on(day_of(load.at)) and _is_such(row, load) and _is_then(row, load)


def _is_such(row: Limit, load: Load) -> bool:
    """Whether the vehicle and the road are those that a row is about."""
    spaced = row.spacing_m is None or (
        load.spacing_m is not None and row.spacing_m[0] <= load.spacing_m < row.spacing_m[1]
    )
    return (
        spaced
        and row.axles in (None, load.axles)
        and row.vehicle in (None, load.vehicle)
        and row.tyres in (None, load.tyres)
        and row.road in (None, load.road)
    )


def _is_then(row: Limit, load: Load) -> bool:
    """Whether season, hour and warmth are those that a row is about."""
    day = day_of(load.at)[len("2026-") :]
    if row.season is not None:
        first, last = row.season
        inside = first <= day <= last if first <= last else day >= first or day <= last
        if not inside:
            return False
    if row.hours is not None and not row.hours[0] <= hour_of(load.at) < row.hours[1]:
        return False
    warm = row.temperature_c_min
    return warm is None or (load.temperature_c is not None and load.temperature_c >= warm)


@lru_cache(maxsize=TABLES_REMEMBERED)
def read_limits(text: str) -> Limits | Wrong:
    """Read a table as it is written (TOML), or say what is wrong with it."""
    try:
        written = read_written(text, _File, LIMITS_CHARS_MAX)
    except Unreadable as unreadable:
        return Wrong(where="", reason=str(unreadable))
    wrong = next(_wrongs(written), None)
    if wrong is not None:
        return wrong
    bare = [row.kg for row in written.limit if row.country == HOME and row.limits == "gross" and _is_bare(row)]
    return Limits(title=written.title, rows=tuple(written.limit), lightest_kg=min(bare, default=KG_MAX))


def _is_bare(row: Limit) -> bool:
    """Whether it counts for a vehicle of which only the mass is known."""
    told = (row.axles, row.vehicle, row.spacing_m, row.tyres, row.road, row.temperature_c_min)
    return all(one is None for one in told)


def _wrongs(written: _File) -> Iterator[Wrong]:
    rows = written.limit
    if not rows or len(rows) > ROWS_MAX:
        yield Wrong(where="limit", reason=f"a table has 1 to {ROWS_MAX} rows")
    for row in rows:
        reason = _wrong_row(row)
        if reason is not None:
            yield Wrong(where=row.id, reason=reason)
    for one, other in combinations(rows, 2):
        if one.id == other.id:
            yield Wrong(where=one.id, reason="two rows have this id")
        elif _same_case(one, other) and _overlap(one, other):
            yield Wrong(where=f"{one.id}, {other.id}", reason="two rows are about the same load on the same day")


def _wrong_row(row: Limit) -> str | None:  # noqa: PLR0911 - one line for each thing that can be wrong
    if not row.id.strip() or not row.source.strip():
        return "a row names itself and its source"
    if not (len(row.country) == len(HOME) and row.country.isascii() and row.country.isupper()):
        return "country is not two capital letters (ISO 3166-1)"
    if not 0 < row.kg <= KG_MAX:
        return f"kg is not between 1 and {KG_MAX}"
    if not _is_day(row.valid_from) or not (row.valid_until is None or _is_day(row.valid_until)):
        return "valid_from and valid_until are days, as 2026-11-01"
    if row.valid_until is not None and row.valid_until < row.valid_from:
        return "it ends before it begins"
    if row.season is not None and not all(_is_day(f"2024-{day}") for day in row.season):
        return "season is two days of a year, as 06-01"
    if row.hours is not None and not 0 <= row.hours[0] < row.hours[1] <= DAY_HOURS:
        return "hours are from and before, of one day"
    if row.spacing_m is not None and not 0 <= row.spacing_m[0] < row.spacing_m[1]:
        return "spacing_m is from and below"
    if row.limits == "gross" and (row.spacing_m is not None or row.tyres is not None):
        return "spacing_m and tyres are of axles"
    return None


def _is_day(said: str) -> bool:
    try:
        return date.fromisoformat(said).isoformat() == said
    except ValueError:
        return False


def _same_case(one: Limit, other: Limit) -> bool:
    """Whether two rows have the same conditions, so that nobody knows which of them counts."""
    if (one.spacing_m is None) != (other.spacing_m is None):
        return False
    apart = (
        one.spacing_m is not None
        and other.spacing_m is not None
        and (one.spacing_m[1] <= other.spacing_m[0] or other.spacing_m[1] <= one.spacing_m[0])
    )
    return not apart and _conditions(one) == _conditions(other)


def _conditions(row: Limit) -> tuple[object, ...]:
    return (
        row.country, row.limits, row.axles, row.vehicle, row.tyres, row.road, row.season, row.hours,
        row.temperature_c_min,
    )  # fmt: skip


def _overlap(one: Limit, other: Limit) -> bool:
    """Whether there is a day on which both are law."""
    ends = [row.valid_until for row in (one, other) if row.valid_until is not None]
    return max(one.valid_from, other.valid_from) <= min(ends, default="9999-12-31")
