"""The belief that is read from the log and the one that is read from the tables of the screens are the same."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from beket.board.projector import BoardProjection
from beket.board.schema import SCHEMA, ensure
from beket.log.book import Seq
from beket.log.migrate import migrate
from beket.log.postgres import PostgresBook
from beket.log.server import Server
from beket.loop.runner import Runner
from beket.sim.belief import Belief, Dossier, from_log, from_tables
from beket.sim.country import demo_posts
from beket.sim.judge import judge
from beket.sim.pace import LOAD
from beket.sim.rehearsal import Script
from beket.words.facts import Concluded
from beket.words.ids import EntryRef, PlaceId, entry_ref
from beket.words.wire import Body, Entry
from tests.sim.house import DryRun

ENTRIES_MAX = 500


@pytest.fixture(scope="module")
def dsn() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder) / "data") as server:
        migrate(server.dsn)
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            ensure(connection)
        yield server.dsn


def test_the_screens_believe_what_the_log_says(dsn: str) -> None:
    posts = demo_posts(3, rate=4000, even=True, pace=LOAD)
    script = Script(seed=5, rate=4000, seconds=40, pace=LOAD, even=True, faults=frozenset({"reorder", "drop"}))
    dry = DryRun(posts, script)
    truth, in_memory = dry.run()
    with closing(PostgresBook(dsn)) as book:
        for post in posts:
            said = [Entry(body=body) for _, body in dry.house.entries[post.id] if not isinstance(body, Concluded)]
            for at in range(0, len(said), ENTRIES_MAX):
                book.append(post.id, said[at : at + ENTRIES_MAX])
        Runner(book, BoardProjection()).catch_up()

        def entries(place: PlaceId) -> Iterator[tuple[EntryRef, Body]]:
            after = Seq(0)
            while frames := book.read(place, after):
                for frame in frames:
                    yield from ((entry_ref(frame.seq, n), entry.body) for n, entry in enumerate(frame.entries))
                after = frames[-1].seq

        logged, shown = from_log(truth.places, entries), from_tables(dsn, truth.places, entries, SCHEMA)
    assert homes(shown) == homes(logged)
    assert {one.id: plain(one) for one in shown.dossiers.values()} == {
        one.id: plain(one) for one in logged.dossiers.values()
    }
    assert len(shown.said) == len(in_memory.said) > 500
    assert judge(truth, shown).explained_by == judge(truth, logged).explained_by
    assert judge(truth, shown).right


def plain(dossier: Dossier) -> tuple[object, ...]:
    return dossier.place, dossier.direction, dossier.departed, dossier.close_reason, dossier.joined_into


def homes(belief: Belief) -> dict[object, object]:
    return {said.where: belief.home(said.where) for said in belief.said}
