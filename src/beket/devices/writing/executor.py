"""Takes orders from a port, has them carried out, and appends to the log what became of each: begun, and ended.

The log is the only memory. That an order is begun is durable before anything is written to the equipment; if it is
found to have been begun before, by a node that then stopped, it is not carried out again: nobody knows how far it came.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from functools import partial
from typing import Final, Protocol

from msgspec import Struct

from beket.devices.kit.backoff import BackOff
from beket.devices.kit.driver import Message
from beket.devices.kit.line import Clock
from beket.devices.kit.ports import Sink, SinkTrouble
from beket.devices.writing.gate import Ended, Gate
from beket.devices.writing.interlock import Lane, why_not, why_not_here
from beket.devices.writing.wiring import Doing
from beket.words.decisions import OrderEquipment
from beket.words.ids import DeviceId, PlaceId, reading_id
from beket.words.readings import SwitchResult
from beket.words.wire import Entry

IN_HAND_MAX: Final = 32
"""Most orders in hand at once: more than a post has lanes; the others wait in the port."""

BEGUN_S_MAX: Final = 2.0
"""Longest wait for the log to take that an order is begun: longer, and nothing is written to the equipment."""

REMEMBERED_MAX: Final = 10_000
"""Most orders of this run that are remembered, so that none that comes twice is carried out twice."""

_log: Final = logging.getLogger("beket.field")


INTERRUPTED: Final = "interrupted: it was begun before"
"""Why nobody can say how far an order came that a node had begun which then stopped."""


class Placed(Struct, frozen=True, kw_only=True):
    """An order and the place in whose log it stands, and whether the log holds that it was begun."""

    place: PlaceId
    ordered: OrderEquipment
    begun: bool = False


class Lanes(Protocol):
    """Says what the house knows of a lane now; the wiring gives the executor the house's state behind it."""

    def lane_of(self, place: PlaceId, device: DeviceId) -> Lane | None:
        """What is known of the lane a device stands in; None when nothing is."""
        ...


class Executor:
    """Carries out the orders of one node.

    The port gives those orders only of which the log does not hold yet how they ended.
    """

    def __init__(self, gates: Mapping[DeviceId, Gate], lanes: Lanes, sink: Sink, clock: Clock) -> None:
        self._gates = gates
        self._lanes = lanes
        self._sink = sink
        self._clock = clock
        self._seen: dict[str, None] = {}

    async def run(self, orders: AsyncIterator[Placed]) -> None:
        """Take orders until there are no more, or until cancelled; orders of one device one after another."""
        hands = asyncio.Semaphore(IN_HAND_MAX)
        async with asyncio.TaskGroup() as group:
            async for placed in orders:
                if self._came_before(placed):
                    continue
                await hands.acquire()
                task = group.create_task(self.carry_out(placed), name=f"order {placed.ordered.decision_id}")
                task.add_done_callback(lambda _: hands.release())

    def _came_before(self, placed: Placed) -> bool:
        name = placed.ordered.decision_id
        if name in self._seen:
            return True
        while len(self._seen) >= REMEMBERED_MAX:
            self._seen.pop(next(iter(self._seen)))
        self._seen[name] = None
        return False

    async def carry_out(self, placed: Placed) -> Ended:
        """Carry out one order and have the log hold how it ended, however long that takes."""
        ordered = placed.ordered
        gate = self._gates.get(ordered.device)
        if placed.begun:
            ended = await self._looked_after(gate, ordered)
        elif gate is None:
            ended = Ended(result="refused", why=why_not(ordered, None, None, self._clock()) or "not_wired")
        else:
            async with gate.lock:
                ended = await self._tried(gate, placed)
        await self._append(placed, ended)
        return ended

    async def _looked_after(self, gate: Gate | None, ordered: OrderEquipment) -> Ended:
        """See to an order that a stopped node left in the middle; none of it is done again."""
        if gate is None:
            return Ended(result="unconfirmed", why=INTERRUPTED)
        async with gate.lock:
            return await gate.look_after(gate.wiring.find(ordered.order), INTERRUPTED)

    async def _tried(self, gate: Gate, placed: Placed) -> Ended:
        ordered, doing = placed.ordered, gate.wiring.find(placed.ordered.order)
        why = why_not(ordered, doing, self._lane(placed), self._clock())
        if why is not None or doing is None:
            return Ended(result="refused", why=why)
        return await gate.obey(doing, partial(self._forbidden, placed, doing), partial(self._begun, placed))

    def _lane(self, placed: Placed) -> Lane | None:
        return self._lanes.lane_of(placed.place, placed.ordered.device)

    def _forbidden(self, placed: Placed, doing: Doing, signals: Mapping[str, bool | None]) -> str | None:
        """Ask every rule again, now that the equipment is reached: time has passed, an alarm may have come."""
        lane = self._lane(placed)
        why = why_not(placed.ordered, doing, lane, self._clock())
        return why or why_not_here(placed.ordered, doing, lane, signals)

    async def _begun(self, placed: Placed) -> str | None:
        """Make it durable that this order is begun; why it may not be carried out."""
        entry = self._entry(placed, Ended(result="begun"))
        try:
            async with asyncio.timeout(BEGUN_S_MAX):
                kept = await self._sink.keep(placed.place, (entry,))
        except (SinkTrouble, TimeoutError):
            return "log_unavailable"
        return INTERRUPTED if kept.known else None

    async def _append(self, placed: Placed, ended: Ended) -> None:
        entry = self._entry(placed, ended)
        patience = BackOff()
        while True:
            try:
                await self._sink.keep(placed.place, (entry,))
            except SinkTrouble as trouble:
                _log.warning("order %s has ended and the log cannot take it: %s", placed.ordered.decision_id, trouble)
                await asyncio.sleep(patience.wait_s())
            else:
                return

    def _entry(self, placed: Placed, ended: Ended) -> Entry:
        ordered = placed.ordered
        stage = b"begun" if ended.result == "begun" else b"ended"
        raw = Message(blob=ended.exchange).raw() if ended.exchange else None
        said = SwitchResult(
            device_id=ordered.device,
            received=self._clock(),
            reading_id=reading_id(ordered.device, "switch_result", None, stage + b":" + ordered.decision_id.encode()),
            raw_sha256=raw.sha256 if raw is not None else None,
            order_id=ordered.decision_id,
            order=ordered.order,
            result=ended.result,
            why=ended.why,
            state=ended.state,
        )
        return Entry(body=said, raw=raw)
