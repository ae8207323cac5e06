"""The field of one node: every listener and every connection of the devices of its posts."""

from __future__ import annotations

import asyncio
import logging
import os
import ssl
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct, structs

from beket.devices.kit.accept import Acceptor, streams_of
from beket.devices.kit.clients import Secret
from beket.devices.kit.clock import Company
from beket.devices.kit.datagrams import Datagrams
from beket.devices.kit.doors import plain
from beket.devices.kit.driver import Transport
from beket.devices.kit.handshakes import TlsAcceptor
from beket.devices.kit.line import Clock, Line
from beket.devices.kit.news import LinkNews
from beket.devices.kit.ports import Kept, Picture, Refused, Sink, SinkTrouble
from beket.devices.kit.posting import Posting
from beket.devices.kit.reception import Reception
from beket.devices.kit.registry import find
from beket.devices.kit.state import DeviceState
from beket.devices.kit.tls import Tls, TlsTrouble
from beket.devices.kit.works import WORKS
from beket.words.ids import Instant, PlaceId
from beket.words.site import Device, Post
from beket.words.wire import Entry

BREATH_S: Final = 1.0
"""How often each device's pulse is felt, and decoders are told that time has passed."""

BREATHS_AT_ONCE: Final = 64
"""How many pulses are felt together: few enough that devices are heard in between, many enough that thousands that
change at once, when a network comes back, are written in one go and not one after the other."""

LAST_WORDS_S_MAX: Final = 5.0
"""Longest time at stopping for what was heard last to become durable."""

BUG_PAUSE_S: Final = 30.0
"""How long a link that stopped on a bug stays down, so that it does not fill the diagnostics."""

ANY_ADDRESS: Final = "0.0.0.0"  # noqa: S104
"""Where a listener for devices that dial us listens if the site file does not say; the allow list is the guard."""

_SHARED: Final[tuple[Transport, ...]] = ("udp", "tcp-server")
"""Ways to speak in which several devices have one listener, and say themselves who they are."""

_log: Final = logging.getLogger("beket.field")


class SiteTrouble(Exception):
    """A device of the site file cannot be served; the message names it and says why."""


class FieldState(Struct, kw_only=True):
    """How the field is: its devices, and what strangers tried."""

    devices: tuple[DeviceState, ...]
    strangers: int
    connections_refused: int
    http_port: int


class Field:
    """Opens what the devices of the posts need, and keeps it open until it is stopped."""

    def __init__(  # noqa: PLR0913  where it listens and what it leans on, each by its name
        self,
        posts: Sequence[Post],
        sink: Sink,
        clock: Clock,
        *,
        http: tuple[str, int] = ("127.0.0.1", 7080),
        https: tuple[str, int] = ("127.0.0.1", 7443),
        tls: Tls | None = None,
        secret: Secret = os.environ.get,
    ) -> None:
        self._sink = sink
        self._clock = clock
        self._secret = secret
        company = Company()
        self.lines = [_line(post, device, sink, clock, company) for post in posts for device in post.devices]
        pushed = [line for line in self.lines if line.state.transport == "http-push"]
        self._posting = Posting([line for line in pushed if line.device.tls_name is None], sink, clock, http)
        self._proving = Posting([line for line in pushed if line.device.tls_name is not None], sink, clock, https)
        self._context = _context(self.lines, tls)
        self._tasks: list[asyncio.Task[None]] = []
        self._listeners: list[Acceptor | TlsAcceptor] = []
        self._receptions: list[Reception | Datagrams] = []
        self._news = LinkNews()
        self.tcp_ports: dict[str, int] = {}
        self.udp_ports: dict[str, int] = {}

    @property
    def http_port(self) -> int:
        """The port cameras post to; 0 while no listener is open."""
        return self._posting.port

    @property
    def https_port(self) -> int:
        """The port of those that prove by a certificate who they are; 0 while no such listener is open."""
        return self._proving.port

    def state(self) -> FieldState:
        """How everything is now."""
        refused = self._posting.refused + self._proving.refused
        refused += sum(reception.refused for reception in self._receptions)
        return FieldState(
            devices=tuple(line.state for line in self.lines),
            strangers=self._posting.strangers
            + self._proving.strangers
            + sum(reception.strangers for reception in self._receptions),
            connections_refused=refused,
            http_port=self.http_port,
        )

    def check(self) -> None:
        """See that devices which share a listener can; raises SiteTrouble."""
        for transport in _SHARED:
            self._sharing(transport)

    async def start(self) -> None:
        """Open every listener, then start every connection; OSError when a port cannot be had."""
        for line in self.lines:
            if line.state.transport in ("tcp-server", "http-push") and not line.device.allow:
                _log.warning("%s: its allow list is empty, so nobody can speak as it", line.device.id)
        await self._posting.open()
        await self._proving.open(self._context)
        await self._listen()
        for line in self.lines:
            link = line.driver.links[line.state.transport]  # type: ignore[index]
            work = WORKS.get(line.state.transport)
            if work is not None:
                self._spawn(partial(work, line, link, self._secret), line)
        self._tasks.append(asyncio.create_task(self._breathe(), name="breathe"))

    async def stop(self) -> None:
        """Close everything; what was heard and not yet kept was not answered either."""
        for acceptor in self._listeners:
            await acceptor.close()
        for reception in self._receptions:
            await reception.close()
        await self._posting.close()
        await self._proving.close()
        await put_down(self._tasks)
        self._tasks.clear()

    async def run(self, opened: Callable[[], None] = lambda: None) -> None:
        """Serve until cancelled, and say once when everything is open; OSError when a port cannot be had."""
        try:
            await self.start()
            opened()
            # wait, not gather: being cancelled must leave it to `stop` to end the tasks, with their last words.
            done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
        finally:
            await self.stop()

    def _spawn(self, work: Callable[[], Coroutine[Any, Any, None]], line: Line) -> None:
        self._tasks.append(asyncio.create_task(_apart(work, line), name=f"{line.state.transport} {line.device.id}"))

    async def _listen(self) -> None:
        for (host, port), lines in self._sharing("udp"):
            await self._listen_for_datagrams(host, port, lines)
        for (host, port), lines in self._sharing("tcp-server"):
            reception = Reception(lines, self._sink, self._clock, f"tcp:{host}:{port}")
            acceptor = self._acceptor(reception, lines)
            with _named(lines[0], host, port):
                acceptor.open(host, port)
            self._listeners.append(acceptor)
            self._receptions.append(reception)
            self.tcp_ports.update({str(line.device.id): acceptor.port for line in lines})

    def _acceptor(self, reception: Reception, lines: Sequence[Line]) -> Acceptor | TlsAcceptor:
        if lines[0].device.tls_name is None:
            return Acceptor(reception.receive)
        assert self._context is not None, "it was looked for before anything was opened"
        return TlsAcceptor(streams_of(reception.receive), self._context, reception.knows, reception.refuse)

    async def _listen_for_datagrams(self, host: str, port: int, lines: Sequence[Line]) -> None:
        loop = asyncio.get_running_loop()
        datagrams = Datagrams(lines, self._sink, self._clock, f"udp:{host}:{port}")
        with _named(lines[0], host, port):
            transport, _ = await loop.create_datagram_endpoint(lambda: datagrams, (host, port))
        self._receptions.append(datagrams)
        bound = transport.get_extra_info("sockname")[1]
        self.udp_ports.update({str(line.device.id): bound for line in lines})

    def _sharing(self, transport: Transport) -> Iterable[tuple[tuple[str, int], list[Line]]]:
        """The devices of each listener of a kind."""
        groups: dict[tuple[str, int], list[Line]] = defaultdict(list)
        for line in self.lines:
            if line.state.transport == transport:
                groups[line.device.host or ANY_ADDRESS, line.device.port or 0].append(line)
        for lines in groups.values():
            _check_sharing(lines, transport)
        return groups.items()

    async def _breathe(self) -> None:
        while True:
            await asyncio.sleep(BREATH_S)
            self._news.look((line.state for line in self.lines), self._clock())
            for first in range(0, len(self.lines), BREATHS_AT_ONCE):
                now = self._clock()
                due = [line for line in self.lines[first : first + BREATHS_AT_ONCE] if _may_say(line, now)]
                await asyncio.gather(*map(self._breath_of, due))

    async def _breath_of(self, line: Line) -> None:
        now = self._clock()
        try:
            async with line.lock:
                if line.unkept is None and not line.behind:
                    out = line.decoder.waited(now)
                    line.unkept = line.prepare([out], now) if out.told or out.problems else None
                if line.unkept is not None:
                    await line.keep(line.unkept, line.device.host or "")
                    line.unkept = None
                await line.breathe(now)
        except SinkTrouble as trouble:
            _log.debug("%s: its health is not in the log yet: %s", line.device.id, trouble)  # the sink says it for all


class _Nobody:
    """A sink for a field that is never opened."""

    async def keep(self, place: PlaceId, entries: Sequence[Entry], pictures: Sequence[Picture] = ()) -> Kept:  # noqa: ARG002
        raise SinkTrouble("nothing is kept by a field that was only checked")

    async def set_aside(self, refused: Refused) -> None:  # noqa: ARG002
        raise SinkTrouble("nothing is put aside by a field that was only checked")


def check(posts: Sequence[Post], clock: Clock, tls: Tls | None = None) -> None:
    """See that devices can be served as they are described, and open nothing; raises SiteTrouble."""
    Field(posts, _Nobody(), clock, tls=tls).check()


@contextmanager
def _named(line: Line, host: str, port: int) -> Iterator[None]:
    """A port that cannot be had is told by whose it is, where, and why."""
    try:
        yield
    except OSError as error:
        why = os.strerror(error.errno).lower() if error.errno is not None else str(error)
        raise OSError(error.errno, f"{line.device.id} cannot listen on {host}:{port}: {why}") from error


def _may_say(line: Line, now: Instant) -> bool:
    """Whether a device may have something to say by itself: its decoder knows only when asked, its pulse at once.

    A line that waits for the sink has said what it can; one whose device says itself who it is has no decoder here.
    """
    if line.lock.locked():
        return False
    link = line.driver.links[line.state.transport]  # type: ignore[index]
    return not link.in_band or line.pulse.due(now) is not None


def _check_sharing(lines: Sequence[Line], transport: Transport) -> None:
    """Devices that say themselves who they are can share a listener only if it can read all of them alike."""
    first = lines[0]
    for line in lines:
        if (line.device.tls_name is None) != (first.device.tls_name is None):
            raise SiteTrouble(f"{line.device.id}: it shares its listener with {first.device.id}; both or none use TLS")
    if not any(line.driver.links[transport].in_band for line in lines):
        return
    named: dict[str, Line] = {}
    for line in lines:
        if line.driver is not first.driver or line.device.options != first.device.options:
            why = f"it shares its listener with {first.device.id} and has another driver or other options"
            raise SiteTrouble(f"{line.device.id}: {why}")
        if not line.device.declared_id:
            raise SiteTrouble(f"{line.device.id}: {line.device.driver} tells devices apart by declared_id; give it one")
        other = named.setdefault(plain(line.device.declared_id), line)
        if other is not line:
            raise SiteTrouble(f"{line.device.id}: it calls itself what {other.device.id} calls itself")


def _context(lines: Sequence[Line], tls: Tls | None) -> ssl.SSLContext | None:
    """What handshakes go by, where any device needs them."""
    proved = [line for line in lines if line.device.tls_name is not None]
    if not proved:
        return None
    who = proved[0].device.id
    for line in proved:
        if line.state.transport not in ("http-push", "tcp-server"):
            raise SiteTrouble(f"{line.device.id}: tls_name is for devices that connect to us by HTTP or TCP")
    if tls is None:
        raise SiteTrouble(f"{who}: it has a tls_name; name tls_certificate, tls_key and tls_clients_ca in the settings")
    try:
        return tls.context()
    except TlsTrouble as wrong:
        raise SiteTrouble(f"{who}: TLS: {wrong}") from wrong


async def _apart(work: Callable[[], Coroutine[Any, Any, None]], line: Line) -> None:
    """Keep one device's work going, so that a bug it wakes silences that device only, and loudly."""
    while True:
        try:
            await work()
        except Exception:  # noqa: BLE001  one device's bug must not silence the others; it is logged whole
            _log.exception("%s: its link stopped on a bug and is made anew in %g s", line.device.id, BUG_PAUSE_S)
            line.state.link_trouble = "stopped on a bug; the diagnostics have it"
        await asyncio.sleep(BUG_PAUSE_S)


async def put_down(tasks: Sequence[asyncio.Task[None]]) -> None:
    """End tasks: once so that they can say their last, and again if the sink does not take it in time."""
    for task in tasks:
        task.cancel()
    if tasks:
        _, left = await asyncio.wait(tasks, timeout=LAST_WORDS_S_MAX)
        for task in left:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _line(post: Post, device: Device, sink: Sink, clock: Clock, company: Company) -> Line:
    driver = find(device.driver)
    if driver is None:
        raise SiteTrouble(f"{device.id}: no driver named {device.driver}")
    transport = device.transport or driver.manifest.transports[0]
    if transport not in driver.links:
        raise SiteTrouble(f"{device.id}: {device.driver} does not speak over {transport}")
    if "password" in device.options:
        raise SiteTrouble(f"{device.id}: the site file goes to the log; give password_env, the name of a variable")
    options = {"utc_offset_min": _offset_min(post.zone_name, clock()), **device.options}
    try:
        return Line(structs.replace(device, options=options), post.id, driver, sink, clock, company)
    except ValueError as wrong:  # an option that is no number, a map that cannot be used
        raise SiteTrouble(f"{device.id}: its options cannot be used: {wrong}") from wrong


def _offset_min(zone_name: str, at: Instant) -> int:
    """The post's own offset: for a device that says local time and no zone."""
    try:
        offset = datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(zone_name)).utcoffset()
    except (ZoneInfoNotFoundError, ValueError) as unknown:
        raise SiteTrouble(f"there is no time zone named {zone_name}") from unknown
    return int(offset.total_seconds() // 60) if offset is not None else 0
