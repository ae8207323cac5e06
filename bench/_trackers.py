"""Trackers for measurements: many of them in this process, on real sockets, counting what they are answered."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct, field

from beket.devices.egts import codec as egts
from beket.devices.egts import packet, speak
from beket.devices.teltonika import avl
from beket.devices.teltonika import codec as teltonika
from beket.words.ids import DeviceId, Instant, ReadingId
from beket.words.readings import Position

HOST: Final = "127.0.0.1"
ANSWER_S_MAX: Final = 30.0
"""Longest wait for an answer; a measurement in which one is missing has failed."""


class Kind(Struct, frozen=True):
    """One make of tracker: what it says, and how long each answer to it is."""

    name: str
    login: Callable[[str], bytes]
    login_answer: int
    say: Callable[[int, int], bytes]
    answer: int


def imei(number: int) -> str:
    """A tracker's own name."""
    return f"86999{number:010d}"


def position(tracker: int, number: int) -> Position:
    """A position unlike any other of this tracker: a second after the last."""
    return Position(
        device_id=DeviceId(""), reading_id=ReadingId(""), received=Instant(0), sequence=number,
        time=Instant(STARTED - 86_400_000 + number * 1000), latitude=42.0 + tracker % 1000 / 1000,
        longitude=74.0 + number % 10_000 / 10_000, speed_kmh=61.0, course_deg=287.0, satellites=11, altitude_m=760,
        moving=True, odometer_m=number * 100, digital_inputs=1, source_code=0,
    )  # fmt: skip


STARTED: Final = time.time_ns() // 1_000_000
_ELEMENTS: Final = {239: (1, 1), 240: (1, 1), 21: (1, 4), 66: (2, 24_848), 67: (2, 3796), 16: (4, 10_647_995)}


def say_egts(tracker: int, number: int) -> bytes:
    """One packet with one position, as a tracker that drives sends it."""
    record = speak.encode_record(number & 0xFFFF, speak.encode_position(position(tracker, number)))
    return speak.encode_packet(number & 0xFFFF, record)


def say_teltonika(tracker: int, number: int) -> bytes:
    """One packet with two positions of six elements."""
    two = [position(tracker, 2 * number), position(tracker, 2 * number + 1)]
    return teltonika.encode_packet(
        teltonika.encode_data(avl.CODEC_8, [teltonika.encode_record(one, avl.CODEC_8, _ELEMENTS) for one in two])
    )


_CONFIRMED: Final = packet.response(1, 1, 0, [packet.confirmation(1, 2, 1, 0)])

EGTS: Final = Kind(
    "egts", lambda name: speak.encode_login(0, name), len(_CONFIRMED) + len(packet.result_code(1, 1, 0)), say_egts,
    len(_CONFIRMED),
)  # fmt: skip
TELTONIKA: Final = Kind("teltonika", teltonika.encode_login, 1, say_teltonika, 4)
KINDS: Final = {kind.name: kind for kind in (EGTS, TELTONIKA)}


class Tracker(asyncio.Protocol):
    """One tracker: says what it is told to say, and knows when all of it was answered."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._missing = 0
        self._answered: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Hold the line."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Count what is answered."""
        self._missing -= len(data)
        if self._missing <= 0 and self._answered is not None and not self._answered.done():
            self._answered.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """The line is gone: what was waited for does not come."""
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(exc or ConnectionError("closed"))

    async def say(self, blob: bytes, answer: int) -> float:
        """Say something and wait for so many bytes of answers; gives the milliseconds that took."""
        assert self._transport is not None
        self._answered = asyncio.get_running_loop().create_future()
        self._missing = answer
        began = time.perf_counter()
        self._transport.write(blob)
        async with asyncio.timeout(ANSWER_S_MAX):
            await self._answered
        return (time.perf_counter() - began) * 1000

    def hang_up(self) -> None:
        """Go at once, as a tracker does in a tunnel."""
        if self._transport is not None:
            self._transport.abort()


async def dial(kind: Kind, port: int, number: int) -> Tracker:
    """Connect and log in."""
    async with asyncio.timeout(ANSWER_S_MAX):
        _, tracker = await asyncio.get_running_loop().create_connection(Tracker, HOST, port)
    await tracker.say(kind.login(imei(number)), kind.login_answer)
    return tracker


class Load(Struct):
    """What a run of trackers did."""

    packets: int = 0
    waits_ms: list[float] = field(default_factory=list)

    def quantile_ms(self, share: float) -> float:
        """The wait that this share of answers did not exceed."""
        ordered = sorted(self.waits_ms)
        return round(ordered[min(int(len(ordered) * share), len(ordered) - 1)], 1) if ordered else 0.0


class Fleet:
    """Trackers of one kind with what they have to say, written out before the clock starts."""

    def __init__(self, kind: Kind, trackers: Sequence[Tracker], first: int) -> None:
        self._kind = kind
        self._trackers = trackers
        self._first = first
        self._numbers = [0] * len(trackers)
        self._batches: list[list[bytes]] = []

    def write(self, batches: int, window: int) -> None:
        """Write out so many batches of so many packets for each tracker."""
        say = self._kind.say
        self._batches = []
        for place in range(len(self._trackers)):
            number = self._numbers[place]
            self._numbers[place] += batches * window
            self._batches.append(
                [
                    b"".join(say(self._first + place, number + batch * window + one) for one in range(window))
                    for batch in range(batches)
                ]
            )

    async def run(self, window: int, pause_s: float = 0.0) -> Load:
        """Say everything: each tracker its next batch when the last was answered, or at its times, spread evenly."""
        load = Load()
        await asyncio.gather(*(self._talk(place, window, pause_s, load) for place in range(len(self._trackers))))
        return load

    async def _talk(self, place: int, window: int, pause_s: float, load: Load) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time() + pause_s * place / len(self._trackers)
        for batch in self._batches[place]:
            if pause_s:
                await asyncio.sleep(max(due - loop.time(), 0))
                due += pause_s
            load.waits_ms.append(await self._trackers[place].say(batch, window * self._kind.answer))
            load.packets += window


def decoding_per_s(kind: Kind, packets: int = 20_000) -> float:
    """The limit of one core that only cuts and decodes: packets per CPU second."""
    codec = {"egts": egts, "teltonika": teltonika}[kind.name]
    stream = [b"".join(kind.say(1, first + one) for one in range(20)) for first in range(0, packets, 20)]
    framer, decoder = codec.framer({}), codec.decoder({})
    received = Instant(STARTED)
    began = time.process_time()
    count = sum(len(decoder.read(frame, received).replies) for chunk in stream for frame in framer.feed(chunk))
    spent = time.process_time() - began
    assert count == packets
    return packets / spent
