"""Which posts are served: those of the site file as they are laid out now, and those that were laid out at the desk."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any, Final

import psycopg
import pytest
from msgspec.structs import replace

from beket.app import served as module
from beket.app.posts import describe
from beket.app.served import InForce, Layouts, served
from beket.log.server import Server
from beket.words.decisions import ApprovePost, DescribePost, ProposePost
from beket.words.ids import DeviceId, Instant, PlaceId
from beket.words.site import Device, Post, fingerprint
from tests.board import engine
from tests.board.test_papers import LANE, NOON, PLACE, POST, Place

SCALE: Final = Device(id=DeviceId("KG-TST-A/in-1/scale-2"), driver="z", lane=LANE, zone="control")
WANTED: Final = replace(POST, devices=(*POST.devices, SCALE))
NEW: Final = replace(POST, id=PlaceId("KG-NEW-A"), devices=(), lanes=())


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    yield from engine.serve()


@pytest.fixture
def dsn(server: Server) -> str:
    return engine.fresh(server)


def put_in_force(place: Place, wanted: Post, before: Post | None) -> None:
    named: dict[str, Any] = {"decision_id": "p", "at": Instant(NOON), "role": "administrator"}
    of = place.say(
        ProposePost(
            **named, by="a.asanov", post=wanted, sha256=fingerprint(wanted), from_at=Instant(NOON),
            replaces=None if before is None else fingerprint(before),
        )
    )  # fmt: skip
    place.say(ApprovePost(**named, by="b.bekov", of=of, sha256=fingerprint(wanted)))  # type: ignore[arg-type]


@pytest.fixture
def place(dsn: str) -> Iterator[Place]:
    opened = Place(dsn)
    opened.say(DescribePost(decision_id="d", by="a", role="administrator", at=Instant(NOON), post=POST))
    yield opened
    opened.book.close()


@pytest.fixture
def in_force(dsn: str, place: Place) -> Iterator[InForce]:
    found = InForce(dsn)
    yield found
    found.close()


def test_the_site_files_word_stands_until_two_persons_say_otherwise(place: Place, in_force: InForce) -> None:
    assert served([POST], in_force.layouts()) == (POST,)
    before = in_force.versions()
    put_in_force(place, WANTED, POST)
    assert served([POST], in_force.layouts()) == (WANTED,)
    assert in_force.versions() != before
    assert in_force.laid_out_at_the_desk() == (PLACE,)


def test_a_post_that_no_file_names_is_served_once_it_was_laid_out_at_the_desk(place: Place, in_force: InForce) -> None:
    assert served([NEW], in_force.layouts()) == (NEW,), "nobody has put its layout in force: the file counts"
    assert served([], in_force.layouts()) == (), "a post that has left the site file is served no longer"
    put_in_force(place, WANTED, POST)
    assert served([NEW], in_force.layouts()) == (NEW, WANTED)


def test_a_changed_site_file_counts_before_it_is_concluded(place: Place, in_force: InForce) -> None:
    put_in_force(place, WANTED, POST)
    changed = replace(POST, zone_name="Asia/Almaty")
    describe(place.book, [changed])
    assert served([changed], in_force.layouts()) == (changed,)
    assert in_force.versions() == frozenset()
    place.runner.catch_up()
    assert served([changed], in_force.layouts()) == (changed,)
    assert in_force.laid_out_at_the_desk() == ()


def test_the_same_site_file_takes_nothing_back(place: Place, in_force: InForce) -> None:
    """`describe` says a file's layout once per change of the file, whatever people have put in force since."""
    describe(place.book, [POST])
    place.runner.catch_up()
    put_in_force(place, WANTED, POST)
    describe(place.book, [POST])
    assert served([POST], in_force.layouts()) == (WANTED,)


def test_who_waits_is_told_when_a_post_is_laid_out_otherwise(
    place: Place, in_force: InForce, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_S", 0.01)

    async def watched() -> tuple[Post, ...]:
        layouts, stop = Layouts(in_force, [POST]), asyncio.Event()
        assert await layouts.posts(stop) == (POST,)
        waiting = asyncio.create_task(layouts.changed())
        await asyncio.sleep(0.05)
        assert not waiting.done()
        await asyncio.to_thread(put_in_force, place, WANTED, POST)
        await asyncio.wait_for(waiting, 5)
        return await layouts.posts(stop)

    assert asyncio.run(watched()) == (WANTED,)


def test_an_engine_that_cannot_say_is_asked_again(
    dsn: str, place: Place, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "LOOK_S", 0.01)
    in_force, refusals = InForce(dsn), [psycopg.OperationalError("away")]
    ask = in_force.versions

    def sometimes() -> Any:  # noqa: ANN401
        if refusals:
            raise refusals.pop()
        return ask()

    monkeypatch.setattr(in_force, "versions", sometimes)
    assert asyncio.run(Layouts(in_force, [POST]).posts(asyncio.Event())) == (POST,)
    assert "away" in caplog.text
    in_force.close()
