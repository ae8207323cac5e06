"""Procedures on the board: what was proposed and what became of it, where crossings stand, and the stamps of steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import astuple, replace
from psycopg import Cursor

from beket.app.trial import SHOWN, SHOWN_AT, put_on_trial
from beket.board import rebuild
from beket.board.panels.procedures import all_in_force, course, in_force, procedure, procedures
from beket.board.projector import BoardProjection
from beket.board.rebuild import Numbered
from beket.log.postgres import PostgresBook
from beket.loop.runner import Runner
from beket.loop.thinking import CORE
from beket.sim.country import demo_posts
from beket.sim.pace import DEMO
from beket.words.decisions import BeginStep, ClaimState, Decision, DescribePost, RejectProcedure
from beket.words.facts import CrossingsJoined, Fact
from beket.words.ids import EntryRef, Instant, ReadingId, sha256
from beket.words.readings import DocumentLodged, Reading
from beket.words.wire import Entry
from tests.board import engine
from tests.core.procedures.desk import SHORT, Desk
from tests.core.procedures.test_standing import APPLES, declaration
from tests.core.tape import BEGIN, PLACE, post


class House(Desk):
    """A checkpoint with a procedure in force, and what it hears told to the house's own loop as well."""

    def __init__(self, dsn: str) -> None:
        self.book = PostgresBook(dsn)
        self.runner = Runner(self.book, BoardProjection(), CORE)
        described = DescribePost(decision_id="d1", by="trial", role="administrator", at=Instant(BEGIN), post=post())
        self.book.append(PLACE, [Entry(body=described)])
        self.runner.catch_up()
        super().__init__()

    def _heard(self, body: Reading | Decision) -> tuple[Fact, ...]:
        self.player.seq = max(self.player.seq, 2)  # in the log what is concluded is a frame of its own
        facts = super()._heard(body)
        self.player.seq += bool(facts)
        if isinstance(body, DocumentLodged):
            body = replace(body, reading_id=ReadingId(f"{self.player.seq:032x}"))
        self.book.append(PLACE, [Entry(body=body)])
        self.runner.catch_up()
        return facts


@pytest.fixture
def house(dsn: str) -> Iterator[House]:
    found = House(dsn)
    yield found
    found.book.close()


def test_what_was_proposed_is_told_with_what_became_of_it(house: House, cursor: Cursor[Any]) -> None:
    (first,) = procedures(cursor)
    assert (first.code, first.status, first.version, first.by_whom, first.second) == (
        "short", "approved", 1, "a.asanov", "b.bekov",
    )  # fmt: skip
    assert first.text == SHORT
    longer = SHORT.replace("600", "900")
    house.propose(0, longer)
    waiting, _ = procedures(cursor)
    assert (waiting.status, waiting.second, waiting.text) == ("proposed", None, longer)
    house.takes(5, RejectProcedure, of=waiting.of, why="too long")
    told = procedure(cursor, PLACE, waiting.of)
    assert told is not None
    assert (told.status, told.second, told.why) == ("rejected", "b.bekov", "too long")
    assert procedure(cursor, PLACE, waiting.of, frozenset()) is None
    now = in_force(cursor, PLACE, "in", Instant(BEGIN))
    assert now is not None
    assert now.of == first.of
    assert in_force(cursor, PLACE, "out", Instant(BEGIN)) is None


def test_those_in_force_anywhere_are_those_in_force_at_each_place(house: House, cursor: Cursor[Any]) -> None:
    longer = SHORT.replace("600", "900")
    house.propose(0, longer)
    house.approve(5, house.last, sha256(longer.encode()))
    old, new = (next(one for one in procedures(cursor) if one.version == version) for version in (1, 2))
    assert all_in_force(cursor, Instant(old.from_at - 1)) == set()
    for at, expected in ((old.from_at, old), (Instant(new.from_at - 1), old), (new.from_at, new)):
        one = in_force(cursor, PLACE, "in", at)
        assert one is not None
        assert all_in_force(cursor, at) == {(PLACE, expected.of)} == {(PLACE, one.of)}
    assert all_in_force(cursor, new.from_at, frozenset()) == set()


def lived(house: House) -> None:
    """A lorry that comes, is dealt with and leaves."""
    house.says("0 front 01111AAA")
    house.says("30 scale 33000")
    house.brought(60, declaration(APPLES))
    house.takes(90, BeginStep, crossing=house.opened[0], step="release")
    house.decides(120, "weighing", "wait", "transport", remark="again")
    before = house.state.procedures.courses[house.opened[0]].done["weighing"].ref
    house.decides(150, "weighing", agency="transport", replaces=before)
    house.takes(160, ClaimState, crossing=house.opened[0], state="departed", remark="by phone")
    house.decides(180, "release", override="emergency")


def test_where_a_crossing_stands_is_told_as_it_was_worked_out(house: House, cursor: Cursor[Any]) -> None:
    lived(house)
    told, held = course(cursor, house.opened[0]), house.state.procedures.courses[house.opened[0]].standing
    assert told is not None
    assert held is not None
    assert (told.state, told.proven, told.steps, told.lacks, told.claims) == astuple(held)
    assert told.procedure is not None
    assert told.procedure.sha256 == sha256(SHORT.encode())
    assert course(cursor, house.opened[0], frozenset()) is None
    assert [(one.state, one.by_whom, one.remark) for one in told.claimed] == [("departed", "b.bekov", "by phone")]


def test_each_step_has_its_stamps(house: House, cursor: Cursor[Any]) -> None:
    lived(house)
    told = course(cursor, house.opened[0])
    assert told is not None
    stamps = {
        name: tuple(None if at is None else (at - BEGIN) // 1000 for at in (one.asked_at, one.begun_at, one.done_at))
        for name, one in told.stamps.items()
        if one.done_at is not None
    }
    assert stamps == {"identification": (None, None, 0), "weighing": (0, None, 150), "release": (0, 90, 180)}
    weighing, release = told.stamps["weighing"], told.stamps["release"]
    assert (weighing.outcome, weighing.remark, weighing.by_whom, weighing.agency) == (
        "pass",
        "",
        "b.bekov",
        "transport",
    )
    assert (release.override, release.begun_by) == ("emergency", "b.bekov")


def test_a_step_of_which_nothing_was_said_has_no_stamps(house: House, cursor: Cursor[Any]) -> None:
    house.says("0 front 01111AAA")
    told = course(cursor, house.opened[0])
    assert told is not None
    assert (told.steps["alarm"], told.steps["exit"]) == ("not_required", "pending")
    assert sorted(told.stamps) == ["alarm", "identification", "phyto", "release", "weighing"]


def test_what_was_decided_of_a_crossing_is_decided_of_the_one_that_it_was(house: House, dsn: str) -> None:
    house.says("0 front 01111AAA")
    house.says("30 front 01222BBB")
    gone, into = house.opened
    house.takes(90, BeginStep, crossing=gone, step="weighing", agency="transport")
    house.decides(120, "weighing", agency="transport", override="emergency", crossing=gone)
    house.decides(150, "release", override="emergency", crossing=gone)
    house.decides(160, "release", "wait", remark="papers", crossing=into)
    joined = CrossingsJoined(at=Instant(BEGIN + 200_000), because=(house.last,), crossing=gone, into=into)
    with engine.connect(dsn) as connection:
        with connection.transaction():
            BoardProjection().fold(connection, PLACE, [], [Numbered(EntryRef("1000.0"), joined)])
        told = course(connection.cursor(), into)
    assert told is not None
    weighing, release = told.stamps["weighing"], told.stamps["release"]
    assert (weighing.asked_at, weighing.begun_by) == (BEGIN + 30_000, "b.bekov")
    assert (weighing.done_at, weighing.outcome, weighing.override) == (BEGIN + 120_000, "pass", "emergency")
    assert (release.done_at, release.outcome, release.override) == (BEGIN + 160_000, "wait", None)


def test_rebuilt_from_the_log_it_is_the_same(house: House, dsn: str) -> None:
    lived(house)
    house.says("600 exit 01111AAA")
    live = engine.tables(dsn)
    rebuild.rebuild(dsn)
    assert engine.tables(dsn) == live
    assert [len(live[name]) for name in ("procedure", "course", "claim")] == [1, 1, 1]


def test_a_demonstration_puts_its_procedures_on_trial_once(book: PostgresBook, cursor: Cursor[Any]) -> None:
    posts = demo_posts(2, rate=1.0, pace=DEMO)
    for _ in range(2):
        put_on_trial(book, posts)
    put_on_trial(book, posts[1:])
    Runner(book, BoardProjection(), CORE).catch_up()
    told = procedures(cursor)
    assert sorted(one.code for one in told) == sorted(SHOWN)
    assert {(one.place, one.status, one.trial) for one in told} == {(SHOWN_AT, "approved", True)}
    assert all(one.by_whom != one.second for one in told)
