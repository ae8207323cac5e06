"""Measures trackers from socket to durable: `python bench/devices.py [--seconds S] [--only egts|teltonika|crowd]`.

Figures: packets a second of CPU that the field process spends, each answered after its readings survive a power cut
(goals: EGTS 20,000, Teltonika 10,000), when trackers send what they held back (twenty in flight) and when each waits
for its answer; the waits at half of that load (goal: p99 under 50 ms). Limit of the same run: decoding alone.
Crowd: memory with 5,000 trackers that are connected and silent (goal 256 MiB), 3,000 that come back at once, and how
long one that goes on reporting meanwhile waits for its answers. Trackers run in this process, the field in its own.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import uvloop
from _house import House, environment, folder, house, say, wait_for_port
from _trackers import EGTS, HOST, KINDS, Fleet, Kind, Tracker, decoding_per_s, dial, imei

from beket.app.children import take_open_files
from beket.app.site_text import site_toml
from beket.settings import Settings
from beket.words.ids import DeviceId, PlaceId
from beket.words.site import Device, Name, Post

TRACKERS: Final = 100
WINDOW: Final = 20
"""Packets in flight of a tracker that sends what it held back."""

CROWD: Final = 5000
BACK_AT_ONCE: Final = 3000
PROBE_EVERY_S: Final = 0.02
DIALLED_AT_ONCE: Final = 250
GOALS: Final = {"egts": 20_000, "teltonika": 10_000}


def post_of(kinds: Sequence[Kind], count: int, port: int) -> Post:
    """A checkpoint with so many trackers of each kind, each kind on a port of its own."""
    place = PlaceId("KG-XXX-A")
    devices = tuple(
        Device(
            id=DeviceId(f"{place}/{kind.name}-{number}"), driver=kind.name, declared_id=imei(number), host=HOST,
            port=port + 1 + at, allow=("127.0.0.0/8",), expected_period_s=300,
        )
        for at, kind in enumerate(kinds)
        for number in range(count)
    )  # fmt: skip
    return Post(id=place, name=Name(ky="Сыноо", ru="Проба", en="Trial"), latitude=42.0, longitude=74.0, devices=devices)


def settings_in(path: str, post: Post, port: int) -> Settings:
    """A house in this folder that serves this post."""
    settings = Settings(data_dir=path, field_port=port, site=str(Path(path) / "site.toml"))
    Path(str(settings.site)).write_text(site_toml([post]))
    return settings


async def throughput(running: House, kind: Kind, port: int, seconds: float) -> dict[str, Any]:
    """Full load with many in flight, full load with one, half load; CPU of the field for each."""
    trackers = [await dial(kind, port, number) for number in range(TRACKERS)]
    fleet = Fleet(kind, trackers, 0)
    fleet.write(3, WINDOW)
    await fleet.run(WINDOW)  # warm
    many = await _measured(running, fleet, WINDOW, _rounds(seconds, 20_000, WINDOW))
    one = await _measured(running, fleet, 1, _rounds(seconds, 8000, 1))
    pause_s = TRACKERS * WINDOW / (many["packets_per_s"] / 2)
    half = await _measured(running, fleet, WINDOW, max(round(seconds / pause_s), 5), pause_s)
    pause_s = TRACKERS / (one["packets_per_s"] / 2)
    half_one = await _measured(running, fleet, 1, max(round(seconds / pause_s), 5), pause_s)
    for tracker in trackers:
        tracker.hang_up()
    limit = decoding_per_s(kind)
    return {
        "packet_bytes": len(kind.say(0, 0)),
        "many_in_flight": many,
        "one_in_flight": one,
        "half_load_many": half,
        "half_load_one": half_one,
        "limit_decoding_packets_per_cpu_s": round(limit),
        "ratio_to_decoding": round(many["packets_per_cpu_s_of_the_field"] / limit, 3),
        "goal": f"{GOALS[kind.name]} packets per CPU second of the field, p99 under 50 ms at half load",
    }


def _rounds(seconds: float, packets_per_s: int, window: int) -> int:
    return max(round(seconds * packets_per_s / TRACKERS / window), 5)


async def _measured(running: House, fleet: Fleet, window: int, batches: int, pause_s: float = 0.0) -> dict[str, Any]:
    fleet.write(batches, window)
    before, began = running.cpu_s("field"), time.monotonic()
    load = await fleet.run(window, pause_s)
    wall, spent = time.monotonic() - began, running.cpu_s("field") - before
    return {
        "packets": load.packets,
        "packets_per_cpu_s_of_the_field": round(load.packets / spent),
        "packets_per_s": round(load.packets / wall),
        "answer_ms": {"p50": load.quantile_ms(0.5), "p99": load.quantile_ms(0.99)},
    }


async def crowd(running: House, port: int) -> dict[str, Any]:
    """Memory of many that are silent, and what many that come back at once do to one that is not."""
    empty = rss_mib(running)
    before = running.cpu_s("field")
    trackers = await _dial_all(range(CROWD), port)
    login_cpu_s = running.cpu_s("field") - before
    await asyncio.sleep(3)
    full = rss_mib(running)
    for tracker in trackers[:BACK_AT_ONCE]:
        tracker.hang_up()
    probing = asyncio.create_task(_probe(trackers[-1]))
    await asyncio.sleep(2)
    began, spent = time.monotonic(), running.cpu_s("field")
    back = await asyncio.gather(*(dial(EGTS, port, number) for number in range(BACK_AT_ONCE)))
    back_s, back_cpu_s = time.monotonic() - began, running.cpu_s("field") - spent
    probing.cancel()
    waits = sorted(await probing)
    for tracker in (*back, *trackers[BACK_AT_ONCE:]):
        tracker.hang_up()
    return {
        "trackers": CROWD,
        "field_mib_with_none": empty,
        "field_mib_with_all_silent": full,
        "kib_each": round((full - empty) * 1024 / CROWD, 1),
        "login_cpu_ms_each": round(login_cpu_s * 1000 / CROWD, 2),
        "back_at_once": BACK_AT_ONCE,
        "back_s": round(back_s, 2),
        "back_cpu_s_of_the_field": round(back_cpu_s, 2),
        "meanwhile_answer_ms": {
            "worst": round(waits[-1], 1),
            "p50": round(waits[len(waits) // 2], 1),
            "of": len(waits),
        },
        "goal": "5,000 silent in 256 MiB; 3,000 back at once and nobody stalls",
    }


async def _dial_all(numbers: range, port: int) -> list[Tracker]:
    found: list[Tracker] = []
    for first in range(numbers.start, numbers.stop, DIALLED_AT_ONCE):
        some = range(first, min(first + DIALLED_AT_ONCE, numbers.stop))
        found += await asyncio.gather(*(dial(EGTS, port, number) for number in some))
    return found


async def _probe(tracker: Tracker) -> list[float]:
    """One tracker that goes on reporting; gives its waits when it is told to stop."""
    waits: list[float] = []
    number = 0
    try:
        while True:
            waits.append(await tracker.say(EGTS.say(CROWD, number), EGTS.answer))
            number += 1
            await asyncio.sleep(PROBE_EVERY_S)
    except asyncio.CancelledError:
        return waits


def rss_mib(running: House) -> float:
    """Memory of the field process."""
    status = Path(f"/proc/{running.children['field'].pid}/status").read_text()
    return round(int(status.partition("VmRSS:")[2].split()[0]) / 1024, 1)


def measure_kind(kind: Kind, seconds: float, port: int) -> dict[str, Any]:
    """Measure trackers of one kind in a house of their own."""
    with folder() as path:
        post = post_of([kind], TRACKERS, port)
        with house(settings_in(path, post, port), [post], ["field"], {}) as running:
            wait_for_port(HOST, port + 1)
            return uvloop.run(throughput(running, kind, port + 1, seconds))


def measure_crowd(port: int) -> dict[str, Any]:
    """Measure many trackers at once."""
    with folder() as path:
        post = post_of([EGTS], CROWD, port)
        with house(settings_in(path, post, port), [post], ["field"], {}) as running:
            wait_for_port(HOST, port + 1)
            return uvloop.run(crowd(running, port + 1))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--port", type=int, default=17190)
    parser.add_argument("--only", choices=[*KINDS, "crowd"])
    given = parser.parse_args()
    take_open_files()
    found: dict[str, Any] = {"measurement": "trackers, answered when durable"}
    for kind in KINDS.values():
        if given.only in (None, kind.name):
            found[kind.name] = measure_kind(kind, given.seconds, given.port)
    if given.only in (None, "crowd"):
        found["crowd"] = measure_crowd(given.port)
    say(found | {"environment": environment()})


if __name__ == "__main__":
    main()
