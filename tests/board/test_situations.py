"""What the board shows of situations and shifts, concluded by the house's own thinking."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from psycopg import Cursor

from beket.board import rebuild
from beket.board.panels import situations
from beket.board.schema import OF_SITUATIONS
from beket.words import decisions as d
from beket.words.ids import CLOCK, Instant, PlaceId, ReadingId, SituationId
from beket.words.readings import Health, Tick
from tests.board import engine
from tests.board.test_papers import NOTE, POST, SCALE, Place

NOON = 1_795_000_020_000
MINUTE = 60_000
NUMBERS = count(1)


class House(Place):
    """The checkpoint of the papers, and its board as a page reads it."""

    def __init__(self, dsn: str, cursor: Cursor[Any]) -> None:
        super().__init__(dsn)
        self.cursor = cursor
        self.say(d.DescribePost(decision_id="d", by="a", role="administrator", at=Instant(NOON), post=POST))


@pytest.fixture
def house(dsn: str, cursor: Cursor[Any]) -> Iterator[House]:
    opened = House(dsn, cursor)
    yield opened
    opened.book.close()


def told(kind: type[d.Ordered], who: str, at: int, **named: Any) -> Any:  # noqa: ANN401
    given = {"role": "duty_officer", **named}
    return kind(decision_id=f"n{next(NUMBERS)}", by=who, at=Instant(NOON + at), **given)


def tick(at: int) -> Tick:
    return Tick(device_id=CLOCK, received=Instant(NOON + at), reading_id=ReadingId(f"f{at:031x}"))


def silent(at: int, *, alive: bool = False) -> Health:
    return Health(device_id=SCALE, received=Instant(NOON + at), reading_id=ReadingId(f"e{at:031x}"), alive=alive)


def arrives(house: House) -> SituationId:
    """337 kg on paper, a full lorry on the scale: one situation."""
    house.passes("01KG777ABC", 0)
    house.bring(NOTE, 10_000)
    house.weighs(38_640, 100_000)
    (seen,) = situations.situations(house.cursor)
    return seen.id


def test_a_situation_is_shown_with_what_it_rests_on_and_the_visit(house: House) -> None:
    name = arrives(house)
    seen = situations.situation(house.cursor, name)
    assert seen is not None
    assert (seen.level, seen.sort, seen.asks, seen.rung, seen.plate) == (
        "critical",
        "weight",
        True,
        "all",
        "01KG777ABC",
    )
    assert (seen.standing, seen.folded, seen.four_eyes, seen.version) == (1, 1, True, 1)
    (signal,) = situations.signals_of(house.cursor, name)
    assert (signal.name, signal.level, signal.gone_at) == ("W03", "critical", None)
    assert signal.told is not None
    assert "337" in signal.told
    assert [one.fields()["kind"] for one in situations.facts_of(house.cursor, name)] == ["situation_opened"]
    assert [(row.level, row.number, row.asking) for row in situations.counted(house.cursor)] == [("critical", 1, 1)]
    assert situations.situation(house.cursor, name, frozenset({PlaceId("KG-OTHER")})) is None


def test_the_worst_is_named_and_what_asks_with_a_sound(house: House) -> None:
    assert (situations.worst(house.cursor), situations.sounding(house.cursor)) == (None, ())
    name = arrives(house)
    house.say(silent(101_000))
    one, other = situations.situations(house.cursor)
    assert situations.worst(house.cursor) == one
    asked = [row for row in (one, other) if row.asks and row.level in ("critical", "high")]
    assert [(row.id, row.level, row.rung, row.asked_at) for row in asked] == [
        (row.id, row.level, row.rung, row.asked_at) for row in situations.sounding(house.cursor)
    ]
    assert situations.sounding(house.cursor)[0].id == name
    assert situations.sounding(house.cursor, frozenset()) == ()
    house.say(told(d.TakeSituation, "a", 110_000, situation=name, seen=1))
    assert name not in [row.id for row in situations.sounding(house.cursor)]
    assert situations.worst(house.cursor, frozenset()) is None


def test_what_people_do_is_shown_to_the_end(house: House) -> None:
    name = arrives(house)
    house.say(told(d.StartShift, "a", 0))
    house.say(told(d.TakeSituation, "a", 110_000, situation=name, seen=1))
    house.say(told(d.DispatchSituation, "a", 111_000, situation=name, seen=2, what="hold\nit \x00"))
    house.say(told(d.TickCheck, "b", 112_000, situation=name, check="hold"))
    house.say(told(d.CloseSituation, "a", 113_000, situation=name, seen=3, outcome="passed_on", remark="the police"))
    seen = situations.situation(house.cursor, name)
    assert seen is not None
    assert (seen.holder, seen.asks, seen.until_at) == ("a", False, NOON + 110_000 + 10 * MINUTE)
    assert (seen.asked_for, seen.asked_for_by, seen.proposed, seen.proposed_by) == ("hold\nit �", "a", "passed_on", "a")
    assert situations.checks_of(house.cursor, name)["hold"].by_whom == "b"
    house.say(told(d.CloseSituation, "b", 114_000, situation=name, seen=4, outcome="passed_on", remark="yes"))
    (closed,) = situations.closed(house.cursor)
    assert (closed.outcome, closed.closed_by, closed.second) == ("passed_on", "a", "b")
    assert situations.situations(house.cursor) == ()


def test_an_acknowledgement_that_expired_and_a_hand_over_are_shown(house: House) -> None:
    name = arrives(house)
    house.say(told(d.StartShift, "a", 0), told(d.TakeSituation, "a", 110_000, situation=name, seen=1))
    house.say(tick(110_000 + 10 * MINUTE))
    seen = situations.situation(house.cursor, name)
    assert seen is not None
    assert (seen.asks, seen.again, seen.holder) == (True, "expired", "a")
    house.say(told(d.EndShift, "a", 20 * MINUTE), told(d.StartShift, "b", 20 * MINUTE))
    assert [shift.account for shift in situations.on_shift(house.cursor)] == ["b"]
    (over,) = situations.waiting_for_relief(house.cursor)
    assert (over.account, over.handed) == ("a", name)
    assert [one.handing for one in situations.held_by(house.cursor, "a")] == [True]
    house.say(told(d.ConfirmHandover, "b", 21 * MINUTE, account="a"))
    assert situations.waiting_for_relief(house.cursor) == ()
    assert [(one.id, one.handing) for one in situations.held_by(house.cursor, "b")] == [(name, False)]


def test_what_is_merged_is_seen_in_the_other(house: House) -> None:
    name = arrives(house)
    house.say(silent(120_000))
    other = next(one.id for one in situations.situations(house.cursor) if one.id != name)
    house.say(told(d.MergeSituations, "a", 130_000, situation=other, seen=1, into=name))
    (seen,) = situations.situations(house.cursor)
    assert (seen.id, seen.standing, seen.folded) == (name, 2, 2)
    house.say(silent(140_000, alive=True))
    assert [signal.name for signal in situations.signals_of(house.cursor, name) if signal.gone_at is None] == ["W03"]


def test_a_board_built_again_holds_the_same(house: House, dsn: str) -> None:
    name = arrives(house)
    house.say(silent(120_000))
    other = next(one.id for one in situations.situations(house.cursor) if one.id != name)
    house.say(
        told(d.StartShift, "a", 1), told(d.TakeSituation, "a", 110_000, situation=name, seen=1),
        told(d.MergeSituations, "a", 130_000, situation=other, seen=1, into=name), silent(140_000, alive=True),
        silent(150_000), told(d.EndShift, "a", 20 * MINUTE), told(d.StartShift, "b", 20 * MINUTE),
        told(d.ConfirmHandover, "b", 21 * MINUTE, account="a"), tick(60 * MINUTE),
    )  # fmt: skip
    before = {name: rows for name, rows in engine.tables(dsn).items() if name in OF_SITUATIONS}
    assert len(before["situation"]) == 2
    rebuild.rebuild(dsn)
    after = {name: rows for name, rows in engine.tables(dsn).items() if name in OF_SITUATIONS}
    assert after == before
