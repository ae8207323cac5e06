"""Devices of the rehearsal that are dialled: questions in pieces are answered, floods of them and of links are not."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from msgspec import structs

from beket.devices.kit.modbus import EXCEPTIONS, Ask, Heard, encode_ask, parse, registers
from beket.sim.dialled import LINKS_MAX, QUESTIONS_MAX
from beket.sim.modbus_unit import UNIT, answered
from beket.sim.rehearsal import now
from beket.sim.streams import Yantar
from tests.devices.sockets import device

ROW = device("portal", "aspect_modbus", transport="tcp-client", host="127.0.0.1", port=0)
DESCRIPTION = Ask(unit=UNIT, function=3, address=0, count=5)
ANSWER_BYTES = 7 + 2 + 2 * DESCRIPTION.count


def test_a_question_in_two_pieces_is_answered_and_of_a_flood_the_first() -> None:
    async def scene() -> None:
        portal = Yantar(ROW, now)
        reader, writer = await asyncio.open_connection("127.0.0.1", await portal.listen())
        try:
            question = encode_ask(DESCRIPTION, 1)
            writer.write(question[:7])
            await asyncio.sleep(0.05)
            writer.write(question[7:])
            assert (await asyncio.wait_for(reader.readexactly(ANSWER_BYTES), 5))[:2] == b"\0\1"
            writer.write(b"".join(encode_ask(DESCRIPTION, 2 + n) for n in range(QUESTIONS_MAX + 4)))
            first = await asyncio.wait_for(reader.readexactly(ANSWER_BYTES * QUESTIONS_MAX), 5)
            assert first[-ANSWER_BYTES:][:2] == bytes((0, 1 + QUESTIONS_MAX))
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(reader.read(1), 0.2)
        finally:
            writer.close()
            portal.close()

    asyncio.run(scene())


def test_it_serves_so_many_links_and_hangs_up_on_the_next() -> None:
    async def scene() -> None:
        portal = Yantar(ROW, now)
        port = await portal.listen()
        links = [await asyncio.open_connection("127.0.0.1", port) for _ in range(LINKS_MAX + 1)]
        try:
            with contextlib.suppress(ConnectionResetError):  # whether it reads the end or a reset is the kernel's
                assert await asyncio.wait_for(links[-1][0].read(1), 5) == b""
            links[0][1].write(encode_ask(DESCRIPTION, 1))
            await asyncio.wait_for(links[0][0].readexactly(ANSWER_BYTES), 5)
        finally:
            for _, writer in links:
                writer.close()
            portal.close()

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"address": 102, "count": 2}, (30, 40)),
        ({"address": 103, "count": 2}, "illegal data address"),
        ({"address": 99, "count": 1}, "illegal data address"),
        ({"function": 4}, "illegal function"),
    ],
)
def test_any_part_of_what_is_held_may_be_asked_for(change: dict[str, int], said: tuple[int, ...] | str) -> None:
    ask = structs.replace(Ask(unit=UNIT, function=3, address=100, count=1), **change)
    heard = parse(answered(encode_ask(ask, 9), {3: {0: (1,), 100: (10, 20, 30, 40)}}), "tcp")
    assert isinstance(heard, Heard)
    assert (heard.transaction, registers(heard.body) if heard.failed is None else EXCEPTIONS[heard.failed]) == (9, said)


def test_another_unit_is_silent() -> None:
    assert answered(encode_ask(structs.replace(DESCRIPTION, unit=UNIT + 1), 1), {3: {0: (1,) * 5}}) == b""
