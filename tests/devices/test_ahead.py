"""What a stream says while the log is busy: it is stamped when it came, kept in order, and bounded."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from beket.devices.kit import backoff, links
from beket.devices.kit.ports import Kept, Picture
from beket.devices.yaohua_a9 import codec as scale
from beket.words.ids import PlaceId
from beket.words.readings import Weighing
from beket.words.site import Device
from beket.words.wire import Entry
from tests.devices.sockets import MemorySink, clock, device, opened, until

LORRY = [0, 320, 9000, *[16440] * 7, 8000, 0, 0]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff, "FIRST_S", 0.02)
    monkeypatch.setattr(backoff, "LONGEST_S", 0.05)


class Held(MemorySink):
    """A log that is busy until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.free = asyncio.Event()
        self.sizes: list[int] = []

    async def keep(self, place: PlaceId, entries: Sequence[Entry], pictures: Sequence[Picture] = ()) -> Kept:
        await self.free.wait()
        self.sizes.append(len(entries))
        return await super().keep(place, entries, pictures)


def dialling() -> Device:
    return device("scale", "yaohua_a9", transport="tcp-server", host="127.0.0.1", port=0, allow=("127.0.0.1",))


def lorry(kg: int) -> bytes:
    return b"".join(scale.encode_weight(kg if at == 16_440 else at) for at in LORRY)


def weighings(sink: MemorySink) -> list[Weighing]:
    return [said for said in sink.said(Weighing) if isinstance(said, Weighing)]


def test_a_busy_log_makes_no_weighing_late_and_takes_what_waited_at_once() -> None:
    async def scene() -> None:
        sink = Held()
        async with opened(sink, dialling()) as field:
            _, writer = await asyncio.open_connection("127.0.0.1", field.tcp_ports["scale"])
            spoken = []
            for number in range(4):
                spoken.append(clock())
                writer.write(lorry(10_000 + 1_000 * number))
                await asyncio.sleep(0.3)
            sink.free.set()
            await until(lambda: len(weighings(sink)) == 4)
            said = weighings(sink)
            assert [one.gross_kg for one in said] == [10_000, 11_000, 12_000, 13_000]
            assert all(0 <= one.received - at < 290 for one, at in zip(said, spoken, strict=True))
            assert sink.sizes[-1] >= 3, "what waited was kept together"
            writer.close()

    asyncio.run(scene())


def test_what_was_read_before_the_device_hung_up_is_kept() -> None:
    async def scene() -> None:
        sink = Held()
        async with opened(sink, dialling()) as field:
            _, writer = await asyncio.open_connection("127.0.0.1", field.tcp_ports["scale"])
            for kg in (10_000, 11_000, 12_000):
                writer.write(lorry(kg))
                await asyncio.sleep(0.02)
            writer.close()
            await asyncio.sleep(0.05)
            sink.free.set()
            await until(lambda: not field.state().devices[0].connected)
            await until(lambda: len(weighings(sink)) == 3)
            assert [one.gross_kg for one in weighings(sink)] == [10_000, 11_000, 12_000]

    asyncio.run(scene())


def test_who_dials_again_meanwhile_loses_nothing_of_what_was_read() -> None:
    async def scene() -> None:
        sink = Held()
        async with opened(sink, dialling()) as field:
            port = field.tcp_ports["scale"]
            _, first = await asyncio.open_connection("127.0.0.1", port)
            first.write(lorry(10_000) + lorry(11_000))
            await until(lambda: field.state().devices[0].count.messages >= 2 * len(LORRY))
            _, second = await asyncio.open_connection("127.0.0.1", port)
            await asyncio.sleep(0.05)
            second.write(lorry(12_000))
            sink.free.set()
            await until(lambda: len(weighings(sink)) == 3)
            assert [one.gross_kg for one in weighings(sink)] == [10_000, 11_000, 12_000]
            first.close()
            second.close()

    asyncio.run(scene())


def test_only_so_much_is_read_before_it_is_durable() -> None:
    async def scene() -> None:
        sink = MemorySink()
        sink.trouble = True
        async with opened(sink, dialling()) as field:
            _, writer = await asyncio.open_connection("127.0.0.1", field.tcp_ports["scale"])
            pour = asyncio.create_task(_pour(writer, 400))
            count = field.state().devices[0].count
            await until(lambda: count.bytes >= links.AHEAD_MAX // 4)
            await asyncio.sleep(0.3)
            stood = count.bytes
            await asyncio.sleep(0.3)
            assert count.bytes == stood <= links.AHEAD_MAX + links.BITE_MAX, "the socket is not read"
            sink.trouble = False
            await pour
            await until(lambda: len(weighings(sink)) == 4_000, seconds=20)
            assert [one.gross_kg for one in weighings(sink)] == [10_000 + number % 100 for number in range(4_000)]
            writer.close()

    asyncio.run(scene())


async def _pour(writer: asyncio.StreamWriter, rounds: int) -> None:
    for first in range(0, rounds * 10, 10):
        writer.write(b"".join(lorry(10_000 + number % 100) for number in range(first, first + 10)))
        await writer.drain()
