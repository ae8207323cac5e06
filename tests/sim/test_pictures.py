"""What the cameras photograph: whole JPEGs, the same for the same sighting, of a size that a camera sends."""

from __future__ import annotations

import io
import itertools
from random import Random

import pytest
from PIL import Image

from beket.sim.country import demo_posts
from beket.sim.drawn_plates import SIZE, plate, ru_region_at
from beket.sim.fleet import VehicleKind, sign
from beket.sim.happenings import Sight
from beket.sim.pictures import SCENE, Pictures, is_night, with_note
from beket.sim.world import Season, World
from beket.words.ids import Instant

KINDS: tuple[VehicleKind, ...] = ("lorry", "bus", "car")
NOON = Instant(1_795_240_800_000)
MIDNIGHT = Instant(NOON + 12 * 3_600_000)


def sights(count: int) -> list[Sight]:
    world = World(demo_posts(6), Season(seed=9))
    mets = (met for journey in world.journeys() for met in journey.happenings if isinstance(met, Sight))
    return list(itertools.islice(mets, count))


def opened(jpeg: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(jpeg))
    image.load()
    return image


@pytest.mark.parametrize("fast", [False, True])
@pytest.mark.parametrize("at", [NOON, MIDNIGHT])
def test_a_sighting_has_a_scene_and_a_crop(at: Instant, fast: bool) -> None:
    pictures = Pictures(demo_posts(6), fast=fast)
    for met in sights(12):
        shots, box = pictures.shots(met, at)
        assert shots == pictures.shots(met, at)[0]
        assert opened(shots[0].jpeg).size == SCENE
        assert 15_000 < len(shots[0].jpeg) < 120_000
        assert (len(shots) == 2) == (met.shown is not None)
        if met.sign is not None:
            assert box is not None
            assert all(0 < side < 1000 for side in box)
            assert box[0] + box[2] < 1000
            assert box[1] + box[3] < 1000


def test_two_sightings_never_have_the_same_scene() -> None:
    """The evidence store keeps the same bytes once: a load test must not profit from that."""
    pictures = Pictures(demo_posts(6), fast=True)
    scenes = [pictures.shots(met, NOON)[0][0].jpeg for met in sights(40)]
    assert len(set(scenes)) == len(scenes)


def test_a_note_leaves_the_picture_as_it_was() -> None:
    pictures = Pictures(demo_posts(1))
    jpeg = pictures.shots(sights(1)[0], NOON)[0][0].jpeg
    noted = with_note(jpeg, b"KG-TOR-A/in-1/camera-front 1")
    assert opened(noted).tobytes() == opened(jpeg).tobytes()
    assert opened(noted).info["comment"] == b"KG-TOR-A/in-1/camera-front 1"


def test_plates_of_every_country_can_be_drawn() -> None:
    rng = Random(4)
    countries = ("KG", "KZ", "UZ", "TJ", "CN", "RU")
    for country, kind, trailer in itertools.product(countries, KINDS, (False, True)):
        for _ in range(6):
            made = sign(rng, country, kind, trailer=trailer)
            image = plate(made)
            assert image.size == SIZE
            assert len(image.getcolors(SIZE[0] * SIZE[1]) or ()) > 20


@pytest.mark.parametrize(
    ("value", "region"),
    [("M203AK761", "761"), ("M203AK76", "76"), ("AB123477", "77"), ("HK45777", "77"), ("AB1234154", "154")],
)
def test_a_russian_region_is_found(value: str, region: str) -> None:
    assert value[ru_region_at(value) :] == region


def test_night_is_local() -> None:
    assert not is_night(NOON)
    assert is_night(MIDNIGHT)
