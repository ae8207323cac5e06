"""Scales, radiation portals and readers of the rehearsal: real TCP servers that talk as the indicators do."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from random import Random
from typing import Final, Protocol

from msgspec import Struct

from beket.devices.kit.driver import Framer
from beket.devices.kit.framing import Lines
from beket.devices.kit.modbus import ModbusFrames
from beket.devices.rapiscan_tsa import codec as portal_codec
from beket.sim import indicator, modbus_unit, papers, yantar
from beket.sim.dialled import Dialled, Now
from beket.sim.faults import Telling
from beket.sim.happenings import Pass, Show, Weigh
from beket.sim.truth import Told
from beket.sim.voices import READERS, VOICES
from beket.words.ids import DeviceId
from beket.words.site import Device

TICK_S: Final = 0.1
"""A scale in continuous mode sends about ten frames a second (reference 03 §2.1)."""

PORTAL_TICKS: Final = 2
"""A portal sends a scan line every 200 ms (reference 03 §3.2)."""

SCALE_IDLE_TICKS: Final = 20
"""An empty scale is heard every two seconds here: the idle demonstration must be cheap."""

PORTAL_IDLE_TICKS: Final = 50
"""Background lines every five seconds."""

PIECE_BYTES: Final = 8
"""A reader's line comes in pieces: converters hand on what they have."""

UNREAD_BYTES_MAX: Final = 64 * 1024
"""A listener that lets this much lie unread is cut off, as a serial converter's buffer would be lost."""

SCRIPTS_MAX: Final = 32
"""Conveyances waiting for one device to finish speaking; the lane's physics keeps it at one or two."""

QUESTION_MAX: Final = 64
"""Most bytes of a question: longer ones are none that these devices know."""


class PortTaken(Exception):
    """A simulated device's address is taken: most likely another rehearsal runs on this machine."""


class Listens(Protocol):
    """A device that waits for somebody to connect."""

    @property
    def heard(self) -> bool:
        """Tell whether anybody is connected."""
        ...


async def connected(devices: Collection[Listens], seconds_max: float) -> int:
    """Wait until somebody is connected to every device, or for so long; gives how many nobody listens to."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds_max
    while loop.time() < until and not all(device.heard for device in devices):  # noqa: ASYNC110
        await asyncio.sleep(TICK_S)  # asked rarely, once: an event per device would be more to get wrong
    return sum(not device.heard for device in devices)


class Script(Struct, kw_only=True):
    """All that a device says about one conveyance, message by message."""

    told: Told
    lines: deque[bytes]
    cut_at: int = -1
    """How many lines are left when the link breaks; never, when it is negative."""
    unheard: bool = False


class Stream(Dialled):
    """One listening device: says its idle line, or the script of what is before it, to whoever is connected."""

    period_ticks: int
    idle_ticks: int

    def __init__(self, device: Device, now: Now) -> None:
        super().__init__(device, now)
        self._scripts: deque[Script] = deque()

    @property
    def busy(self) -> bool:
        """Tell whether something is still being said."""
        return bool(self._scripts)

    def framer(self) -> Framer:
        """Such devices are asked in lines, if at all."""
        return Lines(QUESTION_MAX)

    def asked(self, _link: asyncio.Transport, _question: bytes) -> bytes:
        """Answer what someone says to the device: most have no ear for it."""
        return b""

    def listeners(self) -> list[asyncio.Transport]:
        """Who hears what the device says: everybody who is connected."""
        return list(self._links)

    def left(self, link: asyncio.Transport) -> None:
        """Someone hung up: what was being said did not arrive whole."""
        super().left(link)
        if self._scripts and not self._links:
            self._scripts[0].unheard = True

    def speak(self, told: Told) -> None:
        """Begin to tell a happening, after whatever is being told."""
        if told.telling.silent:
            return
        if len(self._scripts) >= SCRIPTS_MAX:
            told.lost = "the device could not keep up"
            return
        lines = deque(self.script(told.telling))
        cut_at = self.cut_at(len(lines)) if told.telling.cut else -1
        self._scripts.append(Script(told=told, lines=lines, cut_at=cut_at))

    def tick(self) -> None:
        """Say the next line of what is before the device."""
        script = self._scripts[0]
        if script.told.sent_at is None:
            script.told.sent_at = self._now()
        if not self._say(script.lines.popleft()):
            script.unheard = True
        if len(script.lines) == script.cut_at:
            self._cut(script)
        if not script.lines:
            self._scripts.popleft()
            self._ended(script)

    def rest(self) -> None:
        """Say the idle line."""
        self._say(self.idle())

    @abstractmethod
    def script(self, telling: Telling) -> Iterator[bytes]:
        """Write all that is said about one happening."""

    @abstractmethod
    def idle(self) -> bytes:
        """Write what is said while nothing is there."""

    @abstractmethod
    def cut_at(self, lines: int) -> int:
        """Say how many of a script's lines are left when the link breaks."""

    def _ended(self, script: Script) -> None:
        if script.unheard:
            script.told.lost = "cut" if script.told.telling.cut else "nobody was connected"
        else:
            script.told.taken_at = self._now()

    def _cut(self, script: Script) -> None:
        """Break the link in the middle of a frame."""
        script.unheard = True
        for link in list(self._links):
            link.write(script.lines[0][:5] if script.lines else b"")
            link.close()
        self._links.clear()

    def _say(self, line: bytes) -> bool:
        for link in self.listeners():
            if link.get_write_buffer_size() > UNREAD_BYTES_MAX:
                link.abort()
                self.left(link)
            else:
                link.write(line)
        return bool(self.listeners())


class Scale(Stream):
    """A scale's indicator of any make: drive on, plateau, drive off, zero."""

    period_ticks = 1
    idle_ticks = SCALE_IDLE_TICKS

    def __init__(self, device: Device, now: Now) -> None:
        super().__init__(device, now)
        self._voice = VOICES[device.driver]
        self._askers: list[asyncio.Transport] = []

    def asked(self, link: asyncio.Transport, question: bytes) -> bytes:
        """Answer at once, or from now on without being asked again."""
        if question == self._voice.asked_first and link in self._links and link not in self._askers:
            self._askers.append(link)
        return self._voice.answers.get(question, b"")

    def listeners(self) -> list[asyncio.Transport]:
        """Who hears it: those that have asked, where it must be asked."""
        return [link for link in self._links if not self._voice.asked_first or link in self._askers]

    def left(self, link: asyncio.Transport) -> None:
        """Someone hung up; who comes back asks anew."""
        if link in self._askers:
            self._askers.remove(link)
        super().left(link)

    def script(self, telling: Telling) -> Iterator[bytes]:
        """Write the frames of one weighing: the way up never shows the same weight twice."""
        met = telling.met
        assert isinstance(met, Weigh)
        frames = max(round(met.lasts_ms / 1000 / TICK_S), 12)
        up = [met.gross_kg * part // 100 for part in (17, 46, 83, 97)]
        down = [met.gross_kg * part // 100 for part in (55, 12)]
        still = [met.gross_kg] * (frames - len(up) - len(down))
        yield from map(self._voice.moving, up)
        yield from map(self._voice.still, still)
        yield from map(self._voice.moving, down)
        yield from (self.idle(),) * 4

    def idle(self) -> bytes:
        """Write an empty scale."""
        return self._voice.still(0)

    def cut_at(self, lines: int) -> int:
        """A cut comes while the conveyance drives on: no plateau was seen yet."""
        return lines - 2


class Portal(Stream):
    """A Rapiscan portal: background lines when empty, scan lines every 200 ms when occupied, GX at the end."""

    period_ticks = PORTAL_TICKS
    idle_ticks = PORTAL_IDLE_TICKS
    NEUTRON_BACKGROUND_CPS: Final = 1.2

    def __init__(self, device: Device, now: Now) -> None:
        super().__init__(device, now)
        self._rng = Random(f"background:{device.id}")
        self._level = self._rng.randint(205, 245)

    def script(self, telling: Telling) -> Iterator[bytes]:
        """Write the lines of one occupancy; steel shields the background a little, a source raises it."""
        met = telling.met
        assert isinstance(met, Pass)
        rng = Random(met.number)
        last = max(met.lasts_ms // 200, 5) - 1
        for n in range(last + 1):
            yield b"".join(self._interval(met, n, last, rng))

    def _interval(self, met: Pass, n: int, last: int, rng: Random) -> Iterator[bytes]:
        """Write what is said in one interval of 200 ms, the n-th of `last` and one."""
        hot = met.gamma and last // 3 <= n
        level = self._level / 5 * (2.2 if hot else 0.94)
        if n == 0:
            yield portal_codec.encode_sample("neutron", (0, 0, 0, 0))
        counts = tuple(max(round(rng.gauss(level, 2)), 0) for _ in range(4))
        yield portal_codec.encode_sample("gamma", counts, alarm=hot)
        if n == last // 2:
            yield portal_codec.encode_speed(met.speed_kmh)
        if n == last and met.neutron:
            yield portal_codec.encode_sample("neutron", (4, 3, 5, 4), alarm=True)
        if n == last:
            yield portal_codec.encode_end(met.number, self.NEUTRON_BACKGROUND_CPS)

    def idle(self) -> bytes:
        """Write one pair of background lines."""
        counts = tuple(max(round(self._rng.gauss(self._level, 6)), 1) for _ in range(4))
        neutrons = tuple(self._rng.choice((0, 0, 0, 1)) for _ in range(4))
        gamma = portal_codec.encode_background("gamma", counts)
        return gamma + portal_codec.encode_background("neutron", neutrons)

    def cut_at(self, lines: int) -> int:
        """A cut comes before the end of the occupancy is said."""
        return min(2, lines - 1)


class Polled(Stream):
    """A device that says nothing unasked: what a script says is what its registers hold from then on."""

    _held: bytes

    def framer(self) -> ModbusFrames:
        """Questions are cut by the length in their header."""
        return ModbusFrames()

    def asked(self, _link: asyncio.Transport, question: bytes) -> bytes:
        """Answer with the registers as they are now."""
        return modbus_unit.answered(question, self.held(self._held))

    @abstractmethod
    def held(self, line: bytes) -> modbus_unit.Held:
        """Say what the unit holds while a line of a script is said."""

    def _say(self, line: bytes) -> bool:
        self._held = line
        return bool(self._links)


class Indicator(Polled, Scale):
    """A scale that is asked for its registers."""

    def __init__(self, device: Device, now: Now) -> None:
        super().__init__(device, now)
        self._held = self.idle()

    def held(self, line: bytes) -> modbus_unit.Held:
        """Give the registers of an answer."""
        return indicator.held(line)


class Yantar(Polled):
    """An Aspect portal."""

    period_ticks = PORTAL_TICKS
    idle_ticks = PORTAL_IDLE_TICKS

    def __init__(self, device: Device, now: Now) -> None:
        super().__init__(device, now)
        self._rng = Random(f"background:{device.id}")
        self._counter = 0
        self._held = self.idle()

    def held(self, line: bytes) -> modbus_unit.Held:
        """Give the portal's description and block."""
        return yantar.held(line)

    def script(self, telling: Telling) -> Iterator[bytes]:
        """Write the registers of one object, and of the empty portal after it."""
        met = telling.met
        assert isinstance(met, Pass)
        self._counter = met.number
        return map(yantar.written, yantar.passing(met))

    def idle(self) -> bytes:
        """Write the registers of an empty portal."""
        return yantar.written(yantar.resting(self._rng, self._counter))

    def cut_at(self, lines: int) -> int:
        """A cut comes before the object has left."""
        return min(3, lines - 1)


class Reader(Stream):
    """A reader of documents, codes or container numbers: silent until something is put before it."""

    period_ticks = 1
    idle_ticks = PORTAL_IDLE_TICKS

    def __init__(self, device: Device, now: Now) -> None:
        super().__init__(device, now)
        self._driver = device.driver

    def script(self, telling: Telling) -> Iterator[bytes]:
        """Write what is typed, piece by piece."""
        assert isinstance(telling.met, Show)
        text = papers.typed(self._driver, telling.met)
        return (text[at : at + PIECE_BYTES] for at in range(0, len(text), PIECE_BYTES))

    def idle(self) -> bytes:
        """Write nothing."""
        return b""

    def cut_at(self, lines: int) -> int:
        """A cut comes in the middle of what is typed."""
        return (lines + 1) // 2

    def _cut(self, script: Script) -> None:
        """Break the link in the middle of a text; the rest of it is typed to nobody."""
        super()._cut(script)
        script.lines.clear()


class Streams:
    """All listening devices of the rehearsal, driven by one tick: a timer each would cost more than their talk."""

    def __init__(self, devices: Sequence[Device], now: Now) -> None:
        made = (self._made(device, now) for device in devices)
        self._all: dict[DeviceId, Stream] = {stream.id: stream for stream in made if stream is not None}
        self._active: dict[DeviceId, Stream] = {}
        self._ticks = 0

    @staticmethod
    def _made(device: Device, now: Now) -> Stream | None:
        if device.driver == indicator.DRIVER:
            return Indicator(device, now)
        if device.driver in VOICES:
            return Scale(device, now)
        if device.driver in READERS:
            return Reader(device, now)
        if device.driver == yantar.DRIVER:
            return Yantar(device, now)
        return Portal(device, now) if device.driver == "rapiscan_tsa" else None

    async def listen(self) -> dict[DeviceId, int]:
        """Open every port; gives their numbers. Raises PortTaken when another rehearsal is there already."""
        try:
            return {stream.id: await stream.listen() for stream in self._all.values()}
        except OSError as error:
            self.close()
            raise PortTaken(f"a simulated device cannot listen: {error.strerror or error}") from error

    async def connected(self, seconds_max: float) -> int:
        """Wait until somebody is connected to every device, or for so long; gives how many nobody listens to."""
        return await connected(self._all.values(), seconds_max)

    def speak(self, told: Told) -> None:
        """Have the right device tell a happening."""
        stream = self._all[told.telling.met.device]
        stream.speak(told)
        if stream.busy:
            self._active[stream.id] = stream

    def tick(self) -> None:
        """Let a tenth of a second pass for every device."""
        self._ticks += 1
        for stream in list(self._active.values()):
            if self._ticks % stream.period_ticks == 0:
                stream.tick()
            if not stream.busy:
                del self._active[stream.id]
        for n, stream in enumerate(self._all.values()):
            if (self._ticks + n) % stream.idle_ticks == 0 and not stream.busy:
                stream.rest()

    @property
    def busy(self) -> bool:
        """Tell whether any device is still speaking about a conveyance."""
        return bool(self._active)

    def close(self) -> None:
        """Hang up everywhere."""
        for stream in self._all.values():
            stream.close()
