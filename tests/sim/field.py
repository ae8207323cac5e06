"""A small field over real sockets: takes posts, dials scales and portals, asks cameras, and tells a house all of it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import cast

from beket.devices.kit.asking import inquire
from beket.devices.kit.driver import Decoder, Frame, Out
from beket.devices.kit.line import Line
from beket.devices.kit.ports import Kept, Picture, Refused
from beket.devices.kit.registry import drivers
from beket.sim.posting import Target
from beket.sim.rehearsal import now
from beket.words.ids import PlaceId
from beket.words.readings import Reading
from beket.words.site import Device, Post
from beket.words.wire import Entry
from tests.sim.house import House


class Field:
    """Listens and dials; `answers` is a list of HTTP statuses to give before it begins to give 200."""

    def __init__(self, posts: Sequence[Post], answers: Sequence[int] = ()) -> None:
        self.house = House(posts)
        self.heard: list[tuple[Device, bytes]] = []
        self.addresses: set[str] = set()
        self.drivers = {device.id: device.driver for post in posts for device in post.devices}
        self._answers = list(answers)
        self._by_address = {
            device.allow[0]: (post, device)
            for post in posts
            for device in post.devices
            if device.transport == "http-push"
        }
        self._streams = [
            (post, device) for post in posts for device in post.devices if device.transport == "tcp-client"
        ]
        self._asked = [(post, device) for post in posts for device in post.devices if device.transport == "http-ask"]
        self._tasks: list[asyncio.Task[None]] = []
        self._server: asyncio.Server | None = None

    async def open(self) -> Target:
        self._server = await asyncio.start_server(self._camera, "127.0.0.1", 0)
        return Target(host="127.0.0.1", port=self._server.sockets[0].getsockname()[1])

    def dial(self) -> None:
        self._tasks += [asyncio.create_task(self._listen(post, device)) for post, device in self._streams]
        self._tasks += [asyncio.create_task(self._inquire(post, device)) for post, device in self._asked]

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._server is not None:
            self._server.close()

    async def _camera(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        post, device = self._by_address[writer.get_extra_info("peername")[0]]
        self.addresses.add(device.allow[0])
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
                body = await reader.readexactly(int(fields["Content-Length"]))
                status = self._answers.pop(0) if self._answers else 200
                if status == 200:
                    self.heard.append((device, body))
                    frame = Frame(blob=body, content_type=fields["Content-Type"])
                    self._take(post, device, drivers()[device.driver].codec.decoder({}).read(frame, now()))
                writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: 2\r\n\r\nok".encode())
        writer.close()

    async def _listen(self, post: Post, device: Device) -> None:
        codec = drivers()[device.driver].codec
        while True:
            with contextlib.suppress(ConnectionError):
                reader, writer = await asyncio.open_connection(device.host, device.port)
                framer, decoder = codec.framer(device.options), codec.decoder(device.options)
                asking = asyncio.create_task(self._ask(decoder, writer))
                try:
                    while chunk := await reader.read(4096):
                        for frame in framer.feed(chunk):
                            self._take(post, device, decoder.read(frame, now()))
                finally:
                    asking.cancel()
                self._take(post, device, decoder.lost(now()))
                writer.close()
            await asyncio.sleep(0.1)

    async def _ask(self, decoder: Decoder, writer: asyncio.StreamWriter) -> None:
        while not writer.is_closing():
            writer.write(decoder.ask(now()))
            await asyncio.sleep(0.1)

    async def _inquire(self, post: Post, device: Device) -> None:
        driver = drivers()[device.driver]
        await inquire(Line(device, post.id, driver, self, now), driver.links["http-ask"], lambda _name: None)

    async def keep(self, place: PlaceId, entries: Sequence[Entry], _pictures: Sequence[Picture] = ()) -> Kept:
        for entry in entries:
            self.house.hear(place, cast("Reading", entry.body))
        return Kept(entries=len(entries), known=0)

    async def set_aside(self, refused: Refused) -> None:
        raise AssertionError(refused)

    def _take(self, post: Post, device: Device, out: Out) -> None:
        for told in out.told:
            self.house.hear(post.id, told.stamped(device.id, None, None))
