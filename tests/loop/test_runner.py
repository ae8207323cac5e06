"""The loop's promises: each entry once, in order, whole or not at all, whatever dies or fails in the middle."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Sequence
from typing import Any

import msgspec
import psycopg
import pytest
from psycopg import Connection

from beket.board.projector import BoardFolding, BoardProjection
from beket.board.projector import News as NewsOfBoard
from beket.board.rebuild import rebuild
from beket.board.schema import SCHEMA, ensure
from beket.log.book import Seq, Trouble
from beket.log.heads import faults
from beket.log.postgres import PostgresBook
from beket.log.server import Server
from beket.loop import runner as runner_module
from beket.loop import turn
from beket.loop.ports import Folding, News
from beket.loop.replay import check
from beket.loop.runner import STANDS, STANDS_S, Runner, Share
from beket.loop.snapshot import SNAPSHOT_ENTRIES
from beket.words.decisions import Decision
from beket.words.facts import Concluded, Fact
from beket.words.ids import EntryRef, PlaceId
from beket.words.readings import PlateRead, Reading
from tests.board import engine, scenes

POISON = "01KG666ABC"


def _facts(book: PostgresBook, place: PlaceId = scenes.PLACE) -> list[Fact]:
    return [
        entry.body
        for frame in book.read(place, Seq(0), 10_000)
        for entry in frame.entries
        if isinstance(entry.body, Concluded)
    ]


def _tell(book: PostgresBook, seed: int, entries: int) -> None:
    for frame in scenes.in_frames(scenes.day(seed, entries), seed):
        book.append(scenes.PLACE, frame)


def _choking(state: scenes.Drawn, ref: EntryRef, body: Reading | Decision) -> tuple[Fact, ...]:
    if isinstance(body, PlateRead) and body.plate == POISON:
        # Half a fold on purpose: what was held must not be used again.
        state.open.clear()
        raise AssertionError("a bug in the thinking")
    return scenes.think(state, ref, body)


CHOKING = msgspec.structs.replace(scenes.LIGHT, step=_choking)


def test_facts_do_not_depend_on_how_frames_are_batched(server: Server) -> None:
    seen = []
    for at_once in (1, 5, 1000):
        dsn = engine.fresh(server)
        book, following = PostgresBook(dsn), PostgresBook(dsn)
        runner = Runner(following, engine.Blind(), scenes.LIGHT)
        told = scenes.in_frames(scenes.day(11, 300), 11)
        for first in range(0, len(told), at_once):
            book.append(scenes.PLACE, [entry for frame in told[first : first + at_once] for entry in frame])
            runner.catch_up()
        kinds = [type(fact).__name__ for fact in _facts(book)]
        seen.append(kinds)
        assert check(book, scenes.LIGHT).holds
        book.close()
        following.close()
    assert seen[0] == seen[1] == seen[2]
    assert len(set(seen[0])) > 8, "the day brings facts of many kinds"


def test_a_second_runner_finds_nothing_to_do(dsn: str, book: PostgresBook) -> None:
    _tell(book, 1, 200)
    assert engine.follow(dsn) > 0
    before = (_facts(book), engine.tables(dsn))
    assert engine.follow(dsn) == 0
    assert (_facts(book), engine.tables(dsn)) == before


def test_a_place_belongs_to_one_runner_at_a_time(dsn: str, book: PostgresBook) -> None:
    _tell(book, 1, 20)
    first, second = PostgresBook(dsn), PostgresBook(dsn)
    assert Runner(first, engine.Blind(), scenes.LIGHT).catch_up() > 0
    book.append(scenes.PLACE, [scenes.plate("01KG777ABC", scenes.NOON + 10**9)])
    assert Runner(second, engine.Blind(), scenes.LIGHT).catch_up() == 0
    first.close()
    deadline = time.monotonic() + 10  # the engine notices a closed connection in its own time
    while not Runner(second, engine.Blind(), scenes.LIGHT).catch_up():
        assert time.monotonic() < deadline
    second.close()


def test_a_loop_that_is_behind_reads_only_what_others_wrote(
    dsn: str, book: PostgresBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn, "FRAMES_MAX", 2)
    _tell(book, 3, 200)
    told = book.heads()[0].seq
    following = PostgresBook(dsn)
    runner = Runner(following, BoardProjection(), scenes.LIGHT)
    assert runner.catch_up() == told
    assert book.heads()[0].seq > told, "facts were written"
    book.append(scenes.PLACE, [scenes.plate("01KG777ABC", scenes.NOON + 10**9)])
    assert runner.catch_up() == 1
    with following.transaction() as writing:
        assert writing.cursor(turn.READER, scenes.PLACE) == book.heads()[0].seq
    following.close()
    assert check(book, scenes.LIGHT).holds


def test_loops_that_share_begin_with_their_own_places(dsn: str, book: PostgresBook) -> None:
    places = [PlaceId(f"KG-{number}") for number in range(9)]
    for place in places:
        book.append(place, [scenes.plate("01KG777ABC", scenes.NOON)])
    books = [PostgresBook(dsn) for _ in range(3)]
    shares = [Share(number, 3) for number in range(3)]
    runners = [Runner(one, engine.Blind(), scenes.LIGHT, share) for one, share in zip(books, shares, strict=True)]
    taken = [runner.catch_up() for runner in runners]
    assert taken == [sum(map(share.holds, places)) for share in shares]
    assert sum(taken) == len(places)
    for one in books:
        one.close()


def test_a_place_of_anothers_share_is_looked_after_too(
    dsn: str, book: PostgresBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner_module, "TAKE_OVER_S", 0.0)
    _tell(book, 1, 20)
    following = PostgresBook(dsn)
    others = next(share for share in (Share(0, 2), Share(1, 2)) if not share.holds(scenes.PLACE))
    assert Runner(following, engine.Blind(), scenes.LIGHT, others).catch_up() > 0
    following.close()


class Dies:
    """A projection in whose middle the process is killed, after the board was written and before the commit."""

    def __init__(self, folds: int) -> None:
        self.folds = folds
        self.board = BoardProjection()

    def begin(self, connection: Connection[Any], news: Sequence[News]) -> DyingFolding:
        """Begin to fold."""
        self.folds -= 1
        return DyingFolding(self.board.begin(connection, news), dies=self.folds == 0)


class DyingFolding:
    """A folding that ends with the process, at the last time."""

    def __init__(self, folding: Folding, *, dies: bool) -> None:
        self.folding = folding
        self.dies = dies

    def conclude(self, facts: Sequence[Sequence[Fact]]) -> None:
        """Fold what follows."""
        self.folding.conclude(facts)

    def finish(self, refs: Sequence[Sequence[EntryRef]]) -> None:
        """Fold the rest, and die."""
        self.folding.finish(refs)
        if self.dies:
            os._exit(9)


def _run_and_die(dsn: str, folds: int) -> None:
    vars(turn)["FRAMES_MAX"] = 4  # several folds to die in
    Runner(PostgresBook(dsn), Dies(folds), scenes.LIGHT).catch_up()


@pytest.mark.parametrize("folds", [1, 3])
def test_killed_in_the_middle_nothing_is_lost_or_doubled(
    server: Server, dsn: str, book: PostgresBook, folds: int
) -> None:
    whole = engine.fresh(server)
    same = PostgresBook(whole)
    for number, frame in enumerate(scenes.in_frames(scenes.day(21, 200), 21)):
        book.append(scenes.PLACE, frame)
        same.append(scenes.PLACE, frame)
        if number % 10 == 9:
            engine.follow(whole)
        if number in (19, 29):
            dying = multiprocessing.get_context("spawn").Process(target=_run_and_die, args=(dsn, folds))
            dying.start()
            dying.join(60)
            assert dying.exitcode == 9
    engine.follow(dsn)
    engine.follow(whole)
    assert [type(fact) for fact in _facts(book)] == [type(fact) for fact in _facts(same)]
    assert check(book, scenes.LIGHT).holds
    assert len(engine.tables(dsn)["crossing"]) == len(engine.tables(whole)["crossing"])
    same.close()


def test_a_poisoned_frame_is_set_aside_and_stops_nothing_else(dsn: str, book: PostgresBook) -> None:
    at = scenes.NOON
    book.append(scenes.PLACE, [scenes.described(), scenes.plate("01KG001ABC", at)])
    book.append(scenes.PLACE, [scenes.plate("01KG002ABC", at + 1000), scenes.plate(POISON, at + 2000)])
    book.append(scenes.PLACE, [scenes.plate("01KG003ABC", at + 3000), scenes.plate("01KG001ABC", at + 4000)])
    following = PostgresBook(dsn)
    runner = Runner(following, BoardProjection(), CHOKING)
    runner.catch_up()
    assert runner.counted.faults == 1
    with psycopg.connect(dsn) as connection:
        faults = connection.execute("SELECT reader, place, seq, error FROM beket.fault").fetchall()
        plates = connection.execute("SELECT plate, departed_at FROM board_10.crossing ORDER BY opened_at").fetchall()
        heard = connection.execute("SELECT count(*) FROM board_10.sighting").fetchone()
    assert faults == [("loop", scenes.PLACE, 2, "AssertionError: a bug in the thinking")]
    # What the frame before it opened still departs: the half fold of the poisoned frame was thrown away.
    assert plates == [("01KG001ABC", at + 4000), ("01KG003ABC", None)]
    assert heard == (5,), "what was said is shown even where nothing could be concluded"
    report = check(book, CHOKING)
    assert (report.holds, report.set_aside) == (True, 1)

    mended = Runner(following, BoardProjection(), scenes.LIGHT)
    turned = mended.retry(scenes.PLACE, Seq(2))
    assert turned.facts > 0
    book.append(scenes.PLACE, [scenes.plate("01KG002ABC", at + 9000)])
    mended.catch_up()
    with psycopg.connect(dsn) as connection:
        assert connection.execute("SELECT count(*) FROM beket.fault").fetchone() == (0,)
        departed = connection.execute("SELECT departed_at FROM board_10.crossing WHERE plate = '01KG002ABC'").fetchone()
    assert departed == (at + 9000,)
    assert check(book, scenes.LIGHT).holds
    with pytest.raises(ValueError, match="was not set aside"):
        mended.retry(scenes.PLACE, Seq(1))
    following.close()


class Blind(BoardProjection):
    """A board that fails at the second frame, after it has written it."""

    def begin(self, connection: Connection[Any], news: Sequence[NewsOfBoard]) -> BoardFolding:
        folding = super().begin(connection, news)
        if any(frame.seq == 2 for one in news for frame in one.frames):
            connection.execute("SELECT 1/0")
        return folding


def test_a_frame_that_cannot_be_shown_is_set_aside_whole(dsn: str, book: PostgresBook) -> None:
    for number in range(4):
        book.append(scenes.PLACE, [scenes.plate(f"01KG00{number}ABC", scenes.NOON + number * 1000)])
    following = PostgresBook(dsn)
    runner = Runner(following, Blind(), scenes.LIGHT)
    runner.catch_up()
    following.close()
    assert runner.counted.faults == 1
    with psycopg.connect(dsn) as connection:
        assert connection.execute("SELECT seq FROM beket.fault").fetchall() == [(2,)]
        shown = connection.execute("SELECT plate FROM board_10.crossing ORDER BY opened_at").fetchall()
    assert shown == [("01KG000ABC",), ("01KG002ABC",), ("01KG003ABC",)]
    assert check(book, scenes.LIGHT).holds


def test_a_snapshot_and_later_facts_hold_what_all_facts_hold(dsn: str, book: PostgresBook) -> None:
    at = scenes.NOON
    entries = [
        scenes.plate(f"{n % 9 + 1:02}KG{n % 1000:03}A{n % 7}C", at + n * 1000) for n in range(SNAPSHOT_ENTRIES + 50)
    ]
    for first in range(0, len(entries), 500):
        book.append(scenes.PLACE, entries[first : first + 500])
    following = PostgresBook(dsn)
    Runner(following, engine.Blind(), scenes.LIGHT).catch_up()
    following.close()
    book.append(scenes.PLACE, [scenes.plate("01KG777ABC", at + 10**9)])
    following = PostgresBook(dsn)
    Runner(following, engine.Blind(), scenes.LIGHT).catch_up()
    following.close()
    with psycopg.connect(dsn) as connection:
        assert connection.execute("SELECT count(*) FROM beket.snapshot").fetchone() == (1,)
    assert check(book, scenes.LIGHT).holds
    with psycopg.connect(dsn) as connection:
        connection.execute('UPDATE beket.snapshot SET body = \'{"place":"elsewhere"}\'')
    report = check(book, scenes.LIGHT)
    assert report.first is not None
    assert "what is held" in report.first.said


def test_a_snapshot_that_cannot_be_read_is_passed_over(dsn: str, book: PostgresBook) -> None:
    with book.transaction() as writing:
        writing.save_snapshot(scenes.PLACE, scenes.LIGHT.rules, Seq(0), b"not a snapshot")
    _tell(book, 3, 100)
    engine.follow(dsn)
    assert check(book, scenes.LIGHT).holds


def test_it_runs_until_told_and_wakes_by_itself(dsn: str, book: PostgresBook) -> None:
    stop = threading.Event()
    following = PostgresBook(dsn)
    runner = Runner(following, BoardProjection(), scenes.LIGHT)
    thread = threading.Thread(target=runner.run, args=(stop,))
    thread.start()
    try:
        with psycopg.connect(dsn, autocommit=True) as listening:
            listening.execute("LISTEN beket_board")
            book.append(scenes.PLACE, [scenes.described(), scenes.plate("01KG777ABC", scenes.NOON)])
            assert [notice.payload for notice in listening.notifies(timeout=10, stop_after=1)] == [scenes.PLACE]
    finally:
        stop.set()
        thread.join(10)
    assert not thread.is_alive()
    following.close()


def test_it_waits_out_a_time_without_the_engine(dsn: str, book: PostgresBook, monkeypatch: pytest.MonkeyPatch) -> None:
    _tell(book, 4, 50)
    stop, calls = threading.Event(), []
    following = PostgresBook(dsn)
    runner = Runner(following, engine.Blind(), scenes.LIGHT)
    whole = Runner.catch_up

    def catch_up(self: Runner, stop: threading.Event) -> int:
        calls.append(1)
        if len(calls) < 3:
            raise Trouble("the engine is away")
        taken = whole(self, stop=stop)
        stop.set()
        return taken

    monkeypatch.setattr(Runner, "catch_up", catch_up)
    runner.run(stop)
    following.close()
    assert len(calls) == 3
    assert runner.counted.facts == len(_facts(book)) > 0


def test_without_read_tables_nothing_is_set_aside(dsn: str, book: PostgresBook) -> None:
    _tell(book, 4, 50)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f"DROP SCHEMA {SCHEMA} CASCADE")
    with pytest.raises(Trouble, match="read tables are missing"):
        engine.follow(dsn)
    with psycopg.connect(dsn, autocommit=True) as connection:
        assert connection.execute("SELECT count(*) FROM beket.fault").fetchone() == (0,)
        ensure(connection)
    assert engine.follow(dsn) > 0
    assert engine.tables(dsn)["crossing"]


def test_places_are_taken_together_and_one_that_fails_stops_no_other(dsn: str, book: PostgresBook) -> None:
    places = [PlaceId(f"KG-{number}") for number in range(5)]
    for place in places:
        book.append(place, [scenes.plate("01KG001ABC", scenes.NOON)])
    following = PostgresBook(dsn)
    runner = Runner(following, BoardProjection(), CHOKING)
    runner.catch_up()
    assert runner.counted.turns == 1, "all places in one turn"
    book.append(places[2], [scenes.plate(POISON, scenes.NOON + 1000)])
    for place in places:
        book.append(place, [scenes.plate("01KG002ABC", scenes.NOON + 2000)])
    runner.catch_up()
    following.close()
    with psycopg.connect(dsn) as connection:
        assert connection.execute("SELECT place FROM beket.fault").fetchall() == [(places[2],)]
        shown = connection.execute("SELECT place, count(*) FROM board_10.crossing GROUP BY 1 ORDER BY 1").fetchall()
    assert shown == [(place, 2) for place in places]
    assert runner.counted.faults == 1
    assert check(book, CHOKING).holds


def test_what_a_turn_shows_does_not_depend_on_who_shares_it(server: Server) -> None:
    places = [PlaceId(f"KG-{number}") for number in range(3)]
    shown = []
    for together in (True, False):
        dsn = engine.fresh(server)
        book, following = PostgresBook(dsn, now=lambda: scenes.NOON), PostgresBook(dsn, now=lambda: scenes.NOON)
        runner = Runner(following, BoardProjection(), scenes.LIGHT)
        for number, place in enumerate(places):
            for frame in scenes.in_frames(scenes.day(number, 150), number):
                book.append(place, frame)
        if together:
            runner.catch_up()
        for place in places:
            runner.catch_up([place])
        assert check(book, scenes.LIGHT).holds
        shown.append({place: [type(fact) for fact in _facts(book, place)] for place in places})
        assert rebuilt_is_the_same(dsn)
        book.close()
        following.close()
    assert shown[0] == shown[1]


def rebuilt_is_the_same(dsn: str) -> bool:
    live = engine.tables(dsn)
    rebuild(dsn)
    return engine.tables(dsn) == live


def test_a_place_whose_chain_does_not_fit_stands_still_visibly_until_it_is_mended(
    dsn: str, book: PostgresBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound, broken = PlaceId("KG-1"), PlaceId("KG-2")
    for place in (sound, broken):
        book.append(place, [scenes.plate("01KG001ABC", scenes.NOON)])
    following = PostgresBook(dsn)
    runner = Runner(following, BoardProjection(), scenes.LIGHT)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("UPDATE beket.frame SET at = at + 1 WHERE place = %s", (broken,))
        runner.catch_up()
        (standing,) = faults(connection)
        assert (standing.reader, standing.place, standing.seq) == (STANDS, broken, 1)
        assert "hash does not fit" in standing.error
        book.append(sound, [scenes.plate("01KG002ABC", scenes.NOON + 1000)])
        assert runner.catch_up() == 1, "the other place goes on"
        connection.execute("UPDATE beket.frame SET at = at - 1 WHERE place = %s", (broken,))
        assert runner.catch_up() == 0, "it is not tried at every turn"
        monkeypatch.setattr(time, "monotonic", lambda now=time.monotonic: now() + STANDS_S[0])
        assert runner.catch_up() == 1
        assert faults(connection) == []
    following.close()
    assert check(book, scenes.LIGHT).holds


def test_the_next_loop_knows_that_the_one_before_it_stood_still(dsn: str, book: PostgresBook) -> None:
    book.append(scenes.PLACE, [scenes.plate("01KG001ABC", scenes.NOON)])
    with book.transaction() as writing:
        writing.set_aside_fault(STANDS, scenes.PLACE, Seq(1), "its hash did not fit")
    assert engine.follow(dsn) == 1
    with psycopg.connect(dsn, autocommit=True) as connection:
        assert faults(connection) == []
