"""What the board shows of documents and of what does not agree, concluded by the house's own thinking."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace
from psycopg import Cursor

from beket.board import rebuild
from beket.board.panels import papers
from beket.board.panels.dossier import dossier
from beket.board.panels.papers import Query
from beket.board.panels.wall import wall
from beket.board.projector import BoardProjection
from beket.board.schema import OF_PAPERS
from beket.log.postgres import PostgresBook
from beket.loop.runner import Runner
from beket.loop.thinking import CORE
from beket.words.decisions import AttachDocument, Decision, DescribePost, DetachDocument
from beket.words.documents import Consignment, Document, GoodsItem, Means, Party
from beket.words.ids import (
    INTAKE,
    CrossingId,
    DeviceId,
    DocumentId,
    Instant,
    LaneId,
    PlaceId,
    ReadingId,
    entry_ref,
    sha256,
)
from beket.words.papers import identity_of
from beket.words.readings import DocumentLodged, PlateRead, Reading, Weighing
from beket.words.site import Device, Lane, Name, Post
from beket.words.wire import Entry
from tests.board import engine

NOON = 1_795_000_020_000
PLACE, LANE = PlaceId("KG-TST-A"), LaneId("in-1")
CAMERA, SCALE = DeviceId("KG-TST-A/in-1/camera"), DeviceId("KG-TST-A/in-1/scale")
POST = Post(
    id=PLACE, name=Name(ky="Сыноо", ru="Проба", en="Trial"), latitude=41.0, longitude=74.0,
    lanes=(Lane(id=LANE, direction="in"),),
    devices=(
        Device(id=CAMERA, driver="x", lane=LANE, view="front", klass="camera"),
        Device(id=SCALE, driver="y", lane=LANE, zone="control", after_s=(20, 900), klass="scale", scale_error_kg=40.0),
    ),
)  # fmt: skip

NOTE = Document(
    kind="consignment_note", format="cmr_album", number="CMR-100200", id="id-1", issued_at="2026-11-17",
    means=(Means(plate="01KG777ABC", country="KG"),),
    parties=(Party(role="consignor", name="ООО «Восток»"), Party(role="consignee", name="ОсОО «Ак-Куу»")),
    consignments=(Consignment(items=(GoodsItem(number=1, code="0703101900", gross_kg=Decimal(337)),)),),
)  # fmt: skip


class Place:
    """One checkpoint with the house's own loop behind it."""

    def __init__(self, dsn: str) -> None:
        self.book = PostgresBook(dsn)
        self.runner = Runner(self.book, BoardProjection(), CORE)
        self.said = 0

    def say(self, *said: Reading | Decision) -> str:
        """Append entries, have them thought about; gives the reference of the first."""
        appended = self.book.append(PLACE, [Entry(body=body) for body in said])
        self.runner.catch_up()
        return entry_ref(appended.seq or 0, 0)

    def bring(self, document: Document, at: int = 0, **more: Any) -> DocumentId:  # noqa: ANN401
        self.said += 1
        lodged = DocumentLodged(
            device_id=INTAKE, received=Instant(NOON + at), reading_id=ReadingId(f"d{self.said:031x}"),
            document=document, identity=identity_of(document) or "", content=sha256(repr(document).encode()),
            way="desk", by="a.asanov", file_name="note.xml", **more,
        )  # fmt: skip
        return DocumentId(f"{PLACE}:{self.say(lodged)}")

    def passes(self, plate: str, at: int) -> CrossingId:
        seen = PlateRead(
            device_id=CAMERA, received=Instant(NOON + at), reading_id=ReadingId(f"c{at:031x}"), plate=plate,
            confidence=0.99, direction="approaching",
        )  # fmt: skip
        return CrossingId(f"{PLACE}:{self.say(seen)}")

    def weighs(self, gross_kg: float, at: int) -> None:
        self.say(
            Weighing(
                device_id=SCALE, received=Instant(NOON + at), reading_id=ReadingId(f"b{at:031x}"), gross_kg=gross_kg,
                min_kg=gross_kg, max_kg=gross_kg, n=5, started=Instant(NOON + at), ended=Instant(NOON + at + 8000),
            )
        )  # fmt: skip


@pytest.fixture
def place(dsn: str) -> Iterator[Place]:
    opened = Place(dsn)
    opened.say(DescribePost(decision_id="d", by="a", role="administrator", at=Instant(NOON), post=POST))
    yield opened
    opened.book.close()


def test_a_document_waits_and_then_belongs_to_its_lorry(place: Place, cursor: Cursor[Any]) -> None:
    name = place.bring(NOTE)
    (row,) = papers.documents(cursor, Query(state="waiting"))
    assert (row.id, row.number, row.consignee, row.gross_kg) == (name, "CMR-100200", "ОсОО «Ак-Куу»", "337")
    assert (row.way, row.by_whom, row.file_name) == ("desk", "a.asanov", "note.xml")
    crossing = place.passes("01KG777ABC", 10_000)
    (held,) = papers.papers_of(cursor, crossing)
    assert held.row.id == name
    assert held.fit is not None
    assert (held.fit.by_what, held.fit.sign) == ("plate", "01777ABC")
    assert held.gist.lines[0].code == "070310"
    assert not papers.documents(cursor, Query(state="waiting"))


@pytest.mark.parametrize("key", ["CMR100", "01777ABC", "AKKYY", "BOCTOK"])
def test_a_document_is_found_by_the_beginning_of_what_it_names(place: Place, cursor: Cursor[Any], key: str) -> None:
    name = place.bring(NOTE)
    assert [row.id for row in papers.documents(cursor, Query(key=key))] == [name]
    assert not papers.documents(cursor, Query(key=key + "X"))


def test_what_does_not_agree_is_shown_with_both_things_and_goes_when_mended(place: Place, cursor: Cursor[Any]) -> None:
    crossing = place.passes("01KG777ABC", 0)
    name = place.bring(NOTE, 5_000)
    place.weighs(38_200, 100_000)
    (found,) = papers.findings(cursor)
    assert papers.counted(cursor, place=PLACE) == {"critical": 1}
    assert (found.about, found.rule, found.level, found.documents) == (crossing, "W03", "critical", (name,))
    assert (found.values["declared_kg"], found.values["weighed_kg"]) == ("337", "38200")
    item = GoodsItem(number=1, gross_kg=Decimal(22_337))
    later = replace(NOTE, correction=1, consignments=(Consignment(items=(item,)),))
    newer = place.bring(later, 200_000)
    assert not papers.findings(cursor)
    (gone,) = papers.findings_about(cursor, [crossing])
    assert (gone.active, gone.values["declared_kg"]) == (False, "337")
    assert [held.row.id for held in papers.papers_of(cursor, crossing)] == [newer]
    older = papers.document(cursor, name)
    assert older is not None
    assert older.row.replaced_by == newer
    story = dossier(cursor, crossing)
    assert story is not None
    told = [conclusion.kind for conclusion in story.conclusions]
    assert told[-4:] == ["document_attached", "finding_raised", "document_attached", "finding_withdrawn"]


def test_the_wall_counts_who_is_inside_and_does_not_agree(place: Place, cursor: Cursor[Any]) -> None:
    place.passes("01KG777ABC", 0)
    place.bring(NOTE, 5_000)
    assert [tile.critical for tile in wall(cursor, Instant(NOON + 60_000)).tiles] == [0]
    place.weighs(38_200, 100_000)
    (tile,) = wall(cursor, Instant(NOON + 120_000)).tiles
    assert (tile.critical, tile.high, tile.medium) == (1, 0, 0)
    assert not wall(cursor, Instant(NOON), frozenset({PlaceId("KG-BDB-A")})).tiles


def test_an_offer_stands_until_somebody_chooses(place: Place, cursor: Cursor[Any]) -> None:
    first, second = place.passes("01KG777ABC", 0), place.passes("01KG888ABC", 30_000)
    name = place.bring(replace(NOTE, means=(Means(plate="01KG777ABC/01KG888ABC"),)), 60_000)
    (row,) = papers.documents(cursor, Query(state="offered"))
    assert row.offered == f"{first} {second}"
    chosen = {"decision_id": "e", "by": "b.bekov", "role": "inspector", "document": name}
    place.say(AttachDocument(at=Instant(NOON + 70_000), crossing=second, **chosen))  # type: ignore[arg-type]
    assert not papers.documents(cursor, Query(state="offered"))
    place.say(DetachDocument(at=Instant(NOON + 80_000), crossing=second, why="wrong", **chosen))  # type: ignore[arg-type]
    (fit,) = [fit for fit in papers.fits_of(cursor, name) if fit.crossing == second]
    assert (fit.gone, fit.ordered_by, fit.by_what) == ("order", "b.bekov", "order")


def test_a_place_out_of_scope_shows_nothing(place: Place, cursor: Cursor[Any]) -> None:
    name = place.bring(NOTE)
    elsewhere = frozenset({PlaceId("KG-BDB-A")})
    assert papers.document(cursor, name, elsewhere) is None
    assert not papers.documents(cursor, Query(places=elsewhere))
    assert not papers.findings(cursor, elsewhere)
    assert not papers.counted(cursor, elsewhere)


def test_rebuilt_from_the_log_it_is_the_same(place: Place, dsn: str) -> None:
    place.passes("01KG777ABC", 0)
    place.bring(NOTE, 5_000)
    place.weighs(38_200, 100_000)
    place.bring(replace(NOTE, correction=1), 200_000)
    live = engine.tables(dsn)
    rebuild.rebuild(dsn)
    assert engine.tables(dsn) == live
    assert all(live[name] for name in OF_PAPERS if name != "document_map")  # which has a day of its own: test_maps
