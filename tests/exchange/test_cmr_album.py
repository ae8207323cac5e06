"""The CMR consignment note of the album: a message of our own, which the given schema finds valid."""

from __future__ import annotations

from decimal import Decimal

import pytest

from beket.words.documents import Document, Identifier, Means, Package, Place, Reference, Totals
from tests.exchange.given import album_faults, fixture, one, unread_paths


@pytest.fixture(scope="module")
def note() -> Document:
    return one(fixture("cmr_album.xml"))


@pytest.mark.shared
def test_our_message_is_valid() -> None:
    assert album_faults(fixture("cmr_album.xml"), "CMR.xsd") == []


def test_it_is_known_by_its_number_and_where_it_was_made_out(note: Document) -> None:
    assert (note.kind, note.version, note.language) == ("consignment_note", "5.23.0", "RU")
    assert (note.id, note.number) == ("6F2B0000-0000-4000-8000-00000000C001", "TR-0001")
    assert (note.issued_at, note.places) == ("2026-11-01", (Place(role="declaration", name="Kashgar"),))
    assert note.replaces == "6F2B0000-0000-4000-8000-00000000C000"
    assert note.remarks == ()


def test_everybody_who_takes_part_is_read(note: Document) -> None:
    parties = note.consignments[0].parties
    assert [(party.role, party.name) for party in parties] == [
        ("consignor", "Kashgar Trial Trading"),
        ("principal", "Trial Principal"),
        ("consignee", "ОсОО «Пробный товар»"),
        ("carrier", "Trial Haulage"),
        ("successive_carrier", "Trial Onward"),
    ]
    carrier = parties[3]
    assert (carrier.country, carrier.address) == ("KG", "Нарын")
    assert carrier.identifiers == (
        Identifier(register="OKPOID", value="00000003"),
        Identifier(register="LicenseID", value="L-0004"),
    )


def test_places_say_where_goods_were_taken_over_and_where_they_are_to_be(note: Document) -> None:
    assert note.consignments[0].places == (
        Place(role="taking_over", name="Kashgar", country="CN", dated_at="2026-10-31"),
        Place(role="delivery", name="Бишкек", country="KG"),
        Place(role="delivery", name="Бишкек, склад 5"),
        Place(role="goods_location", name="Trial Terminal", country="CN"),
        Place(role="destination", code="41700002", name="Бишкек"),
    )


def test_the_lorry_is_told_from_its_trailer(note: Document) -> None:
    assert note.consignments[0].means == (Means(plate="01777ABC"), Means(plate="0123AB", trailer=True))


def test_a_note_that_names_no_lorry_has_none() -> None:
    blob = fixture("cmr_album.xml")
    begin, end = blob.index(b"<CMRTransport>"), blob.index(b"<TakingCargo>")
    (consignment,) = one(blob[:begin] + blob[end:]).consignments
    assert (consignment.means, consignment.instructions) == ((), None)


def test_enclosed_documents_are_named_with_or_without_a_number(note: Document) -> None:
    assert note.consignments[0].references == (
        Reference(kind="04021", name="Инвойс", number="INV-0009", issued_on="2026-10-29"),
        Reference(kind="04131", name="Упаковочный лист"),
    )


def test_goods_keep_marks_packing_mass_and_volume(note: Document) -> None:
    (consignment,) = note.consignments
    tiles, glue = consignment.items
    assert (tiles.number, tiles.code) == (1, "6907210009")
    assert tiles.description == "Плитка керамическая, неглазурованная"
    assert (tiles.gross_kg, tiles.volume_m3) == (Decimal("18200.500"), Decimal("21.75"))
    assert tiles.packages == (
        Package(quantity=398, kind="CT", marks="TRIAL 1-400"),
        Package(quantity=2, kind="ящик", marks="TRIAL 1-400"),
    )
    assert (glue.number, glue.code, glue.packages) == (2, None, (Package(quantity=10, kind="DR"),))
    assert consignment.totals == Totals(packages=410, gross_kg=Decimal("18320.500"))


def test_packages_are_counted_where_nobody_says_how_they_are_packed() -> None:
    blob = fixture("cmr_album.xml")
    begin, end = blob.index(b"<GoodsPackingInfo>"), blob.index(b"</CMRGoods>")
    document = one(blob[:begin] + blob[end:])
    assert document.consignments[0].items[0].packages == (Package(quantity=400, marks="TRIAL 1-400"),)


def test_what_was_agreed_and_what_the_carrier_found_odd_is_kept(note: Document) -> None:
    (consignment,) = note.consignments
    assert consignment.delivery_terms == "DAP"
    assert consignment.instructions == "Не ставить друг на друга"
    assert consignment.reservations == "Две коробки помяты"


def test_what_has_no_place_in_the_neutral_form_is_counted(note: Document) -> None:
    assert unread_paths(note) == {
        "GoodsCost",
        "StampSign",
        "PlaceName",
        "Phone",
        "PackingDescription",
        "HazardousCargoCode",
    }


def test_an_unknown_version_is_a_remark_and_no_refusal() -> None:
    document = one(fixture("cmr_album.xml").replace(b":CMR:5.23.0", b":CMR:9.99.0"))
    assert (document.version, [remark.kind for remark in document.remarks]) == ("9.99.0", ["version"])
    assert len(document.consignments[0].items) == 2
