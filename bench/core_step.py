"""Measures how many entries the core thinks through in a second of one processor's time; prints JSON.

The stream is one post bumper to bumper: lanes of two front cameras, a rear camera, a portal, a scale and an exit,
with background readings and ticks between, in the order in which they would arrive.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import sys
import time
from collections.abc import Iterator

from beket.core.state import apply, empty, encode
from beket.core.step import step
from beket.words.decisions import DescribePost
from beket.words.ids import CLOCK, DeviceId, Instant, LaneId, PlaceId, ReadingId, entry_ref
from beket.words.plates import FORMATS, fill
from beket.words.readings import PlateRead, Reading, RpmBackground, RpmOccupancy, Tick, Weighing
from beket.words.site import Device, Lane, Name, Post, View, Zone

PLACE = PlaceId("KG-BEN-A")
BEGIN = 1_795_000_000_000
HEADWAY_MS = 4600
ROWS: tuple[tuple[str, Zone, View, tuple[int, int]], ...] = (
    ("front", "arrival", "front", (0, 3)),
    ("front2", "arrival", "front", (0, 3)),
    ("rear", "arrival", "rear", (2, 8)),
    ("portal", "arrival", "none", (0, 10)),
    ("scale", "control", "none", (20, 900)),
    ("exit", "departure", "front", (0, 3)),
    ("exitrear", "departure", "rear", (2, 8)),
)


def post(lanes: int) -> Post:
    """Lay out a busy post."""
    names = [LaneId(f"{way}-{n}") for way in ("in", "out") for n in range(lanes)]
    return Post(
        id=PLACE,
        name=Name(ky="x", ru="x", en="x"),
        latitude=41.0,
        longitude=74.0,
        lanes=tuple(Lane(id=lane, direction="in" if lane.startswith("in") else "out") for lane in names),
        devices=tuple(
            Device(id=DeviceId(f"{lane}/{name}"), driver="x", lane=lane, zone=zone, view=view, after_s=after_s)
            for lane in names
            for name, zone, view, after_s in ROWS
        ),
    )


def stream(lanes: int, vehicles: int, inside_ms: int, chance: random.Random) -> list[Reading]:
    """Make what the devices of a post say, ordered by receipt."""
    said: list[tuple[int, Reading]] = []
    kg = [row for row in FORMATS if row.country in ("KG", "KZ", "UZ", "RU", "CN")]
    for number in range(vehicles):
        lane = f"{('in', 'out')[number % 2]}-{number // 2 % lanes}"
        at = BEGIN + number // (2 * lanes) * HEADWAY_MS + chance.randrange(500)
        front = fill(chance.choice(kg), chance.choice)
        rear = front if chance.random() < 0.4 else fill(chance.choice(kg), chance.choice)
        said += ((reading.received, reading) for reading in visit(lane, at, front, rear, inside_ms, chance))
    last = max(at for at, _ in said)
    said += (
        (at, Tick(device_id=CLOCK, received=Instant(at), reading_id=ReadingId(f"t{at}")))
        for at in range(BEGIN, last, 1000)
    )
    return [reading for _, reading in sorted(said, key=lambda pair: pair[0])]


def visit(  # noqa: PLR0913, PLR0917 - one vehicle
    lane: str, at: int, front: str, rear: str, inside_ms: int, chance: random.Random
) -> Iterator[Reading]:
    """Say all that is said of one vehicle."""
    out = at + inside_ms
    for name, then, plate in (
        ("front", at, front), ("front2", at + 400, front), ("rear", at + 4000, rear),
        ("exit", out, front), ("exitrear", out + 4000, rear),
    ):  # fmt: skip
        yield PlateRead(
            device_id=DeviceId(f"{lane}/{name}"), time=Instant(then), received=Instant(then + 200), drift_ms=20,
            reading_id=ReadingId(f"{chance.getrandbits(128):032x}"), plate=plate, confidence=0.97, direction="unknown",
            event_id=f"{chance.getrandbits(64):x}",
        )  # fmt: skip
    portal = DeviceId(f"{lane}/portal")
    yield RpmBackground(
        device_id=portal, received=Instant(at - 100), reading_id=ReadingId("b"), channel="gamma", counts=(250,)
    )
    yield RpmOccupancy(
        device_id=portal, received=Instant(at + 5000), reading_id=ReadingId("r"), counter=1,
        gamma_alarm=False, neutron_alarm=False, max_gamma_1s=300, max_neutron=2,
        started=Instant(at + 1000), ended=Instant(at + 5000),
    )  # fmt: skip
    yield Weighing(
        device_id=DeviceId(f"{lane}/scale"), received=Instant(at + 68000), reading_id=ReadingId("w"), gross_kg=24400.0,
        min_kg=24380.0, max_kg=24420.0, n=9, started=Instant(at + 60000), ended=Instant(at + 66000),
    )  # fmt: skip


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--vehicles", type=int, default=8000)
    options.add_argument("--lanes", type=int, default=4)
    options.add_argument("--inside-s", type=int, default=600)
    asked = options.parse_args()
    readings = stream(asked.lanes, asked.vehicles, asked.inside_s * 1000, random.Random(7))
    state = empty(PLACE)
    described = DescribePost(
        decision_id="d", by="bench", role="administrator", at=Instant(BEGIN), post=post(asked.lanes)
    )
    for fact in step(state, entry_ref(1, 0), described):
        apply(state, entry_ref(1, 1), fact)
    facts = 0
    gc.freeze()
    begun = time.process_time()
    for seq, reading in enumerate(readings, start=2):
        for index, fact in enumerate(step(state, entry_ref(seq, 0), reading), start=1):
            apply(state, entry_ref(seq, index), fact)
            facts += 1
    took = time.process_time() - begun
    figures = {
        "entries": len(readings),
        "facts": facts,
        "vehicles": asked.vehicles,
        "seconds": round(took, 3),
        "entries_per_s": round(len(readings) / took),
        "facts_per_s": round(facts / took),
        "crossings_held": len(state.crossings.crossings),
        "snapshot_bytes": len(encode(state)),
    }
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
