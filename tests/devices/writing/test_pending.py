"""Orders in a log: which of them wait, and what a node does with them after it was stopped."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from beket.devices.writing import pending
from beket.devices.writing.executor import Executor
from beket.devices.writing.gate import Gate
from beket.devices.writing.interlock import Lane
from beket.devices.writing.pending import Pending
from beket.words.ids import Instant, ReadingId
from beket.words.readings import SwitchResult
from tests.devices.writing.lane import GATE, NOW, PLACE, HouseSays, LaneBox, Log, order, serving


def ended(name: str, result: str = "obeyed") -> SwitchResult:
    return SwitchResult(
        device_id=GATE,
        received=NOW,
        reading_id=ReadingId(f"{name}{result}"),
        order_id=name,
        order="open_barrier",
        result=result,  # type: ignore[arg-type]
    )


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["order", "begun", "obeyed", "refused"])), max_size=20)
)
def test_an_order_waits_until_its_end_is_in_the_log(steps: list[tuple[str, str]]) -> None:
    fold, model = Pending(), dict[str, bool]()
    for name, what in steps:
        fold.take(PLACE, order(name=name) if what == "order" else ended(name, what))
        if what == "order":
            model.setdefault(name, False)
        elif what != "begun":
            model.pop(name, None)
        elif name in model:
            model[name] = True
    assert [(one.ordered.decision_id, one.begun) for one in fold.waiting()] == list(model.items())


def test_no_more_wait_than_anybody_could_carry_out() -> None:
    fold = Pending()
    for at in range(pending.PENDING_MAX + 5):
        fold.take(PLACE, order(name=f"d-{at}"))
    assert len(fold.waiting()) == pending.PENDING_MAX
    assert fold.waiting()[0].ordered.decision_id == "d-5"


def test_after_a_stop_every_order_gets_its_end_and_none_is_done_twice() -> None:
    async def scene() -> None:
        box, log, fold = LaneBox(), Log(), Pending()
        async with serving(box) as device:
            lane = HouseSays(Lane(blocked_by=(), occupied=False))
            stopped = Executor({GATE: Gate(device)}, lane, log, lambda: NOW)
            orders = [order(name="done"), order(name="begun"), order(name="late", until_at=NOW + 10)]
            for one in orders:
                fold.take(PLACE, one)
            first, second, _ = fold.waiting()
            await stopped.carry_out(first)
            await stopped._begun(second)
            for said in log.said():
                fold.take(PLACE, said)
            assert [one.ordered.decision_id for one in fold.waiting()] == ["begun", "late"]
            writes = len(box.writes)
            anew = Executor({GATE: Gate(device)}, lane, log, lambda: Instant(NOW + 20))
            for placed in fold.waiting():
                await anew.carry_out(placed)
        assert len(box.writes) == writes
        ends = {one.order_id: (one.result, one.why) for one in log.said() if one.result != "begun"}
        assert ends == {
            "done": ("obeyed", None),
            "begun": ("unconfirmed", "interrupted: it was begun before"),
            "late": ("refused", "too_late"),
        }

    asyncio.run(scene())
