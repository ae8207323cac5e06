"""The seeded world: repeatable, of the right size, and true to what a lane can do."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator
from random import Random

import pytest

from beket.sim.country import DAY_VEHICLES, demo_posts
from beket.sim.faults import ALL, Mishaps, faults_named
from beket.sim.fleet import VehicleKind, check_digit, container, misread, sign
from beket.sim.happenings import Journey, Met, Pass, Sight, Weigh
from beket.sim.pace import DEMO, HEADWAY_S_MIN, LOAD, REAL
from beket.sim.world import Season, World
from beket.words.ids import Instant
from beket.words.plates import formats_of
from beket.words.site import Post

KINDS: tuple[VehicleKind, ...] = ("lorry", "bus", "car")
DAY_MS = 86_400_000
HEADWAY_MS = int(HEADWAY_S_MIN * 1000)


def until(end_ms: int, posts: tuple[Post, ...], season: Season) -> list[Journey]:
    return list(itertools.takewhile(lambda journey: journey.starts_ms < end_ms, World(posts, season).journeys()))


def test_same_seed_same_world() -> None:
    posts = demo_posts(6)
    first, again = (until(DAY_MS, posts, Season(seed=5)) for _ in range(2))
    assert first == again
    assert first != until(DAY_MS, posts, Season(seed=6))


def test_a_post_is_the_same_in_a_smaller_country() -> None:
    few, more = demo_posts(2), demo_posts(4)
    mine = few[0].id
    assert [j for j in until(DAY_MS, few, Season()) if j.place == mine] == [
        j for j in until(DAY_MS, more, Season()) if j.place == mine
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_day_has_about_two_thousand_vehicles(seed: int) -> None:
    journeys = until(DAY_MS, demo_posts(), Season(seed=seed))
    assert abs(len(journeys) - DAY_VEHICLES) < 0.1 * DAY_VEHICLES
    assert len({journey.place for journey in journeys}) == 36
    hours = [0] * 24
    for journey in journeys:
        hours[(journey.starts_ms // 3_600_000 + 6) % 24] += 1
    assert sum(hours[8:18]) > 3 * sum(hours[0:6])  # more by day than by night


def test_rate_multiplies() -> None:
    posts = demo_posts()
    one, ten = (len(until(DAY_MS // 4, posts, Season(rate=rate))) for rate in (1.0, 10.0))
    assert 8 < ten / one < 12


def test_a_demonstration_is_lively_at_every_post_within_seconds() -> None:
    posts = demo_posts()
    first = until(10_000, posts, Season(rate=30, pace=DEMO, burst=2))
    assert {journey.place for journey in first} == {post.id for post in posts}


def test_loaded_country_makes_its_readings() -> None:
    """Devices under load: cameras, portals and scales together tell of well over 100 conveyances each second."""
    posts = demo_posts(rate=6000, even=True, pace=LOAD)
    journeys = until(30_000, posts, Season(rate=6000, pace=LOAD, even=True))
    met = [met for journey in journeys for met in journey.happenings if 20_000 <= met.at_ms < 30_000]
    assert len(met) > 10 * 500


@pytest.fixture(
    scope="module",
    params=[(REAL, 40.0, False), (DEMO, 60.0, False), (LOAD, 3000.0, True)],
    ids=["real", "demo", "load"],
)
def laid_out(request: pytest.FixtureRequest) -> tuple[tuple[Post, ...], list[Journey]]:
    pace, rate, even = request.param
    posts = demo_posts(8, rate=rate, even=even, pace=pace)
    return posts, until(240_000, posts, Season(seed=2, rate=rate, pace=pace, even=even))


@pytest.fixture(scope="module")
def busy(laid_out: tuple[tuple[Post, ...], list[Journey]]) -> list[Journey]:
    return laid_out[1]


def by_device(journeys: list[Journey]) -> Iterator[list[Met]]:
    met: dict[str, list[Met]] = defaultdict(list)
    for journey in journeys:
        for one in journey.happenings:
            met[one.device].append(one)
    return iter(met.values())


def test_no_two_conveyances_are_at_a_gate_at_once(busy: list[Journey]) -> None:
    for met in by_device(busy):
        fronts = sorted(one.at_ms for one in met if isinstance(one, Sight) and one.device.endswith(("front", "exit")))
        assert all(later - sooner >= HEADWAY_MS for sooner, later in itertools.pairwise(fronts))


def test_nothing_stands_on_two_axles_at_once(busy: list[Journey]) -> None:
    """A scale and a portal hold one conveyance at a time and are empty in between."""
    for met in by_device(busy):
        spans = sorted((one.at_ms, one.at_ms + one.lasts_ms) for one in met if isinstance(one, Weigh | Pass))
        assert all(start >= end + 400 for (_, end), (start, _) in itertools.pairwise(spans))


def test_nobody_overtakes_between_the_gate_and_the_scale(busy: list[Journey]) -> None:
    for met in by_device(busy):
        order = {journey.crossing: journey.starts_ms for journey in busy}
        inside = [one for one in met if isinstance(one, Weigh | Pass) or one.device.endswith("camera-rear")]
        starts = [order[one.crossing] for one in sorted(inside, key=lambda one: one.at_ms)]
        assert starts == sorted(starts)


def test_windows_of_the_site_hold_in_the_world(laid_out: tuple[tuple[Post, ...], list[Journey]]) -> None:
    posts, journeys = laid_out
    devices = {device.id: device for post in posts for device in post.devices}
    for journey in journeys:
        for met in journey.happenings:
            if met.zone != "departure" and not (isinstance(met, Sight) and met.receding):
                least, most = devices[met.device].after_s
                assert least * 1000 <= met.at_ms - journey.starts_ms <= most * 1000


def test_the_world_has_what_a_border_has() -> None:
    journeys = until(DAY_MS, demo_posts(rate=5), Season(seed=3, rate=5))
    mets = [met for journey in journeys for met in journey.happenings]
    sights = [met for met in mets if isinstance(met, Sight)]
    assert {journey.vehicle.kind for journey in journeys} == {"lorry", "bus", "car"}
    assert {journey.outcome for journey in journeys} == {"departed", "backed_out"}
    assert {met.unread for met in sights} == {None, "no_plate", "unreadable"}
    assert any(met.sign and met.shown not in (None, met.sign.value) for met in sights)
    assert any(met.captures > 1 for met in sights)
    assert any(met.container for met in sights)
    assert any(met.gamma for met in mets if isinstance(met, Pass))
    seen = [(journey.place, journey.vehicle.front) for journey in journeys if journey.vehicle.front]
    assert len(seen) > len(set(seen))  # somebody came back
    assert {met.sign.country for met in sights if met.sign} == {"KG", "KZ", "UZ", "TJ", "CN", "RU"}


def test_containers_are_valid() -> None:
    assert check_digit("CSQU305438") == 3
    for seed in range(200):
        number = container(Random(seed))
        assert len(number) == 11
        assert check_digit(number[:10]) == int(number[10])


@pytest.mark.parametrize("country", ["KG", "KZ", "UZ", "TJ", "CN", "RU"])
def test_plates_have_the_formats_of_their_countries(country: str) -> None:
    rng = Random(11)
    for kind, trailer in itertools.product(KINDS, (False, True)):
        for _ in range(50):
            made = sign(rng, country, kind, trailer=trailer)
            assert made.country == country
            assert country in {one for one, _ in formats_of(made.value)}, made


def test_a_misread_changes_one_sign() -> None:
    rng = Random(1)
    for _ in range(200):
        plate = sign(rng, rng.choice(("KG", "KZ", "UZ", "TJ", "CN", "RU")), "car", trailer=False).value
        assert sum(one != other for one, other in zip(plate, misread(rng, plate), strict=True)) <= 1


def test_mishaps_repeat_and_are_rare() -> None:
    journeys = until(DAY_MS, demo_posts(12), Season())
    mets = [met for journey in journeys for met in journey.happenings]
    first, again = ([Mishaps(ALL, seed, 3600).telling(met) for met in mets] for seed in (1, 1))
    assert first == again
    hit = [telling for telling in first if telling.faults]
    assert 0.01 * len(mets) < len(hit) < 0.2 * len(mets)
    assert {fault for telling in hit for fault in telling.faults} == ALL
    assert all(telling.send_ms >= telling.met.at_ms for telling in first)
    none = [Mishaps(frozenset(), 1, 3600).telling(met) for met in mets]
    assert not any(telling.faults or telling.send_ms != telling.met.at_ms for telling in none)


def test_faults_are_named() -> None:
    assert faults_named("drop, resend") == {"drop", "resend"}
    assert faults_named("all") == ALL
    assert faults_named("none") == faults_named("") == frozenset()
    with pytest.raises(ValueError, match="fire"):
        faults_named("drop,fire")


def test_the_hour_of_day_moves_with_the_beginning() -> None:
    noon, night = (
        len(until(3_600_000, demo_posts(rate=20), Season(rate=20, began=Instant(hour * 3_600_000)))) for hour in (6, 20)
    )
    assert noon > 3 * night
