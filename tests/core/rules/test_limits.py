"""Masses against limits: at the limit less what the scale can err, one past it, and what makes it weigh less."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import pytest
from msgspec.structs import replace

from beket.core.documents.state import Paper, Scale, Weighed
from beket.core.risk.picture import Picture
from beket.core.risk.rules.limits import axles_above_limit, gross_above_limit
from beket.words.ids import DeviceId, EntryRef, Instant
from beket.words.limits import Limits, read_limits
from beket.words.readings import Axle
from tests.core.rules.tables import CAME, Found, Tables, finds, paper, picture, rows

ROWS: Final = (
    'id = "all", limits = "gross", kg = 44000, source = "law", confirmed = true',
    'id = "two", limits = "gross", kg = 18000, axles = 2, source = "news"',
    'id = "one", limits = "axle", kg = 10000, source = "law", confirmed = true',
    'id = "hot", limits = "gross", kg = 30000, temperature_c_min = 28, source = "news"',
    'id = "three", limits = "tridem", kg = 21000, spacing_m = [1.3, 1.8], source = "law", confirmed = true',
)
LAW: Final = 'title = "Trial"\nlimit = [\n' + "".join(
    f'  {{country = "KG", valid_from = "2011-08-08", {row}}},\n' for row in ROWS
) + "]\n"  # fmt: skip

FINE: Final = Scale(error_kg=20.0)
SCALES: Final = {
    "fine": FINE,
    "old": Scale(error_kg=20.0, verified_on="2025-11-17", verified_until="2026-11-17", accuracy_class="III"),
    "strip": Scale(wim=True, accuracy_class="5/D"),
}  # fmt: skip


def law() -> Limits:
    """The limits of these tables."""
    found = read_limits(LAW)
    assert isinstance(found, Limits), found
    return found


def stood(shown: float, *papers: Paper, on: str = "fine") -> Picture:
    """A conveyance that stood on a scale."""
    return replace(picture(*papers, weighed=((on, shown),), scales=SCALES), limits=law())


def rolled(*loads: float, spacing_m: float = 1.4, temperature_c: float | None = None, then: float = 0) -> Picture:
    """A conveyance that rolled over a scale in the road: a first axle, one far behind, the rest close to each other.

    `then` is what it showed when it stood on a scale later.
    """
    ways = (None, 4.0, 5.6, *(spacing_m,) * len(loads))
    axles = tuple(Axle(load_kg=load, spacing_m=way) for load, way in zip(loads, ways, strict=False))
    weighed = Weighed(
        gross_kg=sum(loads), at=CAME, device=DeviceId("strip"), evidence="wim_pass", axles=axles,
        temperature_c=temperature_c,
    )  # fmt: skip
    seen = stood(then)
    later = {ref: replace(one, at=Instant(CAME + 1)) for ref, one in seen.visit.weighings.items()} if then else {}
    return replace(seen, visit=replace(seen.visit, weighings={EntryRef("4.0"): weighed} | later))


def permit(most: str | None = None, **told: str) -> Paper:
    """A permit of a heavy vehicle."""
    return paper("permit", "SP-100", conveyance_kg=None if most is None else Decimal(most), **told)


def above(weighed: str, by: str, **more: str) -> Found:
    """What is found on the fine scale."""
    plain = {
        "weighed_kg": weighed, "error_kg": "20", "limit_kg": "44000", "above_kg": by, "limit_row": "all",
        "limit_source": "law", "limit_from": "2011-08-08", "limit_confirmed": "yes", "device": "fine",
        "weighed_on": "2026-11-18", "weighing": "5.0",
    }  # fmt: skip
    return (plain | more,)


def on_strip(weighed: str, error: str, limit: str, by: str, row: str, **more: str) -> Found:
    """What is found on the strip."""
    told = {"weighed_kg": weighed, "error_kg": error, "limit_kg": limit, "above_kg": by, "limit_row": row}
    return above(weighed, by, **told, device="strip", accuracy_class="5/D", weighing="4.0", **more)


OLD: Final = {"device": "old", "accuracy_class": "III", "verified_on": "2025-11-17", "verified_until": "2026-11-17"}

TABLES: Final[Tables] = {
    "W10": (
        ("at the limit and the error", stood(44_020), ()),
        ("one past it", stood(44_021), above("44021", "1")),
        ("far below", stood(1_700), ()),
        ("not weighed", replace(picture(), limits=law()), ()),
        ("on a scale out of its verification", stood(44_021, on="old"), above("44021", "1", **OLD)),
        ("with a permit", stood(50_000, permit()), above("50000", "5980", permit="SP-100")),
        ("with a permit for as much", stood(50_020, permit("50000")), above("50020", "6000", permit="SP-100")),
        ("with a permit for less", stood(50_021, permit("50000")), above("50021", "6001")),
        ("with a permit that has ended", stood(50_000, permit(valid_until="2026-11-17")), above("50000", "5980")),
        ("with one of tomorrow", stood(50_000, permit(valid_from="2026-11-19")), above("50000", "5980")),
        ("with one of today", stood(50_000, permit(valid_from="2026-11-18", valid_until="2026-11-18")),
         above("50000", "5980", permit="SP-100")),
        ("with one that is withdrawn", stood(50_000, paper("permit", cancels=True)), above("50000", "5980")),
        ("rolling, at its class of five in a hundred", rolled(9_000, 9_947), ()),
        ("past it", rolled(9_000, 9_948),
         on_strip("18948", "947", "18000", "1", "two", limit_source="news", limit_confirmed="no")),
        ("counted while it rolled, weighed while it stood", rolled(9_000, 9_000, then=18_021),
         above("18021", "1", limit_row="two", limit_kg="18000", limit_source="news", limit_confirmed="no")),
        ("the last weighing counts", rolled(25_000, 25_000, then=18_000), ()),
        ("in the heat", rolled(6_000, 9_000, 6_000, 6_000, 6_000, temperature_c=28.0),
         on_strip("33000", "1650", "30000", "1350", "hot", limit_source="news", limit_confirmed="no")),
        ("not so hot", rolled(6_000, 9_000, 6_000, 6_000, 6_000, temperature_c=27.9), ()),
    ),
    "W11": (
        ("at the limit and the error", rolled(6_000, 10_417), ()),
        ("one past it", rolled(6_000, 10_418), on_strip("10418", "417", "10000", "1", "one", axles="2")),
        ("three close together", rolled(6_000, 9_000, 8_000, 8_000, 8_000),
         on_strip("24000", "960", "21000", "2040", "three", axles="3–5")),
        ("too far apart for that row", rolled(6_000, 9_000, 8_000, 8_000, 8_000, spacing_m=1.0), ()),
        ("two axles at once", rolled(12_000, 12_000),
         on_strip("12000", "480", "10000", "1520", "one", axles="1")
         + on_strip("12000", "480", "10000", "1520", "one", axles="2")),
        ("not weighed axle by axle", stood(90_000), ()),
        ("not weighed", replace(picture(), limits=law()), ()),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("code", "seen", "found"), rows(TABLES))
def test_rule(code: str, seen: Picture, found: Found) -> None:
    assert finds(code, seen) == found


@pytest.mark.parametrize(
    ("seen", "harm"),
    [
        (stood(50_000), None), (stood(50_000, permit()), "papers"), (stood(50_000, permit(), on="old"), "record"),
        (stood(50_000, on="old"), "record"), (rolled(12_000, 12_000), "papers"),
    ],
)  # fmt: skip
def test_it_threatens_less_with_a_permit_by_an_unconfirmed_row_and_least_on_an_old_scale(
    seen: Picture, harm: str | None
) -> None:
    assert [found.harm for found in gross_above_limit.check(seen)] == [harm]


def test_an_axle_above_a_confirmed_limit_weighs_what_the_rule_says_and_is_named() -> None:
    found = list(axles_above_limit.check(rolled(12_000, 12_000)))
    assert [(one.harm, one.subject, one.entries) for one in found] == [
        (None, "1", (EntryRef("4.0"),)),
        (None, "2", (EntryRef("4.0"),)),
    ]
