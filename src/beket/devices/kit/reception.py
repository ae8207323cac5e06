"""Takes the connections of devices that dial us, and sends strangers away."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from beket.devices.kit.doors import speaker
from beket.devices.kit.driver import Problem
from beket.devices.kit.line import Clock, Line
from beket.devices.kit.links import CHUNK_MAX, LinkDown, converse
from beket.devices.kit.listen import Guests
from beket.devices.kit.ports import Sink, SinkTrouble
from beket.devices.kit.session import Session, Unwelcome, listening

ANSWER_S_MAX: Final = 20.0
"""Longest time a device may leave its answers unread before it is let go."""

INTRODUCTION_S_MAX: Final = 20.0
"""Longest time from connecting until a device has said who it is: a login over the worst of lines."""

STRANGER_BYTES_MAX: Final = 4096
STRANGER_S_MAX: Final = 2.0
"""What is heard of a stranger before it is sent away: enough for an engineer to tell what it is."""


class Reception:
    """One listening TCP port and the devices that may speak there, told apart by address or by what they say."""

    def __init__(self, lines: Sequence[Line], sink: Sink, clock: Clock, listener: str, guests: Guests) -> None:
        self._link = lines[0].driver.links["tcp-server"]
        self._listening = listening(lines, sink, clock, listener)
        self._doors = self._listening.doors
        self._clock = clock
        self._quarantine = self._listening.quarantine
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
            if self._link.in_band:
                await self._attend(reader, writer, address)
            else:
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

    async def _attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, address: str) -> None:
        """Hold a conversation whose device says itself who it is."""
        task = asyncio.current_task()
        assert task is not None

        def moved_in(line: Line) -> None:
            before = self._talking.get(str(line.device.id))
            if before is not None and before is not task:
                before.cancel()  # it dialled again: its old connection is lost, whatever we still see of it
            self._talking[str(line.device.id)] = task

        session = Session(self._listening, address, moved_in)
        why = "closed by us"
        try:
            why = await self._listen_to(session, reader, writer)
        except Unwelcome as unwelcome:
            why = str(unwelcome)
            self.strangers += 1
            writer.write(unwelcome.answer)
        except OSError as lost:
            why = str(lost) or type(lost).__name__
        except SinkTrouble as trouble:
            why = str(trouble)
        finally:
            if session.line is not None and self._talking.get(str(session.line.device.id)) is task:
                del self._talking[str(session.line.device.id)]
                await session.end(why)

    async def _listen_to(self, session: Session, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str:
        """Take what is said until the conversation ends; says how it ended."""
        loop = asyncio.get_running_loop()
        introduced_by = loop.time() + INTRODUCTION_S_MAX
        while True:
            until = introduced_by if session.line is None else loop.time() + self._link.silence_s_max
            try:
                async with asyncio.timeout_at(until):
                    chunk = await reader.read(CHUNK_MAX)
            except TimeoutError:
                return "silent for too long"
            if not chunk:
                return "closed by the device"
            for reply in await session.take(chunk):
                writer.write(reply)
            async with asyncio.timeout(ANSWER_S_MAX):
                await writer.drain()

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
