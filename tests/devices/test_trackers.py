"""Seven trackers' protocols over real sockets: names in band, answers after the log has it, resends, strangers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import httpx
import pytest
from msgspec import Struct

from beket.devices.arnavi import codec as arnavi
from beket.devices.galileosky import codec as galileosky
from beket.devices.gt06 import codec as gt06
from beket.devices.h02 import codec as h02
from beket.devices.jt808 import codec as jt808
from beket.devices.kit import backoff
from beket.devices.kit.driver import NOBODY, UNNAMED
from beket.devices.navtelecom import codec as navtelecom
from beket.devices.osmand import codec as osmand
from beket.words.ids import Instant
from beket.words.readings import Position
from beket.words.site import Device
from tests.devices.sockets import MemorySink, clock, device, opened, until

HERE = ("127.0.0.1",)
IMEI, UNKNOWN = "861230045678901", "861230045678902"
PHONE, NO_PHONE = "099612345678", "099600000000"
NOON = Instant(clock() // 1000 * 1000 - 60_000)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for less than a device in the field would."""
    monkeypatch.setattr(backoff, "FIRST_S", 0.02)
    monkeypatch.setattr(backoff, "LONGEST_S", 0.05)


def place(second: int = 0) -> Position:
    return Position(
        device_id=NOBODY, reading_id=UNNAMED, received=NOON, time=Instant(NOON + second * 1000), latitude=42.5,
        longitude=74.25, speed_kmh=36.0, course_deg=90.0, satellites=9, sequence=1,
    )  # fmt: skip


class Talk(Struct):
    """How a tracker of one make speaks: its login with the answer, a report with the answer."""

    login: Callable[[str], bytes]
    welcome: int
    report: Callable[[str], bytes]
    answer: Callable[[bytes], bytes]
    name: str = IMEI
    stranger: str = UNKNOWN


def navtelecom_login(name: str) -> bytes:
    return navtelecom.encode_handshake(name) + navtelecom.encode_flex()


TALKS = {
    "gt06": Talk(
        gt06.encode_login, 10,
        lambda _: gt06.encode_location(place(), 5), lambda _: gt06.encode_answer(0x22, 5),
    ),
    "galileosky": Talk(
        lambda name: galileosky.encode_packet([], name), 3,
        lambda _: galileosky.encode_packet([place()]), lambda sent: b"\x02" + sent[-2:],
    ),
    "arnavi": Talk(
        arnavi.encode_header, 4,
        lambda _: arnavi.encode_package([place()], 3), lambda _: bytes.fromhex("7b00037d"),
    ),
    "navtelecom": Talk(
        navtelecom_login, 19 + 25,
        lambda _: navtelecom.encode_array([place()]), lambda _: navtelecom.encode_flex_answer(b"~A", b"\x01"),
    ),
    "jt808": Talk(
        jt808.encode_register, 30,
        lambda name: jt808.encode_location(place(), name, 9),
        lambda _: jt808.encode_answer(PHONE, 1, 9, 0x0200), PHONE, NO_PHONE,
    ),
    "h02": Talk(
        lambda name: f"*HQ,{name},HTBT,80#".encode(), 25,
        lambda name: h02.encode_text(place(), name, "V1"), lambda _: b"",
    ),
}  # fmt: skip


def tracker(driver: str, **given: Any) -> Device:  # noqa: ANN401
    given = {"host": "127.0.0.1", "port": 0, "allow": HERE, "declared_id": TALKS[driver].name} | given
    return device("one", driver, **given)


def run(scene: Coroutine[Any, Any, None]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(20):
            await scene

    asyncio.run(bounded())


def positions(sink: MemorySink) -> list[Position]:
    return [said for said in sink.said(Position) if isinstance(said, Position)]


@pytest.mark.parametrize("driver", TALKS)
def test_a_tracker_logs_in_and_is_answered_when_its_words_are_kept(driver: str) -> None:
    talk = TALKS[driver]

    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, tracker(driver)) as field:
            reader, writer = await asyncio.open_connection("127.0.0.1", field.tcp_ports["one"])
            writer.write(talk.login(talk.name))
            await reader.readexactly(talk.welcome)
            sent = talk.report(talk.name)
            answer = talk.answer(sent)
            sink.trouble = True
            writer.write(sent)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await reader.readexactly(1)
            assert positions(sink) == []
            sink.trouble = False
            got = await reader.readexactly(len(answer) or 36)
            assert got == answer or not answer
            assert [(one.device_id, one.time, one.latitude) for one in positions(sink)] == [("one", NOON, 42.5)]
            writer.close()
            await until(lambda: not field.state().devices[0].connected)

    run(scene())


@pytest.mark.parametrize("driver", TALKS)
def test_what_is_sent_again_on_another_connection_is_the_same_reading(driver: str) -> None:
    talk = TALKS[driver]

    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, tracker(driver)) as field:
            for times in (1, 2):
                _, writer = await asyncio.open_connection("127.0.0.1", field.tcp_ports["one"])
                for byte in talk.login(talk.name) + talk.report(talk.name):
                    writer.write(bytes((byte,)))
                await until(lambda times=times: len(positions(sink)) == times)  # type: ignore[misc]
                writer.close()
            assert len({said.reading_id for said in positions(sink)}) == 1

    run(scene())


@pytest.mark.parametrize("driver", TALKS)
def test_a_stranger_is_put_aside_and_let_go(driver: str) -> None:
    talk = TALKS[driver]

    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, tracker(driver)) as field:
            reader, writer = await asyncio.open_connection("127.0.0.1", field.tcp_ports["one"])
            writer.write(talk.login(talk.stranger) + talk.report(talk.stranger))
            said = await reader.read()
            assert positions(sink) == []
            assert [(one.declared_id, one.reason.partition(":")[0]) for one in sink.refused] == [
                (talk.stranger, "unknown")
            ]
            if driver == "jt808":
                assert jt808.acknowledged([said])["results"] == [4], "not in the register"
            else:
                assert said == b"", "the protocol has no word for it"
            writer.close()

    run(scene())


@pytest.mark.parametrize("driver", ["gt06", "galileosky", "arnavi"])
def test_words_before_a_login_are_not_believed(driver: str) -> None:
    talk = TALKS[driver]

    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, tracker(driver)) as field:
            reader, writer = await asyncio.open_connection("127.0.0.1", field.tcp_ports["one"])
            writer.write(talk.report(talk.name))
            assert await reader.read() == b""
            assert positions(sink) == []
            writer.close()

    run(scene())


class Datagrams(asyncio.DatagramProtocol):
    """What comes back to a device that sends datagrams."""

    def __init__(self) -> None:
        self.answers: list[bytes] = []

    def datagram_received(self, data: bytes, _addr: tuple[str, int]) -> None:
        self.answers.append(data)


@pytest.mark.parametrize("driver", ["jt808", "h02"])
def test_datagrams_name_their_tracker(driver: str) -> None:
    talk = TALKS[driver]

    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, tracker(driver, transport="udp")) as field:
            back = Datagrams()
            there = ("127.0.0.1", field.udp_ports["one"])
            transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: back, remote_addr=there)
            transport.sendto(talk.report(talk.name))
            await until(lambda: len(back.answers) == 1)
            transport.sendto(talk.report(talk.stranger))
            await until(lambda: len(sink.refused) == 1)
            assert [one.device_id for one in positions(sink)] == ["one"]
            assert sink.refused[0].declared_id == talk.stranger
            transport.close()

    run(scene())


def test_phones_share_an_address_and_are_told_apart_by_their_ids() -> None:
    async def scene() -> None:
        sink = MemorySink()
        phones = [device(name, "osmand", allow=HERE, declared_id=f"escort-{name}") for name in ("a", "b")]
        async with opened(sink, *phones) as field, httpx.AsyncClient(trust_env=False) as client:
            at = f"http://127.0.0.1:{field.http_port}/"
            asked = await client.get(f"{at}?{osmand.encode_query(place(), 'escort-b')}")
            posted = await client.post(at, content=osmand.encode_json(place(5), "escort-a"))
            stranger = await client.get(f"{at}?{osmand.encode_query(place(), 'escort-c')}")
            nameless = await client.get(f"{at}?lat=1&lon=2")
            assert [one.status_code for one in (asked, posted, stranger)] == [200, 200, 403]
            assert nameless.status_code in (400, 403)
            assert [one.device_id for one in positions(sink)] == ["b", "a"]
            sink.trouble = True
            late = await client.get(f"{at}?{osmand.encode_query(place(9), 'escort-b')}")
            assert late.status_code == 503, "the app keeps it and comes again"

    run(scene())
