"""Measures who is hurt by an attack: `python bench/attack.py [--seconds S]`.

Fifty trackers report once a second to a field that makes everything durable, and their waits for answers are measured:
undisturbed; while one tracker sends without ever waiting; while thousands dial and say nothing; while unknown terminals
log in without end; while strangers post. Attackers and trackers run in this process, the field in its own, so what this
process needs for the attack is in the waits too. Goal: the worst wait stays under a second, whatever goes on.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

import uvloop
from _house import House, environment, folder, house, say, wait_for_port
from _trackers import EGTS, HOST, Fleet, Load, Tracker, dial, imei, say_egts
from devices import post_of, rss_mib, settings_in
from msgspec import structs

from beket.app.children import take_open_files
from beket.words.ids import DeviceId
from beket.words.site import Device, Post

CALM: Final = 50
SILENT: Final = 3000
STRANGERS: Final = 64
STRANGE: Final = "127.0.0.9"
"""An address of loopback that no device has."""


def post_with_camera(port: int) -> Post:
    """The trackers' post, and a camera, so that there is somewhere to post to."""
    post = post_of([EGTS], CALM + 1, port)
    camera = Device(id=DeviceId(f"{post.id}/camera"), driver="hikvision_isapi", allow=(HOST,))
    trackers = tuple(structs.replace(one, allow=(HOST,)) for one in post.devices)
    return structs.replace(post, devices=(*trackers, camera))


class Flood:
    """One tracker that never waits for an answer."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.done = 0

    async def run(self) -> None:
        """Send packets as fast as they are taken, and read what comes."""
        reader, writer = await asyncio.open_connection(HOST, self._port)
        writer.write(EGTS.login(imei(CALM)))
        reading = asyncio.create_task(_drained(reader))
        batch = b"".join(say_egts(CALM, number) for number in range(500))
        try:
            while True:
                writer.write(batch)
                await writer.drain()
                self.done += 500
        finally:
            reading.cancel()
            writer.transport.abort()


class Silent:
    """Many that dial and say nothing, again and again."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.done = 0

    async def run(self) -> None:
        """Keep so many connections open."""
        loop = asyncio.get_running_loop()
        held: list[asyncio.Transport] = []
        try:
            while True:
                transport, _ = await loop.create_connection(asyncio.Protocol, HOST, self._port)
                held.append(transport)
                self.done += 1
                if len(held) > SILENT:
                    held.pop(0).abort()
        finally:
            for transport in held:
                transport.abort()


class Unknown:
    """Terminals that nobody knows, each with a name of its own."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.done = 0

    async def run(self) -> None:
        """Log in, be refused, come again."""
        await asyncio.gather(*(self._come_again(first) for first in range(20)))

    async def _come_again(self, first: int) -> None:
        while True:
            reader, writer = await asyncio.open_connection(HOST, self._port)
            writer.write(EGTS.login(f"1234{first:02d}{self.done:09d}"))
            with suppress(ConnectionError):
                await reader.read()
            writer.transport.abort()
            self.done += 1


class Posting:
    """Strangers that post as much as a camera does, without end."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.done = 0

    async def run(self) -> None:
        """Post, be refused, come again."""
        await asyncio.gather(*(self._come_again() for _ in range(STRANGERS)))

    async def _come_again(self) -> None:
        body = bytes(200 * 1024)
        head = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        while True:
            with suppress(ConnectionError):
                reader, writer = await asyncio.open_connection(HOST, self._port, local_addr=(STRANGE, 0))
                writer.write(head + body)
                await reader.read()
                writer.transport.abort()
                self.done += 1


async def _drained(reader: asyncio.StreamReader) -> None:
    while await reader.read(65_536):
        pass


async def hurt(running: House, port: int, http_port: int, seconds: float) -> dict[str, Any]:
    """The waits of calm trackers, undisturbed and under each attack."""
    trackers: Sequence[Tracker] = [await dial(EGTS, port, number) for number in range(CALM)]
    fleet = Fleet(EGTS, trackers, 0)
    attacks: dict[str, Flood | Silent | Unknown | Posting | None] = {
        "undisturbed": None,
        "one_floods": Flood(port),
        "thousands_say_nothing": Silent(port),
        "unknown_terminals": Unknown(port),
        "strangers_post": Posting(http_port),
    }
    found: dict[str, Any] = {}
    for name, attack in attacks.items():
        task = asyncio.create_task(attack.run()) if attack is not None else None
        await asyncio.sleep(1)
        before, done, began = running.cpu_s("field"), attack.done if attack else 0, time.monotonic()
        fleet.write(round(seconds), 1)
        load: Load = await fleet.run(1, 1.0)
        wall = time.monotonic() - began
        found[name] = {
            "answer_ms": {"p50": load.quantile_ms(0.5), "p99": load.quantile_ms(0.99), "worst": load.quantile_ms(1.0)},
            "of": load.packets,
            "attack_per_s": round(((attack.done if attack else 0) - done) / wall),
            "field_cpu": round((running.cpu_s("field") - before) / wall, 2),
            "field_mib": rss_mib(running),
        }
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await asyncio.sleep(1)
    for tracker in trackers:
        tracker.hang_up()
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--port", type=int, default=17290)
    given = parser.parse_args()
    take_open_files()
    with folder() as path:
        post = post_with_camera(given.port)
        with house(settings_in(path, post, given.port), [post], ["field"], {}) as running:
            wait_for_port(HOST, given.port + 1)
            found = uvloop.run(hurt(running, given.port + 1, given.port, given.seconds))
    say({"measurement": "calm trackers under attack", **found, "environment": environment()})


if __name__ == "__main__":
    main()
