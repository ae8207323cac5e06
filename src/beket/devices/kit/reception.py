"""Takes the connections of devices that dial us, and sends strangers away."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from beket.devices.kit.doors import Doors, only_place, speaker
from beket.devices.kit.driver import Problem
from beket.devices.kit.line import Clock, Line
from beket.devices.kit.links import LinkDown, converse
from beket.devices.kit.listen import Guests
from beket.devices.kit.ports import Sink, SinkTrouble
from beket.devices.kit.quarantine import Quarantine

STRANGER_BYTES_MAX: Final = 4096
STRANGER_S_MAX: Final = 2.0
"""What is heard of a stranger before it is sent away: enough for an engineer to tell what it is."""


class Reception:
    """One listening TCP port and the devices that may speak there, told apart by their addresses."""

    def __init__(self, lines: Sequence[Line], sink: Sink, clock: Clock, listener: str, guests: Guests) -> None:
        self._doors = Doors(lines)
        self._clock = clock
        self._quarantine = Quarantine(sink, only_place(lines), listener)
        self._guests = guests
        self._talking: dict[str, asyncio.Task[None]] = {}
        self.strangers = 0

    async def receive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hold one connection from its beginning to its end."""
        address = str((writer.get_extra_info("peername") or ("?",))[0])
        if not self._guests.enter(address):
            writer.close()
            return
        try:
            await self._receive(reader, writer, address)
        finally:
            self._guests.leave(address)
            writer.close()

    async def close(self) -> None:
        """End every conversation."""
        talks = list(self._talking.values())
        for talk in talks:
            talk.cancel()
        await asyncio.gather(*talks, return_exceptions=True)

    async def _receive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, address: str) -> None:
        lines = self._doors.at(address)
        who = speaker(lines, "", ()) if lines else "no device is registered for this address"
        if isinstance(who, str):
            await self._send_away(reader, address, who)
            return
        name = str(who.device.id)
        before = self._talking.get(name)
        if before is not None:
            before.cancel()  # a device that dials again has lost its old connection, whatever we still see of it
            await asyncio.wait([before])
        task = asyncio.create_task(self._talk(who, reader, writer), name=f"tcp-server {name}")
        self._talking[name] = task
        try:
            await asyncio.wait([task])
            if not task.cancelled():
                task.result()  # a bug is shown by the loop; the device may dial again
        finally:
            if self._talking.get(name) is task:
                del self._talking[name]

    async def _talk(self, line: Line, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = line.driver.links["tcp-server"]
        try:
            await converse(line, link, (reader, writer))
        except LinkDown as down:
            line.state.link_trouble = str(down)

    async def _send_away(self, reader: asyncio.StreamReader, address: str, why: str) -> None:
        self.strangers += 1
        try:
            async with asyncio.timeout(STRANGER_S_MAX):
                said = await reader.read(STRANGER_BYTES_MAX)
        except (TimeoutError, OSError):
            said = b""
        try:
            await self._quarantine.refuse(Problem(kind="shape", detail=why, raw=said), address, self._clock())
        except SinkTrouble:
            self._quarantine.dropped += 1
