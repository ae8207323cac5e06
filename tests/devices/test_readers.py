"""Readers of documents, codes and container numbers on real sockets: dialled and dialling, torn, flooded, silent."""

from __future__ import annotations

import asyncio

import pytest
from msgspec import structs

from beket.devices.kit import backoff
from beket.devices.kit import field as field_module
from beket.devices.kit.driver import Link
from beket.devices.kit.registry import drivers
from beket.sim.happenings import Bearer, Show
from beket.sim.papers import typed
from beket.sim.voices import CODES, CONTAINERS, DOCUMENTS, READERS
from beket.words.ids import DeviceId, PlaceId
from beket.words.readings import CodeRead, ContainerRead, DocumentRead
from beket.words.site import Device
from tests.devices.sockets import MemorySink, device, opened, server, silence_is_not_borne, until

HERE = ("127.0.0.1",)
FLOOD = 512 * 1024
"""Bytes without the end of a line: some minutes of a serial line at its fastest."""

TEXTS = {
    DOCUMENTS: ("U10471100", "U20471100"),
    CODES: ("CMR-UT-0104711", "XU10471100"),
    CONTAINERS: ("CSQU3054383", "MSKU1047116"),
}
BROKEN = {DOCUMENTS: b"P<UTOVALDOR<<KESTRA\r\n", CODES: b"CMR\xff\xfe\r\n", CONTAINERS: b"CSQU305438\r\n"}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for less than a device in the field would."""
    monkeypatch.setattr(backoff, "FIRST_S", 0.05)
    monkeypatch.setattr(backoff, "LONGEST_S", 0.1)


def lines(make: str, text: str) -> bytes:
    """What a reader types of a text."""
    bearer = Bearer(surname="VALDOR", given_names="KESTRA", birth_date="1980-02-03", sex="F", expiry_date="2030-04-05")
    met = Show(
        at_ms=0, crossing="x", place=PlaceId("KG-TEST"), device=DeviceId("reader"), zone="control",
        text=text, bearer=bearer if make == DOCUMENTS else None,
    )  # fmt: skip
    return typed(make, met)


def dialled(make: str, port: int) -> Device:
    return device("reader", make, transport="tcp-client", host="127.0.0.1", port=port, options={"ends": True})


def dialling(make: str) -> Device:
    return device("reader", make, transport="tcp-server", host="127.0.0.1", port=0, allow=HERE, options={"ends": True})


def text_of(said: object) -> str | None:
    match said:
        case DocumentRead() | ContainerRead():
            return said.number if said.valid else None
        case CodeRead():
            return said.text
        case _:
            return None


def texts(sink: MemorySink) -> list[str]:
    return [text for entry in sink.entries if (text := text_of(entry.body)) is not None]


@pytest.mark.parametrize("make", READERS)
def test_a_reader_we_dial_is_heard_piece_by_piece_and_dialled_again(make: str) -> None:
    async def scene() -> None:
        sink = MemorySink()

        async def read(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            for text in TEXTS[make]:
                blob = lines(make, text)
                writer.write(blob[:9])
                await writer.drain()
                await asyncio.sleep(0.005)
                writer.write(blob[9:])

        async with server(read) as port, opened(sink, dialled(make, port)) as field:
            await until(lambda: len(texts(sink)) >= 4)
            assert texts(sink)[:4] == [*TEXTS[make], *TEXTS[make]]
            assert field.state().devices[0].count.connects >= 2
            assert sink.refused == []

    asyncio.run(scene())


@pytest.mark.parametrize("make", READERS)
def test_what_a_reader_that_dials_us_had_begun_when_it_broke_off_is_set_aside(make: str) -> None:
    async def scene() -> None:
        sink = MemorySink()
        first_text, second_text = TEXTS[make]
        async with opened(sink, dialling(make)) as field:
            _, first = await asyncio.open_connection("127.0.0.1", field.tcp_ports["reader"])
            first.write(lines(make, first_text)[:9])
            await first.drain()
            first.close()
            await until(lambda: len(sink.refused) > 0)
            assert not field.state().devices[0].connected
            _, second = await asyncio.open_connection("127.0.0.1", field.tcp_ports["reader"])
            second.write(lines(make, second_text))
            await until(lambda: texts(sink) == [second_text])
            assert field.state().devices[0].connected
            second.close()

    asyncio.run(scene())


@pytest.mark.parametrize("make", READERS)
def test_a_flood_without_an_end_and_a_broken_text_cost_only_themselves(make: str) -> None:
    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, dialling(make)) as field:
            _, writer = await asyncio.open_connection("127.0.0.1", field.tcp_ports["reader"])
            writer.write(b"x" * FLOOD + b"\r\n" + BROKEN[make] + lines(make, TEXTS[make][0]))
            await until(lambda: texts(sink) == [TEXTS[make][0]], seconds=20)
            assert field.state().devices[0].count.refused == 2
            assert max(len(refused.raw) for refused in sink.refused) < FLOOD / 10
            writer.close()

    asyncio.run(scene())


@pytest.mark.parametrize("make", READERS)
def test_a_silent_link_is_made_anew(make: str, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = structs.replace(drivers()[make], links={"tcp-client": Link(silence_s_max=0.1)})
    monkeypatch.setattr(field_module, "find", {make: quick}.get)

    asyncio.run(silence_is_not_borne(lambda port: dialled(make, port)))
