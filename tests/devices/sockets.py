"""A sink that remembers, a post with devices, and a field opened on loopback: what the socket tests share."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from beket.devices.kit.field import Field
from beket.devices.kit.ports import Kept, Picture, Refused, SinkTrouble
from beket.words.ids import DeviceId, Instant, LaneId, PlaceId
from beket.words.readings import Reading
from beket.words.site import Device, Name, Post
from beket.words.wire import Entry

PLACE = PlaceId("KG-TEST")


class MemorySink:
    """Keeps what it is given, unless it is told to be in trouble."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.pictures: dict[str, bytes] = {}
        self.refused: list[Refused] = []
        self.trouble = False
        self.offers = 0

    async def keep(self, place: PlaceId, entries: Sequence[Entry], pictures: Sequence[Picture] = ()) -> Kept:
        self.offers += 1
        await asyncio.sleep(0)
        if self.trouble:
            raise SinkTrouble("the disk is full")
        assert place == PLACE
        self.entries += entries
        self.pictures |= {picture.sha256: picture.blob for picture in pictures}
        return Kept(entries=len(entries), known=0)

    async def set_aside(self, refused: Refused) -> None:
        if self.trouble:
            raise SinkTrouble("the disk is full")
        self.refused.append(refused)

    def said(self, kind: type[Reading]) -> list[Reading]:
        """Every reading of one kind, in order."""
        return [entry.body for entry in self.entries if isinstance(entry.body, kind)]


def device(name: str, driver: str, **given: object) -> Device:
    """A registered device."""
    return Device(id=DeviceId(name), driver=driver, lane=LaneId("in-1"), **given)  # type: ignore[arg-type]


def post_of(*devices: Device) -> Post:
    """A post with these devices."""
    name = Name(ky="Сыноо", ru="Проба", en="Trial")
    return Post(id=PLACE, name=name, latitude=42.0, longitude=74.0, devices=devices)


def clock() -> Instant:
    return Instant(time.time_ns() // 1_000_000)


@asynccontextmanager
async def opened(sink: MemorySink, *devices: Device) -> AsyncIterator[Field]:
    """A field that serves these devices until the block ends."""
    field = Field([post_of(*devices)], sink, clock, http=("127.0.0.1", 0), secret={"CAMERA": "secret"}.get)
    await field.start()
    try:
        yield field
    finally:
        await field.stop()


async def until(true: Callable[[], bool], seconds: float = 5.0) -> None:
    """Wait until something holds; fail if it never does."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110  what is waited for has no event to wait on
            await asyncio.sleep(0.01)


@asynccontextmanager
async def server(
    talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[int]:
    """A device that listens: gives its port."""

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        except (ConnectionError, asyncio.CancelledError):
            return
        finally:
            writer.close()

    listening = await asyncio.start_server(hold, "127.0.0.1", 0)
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        listening.close()
        await asyncio.sleep(0)


async def silence_is_not_borne(row: Callable[[int], Device]) -> None:
    """See that the house hangs up on a device that says nothing, and dials anew; `row` is it at a port."""
    connected = 0

    async def silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        nonlocal connected
        connected += 1
        while await reader.read(64):
            pass

    async with server(silent) as port, opened(MemorySink(), row(port)) as field:
        await until(lambda: connected >= 2)
        await until(lambda: "silent for" in (field.state().devices[0].link_trouble or ""))
