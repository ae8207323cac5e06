"""Saved maps on the board: every version with who and when, whatever the batches, and rebuilt the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest
from psycopg import Cursor

from beket.board import rebuild
from beket.board.panels.maps import in_force, maps, versions, words
from beket.board.projector import BoardProjection
from beket.log.postgres import PostgresBook
from beket.loop.runner import Runner
from beket.loop.thinking import CORE
from beket.words.decisions import Decision, RetireMap, SaveMap
from beket.words.ids import Instant, PlaceId, sha256
from beket.words.wire import Entry
from tests.board import engine

NOON: Final = 1_795_000_000_000
HERE, THERE = PlaceId("KG-BDB-A"), PlaceId("KG-TOR-A")
FIRST, SECOND = 'name = "ours"\n\t"quoted" \\ \u0000 Ж\n', 'name = "ours"\n'


def save(text: str, at: int, before: str | None = None, *, name: str = "ours") -> SaveMap:
    return SaveMap(
        decision_id=f"d-{name}-{at}", by="a.asanov", role="duty_officer", at=Instant(NOON + at), name=name,
        title=f"Title {at}", text=text, sha256=sha256(text.encode()),
        replaces=None if before is None else sha256(before.encode()), made_from=sha256(b"paper"),
    )  # fmt: skip


def retire(seen: str, at: int) -> RetireMap:
    return RetireMap(
        decision_id=f"r-{at}", by="b.bekov", role="duty_officer", at=Instant(NOON + at), name="ours",
        sha256=sha256(seen.encode()), why="another column",
    )  # fmt: skip


class House:
    """Two checkpoints with the house's own loop behind them."""

    def __init__(self, dsn: str) -> None:
        self.book = PostgresBook(dsn)
        self.runner = Runner(self.book, BoardProjection(), CORE)

    def hears(self, *said: Decision, place: PlaceId = HERE) -> None:
        self.book.append(place, [Entry(body=body) for body in said])
        self.runner.catch_up()


@pytest.fixture
def house(dsn: str) -> Iterator[House]:
    found = House(dsn)
    yield found
    found.book.close()


def test_the_newest_version_is_in_force_and_all_are_told(house: House, cursor: Cursor[Any]) -> None:
    house.hears(save(FIRST, 1))
    house.hears(save(SECOND, 2, FIRST))
    (now,) = in_force(cursor)
    assert (now.text, now.version, now.title, now.by_whom, now.place) == (SECOND, 2, "Title 2", "a.asanov", HERE)
    assert (now.replaces, now.made_from) == (sha256(FIRST.encode()), sha256(b"paper"))
    assert [(one.version, one.text) for one in versions(cursor, "ours")] == [(2, SECOND), (1, FIRST)]
    assert versions(cursor, "other") == ()


def test_what_is_out_of_force_is_told_and_not_read_by(house: House, cursor: Cursor[Any]) -> None:
    house.hears(save(FIRST, 1), save(FIRST, 2, name="other"))
    house.hears(retire(FIRST, 3))
    assert [one.name for one in in_force(cursor)] == ["other"]
    told = {one.name: one for one in maps(cursor)}
    assert (told["ours"].active, told["ours"].by_whom, told["ours"].why) == (False, "b.bekov", "another column")
    house.hears(save(SECOND, 4))
    assert {one.name for one in in_force(cursor)} == {"ours", "other"}


def test_of_one_name_begun_at_two_places_the_later_word_counts(house: House, cursor: Cursor[Any]) -> None:
    house.hears(save(SECOND, 9), place=THERE)
    house.hears(save(FIRST, 5))
    assert [(one.place, one.text) for one in in_force(cursor)] == [(THERE, SECOND)]
    assert len(versions(cursor, "ours")) == 2


def test_a_refused_map_is_no_map(house: House, cursor: Cursor[Any]) -> None:
    house.hears(save(SECOND, 1, FIRST))
    assert (maps(cursor), words(cursor)) == ((), 0)


def test_the_same_number_of_words_is_the_same_maps(house: House, cursor: Cursor[Any]) -> None:
    house.hears(save(FIRST, 1))
    before = words(cursor)
    house.hears(retire(FIRST, 2))
    assert (before, words(cursor)) == (1, 2)


def test_rebuilt_from_the_log_it_is_the_same(house: House, dsn: str) -> None:
    house.hears(save(FIRST, 1), save(SECOND, 2, FIRST))
    house.hears(save(SECOND, 9), place=THERE)
    house.hears(retire(SECOND, 3), save(FIRST, 4, name="other"))
    live = engine.tables(dsn)
    rebuild.rebuild(dsn)
    assert engine.tables(dsn) == live
    assert len(live["document_map"]) == 5
