"""Documents: on file once, joined to whose they are by what the vehicle shows, offered where several fit."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from msgspec import convert
from msgspec.structs import replace

from beket.core.state import decode, encode
from beket.words.decisions import AttachDocument, Decision, DetachDocument
from beket.words.documents import Consignment, Document, Equipment, GoodsItem, Means, Place, Reference, Totals
from beket.words.facts import (
    CrossingOpened,
    DecisionRefused,
    DocumentAttached,
    DocumentDetached,
    DocumentFiled,
    DocumentOffered,
    DocumentResent,
    Fact,
    FindingRaised,
    FindingWithdrawn,
)
from beket.words.ids import INTAKE, CrossingId, DocumentId, Instant, sha256
from beket.words.papers import identity_of
from beket.words.readings import DocumentLodged, Reading
from tests.core.tape import BEGIN, Player, reading

Ordering = type[AttachDocument] | type[DetachDocument]

LORRY, OTHER = "01111AAA", "01222BBB"


def cmr(number: str, plate: str | None = LORRY, *, gross: str | None = "18200", **more: object) -> Document:
    """A consignment note of one line, or what `more` makes of it."""
    item = GoodsItem(number=1, gross_kg=None if gross is None else Decimal(gross))
    plain = Document(
        kind="consignment_note", format="trial", number=number, issued_at="2026-11-20", id=f"id-{number}",
        means=() if plate is None else (Means(plate=plate, country="KG"),), consignments=(Consignment(items=(item,)),),
    )  # fmt: skip
    return replace(plain, **more)


class Scene:
    """A checkpoint whose devices speak as in the tapes, and to which documents are brought."""

    def __init__(self) -> None:
        self.player = Player()
        self.opened: list[CrossingId] = []

    def says(self, line: str) -> tuple[Fact, ...]:
        return self._heard(reading(self.player.seq + 1, line))

    def brought(self, at_s: float, document: Document, crossing: CrossingId | None = None) -> tuple[Fact, ...]:
        content = sha256(repr(document).encode())
        said = DocumentLodged(
            device_id=INTAKE, received=Instant(BEGIN + int(at_s * 1000)), reading_id="", document=document,  # type: ignore[arg-type]
            identity=identity_of(document) or content, content=content, way="desk", by="a.asanov", crossing=crossing,
        )  # fmt: skip
        return self._heard(said)

    def ordered(self, at_s: float, kind: Ordering, role: str = "inspector", **named: object) -> tuple[Fact, ...]:
        at = BEGIN + int(at_s * 1000)
        return self._heard(convert({"decision_id": "d", "by": "b.bekov", "role": role, "at": at, **named}, kind))

    def _heard(self, body: Reading | Decision) -> tuple[Fact, ...]:
        facts = self.player.say(body)
        self.opened += [fact.crossing for fact in facts if isinstance(fact, CrossingOpened)]
        return facts


def of(facts: tuple[Fact, ...], *kinds: type[Fact]) -> list[Any]:
    return [fact for fact in facts if isinstance(fact, kinds)]


def test_papers_that_came_first_wait_for_their_lorry() -> None:
    scene = Scene()
    filed = of(scene.brought(0, cmr("CMR-100200")), DocumentFiled)[0]
    (attached,) = of(scene.says("10 front 01111AAA"), DocumentAttached)
    assert (attached.document, attached.crossing, attached.by, attached.sign) == (
        filed.document, scene.opened[0], "plate", LORRY,
    )  # fmt: skip


def test_papers_that_come_later_find_the_lorry_that_is_here() -> None:
    scene = Scene()
    scene.says("0 front 01111AAA")
    facts = scene.brought(60, cmr("CMR-100200"))
    assert [type(fact) for fact in facts] == [DocumentFiled, DocumentAttached]


@pytest.mark.parametrize(
    ("note", "joined"),
    [
        (cmr("CMR-100200"), True),
        (cmr("PI-100200", kind="advance_information"), False),
        (cmr("CMR-100200", places=(Place(role="entry", expected_at="2026-11-29T10:00:00+06:00"),)), False),
    ],
    ids=["a paper is late", "what is announced is still to come", "what is expected next week"],
)
def test_what_comes_after_the_lorry_has_gone_is_of_that_visit_unless_it_speaks_of_the_next(
    note: Document, joined: bool
) -> None:
    scene = Scene()
    scene.says("0 front 01111AAA")
    scene.says("600 exit 01111AAA")
    assert bool(of(scene.brought(3600, note), DocumentAttached)) is joined


@pytest.mark.parametrize(
    ("expected", "joined"),
    [("2026-11-18", True), ("2026-11-19", True), ("2026-11-20", False)],
)
def test_a_day_that_a_late_paper_expects_it_on_is_all_of_that_day(expected: str, joined: bool) -> None:
    scene = Scene()
    scene.says("7:00:00 front 01111AAA")  # six minutes after midnight of the 19th, where it is
    scene.says("7:10:00 exit 01111AAA")
    note = cmr("CMR-100200", places=(Place(role="entry", expected_at=expected),))
    assert bool(of(scene.brought(7.5 * 3600, note), DocumentAttached)) is joined


def test_the_same_document_again_is_the_same_one() -> None:
    scene = Scene()
    filed = of(scene.brought(0, cmr("CMR-100200")), DocumentFiled)[0]
    again = scene.brought(5, cmr("CMR-100200"))
    assert [type(fact) for fact in again] == [DocumentResent]
    assert again[0].document == filed.document  # type: ignore[union-attr]


def test_a_correction_takes_the_place_of_what_it_corrects() -> None:
    scene = Scene()
    scene.says("0 front 01111AAA")
    first = of(scene.brought(10, cmr("CMR-100200")), DocumentFiled)[0]
    facts = scene.brought(20, cmr("CMR-100200", gross="19000", correction=1))
    (second,) = of(facts, DocumentFiled)
    (attached,) = of(facts, DocumentAttached)
    assert (second.version, second.replaces, second.unannounced) == (2, first.document, False)
    assert (attached.document, attached.crossing) == (second.document, scene.opened[0])
    assert scene.player.state.documents.visits[scene.opened[0]].papers == [second.document]


def test_another_content_under_the_same_number_is_told_as_unannounced() -> None:
    scene = Scene()
    scene.brought(10, cmr("CMR-100200"))
    (second,) = of(scene.brought(20, cmr("CMR-100200", gross="19000")), DocumentFiled)
    assert second.unannounced


def test_what_fits_two_is_offered_and_a_person_chooses() -> None:
    scene = Scene()
    scene.says("0 front 01111AAA")
    scene.says("30 front 01222BBB")
    both = cmr("CMR-100200", plate=f"{LORRY}/{OTHER}")
    facts = scene.brought(60, both)
    (offered,) = of(facts, DocumentOffered)
    assert offered.crossings == tuple(scene.opened)
    assert not of(facts, DocumentAttached)
    document = offered.document
    chosen = scene.ordered(70, AttachDocument, document=document, crossing=scene.opened[1])
    assert [type(fact) for fact in chosen] == [DocumentAttached, DocumentOffered]
    assert chosen[0].ordered_by == "b.bekov"  # type: ignore[union-attr]


def test_what_somebody_took_away_does_not_come_back_by_itself() -> None:
    scene = Scene()
    scene.says("0 front 01111AAA")
    document = of(scene.brought(10, cmr("CMR-100200")), DocumentFiled)[0].document
    gone = scene.ordered(20, DetachDocument, document=document, crossing=scene.opened[0], why="another lorry's")
    assert [type(fact) for fact in gone] == [DocumentDetached]
    assert not of(scene.says("25 rear 01111AAA"), DocumentAttached)


@pytest.mark.parametrize(
    ("kind", "named", "role", "why"),
    [
        (AttachDocument, {"document": "none"}, "inspector", "no_such_document"),
        (AttachDocument, {"crossing": "none"}, "inspector", "no_such_crossing"),
        (AttachDocument, {}, "inspector", "is_there_already"),
        (AttachDocument, {}, "device_engineer", "not_allowed"),
        (DetachDocument, {"crossing": "none", "why": "x"}, "inspector", "is_not_there"),
        (DetachDocument, {"why": " "}, "inspector", "no_reason"),
        (DetachDocument, {"why": "x"}, "auditor", "not_allowed"),
    ],
)
def test_what_cannot_be_decided_so_is_refused(kind: Ordering, named: dict[str, str], role: str, why: str) -> None:
    scene = Scene()
    scene.says("0 front 01111AAA")
    document = of(scene.brought(10, cmr("CMR-100200")), DocumentFiled)[0].document
    given = {"document": document, "crossing": scene.opened[0]} | named
    facts = scene.ordered(20, kind, role=role, **given)
    assert [(type(fact), getattr(fact, "why", None)) for fact in facts] == [(DecisionRefused, why)]


def test_a_container_and_a_trailer_find_their_lorry_too() -> None:
    scene = Scene()
    scene.says("0 front 01111AAA")
    scene.says("3 box CSQU3054383")
    boxed = cmr("CMR-100200", plate=None, equipment=(Equipment(number="CSQU3054383"),))
    (attached,) = of(scene.brought(60, boxed), DocumentAttached)
    assert (attached.by, attached.sign) == ("container", "CSQU3054383")


def test_an_invoice_goes_where_the_document_is_that_names_it() -> None:
    scene = Scene()
    invoice = cmr("INV-2026/114", plate=None, kind="invoice")
    scene.brought(0, invoice)
    scene.says("10 front 01111AAA")
    facts = scene.brought(60, cmr("CMR-100200", references=(Reference(number="INV-2026/114"),)))
    assert [(fact.by, fact.sign) for fact in of(facts, DocumentAttached)] == [
        ("plate", LORRY),
        ("number", "INV2026114"),
    ]


def test_a_short_number_joins_nothing() -> None:
    scene = Scene()
    scene.brought(0, cmr("12", plate=None, kind="invoice"))
    scene.says("10 front 01111AAA")
    facts = scene.brought(60, cmr("CMR-100200", references=(Reference(number="12"),)))
    assert len(of(facts, DocumentAttached)) == 1


def test_a_misread_plate_gives_its_papers_back() -> None:
    scene = Scene()
    scene.brought(0, cmr("CMR-100200"))
    attached = of(scene.says("10 front 01111AAA 50"), DocumentAttached)
    assert attached, "the first read is taken for what it says"
    facts = scene.says("10.5 front2 01711AAA 99")
    assert [fact.why for fact in of(facts, DocumentDetached)] == ["sign_gone"]


def test_the_snapshot_holds_documents() -> None:
    scene = Scene()
    scene.brought(0, cmr("CMR-100200"))
    scene.says("10 front 01111AAA")
    state = scene.player.state
    assert encode(decode(encode(state))) == encode(state)


def test_the_weighbridge_finds_22_tonnes_under_337_kg_at_once() -> None:
    """Nur Zholy: 337 kg were recorded where 22 t were found (reference 01 §4)."""
    scene = Scene()
    scene.brought(0, cmr("CMR-100200", gross="337"))
    scene.says("10 front 01111AAA")
    (found,) = of(scene.says("100 scale 38200"), FindingRaised)
    assert (found.rule, found.level, found.crossing) == ("W03", "critical", scene.opened[0])
    assert found.values["declared_kg"] == "337"
    assert found.values["weighed_kg"] == "38200"
    mended = scene.brought(200, cmr("CMR-100200", gross="22337", correction=1))
    assert [fact.rule for fact in of(mended, FindingWithdrawn)] == ["W03"]


def test_a_declared_mass_of_the_vehicle_is_held_against_the_scale() -> None:
    scene = Scene()
    note = cmr("PI-100200", gross=None, kind="advance_information", totals=Totals(conveyance_kg=Decimal(30_000)))
    scene.brought(0, note)
    scene.says("10 front 01111AAA")
    (found,) = of(scene.says("100 scale 30061"), FindingRaised)
    assert (found.rule, found.values["off_kg"]) == ("W01", "61")


def test_documents_have_the_place_in_their_name() -> None:
    scene = Scene()
    filed = of(scene.brought(0, cmr("CMR-100200")), DocumentFiled)[0]
    assert filed.document == DocumentId(f"KG-TST-A:{filed.because[0]}")


def test_what_is_over_for_days_is_let_go_and_what_waits_is_held_for_a_month() -> None:
    scene = Scene()
    day = 24 * 3600
    scene.brought(0, cmr("CMR-100200"))
    scene.brought(1, cmr("CMR-300400", plate=OTHER))
    scene.says("10 front 01111AAA")
    scene.says("600 exit 01111AAA")
    held = scene.player.state.documents
    for later in range(1, 7):
        scene.brought(later * day, cmr(f"CMR-50060{later}", plate=None))
        scene.says(f"{later * day} front 01777CCC")
    assert next(paper.gist.number for paper in held.papers.values()) == "CMR-300400"
    assert scene.opened[0] not in held.visits
    scene.brought(31 * day, cmr("CMR-700800", plate=None))
    assert "CMR-300400" not in [paper.gist.number for paper in held.papers.values()]
    assert all(name in held.papers for names in held.by_sign.values() for name in names)
