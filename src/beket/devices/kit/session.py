"""Conversations in which devices say who they are: a login, or a name in every record; many share one listener."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from msgspec import Struct

from beket.devices.kit.backoff import BackOff
from beket.devices.kit.doors import Doors, only_place
from beket.devices.kit.driver import Frame, Out, Problem, Told
from beket.devices.kit.line import Batch, Clock, Line
from beket.devices.kit.ports import Sink, SinkTrouble
from beket.devices.kit.quarantine import Quarantine
from beket.devices.kit.registry import Driver
from beket.words.ids import Instant

SPEAKERS_MAX: Final = 4096
"""Most devices that one conversation may speak for: a gateway of a whole fleet."""

_log: Final = logging.getLogger("beket.field")


class Unwelcome(Exception):
    """Nobody we know speaks here; `answer` is what the protocol says to such a one before the line is closed."""

    def __init__(self, why: str, answer: bytes = b"") -> None:
        super().__init__(why)
        self.answer = answer


class Listening(Struct, kw_only=True):
    """One listener's own: its driver, who may speak there, where what is refused goes."""

    driver: Driver
    doors: Doors
    quarantine: Quarantine
    clock: Clock
    options: dict[str, str | int | float | bool]


def listening(lines: Sequence[Line], sink: Sink, clock: Clock, listener: str) -> Listening:
    """Make what the conversations of one listener share; its devices have one driver and one set of options."""
    return Listening(
        driver=lines[0].driver,
        doors=Doors(lines),
        quarantine=Quarantine(sink, only_place(lines), listener),
        clock=clock,
        options=lines[0].device.options,
    )


class Session:
    """One conversation: bytes to frames to readings, each given to whoever said it, durable before the answer."""

    def __init__(self, listening: Listening, address: str, moved_in: Callable[[Line], None] | None = None) -> None:
        self._listening = listening
        self._address = address
        self._moved_in = moved_in
        self._framer = listening.driver.codec.framer(listening.options)
        self._decoder = listening.driver.codec.decoder(listening.options)
        self._lines: dict[str, Line | None] = {}
        self._shares: list[tuple[Line, list[Out]]] = []
        self._unheard = False
        self.line: Line | None = None
        self.name = ""

    async def take(self, chunk: bytes) -> tuple[bytes, ...]:
        """Take bytes; returns when all they say is durable, with the replies due. Raises Unwelcome."""
        received = self._listening.clock()
        if self.line is not None:
            self.line.state.count.bytes += len(chunk)
        return await self._heard(self._framer.feed(chunk), received)

    async def finish(self) -> None:
        """Nothing more comes: what was open is said as it stands."""
        now = self._listening.clock()
        with contextlib.suppress(Unwelcome):
            await self._heard(self._framer.end(), now)
            await self._sorted_and_kept([self._decoder.lost(now)], now)

    async def end(self, why: str) -> None:
        """The link is gone."""
        await self.finish()
        if self.line is not None:
            self.line.state.connected = False
            self.line.state.link_trouble = why

    async def _heard(self, frames: Iterable[Frame], received: Instant) -> tuple[bytes, ...]:
        outs: list[Out] = []
        for frame in frames:
            out = self._decoder.read(frame, received)
            if out.identities and out.identities[0] != self.name:
                if outs:
                    await self._sorted_and_kept(outs, received)
                    outs = []
                await self._introduced(out, frame)
            outs.append(out)
            if self.line is not None:
                self.line.show(frame.blob)
        return await self._sorted_and_kept(outs, received) if outs else ()

    async def _introduced(self, out: Out, frame: Frame) -> None:
        self.name = out.identities[0]
        self.line = self._line_of(self.name)
        if self.line is None:
            why = f"no device that is registered here calls itself {self.name!r}"
            problem = Problem(kind="unknown", detail=why, raw=frame.blob)
            await self._listening.quarantine.refuse(problem, self._address, self._listening.clock(), self.name)
            raise Unwelcome(why, b"".join(out.refusals))
        state = self.line.state
        state.connected, state.link_trouble = True, None
        state.count.connects += 1
        if self._moved_in is not None:
            self._moved_in(self.line)

    def _line_of(self, name: str) -> Line | None:
        if name not in self._lines:
            if len(self._lines) >= SPEAKERS_MAX:
                self._lines.clear()
            self._lines[name] = self._listening.doors.named(name, self._address)
        return self._lines[name]

    async def _sorted_and_kept(self, outs: list[Out], received: Instant) -> tuple[bytes, ...]:
        """Give each device its own words, make all of them durable, and only then give the replies."""
        strangers: list[Told] = []
        shares: dict[int, tuple[Line, list[Out]]] = {}
        for out in outs:
            self._share(out, shares, strangers)
        batches = [(line, line.prepare(said, received)) for line, said in shares.values()]
        for line, batch in batches:
            batch.replies = ()
            await _kept(line, batch, self._address)
        kept = [await self._refused(told) for told in strangers]
        if self.line is None and not any(told.who for told in strangers):
            await self._nobody(outs)
        if not all(kept):
            return ()  # what was not put aside either is not answered: it comes again
        return tuple(reply for out in outs for reply in out.replies)

    def _share(self, out: Out, shares: dict[int, tuple[Line, list[Out]]], strangers: list[Told]) -> None:
        if self.line is not None and not any(told.who for told in out.told):
            shares.setdefault(id(self.line), (self.line, []))[1].append(out)
            return
        by_line: dict[int, tuple[Line, list[Told]]] = {}
        for told in out.told:
            line = self._line_of(told.who) if told.who else self.line
            if line is None:
                strangers.append(told)
            else:
                by_line.setdefault(id(line), (line, []))[1].append(told)
        for key, (line, said) in by_line.items():
            own = Out(told=tuple(said), alive=True, pictures=out.pictures, clock=out.clock)
            shares.setdefault(key, (line, []))[1].append(own)
        if self.line is not None and out.problems:
            own = Out(problems=out.problems)
            shares.setdefault(id(self.line), (self.line, []))[1].append(own)

    async def _refused(self, told: Told) -> bool:
        why = f"no device that is registered here calls itself {told.who or self.name!r}"
        problem = Problem(kind="unknown", detail=why, raw=told.message.blob)
        return await self._listening.quarantine.refuse(
            problem, self._address, self._listening.clock(), told.who or None
        )

    async def _nobody(self, outs: list[Out]) -> None:
        """Bytes came before anybody said who it is: they are put aside, and a word without a name ends the talk."""
        for out in outs:
            for problem in out.problems:
                await self._listening.quarantine.refuse(problem, self._address, self._listening.clock())
            if out.told:
                raise Unwelcome("it spoke before it said who it is", b"".join(out.refusals))


async def _kept(line: Line, batch: Batch, address: str) -> None:
    """Make one device's share durable, waiting out the sink's troubles."""
    patience = BackOff()
    while True:
        try:
            async with line.lock:
                await line.keep(batch, address)
        except SinkTrouble as trouble:
            _log.debug("%s: %s; its conversation waits", line.device.id, trouble)
            await asyncio.sleep(patience.wait_s())
        else:
            return
