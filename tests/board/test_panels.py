"""What panels promise: figures that agree with lists, search that folds look-alikes, scope that hides the rest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from psycopg import Cursor

from beket.board.panels import crossings, dossier, entry, equipment, place, wall
from beket.board.panels.crossings import Query
from beket.log.postgres import PostgresBook
from beket.log.server import Server
from beket.words.facts import CrossingsJoined
from beket.words.ids import CrossingId, EntryRef, Instant, PlaceId
from tests.board import engine, scenes

ELSEWHERE = PlaceId("KG-TOR-A")
NOW = Instant(scenes.NOON + 10 * 60_000)


@pytest.fixture(scope="module")
def shown(server: Server) -> Iterator[str]:
    """Two checkpoints: one with a busy morning, one with a single lorry."""
    dsn = engine.fresh(server)
    book = PostgresBook(dsn)
    at = scenes.NOON
    book.append(
        scenes.PLACE,
        [
            scenes.described(),
            scenes.plate("01KG777ABC", at),
            scenes.weighed(24_400.0, at + 30_000),
            scenes.plate("08KG123AAA", at + 60_000),
            scenes.plate("京A12345", at + 90_000, pictures=False),
            scenes.passed_portal(alarm=True, at=at + 95_000),
            scenes.health(at + 99_000, alive=False),
        ],
    )
    book.append(scenes.PLACE, [scenes.plate("08KG123AAA", at + 300_000)])
    book.append(ELSEWHERE, [scenes.described(ELSEWHERE), scenes.plate("01KG777ABC", at + 1000)])
    engine.follow(dsn)
    yield dsn
    book.close()


@pytest.fixture
def cursor(shown: str) -> Iterator[Cursor[Any]]:
    """A cursor as a page has it."""
    with engine.connect(shown) as connection, connection.cursor() as cursor:
        yield cursor


def test_a_tile_counts_what_its_lists_show(cursor: Cursor[Any]) -> None:
    tile = {tile.place: tile for tile in wall.wall(cursor, NOW).tiles}[scenes.PLACE]
    assert (tile.inside, tile.waiting, tile.unexplained) == (2, 1, 2)
    states: tuple[crossings.Filter, ...] = ("inside", "waiting", "unexplained", "departed")
    for state in states:
        query = Query(place=scenes.PLACE, state=state)
        listed = crossings.page(cursor, query).rows
        assert crossings.count(cursor, query) == crossings.Count(len(listed))
        figure = {"departed": tile.hour_in}.get(state, getattr(tile, state, None))
        assert figure == len(listed), state
    assert tile.oldest_waiting_at == scenes.NOON + 90_000
    assert (tile.arrived_in, tile.arrived_out, tile.hour_out) == (3, 0, 0)
    assert (tile.devices, tile.devices_down, tile.clocks_wrong) == (3, 1, 1)
    assert tile.newest_at == scenes.NOON + 300_000


def test_an_hour_later_nothing_was_in_the_last_hour(cursor: Cursor[Any]) -> None:
    later = Instant(NOW + wall.HOUR_MS)
    tile = wall.wall(cursor, later, frozenset({scenes.PLACE})).tiles[0]
    assert (tile.hour_in, tile.arrived_in, tile.inside) == (0, 0, 2)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("777", 2),
        ("01KG777ABC", 2),
        ("01 KG 777 авс", 2),
        ("01-777-АВС", 2),
        ("０１７７７", 2),
        ("авс", 2),
        ("7АВС", 2),
        ("京A", 1),
        ("a12345", 1),
        ("KG", 3),
        ("к", 3),
        ("778", 0),
        ("ABCD", 0),
        ("%", 0),
        ("_", 0),
        ("--", 0),
        ("", 4),
    ],
)
def test_any_part_of_a_plate_finds_it_in_either_script(cursor: Cursor[Any], asked: str, found: int) -> None:
    query = Query(plate=asked)
    assert len(crossings.page(cursor, query).rows) == found
    assert crossings.count(cursor, query).number == found


def test_a_frequent_part_is_found_by_walking_back(cursor: Cursor[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    by_key = [
        [row.id for row in crossings.page(cursor, query).rows]
        for query in (
            Query(plate="777"),
            Query(plate="777", state="waiting"),
            Query(plate="123", until=Instant(scenes.NOON + 70_000)),
        )
    ]
    monkeypatch.setattr(crossings, "KEYS_MAX", 0)
    walked = [
        [row.id for row in crossings.page(cursor, query).rows]
        for query in (
            Query(plate="777"),
            Query(plate="777", state="waiting"),
            Query(plate="123", until=Instant(scenes.NOON + 70_000)),
        )
    ]
    assert walked == by_key
    assert [len(rows) for rows in walked] == [2, 1, 1]
    assert crossings.count(cursor, Query(plate="777")).number == 2


def test_filters_narrow(cursor: Cursor[Any]) -> None:
    assert [row.plate for row in crossings.page(cursor, Query(alarm=True)).rows] == ["京A12345"]
    assert [row.plate for row in crossings.page(cursor, Query(state="departed")).rows] == ["08KG123AAA"]
    assert crossings.page(cursor, Query(direction="out")).rows == ()
    since = crossings.page(cursor, Query(since=Instant(scenes.NOON + 60_000), until=Instant(scenes.NOON + 90_000)))
    assert [row.plate for row in since.rows] == ["08KG123AAA"]


def test_pages_by_key_show_everything_once(cursor: Cursor[Any]) -> None:
    for query in (Query(), Query(plate="777")):
        whole = [row.id for row in crossings.page(cursor, query).rows]
        paged, after = [], None
        while True:
            shown_page = crossings.page(cursor, query, after, limit=1)
            paged += [row.id for row in shown_page.rows]
            after = shown_page.after
            if after is None:
                break
        assert paged == whole


def test_scope_hides_other_places(cursor: Cursor[Any]) -> None:
    mine = frozenset({ELSEWHERE})
    assert [tile.place for tile in wall.wall(cursor, NOW, mine).tiles] == [ELSEWHERE]
    assert {row.place for row in crossings.page(cursor, Query(places=mine)).rows} == {ELSEWHERE}
    assert crossings.count(cursor, Query(places=mine, plate="777")).number == 1
    assert crossings.count(cursor, Query(places=mine, place=scenes.PLACE)).number == 0
    assert crossings.page(cursor, Query(places=frozenset())).rows == ()
    other = crossings.page(cursor, Query(place=scenes.PLACE)).rows[0].id
    assert dossier.dossier(cursor, other, mine) is None
    assert dossier.dossier(cursor, other) is not None
    assert place.place(cursor, scenes.PLACE, NOW, mine) is None
    assert {row.place for row in equipment.equipment(cursor, mine)} == {ELSEWHERE}
    assert equipment.piece(cursor, scenes.CAMERA, frozenset()) is None
    assert entry.entry(cursor, scenes.PLACE, EntryRef("1.0"), mine) is None


def test_a_dossier_says_who_it_is_what_was_said_and_why(cursor: Cursor[Any]) -> None:
    found = dossier.dossier(cursor, CrossingId(f"{scenes.PLACE}:1.1"))
    assert found is not None
    assert (found.crossing.plate, found.crossing.gross_kg, found.crossing.state) == (
        "01KG777ABC",
        24_400.0,
        "unexplained",
    )
    sign = found.signs[0]
    assert (sign.value, sign.device, sign.zone, sign.because) == ("01KG777ABC", scenes.CAMERA, "arrival", ("1.1",))
    seen, weighed = found.evidence
    assert (seen.value, seen.confidence, seen.vehicle_type) == ("01KG777ABC", 97.0, "truck")
    assert [picture.role for picture in seen.pictures] == ["scene", "plate"]
    assert (weighed.kind, weighed.gross_kg, weighed.ref) == ("weighing", 24_400.0, "1.2")
    assert [conclusion.kind for conclusion in found.conclusions][:2] == ["crossing_opened", "crossing_identified"]
    assert all(conclusion.because for conclusion in found.conclusions)
    assert [moment.at for moment in found.timeline] == sorted(moment.at for moment in found.timeline)
    why = entry.entry(cursor, scenes.PLACE, found.conclusions[0].because[0])
    assert why is not None
    assert why.raw is not None
    assert why.raw.pieces[0].inline == f"01KG777ABC{scenes.NOON}".encode()


def test_a_checkpoint_shows_lanes_devices_and_last_crossings(cursor: Cursor[Any]) -> None:
    found = place.place(cursor, scenes.PLACE, NOW)
    assert found is not None
    assert [(lane.id, lane.inside, lane.waiting) for lane in found.lanes] == [("in-1", 2, 1)]
    assert [row.plate for row in found.crossings] == ["京A12345", "08KG123AAA", "01KG777ABC"]
    assert [(row.id, row.state) for row in found.devices] == [
        (scenes.CAMERA, "up"),
        (scenes.SCALE, "down"),
        (scenes.PORTAL, "up"),
    ]
    assert sum(hour.opened for hour in found.hours) == 3
    assert sum(hour.departed for hour in found.hours) == 1
    assert place.place(cursor, PlaceId("KG-NONE"), NOW) is None


def test_a_device_says_why_and_what_it_said_last(cursor: Cursor[Any]) -> None:
    scale = equipment.piece(cursor, scenes.SCALE, frozenset({scenes.PLACE}))
    assert scale is not None
    assert (scale.state, scale.reason, scale.since) == ("down", "silent", scenes.NOON + 99_000)
    assert (scale.clock_wrong, scale.drift_ms, scale.readings) == (True, 40, 1)
    assert (scale.last, scale.last_kind) == ("1.2", "weighing")
    assert scale.state_fact is not None
    fact = entry.entry(cursor, scenes.PLACE, scale.state_fact)
    assert fact is not None
    assert (fact.said, fact.kind, fact.because) == ("fact", "device_failed", ("1.6",))


def test_a_device_that_lives_and_has_said_nothing_to_keep_is_up(shown: str, cursor: Cursor[Any]) -> None:
    book = PostgresBook(shown)
    book.append(ELSEWHERE, [scenes.health(scenes.NOON + 2000, alive=True, device=scenes.PORTAL)])
    book.close()
    engine.follow(shown)
    portal = equipment.piece(cursor, scenes.PORTAL, frozenset({ELSEWHERE}))
    assert portal is not None
    assert (portal.state, portal.readings, portal.last) == ("up", 0, None)


def test_an_entry_that_is_not_there_is_none(cursor: Cursor[Any]) -> None:
    for ref in ("99.0", "1.99"):
        assert entry.entry(cursor, scenes.PLACE, EntryRef(ref)) is None


def test_joined_dossiers_are_one(dsn: str, book: PostgresBook) -> None:
    at = scenes.NOON
    said = [scenes.plate(f"01KG00{number}ABC", at + number * 1000) for number in range(3)]
    book.append(scenes.PLACE, [scenes.described(), *said, scenes.container("MSCU1234566", at + 9000)])
    engine.follow(dsn)
    with engine.connect(dsn) as connection, connection.cursor() as cursor:
        rows = crossings.page(cursor, Query()).rows
        assert [row.plate for row in rows] == ["01KG001ABC", "01KG000ABC"]
        whole = dossier.dossier(cursor, rows[0].id)
        assert whole is not None
        assert [piece.value for piece in whole.evidence] == ["01KG001ABC", "01KG002ABC"]
        assert [sign.value for sign in whole.signs] == ["01KG001ABC", "01KG002ABC"]
        assert isinstance(whole.conclusions[-1].fact, CrossingsJoined)
        assert [row.id for row in crossings.page(cursor, Query(plate="002")).rows] == [rows[0].id]
        emptied = dossier.dossier(cursor, whole.joined[0])
        assert emptied is not None
        assert (emptied.crossing.state, emptied.crossing.joined_into) == ("joined", rows[0].id)
        assert emptied.evidence == ()
        assert wall.wall(cursor, NOW).tiles[0].arrived_in == 2
