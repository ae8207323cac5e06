"""Cameras with a pull point over real sockets: the house's own field keeps one and hears what is told of."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NoReturn

import httpx
import pytest
import uvloop
from msgspec import structs

from beket.devices.onvif.codec import EVENT_SERVICE
from beket.sim.happenings import Sight
from beket.sim.posting import KEPT_MAX
from beket.sim.pull_point import ENDED, EVENTS_MAX, LASTS_S, LINKS_MAX, NO_POINT, AskedCamera
from beket.sim.rehearsal import now
from beket.sim.truth import Told
from beket.words.ids import Instant
from beket.words.plates import plate_key
from beket.words.site import Device
from tests.devices.sockets import MemorySink, opened, until
from tests.sim.camera import MET, heard, row_of, told

CREATE = "<CreatePullPointSubscription/>"
PULL = "<tev:PullMessages><tev:Timeout>PT0S</tev:Timeout></tev:PullMessages>"
ROW = structs.replace(row_of("onvif"), transport="http-ask", host="127.0.0.1", port=0, options={"ask_every_s": 0.01})


class Unseen:
    """Draws for a camera that gives no pictures: nothing, ever."""

    def shots(self, met: Sight, _at: Instant) -> NoReturn:
        raise AssertionError(met)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at = now()

    def __call__(self) -> Instant:
        return self.at


@asynccontextmanager
async def standing(clock: Clock | None = None) -> AsyncIterator[tuple[AskedCamera, Device]]:
    """A camera that listens, and its row."""
    camera = AskedCamera(ROW, Unseen(), clock or now)
    try:
        yield camera, structs.replace(ROW, port=await camera.listen())
    finally:
        camera.close()


@asynccontextmanager
async def asking(row: Device) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"http://{row.host}:{row.port}", trust_env=False) as client:
        yield client


async def made(client: httpx.AsyncClient) -> str:
    """Make a pull point; gives its path."""
    answer = await client.post(EVENT_SERVICE, content=CREATE)
    return EVENT_SERVICE + answer.text.partition(EVENT_SERVICE)[2].partition("<")[0]


def test_the_house_keeps_a_pull_point_and_hears_each_event() -> None:
    async def scene() -> None:
        sink, one = MemorySink(), told(times=3, captures=2)
        async with standing() as (camera, row), opened(sink, row) as field:
            await until(lambda: camera.heard)
            camera.speak(one)
            await until(lambda: one.reached)
            assert field.state().devices[0].connected
            assert not camera.busy
        reads = heard(sink)
        assert (len(reads), len({read.reading_id for read in reads})) == (6, 2)
        assert {(plate_key(read.plate or ""), read.buffered) for read in reads} == {(MET.shown, False)}

    asyncio.run(scene())


def test_what_a_camera_kept_while_it_was_cut_off_comes_late_with_the_next_pull_point() -> None:
    async def scene() -> None:
        sink, before = MemorySink(), told()
        before.telling = structs.replace(before.telling, history=True)
        async with standing() as (camera, row), opened(sink, row) as field:
            await until(lambda: camera.heard)
            camera.speak(before)
            await until(lambda: before.reached)
            assert field.state().devices[0].last_problem == "device: wsrf-rw:ResourceUnknownFault"
        assert [read.buffered for read in heard(sink)] == [True]

    asyncio.run(scene())


def test_what_nobody_has_a_pull_point_for_is_lost_and_says_so() -> None:
    async def scene() -> Told:
        one = told()
        async with standing() as (camera, _):
            camera.speak(one)
        return one

    assert asyncio.run(scene()).lost == NO_POINT


def test_a_pull_point_ends_after_its_time_and_each_pull_renews_it() -> None:
    async def scene() -> None:
        clock, one = Clock(), told()
        async with standing(clock) as (camera, row), asking(row) as client:
            path = await made(client)
            for _ in range(3):
                clock.at = Instant(clock.at + 1000 * LASTS_S - 1)
                assert (await client.post(path, content=PULL)).status_code == 200
            camera.speak(one)
            clock.at = Instant(clock.at + 1000 * LASTS_S)
            answer = await client.post(path, content=PULL)
        assert (answer.status_code, "ResourceUnknownFault" in answer.text) == (400, True)
        assert one.lost == ENDED

    asyncio.run(scene())


def test_an_event_is_taken_when_the_camera_is_asked_again() -> None:
    async def scene() -> None:
        async with standing() as (camera, row), asking(row) as client:
            first, second = told(), told()
            path = await made(client)
            camera.speak(first)
            assert (await client.post(path, content=PULL)).text.count("<wsnt:NotificationMessage>") == 1
            assert (first.reached, camera.busy) == (False, True)
            camera.speak(second)
            assert (await client.post(path, content=PULL)).text.count("<wsnt:NotificationMessage>") == 1
            assert (first.reached, second.reached) == (True, False)
            assert await made(client) != path
            assert (second.lost, camera.busy) == (ENDED, False)

    asyncio.run(scene())


def test_an_answer_and_the_memory_of_a_pull_point_have_an_end() -> None:
    async def scene() -> None:
        async with standing() as (camera, row), asking(row) as client:
            path = await made(client)
            everything = [told() for _ in range(KEPT_MAX + 1)]
            for one in everything:
                camera.speak(one)
            answer = await client.post(path, content=PULL)
            assert answer.text.count("<wsnt:NotificationMessage>") == EVENTS_MAX
            few = PULL.replace("</tev:PullMessages>", "<tev:MessageLimit>2</tev:MessageLimit></tev:PullMessages>")
            assert (await client.post(path, content=few)).text.count("<wsnt:NotificationMessage>") == 2
        assert [one.lost for one in everything].count("the device's memory was full") == 1
        assert everything[0].lost == "the device's memory was full"

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("path", "question", "why"),
    [
        (EVENT_SERVICE, PULL, "ResourceUnknownFault"),
        ("/onvif/event_service/pull/7", PULL, "ResourceUnknownFault"),
        ("/onvif/device_service", CREATE, "ActionNotSupported"),
        (EVENT_SERVICE, "<GetServices/>", "ActionNotSupported"),
    ],
)
def test_what_is_not_there_is_a_fault(path: str, question: str, why: str) -> None:
    async def scene() -> httpx.Response:
        async with standing() as (_, row), asking(row) as client:
            return await client.post(path, content=question)

    answer = asyncio.run(scene())
    assert (answer.status_code, why in answer.text) == (400, True)


def test_a_camera_that_is_closed_while_it_holds_an_answer_back_closes_in_silence() -> None:
    async def scene() -> list[str]:
        complaints: list[str] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, said: complaints.append(said["message"]))
        async with standing() as (camera, row), asking(row) as client:
            held = asyncio.create_task(client.post(await made(client), content=PULL.replace("PT0S", "PT60S")))
            await asyncio.sleep(0.1)
            camera.close()
            with pytest.raises(httpx.HTTPError):
                await held
        return complaints

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:  # as the processes of the house have it
        assert runner.run(scene()) == []


def test_who_speaks_no_http_and_who_is_one_too_many_is_hung_up_on() -> None:
    async def scene() -> None:
        async with standing() as (_, row):
            reader, writer = await asyncio.open_connection(row.host, row.port)
            writer.write(b"x\r\n\r\n")
            assert await reader.read() == b""
            writer.close()
            links = [await asyncio.open_connection(row.host, row.port) for _ in range(LINKS_MAX + 1)]
            assert await asyncio.wait_for(links[-1][0].read(), 5) == b""
            assert not any(reader.at_eof() for reader, _ in links[:-1])
            for _, link in links:
                link.close()

    asyncio.run(scene())
