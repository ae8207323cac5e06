"""Measures reading to screen with many open screens: `python bench/screens.py [--screens N] [--rate R]`; prints JSON.

A whole house (field, loop, desk, engine) with the simulated country at load, and N signed-in screens that hold the
wall's stream open as browsers do. For every reading and every screen: from its receipt to the first message after
which that screen shows it. Goal: p95 of 1 s with 200 screens at 500 readings/s. The limit of the same run is the
wait that the desk's own tick imposes when nothing else takes time (half a tick at p50, a tick at p95).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import closing
from typing import Any

from _house import environment, say, watched

from beket.app.figures import quantile
from beket.app.summary import waits_to_screen
from beket.log.book import Seq
from beket.log.postgres import PostgresBook
from beket.settings import Settings
from beket.words.readings import Said, Tick


async def beats(settings: Settings, cookie: str) -> AsyncIterator[int]:
    """Hold one stream open; gives the newest reading's instant of each pulse."""
    reader, writer = await asyncio.open_connection(settings.host, settings.port, limit=2**20)
    head = f"GET /stream?panel=wall HTTP/1.1\r\nHost: {settings.host}\r\nCookie: {cookie}\r\n\r\n"
    writer.write(head.encode())
    status = await reader.readline()
    if b" 200 " not in status:
        raise RuntimeError(status.decode())
    event = b""
    while line := await reader.readline():
        if line.startswith(b"event: "):
            event = line.strip()
        elif event == b"event: pulse" and line.startswith(b"data: "):
            yield int(json.loads(line.removeprefix(b"data: ")).get("received_ms") or 0)


async def screen(settings: Settings, cookie: str, pulses: list[tuple[int, int]]) -> None:
    """One screen."""
    async for newest in beats(settings, cookie):
        pulses.append((time.time_ns() // 1_000_000, newest))  # noqa: PERF401 - the time is now


async def watch(settings: Settings, cookie: str, screens: int, seconds: float) -> list[list[tuple[int, int]]]:
    """Open all screens, a few at a time, and hold them open."""
    seen: list[list[tuple[int, int]]] = [[] for _ in range(screens)]
    tasks = []
    for pulses in seen:
        tasks.append(asyncio.create_task(screen(settings, cookie, pulses)))
        await asyncio.sleep(0.01)
    await asyncio.sleep(seconds)
    broken = [task.exception() for task in tasks if task.done()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    if broken:
        raise RuntimeError(f"{len(broken)} screens were closed: {broken[0]}")
    return seen


def received_since(dsn: str, since_ms: int) -> list[int]:
    """When each reading since then was received, from the log."""
    received: list[int] = []
    with closing(PostgresBook(dsn)) as book:
        for head in book.heads():
            after = Seq(0)
            while frames := book.read(head.place, after, 200):
                bodies = (entry.body for frame in frames for entry in frame.entries)
                received += [
                    body.received
                    for body in bodies
                    if isinstance(body, Said) and not isinstance(body, Tick) and body.received >= since_ms
                ]
                after = frames[-1].seq
    return received


def measure(given: argparse.Namespace) -> dict[str, Any]:
    """Run the house and its screens."""
    with watched(given.port, given.rate) as house:
        running, settings, cookie = house.house, house.settings, house.cookie
        before = {part: running.cpu_s(part) for part in (*running.children, "engine")}
        since = time.time_ns() // 1_000_000
        seen = asyncio.run(watch(settings, cookie, given.screens, given.seconds))
        cpu = {part: round((running.cpu_s(part) - used) / given.seconds, 3) for part, used in before.items()}
        received = received_since(running.engine.dsn, since)
    waits = sorted(wait for pulses in seen for wait in waits_to_screen(received, pulses))
    return {
        "measurement": "reading to screen",
        "screens": given.screens,
        "readings_per_s": round(len(received) / given.seconds, 1),
        "ms": {
            "p50": quantile(waits, 0.5),
            "p95": quantile(waits, 0.95),
            "p99": quantile(waits, 0.99),
            "of": len(waits),
        },
        "pulses_per_screen_per_s": round(sum(map(len, seen)) / given.screens / given.seconds, 2),
        "cores_used": cpu,
        "limit_ms_of_the_tick": {"p50": 150, "p95": 300},
        "goal": "p95 <= 1000 ms with 200 screens at 500 readings/s",
        "environment": environment(),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--screens", type=int, default=200)
    parser.add_argument("--rate", type=float, default=7200.0)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--port", type=int, default=18300)
    say(measure(parser.parse_args()))


if __name__ == "__main__":
    main()
