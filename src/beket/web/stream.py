"""One event stream per tab: whole panels, rendered once for all who watch, the latest one wins.

A panel is named by what is shown, to whose eyes and in which language; everyone for whom these are the same gets the
same bytes. A client holds at most one waiting message per panel, so a slow screen misses pictures, never the last one.
Nothing is sent when the read tables cannot be read: silence for ten seconds makes every screen say that it is stale.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncGenerator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from msgspec import Struct

from beket.log.book import Trouble
from beket.web.eyes import Eyes

TICK_S: Final = 0.3
"""Least time between two renderings: faster than the eye needs, and it bounds what bursts cost."""

HEARTBEAT_S: Final = 5.0
"""Longest silence of a live stream: half of the ten seconds after which a screen calls itself stale."""

AGES_S: Final = 10.0
"""How often a panel is drawn anew though nothing came, because ages in it grow."""

TICK_S_MAX: Final = 0.6
"""Longest rest between two renderings: it rests as long as it drew, but a reading must be seen within a second."""

CLIENTS_MAX: Final = 500
"""Screens one process serves; the next one is refused and comes again."""

WATCHED_MAX: Final = 400
"""Different panels watched at once, so that rendering stays bounded."""

Diagnostics: Final = logging.getLogger(__name__)


class Panel(Struct, frozen=True):
    """One thing to watch: `slot` is its name on the page, `place` limits what makes it dirty (None: any place)."""

    slot: str
    kind: str
    argument: str
    eyes: Eyes
    language: str
    place: str | None = None


class Newest(Struct, frozen=True):
    """The newest reading of a place, as the read tables have it."""

    place: str
    seq: int
    received: int


class Positions(Struct, frozen=True):
    """How far the read tables are, place by place."""

    newest: tuple[Newest, ...]

    def position(self) -> int:
        """One growing number for the stream's `id:` line."""
        return sum(each.seq for each in self.newest)

    def grown(self, before: Positions | None) -> frozenset[str]:
        """Places that moved since `before`."""
        then = {each.place: (each.seq, each.received) for each in before.newest} if before else {}
        return frozenset(each.place for each in self.newest if then.get(each.place) != (each.seq, each.received))


class Source(Struct, frozen=True):
    """Where the stream takes its pictures from; all are blocking and run in the rendering thread."""

    positions: Callable[[], Positions]
    render: Callable[[Panel], str]
    failed: Callable[[Panel], str]


class TooMany(Exception):
    """As many screens, or different panels, as one process serves are being served already."""


def message(event: str, data: str, position: int) -> bytes:
    """Write one server-sent event (HTML standard, 9.2.6); every line of the data gets its own field."""
    lines = "".join(f"data: {line}\n" for line in data.split("\n"))
    return f"event: {event}\nid: {position}\n{lines}\n".encode()


class Client:
    """One open screen: what it watches, and at most one waiting message for each panel."""

    def __init__(self, panels: tuple[Panel, ...]) -> None:
        self.panels = panels
        self.waiting: dict[str, bytes] = {}
        self.woken = asyncio.Event()

    def offer(self, slot: str, data: bytes) -> None:
        """Leave a message; an older one of the same slot that was not taken yet is forgotten."""
        self.waiting[slot] = data
        self.woken.set()

    async def take(self) -> bytes:
        """Wait for messages and take all of them at once."""
        await self.woken.wait()
        self.woken.clear()
        taken, self.waiting = self.waiting, {}
        return b"".join(taken.values())


class Drawn(Struct):
    """The last picture of a panel."""

    html: str
    bytes: bytes
    at: float


class Fan:
    """Draws each watched panel when it is dirty and hands the same bytes to all who watch it."""

    def __init__(self, source: Source, now: Callable[[], float] = time.monotonic) -> None:
        self.source = source
        self.now = now
        self.clients: set[Client] = set()
        self.drawn: dict[Panel, Drawn] = {}
        self.positions: Positions | None = None
        self.pulsed = 0.0
        self.moved_ms: int | None = None
        self.renderings = 0
        self.dirty = asyncio.Event()
        self.thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="panels")

    def wake(self) -> None:
        """Say that the read tables moved."""
        self.dirty.set()

    def join(self, panels: Iterable[Panel]) -> Client:
        """Let a screen watch; raises TooMany when the house is full."""
        client = Client(tuple(panels))
        watched = {panel for each in self.clients for panel in each.panels} | set(client.panels)
        if len(self.clients) >= CLIENTS_MAX or len(watched) > WATCHED_MAX:
            raise TooMany
        self.clients.add(client)
        for panel in client.panels:
            if panel in self.drawn:
                client.offer(panel.slot, self.drawn[panel].bytes)
        self.wake()
        return client

    def leave(self, client: Client) -> None:
        """Forget a screen and the pictures nobody watches any more."""
        self.clients.discard(client)
        watched = {panel for each in self.clients for panel in each.panels}
        self.drawn = {panel: drawn for panel, drawn in self.drawn.items() if panel in watched}

    async def run(self) -> None:
        """Draw for ever: at each wake-up, and at the latest when the heartbeat is due."""
        while True:
            began = self.now()
            try:
                await self.tick()
            except Trouble as trouble:
                Diagnostics.warning("panels wait for the read tables: %s", trouble)
            spent = self.now() - began
            await asyncio.sleep(min(max(TICK_S, spent), TICK_S_MAX))
            await self._due()

    async def tick(self) -> None:
        """Draw what is dirty once, and pulse."""
        self.dirty.clear()
        if not self.clients:
            return
        loop = asyncio.get_running_loop()
        before, self.positions = self.positions, await loop.run_in_executor(self.thread, self.source.positions)
        grown = self.positions.grown(before)
        if grown and before is not None:
            self.moved_ms = int(time.time() * 1000)
        for panel in self._stale(grown):
            self._hand_out(panel, await loop.run_in_executor(self.thread, self._draw, panel))
        if grown or self.now() - self.pulsed >= HEARTBEAT_S - TICK_S:
            self._pulse()

    def _draw(self, panel: Panel) -> str:
        """Draw one panel in the rendering thread; a bug in one must not darken the others, and must show."""
        self.renderings += 1
        try:
            return self.source.render(panel)
        except Trouble:
            raise
        except Exception:  # noqa: BLE001  the one place where a bug must not end the worker: it would darken every wall
            Diagnostics.exception("panel %s cannot be drawn", panel.slot)
            return self.source.failed(panel)

    def close(self) -> None:
        """Let the rendering thread go."""
        self.thread.shutdown(wait=False, cancel_futures=True)

    async def _due(self) -> None:
        """Wait for news, but not longer than a heartbeat."""
        left = max(0.01, HEARTBEAT_S - TICK_S - (self.now() - self.pulsed))
        try:
            await asyncio.wait_for(self.dirty.wait(), left)
        except TimeoutError:
            return

    def _stale(self, grown: frozenset[str]) -> list[Panel]:
        """Watched panels that were never drawn, whose places moved, or whose ages have grown."""
        watched = dict.fromkeys(panel for client in self.clients for panel in client.panels)
        return [panel for panel in watched if self._is_stale(panel, grown)]

    def _is_stale(self, panel: Panel, grown: frozenset[str]) -> bool:
        drawn = self.drawn.get(panel)
        if drawn is None or self.now() - drawn.at >= AGES_S:
            return True
        return bool(grown) if panel.place is None else panel.place in grown

    def _hand_out(self, panel: Panel, html: str) -> None:
        """Keep a picture, and give it to who watches if it differs from the one they have."""
        assert self.positions is not None
        last = self.drawn.get(panel)
        if last is not None and last.html == html:
            last.at = self.now()
            return
        data = message(panel.slot, html, self.positions.position())
        self.drawn[panel] = Drawn(html, data, self.now())
        for client in self.clients:
            if panel in client.panels:
                client.offer(panel.slot, data)

    def _pulse(self) -> None:
        """Tell every screen that it is live, and what it is live with.

        `received_ms` is the newest reading that panels show, `moved_ms` when the read tables last moved. A loop that
        stands still leaves a picture that is live and old: `moved_ms` grows old then, and the wall shows it.
        """
        assert self.positions is not None
        self.pulsed = self.now()
        newest = max(self.positions.newest, key=lambda each: each.received, default=None)
        beat = {"now_ms": int(time.time() * 1000)}
        if newest is not None:
            beat |= {"received_ms": newest.received, "moved_ms": self.moved_ms or newest.received}
        data = message("pulse", json.dumps(beat), self.positions.position())
        for client in self.clients:
            client.offer("pulse", data)


async def flow(fan: Fan, client: Client, allowed: Callable[[], bool], recheck_s: float) -> AsyncGenerator[bytes, None]:
    """Give one screen its messages until it goes away or may no longer watch."""
    asked = fan.now()
    try:
        yield b"retry: 2000\n\n"
        while True:
            yield await client.take()
            if fan.now() - asked >= recheck_s:
                asked = fan.now()
                if not await asyncio.to_thread(allowed):
                    yield message("ended", "", 0)
                    return
    finally:
        fan.leave(client)
