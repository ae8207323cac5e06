"""Layouts of checkpoints on the board: what waits, what is in force, and what was."""

from __future__ import annotations

from typing import Any, Final

import pytest
from msgspec.structs import replace
from psycopg import Cursor

from beket.board.panels import layouts
from beket.board.panels.spoken import registered
from beket.words.decisions import ApprovePost, DescribePost, ProposePost, RejectPost
from beket.words.ids import DeviceId, EntryRef, Instant, PlaceId, ReadingId
from beket.words.readings import Tick
from beket.words.site import Device, Post, fingerprint
from tests.board.test_papers import LANE, NOON, PLACE, POST, Place

SCALE: Final = DeviceId("KG-TST-A/in-1/scale-2")
WANTED: Final = replace(POST, devices=(*POST.devices, Device(id=SCALE, driver="z", lane=LANE, zone="control")))
DAY_MS: Final = 86_400_000


@pytest.fixture
def place(dsn: str) -> Any:  # noqa: ANN401
    opened = Place(dsn)
    opened.say(DescribePost(decision_id="d", by="a", role="administrator", at=Instant(NOON), post=POST))
    yield opened
    opened.book.close()


def proposed(place: Place, wanted: Post, from_at: int = NOON) -> EntryRef:
    return EntryRef(place.say(
        ProposePost(
            decision_id="p", by="a.asanov", role="device_engineer", at=Instant(NOON), post=wanted,
            sha256=fingerprint(wanted), replaces=fingerprint(POST), from_at=Instant(from_at),
        )
    ))  # fmt: skip


def approved(place: Place, of: EntryRef, wanted: Post) -> None:
    place.say(
        ApprovePost(
            decision_id="q", by="b.bekov", role="administrator", at=Instant(NOON + 1), of=of, sha256=fingerprint(wanted)
        )
    )


def test_the_site_files_layout_is_in_force_until_another_is_approved(place: Place, cursor: Cursor[Any]) -> None:
    (site,) = layouts.in_force(cursor)
    assert (site.post, site.status, site.by_whom, site.in_force_at) == (POST, "site", "", NOON)
    assert registered(cursor, PLACE, SCALE) is None
    of = proposed(place, WANTED)
    (waits,) = layouts.waiting(cursor)
    assert (waits.of, waits.post, waits.replaces, waits.status) == (of, WANTED, fingerprint(POST), "proposed")
    assert layouts.in_force(cursor) == (site,)
    approved(place, of, WANTED)
    (found,) = layouts.in_force(cursor)
    assert (found.of, found.by_whom, found.second, found.version, found.in_force_at) == (
        of, "a.asanov", "b.bekov", 1, NOON + 1,
    )  # fmt: skip
    assert layouts.waiting(cursor) == ()
    assert [one.now for one in layouts.of_place(cursor, PLACE)] == [True, False]
    assert registered(cursor, PLACE, SCALE) == WANTED.devices[-1]


def test_one_with_a_day_waits_and_may_fall(place: Place, cursor: Cursor[Any]) -> None:
    of = proposed(place, WANTED, NOON + DAY_MS)
    approved(place, of, WANTED)
    (waits,) = layouts.waiting(cursor)
    assert (waits.status, waits.from_at, waits.now) == ("approved", NOON + DAY_MS, False)
    place.say(
        RejectPost(decision_id="r", by="b.bekov", role="administrator", at=Instant(NOON + 2), of=of, why="not bought")
    )
    assert layouts.waiting(cursor) == ()
    assert [(one.status, one.why) for one in layouts.of_place(cursor, PLACE)] == [
        ("site", None),
        ("rejected", "not bought"),
    ]
    later = proposed(place, WANTED, NOON + DAY_MS)
    approved(place, later, WANTED)
    place.say(Tick(device_id=DeviceId("clock"), received=Instant(NOON + DAY_MS), reading_id=ReadingId("9" * 32)))
    (found,) = layouts.in_force(cursor)
    assert (found.of, found.in_force_at) == (later, NOON + DAY_MS)


def test_a_scope_sees_its_own_places(place: Place, cursor: Cursor[Any]) -> None:
    proposed(place, WANTED)
    elsewhere = frozenset({PlaceId("KG-OTH-A")})
    assert layouts.in_force(cursor, elsewhere) == layouts.waiting(cursor, elsewhere) == ()
    assert len(layouts.waiting(cursor, frozenset({PLACE}))) == 1
