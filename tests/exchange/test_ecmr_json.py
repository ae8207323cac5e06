"""The electronic CMR as JSON: a note of our own in the shape that public programs write, sealed and bare."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from beket.exchange.kit.format import ITEMS_MAX
from beket.exchange.kit.refusal import Refusal
from beket.exchange.reading import read_documents
from beket.words.documents import Address, Document, Means, Package, Party, Place, Reference
from tests.exchange.given import fixture, one, unread_paths


@pytest.fixture(scope="module")
def note() -> Document:
    return one(fixture("ecmr_sealed.json"))


def test_it_is_known_by_its_number_and_its_layout_is_not_confirmed(note: Document) -> None:
    assert (note.kind, note.format, note.layout_confirmed) == ("consignment_note", "ecmr_json", False)
    assert (note.id, note.number) == ("6f2b0000-0000-4000-8000-00000000e001", "TR-0002")
    assert (note.issued_at, note.places) == (
        "2026-11-01T04:00:00.000Z",
        (Place(role="declaration", name="Kashgar"),),
    )


def test_a_seal_is_told_and_not_believed(note: Document) -> None:
    assert note.parties == (Party(role="signatory", name="Kashgar Trial Trading"),)
    assert [(one.form, one.state, one.role) for one in note.signatures] == [("jws", "unchecked", "sender")]
    assert (
        note.signatures[0].reason
        == "it names no algorithm; what it seals is not laid out as a note, and was not compared with it"
    )
    assert "seal" in unread_paths(note)


@pytest.mark.parametrize(
    ("who", "role"),
    [("carrier", "carrier"), ("successiveCarrier", "successive carrier"), ("consignee", "consignee")],
)
def test_everybody_may_seal(who: str, role: str) -> None:
    blob = fixture("ecmr_sealed.json").replace(f'"{who}Seal": null'.encode(), f'"{who}Seal": {{"seal": "x"}}'.encode())
    document = one(blob)
    assert [one.role for one in document.signatures] == ["sender", role]


def test_a_successive_carrier_is_read() -> None:
    named = b'"successiveCarrierCompanyName": '
    document = one(fixture("ecmr_sealed.json").replace(named + b"null", named + b'"Trial Onward"'))
    assert document.consignments[0].parties[-1] == Party(role="successive_carrier", name="Trial Onward")


def test_a_note_without_seals_reads_the_same(note: Document) -> None:
    bare = one(msgspec.json.encode(msgspec.json.decode(fixture("ecmr_sealed.json"))["ecmr"]))
    assert (bare.number, bare.consignments[0].means) == (note.number, note.consignments[0].means)
    assert bare.parties == ()
    assert [remark.kind for remark in bare.remarks] == ["number"]


def test_everybody_who_is_named_takes_part_and_nobody_else(note: Document) -> None:
    assert note.consignments[0].parties == (
        Party(
            role="consignor",
            name="Kashgar Trial Trading",
            country="CN",
            address="000001, Kashgar, 1 Trial Road",
            address_parts=Address(country="CN", postcode="000001", city="Kashgar", street="1 Trial Road"),
        ),
        Party(
            role="consignee",
            name="ОсОО «Пробный товар»",
            country="KG",
            address="Бишкек",
            address_parts=Address(country="KG", city="Бишкек"),
        ),
        Party(role="carrier", name="Trial Haulage", country="KG"),
        Party(role="driver", name="Проба Водителев"),
    )


def test_a_plate_stands_as_it_was_written(note: Document) -> None:
    assert note.consignments[0].means == (Means(plate="01777ABC / 0123AB"),)


def test_places_documents_and_agreements_are_kept(note: Document) -> None:
    (consignment,) = note.consignments
    assert consignment.places == (
        Place(role="taking_over", name="Kashgar", dated_at="2026-10-31T22:00:00.000Z"),
        Place(role="delivery", name="Бишкек"),
    )
    assert consignment.references == (Reference(name="Инвойс INV-0009"),)
    assert consignment.instructions == "Не ставить друг на друга\nТолько днём"
    assert consignment.reservations == "Две коробки помяты"


def test_goods_keep_marks_packing_mass_and_volume(note: Document) -> None:
    tiles, glue = note.consignments[0].items
    assert (tiles.number, tiles.description) == (1, "Плитка керамическая")
    assert (tiles.gross_kg, tiles.volume_m3) == (Decimal("18200.500"), Decimal("21.75"))
    assert tiles.packages == (Package(quantity=400, kind="коробка", marks="TRIAL 1-400"),)
    assert (glue.number, glue.gross_kg, glue.packages) == (2, None, ())


def test_what_has_no_place_in_the_neutral_form_is_counted(note: Document) -> None:
    assert {"logisticsTimeOfArrivalDateTime", "barcode", "ecmrStatus", "email"} <= unread_paths(note)


@pytest.mark.parametrize("blob", [b'{"ecmr": {}}', b'{"ecmrId": "1"}', b'{"senderSeal": {"seal": "e30.e30.AAAA"}}'])
def test_an_object_without_a_note_is_not_this_format(blob: bytes) -> None:
    found = read_documents(blob, "ecmr_json")
    assert isinstance(found, Refusal)
    assert found.kind == "not_this_format"


@pytest.mark.parametrize("inside", ["1", '"x"', "[]", "null", '{"itemList": [1, [2], null]}'])
def test_a_note_of_another_shape_is_read_for_what_it_has(inside: str) -> None:
    found = read_documents(f'{{"ecmrConsignment": {inside}}}'.encode())
    assert isinstance(found, tuple) is (inside != "[]")


def test_lines_of_goods_are_bounded() -> None:
    found = read_documents(b'{"ecmrConsignment": {"itemList": [%s]}}' % b",".join([b"{}"] * (ITEMS_MAX + 1)))
    assert isinstance(found, Refusal)
    assert (found.kind, found.where) == ("items", "itemList")
