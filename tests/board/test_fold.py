"""The law of the fold, for tables: whatever the batches, however often, from wherever: the same rows."""

from __future__ import annotations

import psycopg
import pytest

from beket.board.projector import BoardProjection
from beket.board.rebuild import Numbered, prepare, rebuild
from beket.board.schema import OF_ACTS, OF_PAPERS, OF_PROCEDURES, OF_SITUATIONS, OF_TRUST, SCHEMA, TABLES
from beket.log.book import Frame, Seq
from beket.log.postgres import PostgresBook
from beket.log.server import Server
from beket.loop.runner import Runner
from beket.words.facts import Concluded
from tests.board import engine, scenes


def _live(dsn: str, book: PostgresBook, seed: int, entries: int, frames_at_once: int) -> None:
    """Tell a day in frames while a loop follows now and then."""
    following = PostgresBook(dsn)
    runner = Runner(following, BoardProjection(), scenes.LIGHT)
    for number, frame in enumerate(scenes.in_frames(scenes.day(seed, entries), seed)):
        book.append(scenes.PLACE, frame)
        if number % frames_at_once == 0:
            runner.catch_up()
    runner.catch_up()
    following.close()


@pytest.mark.parametrize(("seed", "frames_at_once"), [(1, 1), (2, 3), (3, 40), (4, 7)])
def test_rebuilt_from_nothing_is_what_was_folded_live(
    dsn: str, book: PostgresBook, seed: int, frames_at_once: int
) -> None:
    _live(dsn, book, seed, 400, frames_at_once)
    live = engine.tables(dsn)
    done = rebuild(dsn)
    assert engine.tables(dsn) == live
    assert done.faults == 0
    assert done.facts > 400
    assert all(
        live[name] for name in TABLES if name not in (*OF_TRUST, *OF_PAPERS, *OF_PROCEDURES, *OF_ACTS, *OF_SITUATIONS)
    ), "the day brings rows to every table"


def test_batches_of_any_size_give_the_same_tables(server: Server) -> None:
    shown = []
    for frames_at_once in (1, 9, 1000):
        dsn = engine.fresh(server)
        book = PostgresBook(dsn, now=lambda: scenes.NOON)
        for frame in scenes.in_frames(scenes.day(7, 300), 7):
            book.append(scenes.PLACE, frame)
        facts = _facts(book)
        frames = list(book.read(scenes.PLACE, Seq(0), 1000))
        with psycopg.connect(dsn, autocommit=True) as connection:
            projection = BoardProjection()
            for first in range(0, len(frames), frames_at_once):
                some = frames[first : first + frames_at_once]
                with connection.transaction():
                    projection.fold(connection, scenes.PLACE, some, [f for f in facts if _cause(f) in _seqs(some)])
        shown.append(engine.tables(dsn))
        book.close()
    assert shown[0] == shown[1] == shown[2]
    assert shown[0]["crossing"]


def _facts(book: PostgresBook) -> list[Numbered]:
    """Facts of the light core with references beyond all frames, as if appended after them."""
    state = scenes.LIGHT.empty(scenes.PLACE)
    facts: list[Numbered] = []
    for frame in book.read(scenes.PLACE, Seq(0), 1000):
        for index, entry in enumerate(frame.entries):
            for fact in scenes.think(state, scenes.entry_ref(frame.seq, index), entry.body):  # type: ignore[arg-type]
                state = scenes.keep(state, scenes.entry_ref(0, 0), fact)
                facts.append(Numbered(scenes.entry_ref(1000 + frame.seq, len(facts)), fact))
    return facts


def _cause(concluding: Numbered) -> int:
    return int(concluding.fact.because[-1].partition(".")[0])


def _seqs(frames: list[Frame]) -> set[int]:
    return {frame.seq for frame in frames}


def test_folding_again_changes_nothing(dsn: str, book: PostgresBook) -> None:
    _live(dsn, book, 5, 200, 5)
    before = engine.tables(dsn)
    frames = book.read(scenes.PLACE, Seq(0), 1000)
    again = [
        Numbered(scenes.entry_ref(frame.seq, index), entry.body)
        for frame in frames
        for index, entry in enumerate(frame.entries)
        if isinstance(entry.body, Concluded)
    ]
    with psycopg.connect(dsn, autocommit=True) as connection, connection.transaction():
        BoardProjection().fold(connection, scenes.PLACE, frames, again)
    assert engine.tables(dsn) == before


def test_a_fold_that_is_rolled_back_leaves_nothing(dsn: str, book: PostgresBook) -> None:
    _live(dsn, book, 5, 50, 5)
    before = engine.tables(dsn)
    book.append(scenes.PLACE, [scenes.plate("01KG777ABC", scenes.NOON + 10**9)])
    frames = book.read(scenes.PLACE, Seq(0), 1000)[-1:]
    with psycopg.connect(dsn, autocommit=True) as connection, connection.transaction(force_rollback=True):
        BoardProjection().fold(connection, scenes.PLACE, frames, [])
        inside = connection.execute("SELECT newest_at FROM board_10.place").fetchone()
        assert inside == (scenes.NOON + 10**9,)
    assert engine.tables(dsn) == before


def test_one_wake_up_per_batch(dsn: str, book: PostgresBook) -> None:
    for frame in scenes.in_frames(scenes.day(3, 50), 3):
        book.append(scenes.PLACE, frame)
    with psycopg.connect(dsn, autocommit=True) as listening:
        listening.execute("LISTEN beket_board")
        engine.follow(dsn)
        notices = list(listening.notifies(timeout=0.5))
    assert [notice.payload for notice in notices] == [scenes.PLACE]


def test_a_board_that_is_missing_is_made_and_filled(dsn: str, book: PostgresBook) -> None:
    _live(dsn, book, 6, 100, 4)
    before = engine.tables(dsn)
    assert prepare(dsn) is None
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f"DROP SCHEMA {SCHEMA} CASCADE")
    done = prepare(dsn)
    assert done is not None
    assert done.places == 1
    assert engine.tables(dsn) == before


def test_a_frame_that_cannot_be_shown_does_not_stop_a_rebuild(
    dsn: str, book: PostgresBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    _live(dsn, book, 8, 100, 4)
    whole = BoardProjection.fold

    def fold(self: BoardProjection, connection: object, place: object, frames: list[Frame], facts: object) -> None:
        if any(frame.seq == 3 for frame in frames):
            raise ValueError("cannot be shown")
        whole(self, connection, place, frames, facts)  # type: ignore[arg-type]

    monkeypatch.setattr(BoardProjection, "fold", fold)
    done = rebuild(dsn)
    assert done.faults == 1
    assert engine.tables(dsn)["crossing"]
