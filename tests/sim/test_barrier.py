"""The barrier of the rehearsal: read by the house's own field, ordered by the house's own gate, over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from msgspec import structs

from beket.devices.writing.executor import Executor, Placed
from beket.devices.writing.gate import Ended, gate_of
from beket.devices.writing.interlock import Lane
from beket.sim import barrier
from beket.sim.barrier import MOVES_MS, PASSES_MS, VALUES, Barrier, Barriers, Cabinet
from beket.sim.country import BARRIER_AT, demo_posts
from beket.sim.happenings import Sight
from beket.sim.rehearsal import now
from beket.sim.scenes.lane import nose_to_tail
from beket.words.decisions import EquipmentOrder
from beket.words.ids import Instant
from beket.words.readings import Passage, Reading, SwitchState
from beket.words.site import Device
from tests.devices.sockets import MemorySink, device, opened, until
from tests.devices.writing.lane import GATE, NOW, PLACE, HouseSays, Log, order

ROW = device(GATE, barrier.DRIVER, transport="tcp-client", host="127.0.0.1", port=0, options={**barrier.OPTIONS})


@asynccontextmanager
async def standing() -> AsyncIterator[tuple[Barrier, Device]]:
    """A barrier that listens, and its row."""
    made = Barrier(ROW, now)
    try:
        yield made, structs.replace(ROW, port=await made.listen())
    finally:
        made.close()


def states(sink: MemorySink, what: str) -> list[str]:
    said: list[Reading] = sink.said(SwitchState)
    return [one.state for one in said if isinstance(one, SwitchState) and one.what == what]


async def ordered(row: Device, *whats: EquipmentOrder) -> list[Ended]:
    """Give orders one after another, as the house carries them out."""
    gate = gate_of(row)
    assert gate is not None
    run = Executor({GATE: gate}, HouseSays(Lane(blocked_by=(), occupied=False)), Log(), lambda: NOW)
    return [await run.carry_out(Placed(place=PLACE, ordered=order(what, f"d-{n}"))) for n, what in enumerate(whats)]


def test_it_opens_for_who_leaves_and_the_house_sees_it() -> None:
    async def scene() -> None:
        sink = MemorySink()
        async with standing() as (made, row), opened(sink, row):
            await until(lambda: states(sink, "barrier") == ["closed"] and states(sink, "light") == ["red"])
            made.comes()
            await until(lambda: states(sink, "barrier") == ["closed", "moving", "open"])
            await until(lambda: states(sink, "light") == ["red", "green"])
            await until(lambda: states(sink, "barrier")[3:] == ["moving", "closed"], 10.0)
        assert sink.said(Passage) == [], "it would be evidence of somebody passing"

    asyncio.run(scene())


def test_what_is_ordered_is_obeyed_while_the_house_reads_it() -> None:
    async def scene() -> None:
        sink = MemorySink()
        async with standing() as (_, row), opened(sink, row):
            await until(lambda: states(sink, "barrier") == ["closed"])
            ends = await ordered(row, "open_barrier", "light_red")
            await until(lambda: states(sink, "barrier") == ["closed", "moving", "open"])
            ends += await ordered(row, "close_barrier", "light_green", "unlock")
            assert [(end.result, end.why) for end in ends] == [("obeyed", None)] * 5
            await until(lambda: states(sink, "barrier") == ["closed", "moving", "open", "moving", "closed"])
            assert sink.refused == []

    asyncio.run(scene())


def test_it_is_not_closed_on_who_stands_under_it() -> None:
    async def scene() -> None:
        async with standing() as (made, row):
            made.comes()
            (end,) = await ordered(row, "close_barrier")
        assert end.result == "refused"
        assert (end.why or "").startswith("occupied")

    asyncio.run(scene())


def test_an_order_to_open_stands_until_one_to_close() -> None:
    cabinet = Cabinet()
    assert cabinet.inputs(0)[:3] == [False, True, False]
    cabinet.write(0, [True], 1_000)
    assert cabinet.inputs(1_000 + MOVES_MS)[:2] == [True, False]
    cabinet.comes(5_000)
    assert cabinet.inputs(5_000 + PASSES_MS * 10)[:3] == [True, False, False]
    cabinet.write(0, [False, True], 60_000)
    assert cabinet.inputs(60_000)[:2] == [False, False]
    assert cabinet.inputs(60_000 + MOVES_MS)[:2] == [False, True]
    assert cabinet.coils(60_000 + MOVES_MS) == [False, False, True, False] + [False] * 4


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        ("000100000006010200000008", "00010000000401020102"),  # inputs: closed
        ("000200000006010200010008", "000200000003018202"),  # beyond the last input
        ("000300000006010300000001", "000300000003018301"),  # registers: there are none
        ("000400000006010500ffff00", "000400000003018502"),  # a coil that is not there
        ("00050000000601050002ff00", "00050000000601050002ff00"),
        ("000600000008010f000000020102", "000600000006010f00000002"),
        ("000700000006090200000008", ""),  # another unit
        ("000800000003010700", "000800000003018701"),
        ("000900000003010500", "000900000003018501"),
    ],
)
def test_what_is_not_there_is_refused(request_: str, answer: str) -> None:
    assert Barrier(ROW, lambda: Instant(0)).asked(asyncio.Transport(), bytes.fromhex(request_)).hex() == answer


def test_the_country_has_one_and_it_opens_for_that_lane_only() -> None:
    place, lane = BARRIER_AT
    devices = [row for post in demo_posts() for row in post.devices]
    (row,) = [row for row in devices if row.driver == barrier.DRIVER]
    assert (row.id, row.zone) == (f"{place}/{lane}/barrier", "departure")
    instant = [Instant(0)]
    barriers = Barriers(devices, lambda: instant[0])
    (one,) = barriers._all
    post = next(post for post in demo_posts() if post.id == place)
    mets = [met for journey in nose_to_tail(post).journeys for met in journey.happenings if isinstance(met, Sight)]
    beside = [met for met in mets if met.device == f"{place}/{lane}/camera-exit"]
    for met in mets:
        if met not in beside:
            barriers.met(met)
    assert one.cabinet.inputs(0)[1]
    barriers.met(structs.replace(beside[0], receding=True))
    assert one.cabinet.inputs(0)[1]
    barriers.met(beside[0])
    assert one.cabinet.inputs(MOVES_MS)[:3] == [True, False, True]
    assert len(one.cabinet.inputs(0)) == VALUES
