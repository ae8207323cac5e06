"""Measures durable appends beside their limits, in one run: `python bench/log_append.py [--entries N]`; prints JSON.

Figures: entries/s in requests of 100 (limit: COPY of the same rows as jsonb without a key, 1000 per commit, as in
reference 05 §4.1) and single-entry requests/s (limit: fsync/s of the same disk). Goals: 0.8 and 1.5.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from beket.log.appender import Appender
from beket.log.connect import open_connection
from beket.log.fsck import verify
from beket.log.migrate import migrate
from beket.log.server import Server
from beket.words.ids import DeviceId, Instant, LaneId, PlaceId, Sha256, reading_id
from beket.words.readings import PlateRead
from beket.words.wire import Entry, encode_entry

PLACES: Final = 8
REQUEST: Final = 100
SENDERS_OF_HUNDREDS: Final = 16
SENDERS_OF_ONES: Final = 256
COPY_ROWS: Final = 1000
ROUNDS: Final = 5
FSYNC_S: Final = 0.3
BLOCK: Final = bytes(8192)


def entry(number: int) -> Entry:
    """A plate reading as cameras send it, different from every other."""
    time_ms = Instant(1_795_000_000_000 + 40 * number)
    device = DeviceId(f"KG-{number % PLACES:03}/{LaneId('in-1')}/camera-front")
    body = PlateRead(
        device_id=device, time=time_ms, received=Instant(time_ms + 180), raw_sha256=Sha256(f"{number:064x}"),
        reading_id=reading_id(device, "plate_read", time_ms, str(number).encode()), plate=f"01KG{number % 1000:03}ABC",
        country="KG", confidence=97.0, lane=1, direction="approaching", plate_color="white", vehicle_type="truck",
        speed_kmh=11.0, event_id=str(number), sequence=number,
    )  # fmt: skip
    return Entry(body=body)


def raw_copy_s(dsn: str, entries: list[Entry]) -> float:
    """The limit: seconds to COPY prebuilt rows with a jsonb body, no key, 1000 per commit."""
    rows = [
        f"KG-{number % PLACES:03}\t{number}\t{encode_entry(one).decode()}\n".encode()
        for number, one in enumerate(entries)
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


def fsyncs_per_s(folder: Path) -> float:
    """The limit: one block written and synced at a time."""
    with (folder / "fsync").open("wb", buffering=0) as file:
        file.write(BLOCK * 256)
        os.fsync(file.fileno())
        count, began = 0, time.perf_counter()
        while time.perf_counter() - began < FSYNC_S:
            file.seek(len(BLOCK) * (count % 256))
            file.write(BLOCK)
            os.fdatasync(file.fileno())
            count += 1
        return count / (time.perf_counter() - began)


async def append_s(appender: Appender, entries: list[Entry], request: int, senders: int) -> float:
    """Seconds until all entries are durable, sent in requests of this size by this many senders."""
    requests = [entries[first : first + request] for first in range(0, len(entries), request)]

    async def send(sender: int) -> None:
        for number in range(sender, len(requests), senders):
            await appender.append(PlaceId(f"KG-{number % PLACES:03}"), requests[number])

    began = time.perf_counter()
    await asyncio.gather(*(send(sender) for sender in range(senders)))
    return time.perf_counter() - began


async def hundreds_against_copy(dsn: str, entries: list[Entry]) -> dict[str, Any]:
    """Append and COPY in turns, so that what else the machine does meets both alike."""
    copying = appending = 0.0
    part = len(entries) // ROUNDS
    async with Appender(dsn) as appender:
        for number in range(ROUNDS):
            chunk = entries[number * part : (number + 1) * part]
            copying += raw_copy_s(dsn, chunk)
            appending += await append_s(appender, chunk, REQUEST, SENDERS_OF_HUNDREDS)
        figure = _figure(ROUNDS * part / appending, ROUNDS * part / copying, "raw COPY rows/s", goal=0.8)
        return figure | _waits(appender)


async def ones_against_fsync(dsn: str, folder: Path, entries: list[Entry]) -> dict[str, Any]:
    """Append one by one from many senders, and sync the same disk, in turns."""
    appending, syncs = 0.0, []
    part = len(entries) // ROUNDS
    async with Appender(dsn) as appender:
        for number in range(ROUNDS):
            syncs.append(fsyncs_per_s(folder))
            appending += await append_s(appender, entries[number * part : (number + 1) * part], 1, SENDERS_OF_ONES)
        figure = _figure(ROUNDS * part / appending, sum(syncs) / ROUNDS, "fsync/s", goal=1.5)
        return figure | _waits(appender)


def measure(count: int) -> dict[str, Any]:
    """Take both figures, each with its limit, then see that the log holds exactly what was sent."""
    ones = count // 4
    entries = [entry(number) for number in range(count + ones)]
    with tempfile.TemporaryDirectory() as folder, Server(folder) as server:
        migrate(server.dsn)
        hundreds = asyncio.run(hundreds_against_copy(server.dsn, entries[:count]))
        singles = asyncio.run(ones_against_fsync(server.dsn, Path(folder), entries[count:]))
        with open_connection(server.dsn) as connection:
            began = time.perf_counter()
            report = verify(connection)
            verifying = time.perf_counter() - began
    return {
        "durable_accept": hundreds,
        "single_requests": singles,
        "verify": {"entries_per_s": round(report.entries / verifying), "bad": report.bad, "entries": report.entries},
        "entry_bytes": len(encode_entry(entries[0])),
        "environment": {"cores": os.cpu_count(), "python": platform.python_version(), "machine": platform.machine()},
    }


def _waits(appender: Appender) -> dict[str, Any]:
    counted = appender.counted
    p50, p99 = counted.durable.quantile_ms(0.5), counted.durable.quantile_ms(0.99)
    return {"p50_ms_max": p50, "p99_ms_max": p99, "commits": counted.commits}


def _figure(figure: float, limit: float, limit_is: str, *, goal: float) -> dict[str, Any]:
    return {
        "figure": round(figure),
        "limit": round(limit),
        "limit_is": limit_is,
        "ratio": round(figure / limit, 3),
        "goal": goal,
    }


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--entries", type=int, default=100_000)
    print(json.dumps(measure(arguments.parse_args().entries), indent=2, default=str))
