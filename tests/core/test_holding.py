"""What people say of the neighbour and the trade holds for a time, by name, and ends by itself where nobody ends it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from beket.core.holding.apply import HERE_MAX, apply
from beket.core.holding.state import Holding
from beket.core.state import decode, encode
from beket.words.decisions import REMARK_MAX, AwaitTrade, EndAwaiting, ReportNeighbour
from beket.words.facts import (
    AwaitingEnded,
    CrossingOpened,
    CrossingsJoined,
    DecisionRefused,
    Fact,
    NeighbourResumed,
    NeighbourStopped,
    OfHolding,
    TradeAwaited,
)
from beket.words.holding import AWAITED_MS, NEIGHBOUR_MS, SINCE_BACK_MS
from beket.words.ids import CrossingId, EntryRef, Instant, LaneId
from tests.core.procedures.desk import Desk, minutes, why
from tests.core.procedures.test_standing import declaration
from tests.core.tape import BEGIN
from tests.core.test_documents import of

HOURS_4, HOURS_2 = NEIGHBOUR_MS // 1000, AWAITED_MS // 1000


def said(facts: tuple[Fact, ...]) -> list[str]:
    """What of this was concluded."""
    return [type(fact).__name__ for fact in facts if isinstance(fact, OfHolding)]


def stops(desk: Desk, at_s: float, **named: object) -> tuple[Fact, ...]:
    return desk.takes(at_s, ReportNeighbour, **{"direction": "out", "passes": False, **named})


def passes(desk: Desk, at_s: float, **named: object) -> tuple[Fact, ...]:
    return desk.takes(at_s, ReportNeighbour, **{"direction": "out", "passes": True, **named})


def waits(desk: Desk, at_s: float, what: str = "driver", **named: object) -> tuple[Fact, ...]:
    return desk.takes(at_s, AwaitTrade, **{"crossing": desk.opened[0], "what": what, **named})


def lorry() -> Desk:
    desk = Desk()
    desk.says("0 front 01111AAA")
    return desk


def test_the_neighbour_takes_nobody_from_when_somebody_says_and_until_he_takes_it_back() -> None:
    desk = Desk()
    (stopped,) = of(stops(desk, 600, since_at=minutes(5), remark=" their system is down "), NeighbourStopped)
    assert isinstance(stopped, NeighbourStopped)
    assert (stopped.since_at, stopped.until_at) == (minutes(5), minutes(10) + NEIGHBOUR_MS)
    assert (stopped.by, stopped.agency, stopped.remark) == ("b.bekov", "customs", "their system is down")
    assert said(stops(desk, 700, direction="in")) == ["NeighbourStopped"], "the two directions are two things"
    (resumed,) = of(passes(desk, 900), NeighbourResumed)
    assert isinstance(resumed, NeighbourResumed)
    assert (resumed.of, resumed.why, resumed.by) == (stopped.of, "said", "b.bekov")
    assert list(desk.state.holding.stopped) == ["in"]
    assert why(passes(desk, 950)) == ["neighbour_passes_already"]


def test_said_again_it_holds_longer_since_it_was_said_first() -> None:
    desk = Desk()
    (first,) = of(stops(desk, 0), NeighbourStopped)
    (again,) = of(stops(desk, 7200, since_at=minutes(110)), NeighbourStopped)
    assert isinstance(first, NeighbourStopped)
    assert isinstance(again, NeighbourStopped)
    assert (again.of, again.since_at) == (first.of, first.since_at)
    assert again.until_at == minutes(120) + NEIGHBOUR_MS
    assert again.because[-1] == first.of


@pytest.mark.parametrize(("after_ms", "expected"), [(NEIGHBOUR_MS - 1000, []), (NEIGHBOUR_MS, ["NeighbourResumed"])])
def test_what_nobody_says_again_ends(after_ms: int, expected: list[str]) -> None:
    desk = Desk()
    stops(desk, 0)
    facts = desk.says(f"{after_ms // 1000} tick")
    assert said(facts) == expected
    for fact in of(facts, NeighbourResumed):
        assert isinstance(fact, NeighbourResumed)
        assert (fact.at, fact.why, fact.by) == (BEGIN + NEIGHBOUR_MS, "ran_out", None)
    assert bool(desk.state.holding.stopped) is not bool(expected)


@pytest.mark.parametrize(
    ("back_ms", "refused"),
    [(0, []), (SINCE_BACK_MS, []), (SINCE_BACK_MS + 1, ["not_since_then"]), (-1, ["not_since_then"])],
)
def test_it_is_said_for_an_hour_back_at_most_and_never_ahead(back_ms: int, refused: list[str]) -> None:
    desk = Desk()
    assert why(stops(desk, 7200, since_at=BEGIN + 7_200_000 - back_ms)) == refused


@pytest.mark.parametrize("role", ["auditor", "call_operator", "agency_system"])
def test_who_decides_no_steps_says_nothing_of_this(role: str) -> None:
    desk = lorry()
    assert why(stops(desk, 5, role=role)) == why(waits(desk, 6, role=role)) == ["not_allowed"]
    assert why(desk.takes(7, EndAwaiting, crossing=desk.opened[0], role=role)) == ["not_allowed"]


def test_what_is_too_long_is_not_taken() -> None:
    desk = lorry()
    assert why(stops(desk, 5, remark="x" * (REMARK_MAX + 1))) == ["too_long"]
    assert why(waits(desk, 6, remark="x" * (REMARK_MAX + 1))) == ["too_long"]


def test_an_agency_waits_for_the_trade_until_it_says_that_it_does_not() -> None:
    desk = lorry()
    (awaited,) = of(waits(desk, 60), TradeAwaited)
    assert isinstance(awaited, TradeAwaited)
    assert (awaited.what, awaited.by, awaited.agency) == ("driver", "b.bekov", "customs")
    assert awaited.until_at == minutes(1) + AWAITED_MS
    assert why(desk.takes(70, EndAwaiting, crossing=desk.opened[0], agency="border")) == ["nothing_awaited"]
    (ended,) = of(desk.takes(80, EndAwaiting, crossing=desk.opened[0]), AwaitingEnded)
    assert isinstance(ended, AwaitingEnded)
    assert (ended.of, ended.why, ended.by) == (awaited.of, "said", "b.bekov")
    assert desk.state.holding.waiting == {}


def test_of_who_is_not_here_nobody_waits() -> None:
    desk = lorry()
    assert why(waits(desk, 60, crossing="KG-TST-A:9999.0")) == ["crossing_is_over"]
    waits(desk, 70)
    (ended,) = of(desk.says("300 exit 01111AAA"), AwaitingEnded)
    assert isinstance(ended, AwaitingEnded)
    assert ended.why == "left"
    assert why(waits(desk, 400)) == ["crossing_is_over"]


def test_it_ends_when_the_agency_decides_or_the_papers_come() -> None:
    desk = lorry()
    waits(desk, 60, agency="transport")
    waits(desk, 61, what="papers")
    (came,) = of(desk.brought(90, declaration()), AwaitingEnded)
    assert isinstance(came, AwaitingEnded)
    assert (came.agency, came.why) == ("customs", "papers_came")
    assert said(desk.decides(100, "weighing", "wait", "transport", remark="r")) == [], "to put it off ends no waiting"
    before = desk.state.procedures.courses[desk.opened[0]].done["weighing"].ref
    facts = desk.decides(110, "weighing", agency="transport", override="device_failed", replaces=before)
    (ended,) = of(facts, AwaitingEnded)
    assert isinstance(ended, AwaitingEnded)
    assert (ended.agency, ended.why) == ("transport", "decided")


def test_a_forgotten_waiting_ends_by_the_clock() -> None:
    desk = lorry()
    waits(desk, 60)
    assert said(desk.says(f"{60 + HOURS_2 - 1} tick")) == []
    (ended,) = of(desk.says(f"{60 + HOURS_2} tick"), AwaitingEnded)
    assert isinstance(ended, AwaitingEnded)
    assert (ended.why, ended.at) == ("ran_out", minutes(1) + AWAITED_MS)
    assert decode(encode(desk.state)) == desk.state


def test_who_waits_for_one_waits_for_the_conveyance_that_it_was() -> None:
    desk = lorry()
    desk.says("30 front 01222BBB")
    gone, into = desk.opened
    waits(desk, 60)
    joined = CrossingsJoined(at=minutes(2), because=(desk.last,), crossing=gone, into=into)
    apply(desk.state.holding, joined)
    assert list(desk.state.holding.waiting) == [into]
    assert list(desk.state.holding.here) == [into]


def test_of_the_oldest_of_too_many_nothing_is_known() -> None:
    held = Holding()
    names = [CrossingId(f"KG-TST-A:{number}.0") for number in range(HERE_MAX + 1)]
    for name in names:
        apply(held, CrossingOpened(
            at=Instant(0), because=(EntryRef("1.0"),), crossing=name, lane=LaneId("in-1"), direction="in",
            zone="arrival", opened_by="plate_read",
        ))  # fmt: skip
    assert list(held.here) == names[1:]


class Turn(Struct, frozen=True):
    """What happens next: somebody says something, or minutes go by."""

    what: str
    minutes: int


TURNS = st.lists(
    st.builds(Turn, st.sampled_from(["stop", "pass", "wait", "end", "tick"]), st.integers(0, 150)), max_size=12
)


@given(TURNS)
def test_nothing_that_was_said_outlives_its_time(turns: list[Turn]) -> None:
    desk, at = lorry(), 10.0
    for turn in turns:
        at += turn.minutes * 60
        match turn.what:
            case "stop":
                stops(desk, at)
            case "pass":
                passes(desk, at)
            case "wait":
                waits(desk, at)
            case "end":
                desk.takes(at, EndAwaiting, crossing=desk.opened[0])
            case _:
                desk.says(f"{at:.0f} tick")
                held = desk.state.holding
                limits = [one.until_at for one in held.stopped.values()]
                limits += [one.until_at for by_agency in held.waiting.values() for one in by_agency.values()]
                assert all(until > BEGIN + int(at * 1000) for until in limits)
    begun = [fact.of for fact in desk.player.facts if isinstance(fact, NeighbourStopped | TradeAwaited)]
    ended = [fact.of for fact in desk.player.facts if isinstance(fact, NeighbourResumed | AwaitingEnded)]
    assert len(ended) == len(set(ended)) <= len(set(begun)), "each ends once, and only what began"
    assert not [fact for fact in desk.player.facts if isinstance(fact, DecisionRefused) and fact.why == "not_allowed"]
