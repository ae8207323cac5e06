"""One device's line into the log: what it says is stamped, sifted, kept, and only then answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

import msgspec
from msgspec import Struct

from beket.devices.kit.clock import Company, Drift
from beket.devices.kit.driver import Decoder, Frame, Out, Problem, Told
from beket.devices.kit.health import Pulse
from beket.devices.kit.measures import OURS, Measures
from beket.devices.kit.ports import Picture, Sink
from beket.devices.kit.quarantine import Quarantine
from beket.devices.kit.registry import Driver
from beket.devices.kit.state import Count, DeviceState
from beket.words.ids import Instant, PlaceId, Sha256
from beket.words.readings import Reading
from beket.words.site import Device
from beket.words.wire import Entry

LAST_RAW_MAX: Final = 4096
"""Most bytes of the last message that are held for an engineer to look at."""

LAST_READINGS_MAX: Final = 8
"""Most readings of the last message that are held beside it."""

Clock = Callable[[], Instant]


class Batch(Struct, kw_only=True):
    """What one or more frames gave, ready for the sink."""

    entries: tuple[Entry, ...]
    pictures: tuple[Picture, ...]
    problems: tuple[Problem, ...]
    replies: tuple[bytes, ...]
    received: Instant


class Line:
    """What the field holds of one device: its decoder, its clock, its pulse, its counters."""

    def __init__(  # noqa: PLR0913, PLR0917  all of them are what a line is made of
        self, device: Device, place: PlaceId, driver: Driver, sink: Sink, clock: Clock, company: Company | None = None
    ) -> None:
        self.device = device
        self.place = place
        self.driver = driver
        self.clock = clock
        self.lock = asyncio.Lock()
        self.decoder: Decoder = driver.codec.decoder(device.options)
        transport = device.transport or driver.manifest.transports[0]
        self.state = DeviceState(
            device=device.id, place=place, driver=driver.manifest.name, transport=transport, count=Count()
        )
        measured = not OURS.isdisjoint(driver.manifest.says)
        self._measures = Measures() if measured else None
        self.pulse = Pulse(self.state, device.expected_period_s, clock(), self._measures)
        self.drift = Drift(company)
        self.unkept: Batch | None = None
        """What a breath of this line made and the sink did not take: it is offered again at the next."""
        self.behind = False
        """Whether words of its conversation wait to be kept: what its decoder says by itself comes after them."""
        self._sink = sink
        self._quarantine = Quarantine(sink, place, f"{transport}:{device.id}", device.id)
        self._keeps = frozenset(driver.manifest.keeps)
        self._thins = driver.manifest.thins
        self._kept_last: dict[tuple[str, str], Instant] = {}

    def read(self, frame: Frame, received: Instant) -> Out:
        """Decode one frame with this device's own decoder."""
        return self.decoder.read(frame, received)

    def prepare(self, outs: Sequence[Out], received: Instant) -> Batch:
        """Count, stamp and sift what was decoded: once, however often it must be offered to the sink."""
        entries: list[Entry] = []
        said: list[Reading] = []
        for out in outs:
            self._note(out, received)
            if out.told:
                said = self._enter(out.told, received, entries)
        if said:
            self.state.last_readings = tuple(map(msgspec.json.encode, said[-LAST_READINGS_MAX:]))
        return Batch(
            entries=tuple(entries),
            pictures=tuple(picture for out in outs for picture in out.pictures),
            problems=tuple(problem for out in outs for problem in out.problems),
            replies=tuple(reply for out in outs for reply in out.replies),
            received=received,
        )

    async def keep(self, batch: Batch, address: str) -> None:
        """Make a batch durable; only when this has returned may the device be answered. Raises SinkTrouble."""
        await self.keep_together((batch,), address)

    async def keep_together(self, batches: Sequence[Batch], address: str) -> None:
        """Make batches durable at once, in their order; only then may the device be answered. Raises SinkTrouble."""
        entries = tuple(entry for batch in batches for entry in batch.entries)
        if entries:
            kept = await self._sink.keep(self.place, entries, tuple(it for batch in batches for it in batch.pictures))
            self.state.count.kept += kept.entries
            self.state.count.resent += kept.known
        for batch in batches:
            batch.entries = ()  # a batch that is offered again must not be counted twice
        for batch in batches:
            while batch.problems:
                await self._tell_of(batch.problems[0], batch.received, address)
                batch.problems = batch.problems[1:]

    def show(self, blob: bytes) -> None:
        """Hold the beginning of the last message for an engineer to look at."""
        self.state.last_raw = blob[:LAST_RAW_MAX]

    async def breathe(self, now: Instant) -> None:
        """Say how the device is, when that is due; raises SinkTrouble and is said at the next breath then."""
        health = self.pulse.due(now)
        if health is None:
            return
        await self._sink.keep(self.place, (Entry(body=health),))
        self.pulse.said(health)

    async def _tell_of(self, problem: Problem, received: Instant, address: str) -> None:
        if problem.fatal:
            await self._quarantine.refuse(problem, address, received)
            self.state.count.refused += 1
        else:
            self.state.count.unsettled += 1
        self.state.last_problem = f"{problem.kind}: {problem.detail}"

    def _note(self, out: Out, received: Instant) -> None:
        state = self.state
        if out.alive or out.told:
            state.count.messages += 1
            state.last_at = received
            state.fault = out.fault
        if out.clock is not None:
            self.drift.heard(out.clock, received)
            state.drift_ms = self.drift.ms()

    def _enter(self, told: Sequence[Told], received: Instant, entries: list[Entry]) -> list[Reading]:
        """Add the entries of one message to those of a batch; gives all that it said, kept or not."""
        said: list[Reading] = []
        written: dict[int, Sha256] = {}
        for one in told:
            if self._measures is not None:
                self._measures.heard(one.reading)
            if not self._is_kept(one, received):
                said.append(one.reading)
                continue
            entry = self._entry(one, written)
            entries.append(entry)
            said.append(entry.body)  # type: ignore[arg-type]
        return said

    def _entry(self, told: Told, written: dict[int, Sha256]) -> Entry:
        """Stamp one draft; the first reading of a message carries its bytes."""
        held = written.get(id(told.message))
        raw = told.message.raw() if held is None else None
        if raw is not None:
            held = written[id(told.message)] = raw.sha256
        drift = self.state.drift_ms
        sure = drift is not None and self.drift.sure()
        return Entry(body=told.stamped(self.device.id, drift, held, drift_sure=sure), raw=raw)

    def _is_kept(self, told: Told, received: Instant) -> bool:
        kind = told.reading.__struct_config__.tag
        if kind not in self._keeps:
            return False
        every_s = self._thins.get(str(kind)) if self._thins else None
        if every_s is None:
            return True
        stream = (str(kind), str(getattr(told.reading, "channel", "")))
        last = self._kept_last.get(stream)
        if last is not None and 0 <= received - last < every_s * 1000:
            self.state.count.thinned += 1
            return False
        self._kept_last[stream] = received
        return True
