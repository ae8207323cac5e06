"""TIR carnets in both forms of the album: messages of our own, which the given schemas find valid."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from beket.exchange.kit.format import ITEMS_MAX
from beket.exchange.kit.refusal import Refusal
from beket.exchange.reading import read_documents
from beket.words.documents import (
    Address,
    Document,
    Equipment,
    Guarantee,
    Identifier,
    Means,
    Money,
    Package,
    Party,
    Place,
    Quantity,
    Reference,
    Seal,
    Totals,
)
from tests.exchange.given import album_faults, fixture, one, unread_paths

MESSAGES = {"tir_carnet.xml": "TIR_Carnet.xsd", "cutir_carnet.xml": "CUTIR_Carnet.xsd"}
CARRIER = Party(
    role="carrier",
    name="Trial Haulage",
    country="KG",
    address="Нарын",
    address_parts=Address(country="KG", city="Нарын"),
)
HOLDER = Party(
    role="principal", same_as="carrier", identifiers=(Identifier(register="TIRHolderID", value="KGZ/099/0000001"),)
)


@pytest.fixture(scope="module")
def carnet() -> Document:
    return one(fixture("tir_carnet.xml"))


@pytest.fixture(scope="module")
def declared() -> Document:
    return one(fixture("cutir_carnet.xml"))


@pytest.mark.shared
@pytest.mark.parametrize("name", MESSAGES)
def test_our_messages_are_valid(name: str) -> None:
    assert album_faults(fixture(name), MESSAGES[name]) == []


def test_a_carnet_is_known_by_its_letters_and_digits(carnet: Document, declared: Document) -> None:
    assert (carnet.kind, carnet.version, carnet.number) == ("tir_carnet", "5.23.0", "XX90000001")
    assert (declared.kind, declared.version, declared.number) == ("tir_carnet", "5.22.0", "XX90000002")
    assert (carnet.issued_at, declared.declaration_type) == ("2026-11-01", "МДП")
    assert (carnet.remarks, declared.remarks) == ((), ())


@pytest.mark.parametrize(
    ("series", "serial", "number", "remarks"),
    [
        ("XX", "90000001", "XX90000001", []),
        ("", "12345678", "12345678", []),
        ("XX", "9000001", "XX9000001", ["number"]),
        ("ХХ", "90000001", "ХХ90000001", ["number"]),
        ("X", "90000001", "X90000001", ["number"]),
    ],
)
def test_only_the_shape_of_a_number_is_looked_at(series: str, serial: str, number: str, remarks: list[str]) -> None:
    blob = fixture("tir_carnet.xml").replace(
        b"<TIRID>90000001</TIRID><TIRSeries>XX<", f"<TIRID>{serial}</TIRID><TIRSeries>{series}<".encode()
    )
    document = one(blob)
    assert document.number == number
    assert [remark.kind for remark in document.remarks] == remarks


def test_the_holder_is_the_carrier(carnet: Document, declared: Document) -> None:
    assert carnet.parties == (
        CARRIER,
        HOLDER,
        Party(role="signatory", name="Водителев Проба"),
        Party(role="forwarder", name="Trial Forwarding", country="CN"),
    )
    assert declared.parties == (
        replace(CARRIER, address_parts=Address(country="KG", settlement="Нарын")),
        HOLDER,
        Party(
            role="driver",
            name="Водителев Проба",
            country="KG",
            identifiers=(Identifier(register="IdentityCardNumber", value="AN0000001"),),
        ),
        Party(role="declarant", name="ОсОО «Пробный декларант»"),
    )


def test_vehicles_are_told_from_their_trailers(carnet: Document, declared: Document) -> None:
    assert carnet.means == (
        Means(mode="32", plate="01777ABC", country="417", vin="LZZ00000000000001"),
        Means(mode="32", plate="0123AB", trailer=True),
        Means(mode="32", plate="0124AB", trailer=True),
    )
    assert declared.means == (
        Means(mode="31", plate="01777ABC", country="KG", vin="LZZ00000000000001", kind="301"),
        Means(mode="31", plate="新N0001挂", country="CN", trailer=True),
    )


def test_offices_say_where_it_came_from_and_where_it_goes(carnet: Document, declared: Document) -> None:
    assert carnet.places == (Place(role="declaration", name="Kashgar", country="CN"),)
    assert carnet.consignments[0].places == (
        Place(role="departure", name="Kashgar"),
        Place(role="destination", code="41700002", name="Бишкек", country="KG"),
        Place(role="delivery", code="41700003"),
        Place(role="unloading", code="41700002", name="Бишкек"),
    )
    assert declared.places == (Place(role="entry", code="41700001", name="Торугарт", expected_at="2026-11-03"),)
    assert declared.consignments[0].places == (Place(role="destination", code="41700002", name="Бишкек"),)


def test_papers_and_guarantees_are_named(carnet: Document, declared: Document) -> None:
    assert carnet.references == (
        Reference(
            kind="09", name="Экспортная декларация", number="CN-EXP-0003", issued_on="2026-10-30", preceding=True
        ),
    )
    assert carnet.guarantees == (Guarantee(kind="09", reference=Reference(number="G-0005", issued_on="2026-01-15")),)
    assert declared.references == (
        Reference(
            kind="09013",
            number="41700001/301026/0000042",
            issued_on="2026-10-30",
            office="41700001",
            preceding=True,
        ),
        Reference(kind="02999", name="Свидетельство о допущении", number="A-0006", valid_until="2027-05-01"),
    )


def test_totals_are_kept_for_the_carnet_and_for_each_consignment(carnet: Document, declared: Document) -> None:
    assert carnet.totals == Totals(items=2, invoiced=Money(amount=Decimal("18961.97")))
    assert [consignment.totals.packages for consignment in carnet.consignments] == [400, 10]
    assert declared.totals == Totals(items=1, packages=900, invoiced=Money(amount=Decimal("11500.50"), currency="CNY"))


def test_a_consignment_keeps_what_holds_it_and_what_seals_it(carnet: Document, declared: Document) -> None:
    first = carnet.consignments[0]
    assert (first.dispatch_country, first.destination_country) == ("CN", "KGZ")
    assert first.equipment == (Equipment(number="MSCU0000018"),)
    assert first.seals == (Seal(number="CN0000111"), Seal(number="CN0000112"))
    for document in (carnet, declared):
        assert [party.role for party in document.consignments[0].parties] == ["consignor", "consignee"]
    assert first.parties[1].identifiers == (
        Identifier(register="IdentityCardSeries", value="AN"),
        Identifier(register="IdentityCardNumber", value="0000001"),
    )
    (only,) = declared.consignments
    assert (only.containerised, only.parties[0].country) == (True, "CN")
    assert only.seals == (Seal(number="CN0000211, CN0000212"),)


def test_goods_are_read_with_all_that_hangs_on_them(carnet: Document, declared: Document) -> None:
    tiles, glue = (consignment.items[0] for consignment in carnet.consignments)
    assert (tiles.code, tiles.origin, tiles.gross_kg) == ("6907210009", "156", Decimal("18200.500"))
    assert tiles.quantities == (Quantity(amount=Decimal("1250.5"), unit="055"),)
    assert tiles.packages == (Package(quantity=400, kind="CT", marks="TRIAL 1-400"),)
    assert tiles.references == (
        Reference(kind="09", number="CN-EXP-0003", preceding=True),
        Reference(kind="TTNNumber", number="TR-0001"),
    )
    assert (glue.number, glue.quantities, glue.packages) == (2, (), (Package(quantity=10, kind="бочка"),))
    apples = declared.consignments[0].items[0]
    assert (apples.net_kg, apples.invoiced) == (Decimal(18900), Money(amount=Decimal("11500.50"), currency="CNY"))
    assert apples.references == (
        Reference(number="42", item=7, preceding=True),
        Reference(kind="07011", number="FS-0008"),
    )


def test_lines_of_goods_are_bounded_over_all_consignments() -> None:
    shipment = b"<TIR_Shipment>%s</TIR_Shipment>" % (b"<Goods/>" * (ITEMS_MAX // 2 + 1))
    found = read_documents(b"<TIR_Carnet>%s</TIR_Carnet>" % (shipment * 2))
    assert isinstance(found, Refusal)
    assert (found.kind, found.where) == ("items", "Goods")


def test_what_has_no_place_in_the_neutral_form_is_counted(carnet: Document, declared: Document) -> None:
    assert {"TransitTime", "GoodsPlaceID", "TIRWhitePageNumber", "DestinationCountryName"} <= unread_paths(carnet)
    assert unread_paths(declared) == {
        "TransitDirectionCode",
        "DestinationCountryName",
        "DispatchCountryName",
        "TIRWhitePageNumber",
        "TransportMeansQuantity",
        "IdentityNumber",
    }


@pytest.mark.parametrize(("name", "version"), [("tir_carnet.xml", b"5.23.0"), ("cutir_carnet.xml", b"5.22.0")])
def test_an_unknown_version_is_a_remark_and_no_refusal(name: str, version: bytes) -> None:
    document = one(fixture(name).replace(b"TIR_Carnet:" + version, b"TIR_Carnet:9.99.0"))
    assert (document.version, [remark.kind for remark in document.remarks]) == ("9.99.0", ["version"])
    assert document.consignments[0].items
