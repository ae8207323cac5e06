"""A paper gets into the log whole or not at all and never twice, whatever ends the reader and whenever."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from beket.exchange.intake import DAMAGED, INLINE_BYTES_MAX, UNREADABLE, Intake, Read, read_plainly
from beket.exchange.kit.refusal import Refusal
from beket.log import inbox, taking
from beket.log.book import Trouble
from beket.log.connect import Engine
from beket.log.evidence import Shelf
from beket.log.fsck import verify
from beket.log.heads import raw_message
from beket.log.inbox import Brought, Outcome
from beket.log.postgres import PostgresBook
from beket.words.documents import Document
from beket.words.ids import CrossingId, EntryRef, Sha256
from tests.exchange.papers import IRKESHTAM, NOW, TORUGART, declaration, lodged, paper

BREAKS = b"<breaks/>"


@pytest.fixture
def shelf(folder: Path) -> Shelf:
    return Shelf(folder / "papers")


@pytest.fixture
def intake(book: PostgresBook, shelf: Shelf) -> Intake:
    return Intake(book, shelf, lambda: NOW)


def outcome_of(connection: Engine, number: int) -> Outcome:
    found = inbox.found(connection, number)
    assert found is not None
    assert found.outcome is not None
    return found.outcome


def all_of(turn: Callable[[], int]) -> int:
    """Take turns until nothing waits."""
    total = 0
    while settled := turn():
        total += settled
    return total


def test_a_paper_says_in_the_log_what_it_claims_beside_its_bytes(
    connection: Engine, book: PostgresBook, intake: Intake, tmp_path: Path
) -> None:
    blob = declaration(1)
    brought = paper(blob, file_name="a.xml", media_type="text/xml", crossing=CrossingId("KG-TOR-A:1.0"))
    number = inbox.bring(connection, brought)
    assert (intake.turn(), intake.turn(), intake.taken, intake.refused) == (1, 0, 1, 0)
    (said,) = lodged(book)
    assert (said.way, said.by, said.file_name, said.crossing) == ("api", "broker", "a.xml", "KG-TOR-A:1.0")
    (taken,) = outcome_of(connection, number).documents
    place, _, ref = taken.document.partition(":")
    entry = book.entry(TORUGART, EntryRef(ref))
    assert place == TORUGART
    assert entry is not None
    assert entry.body == said
    assert entry.raw is not None
    assert raw_message(entry.raw, Shelf(tmp_path)).blob == blob
    assert (taken.kind, taken.format, taken.known) == (said.document.kind, "esadout_cu", False)
    assert inbox.blob_of(connection, number) is None


def test_the_same_bytes_again_are_known_even_in_the_same_turn(
    connection: Engine, book: PostgresBook, intake: Intake
) -> None:
    numbers = [inbox.bring(connection, paper(declaration(1), by=by)) for by in ("broker", "carrier")]
    intake.turn()
    numbers.append(inbox.bring(connection, paper(declaration(1))))
    numbers.append(inbox.bring(connection, paper(declaration(1), place=IRKESHTAM)))
    intake.turn()
    documents = [outcome_of(connection, number).documents[0] for number in numbers]
    assert [one.known for one in documents] == [False, True, True, False]
    assert len({one.document for one in documents[:3]}) == 1
    assert len(lodged(book)) == len(lodged(book, IRKESHTAM)) == 1


def test_a_refused_paper_keeps_its_bytes_and_the_reason(connection: Engine, book: PostgresBook, intake: Intake) -> None:
    cut = declaration(1)[:300]
    number = inbox.bring(connection, paper(cut))
    other = inbox.bring(connection, paper(declaration(2), wanted="ncts"))
    intake.turn()
    refused = outcome_of(connection, number)
    assert refused.refused in {"malformed", "truncated"}
    assert refused.reason
    assert refused.where
    assert inbox.blob_of(connection, number) == cut
    assert outcome_of(connection, other).refused == "not_this_format"
    assert lodged(book) == []
    assert intake.refused == 2


def test_a_large_paper_lies_beside_the_log(
    connection: Engine, book: PostgresBook, intake: Intake, shelf: Shelf
) -> None:
    blob = declaration(1, padding=INLINE_BYTES_MAX)
    number = inbox.bring(connection, paper(blob))
    intake.turn()
    (said,) = lodged(book)
    assert said.raw_sha256 is not None
    assert shelf.read(said.raw_sha256) == blob
    assert outcome_of(connection, number).refused is None
    row = connection.execute("SELECT encode(sha256, 'hex') FROM beket.evidence").fetchone()
    assert row == (said.raw_sha256,)


def test_without_room_a_large_paper_waits_and_small_ones_go_on(
    connection: Engine, book: PostgresBook, folder: Path
) -> None:
    intake = Intake(book, Shelf(folder / "papers", bytes_max=1000), lambda: NOW)
    large = inbox.bring(connection, paper(declaration(1, padding=INLINE_BYTES_MAX)))
    small = inbox.bring(connection, paper(declaration(2)))
    for _ in range(3 * taking.TRIES_MAX):
        with pytest.raises(Trouble, match="full"):
            intake.turn()
        assert intake.turn() == 0
    waits, taken = (inbox.found_all(connection, [large, small])[number] for number in (large, small))
    assert (waits.state, taken.state) == ("waiting", "taken")
    assert waits.tries <= 1
    roomy = Intake(book, Shelf(folder / "papers"), lambda: NOW)
    assert all_of(roomy.turn) == 1
    assert len(lodged(book)) == 2


def test_small_papers_behind_many_large_ones_without_room_go_on(
    connection: Engine, book: PostgresBook, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("beket.exchange.intake.BATCH_MAX", 2)
    intake = Intake(book, Shelf(folder / "papers", bytes_max=1000), lambda: NOW)
    for number in range(3):
        inbox.bring(connection, paper(declaration(number, padding=INLINE_BYTES_MAX)))
    small = inbox.bring(connection, paper(declaration(9)))
    with pytest.raises(Trouble):
        intake.turn()
    assert intake.turn() == 1
    assert outcome_of(connection, small).documents


def test_a_paper_that_is_larger_than_the_shelf_takes_is_refused(
    connection: Engine, book: PostgresBook, folder: Path
) -> None:
    intake = Intake(book, Shelf(folder / "papers", picture_bytes_max=1000), lambda: NOW)
    number = inbox.bring(connection, paper(declaration(1, padding=INLINE_BYTES_MAX)))
    intake.turn()
    assert outcome_of(connection, number).refused == "size"


def test_what_no_frame_can_hold_is_refused(
    connection: Engine, book: PostgresBook, intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("beket.log.draft.FRAME_BYTES_MAX", 500)
    number = inbox.bring(connection, paper(declaration(1)))
    intake.turn()
    assert outcome_of(connection, number).refused == "size"
    assert lodged(book) == []


def test_a_fault_of_ours_refuses_one_paper_and_no_other(
    connection: Engine, book: PostgresBook, shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    def read(brought: Brought, blob: bytes) -> tuple[Document, ...] | Refusal:
        if blob == BREAKS:
            raise RecursionError("too deep")
        return read_plainly(brought, blob)

    numbers = [inbox.bring(connection, paper(blob)) for blob in (declaration(1), BREAKS, declaration(2))]
    Intake(book, shelf, lambda: NOW, read).turn()
    assert [outcome_of(connection, number).refused for number in numbers] == [None, UNREADABLE, None]
    assert inbox.blob_of(connection, numbers[1]) == BREAKS
    assert "fault of this program" in caplog.text


def test_a_paper_that_is_damaged_while_it_waits_is_set_aside_and_no_other(
    connection: Engine, book: PostgresBook, intake: Intake
) -> None:
    numbers = [inbox.bring(connection, paper(declaration(number))) for number in (1, 2, 3)]
    damage = "UPDATE beket.inbox SET blob = set_byte(blob, length(blob) / 2, 255) || '\\x00' WHERE id = %s AND packed"
    assert connection.execute(damage, (numbers[1],)).rowcount == 1
    assert intake.turn() == 3
    assert [outcome_of(connection, number).refused for number in numbers] == [None, DAMAGED, None]
    assert inbox.blob_of(connection, numbers[1]) is None
    assert len(lodged(book)) == 2


def _die_of(blob: bytes) -> Read:
    def read(brought: Brought, read_blob: bytes) -> tuple[Document, ...] | Refusal:
        if read_blob == blob:
            os.kill(os.getpid(), signal.SIGKILL)
        return read_plainly(brought, read_blob)

    return read


def _work(dsn: str, papers: Path, read: Read) -> None:
    with closing(PostgresBook(dsn)) as own:
        all_of(Intake(own, Shelf(papers), lambda: NOW, read).turn)


def _in_a_process(work: Callable[..., None], *arguments: object) -> int:
    process = multiprocessing.get_context("fork").Process(target=work, args=arguments)
    process.start()
    process.join(60)
    assert process.exitcode is not None
    return process.exitcode


def test_a_paper_that_ends_its_reader_is_set_aside_and_takes_no_other_with_it(
    connection: Engine, book: PostgresBook, dsn: str, folder: Path
) -> None:
    blobs = [declaration(1), BREAKS, *(declaration(number) for number in range(2, 8))]
    numbers = [inbox.bring(connection, paper(blob)) for blob in blobs]
    deaths = 0
    while _in_a_process(_work, dsn, folder / "papers", _die_of(BREAKS)) != 0:
        deaths += 1
        assert deaths <= taking.TRIES_MAX
    assert deaths == taking.TRIES_MAX
    outcomes = [outcome_of(connection, number).refused for number in numbers]
    assert outcomes == [None, UNREADABLE, *[None] * 6]
    assert len(lodged(book)) == 7
    assert inbox.blob_of(connection, numbers[1]) == BREAKS


class Statements:
    """Counts what goes to the engine and kills this process before the one that was asked for, or after it."""

    def __init__(self, fatal: int) -> None:
        self.left = fatal

    def count(self) -> None:
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self.left -= 1


def _work_until(dsn: str, papers: Path, fatal: int) -> None:
    """Take one turn whose process is killed before a statement."""
    statements = Statements(fatal)
    execute, wait = psycopg.Connection.execute, psycopg.Connection.wait

    def counted(*given: Any, **named: Any) -> Any:  # noqa: ANN401 - it stands in for the driver's
        statements.count()
        return execute(*given, **named)

    def waited(*given: Any, **named: Any) -> Any:  # noqa: ANN401
        statements.count()
        found = wait(*given, **named)
        statements.count()
        return found

    psycopg.Connection.execute, psycopg.Connection.wait = counted, waited  # type: ignore[method-assign]
    with closing(PostgresBook(dsn)) as own:
        Intake(own, Shelf(papers), lambda: NOW).turn()


def _points(dsn: str, papers: Path) -> Iterator[tuple[int, int]]:
    """Kill at one statement after the other, until a turn gets through."""
    for fatal in range(1, 1000):
        code = _in_a_process(_work_until, dsn, papers, fatal)
        yield fatal, code
        if code == 0:
            return


def test_killed_between_any_two_statements_a_paper_is_taken_exactly_once(
    connection: Engine, book: PostgresBook, dsn: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "TRIES_MAX", 1000)  # that a reader dies too often is another test
    killed = 0
    for fatal, code in _points(dsn, folder / "papers"):
        blobs = [declaration(fatal * 3), declaration(fatal * 3 + 1, padding=INLINE_BYTES_MAX), b"<cut"]
        fresh = [inbox.bring(connection, paper(blob, key=f"{fatal} {part}")) for part, blob in enumerate(blobs)]
        again = [inbox.bring(connection, paper(blob, key=f"{fatal} {part}")) for part, blob in enumerate(blobs)]
        assert again == fresh
        killed += code != 0
    assert killed > 20
    _work(dsn, folder / "papers", read_plainly)
    said = lodged(book)
    assert len({one.raw_sha256 for one in said}) == len(said) == 2 * (killed + 1)
    assert inbox.standing(connection).papers == 0
    assert verify(connection).bad is None
    shelf = Shelf(folder / "papers", read_only=True)
    kept = [bytes(row[0]).hex() for row in connection.execute("SELECT sha256 FROM beket.evidence")]
    assert len(kept) == killed + 1
    assert all(shelf.read(Sha256(name)) for name in kept)
    rows = connection.execute("SELECT state, count(*) FROM beket.inbox GROUP BY 1 ORDER BY 1").fetchall()
    assert rows == [("refused", killed + 1), ("taken", 2 * (killed + 1))]


def test_many_intakes_at_once_take_each_paper_once(
    connection: Engine, book: PostgresBook, dsn: str, folder: Path
) -> None:
    numbers = [inbox.bring(connection, paper(declaration(number))) for number in range(200)]
    settled: list[int] = []

    def work(papers: Path) -> None:
        with closing(PostgresBook(dsn)) as own:
            settled.append(all_of(Intake(own, Shelf(papers), lambda: NOW).turn))

    threads = [threading.Thread(target=work, args=(folder / str(one),)) for one in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sum(settled) == len(numbers)
    assert sum(count > 0 for count in settled) > 1
    assert len(lodged(book)) == len(numbers)
    assert {one.tries for one in inbox.found_all(connection, numbers).values()} == {1}


def test_an_engine_that_goes_away_costs_no_try(connection: Engine, dsn: str, folder: Path, book: PostgresBook) -> None:
    def cut_off(brought: Brought, blob: bytes) -> tuple[Document, ...] | Refusal:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            " AND datname = current_database()"
        )
        return read_plainly(brought, blob)

    intake = Intake(book, Shelf(folder / "papers"), lambda: NOW, cut_off)
    number = inbox.bring(connection, paper(declaration(1)))
    for _ in range(2 * taking.TRIES_MAX):
        with pytest.raises(Trouble):
            intake.turn()
    found = inbox.found(connection, number)
    assert found is not None
    assert (found.state, found.tries) == ("waiting", 1)
