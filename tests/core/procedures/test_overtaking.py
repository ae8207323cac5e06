"""Who was overtaken waited for itself: the way was open, for one whose turn came later has been there first."""

from __future__ import annotations

import pytest

from beket.core.procedures.near import Near
from beket.core.procedures.react import react
from beket.core.state import decode, encode
from beket.words.facts import CrossingsJoined, EvidenceAttached, Fact, StandingFound
from beket.words.ids import CLOCK, CrossingId, DeviceId, Instant, LaneId, ReadingId
from beket.words.readings import Tick
from tests.core.procedures.desk import SHORT, Desk
from tests.core.tape import BEGIN
from tests.core.test_documents import of

SCALED = SHORT.replace(
    '[[steps]]\ncode = "phyto"',
    '[[steps]]\ncode = "scale"\nname = { en = "N", ru = "Н", ky = "Н" }\nagency = "customs"\n'
    'after = ["identification"]\nproof = ["weighing"]\nmachine = true\n\n[[steps]]\ncode = "phyto"',
)
"""The same, with a scale in the lane that nobody decides about."""


def passed(facts: tuple[Fact, ...]) -> dict[CrossingId, tuple[str, ...]]:
    """Who was overtaken in which steps."""
    return {one.crossing: one.overtaken for one in of(facts, StandingFound) if one.overtaken}


def two() -> tuple[Desk, CrossingId, CrossingId]:
    """Two lorries in one lane."""
    desk = Desk()
    desk.says("0 front 01111AAA")
    desk.says("90 front 01222BBB")
    first, second = desk.opened
    return desk, first, second


def release(desk: Desk, at_s: float, crossing: CrossingId) -> None:
    desk.decides(at_s, "release", override="emergency", crossing=crossing)


def test_who_was_released_first_and_stands_is_overtaken_by_who_leaves() -> None:
    desk, first, second = two()
    release(desk, 100, first)
    release(desk, 110, second)
    assert passed(desk.says("300 exit 01222BBB")) == {first: ("release",)}
    held = desk.state.procedures.courses[first]
    assert held.overtaken == {"release": held.overtaken["release"]}
    assert held.overtaken["release"] >= Instant(BEGIN + 300_000)


def test_who_leaves_in_turn_overtakes_nobody() -> None:
    desk, first, second = two()
    release(desk, 100, first)
    release(desk, 110, second)
    assert passed(desk.says("300 exit 01111AAA")) == {}


def test_who_was_not_released_is_not_overtaken() -> None:
    desk, first, second = two()
    release(desk, 110, second)
    assert passed(desk.says("300 exit 01222BBB")) == {}
    assert desk.state.procedures.courses[first].overtaken == {}


def test_one_is_overtaken_once_in_a_step() -> None:
    desk, first, second = two()
    desk.says("180 front 01333CCC")
    third = desk.opened[2]
    for at, crossing in ((200, first), (210, second), (220, third)):
        release(desk, at, crossing)
    desk.says("300 exit 01222BBB")
    assert passed(desk.says("390 exit 01333CCC")) == {}
    assert decode(encode(desk.state)) == desk.state


@pytest.mark.parametrize(("lane", "expected"), [("1", ("scale",)), ("2", ())])
def test_at_a_machine_who_came_later_in_the_same_lane_overtakes_who_waits(lane: str, expected: tuple[str, ...]) -> None:
    desk = Desk(SCALED)
    desk.says("0 front 01111AAA")
    desk.says(f"90 front@{lane} 01222BBB")
    first, second = desk.opened
    weighed = EvidenceAttached(
        at=Instant(BEGIN + 200_000), because=(desk.last,), crossing=second, of=desk.last, evidence="weighing",
        device=DeviceId("scale@1"), lane=LaneId("in-1"), zone="control",
    )  # fmt: skip
    clock = Tick(device_id=CLOCK, received=Instant(BEGIN + 201_000), reading_id=ReadingId("0" * 32))
    facts = react(desk.state.procedures, desk.last, clock, [weighed])
    assert passed(facts) == ({first: expected} if expected else {})


def test_who_turned_out_to_be_the_one_that_left_is_not_said_to_stand_there() -> None:
    desk, first, second = two()
    near = Near(desk.state.procedures, [
        CrossingsJoined(at=Instant(BEGIN + 200_000), because=(desk.last,), crossing=first, into=second)
    ])  # fmt: skip
    assert [one.id for one in near.running()] == [second]
