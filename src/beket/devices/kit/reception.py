"""Takes the connections of devices that dial us, and sends strangers away."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from typing import Final

from beket.devices.kit.clients import LinkDown
from beket.devices.kit.doors import nobody_at, speaker
from beket.devices.kit.driver import Problem
from beket.devices.kit.line import Clock, Line
from beket.devices.kit.links import BITE_MAX, converse, send
from beket.devices.kit.listen import TRACKERS_MAX, Guests
from beket.devices.kit.ports import Sink, SinkTrouble
from beket.devices.kit.session import Session, Unwelcome, listening
from beket.devices.kit.tls import names_in

ANSWER_S_MAX: Final = 20.0
"""Longest time a device may leave its answers unread before it is let go."""

INTRODUCTION_S_MAX: Final = 20.0
"""Longest time from connecting until a device has said who it is: a login over the worst of lines."""

NEWCOMERS_MAX: Final = 3072
"""Most connections of those that have not said yet who they are; of more, the one that has waited longest is let go.

So who dials and says nothing cannot keep devices out: those say who they are within a second or two, and 3,000 that
come back at once are let in; with them there is still room for 5,000 that are known.
"""

UNREAD_MAX: Final = 64 * 1024
"""Most bytes of answers that wait for a device to read them before no more is read from it."""

LAST_WORDS_S_MAX: Final = 5.0
"""Longest time at closing for what was heard last to become durable."""

STRANGER_BYTES_MAX: Final = 4096
STRANGER_S_MAX: Final = 2.0
"""What is heard of a stranger before it is sent away: enough for an engineer to tell what it is."""

_log: Final = logging.getLogger("beket.field")


class Reception:
    """One listening TCP port and the devices that may speak there, told apart by address or by what they say."""

    def __init__(self, lines: Sequence[Line], sink: Sink, clock: Clock, listener: str) -> None:
        self._link = lines[0].driver.links["tcp-server"]
        self._listening = listening(lines, sink, clock, listener)
        self._doors = self._listening.doors
        self._clock = clock
        self._quarantine = self._listening.quarantine
        most = TRACKERS_MAX if self._link.in_band else None
        self._guests = Guests(most, most, self._doors.anybody)
        self._tls = lines[0].device.tls_name is not None
        self._present: set[asyncio.Task[None]] = set()
        self._newcomers: dict[Session, asyncio.Task[None]] = {}
        self._talking: dict[str, asyncio.Task[None]] = {}
        self.strangers = 0

    @property
    def refused(self) -> int:
        """How many connections found no room."""
        return self._guests.refused

    async def receive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hold one connection from its beginning to its end."""
        address = str((writer.get_extra_info("peername") or ("?",))[0])
        if not self._guests.enter(address):
            writer.close()
            return
        task = asyncio.current_task()
        assert task is not None
        self._present.add(task)
        try:
            if self._link.in_band:
                await self._attend(reader, writer, address, task)
            else:
                await self._receive(reader, writer, address)
        except asyncio.CancelledError:
            pass  # we ended it: the streams that began this task would log its cancellation as an error
        finally:
            self._present.discard(task)
            self._guests.leave(address)
            writer.close()

    def knows(self, address: str) -> bool:
        """Whether some device has this address."""
        return self._doors.anybody(address)

    async def refuse(self, address: str, why: str) -> None:
        """Somebody was not let in: keep the reason where an engineer sees it."""
        self.strangers += 1
        with contextlib.suppress(SinkTrouble):  # there is nobody to answer, and nothing said that could be lost
            await self._quarantine.refuse(Problem(kind="tls", detail=why), address, self._clock())

    def _names(self, writer: asyncio.StreamWriter) -> frozenset[str] | None:
        return names_in(writer.transport) if self._tls else None

    async def close(self) -> None:
        """End every conversation: once so that they can say their last, and again if that takes too long."""
        talks = {*self._present, *self._talking.values()}
        for talk in talks:
            talk.cancel()
        if talks:
            _, late = await asyncio.wait(talks, timeout=LAST_WORDS_S_MAX)
            for talk in late:
                talk.cancel()
            await asyncio.gather(*talks, return_exceptions=True)

    async def _attend(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, address: str, task: asyncio.Task[None]
    ) -> None:
        """Hold a conversation whose device says itself who it is."""
        if not self._doors.anybody(address):
            await self._send_away(reader, address, "no device is registered for this address")
            return

        def moved_in(line: Line) -> None:
            before = self._talking.get(line.device.id)
            if before is not None and before is not task:
                before.cancel()  # it dialled again: its old connection is lost, whatever we still see of it
            self._talking[line.device.id] = task

        session = Session(self._listening, address, moved_in, self._names(writer))
        self._newcomers[session] = task
        if len(self._newcomers) > NEWCOMERS_MAX:
            self._newcomers.pop(next(iter(self._newcomers))).cancel()
        patience = _Patience(writer)
        why = "closed by us"
        try:
            why = await self._listen_to(session, reader, writer, patience)
        except Unwelcome as unwelcome:
            why = str(unwelcome)
            self.strangers += 1
            with contextlib.suppress(ConnectionResetError):
                send(writer, unwelcome.answer)
        except (OSError, SinkTrouble) as lost:
            why = str(lost) or type(lost).__name__
        finally:
            self._newcomers.pop(session, None)
            patience.end()
            await self._take_leave(session, task, why)

    async def _take_leave(self, session: Session, task: asyncio.Task[None], why: str) -> None:
        """Who was present and has not moved to another connection is gone.

        That is no trouble with a link: trackers come and go as they please, and silence is what counts.
        """
        for name, line in session.present.items():
            if self._talking.get(name) is task:
                del self._talking[name]
                line.state.connected = False
                _log.debug("%s: %s", name, why)
        try:
            await session.finish()
        except SinkTrouble:
            self._quarantine.dropped += 1

    async def _listen_to(
        self, session: Session, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, patience: _Patience
    ) -> str:
        """Take what is said until the conversation ends; says how it ended."""
        patience.until(INTRODUCTION_S_MAX)
        while chunk := await reader.read(BITE_MAX):
            replies = await session.take(chunk)
            if session.heard:
                self._newcomers.pop(session, None)
                patience.until(self._link.silence_s_max)
            if not replies:
                await asyncio.sleep(0)  # bytes that say nothing must not keep the others waiting
            else:
                send(writer, b"".join(replies))
                if writer.transport.get_write_buffer_size() > UNREAD_MAX:
                    async with asyncio.timeout(ANSWER_S_MAX):
                        await writer.drain()
        return "silent for too long" if patience.over else "closed by the device"

    async def _receive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, address: str) -> None:
        names = self._names(writer)
        lines = self._doors.at(address, names)
        who = speaker(lines, "", ()) if lines else nobody_at(names)
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


class _Patience:
    """Ends a connection that is silent for too long: one timer for its whole life, moved on when it comes due."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._transport = writer.transport
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0
        self.over = False

    def until(self, seconds: float) -> None:
        """Wait so long from now on."""
        self._due = self._loop.time() + seconds
        if self._timer is None:
            self._timer = self._loop.call_at(self._due, self._look)

    def end(self) -> None:
        """Nothing more is waited for."""
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        if self._loop.time() < self._due:
            self._timer = self._loop.call_at(self._due, self._look)
            return
        self.over = True
        self._transport.abort()
