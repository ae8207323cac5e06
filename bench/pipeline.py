"""Measures the whole pipeline beside its limit, in one run: `python bench/pipeline.py [--vehicles N]`; prints JSON.

Accepted → durable → concluded → read tables, with one process that appends in requests of 100 and one that loops,
against COPY of the same readings as rows with a jsonb body, no key, 1000 per commit (reference 05 §4.1). Goals: 0.5 of
that with a light core (each vehicle is one crossing, each reading its evidence), 0.25 with the house's own.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import platform
import tempfile
import time
from multiprocessing.synchronize import Event
from typing import Any, Final

import msgspec
from msgspec import Struct, field

from beket.board.projector import BoardProjection
from beket.board.schema import ensure
from beket.log.appender import Appender
from beket.log.connect import open_connection
from beket.log.migrate import migrate
from beket.log.postgres import PostgresBook
from beket.log.server import Server
from beket.loop.replay import check
from beket.loop.runner import Runner
from beket.loop.thinking import CORE, Thinking
from beket.words import facts
from beket.words.decisions import Decision, DescribePost
from beket.words.ids import CrossingId, DeviceId, EntryRef, Instant, LaneId, PlaceId, Sha256, reading_id
from beket.words.readings import PlateRead, Reading, RpmOccupancy, Weighing
from beket.words.site import Device, Lane, Name, Post, View, Zone
from beket.words.wire import Entry, encode_entry

PLACES: Final = 8
REQUEST: Final = 100
SENDERS: Final = 16
COPY_ROWS: Final = 1000
ROUNDS: Final = 3
NOON: Final = 1_795_000_000_000
GAP_MS: Final = 20_000
PATIENCE_S: Final = 120.0
STATIONS: Final[tuple[tuple[str, Zone, View, tuple[int, int]], ...]] = (
    ("front", "arrival", "front", (0, 5)),
    ("rear", "arrival", "rear", (1, 12)),
    ("portal", "arrival", "none", (1, 14)),
    ("scale", "control", "none", (5, 15)),
    ("exit", "departure", "front", (0, 5)),
)


class Lanes(Struct):
    """What the light core holds: who is in each lane."""

    place: PlaceId
    inside: dict[str, CrossingId] = field(default_factory=dict)


def light(held: Lanes, ref: EntryRef, body: Reading | Decision) -> tuple[facts.Fact, ...]:
    """A front read opens a crossing; everything else said in the lane is its evidence; an exit read departs it."""
    if isinstance(body, DescribePost):
        return (facts.PostDescribed(at=body.at, because=(ref,), post=body.post),)
    lane, at, because = body.device_id.split("/")[1], body.received, (ref,)
    opens = body.device_id.endswith("front")
    crossing = CrossingId(f"{held.place}:{ref}") if opens else held.inside[lane]
    attached = facts.EvidenceAttached(
        at=at, because=because, crossing=crossing, of=ref, evidence="reading", device=body.device_id, lane=LaneId(lane),
        zone="arrival", gross_kg=body.gross_kg if isinstance(body, Weighing) else None,
    )  # fmt: skip
    if opens and isinstance(body, PlateRead):
        return (
            facts.CrossingOpened(
                at=at, because=because, crossing=crossing, lane=LaneId(lane), direction="in", zone="arrival",
                opened_by="plate_read",
            ),
            attached,
            facts.CrossingIdentified(
                at=at, because=because, crossing=crossing, role="front", value=body.plate or "", country=body.country
            ),
        )  # fmt: skip
    if body.device_id.endswith("exit"):
        return (attached, facts.CrossingDeparted(at=at, because=because, crossing=crossing, lane=LaneId(lane)))
    return (attached,)


def keep(held: Lanes, _ref: EntryRef, fact: facts.Fact) -> Lanes:
    """Remember who is in the lane."""
    if isinstance(fact, facts.CrossingOpened):
        held.inside[fact.lane] = fact.crossing
    return held


LIGHT: Final = Thinking(
    rules="light",
    empty=lambda place: Lanes(place=place),
    step=light,
    apply=keep,
    encode=msgspec.json.encode,
    decode=msgspec.json.Decoder(Lanes).decode,
)


CORES: Final = {"light": LIGHT, "full": CORE}
GOALS: Final = {"light": 0.5, "full": 0.25}


def post(place: PlaceId) -> Post:
    """A checkpoint with two lanes of five stations each."""
    lanes = ("in-1", "in-2")
    devices = tuple(
        Device(
            id=DeviceId(f"{place}/{lane}/{name}"), driver="made_up", lane=LaneId(lane), zone=zone, view=view,
            after_s=after,
        )
        for lane in lanes
        for name, zone, view, after in STATIONS
    )  # fmt: skip
    return Post(
        id=place, name=Name(ky=place, ru=place, en=place), latitude=41.0, longitude=74.0,
        lanes=tuple(Lane(id=LaneId(lane), direction="in") for lane in lanes), devices=devices,
    )  # fmt: skip


def describe(place: PlaceId) -> Entry:
    """The decision that lays a checkpoint out."""
    body = DescribePost(decision_id=place, by="bench", role="device_engineer", at=Instant(NOON), post=post(place))
    return Entry(body=body)


def vehicle(place: PlaceId, number: int) -> list[Entry]:
    """What five devices say of one lorry."""
    lane = f"in-{number % 2 + 1}"
    at = NOON + (number // 2 + 1) * GAP_MS
    plate = f"{number % 9 + 1:02}KG{number % 1000:03}A{chr(65 + number // 26_000 % 26)}{chr(65 + number // 1000 % 26)}"
    portal, scale = f"{place}/{lane}/portal", f"{place}/{lane}/scale"
    passed = RpmOccupancy(
        **_said(portal, "rpm_occupancy", at + 5000, number), counter=number, gamma_alarm=False, neutron_alarm=False,
        max_gamma_1s=40, max_neutron=1, started=Instant(at + 3000), ended=Instant(at + 5000),
    )  # fmt: skip
    weighed = Weighing(
        **_said(scale, "weighing", at + 9000, number), gross_kg=24_400.0, min_kg=24_380.0, max_kg=24_400.0, n=9,
        started=Instant(at + 7000), ended=Instant(at + 9000),
    )  # fmt: skip
    return [
        _read(f"{place}/{lane}/front", plate, at, number),
        _read(f"{place}/{lane}/rear", plate, at + 3000, number),
        Entry(body=passed),
        Entry(body=weighed),
        _read(f"{place}/{lane}/exit", plate, at + 15_000, number),
    ]


def _said(device: str, kind: str, at: int, number: int) -> dict[str, Any]:
    said = reading_id(device, kind, at, str(number).encode())
    name = Sha256(f"{number:064x}")
    return {"device_id": device, "time": at, "received": at + 180, "reading_id": said, "raw_sha256": name}


def _read(device: str, plate: str, at: int, number: int) -> Entry:
    body = PlateRead(
        **_said(device, "plate_read", at, number), plate=plate, country="KG", confidence=97.0, lane=1,
        direction="approaching", plate_color="white", vehicle_type="truck", speed_kmh=11.0,
        event_id=f"{device}{number}",
    )  # fmt: skip
    return Entry(body=body)


def traffic(first: int, vehicles: int) -> dict[PlaceId, list[Entry]]:
    """What every checkpoint's devices say of its share of the vehicles, in the order of time."""
    places = [PlaceId(f"KG-{number:03}") for number in range(PLACES)]
    told: dict[PlaceId, list[Entry]] = {}
    for place in places:
        entries = [entry for number in range(first, first + vehicles // PLACES) for entry in vehicle(place, number)]
        told[place] = sorted(entries, key=lambda entry: entry.body.received)  # type: ignore[union-attr]
    return told


def raw_copy_s(dsn: str, told: dict[PlaceId, list[Entry]]) -> float:
    """The limit: seconds to COPY prebuilt rows with a jsonb body, no key, 1000 per commit."""
    rows = [
        f"{place}\t{number}\t{encode_entry(entry).decode()}\n".encode()
        for place, entries in told.items()
        for number, entry in enumerate(entries)
    ]
    with open_connection(dsn) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS raw_copy (place text, seq bigint, body jsonb)")
        began = time.perf_counter()
        for first in range(0, len(rows), COPY_ROWS):
            with (
                connection.transaction(),
                connection.cursor() as cursor,
                cursor.copy("COPY raw_copy FROM STDIN") as copy,
            ):
                copy.write(b"".join(rows[first : first + COPY_ROWS]))
        return time.perf_counter() - began


def loop(dsn: str, core: str, stop: Event) -> None:
    """The loop's process."""
    Runner(PostgresBook(dsn), BoardProjection(), CORES[core]).run(stop)  # type: ignore[arg-type]


async def append(dsn: str, told: dict[PlaceId, list[Entry]]) -> float:
    """Append everything in requests, each place in order; gives the seconds until all is durable."""

    async def send(place: PlaceId, entries: list[Entry]) -> None:
        for first in range(0, len(entries), REQUEST):
            await appender.append(place, entries[first : first + REQUEST])

    began = time.perf_counter()
    async with Appender(dsn) as appender:
        await asyncio.gather(*(send(place, entries) for place, entries in told.items()))
    return time.perf_counter() - began


def caught_up(dsn: str) -> None:
    """Wait until the loop stands at every head."""
    deadline = time.monotonic() + PATIENCE_S
    with open_connection(dsn) as connection:
        while True:
            row = connection.execute(
                "SELECT count(*) FROM beket.place_head h LEFT JOIN beket.cursor c ON c.place = h.place"
                " AND c.reader = 'loop' WHERE h.seq > coalesce(c.seq, 0)"
            ).fetchone()
            if row == (0,):
                return
            if time.monotonic() > deadline:
                raise TimeoutError("the loop does not catch up")
            time.sleep(0.005)


def whole_s(dsn: str, told: dict[PlaceId, list[Entry]]) -> tuple[float, float]:
    """Seconds until everything is durable, and until everything is on the board."""
    began = time.perf_counter()
    durable = asyncio.run(append(dsn, told))
    caught_up(dsn)
    return durable, time.perf_counter() - began


def measure(vehicles: int, core: str) -> dict[str, Any]:
    """Take the figure and its limit in turns, then see that the facts follow from what was said."""
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder, Server(folder) as server:
        migrate(server.dsn)
        with open_connection(server.dsn) as connection:
            ensure(connection)
        book = PostgresBook(server.dsn)
        for number in range(PLACES):
            book.append(PlaceId(f"KG-{number:03}"), [describe(PlaceId(f"KG-{number:03}"))])
        stop = context.Event()
        looping = context.Process(target=loop, args=(server.dsn, core, stop))
        looping.start()
        try:
            caught_up(server.dsn)
            figure = _rounds(server.dsn, vehicles)
        finally:
            stop.set()
            looping.join()
        report = check(book, CORES[core])
        book.close()
        with open_connection(server.dsn) as connection:
            crossings = connection.execute("SELECT count(*), count(departed_at) FROM board_1.crossing").fetchone()
    goal = GOALS[core]
    assert crossings is not None
    said = {"facts": report.facts, "replay_holds": report.holds, "crossings": crossings[0], "departed": crossings[1]}
    return figure | {"goal": goal} | said


def _rounds(dsn: str, vehicles: int) -> dict[str, Any]:
    copying = piping = accepting = 0.0
    entries = 0
    for number in range(ROUNDS):
        told = traffic(number * vehicles, vehicles)
        entries += sum(map(len, told.values()))
        copying += raw_copy_s(dsn, told)
        durable, whole = whole_s(dsn, told)
        accepting += durable
        piping += whole
    return {
        "figure": round(entries / piping), "limit": round(entries / copying), "limit_is": "raw COPY rows/s",
        "ratio": round(copying / piping, 3), "accepted_per_s": round(entries / accepting), "entries": entries,
    }  # fmt: skip


def main() -> None:
    """Measure with the light core and with the house's own."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--vehicles", type=int, default=8000, help="per round")
    arguments.add_argument("--core", choices=("light", "full"), action="append")
    given = arguments.parse_args()
    found = {
        **{f"pipeline_{core}": measure(given.vehicles, core) for core in given.core or ("light", "full")},
        "environment": {"cores": os.cpu_count(), "python": platform.python_version(), "machine": platform.machine()},
    }
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
