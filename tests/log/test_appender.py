"""Appends of many at once: what is acknowledged is in the log once, whatever happens to the engine meanwhile."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from beket.log import appender as appender_module
from beket.log.appender import Appender
from beket.log.book import Appended, Seq, Trouble
from beket.log.connect import open_connection
from beket.log.draft import Unwritable
from beket.log.fsck import verify
from beket.log.migrate import migrate
from beket.log.postgres import PostgresBook
from beket.log.server import Server
from beket.log.writing import Writing
from beket.words.ids import PlaceId
from beket.words.readings import Tick
from tests.log.entries import AK_TILEK, TORUGART, fact, saying, tick, ticks


def test_everyone_who_waits_gets_an_answer_of_their_own(dsn: str, book: PostgresBook) -> None:
    async def work() -> list[Appended]:
        async with Appender(dsn) as appender:
            places = (TORUGART, AK_TILEK)
            answers = await asyncio.gather(
                *(appender.append(places[number % 2], ticks(10 * number, 3)) for number in range(200))
            )
            assert appender.counted.commits < 50, "what waits is committed together"
            assert (appender.counted.appends, appender.counted.entries) == (200, 600)
            assert appender.counted.durable.count == 200
            return answers

    answers = asyncio.run(work())
    for number, answer in enumerate(answers):
        found = [book.entry(answer.place, ref) for ref in answer.refs]
        assert found == ticks(10 * number, 3)


def test_a_resend_that_overtakes_its_first_telling_is_written_once(dsn: str, book: PostgresBook) -> None:
    async def work() -> list[Appended]:
        async with Appender(dsn) as appender:
            return await asyncio.gather(*(appender.append(TORUGART, [tick(1)]) for _ in range(20)))

    answers = asyncio.run(work())
    assert {answer.refs for answer in answers} == {("1.0",)}
    assert sum(answer.known for answer in answers) == 19
    assert book.heads()[0].entries == 1


def test_a_bad_entry_spoils_only_its_own_request(dsn: str) -> None:
    async def work() -> tuple[Appended | BaseException, ...]:
        async with Appender(dsn) as appender:
            bad = appender.append(TORUGART, [saying(2, reading_id="short")])
            return await asyncio.gather(
                appender.append(TORUGART, [tick(1)]), bad, appender.append(TORUGART, [tick(3)]), return_exceptions=True
            )

    first, bad, last = asyncio.run(work())
    assert isinstance(bad, Unwritable)
    assert isinstance(first, Appended)
    assert isinstance(last, Appended)


def test_who_speaks_elsewhere_does_not_wait_for_a_chain_that_is_held(dsn: str, book: PostgresBook) -> None:
    book.append(TORUGART, [tick(1)])
    book.append(AK_TILEK, [tick(1)])

    async def work() -> None:
        async with Appender(dsn) as appender:
            with book.transaction() as writing:
                writing.lock([TORUGART])
                held = asyncio.create_task(appender.append(TORUGART, [tick(2)]))
                free = [await asyncio.wait_for(appender.append(AK_TILEK, [tick(2)]), 10)]
                assert not held.done()
            assert (await asyncio.wait_for(held, 10)).refs == ("2.0",)
            assert free[0].refs == ("2.0",)

    asyncio.run(work())


def test_nobody_is_passed_over_for_ever(dsn: str, book: PostgresBook, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in (TORUGART, AK_TILEK):
        book.append(place, [tick(1)])
    free = Writing.lock_free
    monkeypatch.setattr(
        Writing, "lock_free", lambda self, places: [head for head in free(self, places) if head.place != TORUGART]
    )

    async def work() -> None:
        async with Appender(dsn) as appender:
            waits = asyncio.create_task(appender.append(TORUGART, [tick(2)]))
            for number in range(2, 4 + appender_module.PASSED_OVER_MAX):
                await appender.append(AK_TILEK, [tick(number)])
            assert (await asyncio.wait_for(waits, 10)).refs == ("2.0",)

    asyncio.run(work())


def test_too_much_waiting_is_trouble_at_once(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(appender_module, "WAITING_BYTES_MAX", 20_000)

    async def work() -> list[Appended | BaseException]:
        async with Appender(dsn) as appender:
            return await asyncio.gather(
                *(appender.append(TORUGART, ticks(10 * number, 10)) for number in range(100)), return_exceptions=True
            )

    answers = asyncio.run(work())
    troubles = [answer for answer in answers if isinstance(answer, Trouble)]
    assert 0 < len(troubles) < 100
    assert "cannot keep up" in str(troubles[0])


def test_an_engine_that_stays_away_is_trouble_and_its_return_is_noticed(folder: Path) -> None:
    server = Server(folder).start()
    migrate(server.dsn)

    async def work() -> None:
        async with Appender(server.dsn, patience_s=0.3) as appender:
            await appender.append(TORUGART, [tick(1)])
            server.stop()
            with pytest.raises(Trouble, match="cannot serve now"):
                await appender.append(TORUGART, [tick(2)])
            began = time.monotonic()
            with pytest.raises(Trouble):
                await appender.append(TORUGART, [tick(2)])
            assert time.monotonic() - began < 0.3, "patience is spent once, not by every caller"
            server.start()
            assert (await appender.append(TORUGART, [tick(2)])).refs == ("2.0",)
            assert appender.counted.troubles == 2

    try:
        asyncio.run(work())
    finally:
        server.stop()


def test_after_closing_nothing_is_taken(dsn: str) -> None:
    async def work() -> None:
        async with Appender(dsn) as appender:
            pass
        with pytest.raises(Trouble, match="not open"):
            await appender.append(TORUGART, [tick(1)])

    asyncio.run(work())


def test_a_commit_whose_answer_was_lost_is_not_done_twice(
    dsn: str, book: PostgresBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Facts have no reading id: only the frame's own hash can tell that it was written after all."""
    whole = PostgresBook.transaction
    lost: list[int] = []

    @contextmanager
    def answer_lost_once(self: PostgresBook) -> Iterator[Writing]:
        with whole(self) as writing:
            yield writing
        if not lost:
            lost.append(1)
            raise Trouble("the connection broke before the commit was confirmed")

    monkeypatch.setattr(PostgresBook, "transaction", answer_lost_once)

    async def work() -> Appended:
        async with Appender(dsn) as appender:
            return await appender.append(TORUGART, [fact(1), fact(2)])

    answer = asyncio.run(work())
    assert lost
    assert answer.refs == ("1.0", "1.1")
    assert book.heads()[0].entries == 2


def test_a_commit_that_never_happened_is_done_again(
    dsn: str, book: PostgresBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = PostgresBook.transaction
    lost: list[int] = []

    @contextmanager
    def undone_once(self: PostgresBook) -> Iterator[Writing]:
        with whole(self) as writing:
            yield writing
            if not lost:
                lost.append(1)
                raise Trouble("the engine died before it committed")

    monkeypatch.setattr(PostgresBook, "transaction", undone_once)

    async def work() -> Appended:
        async with Appender(dsn) as appender:
            return await appender.append(TORUGART, [fact(1), fact(2)])

    assert asyncio.run(work()).refs == ("1.0", "1.1")
    assert lost
    assert book.heads()[0].entries == 2


KILLS = 4
SENDERS = 24


def test_killing_the_engine_again_and_again_loses_and_doubles_nothing(folder: Path) -> None:
    """kill -9 of the postmaster or of a writing backend under load: every acknowledged entry is there once."""
    acknowledged: dict[int, tuple[PlaceId, str]] = {}
    chance = random.Random(20261121)
    with Server(folder) as server:
        migrate(server.dsn)

        async def send(appender: Appender, sender: int, ended: asyncio.Event) -> None:
            number = sender * 1_000_000
            while not ended.is_set():
                place = PlaceId(f"KG-{sender % 5}")
                try:
                    answer = await appender.append(place, [tick(number), fact(number)])
                except Trouble:
                    continue
                acknowledged[number] = (place, answer.refs[0])
                number += 1

        async def work() -> None:
            ended = asyncio.Event()
            async with Appender(server.dsn) as appender:
                senders = [asyncio.create_task(send(appender, number, ended)) for number in range(SENDERS)]
                for kill in range(KILLS):
                    await asyncio.sleep(0.2 + chance.random() / 5)
                    _kill(server, backend=kill % 2 == 1)
                await asyncio.sleep(0.3)
                ended.set()
                await asyncio.gather(*senders)

        asyncio.run(work())
        _nothing_lost_nothing_doubled(server.dsn, acknowledged)


def _kill(server: Server, *, backend: bool) -> None:
    if not backend:
        _kill_engine(server.pid)
        assert server.revive()
        return
    with open_connection(server.dsn) as connection:
        query = "SELECT pid FROM pg_stat_activity WHERE application_name = 'beket log' AND pid <> pg_backend_pid()"
        for row in connection.execute(query).fetchall():
            os.kill(row[0], signal.SIGKILL)


def _kill_engine(pid: int | None) -> None:
    """Kill the postmaster, and return when it is dead, as `revive` will find it."""
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    while Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z":
        time.sleep(0.01)


def _nothing_lost_nothing_doubled(dsn: str, acknowledged: dict[int, tuple[PlaceId, str]]) -> None:
    assert len(acknowledged) > 100
    book = PostgresBook(dsn)
    held: dict[int, tuple[PlaceId, str]] = {}
    for head in book.heads():
        for frame in book.read(head.place, Seq(0), 1_000_000):
            for index, entry in enumerate(frame.entries):
                if isinstance(entry.body, Tick):
                    assert entry.body.received not in held, "doubled"
                    held[entry.body.received] = (head.place, f"{frame.seq}.{index}")
    book.close()
    lost = {number for number, address in acknowledged.items() if held.get(number) != address}
    assert lost == set()
    with open_connection(dsn) as connection:
        assert verify(connection).bad is None
