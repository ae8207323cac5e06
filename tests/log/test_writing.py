"""What moves in one transaction on the log moves together or not at all."""

from __future__ import annotations

import logging
from contextlib import closing

import pytest

from beket.log.book import Broken, Seq, Trouble
from beket.log.connect import Engine
from beket.log.draft import request
from beket.log.fsck import verify
from beket.log.heads import faults
from beket.log.postgres import PostgresBook
from beket.log.writing import ERROR_CHARS_MAX, Wanted
from beket.words.ids import Instant, PlaceId
from tests.log.engines import wait_until
from tests.log.entries import AK_TILEK, TORUGART, fact, tick, ticks


class Failure(Exception):
    """Something went wrong in the caller's own work."""


def test_entries_cursor_and_others_tables_move_together(book: PostgresBook, connection: Engine) -> None:
    connection.execute("CREATE TABLE counted (n integer)")
    with book.transaction() as writing:
        writing.append(TORUGART, [fact(1)])
        writing.move("loop", TORUGART, Seq(7))
        writing.connection.execute("INSERT INTO counted VALUES (1)")
    with pytest.raises(Failure), book.transaction() as writing:  # noqa: PT012 - all of it must be undone
        writing.append(TORUGART, [fact(2)])
        writing.move("loop", TORUGART, Seq(8))
        writing.connection.execute("INSERT INTO counted VALUES (2)")
        raise Failure
    with book.transaction() as writing:
        assert writing.cursor("loop", TORUGART) == 7
        assert writing.cursor("loop", AK_TILEK) == 0
        assert writing.cursor("uplink", TORUGART) == 0
        assert [frame.entries for frame in writing.read(TORUGART, Seq(0))] == [(fact(1),)]
    assert connection.execute("SELECT n FROM counted").fetchall() == [(1,)]


def test_appends_of_one_transaction_follow_each_other(book: PostgresBook) -> None:
    with book.transaction() as writing:
        first = writing.append(TORUGART, [tick(1)])
        second = writing.append(TORUGART, [tick(2), tick(1)])
    assert (first.refs, second.refs) == (("1.0",), ("2.0", "1.0"))
    assert second.known == 1


def test_snapshots_are_found_by_rules_and_old_ones_go(book: PostgresBook, connection: Engine) -> None:
    with book.transaction() as writing:
        for seq in (10, 20, 30):
            writing.save_snapshot(TORUGART, "1", Seq(seq), f"state {seq}".encode())
        writing.save_snapshot(TORUGART, "2", Seq(5), b"other rules")
        writing.save_snapshot(TORUGART, "1", Seq(30), b"again")
    with book.transaction() as writing:
        assert writing.snapshot(TORUGART, "1") == (30, b"again")
        assert writing.snapshot(TORUGART, "2") == (5, b"other rules")
        assert writing.snapshot(AK_TILEK, "1") is None
    rows = connection.execute("SELECT rules, seq FROM beket.snapshot ORDER BY rules, seq").fetchall()
    assert rows == [("1", 20), ("1", 30), ("2", 5)]


def test_a_frame_that_failed_is_set_aside_and_counted(book: PostgresBook, connection: Engine) -> None:
    for number in range(2):
        with book.transaction() as writing:
            writing.set_aside_fault("loop", TORUGART, Seq(4), f"{number} " + "why " * ERROR_CHARS_MAX)
    (fault,) = faults(connection)
    assert (fault.reader, fault.place, fault.seq, fault.times) == ("loop", TORUGART, 4, 2)
    assert fault.error.startswith("1 why")
    assert len(fault.error) == ERROR_CHARS_MAX


def test_one_reader_holds_a_partition(dsn: str, book: PostgresBook) -> None:
    with closing(PostgresBook(dsn)) as other:
        assert book.claim("loop", "KG-TOR-A") is True
        assert other.claim("loop", "KG-TOR-A") is False
        assert other.claim("loop", "KG-AKT-A") is True
        assert other.claim("uplink", "KG-TOR-A") is True
        book.close()
        assert wait_until(lambda: other.claim("loop", "KG-TOR-A")), "the engine lets go soon after the connection"


def test_a_broken_connection_is_trouble_once(book: PostgresBook, connection: Engine) -> None:
    book.append(TORUGART, [tick(1)])
    connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        " AND datname = current_database()"
    )
    with pytest.raises(Trouble):
        book.append(TORUGART, [tick(2)])
    assert book.append(TORUGART, [tick(2)]).refs == ("2.0",)


def test_a_clock_gone_back_is_told_once_and_its_recovery_too(dsn: str, caplog: pytest.LogCaptureFixture) -> None:
    now = [1_795_000_000_000]
    book = PostgresBook(dsn, lambda: Instant(now[0]))
    with caplog.at_level(logging.WARNING):
        for at in (0, -3_600_000, -3_599_000, 10):
            now[0] = 1_795_000_000_000 + at
            book.append(TORUGART, [tick(at)] if at >= 0 else [fact(at)])
            assert book.clock_behind_ms == max(0, -at)
    book.close()
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == 2
    assert "3600000 ms behind the log" in told[0]
    assert "caught up" in told[1]


def test_who_only_reads_or_writes_elsewhere_does_not_make_the_clock_right(
    dsn: str, caplog: pytest.LogCaptureFixture
) -> None:
    now = [1_795_000_000_000]
    book = PostgresBook(dsn, lambda: Instant(now[0]))
    book.append(TORUGART, [tick(1)])
    now[0] -= 3_600_000
    with caplog.at_level(logging.WARNING):
        for number in range(2, 6):
            book.append(TORUGART, [tick(number)])
            book.append(AK_TILEK, [tick(number + 100)])
            with book.transaction() as writing:
                writing.read(TORUGART, Seq(0))
    book.close()
    assert [record.getMessage() for record in caplog.records] == [
        "this machine's clock is 3600000 ms behind the log; frames keep the log's time"
    ]


def test_followers_of_many_places_hear_of_all(dsn: str, book: PostgresBook) -> None:
    """A notice holds less than 8000 bytes: when the places do not fit, followers look at all heads."""
    listener = PostgresBook(dsn)
    assert list(listener.follow(0)) == []
    names = [type(TORUGART)(f"{number:03}" + "x" * 150) for number in range(60)]
    with book.transaction() as writing:
        for name in names:
            writing.append(name, [tick(1)])
    assert list(listener.follow(5)) == names
    listener.close()


def test_whether_a_reading_was_said_is_asked_only_after_one_was(book: PostgresBook, connection: Engine) -> None:
    first = book.append(TORUGART, ticks(0, 5))
    again = book.append(TORUGART, [tick(5), *ticks(0, 5), tick(6)])
    assert (again.refs[1:6], again.known) == (first.refs, 5)
    assert (again.refs[0], again.refs[6]) == ("2.0", "2.1")
    # Resends come in swarms: the next one is known without the table's key having to object.
    assert book.append(TORUGART, [tick(6)]).known == 1
    assert connection.execute("SELECT count(*), count(DISTINCT reading_id) FROM beket.said").fetchone() == (7, 7)
    assert verify(connection).bad is None


def test_a_resend_spoils_nothing_else_of_its_transaction(book: PostgresBook, connection: Engine) -> None:
    book.append(AK_TILEK, [tick(1)])
    connection.execute("CREATE TABLE beside (n integer)")
    with book.transaction() as writing:
        writing.append(TORUGART, [tick(1)])
        writing.connection.execute("INSERT INTO beside VALUES (1)")
        answers = writing.append_all([request(TORUGART, [tick(2), tick(1)]), request(AK_TILEK, [tick(1), tick(2)])])
    assert [(answer.refs, answer.known) for answer in answers] == [(("2.0", "1.0"), 1), (("1.0", "2.0"), 1)]
    assert connection.execute("SELECT n FROM beside").fetchall() == [(1,)]
    assert verify(connection).bad is None


def test_frames_of_many_places_are_read_at_once_and_no_more_than_wanted(book: PostgresBook) -> None:
    for number in range(4):
        book.append(TORUGART, ticks(10 * number, 3))
    book.append(AK_TILEK, ticks(0, 9))
    known = {Seq(2): book.read(TORUGART, Seq(1), 1)[0].hash}
    with book.transaction() as writing:
        wanted = [
            Wanted(TORUGART, Seq(0), 10, 7, known),
            Wanted(AK_TILEK, Seq(0), 10, 7),
            Wanted(PlaceId("x"), Seq(0), 9, 9),
        ]
        found = writing.read_all(wanted)
        two = writing.read_all([Wanted(TORUGART, Seq(1), 2, 100)])
    assert {place: [frame.seq for frame in frames] for place, frames in found.items()} == {
        TORUGART: [1, 3], AK_TILEK: [1], "x": [],
    }, "one frame is given however much it holds"  # fmt: skip
    assert [frame.seq for frame in two[TORUGART]] == [2, 3]
    assert two[TORUGART] == book.read(TORUGART, Seq(1), 2)


def test_a_hole_is_not_stepped_over_where_many_places_are_read(book: PostgresBook, connection: Engine) -> None:
    for number in range(3):
        book.append(TORUGART, [tick(number)])
    connection.execute("DELETE FROM beket.frame WHERE seq = 2")
    with pytest.raises(Broken, match="KG-TOR-A:2 is missing"), book.transaction() as writing:
        writing.read_all([Wanted(TORUGART, Seq(0), 10, 100)])
