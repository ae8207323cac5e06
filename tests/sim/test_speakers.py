"""Cameras, scales and portals one by one: what they say decodes to what happened, however the house behaves."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from msgspec import structs

from beket.devices.kit.registry import drivers
from beket.sim.cameras import Camera
from beket.sim.country import CAMERAS, demo_posts
from beket.sim.eye import UNSAID, Eye
from beket.sim.faults import Telling
from beket.sim.happenings import Met, Pass, Sight, Weigh
from beket.sim.makes import MAKES
from beket.sim.posting import KEPT_MAX, REFUSED_MAX, UNTAKEN, Target
from beket.sim.rehearsal import now
from beket.sim.scenes.lane import nose_to_tail
from beket.sim.streams import Portal, PortTaken, Scale, Streams, Yantar
from beket.sim.truth import Told
from beket.sim.voices import VOICES
from beket.words.ids import Instant
from beket.words.plates import plate_key
from beket.words.readings import PlateRead, Reading, RpmOccupancy, UnreadReason, Weighing
from beket.words.site import Device
from tests.sim.house import T0, NoPictures, frame_of

POST = demo_posts(1)[0]
METS: list[Met] = [met for journey in nose_to_tail(POST).journeys for met in journey.happenings]


def device_of(met: Met) -> Device:
    return next(device for device in POST.devices if device.id == met.device)


def told(met: Met) -> Told:
    return Told(telling=Telling(met=met, send_ms=met.at_ms))


def decoded(driver: str, lines: Sequence[bytes], every_ms: int) -> list[Reading]:
    codec = drivers()[driver].codec
    framer, decoder = codec.framer({}), codec.decoder({})
    readings: list[Reading] = []
    for n, line in enumerate(lines):
        for frame in framer.feed(line):
            out = decoder.read(frame, Instant(T0 + n * every_ms))
            assert out.problems == ()
            readings += [one.reading for one in out.told]
    return readings


SIGHTS = [met for met in METS if isinstance(met, Sight) and met.device == METS[0].device]
WEIGHS = [met for met in METS if isinstance(met, Weigh)]


@pytest.mark.parametrize("make", sorted(VOICES))
@pytest.mark.parametrize("met", WEIGHS)
def test_a_scale_of_any_make_says_one_weighing(met: Weigh, make: str) -> None:
    scale = Scale(structs.replace(device_of(met), driver=make), now)
    lines = [scale.idle(), scale.idle(), *scale.script(told(met).telling), scale.idle()]
    (weighing,) = [reading for reading in decoded(make, lines, 100) if isinstance(reading, Weighing)]
    assert (weighing.gross_kg, weighing.zero_kg) == (met.gross_kg, 0)


def test_a_scale_that_must_be_asked_is_silent_until_then() -> None:
    async def asked() -> tuple[bytes, bytes]:
        device = structs.replace(device_of(WEIGHS[0]), driver="mt_sics", host="127.0.0.1", port=0)
        scale = Scale(device, now)
        reader, writer = await asyncio.open_connection("127.0.0.1", await scale.listen())
        try:
            while not scale.heard:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            scale.rest()
            writer.write(b"TA\r\nSI")
            first = await asyncio.wait_for(reader.readline(), 5)
            writer.write(b"R\r\n")
            while not scale.listeners():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            scale.rest()
            return first, await asyncio.wait_for(reader.readline(), 5)
        finally:
            writer.close()
            scale.close()

    assert asyncio.run(asked()) == (b"TA A          0 kg\r\n", b"S S          0 kg\r\n")


@pytest.mark.parametrize(("gamma", "neutron"), [(False, False), (True, False), (False, True)])
def test_a_portal_says_one_occupancy(gamma: bool, neutron: bool) -> None:
    met = next(met for met in METS if isinstance(met, Pass))
    hot = Pass(**{name: getattr(met, name) for name in met.__struct_fields__} | {"gamma": gamma, "neutron": neutron})
    portal = Portal(device_of(met), now)
    lines = [portal.idle(), *portal.script(told(hot).telling), portal.idle()]
    passed = [reading for reading in decoded("rapiscan_tsa", lines, 200) if isinstance(reading, RpmOccupancy)]
    assert [(one.counter, one.gamma_alarm, one.neutron_alarm) for one in passed] == [(met.number, gamma, neutron)]


def polled(portal: Yantar, lines: Sequence[bytes]) -> list[Reading]:
    """Ask a portal as the house does, while its registers change every 200 ms."""
    codec = drivers()["aspect_modbus"].codec
    framer, decoder = codec.framer({}), codec.decoder({})
    readings: list[Reading] = []
    for at in range(0, len(lines) * 200, 100):
        portal._say(lines[at // 200])
        asked = decoder.ask(Instant(T0 + at))
        for frame in framer.feed(portal.asked(asyncio.Transport(), asked) if asked else b""):
            out = decoder.read(frame, Instant(T0 + at))
            assert out.problems == ()
            readings += [one.reading for one in out.told]
    return readings


@pytest.mark.parametrize(("gamma", "neutron"), [(False, False), (True, False), (False, True)])
def test_a_yantar_portal_is_asked_and_holds_one_object(gamma: bool, neutron: bool) -> None:
    met = next(met for met in METS if isinstance(met, Pass))
    hot = structs.replace(met, gamma=gamma, neutron=neutron, number=met.number + 3 * 65_536)
    portal = Yantar(device_of(met), now)
    lines = [*[portal.idle()] * 5, *portal.script(told(hot).telling), *[portal.idle()] * 10]
    (one,) = [reading for reading in polled(portal, lines) if isinstance(reading, RpmOccupancy)]
    assert (one.counter, one.gamma_alarm, one.neutron_alarm) == (met.number % 65_536, gamma, neutron)
    assert one.speed_kmh == pytest.approx(met.speed_kmh, abs=0.01)


LEFT_OUT: dict[str, dict[str, object]] = {
    "dahua_itsapi": {"country": None},
    "platerecognizer_stream": {"event_id": None, "direction": "unknown"},
    "rekor_scout": {"direction": "unknown"},
    "onvif": {"event_id": None, "direction": "unknown"},
}
"""What a make has no words for, and what the house reads in their place."""


@pytest.mark.parametrize("driver", CAMERAS)
@pytest.mark.parametrize("met", [met for met in METS if isinstance(met, Sight)][:4])
def test_a_camera_says_what_it_saw(met: Sight, driver: str) -> None:
    device = structs.replace(device_of(met), driver=driver, declared_id="02007F0A0101")
    (message,) = Eye(device, NoPictures()).messages(told(met), Instant(T0 + met.at_ms))
    out = drivers()[driver].codec.decoder({}).read(frame_of(message), T0)
    one = out.told[0]
    assert out.identities == () if MAKES[driver].transport == "http-ask" else device.declared_id in out.identities
    read = one.reading
    assert isinstance(read, PlateRead)
    direction = "receding" if met.view == "rear" else "approaching"
    wanted = {"country": met.country, "event_id": met.uuid, "direction": direction} | LEFT_OUT.get(driver, {})
    assert {name: getattr(read, name) for name in wanted} == wanted
    assert (plate_key(read.plate or ""), read.time) == (met.shown, T0 + met.at_ms)
    assert read.confidence == pytest.approx(met.confidence)


@pytest.mark.parametrize("driver", CAMERAS)
@pytest.mark.parametrize("why", ["no_plate", "unreadable"])
def test_a_camera_says_that_it_read_no_plate_or_is_known_to_have_been_silent(driver: str, why: UnreadReason) -> None:
    met = structs.replace(SIGHTS[0], shown=None, country=None, unread=why, confidence=0.0)
    one = told(met)
    messages = Eye(structs.replace(device_of(met), driver=driver), NoPictures()).messages(one, T0)
    decoder = drivers()[driver].codec.decoder({})
    reads = [entry.reading for message in messages for entry in decoder.read(frame_of(message), T0).told]
    assert [getattr(read, "plate", "") for read in reads] == [None] * MAKES[driver].tells_unread
    assert one.lost == (None if MAKES[driver].tells_unread else UNSAID)


async def posted(answers: list[int], mets: Sequence[Sight], *, seconds: float = 2.0) -> tuple[list[Told], Camera]:
    """Have one camera tell sightings to a server that gives these answers, then 200."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line[16:]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length: "))
        await reader.readexactly(length)
        status = answers.pop(0) if answers else 200
        writer.write(b"HTTP/1.1 %d X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" % status)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    target = Target(host="127.0.0.1", port=server.sockets[0].getsockname()[1])
    camera = Camera(device_of(mets[0]), target, NoPictures(), now)
    all_told = [told(met) for met in mets]
    for one in all_told:
        camera.speak(one)
    try:
        async with asyncio.timeout(seconds):
            while camera.busy:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
    finally:
        camera.close()
        server.close()
    return all_told, camera


def test_a_camera_opens_a_new_connection_when_the_old_one_is_closed() -> None:
    all_told, camera = asyncio.run(posted([], SIGHTS))
    assert all(one.reached for one in all_told)
    assert camera.posts == len(SIGHTS)


def test_a_camera_keeps_what_is_not_taken() -> None:
    all_told, _ = asyncio.run(posted([503], SIGHTS, seconds=5))
    assert all(one.reached for one in all_told)


def test_a_camera_gives_up_what_nobody_will_ever_take() -> None:
    (one, *others), _ = asyncio.run(posted([403] * REFUSED_MAX, SIGHTS, seconds=10))
    assert one.lost == "refused with 403"
    assert all(other.reached for other in others)


def test_a_camera_without_a_house_remembers_the_newest() -> None:
    async def alone() -> list[Told]:
        camera = Camera(device_of(SIGHTS[0]), Target(host="127.0.0.1", port=1), NoPictures(), now)
        all_told = [told(SIGHTS[0]) for _ in range(KEPT_MAX + 3)]
        for one in all_told:
            camera.speak(one)
        await asyncio.sleep(0.1)
        camera.close()
        return all_told

    all_told = asyncio.run(alone())
    assert [one.lost for one in all_told[:3]] == ["the device's memory was full"] * 3
    assert {one.lost for one in all_told[3:]} == {UNTAKEN}


def test_an_address_that_is_taken_is_named() -> None:
    async def twice() -> None:
        devices = demo_posts(1, port=4688, first_network=240)[0].devices
        first, second = Streams(devices, now), Streams(devices, now)
        await first.listen()
        try:
            with pytest.raises(PortTaken, match=r"127\.240"):
                await second.listen()
        finally:
            first.close()

    asyncio.run(twice())


def test_what_nobody_listens_to_is_lost_and_says_so() -> None:
    async def unheard() -> Told:
        devices = demo_posts(1, port=4689, first_network=241)[0].devices
        streams = Streams(devices, now)
        await streams.listen()
        weigh = next(met for met in METS if isinstance(met, Weigh))
        one = told(weigh)
        streams.speak(one)
        while streams.busy:
            streams.tick()
        streams.close()
        return one

    one = asyncio.run(unheard())
    assert (one.reached, one.lost) == (False, "nobody was connected")
