"""The Union's declaration in the album's form: the given imports, and a transit of our own in an envelope."""

from __future__ import annotations

from decimal import Decimal

import pytest

from beket.words.documents import Document, Equipment, Identifier, Means, Money, Package, Quantity, Reference, Seal
from tests.exchange.given import fixture, given, one

LINES = {"002": 170, "006": 6, "009": 37, "012": 6, "013": 4, "021": 5, "026": 4, "037": 7, "061": 27}


@pytest.fixture(scope="module")
def transit() -> Document:
    return one(fixture("esadout_cu_transit.xml"))


@pytest.mark.shared
@pytest.mark.parametrize("case", LINES)
def test_a_given_import_is_read_whole(case: str) -> None:
    document = one(given("eaeu", "samples-am-esadout-5.10.0", f"case-{case}.ground_truth.xml").read_bytes())
    (consignment,) = document.consignments
    items, totals = consignment.items, consignment.totals
    assert (document.kind, document.version, document.declaration_type) == ("goods_declaration", "5.10.0", "IM")
    assert len(items) == totals.items == LINES[case]
    assert [item.number for item in items] == list(range(1, LINES[case] + 1))
    assert all(len(item.code or "") == 10 and len(item.national_code or "") == 1 for item in items)
    assert totals.packages == sum(package.quantity or 0 for item in items for package in item.packages)
    claimed = sum((item.invoiced.amount for item in items if item.invoiced is not None), Decimal(0))
    assert totals.invoiced is not None
    assert abs(totals.invoiced.amount - claimed) < Decimal("0.01")
    assert {means.mode for means in consignment.means} == {"31"}
    assert document.remarks == ()


@pytest.mark.shared
def test_a_total_is_kept_exactly_as_it_was_written() -> None:
    document = one(given("eaeu", "samples-am-esadout-5.10.0", "case-012.ground_truth.xml").read_bytes())
    assert document.consignments[0].totals.invoiced == Money(amount=Decimal("18961.969999999998"), currency="USD")


def test_a_transit_in_an_envelope_is_one_document(transit: Document) -> None:
    assert (transit.kind, transit.format, transit.version) == ("transit_declaration", "esadout_cu", "5.23.0")
    assert (transit.id, transit.replaces) == (
        "6F2B0000-0000-4000-8000-00000000A002",
        "6F2B0000-0000-4000-8000-00000000A000",
    )
    assert (transit.procedure, transit.issued_at, transit.language) == ("80", "2026-11-02T08:15:00+06:00", "RU")
    (consignment,) = transit.consignments
    assert (consignment.dispatch_country, consignment.destination_country) == ("CN", "KG")
    assert consignment.containerised is True
    assert consignment.seals == (Seal(number="KG0000111"), Seal(number="KG0000112"))


def test_vehicles_at_the_border_are_told_from_their_trailers(transit: Document) -> None:
    tractor, trailer = transit.consignments[0].means
    assert tractor == Means(
        stage="border", mode="31", plate="01777ABC", country="KG", vin="LZZ00000000000001", kind="31"
    )
    assert (trailer.plate, trailer.trailer) == ("0123AB", True)


def test_parties_keep_their_numbers_and_what_is_said_to_be_the_same(transit: Document) -> None:
    by_role = {party.role: party for party in transit.consignments[0].parties}
    assert by_role["consignor"].address == "Kashgar, 1 Trial Road"
    assert by_role["consignee"].identifiers == (
        Identifier(register="KGINN", value="00000000000001"),
        Identifier(register="KGOKPO", value="00000001"),
    )
    assert by_role["payer"].same_as == "declarant"
    assert by_role["declarant"].name == "ОсОО «Пробный декларант»"
    assert [party.name for party in transit.parties] == ["Пробный Декларант"]


def test_places_say_where_it_comes_in_and_where_it_goes(transit: Document) -> None:
    places = {place.role: place for place in transit.consignments[0].places}
    assert (places["entry"].code, places["entry"].expected_at) == ("41700001", "2026-11-03")
    assert (places["destination"].name, places["goods_location"].country) == ("Бишкек", "KG")


def test_an_item_is_read_with_all_that_hangs_on_it(transit: Document) -> None:
    item = transit.consignments[0].items[0]
    assert (item.code, item.national_code) == ("6907210009", "1")
    assert item.description == "Плитка керамическая, неглазурованная"
    assert (item.gross_kg, item.net_kg) == (Decimal("18200.500"), Decimal(17900))
    assert item.invoiced == Money(amount=Decimal("18000.97"), currency="USD")
    assert item.quantities == (Quantity(amount=Decimal("1250.5"), unit="055"),)
    assert item.packages == (Package(quantity=400, kind="CT"),)
    assert transit.consignments[0].items[1].packages == (Package(quantity=10, kind="BX"),), "a pallet is no package"
    assert item.equipment == (Equipment(number="MSCU0000018", kind="22G1"),)
    assert item.references == (
        Reference(kind="02015", name="CMR", number="TR-0001", issued_on="2026-11-01"),
        Reference(
            kind="09013", number="41700001/301026/0000042", issued_on="2026-10-30", office="41700001", preceding=True
        ),
    )


def test_a_code_of_ten_digits_has_no_national_part(transit: Document) -> None:
    assert (transit.consignments[0].items[1].code, transit.consignments[0].items[1].national_code) == (
        "3506910000",
        None,
    )


def test_a_line_without_a_number_is_known_by_its_place() -> None:
    document = one(fixture("esadout_cu_transit.xml").replace(b"<GoodsNumeric>2</GoodsNumeric>", b""))
    assert [item.number for item in document.consignments[0].items] == [1, 2]


def test_a_mass_that_is_no_number_is_remarked_and_not_guessed(transit: Document) -> None:
    assert transit.consignments[0].items[1].gross_kg is None
    (remark,) = transit.remarks
    assert (remark.kind, remark.detail) == ("number", "'сто' is no number")
    assert remark.where.endswith("GrossWeightQuantity")


def test_what_has_no_place_in_the_neutral_form_is_counted_and_kept(transit: Document) -> None:
    unread = {one.path: one.values for one in transit.unread}
    assert unread["TransitDirectionCode"] == ("ТР",)
    assert unread["SealQuantity"] == ("2",)


@pytest.mark.parametrize(("version", "remarks"), [("5.20.0", 0), ("9.99.0", 1)])
def test_an_unknown_version_is_a_remark_and_no_refusal(version: str, remarks: int) -> None:
    blob = fixture("esadout_cu_transit.xml").replace(b"ESADout_CU:5.23.0", f"ESADout_CU:{version}".encode())
    document = one(blob)
    assert document.version == version
    assert [remark.kind for remark in document.remarks].count("version") == remarks
    assert len(document.consignments[0].items) == 2


def test_an_amount_that_is_no_number_is_none_of_the_quantities() -> None:
    blob = fixture("esadout_cu_transit.xml").replace(b"<GoodsQuantity>1250.5<", b"<GoodsQuantity>many<")
    document = one(blob)
    assert document.consignments[0].items[0].quantities == ()
    assert "'many' is no number" in {remark.detail for remark in document.remarks}
