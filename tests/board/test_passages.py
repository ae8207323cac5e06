"""Passages on the board: who stands at the checkpoint with all that is known of them, who has each, what was signed."""

from __future__ import annotations

from typing import Any

from psycopg import Cursor

from beket.board import rebuild
from beket.board.panels.passages import fitting, inside, named
from beket.words.decisions import TakePassage
from beket.words.ids import Instant
from tests.board import engine
from tests.board.test_procedures import House, house
from tests.core.procedures.test_records import PHOTO, READ_WRONG, SEALS, records
from tests.core.procedures.test_standing import APPLES, declaration
from tests.core.tape import BEGIN, PLACE

__all__ = ["house"]


def came(house: House) -> None:
    """A lorry that is read, weighed and declared, and another behind it."""
    house.says("0 front 01111AAA")
    house.says("30 scale 33000")
    house.brought(60, declaration(APPLES))
    house.says("70 front 01222BBB")


def test_who_stands_here_is_told_with_all_that_is_known(house: House, cursor: Cursor[Any]) -> None:
    came(house)
    first, second = inside(cursor, PLACE)
    assert (first.row.plate, second.row.plate) == ("01111AAA", "01222BBB")
    assert [(sign.role, sign.value) for sign in first.signs] == [("front", "01111AAA")]
    assert [(one.kind, one.value, one.gross_kg) for one in first.heard] == [
        ("plate_read", "01111AAA", None), ("weighing", None, 33000),
    ]  # fmt: skip
    assert [paper.gist.number for paper in first.papers] == ["DT-100200"]
    assert (first.taken_by, first.records) == (None, ())
    assert first.course is not None
    assert second.course is not None
    assert first.course.state == "identified"
    assert [stamp.crossing for stamp in second.course.stamps.values()] == [second.row.id] * len(second.course.stamps)


def test_what_was_signed_is_told_with_its_photographs(house: House, cursor: Cursor[Any]) -> None:
    came(house)
    house.takes(90, TakePassage, crossing=house.opened[0], by="c.cholpon")
    (held,) = named(cursor, PLACE, [house.opened[0]])
    assert held.taken_by == "c.cholpon"
    house.takes(91, TakePassage, crossing=house.opened[0], seen="c.cholpon")
    records(house, 100, notes=[READ_WRONG], photos=[PHOTO])
    first = house.last
    records(house, 130, notes=[SEALS], after=first, offline=True)
    (held,) = named(cursor, PLACE, [house.opened[0]])
    assert held.taken_by == "b.bekov"
    assert [(one.ref, one.by, one.offline) for one in held.records] == [
        (first, "b.bekov", False), (house.last, "b.bekov", True),
    ]  # fmt: skip
    assert [note.value for one in held.records for note in one.notes] == ["01111AAA", "KG1"]
    cursor.execute("SELECT role, size, seq::text || '.' || idx::text FROM picture WHERE sha256 = %s", [PHOTO["sha256"]])
    assert cursor.fetchall() == [("plate", PHOTO["size"], first)]


def test_who_took_it_last_has_it_though_the_clock_of_the_desk_went_back(house: House, cursor: Cursor[Any]) -> None:
    came(house)
    house.takes(90, TakePassage, crossing=house.opened[0], by="c.cholpon")
    house.takes(80, TakePassage, crossing=house.opened[0], seen="c.cholpon")
    assert house.state.procedures.courses[house.opened[0]].taken_by == "b.bekov"
    assert [one.taken_by for one in named(cursor, PLACE, [house.opened[0]])] == ["b.bekov"]


def test_a_record_made_without_the_house_finds_its_conveyance(house: House, cursor: Cursor[Any]) -> None:
    came(house)
    assert fitting(cursor, PLACE, "01222BBB", Instant(BEGIN), Instant(BEGIN + 70_000)) == (house.opened[1],)
    assert fitting(cursor, PLACE, "01222BBB", Instant(BEGIN), Instant(BEGIN + 60_000)) == ()


def test_who_left_stands_here_no_more(house: House, cursor: Cursor[Any]) -> None:
    came(house)
    house.says("600 exit 01111AAA")
    assert [one.row.plate for one in inside(cursor, PLACE)] == ["01222BBB"]
    assert [one.row.plate for one in named(cursor, PLACE, [house.opened[0]])] == ["01111AAA"]


def test_where_no_procedure_is_in_force_it_is_told_and_recorded_too(house: House, cursor: Cursor[Any]) -> None:
    came(house)
    house.says("80 front@9 01333CCC")
    *_, out = inside(cursor, PLACE)
    assert (out.row.plate, out.row.direction, out.course, out.records) == ("01333CCC", "out", None, ())
    records(house, 100, crossing=out.row.id, notes=[SEALS])
    (held,) = named(cursor, PLACE, [out.row.id])
    assert (held.course, held.taken_by) == (None, "b.bekov")
    assert [note.value for one in held.records for note in one.notes] == ["KG1"]
    assert fitting(cursor, PLACE, "01333CCC", Instant(BEGIN), Instant(BEGIN + 90_000)) == (out.row.id,)


def test_rebuilt_from_the_log_it_is_the_same(house: House, dsn: str) -> None:
    came(house)
    house.takes(90, TakePassage, crossing=house.opened[1], by="c.cholpon")
    records(house, 100, notes=[READ_WRONG], photos=[PHOTO])
    live = engine.tables(dsn)
    rebuild.rebuild(dsn)
    assert engine.tables(dsn) == live
    assert [len(live[name]) for name in ("passage", "passage_record")] == [2, 1]
