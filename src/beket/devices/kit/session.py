"""Conversations in which devices say who they are: a login, or a name in every record; many share one listener."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from msgspec import Struct, structs

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
    """One conversation: bytes to frames to readings, each given to whoever said it, durable before the answer.

    `moved_in` is told who holds a lasting connection; a datagram has none, and leaves no trace of one. `names` are
    those in the certificate of whoever speaks, where there are certificates.
    """

    def __init__(
        self,
        listening: Listening,
        address: str,
        moved_in: Callable[[Line], None] | None = None,
        names: frozenset[str] | None = None,
    ) -> None:
        self._listening = listening
        self._address = address
        self._names = names
        self._moved_in = moved_in
        self._framer = listening.driver.codec.framer(listening.options)
        self._decoder = listening.driver.codec.decoder(listening.options)
        self._lines: dict[str, Line] = {}
        self.line: Line | None = None
        self.name = ""
        self.present: dict[str, Line] = {}
        """Who introduced itself here: as a rule one device, and several where a converter joins them."""
        self.heard = False
        """Whether anybody we know has spoken: itself, or through a gateway that has no name of its own."""

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
            last = self._decoder.lost(now)
            if last.told or last.problems:
                await self._sorted_and_kept([last], now)

    async def _heard(self, frames: Iterable[Frame], received: Instant) -> tuple[bytes, ...]:
        outs: list[Out] = []
        replies: tuple[bytes, ...] = ()
        blob = b""
        for frame in frames:
            out = self._decoder.read(frame, received)
            blob = frame.blob
            if out.identities and out.identities[0] != self.name:
                if outs:
                    replies += await self._sorted_and_kept(outs, received)
                    outs = []
                if not await self._introduced(out, frame):
                    replies += out.refusals
                    continue
            outs.append(out)
        if outs:
            if self.line is not None:
                self.line.show(blob)
            replies += await self._sorted_and_kept(outs, received)
        return replies

    async def _introduced(self, out: Out, frame: Frame) -> bool:
        """Somebody says who it is. False if it is a stranger behind a converter that speaks for others we know."""
        name = out.identities[0]
        line = self._line_of(name)
        if line is None:
            why = _stranger(name)
            problem = Problem(kind="unknown", detail=why, raw=frame.blob)
            await self._listening.quarantine.refuse(problem, self._address, self._listening.clock(), name)
            if self.present:
                self.line, self.name = None, ""  # what follows without a name must not be taken for the last one's
                return False
            raise Unwelcome(why, b"".join(out.refusals))
        self.line, self.name, self.heard = line, name, True
        if self._moved_in is not None and line.device.id not in self.present and len(self.present) < SPEAKERS_MAX:
            self.present[line.device.id] = line
            line.state.connected, line.state.link_trouble = True, None
            line.state.count.connects += 1
            self._moved_in(line)
        return True

    def _line_of(self, name: str) -> Line | None:
        line = self._lines.get(name)
        if line is None:
            line = self._listening.doors.named(name, self._address, self._names)
            if line is not None and len(self._lines) < SPEAKERS_MAX:
                self._lines[name] = line  # names of strangers are not held: there is no end to them
        return line

    async def _sorted_and_kept(self, outs: list[Out], received: Instant) -> tuple[bytes, ...]:
        """Give each device its own words, make all of them durable, and only then give the replies."""
        if self.line is not None and not any(told.who for out in outs for told in out.told):
            batch = self.line.prepare(outs, received)
            await _kept(self.line, batch, self._address)
            return batch.replies
        strangers: list[Told] = []
        shares = self._shares(outs, strangers)
        self.heard = self.heard or bool(shares)
        batches = [(line, line.prepare(said, received)) for line, said in shares]
        await asyncio.gather(*(_kept(line, batch, self._address) for line, batch in batches))
        for told in strangers:
            await self._refused(told)
        if self.line is None:
            await self._nobody(outs)
        unknown = frozenset(told.who for told in strangers)
        return tuple(reply for out in outs for reply in _answers(out, unknown))

    def _shares(self, outs: list[Out], strangers: list[Told]) -> list[tuple[Line, list[Out]]]:
        shares: dict[str, tuple[Line, list[Out]]] = {}

        def give(line: Line, out: Out) -> None:
            shares.setdefault(line.device.id, (line, []))[1].append(out)

        for out in outs:
            by_name: dict[str, list[Told]] = {}
            for told in out.told:
                by_name.setdefault(told.who, []).append(told)
            own = tuple(by_name.pop("", ()))
            if self.line is not None:  # it lives, whoever it speaks for
                give(self.line, structs.replace(out, told=own, clock=out.clock if own else None))
            for name, said in by_name.items():
                line = self._line_of(name)
                if line is None:
                    strangers += said
                else:
                    give(line, Out(told=tuple(said), alive=True, pictures=out.pictures))
        return list(shares.values())

    async def _refused(self, told: Told) -> None:
        """Put aside what a gateway said for somebody we do not know.

        What is over the quarantine's rate is counted there and let go: it must not hold back the words of those that
        we know, who come in the same message. Nothing is lost by it, for the answer refuses just these words.
        """
        problem = Problem(kind="unknown", detail=_stranger(told.who), raw=told.message.blob)
        await self._listening.quarantine.refuse(problem, self._address, self._listening.clock(), told.who)

    async def _nobody(self, outs: list[Out]) -> None:
        """Bytes came before anybody said who it is: they are put aside, and a word without a name ends the talk."""
        for out in outs:
            for problem in out.problems:
                await self._listening.quarantine.refuse(problem, self._address, self._listening.clock())
            if any(not told.who for told in out.told):
                raw = out.told[0].message.blob
                why = "it spoke before it said who it is"
                problem = Problem(kind="unknown", detail=why, raw=raw)
                await self._listening.quarantine.refuse(problem, self._address, self._listening.clock())
                raise Unwelcome(why, b"".join(out.refusals))


def _answers(out: Out, unknown: frozenset[str]) -> tuple[bytes, ...]:
    """What one message is answered: nothing that is not in the log may be confirmed, so words of strangers are not.

    A protocol that cannot refuse a part of a message does not answer one that has words of strangers in it.
    """
    if all(told.who not in unknown for told in out.told):
        return out.replies
    return out.answer(unknown) if out.answer is not None else ()


def _stranger(name: str) -> str:
    return f"no device that is registered here calls itself {name!r}"


async def _kept(line: Line, batch: Batch, address: str) -> None:
    """Make one device's share durable, waiting out the sink's troubles."""
    if not batch.entries and not batch.problems:
        return
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
