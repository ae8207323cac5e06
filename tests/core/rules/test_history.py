"""A vehicle against what it weighed before: at what both scales can err and its own stores, and one past it."""

from __future__ import annotations

from typing import Final

import pytest
from msgspec.structs import replace

from beket.core.documents.state import Paper, Past, Scale, Weighed
from beket.core.risk.picture import Picture
from beket.core.risk.rules.history import OWN_KG_MAX
from beket.words.ids import CrossingId, DeviceId, EntryRef, Instant
from beket.words.site import Direction
from tests.core.rules.tables import CAME, Found, Tables, finds, kg, paper, picture, rows

DAY_MS: Final = 24 * 3_600_000
THEN: Final = CrossingId("KG-TST-A:1.0")
SCALES: Final = {"fine": Scale(error_kg=20.0), "old": Scale(error_kg=20.0, verified_until="2026-11-01")}
NOTE: Final = paper(told=kg("10000"))
TRANSIT: Final = paper("transit_declaration", "TD-100")


def past(
    shown: float, *, on: str = "fine", trailer: str | None = None, goods: bool = False, transit: bool = False,
    way: Direction = "in",
) -> Past:  # fmt: skip
    """What it weighed the day before."""
    weighed = Weighed(gross_kg=shown, at=Instant(CAME - DAY_MS), device=DeviceId(on), evidence="weighing")
    return Past(THEN, way, EntryRef("1.0"), weighed, trailer, goods, transit)


def now(shown: float, *pasts: Past, papers: tuple[Paper, ...] = (), way: Direction = "in", on: str = "fine") -> Picture:
    """A vehicle that is here again."""
    seen = picture(*papers, signs={"front": "01111AAA"}, weighed=((on, shown),), scales=SCALES)
    return replace(seen, visit=replace(seen.visit, direction=way), pasts=pasts)


def laden(shown: float, *pasts: Past) -> Picture:
    """One that comes with ten tonnes by its papers."""
    return now(shown, *pasts, papers=(NOTE,))


def leaving(shown: float, *pasts: Past, papers: tuple[Paper, ...] = (), on: str = "fine") -> Picture:
    """One that goes out."""
    return now(shown, *pasts, papers=papers, way="out", on=on)


def too_heavy(weighed: str, over: str) -> Found:
    """What is found of one that is known to weigh 13 tonnes at most by itself."""
    return (
        {
            "declared_kg": "10000", "weighed_kg": weighed, "lightest_kg": "13000", "lightest_on": "2026-11-17",
            "error_kg": "40", "own_kg_max": str(OWN_KG_MAX), "over_kg": over,
        },
    )  # fmt: skip


def unlike(came: str, left: str, **told: str) -> Found:
    """What is found of one that leaves unlike it came."""
    return (
        {
            "entry_kg": came, "exit_kg": left, "error_kg": "40", "own_kg_max": str(OWN_KG_MAX),
            "entry_on": "2026-11-17", "other_crossings": THEN, **told,
        },
    )  # fmt: skip


EMPTY: Final = past(13_000)
UNDER_TRANSIT: Final = past(38_000, goods=True, transit=True)

TABLES: Final[Tables] = {
    "W12": (
        ("at the lightest known, the errors and its stores", laden(24_540, EMPTY), ()),
        ("one past it", laden(24_541, EMPTY), too_heavy("24541", "1")),
        ("the lightest of several", laden(24_541, past(30_000), EMPTY, past(20_000)), too_heavy("24541", "1")),
        ("not known here", laden(24_541), ()),
        ("with another trailer then", laden(24_541, past(13_000, trailer="02222BB")), ()),
        ("on a scale out of its verification then", laden(24_541, past(13_000, on="old")), ()),
        ("no mass declared", now(24_541, EMPTY, papers=(paper(),)), ()),
        ("on a scale out of its verification now", now(24_541, EMPTY, papers=(NOTE,), on="old"), ()),
    ),
    "W13": (
        ("as it came, less what both can err and its fuel", leaving(36_460, UNDER_TRANSIT), ()),
        ("one less", leaving(36_459, UNDER_TRANSIT), unlike("38000", "36459", missing_kg="1")),
        ("by the papers that it leaves with", leaving(36_459, past(38_000), papers=(TRANSIT,)),
         unlike("38000", "36459", missing_kg="1")),
        ("heavier", leaving(40_000, UNDER_TRANSIT), ()),
        ("no transit", leaving(20_000, past(38_000, goods=True)), ()),
        ("comes again", now(20_000, UNDER_TRANSIT), ()),
        ("was out since", leaving(20_000, UNDER_TRANSIT, past(38_000, way="out")), ()),
        ("never came", leaving(20_000, papers=(TRANSIT,)), ()),
        ("with another trailer", leaving(20_000, past(38_000, goods=True, transit=True, trailer="02222BB")), ()),
        ("on a scale out of its verification", leaving(20_000, UNDER_TRANSIT, on="old"), ()),
    ),
    "W14": (
        ("as it came, and what both can err and its fuel", leaving(14_540, EMPTY), ()),
        ("one more", leaving(14_541, EMPTY), unlike("13000", "14541", over_kg="1")),
        ("with a note of goods", leaving(30_000, EMPTY, papers=(NOTE,)), ()),
        ("came with goods", leaving(30_000, past(13_000, goods=True)), ()),
        ("comes again", now(30_000, EMPTY), ()),
        ("never came", leaving(30_000), ()),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("code", "seen", "found"), rows(TABLES))
def test_rule(code: str, seen: Picture, found: Found) -> None:
    assert finds(code, seen) == found
