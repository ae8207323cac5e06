"""Takes orders to equipment from the log to the port that writes, and its word about each back into the log.

One thread follows the chains of the places that have equipment to write to; a node without any starts none of this.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import closing, suppress
from typing import Final

from beket.app.counts import counted
from beket.board.panels.blocks import Blocks, blocks
from beket.board.schema import SCHEMA, exists
from beket.devices.kit.backoff import BackOff
from beket.devices.kit.ports import Sink
from beket.devices.writing.executor import Executor, Placed
from beket.devices.writing.gate import Gate, gate_of
from beket.devices.writing.interlock import ORDER_MS_MAX
from beket.devices.writing.known import Known
from beket.devices.writing.pending import Pending
from beket.log.book import Broken, Seq, Trouble
from beket.log.connect import open_connection, troubled
from beket.log.postgres import PostgresBook, Writing, wall_clock
from beket.words.decisions import EquipmentOrder, OrderEquipment
from beket.words.ids import DeviceId, PlaceId, entry_ref
from beket.words.site import Device, Post

logger = logging.getLogger(__name__)

READER: Final = "orders"
"""The name under which it is kept how far every order has its end, and under which one node claims a place."""

POLL_S: Final = 0.5
"""Longest sleep without looking at the chains, and longest that a stop waits for the follower."""

REST_S: Final = 0.05
"""Shortest time between two looks: at a busy node the chains grow without pause, and an order can wait so long."""

SAVE_S: Final = 30.0
"""How often it is kept how far all orders are ended: a start reads at most so much of the log again."""

STOP_S: Final = 6.0
"""Longest that a stop waits for orders in hand: a barrier needs some seconds; the parent waits ten."""


def gates_of(posts: Sequence[Post]) -> dict[DeviceId, Gate]:
    """The equipment of a layout that may be written to; raises MapRefused."""
    found = {device.id: gate_of(device) for post in posts for device in post.devices}
    return {device: gate for device, gate in found.items() if gate is not None}


def orders_known(device: Device) -> tuple[EquipmentOrder, ...]:
    """What a device can be told to do; nothing where its row does not say that it may be written to."""
    gate = gate_of(device)
    return tuple(doing.order for doing in gate.wiring.doing) if gate is not None else ()


class Follower:
    """Reads the chains of some places: what is known of their lanes, and the orders that have no end yet."""

    def __init__(self, dsn: str, places: Sequence[PlaceId], known: Known) -> None:
        """Name the places; nothing is read before the first turn."""
        self._dsn = dsn
        self._places = sorted(places)
        self._known = known
        self._book: PostgresBook | None = None
        self._after: dict[PlaceId, Seq] = {}
        self._saved: dict[PlaceId, Seq] = {}
        self._save_at = 0.0
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._pending = Pending()
        self._asked_at: dict[tuple[PlaceId, str], Seq] = {}

    def turn(self) -> tuple[Placed, ...]:
        """Wait a moment for news, read it, and give the orders that wait; raises Trouble, and then begins anew."""
        try:
            if self._book is None:
                self._begin()
            assert self._book is not None
            for _place in self._book.follow(POLL_S):
                break
            self._read(self._book)
            if time.monotonic() >= self._save_at:
                self._save(self._book)
        except (Trouble, Broken):
            self.close()
            raise
        return self._pending.waiting()

    def close(self) -> None:
        """Let go of the engine, and of the claim on these places."""
        if self._book is not None:
            with closing(self._book), suppress(Trouble):
                self._save(self._book)
        self._book = None
        for place in self._places:
            self._known.begin(place, {})

    def _begin(self) -> None:
        """Claim the places, and begin where the board and all ended orders allow; raises Trouble."""
        book = PostgresBook(self._dsn)
        try:
            _claim(book, self._places)
            standing = self._standing()
            with book.transaction() as writing:
                ended = writing.cursors(READER, self._places)
                starts = {place: ended[place] or _recent(writing, place) for place in self._places}
        except Trouble:
            book.close()
            raise
        self._begin_anew()
        for place, stands in standing.items():
            self._known.begin(place, stands.alarms)
            self._after[place] = Seq(min(starts[place], stands.seq))
        self._saved = dict(ended)
        self._book = book

    def _standing(self) -> Mapping[PlaceId, Blocks]:
        with troubled(), closing(open_connection(self._dsn)) as own:
            if not exists(own):
                raise Trouble("the board is not built yet")
            own.execute(f"SET search_path TO {SCHEMA}".encode())
            with own.cursor() as cursor:
                return blocks(cursor, self._places)

    def _read(self, book: PostgresBook) -> None:
        """Read every chain to its end as it was a moment ago."""
        heads = {head.place: head.seq for head in book.heads()}
        for place in self._places:
            while self._after[place] < heads.get(place, 0):
                for frame in book.read(place, self._after[place]):
                    for index, entry in enumerate(frame.entries):
                        if isinstance(entry.body, OrderEquipment):
                            self._asked_at[place, entry.body.decision_id] = frame.seq
                        self._known.take(place, entry_ref(frame.seq, index), entry.body)
                        self._pending.take(place, entry.body)
                    self._after[place] = frame.seq
            self._known.caught_up(place)

    def _save(self, book: PostgresBook) -> None:
        """Keep how far every order of a place has its end."""
        self._save_at = time.monotonic() + SAVE_S
        waiting = {(one.place, one.ordered.decision_id) for one in self._pending.waiting()}
        self._asked_at = {key: seq for key, seq in self._asked_at.items() if key in waiting}
        reached = dict(self._after)
        for (place, _name), seq in self._asked_at.items():
            reached[place] = Seq(min(reached[place], seq - 1))
        if reached != self._saved:
            with book.transaction() as writing:
                writing.move_all(READER, reached)
            self._saved = reached


def _claim(book: PostgresBook, places: Sequence[PlaceId]) -> None:
    for place in places:
        if not book.claim(READER, place):
            raise Trouble(f"another node carries out the orders of {place}")


def _recent(writing: Writing, place: PlaceId) -> Seq:
    """The frame before those in which an order may stand that is not too old to be carried out."""
    row = writing.connection.execute(
        "SELECT seq FROM beket.frame WHERE place = %s AND at < %s ORDER BY seq DESC LIMIT 1",
        (place, wall_clock() - ORDER_MS_MAX),
    ).fetchone()
    return Seq(row[0] if row else 0)


class Switching:
    """Carries out the orders of a node's places until told to stop."""

    def __init__(self, dsn: str, posts: Sequence[Post], sink: Sink) -> None:
        """Lay out what may be written to; raises MapRefused."""
        self.gates = gates_of(posts)
        known = Known(posts, time.monotonic)
        places = [post.id for post in posts if any(device.id in self.gates for device in post.devices)]
        self._follower = Follower(dsn, places, known)
        self._executor = Executor(self.gates, known, sink, wall_clock)
        self._stop = asyncio.Event()
        self._turning = threading.Lock()

    async def run(self) -> None:
        """Carry out orders; returns once told to stop and those in hand have ended, at once where there is nothing."""
        if not self.gates:
            return
        logger.info("%s may be written to", counted(len(self.gates), "device"))
        try:
            await self._executor.run(self._orders())
        finally:
            await asyncio.to_thread(self._close)

    def stop(self) -> None:
        """Take no more orders."""
        self._stop.set()

    async def _orders(self) -> AsyncIterator[Placed]:
        patience = BackOff()
        while not self._stop.is_set():
            try:
                waiting = await asyncio.to_thread(self._turn)
            except (Trouble, Broken) as trouble:
                logger.warning("no order is carried out now: %s", trouble)
                await self._sleep(patience.wait_s())
                continue
            patience.worked()
            for placed in waiting:
                yield placed
            await self._sleep(REST_S)

    def _turn(self) -> tuple[Placed, ...]:
        with self._turning:
            return self._follower.turn()

    def _close(self) -> None:
        with self._turning:
            self._follower.close()

    async def _sleep(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)
