"""A house without sockets or a log: what devices say goes through real codecs into the real core, in no time."""

from __future__ import annotations

import heapq
import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence

from msgspec.structs import replace as changed

from beket.core import state as held
from beket.core.step import step
from beket.devices.kit.driver import Frame, Out
from beket.devices.kit.registry import drivers
from beket.sim import yantar
from beket.sim.belief import Belief, from_log
from beket.sim.country import CAMERAS
from beket.sim.eye import REPEAT_MS, Eye
from beket.sim.faults import Mishaps, Telling
from beket.sim.happenings import Journey, Show, Sight, Weigh
from beket.sim.makes import SOAP
from beket.sim.modbus_unit import UNIT
from beket.sim.posting import Message, Target
from beket.sim.pull_point import pulled
from beket.sim.rehearsal import Script
from beket.sim.scenes.stage import Scene
from beket.sim.stations import MAKES
from beket.sim.streams import Portal, Reader, Scale, Yantar
from beket.sim.truth import Told, Truth
from beket.sim.world import Season, World
from beket.words.decisions import DescribePost
from beket.words.facts import Fact
from beket.words.ids import CLOCK, EntryRef, Instant, PlaceId, ReadingId, entry_ref, reading_id
from beket.words.readings import Reading, RpmSample, Tick, Weight
from beket.words.site import Device, Post
from beket.words.wire import Body

T0 = Instant(1_795_240_800_000)
TICK_MS = 10_000


def only(post: Post, lane: str) -> Post:
    """Cut a post down to one lane: everybody comes through it, and nothing else takes time."""
    return changed(
        post,
        lanes=tuple(one for one in post.lanes if one.id == lane),
        devices=tuple(one for one in post.devices if one.lane == lane),
    )


class House:
    """One state and one chain per place; the same message twice is one reading, as the log promises."""

    def __init__(self, posts: Sequence[Post]) -> None:
        self.entries: dict[PlaceId, list[tuple[EntryRef, Body]]] = defaultdict(list)
        self._states = {post.id: held.empty(post.id) for post in posts}
        self._said: set[ReadingId] = set()
        self._seq: dict[PlaceId, int] = defaultdict(int)
        for post in posts:
            order = DescribePost(decision_id="1", by="t", role="administrator", at=T0, post=post)
            self._enter(post.id, order)

    def hear(self, place: PlaceId, reading: Reading) -> None:
        # single weights and samples tell of nobody: thousands of them would only make the tests slow
        if reading.reading_id not in self._said and not isinstance(reading, Weight | RpmSample):
            self._said.add(reading.reading_id)
            self._enter(place, reading)

    def tick(self, at: int) -> None:
        for place in self._states:
            made = reading_id("clock", "tick", at, place.encode())
            self._enter(place, Tick(device_id=CLOCK, received=Instant(at), reading_id=made))

    def belief(self) -> Belief:
        return from_log(tuple(self._states), lambda place: self.entries[place])

    def _enter(self, place: PlaceId, body: Reading | DescribePost) -> None:
        ref = self._keep(place, body)
        for fact in step(self._states[place], ref, body):
            self._states[place] = held.apply(self._states[place], self._keep(place, fact), fact)

    def _keep(self, place: PlaceId, body: Body) -> EntryRef:
        self._seq[place] += 1
        ref = entry_ref(self._seq[place], 0)
        self.entries[place].append((ref, body))
        return ref

    def facts(self, place: PlaceId) -> list[Fact]:
        return [body for _, body in self.entries[place] if hasattr(body, "because")]  # type: ignore[misc]


class NoPictures:
    """Draws nothing, quickly."""

    def shots(self, _met: Sight, _at: Instant) -> tuple[tuple[()], None]:
        return (), None


def frame_of(message: Message) -> Frame:
    """What the house gets of a camera's message: a post, or an answer with one event in it."""
    content = message.content
    return Frame(blob=pulled([message]) if content.media == SOAP else content.body, content_type=content.media)


class DryRun:
    """Lets a world pass in no time: every message goes through its codec at the moment it would have arrived."""

    def __init__(self, posts: Sequence[Post], script: Script) -> None:
        self.house = House(posts)
        self.truth = Truth(tuple(post.id for post in posts), script.seed)
        self.truth.began = T0
        self._script = script
        self._posts = posts
        self._devices = {device.id: device for post in posts for device in post.devices}
        self._mishaps: Mishaps | Scene = Mishaps(script.faults, script.seed, script.seconds)
        self._eyes = {
            device.id: Eye(device, NoPictures()) for device in self._devices.values() if device.driver in CAMERAS
        }
        self._stations = {
            device.id: MAKES[device.driver](device, Target(host="127.0.0.1", port=1), lambda: T0)
            for device in self._devices.values()
            if device.driver in MAKES
        }
        self._order = itertools.count()
        self._due: list[tuple[int, int, PlaceId, Reading]] = []
        self._decoders = {
            device.id: drivers()[device.driver].codec.decoder(device.options)
            for device in self._devices.values()
            if device.driver not in CAMERAS
        }

    def perform(self, scene: Scene) -> tuple[Truth, Belief]:
        self._mishaps = scene
        return self.play(iter(scene.journeys), scene.lasts_ms)

    def run(self) -> tuple[Truth, Belief]:
        end = int((self._script.seconds or 60) * 1000)
        given = self._script
        season = Season(seed=given.seed, rate=given.rate, began=T0, pace=given.pace, burst=given.burst, even=given.even)
        world = World(self._posts, season)
        return self.play(itertools.takewhile(lambda journey: journey.starts_ms < end, world.journeys()), end)

    def play(self, journeys: Iterator[Journey], end: int) -> tuple[Truth, Belief]:
        tellings: list[tuple[int, int, Telling]] = []
        for journey in journeys:
            self.truth.witness(journey)
            for met in journey.happenings:
                if met.at_ms <= end:
                    telling = self._mishaps.telling(met)
                    heapq.heappush(tellings, (telling.send_ms, next(self._order), telling))
        while tellings:
            self._tell(heapq.heappop(tellings)[2])
        self._pass_all()
        return self.truth, self.house.belief()

    def _tell(self, telling: Telling) -> None:
        told = self.truth.telling(Told(telling=telling, seen_at=Instant(T0 + telling.met.at_ms)))
        if telling.silent:
            return
        told.sent_at = Instant(T0 + telling.send_ms)
        told.lost = "cut" if telling.cut else None
        device = self._devices[telling.met.device]
        for received, out in self._said(device, told):
            for one in out.told:
                reading = one.stamped(device.id, None, None)
                heapq.heappush(self._due, (received, next(self._order), telling.met.place, reading))
        if told.lost is None:
            told.taken_at = Instant(T0 + telling.send_ms + 1)

    def _said(self, device: Device, told: Told) -> Iterator[tuple[int, Out]]:
        met = told.telling.met
        sent = T0 + told.telling.send_ms
        if isinstance(met, Sight):
            yield from self._seen(device, told, sent)
            return
        if device.id in self._stations:
            yield from self._posted(device, told, sent)
        elif isinstance(met, Show):
            yield from self._typed(device, told, sent)
        elif device.driver == yantar.DRIVER:
            yield from self._polled(device, told, sent)
        else:
            yield from self._streamed(device, told, sent)

    def _streamed(self, device: Device, told: Told, sent: int) -> Iterator[tuple[int, Out]]:
        met = told.telling.met
        kind = Scale if isinstance(met, Weigh) else Portal
        each_ms = 100 if isinstance(met, Weigh) else 200
        decoder = self._decoders[device.id]
        stream = kind(device, lambda: T0)
        lines = list(stream.script(told.telling))
        if told.telling.cut:
            lines = lines[: 2 if isinstance(met, Weigh) else -2]
        framer = drivers()[device.driver].codec.framer(device.options)
        if isinstance(stream, Portal):  # what it counts while nobody is there, it has said before anybody comes
            for frame in framer.feed(stream.idle()):
                yield sent, decoder.read(frame, Instant(sent))
        for n, line in enumerate(lines):
            at = sent + n * each_ms
            for frame in framer.feed(line):
                yield at, decoder.read(frame, Instant(at))
        if told.telling.cut:
            yield sent + len(lines) * each_ms, decoder.lost(Instant(sent + len(lines) * each_ms))

    def _seen(self, device: Device, told: Told, sent: int) -> Iterator[tuple[int, Out]]:
        decoder = drivers()[device.driver].codec.decoder({})
        messages = self._eyes[device.id].messages(told, Instant(T0 + told.telling.met.at_ms))
        for at, message in enumerate(messages):
            capture, again = divmod(at, told.telling.times)
            received = sent + 40 + capture * REPEAT_MS + again * 900
            yield received, decoder.read(frame_of(message), Instant(received))

    def _posted(self, device: Device, told: Told, sent: int) -> Iterator[tuple[int, Out]]:
        if not told.telling.cut:
            content = self._stations[device.id].content(told, Instant(T0 + told.telling.met.at_ms))
            frame = Frame(blob=content.body, content_type=content.media)
            yield sent + 40, self._decoders[device.id].read(frame, Instant(sent + 40))

    def _typed(self, device: Device, told: Told, sent: int) -> Iterator[tuple[int, Out]]:
        """Read what a reader types; a broken link gives what it left of a text, and a new conversation begins."""
        decoder = self._decoders[device.id]
        framer = drivers()[device.driver].codec.framer(device.options)
        stream = Reader(device, lambda: T0)
        pieces = list(stream.script(told.telling))
        pieces = pieces[: -stream.cut_at(len(pieces))] if told.telling.cut else pieces
        for n, piece in enumerate(pieces):
            at = sent + n * 100
            for frame in framer.feed(piece):
                yield at, decoder.read(frame, Instant(at))
        if told.telling.cut:
            gone = Instant(sent + len(pieces) * 100)
            for frame in framer.end():
                yield gone, decoder.read(frame, gone)
            yield gone, decoder.lost(gone)

    def _polled(self, device: Device, told: Told, sent: int) -> Iterator[tuple[int, Out]]:
        """Read a portal's registers every 200 ms, and for a while after the object has left."""
        decoder = self._decoders[device.id]
        stream = Yantar(device, lambda: T0)
        lines = list(stream.script(told.telling))
        lines = lines[: -stream.cut_at(len(lines))] if told.telling.cut else [*lines, *[stream.idle()] * 6]
        for n, line in enumerate(lines):
            at = sent + n * 200
            frame = Frame(blob=line, path=f"{UNIT}/3/{yantar.BASE}")
            yield at, decoder.read(frame, Instant(at))
        if told.telling.cut:
            yield sent + len(lines) * 200, decoder.lost(Instant(sent + len(lines) * 200))

    def _pass_all(self) -> None:
        ticked = T0
        while self._due:
            at, _, place, reading = heapq.heappop(self._due)
            while ticked + TICK_MS <= at:
                ticked = Instant(ticked + TICK_MS)
                self.house.tick(ticked)
            self.house.hear(place, changed(reading, received=Instant(at)))
        self.house.tick(ticked + TICK_MS)
