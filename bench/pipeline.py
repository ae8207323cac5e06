"""Measures the whole pipeline beside its limit, in one run: `python bench/pipeline.py [--vehicles N]`; prints JSON.

Accepted → durable → concluded → read tables, with one process that appends in requests of 100 and some that loop,
against COPY of the same entries as rows with a jsonb body, no key, 1000 per commit (reference 05 §4.1). Goals: 0.5 of
that with a light core (each vehicle is one crossing, each reading its evidence), 0.25 with the house's own; 0.6 for
building the read tables again from the log. What is
said is told in `_lanes`: entries as the field writes them; `--said bare` leaves out the bytes of their messages.
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
from collections.abc import Iterator
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any, Final, get_args

import msgspec
from _lanes import PLACES, Form, by_lane, describe, traffic
from msgspec import Struct, field

from beket.board.projector import BoardProjection
from beket.board.rebuild import rebuild
from beket.board.schema import ensure
from beket.log.appender import Appender
from beket.log.connect import open_connection
from beket.log.migrate import migrate
from beket.log.postgres import PostgresBook
from beket.log.server import Server
from beket.loop.replay import check
from beket.loop.runner import Runner, Share
from beket.loop.thinking import CORE, Thinking
from beket.words import facts
from beket.words.decisions import Decision, DescribePost, Ordered
from beket.words.ids import CrossingId, EntryRef, LaneId, PlaceId
from beket.words.readings import Health, PlateRead, Reading, RpmBackground, Tick, Weighing
from beket.words.wire import Entry, encode_entry

REQUEST: Final = 100
COPY_ROWS: Final = 1000
ROUNDS: Final = 3
PATIENCE_S: Final = 120.0
TICKS: Final = os.sysconf("SC_CLK_TCK")


class Lanes(Struct):
    """What the light core holds: who is in each lane."""

    place: PlaceId
    inside: dict[str, CrossingId] = field(default_factory=dict)


def light(held: Lanes, ref: EntryRef, body: Reading | Decision) -> tuple[facts.Fact, ...]:
    """A front read opens a crossing; everything else said in the lane is its evidence; an exit read departs it."""
    if isinstance(body, DescribePost):
        return (facts.PostDescribed(at=body.at, because=(ref,), post=body.post),)
    if isinstance(body, Tick | Health | RpmBackground | Ordered):
        return ()
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


def loop(dsn: str, core: str, share: Share, stop: Event) -> None:
    """A loop's process."""
    Runner(PostgresBook(dsn), BoardProjection(), CORES[core], share).run(stop)  # type: ignore[arg-type]


async def append(dsn: str, told: dict[PlaceId, list[Entry]]) -> float:
    """Append everything in requests, one sender per lane in its order; gives the seconds until all is durable."""

    async def send(place: PlaceId, entries: list[Entry]) -> None:
        for first in range(0, len(entries), REQUEST):
            await appender.append(place, entries[first : first + REQUEST])

    senders = [(place, said) for place, entries in told.items() for said in by_lane(entries)]
    began = time.perf_counter()
    async with Appender(dsn) as appender:
        await asyncio.gather(*(send(place, said) for place, said in senders))
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


def measure(vehicles: int, core: str, loops: int, form: Form) -> dict[str, Any]:
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
        shares = [Share(number, loops) for number in range(loops)]
        looping = [context.Process(target=loop, args=(server.dsn, core, share, stop)) for share in shares]
        for process in looping:
            process.start()
        try:
            caught_up(server.dsn)
            figure = _rounds(server, [process.pid for process in looping], vehicles, form)
        finally:
            stop.set()
            for process in looping:
                process.join()
        report = check(book, CORES[core])
        book.close()
        again = _rebuilt(server.dsn, figure["limit"])
        with open_connection(server.dsn) as connection:
            crossings = connection.execute("SELECT count(*), count(departed_at) FROM board_7.crossing").fetchone()
    assert crossings is not None
    said = {"facts": report.facts, "replay_holds": report.holds, "crossings": crossings[0], "departed": crossings[1]}
    return figure | {"goal": GOALS[core]} | said | {"rebuild": again}


def _rounds(server: Server, looping: list[int | None], vehicles: int, form: Form) -> dict[str, Any]:
    copying = piping = accepting = 0.0
    entries = 0
    cpu = dict.fromkeys(("append", "loop", "engine"), 0.0)
    for number in range(ROUNDS):
        told = traffic(number * vehicles, vehicles, form)
        entries += sum(map(len, told.values()))
        copying += raw_copy_s(server.dsn, told)
        before = _cpu_s(server, looping)
        durable, whole = whole_s(server.dsn, told)
        cpu = {part: cpu[part] + used - before[part] for part, used in _cpu_s(server, looping).items()}
        accepting += durable
        piping += whole
    return {
        "figure": round(entries / piping), "limit": round(entries / copying), "limit_is": "raw COPY rows/s",
        "ratio": round(copying / piping, 3), "accepted_per_s": round(entries / accepting), "entries": entries,
        "cpu_ms_per_1000": {part: round(used / entries * 1e6, 1) for part, used in cpu.items()},
    }  # fmt: skip


def _rebuilt(dsn: str, limit: float) -> dict[str, float]:
    """The read tables built again from the log by one process: what was said and what was concluded, per second."""
    began = time.perf_counter()
    done = rebuild(dsn)
    seconds = time.perf_counter() - began
    return {"figure": round(done.entries / seconds), "ratio": round(done.entries / seconds / limit, 3), "goal": 0.6}


def _cpu_s(server: Server, looping: list[int | None]) -> dict[str, float]:
    """CPU seconds used until now: here, by the loops, and by the engine with all its processes, gone ones too."""
    loops = sum(sum(stat[11:13]) for stat in _stats() if stat[0] in looping)
    engine = sum(sum(stat[11:15]) for stat in _stats() if server.pid in (stat[0], stat[1]))
    return {"append": time.process_time(), "loop": loops / TICKS, "engine": engine / TICKS}


def _stats() -> Iterator[list[int]]:
    """Every process's row of numbers, its own id in the place of its state (proc(5))."""
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            row = file.read_text().rpartition(")")[2].split()
        except OSError:  # it ended meanwhile
            continue
        yield [int(file.parent.name), *map(int, row[1:15])]


def main() -> None:
    """Measure with the light core and with the house's own."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--vehicles", type=int, default=4000, help="per round")
    arguments.add_argument("--core", choices=("light", "full"), action="append")
    arguments.add_argument("--loops", type=int, default=1, help="processes that loop, as the setting `loops`")
    arguments.add_argument("--said", choices=get_args(Form), default="written", help="written: as the field does")
    given = arguments.parse_args()
    cores = given.core or ("light", "full")
    found = {
        **{f"pipeline_{core}": measure(given.vehicles, core, given.loops, given.said) for core in cores},
        "said": given.said,
        "loops": given.loops,
        "environment": {"cores": os.cpu_count(), "python": platform.python_version(), "machine": platform.machine()},
    }
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
