"""Orders carried out on a simulated lane: obeyed, refused, and every way in which a line or a device goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from beket.devices.writing import executor, talk
from beket.devices.writing.executor import Executor, Placed
from beket.devices.writing.gate import Ended, Gate
from beket.devices.writing.interlock import Lane
from beket.words.decisions import EquipmentOrder, OrderEquipment
from beket.words.ids import DeviceId, Instant, PlaceId
from beket.words.readings import SwitchResult
from tests.devices.registers import Registers, modbus_device
from tests.devices.writing.lane import GATE, NOW, PLACE, HouseSays, LaneBox, Log, gate_at, order, serving

FREE = Lane(blocked_by=(), occupied=False)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for less than somebody at a barrier would."""
    monkeypatch.setattr(talk, "ANSWER_S_MAX", 0.3)
    monkeypatch.setattr(executor, "BEGUN_S_MAX", 0.2)


def hands(gate: Gate, log: Log, lane: Lane | None = FREE) -> Executor:
    return Executor({GATE: gate}, HouseSays(lane), log, lambda: NOW)


def carried_out(box: LaneBox, ordered: OrderEquipment, lane: Lane | None = FREE) -> tuple[Ended, list[SwitchResult]]:
    """Carry out one order on a lane."""

    async def scene() -> tuple[Ended, list[SwitchResult]]:
        log = Log()
        async with serving(box) as device:
            ended = await hands(Gate(device), log, lane).carry_out(Placed(place=PLACE, ordered=ordered))
        return ended, log.said()

    return asyncio.run(scene())


def test_a_barrier_is_opened_read_back_and_seen_to_open() -> None:
    box = LaneBox()
    ended, said = carried_out(box, order())
    assert (ended.result, ended.why) == ("obeyed", None)
    assert box.is_open
    assert [one.result for one in said] == ["begun", "obeyed"]
    assert {one.order_id for one in said} == {"d-1"}
    assert said[-1].state["open_limit"] is True
    assert said[-1].raw_sha256 is not None, "the bytes that went to and fro are kept"


def test_it_is_closed_again_and_lamps_and_locks_obey() -> None:
    async def scene() -> None:
        box, log = LaneBox(), Log()
        async with serving(box) as device:
            run = hands(Gate(device), log)
            for name, what in enumerate(("open_barrier", "light_green", "close_barrier", "light_red", "unlock")):
                ended = await run.carry_out(Placed(place=PLACE, ordered=order(what, f"d-{name}")))  # type: ignore[arg-type]
                assert ended.result == "obeyed", (what, ended.why)
        assert box.inputs[:2] == [False, True]
        assert box.coils[2:5] == [True, False, False], "red, and the lock's button let go"
        assert (4, True) in box.writes

    asyncio.run(scene())


@pytest.mark.parametrize("under", [2, 3])
def test_a_barrier_never_closes_on_an_occupied_loop(under: int) -> None:
    box = LaneBox()
    box.inputs[0:2] = [True, False]
    box.inputs[under] = True
    ended, said = carried_out(box, order("close_barrier"))
    assert ended.result == "refused"
    assert (ended.why or "").startswith("occupied: ")
    assert box.writes == []
    assert [one.result for one in said] == ["refused"]


def test_a_barrier_that_falls_stops_when_somebody_comes_under_it() -> None:
    async def scene() -> None:
        box, log = LaneBox(moves_s=0.6), Log()
        box.inputs[0:2] = [True, False]
        async with serving(box) as device:
            closing = asyncio.create_task(
                hands(Gate(device), log).carry_out(Placed(place=PLACE, ordered=order("close_barrier")))
            )
            await asyncio.sleep(0.25)
            box.inputs[2] = True
            ended = await closing
            assert (ended.result, ended.why) == ("failed", "stopped, occupied: loop")
            assert box.coils[:2] == [True, False]
            await asyncio.sleep(0.7)
            assert box.is_open

    asyncio.run(scene())


@pytest.mark.parametrize("lane", [Lane(blocked_by=("radiation alarm 12.0",)), Lane(), None])
def test_a_blocked_lane_is_not_opened(lane: Lane | None) -> None:
    box = LaneBox()
    ended, said = carried_out(box, order(), lane)
    assert ended.result == "refused"
    assert box.writes == []
    assert not box.is_open
    assert [one.result for one in said] == ["refused"]


class AlarmComes(HouseSays):
    """A lane that is free when it is first asked about, and blocked from then on."""

    def lane_of(self, place: PlaceId, device: DeviceId) -> Lane | None:
        said = super().lane_of(place, device)
        self.lane = Lane(blocked_by=("radiation alarm 13.0",))
        return said


def test_an_alarm_that_comes_while_the_module_is_reached_still_counts() -> None:
    async def scene() -> None:
        box, log = LaneBox(), Log()
        async with serving(box) as device:
            run = Executor({GATE: Gate(device)}, AlarmComes(FREE), log, lambda: NOW)
            ended = await run.carry_out(Placed(place=PLACE, ordered=order()))
        assert (ended.result, ended.why) == ("refused", "lane_blocked: radiation alarm 13.0")
        assert box.writes == []

    asyncio.run(scene())


def test_who_may_not_order_is_refused_and_recorded() -> None:
    box = LaneBox()
    ended, said = carried_out(box, order(role="auditor"))
    assert (ended.result, ended.why) == ("refused", "not_allowed")
    assert box.writes == []
    assert said[0].why == "not_allowed"


def test_an_order_for_a_device_that_nothing_is_wired_to_is_refused() -> None:
    ended, said = carried_out(LaneBox(), order(device=DeviceId("KG-TEST/in-2/barrier")))
    assert (ended.result, ended.why) == ("refused", "not_wired")
    assert said[0].device_id == "KG-TEST/in-2/barrier"


def test_a_link_cut_between_write_and_read_back_is_seen_by_a_second_link_and_put_to_rest() -> None:
    box = LaneBox(fault="cut_after_write")
    ended, said = carried_out(box, order())
    assert ended.result == "unconfirmed"
    assert box.coils[:5] == [False, False, True, False, False], "nothing is driven any more, and the lamp is red"
    assert [one.result for one in said] == ["begun", "unconfirmed"]
    assert said[-1].state["open_limit"] is False


def test_a_light_whose_link_was_cut_and_that_obeyed_is_seen_to_have_obeyed() -> None:
    box = LaneBox(fault="cut_after_write")
    ended, _ = carried_out(box, order("light_red"))
    assert ended.result == "obeyed"
    assert "second link" in (ended.why or "")


def test_a_link_that_is_gone_for_good_leaves_it_unconfirmed() -> None:
    ended, said = carried_out(LaneBox(fault="cut_for_good"), order())
    assert ended.result == "unconfirmed"
    assert [one.result for one in said] == ["begun", "unconfirmed"]


@pytest.mark.parametrize(
    ("fault", "result", "why"),
    [
        ("wrong_echo", "failed", "its echo is not what was written"),
        ("forgets", "failed", "coil 0 reads off"),
        ("denies", "failed", "device failure"),
        ("mute", "unconfirmed", "no answer in time; then no answer in time"),
    ],
)
def test_a_module_that_goes_wrong_is_put_to_rest(fault: str, result: str, why: str) -> None:
    box = LaneBox(fault=fault)  # type: ignore[arg-type]
    ended, _ = carried_out(box, order())
    assert (ended.result, ended.why) == (result, why)
    assert not box.is_open
    assert box.coils[0] is False or fault == "mute"
    if fault in ("wrong_echo", "forgets"):
        assert (0, False) in box.writes


def test_a_barrier_that_does_not_move_is_put_to_rest() -> None:
    async def scene() -> None:
        box = LaneBox(fault="stuck")
        async with serving(box) as device:
            gate = Gate(device)
            doing = gate.wiring.find("open_barrier")
            assert doing is not None

            async def begin() -> None:
                return None

            ended = await gate.obey(replace(doing, within_ms=300), lambda _: None, begin)
        assert (ended.result, ended.why) == ("failed", "not seen to happen in time")
        assert box.coils[:2] == [False, False]

    asyncio.run(scene())


def test_a_module_that_is_not_there_is_a_failure_before_anything_was_begun() -> None:
    async def scene() -> None:
        box, log = LaneBox(), Log()
        async with serving(box) as device:
            pass
        ended = await hands(Gate(device), log).carry_out(Placed(place=PLACE, ordered=order()))
        assert ended.result == "failed"
        assert (ended.why or "").startswith("before it was begun")
        assert [one.result for one in log.said()] == ["failed"]

    asyncio.run(scene())


def test_nothing_is_written_while_the_log_cannot_take_that_it_is_begun() -> None:
    async def scene() -> None:
        box, log = LaneBox(), Log()
        log.trouble = True
        async with serving(box) as device:
            task = asyncio.create_task(hands(Gate(device), log).carry_out(Placed(place=PLACE, ordered=order())))
            await asyncio.sleep(0.4)
            assert not task.done(), "its end must be in the log"
            log.trouble = False
            ended = await task
        assert (ended.result, ended.why) == ("refused", "log_unavailable")
        assert box.writes == []

    asyncio.run(scene())


def test_an_order_that_a_stopped_node_had_begun_is_not_carried_out_again() -> None:
    async def scene() -> None:
        box, log = LaneBox(), Log()
        async with serving(box) as device:
            first = hands(Gate(device), log)
            assert await first._begun(Placed(place=PLACE, ordered=order())) is None
            ended = await hands(Gate(device), log).carry_out(Placed(place=PLACE, ordered=order()))
        assert (ended.result, ended.why) == ("unconfirmed", "interrupted: it was begun before")
        assert box.writes == []
        assert [one.result for one in log.said()] == ["begun", "unconfirmed"]

    asyncio.run(scene())


def left(box: LaneBox, what: EquipmentOrder, now: int = NOW, lane: Lane | None = FREE) -> Ended:
    """Give a new node an order that the one before it had begun."""

    async def scene() -> Ended:
        log = Log()
        async with serving(box) as device:
            run = Executor({GATE: Gate(device)}, HouseSays(lane), log, lambda: Instant(now))
            ended = await run.carry_out(Placed(place=PLACE, ordered=order(what), begun=True))
        assert [one.result for one in log.said()] == ["unconfirmed"]
        return ended

    return asyncio.run(scene())


def test_a_button_that_a_stopped_node_left_down_is_let_go() -> None:
    box = LaneBox()
    box.coils[4] = True
    ended = left(box, "unlock")
    assert ended.why == "interrupted: it was begun before; what it held down was let go"
    assert box.writes == [(4, False)], "and nothing else is written"
    assert ended.exchange, "the bytes that went to and fro are kept"


@pytest.mark.parametrize("what", ["open_barrier", "close_barrier", "light_green"])
def test_what_is_no_button_is_left_as_it_stands_and_looked_at(what: EquipmentOrder) -> None:
    box = LaneBox()
    box.coils[0] = True
    box.inputs[0:2] = [True, False]
    ended = left(box, what)
    assert ended.why == "interrupted: it was begun before"
    assert box.writes == []
    assert ended.state["open_limit"] is True


@pytest.mark.parametrize("lane", [None, Lane(blocked_by=("radiation alarm 1.0",))])
def test_what_was_begun_is_never_said_to_be_refused(lane: Lane | None) -> None:
    box = LaneBox()
    box.coils[4] = True
    ended = left(box, "unlock", now=NOW + 3_600_000, lane=lane)
    assert ended.result == "unconfirmed"
    assert box.coils[4] is False, "late, or with an alarm in the lane, a lock is let go all the same"


def test_what_was_begun_by_a_device_that_is_gone_is_unconfirmed() -> None:
    async def scene() -> None:
        log = Log()
        begun = Placed(place=PLACE, ordered=order("unlock"), begun=True)
        gone = await Executor({}, HouseSays(FREE), log, lambda: NOW).carry_out(begun)
        async with serving(LaneBox()) as device:
            pass
        away = await hands(Gate(device), log).carry_out(begun)
        assert (gone.result, gone.why) == ("unconfirmed", "interrupted: it was begun before")
        assert away.result == "unconfirmed"
        assert (away.why or "").startswith("interrupted: it was begun before; then cannot connect")

    asyncio.run(scene())


def test_orders_come_from_a_port_and_one_that_comes_twice_is_carried_out_once() -> None:
    async def scene() -> None:
        box, log = LaneBox(), Log()

        async def orders() -> AsyncIterator[Placed]:
            for one in (order(), order(), order("close_barrier", "d-2")):
                yield Placed(place=PLACE, ordered=one)

        async with serving(box) as device:
            await hands(Gate(device), log).run(orders())
        ended = [(one.order_id, one.result) for one in log.said() if one.result != "begun"]
        assert ended == [("d-1", "obeyed"), ("d-2", "obeyed")], "one after another on one device"
        assert box.inputs[:2] == [False, True]

    asyncio.run(scene())


def test_an_independent_device_takes_what_is_written() -> None:
    async def scene() -> None:
        held, log = Registers(), Log()
        held.inputs[1] = True
        async with modbus_device(held) as port:
            ended = await hands(Gate(gate_at(port)), log).carry_out(Placed(place=PLACE, ordered=order("light_green")))
            assert (ended.result, ended.why) == ("obeyed", None)
            assert held.coils[2:4] == [False, True]
            held.deaf_to_writes = True
            ended = await hands(Gate(gate_at(port)), log).carry_out(
                Placed(place=PLACE, ordered=order("light_red", "d-2"))
            )
            assert ended.result == "failed"

    asyncio.run(scene())


def test_time_runs_out_while_an_order_waits_for_the_one_before() -> None:
    async def scene() -> None:
        box, log = LaneBox(), Log()
        now = [NOW]

        def clock() -> Instant:
            return now[0]

        async with serving(box) as device:
            run = Executor({GATE: Gate(device)}, HouseSays(FREE), log, clock)
            first = asyncio.create_task(run.carry_out(Placed(place=PLACE, ordered=order())))
            second = asyncio.create_task(
                run.carry_out(Placed(place=PLACE, ordered=order("close_barrier", "d-2", until_at=NOW + 100)))
            )
            await asyncio.sleep(0.05)
            now[0] = Instant(NOW + 101)
            assert (await first).result == "obeyed"
            assert ((await second).result, (await second).why) == ("refused", "too_late")
        assert box.is_open

    asyncio.run(scene())
