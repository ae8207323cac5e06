"""The past promises one thing: at any instant it gives the figures that the wall showed then."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from psycopg import Cursor

from beket.board import rebuild
from beket.board.panels import crossings, past, situations
from beket.board.panels.crossings import Query
from beket.board.panels.past_queue import Queue, queue
from beket.board.panels.wall import Wall, wall
from beket.board.projector import BoardProjection
from beket.board.schema import OF_THE_PAST
from beket.log.postgres import PostgresBook
from beket.loop.runner import Runner
from beket.loop.thinking import CORE
from beket.words import decisions as d
from beket.words.documents import Consignment, GoodsItem
from beket.words.facts import CrossingIdentified
from beket.words.ids import CrossingId, EntryRef, Instant, PlaceId
from beket.words.wire import Entry
from tests.board import engine, scenes
from tests.board.test_papers import NOON, NOTE, PLACE, POST, SCALE, Place
from tests.board.test_situations import House, silent, tick, told

MINUTE = 60_000
START = scenes.NOON // MINUTE * MINUTE
ELSEWHERE = PlaceId("KG-TOR-A")


class Hours:
    """A log whose clock is ours: what is said in a minute is followed by a look at the wall."""

    def __init__(self, dsn: str, cursor: Cursor[Any]) -> None:
        self.now = Instant(START)
        self.book = PostgresBook(dsn, now=lambda: self.now)
        self.runner = Runner(self.book, BoardProjection(), scenes.LIGHT)
        self.cursor = cursor
        self.seen: dict[Instant, tuple[Wall, dict[str, bool]]] = {}

    def look(self) -> None:
        """Keep what the wall shows at this moment."""
        query = Query(alarm=True, state="inside")
        alarms: dict[str, bool] = {}
        for row in crossings.page(self.cursor, query, limit=200).rows:
            alarms[row.place] = alarms.get(row.place, False) or bool(row.neutron_alarm)
        self.seen[self.now] = (wall(self.cursor, self.now), alarms)


@pytest.fixture
def hours(dsn: str, cursor: Cursor[Any]) -> Iterator[Hours]:
    """A day of readings of every kind, with a look at the wall in every sixth minute."""
    opened = Hours(dsn, cursor)
    yield opened
    opened.book.close()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_past_gives_the_figures_that_the_wall_showed(hours: Hours, dsn: str, seed: int) -> None:
    chance = random.Random(seed)
    for number, frame in enumerate(scenes.in_frames(scenes.day(seed, 240), seed)):
        hours.book.append(scenes.PLACE, frame)
        if number == 9:
            hours.book.append(ELSEWHERE, [scenes.described(ELSEWHERE), scenes.plate("01KG777ABC", int(hours.now))])
        hours.runner.catch_up()
        heard = max(getattr(entry.body, "received", START) for entry in frame)
        if past.whole_minute(heard) > hours.now and chance.random() < 0.7:
            hours.now = past.whole_minute(heard)
            hours.look()
        hours.now = Instant(max(hours.now, heard + chance.randrange(2 * MINUTE)))
    assert len(hours.seen) > 8
    assert len({figures.tiles for figures, _ in hours.seen.values()}) > 8, "the figures changed between the looks"
    for at, (figures, alarms) in hours.seen.items():
        then = past.picture(hours.cursor, at)
        assert then.wall == figures, at
        assert then.alarms == alarms, at
    live = engine.tables(dsn)
    assert rebuild.rebuild(dsn).faults == 0
    assert engine.tables(dsn) == live
    for name in (*OF_THE_PAST[:3], "evidence_past"):
        assert live[name], name


class Watched(House):
    """A checkpoint with the house's own thinking and a clock of ours, whose desk is looked at each minute."""

    def __init__(self, dsn: str, cursor: Cursor[Any]) -> None:
        self.now = Instant(NOON)
        self.seen: dict[Instant, tuple[Wall, Queue]] = {}
        Place.__init__(self, dsn)
        self.book.close()
        self.book = PostgresBook(dsn, now=lambda: self.now)
        self.runner = Runner(self.book, BoardProjection(), CORE)
        self.cursor = cursor
        self.say(d.DescribePost(decision_id="d", by="a", role="administrator", at=Instant(NOON), post=POST))

    def look(self) -> None:
        """Go on to the next minute and keep what the desk shows there."""
        self.now = Instant(self.now + MINUTE)
        rows = tuple(
            msgspec.structs.replace(row, picture=None, plate_picture=None) for row in situations.situations(self.cursor)
        )
        shown = Queue(situations=rows, counts=situations.counted(self.cursor))
        self.seen[self.now] = (wall(self.cursor, self.now), shown)

    def hears(self, *said: Any) -> None:  # noqa: ANN401
        """Have something said, and look."""
        self.say(*said)
        self.look()


@pytest.fixture
def watched(dsn: str, cursor: Cursor[Any]) -> Iterator[Watched]:
    opened = Watched(dsn, cursor)
    yield opened
    opened.book.close()


def story(watched: Watched) -> None:
    """A lorry whose papers lie, a scale that falls silent, maintenance, shifts, a merge, and a paper that is mended."""
    watched.look()
    crossing = watched.passes("01KG777ABC", 0)
    watched.look()
    watched.bring(NOTE, 10_000)
    watched.weighs(38_640, 100_000)
    watched.look()
    (one,) = situations.situations(watched.cursor)
    watched.hears(told(d.StartShift, "a", 0), told(d.TakeSituation, "a", 110_000, situation=one.id, seen=1))
    watched.hears(silent(120_000))
    other = next(row.id for row in situations.situations(watched.cursor) if row.id != one.id)
    watched.hears(told(d.DispatchSituation, "a", 125_000, situation=one.id, seen=2, what="hold\nit \x00"))
    watched.hears(told(d.MergeSituations, "a", 130_000, situation=other, seen=1, into=one.id))
    until = Instant(NOON + 3_600_000)
    watched.hears(
        told(d.AgreeMaintenance, "e", 140_000, role="device_engineer", device=SCALE, reason="cable",
             from_at=Instant(NOON + 141_000), until_at=until)
    )  # fmt: skip
    watched.hears(
        told(d.ReportNeighbour, "a", 141_000, direction="out", passes=False, since_at=Instant(NOON + 100_000))
    )
    watched.hears(told(d.ReportNeighbour, "b", 142_000, direction="in", passes=False, since_at=Instant(NOON + 120_000)))
    watched.hears(told(d.ReportNeighbour, "b", 143_000, direction="out", passes=True))
    watched.hears(told(d.EndMaintenance, "e", 150_000, role="device_engineer", device=SCALE))
    watched.hears(silent(160_000, alive=True))
    watched.hears(told(d.EndShift, "a", 170_000), told(d.StartShift, "b", 170_000))
    watched.hears(told(d.ConfirmHandover, "b", 180_000, account="a"))
    item = GoodsItem(number=1, gross_kg=Decimal(22_337))
    watched.bring(msgspec.structs.replace(NOTE, correction=1, consignments=(Consignment(items=(item,)),)), 190_000)
    watched.look()
    watched.hears(tick(30 * MINUTE))
    watched.hears(tick(75 * 60 * MINUTE))
    assert crossing


def test_the_past_gives_the_queue_and_the_findings_of_then(watched: Watched, dsn: str) -> None:
    story(watched)
    watched.hears(tick(80 * 60 * MINUTE))
    assert len({shown.situations for _, shown in watched.seen.values()}) > 8
    assert {tile.critical for figures, _ in watched.seen.values() for tile in figures.tiles} == {0, 1}
    assert {row.handing for _, shown in watched.seen.values() for row in shown.situations} == {True, False}
    assert {tile.devices_in_maintenance for figures, _ in watched.seen.values() for tile in figures.tiles} == {0, 1}
    for board in ("live", "rebuilt"):
        for at, (figures, shown) in watched.seen.items():
            then = past.picture(watched.cursor, at)
            assert then.wall == figures, (board, at)
            assert queue(watched.cursor, at, then.stood) == shown, (board, at)
        rebuild.rebuild(dsn)
    live = engine.tables(dsn)
    assert all(live[name] for name in ("finding_past", "device_past", "place_past"))


def test_a_plate_that_was_read_better_later_is_not_known_before(watched: Watched) -> None:
    watched.passes("01KG777ABC", 0)
    watched.bring(NOTE, 10_000)
    watched.weighs(38_640, 100_000)
    watched.look()
    at = watched.now
    (row,) = situations.situations(watched.cursor)
    better = CrossingIdentified(
        at=at, because=(EntryRef("2.0"),), crossing=CrossingId(row.about), role="front", value="01KG777ABD"
    )
    watched.book.append(PLACE, [Entry(body=better)])
    rebuild.rebuild(str(watched.cursor.connection.info.dsn))
    assert [one.plate for one in situations.situations(watched.cursor)] == ["01KG777ABD"]
    reached = past.picture(watched.cursor, at).stood
    assert [one.plate for one in queue(watched.cursor, at, reached).situations] == ["01KG777ABC"]


def test_what_the_log_did_not_have_is_not_told(watched: Watched) -> None:
    watched.passes("01KG777ABC", 0)
    began = watched.now
    watched.look()
    assert past.picture(watched.cursor, began) == past.Picture(
        wall=Wall(at=began, tiles=()), alarms={}, stood=(), still=frozenset()
    )
    minute_later = past.picture(watched.cursor, watched.now)
    assert [tile.place for tile in minute_later.wall.tiles] == [PLACE]
    assert minute_later.still == frozenset()
    assert past.picture(watched.cursor, Instant(watched.now + 2 * MINUTE)).still == {PLACE}, "nothing ticked since"
    assert past.picture(watched.cursor, watched.now, frozenset({ELSEWHERE})).wall.tiles == ()
