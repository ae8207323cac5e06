"""What the screens say of a state: levels at their edges, words for every code, times with their zones."""

from __future__ import annotations

from typing import Any, get_args

import msgspec
import pytest
from django.utils import translation

from beket.board.panels.wall import Tile
from beket.web import moments, names
from beket.web.moments import DAY, HOUR, MINUTE
from beket.web.phrases import CLOSED, KINDS, UNEXPLAINED
from beket.web.rules import SHIPPED_WORDS
from beket.web.shown.alarms import profiles
from beket.web.shown.entries import dump
from beket.web.shown.tiles import LATE_MS, VERY_LATE_MS, show_wall
from beket.words import facts
from beket.words.decisions import Decision
from beket.words.facts import Fact
from beket.words.ids import Instant, PlaceId
from beket.words.limits import Limits, read_limits
from beket.words.readings import Reading
from beket.words.shipped_limits import SHIPPED
from tests.web.conftest import Stage

NOW = 1_795_000_000_000


def tile(**changes: object) -> Tile:
    """A checkpoint where all is well, but for the changes."""
    well = Tile(
        place=PlaceId("KG-X"),
        name_ky="Икс",
        name_ru="Икс",
        name_en="Ex",
        latitude=41,
        longitude=74,
        zone_name="Asia/Bishkek",
        neighbour=None,
        mode="road",
        border="external",
        kind="border_checkpoint",
        inside=3,
        waiting=1,
        unexplained=0,
        oldest_waiting_at=Instant(NOW - MINUTE),
        hour_in=1,
        hour_out=1,
        arrived_in=1,
        arrived_out=1,
        devices=6,
        devices_down=0,
        clocks_wrong=0,
        newest_at=Instant(NOW - 1000),
    )
    return msgspec.structs.replace(well, **changes)


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        ({}, "normal"),
        ({"high": 1}, "high"),
        ({"critical": 1, "high": 2, "devices_down": 1}, "critical"),
        ({"devices_down": 1}, "medium"),
        ({"devices_down": 3}, "medium"),
        ({"devices_down": 4}, "high"),
        ({"clocks_wrong": 1}, "low"),
        ({"medium": 1, "clocks_wrong": 1}, "medium"),
        ({"high": 1, "medium": 1}, "high"),
        ({"oldest_waiting_at": NOW - LATE_MS + 1}, "normal"),
        ({"oldest_waiting_at": NOW - LATE_MS}, "medium"),
        ({"oldest_waiting_at": NOW - VERY_LATE_MS}, "high"),
        ({"devices_down": 5}, "high"),
        ({"devices_down": 6}, "unknown"),
        ({"newest_at": NOW - DAY}, "normal"),
        ({"newest_at": None, "devices": 0}, "normal"),
    ],
)
def test_a_level_at_its_edge(stage: Stage, changes: dict[str, Any], level: str) -> None:
    with translation.override("en"):
        assert show_wall([tile(**changes)], [], NOW).tiles[0].level == level


def test_worst_first_and_otherwise_still(stage: Stage) -> None:
    tiles = [tile(place="a"), tile(place="b", devices_down=5), tile(place="c"), tile(place="d", devices_down=6)]
    with translation.override("ru"):
        assert [shown.id for shown in show_wall(tiles, [], NOW).tiles] == ["b", "d", "a", "c"]


def test_every_kind_of_entry_has_a_word() -> None:
    kinds = (*get_args(Reading), *get_args(Fact), *(get_args(Decision) or (Decision,)))
    assert {str(kind.__struct_config__.tag) for kind in kinds} <= set(KINDS)


def test_every_reason_has_a_word() -> None:
    assert set(get_args(facts.Unexplained)) == set(UNEXPLAINED)
    assert set(get_args(facts.CloseReason)) == set(CLOSED)


@pytest.mark.parametrize(
    ("language", "zone", "shown"),
    [
        ("en", "Asia/Bishkek", "Bishkek"),
        ("ru", "Asia/Bishkek", "Бишкек"),
        ("ky", "Asia/Almaty", "Алматы"),
        ("en", "Not/AZone", "UTC"),
    ],
)
def test_a_zone_is_named_in_the_language_of_the_page(stage: Stage, language: str, zone: str, shown: str) -> None:
    with translation.override(language):
        assert moments.zone_name(zone) == shown


def test_an_hour_is_the_posts_own(stage: Stage) -> None:
    with translation.override("en"):
        assert moments.exact(Instant(NOW), "Asia/Bishkek") == "18 Nov 2026, 17:06:40 Bishkek"
        assert moments.exact(Instant(NOW), "Asia/Tashkent") == "18 Nov 2026, 16:06:40 Tashkent"


@pytest.mark.parametrize(
    ("language", "said", "shown"),
    [
        ("en", "2026-11-23", "23 Nov 2026"),
        ("ru", "2026-11-23", "23 нояб. 2026"),
        ("en", "2026-13-01", "2026-13-01"),
        ("en", "2026-11", "2026-11"),
        ("en", "23.11.2026", "23.11.2026"),
    ],
)
def test_a_day_of_a_register_is_put_into_words(stage: Stage, language: str, said: str, shown: str) -> None:
    with translation.override(language):
        assert moments.written_day(said) == shown


def test_all_that_the_shipped_limits_say_of_themselves_can_be_translated() -> None:
    shipped = read_limits(SHIPPED)
    assert isinstance(shipped, Limits)
    said = {shipped.title, *(text for row in shipped.rows for text in (row.source, row.note) if text)}
    assert said == set(SHIPPED_WORDS)


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        (0, "just now"),
        (59_000, "59 s ago"),
        (MINUTE, "1 min ago"),
        (HOUR, "1 h 0 min ago"),
        (10 * HOUR, "10 h ago"),
        (2 * DAY, "2 d ago"),
        (-3 * HOUR, "in 3 h 0 min"),
    ],
)
def test_an_age_in_words(stage: Stage, gone: int, said: str) -> None:
    with translation.override("en"):
        assert moments.age(NOW - gone, NOW) == said


@pytest.mark.parametrize(
    ("ms", "said"), [(None, "–"), (120, "+0.1 s"), (-9_940, "−9.9 s"), (65_000, "+1 min"), (-7_200_000, "−2 h 0 min")]
)
def test_a_clock_offset_has_its_sign(stage: Stage, ms: int | None, said: str) -> None:
    with translation.override("en"):
        assert moments.drift(ms) == said


@pytest.mark.parametrize(
    ("name", "brief"),
    [
        ("Torugart (road)", "Torugart"),
        ("Торугарт - автожол", "Торугарт"),
        ("Кен-Сай-автодорожный", "Кен-Сай"),
        ("Томонку-Чуй-автодорожный (быв. Камышановка)", "Томонку-Чуй"),
        ("Manas International Airport (FRU/UCFM)", "Manas"),
        ("Аэропорт Ош", "Ош"),
        ("Chaldybar / Chaldovar (road)", "Chaldybar"),
        ("Чалдыбар жыйынды посту", "Чалдыбар (ЖП)"),
        ("Consolidated Post near Ak-Tilek", "Ak-Tilek (CP)"),
    ],
)
def test_a_tile_drops_what_its_sign_says(name: str, brief: str) -> None:
    assert names.short(name) == brief


def test_a_dump_has_offset_bytes_and_what_can_be_read() -> None:
    lines = dump(b"\x02+0024400B\x03" + bytes(range(10))).splitlines()
    assert lines[0] == "000000  02 2b 30 30 32 34 34 30 30 42 03 00 01 02 03 04  ·+0024400B······"
    assert lines[1].startswith("000010  05 06 07 08 09 ")
    assert dump(b"") == ""


def test_a_profile_is_drawn_against_its_background() -> None:
    said = {"gamma_profile": [900, 1800], "gamma_background": [200, 250], "gamma_alarm": True, "neutron_profile": [1]}
    (gamma,) = profiles(said)
    assert (gamma.channel, gamma.most, gamma.background, gamma.alarm) == ("gamma", 1800, 450.0, True)
    assert gamma.points == f"0.0,{64 - 64 * 900 / 1980:.1f} 320.0,{64 - 64 * 1800 / 1980:.1f}"
    assert gamma.background_y == round(64 - 64 * 450 / 1980, 1)
    assert profiles({}) == []
