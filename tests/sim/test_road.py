"""On the road: everybody reports over a real socket in its own protocol, and what was answered is in the log once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, cast

import pytest
from msgspec import structs

from beket.devices.kit.driver import NOBODY, UNNAMED
from beket.sim.country import demo_posts
from beket.sim.faults import FaultKind
from beket.sim.rehearsal import now
from beket.sim.road import convoy as convoys
from beket.sim.road import speaker
from beket.sim.road.convoy import Conditions, Convoy
from beket.sim.road.layout import on_the_road, passed_on, with_road
from beket.sim.road.ledger import Ledger, Report
from beket.sim.road.reckoning import Reckoning, reckon
from beket.sim.road.routes import distance_km
from beket.sim.road.tongues import TONGUES
from beket.sim.road.travellers import Traveller, Word
from beket.words.ids import DeviceId, Instant
from beket.words.readings import Position, SealSignal, SealStatus
from beket.words.site import Device
from tests.devices.sockets import MemorySink, opened, until
from tests.sim.road import register

HOUR_MS = 3_600_000
NOON_MS = 1_795_240_800_000


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dial again sooner than a device in the field, and hold reports back for less long."""
    monkeypatch.setattr(speaker, "WAIT_S", (0.05, 0.2))
    monkeypatch.setattr(speaker, "LATE_MS", 1500)
    monkeypatch.setattr(convoys, "HELD_BACK_MS", (1000, 2500))


def run(scene: Coroutine[Any, Any, None]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(30):
            await scene

    asyncio.run(bounded())


class Road:
    """Everybody on the road against a field in memory."""

    def __init__(self, devices: Sequence[Device], conditions: Conditions) -> None:
        self.devices = list(devices)
        self.sink = MemorySink()
        self.ledger = Ledger()
        self._conditions = conditions

    async def drive(self, seconds: float, meanwhile: Callable[[MemorySink, float], None] | None = None) -> Reckoning:
        """Let them report for so long and say what is left; gives what the judge finds."""
        async with opened(self.sink, *self.devices) as field:
            ports = {**field.tcp_ports, **field.udp_ports}
            rows = [structs.replace(row, port=ports.get(str(row.id))) for row in self.devices]
            convoy = Convoy(rows, ("127.0.0.1", field.http_port), self._conditions, now, self.ledger)
            convoy.set_out()
            began = asyncio.get_running_loop().time()
            while (passed := asyncio.get_running_loop().time() - began) < seconds:
                if meanwhile is not None:
                    meanwhile(self.sink, passed)
                convoy.tick()
                await asyncio.sleep(0.05)
            convoy.arrive()
            await until(lambda: not convoy.busy, 15.0)
            await asyncio.sleep(0.2)
            await convoy.close()
        heard = self.sink.said(Position) + self.sink.said(SealStatus) + self.sink.said(SealSignal)
        once = {said.reading_id: said for said in heard}  # the log keeps a reading once
        return reckon(self.ledger, cast("list[Word]", list(once.values())))


def test_everybody_on_the_road_is_heard_once_in_its_own_protocol() -> None:
    async def scene() -> None:
        road = Road(register(), Conditions(period_s=2))
        found = await road.drive(5.0)
        assert {(row.driver, row.transport) for row in road.devices} == set(TONGUES)
        assert found.right, found
        assert (found.devices, found.unsent, found.unconfirmed) == (24, 0, 0)
        assert found.read == found.told >= 48
        assert road.sink.refused == []

    run(scene())


@pytest.mark.parametrize("fault", ["drop", "resend", "cut", "reorder", "clock", "buffered"])
def test_with_a_mishap_still_nothing_that_was_answered_is_lost_or_doubled(
    fault: FaultKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(convoys, "OFTENER", 100)  # it meets everybody, and every report where it is one of a report

    async def scene() -> None:
        road = Road(register(), Conditions(seed=2, faults=frozenset({fault}), seconds=12, period_s=1))
        found = await road.drive(11.0 if fault == "buffered" else 5.0)
        assert found.right, found
        assert (found.unsent, found.unconfirmed) == (0, 0)
        met = {report.device for report in road.ledger.reports() if fault in report.faults}
        spared = {row.id for row in road.devices if passed_on(row)} if fault == "buffered" else set()
        assert met | spared == {row.id for row in road.devices}
        assert found.read == found.told
        assert found.late or fault != "buffered"

    run(scene())


def test_while_the_log_cannot_be_written_nobody_is_answered_and_all_is_said_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(speaker, "ANSWER_S_MAX", 0.5)

    async def scene() -> None:
        road = Road(register(19), Conditions(period_s=1))

        def trouble(sink: MemorySink, passed: float) -> None:
            sink.trouble = 1.0 < passed < 3.0

        found = await road.drive(5.0, trouble)
        assert found.right, found
        assert found.read == found.told
        assert (found.unsent, found.unconfirmed) == (0, 0)

    run(scene())


def test_the_register_names_each_of_them_once_and_leaves_the_posts_as_they_are() -> None:
    bare = demo_posts(3)
    grown = with_road(bare, 24, 4001)
    assert [post.devices[: len(before.devices)] for before, post in zip(bare, grown, strict=True)] == [
        before.devices for before in bare
    ]
    own = [device for post in grown for device in post.devices if on_the_road(device)]
    assert len(own) == len({device.id for device in own}) == len({device.declared_id for device in own}) == 24
    assert {device.port for device in own} == {4001, None}
    assert with_road(bare, 0, 4001) == bare


def seal(driver: str) -> Traveller:
    return Traveller(next(row for row in register() if row.driver == driver), 1)


def hours(driver: str, count: int) -> list[Word]:
    """What a seal says in so many hours, every twenty seconds."""
    traveller = seal(driver)
    return [word for at in range(0, count * HOUR_MS, 20_000) for word in traveller.words(Instant(NOON_MS + at))]


def test_a_lock_is_opened_where_its_road_ends_and_its_rope_is_cut_now_and_then() -> None:
    said = hours("jointech_jt701", 48)
    statuses = [word for word in said if isinstance(word, SealStatus)]
    assert {status.locked for status in statuses} == {True, False}
    assert any("rope_cut" in status.alarms and not status.rope_inserted for status in statuses)
    assert sum("rope_cut" in status.alarms for status in statuses) < len(statuses) / 100
    assert {"low_battery" in status.alarms for status in statuses} == {True, False}
    assert any(isinstance(word, SealSignal) for word in said)


def test_a_text_seal_says_that_it_was_locked_only_when_it_was() -> None:
    statuses = [word for word in hours("eseal", 48) if isinstance(word, SealStatus)]
    assert {status.locked for status in statuses} == {None, True, False}
    assert sum(status.locked is not None for status in statuses) < len(statuses) / 20


def test_a_lorry_is_never_faster_than_a_lorry_and_its_mileage_never_falls() -> None:
    for row in register(19):
        traveller = Traveller(row, 3)
        last = None
        for at in range(0, 40 * HOUR_MS, 60_000):
            word = traveller.words(Instant(NOON_MS + at))[-1]
            place = (word.latitude or 0.0, word.longitude or 0.0)
            assert 39 < place[0] < 44
            if last is not None:
                assert distance_km(last, place) <= 75 / 60
            last = place


def report(at: int, **given: Any) -> Report:  # noqa: ANN401
    said = Position(
        device_id=NOBODY, reading_id=UNNAMED, received=Instant(at), time=Instant(at), latitude=42.0, longitude=74.0
    )
    return Report(device=DeviceId("one"), name="1", said=said, at=Instant(at), **given)


def reading(of: Report, **given: Any) -> Word:  # noqa: ANN401
    return structs.replace(of.said, device_id=of.device, **given)


def test_the_judge_of_the_road_can_fail() -> None:
    taken = {"sent_at": Instant(1), "taken_at": Instant(2)}
    every = [report(at, **taken) for at in range(1000, 6000, 1000)]
    dropped, unheard = report(6000, faults=("drop",)), report(7000, sent_at=Instant(1))
    ledger = Ledger()
    for one in (*every, dropped, unheard):
        ledger.write(one)
    well = [reading(one) for one in every]
    assert reckon(ledger, well) == Reckoning(devices=1, told=6, read=5, dropped=1, unconfirmed=1, faults={"drop": 1})
    assert (reckon(ledger, well[1:]).lost, reckon(ledger, [*well, well[0]]).doubled) == (1, 1)
    assert reckon(ledger, [*well[1:], reading(every[0], latitude=42.1)]).altered == 1
    assert reckon(ledger, [*well, reading(dropped)]).phantom == 1
    assert reckon(ledger, [*well, reading(report(9000))]).phantom == 1
    assert reckon(ledger, [*well, reading(unheard)]).right
    assert not reckon(ledger, well[1:]).right
