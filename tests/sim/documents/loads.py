"""Loaded lorries for the tests of papers: drawn as the world draws them, one after the other."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from random import Random

from beket.sim.documents.load import Load, load_of
from beket.sim.documents.making import Making
from beket.sim.fleet import vehicle
from beket.words.ids import Instant

T0 = Instant(1_795_240_800_000)
NEIGHBOURS = ("CN", "KZ", "UZ", "TJ", None)


def loads(count: int, seed: int = 7) -> Iterator[Load]:
    """So many loaded lorries, of every neighbour in turn, in and out."""
    rng = Random(seed)
    found = 0
    while found < count:
        neighbour = NEIGHBOURS[found % len(NEIGHBOURS)]
        load = load_of(rng, vehicle(rng, neighbour), neighbour, "in" if found % 2 else "out", 1 + found)
        if load is not None:
            found += 1
            yield load


def making(load: Load) -> Making:
    """A paper about a load, made out three days before it comes."""
    return Making(
        load=load,
        id=str(uuid.UUID(int=load.serial)),
        made_at=Instant(T0 - 3 * 86_400_000),
        expected_at=T0,
        office="41700001",
        post="Торугарт",
    )
