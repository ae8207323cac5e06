"""Measures how soon an alarm stands on every desk: `python bench/desks.py [--screens N]`; prints JSON.

A whole house with the simulated country, and N signed-in desks that hold the stream of the list of situations open as
browsers do. Again and again a radiation portal gives alarm, with nobody near; for every alarm and every desk: from when
the house accepted the reading to the message after which that desk shows its situation. Goal: p95 of 1 s with 200 desks
(reference 08 U1). The limit of the same run is the wait that the desk's own tick imposes when nothing else takes time.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import time
import uuid
from collections.abc import Sequence
from contextlib import closing
from typing import Any, Final

import psycopg
from _house import environment, say, watched

from beket.app.figures import quantile
from beket.board.schema import SCHEMA
from beket.log.postgres import PostgresBook
from beket.settings import Settings
from beket.words.ids import Instant, PlaceId, ReadingId
from beket.words.readings import RpmOccupancy
from beket.words.site import Device, Post
from beket.words.wire import Entry

EVERY_S: Final = 2.0
"""How often there is an alarm: the whole country has one in some hours."""

SHOWN_S_MAX: Final = 15.0
"""Longest wait for the last alarm to be everywhere."""

_NAMED: Final = re.compile(rb'data-href="/situations/([^"]+)"')


def now_ms() -> int:
    """The time."""
    return time.time_ns() // 1_000_000


async def desk(settings: Settings, cookie: str, shown: dict[bytes, int]) -> None:
    """One desk: notes when each situation first stood on it."""
    reader, writer = await asyncio.open_connection(settings.host, settings.port, limit=2**22)
    head = f"GET /stream?panel=line&panel=situations HTTP/1.1\r\nHost: {settings.host}\r\nCookie: {cookie}\r\n\r\n"
    writer.write(head.encode())
    status = await reader.readline()
    if b" 200 " not in status:
        raise RuntimeError(status.decode())
    while line := await reader.readline():
        if b"/situations/" in line:
            at = now_ms()
            for name in _NAMED.findall(line):
                shown.setdefault(name, at)


def alarm(book: PostgresBook, portal: Device, place: PlaceId) -> tuple[str, int]:
    """Have a portal give alarm; gives the reading's reference and when it was durable."""
    now = Instant(now_ms())
    said = RpmOccupancy(
        device_id=portal.id, received=now, reading_id=ReadingId(uuid.uuid4().hex), counter=None, gamma_alarm=True,
        neutron_alarm=False, max_gamma_1s=900, max_neutron=0, started=Instant(now - 3000), ended=now,
    )  # fmt: skip
    refs = book.append(place, [Entry(body=said)]).refs
    return f"{place}:{refs[0]}", now_ms()


def portals(posts: Sequence[Post]) -> list[tuple[PlaceId, Device]]:
    """The radiation portals of the country, the quiet posts first."""
    return [(post.id, one) for post in reversed(posts) for one in post.devices if one.klass == "portal"]


async def watch(
    given: argparse.Namespace, settings: Settings, dsn: str, cookie: str, at: list[tuple[PlaceId, Device]]
) -> tuple[list[dict[bytes, int]], dict[str, int]]:
    """Hold all desks open while alarms come; gives what each showed, and when each alarm was accepted."""
    shown: list[dict[bytes, int]] = [{} for _ in range(given.screens)]
    tasks = []
    for one in shown:
        tasks.append(asyncio.create_task(desk(settings, cookie, one)))
        await asyncio.sleep(0.01)
    accepted: dict[str, int] = {}
    with closing(PostgresBook(dsn)) as book:
        for number in range(given.alarms):
            await asyncio.sleep(EVERY_S)
            place, portal = at[number % len(at)]
            of, when = await asyncio.to_thread(alarm, book, portal, place)
            accepted[of] = when
    await asyncio.sleep(SHOWN_S_MAX)
    broken = [task.exception() for task in tasks if task.done()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    if broken:
        raise RuntimeError(f"{len(broken)} desks were closed: {broken[0]}")
    return shown, accepted


def situations_of(dsn: str, accepted: dict[str, int]) -> dict[bytes, int]:
    """When the alarm behind each situation was accepted, by the situation's name."""
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(
            f"SELECT place || ':' || about, situation FROM {SCHEMA}.situation_signal WHERE kind = 'radiation'"  # noqa: S608
        ).fetchall()
    return {str(situation).encode(): accepted[of] for of, situation in rows if of in accepted}


def measure(given: argparse.Namespace) -> dict[str, Any]:
    """Run the house and its desks."""
    with watched(given.port, given.rate) as seen:
        dsn = seen.house.engine.dsn
        shown, accepted = asyncio.run(watch(given, seen.settings, dsn, seen.cookie, portals(seen.posts)))
        named = situations_of(dsn, accepted)
    waits = sorted(one[name] - when for one in shown for name, when in named.items() if name in one)
    return {
        "measurement": "alarm to desk",
        "screens": given.screens,
        "alarms": len(accepted),
        "missed": given.screens * len(named) - len(waits),
        "situations": len(named),
        "ms": {"p50": quantile(waits, 0.5), "p95": quantile(waits, 0.95), "p99": quantile(waits, 0.99)},
        "limit_ms_of_the_tick": {"p50": 150, "p95": 300},
        "goal": "p95 <= 1000 ms with 200 desks",
        "environment": environment(),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--screens", type=int, default=200)
    parser.add_argument("--alarms", type=int, default=20)
    parser.add_argument("--rate", type=float, default=720.0)
    parser.add_argument("--port", type=int, default=18320)
    say(measure(parser.parse_args()))


if __name__ == "__main__":
    main()
