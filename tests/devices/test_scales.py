"""Scales of every make on real sockets: dialled and dialling, broken off, flooded, silent, overloaded with garbage."""

from __future__ import annotations

import asyncio
from random import Random

import httpx
import msgspec
import pytest
from msgspec import structs

from beket.devices.kit import backoff
from beket.devices.kit import field as field_module
from beket.devices.kit.driver import Link
from beket.devices.kit.registry import drivers
from beket.devices.mt_sics import codec as mt_sics
from beket.devices.wim_json.codec import encode_post
from beket.sim import indicator
from beket.sim.voices import VOICES
from beket.words.readings import Weighing, WimPass
from beket.words.site import Device
from tests.devices.sockets import MemorySink, device, opened, server, silence_is_not_borne, until

HERE = ("127.0.0.1",)
MAKES = sorted(VOICES.keys() - {indicator.DRIVER})
"""Those that talk; one with registers only answers, and has its scenes with its driver."""
FLOOD = 512 * 1024
"""Bytes of garbage: some minutes of a serial line at its fastest."""


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for less than a device in the field would."""
    monkeypatch.setattr(backoff, "FIRST_S", 0.05)
    monkeypatch.setattr(backoff, "LONGEST_S", 0.1)


def lorry(make: str, kg: int = 16_440) -> list[bytes]:
    """What a scale says while one lorry drives on, stands and leaves."""
    voice = VOICES[make]
    return [voice.still(0)] * 2 + [voice.moving(9_000), *[voice.still(kg)] * 6, voice.moving(8_000), voice.still(0)]


def dialled(make: str, port: int, **given: object) -> Device:
    return device("scale", make, transport="tcp-client", host="127.0.0.1", port=port, **given)


def dialling(make: str) -> Device:
    return device("scale", make, transport="tcp-server", host="127.0.0.1", port=0, allow=HERE)


def gross(sink: MemorySink) -> list[float]:
    return [said.gross_kg for said in sink.said(Weighing) if isinstance(said, Weighing)]


@pytest.mark.parametrize("make", MAKES)
def test_a_scale_we_dial_says_one_weighing_and_is_dialled_again(make: str) -> None:
    async def scene() -> None:
        sink = MemorySink()

        async def drive_over(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            for frame in lorry(make):
                writer.write(frame[:7])
                await writer.drain()
                await asyncio.sleep(0.002)
                writer.write(frame[7:])

        async with server(drive_over) as port, opened(sink, dialled(make, port)) as field:
            await until(lambda: len(sink.said(Weighing)) >= 2)
            assert set(gross(sink)) == {16_440}
            assert field.state().devices[0].count.connects >= 2
            assert sink.refused == []
            assert len({said.reading_id for said in sink.said(Weighing)}) == len(sink.said(Weighing))

    asyncio.run(scene())


@pytest.mark.parametrize("make", MAKES)
def test_a_scale_that_dials_us_breaks_off_and_comes_back(make: str) -> None:
    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, dialling(make)) as field:
            _, first = await asyncio.open_connection("127.0.0.1", field.tcp_ports["scale"])
            first.write(b"".join(lorry(make)[:6]))
            await until(lambda: field.state().devices[0].count.messages > 0)
            first.close()
            await until(lambda: not field.state().devices[0].connected)
            _, second = await asyncio.open_connection("127.0.0.1", field.tcp_ports["scale"])
            second.write(b"".join(lorry(make, 9_340)))
            await until(lambda: len(sink.said(Weighing)) == 1)
            assert gross(sink) == [9_340], "half a plateau before the break is no weighing"
            second.close()

    asyncio.run(scene())


@pytest.mark.parametrize("make", MAKES)
def test_garbage_and_broken_frames_cost_only_themselves(make: str) -> None:
    async def scene() -> None:
        sink, chance = MemorySink(), Random(make)
        async with opened(sink, dialling(make)) as field:
            _, writer = await asyncio.open_connection("127.0.0.1", field.tcp_ports["scale"])
            writer.write(chance.randbytes(FLOOD))
            for frame in lorry(make):
                broken = bytearray(frame)
                broken[chance.randrange(len(frame))] = 0xFF
                writer.write(bytes(broken))
            writer.write(b"\r\n" + b"".join(lorry(make)))
            await until(lambda: len(sink.said(Weighing)) == 1, seconds=20)
            assert gross(sink) == [16_440]
            assert field.state().devices[0].count.refused > 0
            writer.close()

    asyncio.run(scene())


@pytest.mark.parametrize("make", MAKES)
def test_a_silent_link_is_made_anew(make: str, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = structs.replace(drivers()[make], links={"tcp-client": Link(silence_s_max=0.1)})
    monkeypatch.setattr(field_module, "find", {make: quick}.get)

    asyncio.run(silence_is_not_borne(lambda port: dialled(make, port)))


@pytest.mark.parametrize(("command", "net", "tare"), [("SI", 15_240, 1_200), ("SIR", 16_440, 0)])
def test_a_scale_of_mt_sics_is_asked_for_weight_and_tare(command: str, net: int, tare: int) -> None:
    async def scene() -> None:
        asked: list[bytes] = []

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while question := await reader.readline():
                asked.append(question)
                said = {b"TA\r\n": mt_sics.encode_tare(tare), b"SI\r\n": mt_sics.encode(net)}
                writer.write(said.get(question, mt_sics.encode(net) * 6))
                await writer.drain()

        sink = MemorySink()
        options = {"command": command, "ask_every_s": 0.01}
        async with server(answer) as port, opened(sink, dialled("mt_sics", port, options=options)):
            await until(lambda: len(sink.said(Weighing)) == 1)
        (one,) = sink.said(Weighing)
        assert isinstance(one, Weighing)
        assert (one.gross_kg, one.tare_kg, one.tare_assumed) == (16_440, tare, False)
        assert asked[:2] == [b"TA\r\n", mt_sics.encode_request(command)]

    asyncio.run(scene())


def test_axles_one_by_one_are_one_pass_when_the_scale_has_been_empty_for_long() -> None:
    async def scene() -> None:
        sink = MemorySink()
        options = {"axlewise": True, "axle_gap_ms": 300}
        axles = structs.replace(dialling("rice_lake"), options=options)
        async with opened(sink, axles) as field:
            _, writer = await asyncio.open_connection("127.0.0.1", field.tcp_ports["scale"])
            writer.write(b"".join(lorry("rice_lake", 6_200) + lorry("rice_lake", 9_100)))
            await until(lambda: len(sink.said(WimPass)) == 1)
            (one,) = sink.said(WimPass)
            assert isinstance(one, WimPass)
            assert ([axle.load_kg for axle in one.axles], one.gross_kg) == ([6_200, 9_100], 15_300)
            assert sink.said(Weighing) == []
            writer.close()

    asyncio.run(scene())


def test_a_station_in_the_road_posts_its_vehicles_and_a_resend_is_the_same_reading() -> None:
    async def scene() -> None:
        sink = MemorySink()
        vehicle = {
            "device_id": "W7",
            "vehicle_id": "a-1",
            "timestamp": "2026-10-05T08:21:07Z",
            "axles": [{"weight_kg": 900}] * 2,
        }
        async with (
            opened(sink, device("wim", "wim_json", allow=HERE)) as field,
            httpx.AsyncClient(trust_env=False) as client,
        ):
            address = f"http://127.0.0.1:{field.http_port}/wim"
            headers = {"content-type": "application/json"}
            answers = [await client.post(address, content=encode_post([vehicle]), headers=headers) for _ in range(2)]
            bad = await client.post(address, content=msgspec.json.encode({"axles": 7}), headers=headers)
        assert [answer.status_code for answer in answers] == [200, 200]
        assert bad.status_code >= 400 or len(sink.refused) == 1
        assert len({said.reading_id for said in sink.said(WimPass)}) == 1
        assert [said.gross_kg for said in sink.said(WimPass) if isinstance(said, WimPass)] == [1_800, 1_800]

    asyncio.run(scene())
