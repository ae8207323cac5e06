"""Advance information by road in both forms of the album: messages of our own, which the given schemas find valid."""

from __future__ import annotations

from decimal import Decimal

import pytest

from beket.exchange.kit.format import ITEMS_MAX
from beket.exchange.kit.refusal import Refusal
from beket.exchange.reading import read_documents
from beket.words.documents import (
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

MESSAGES = {"auto_preliminary.xml": "AutoPreliminary.xsd", "pi_auto_arrive.xml": "PI_AutoArrive.xsd"}


@pytest.fixture(scope="module")
def preliminary() -> Document:
    return one(fixture("auto_preliminary.xml"))


@pytest.fixture(scope="module")
def arrival() -> Document:
    return one(fixture("pi_auto_arrive.xml"))


@pytest.mark.shared
@pytest.mark.parametrize("name", MESSAGES)
def test_our_messages_are_valid(name: str) -> None:
    assert album_faults(fixture(name), MESSAGES[name]) == []


def test_it_is_named_as_it_was_registered(preliminary: Document) -> None:
    assert (preliminary.kind, preliminary.version) == ("advance_information", "5.23.0")
    assert (preliminary.id, preliminary.replaces) == (
        "6F2B0000-0000-4000-8000-00000000B001",
        "6F2B0000-0000-4000-8000-00000000B000",
    )
    assert preliminary.number == "KG/011126/000000123"
    assert (preliminary.purposes, preliminary.declaration_type) == (("01", "04"), "ТТ")
    assert (preliminary.issued_at, preliminary.language) == ("2026-11-01T19:40:00+06:00", "RU")
    assert preliminary.remarks == ()


def test_three_vehicles_stand_in_their_order_before_those_that_carry_on(preliminary: Document) -> None:
    assert preliminary.means[0] == Means(
        stage="border",
        mode="32",
        plate="01777ABC",
        country="KG",
        vin="LZZ00000000000001",
        kind="301",
        make="077",
        purpose="3",
    )
    assert [(means.stage, means.plate, means.country) for means in preliminary.means[1:3]] == [
        ("border", "0123AB", "KG"),
        ("border", "新N0001挂", "CN"),
    ]
    assert preliminary.means[3:] == (
        Means(
            stage="departure",
            mode="31",
            plate="01888ABC",
            country="KG",
            vin="LZZ00000000000002",
            kind="302",
            make="078",
        ),
        Means(stage="reloaded", plate="01999ABC"),
    )


def test_the_declared_mass_of_the_vehicle_is_told_from_that_of_the_goods(preliminary: Document) -> None:
    assert preliminary.totals == Totals(
        items=2,
        packages=405,
        gross_kg=Decimal("18300.500"),
        conveyance_kg=Decimal("36480.5"),
        invoiced=Money(amount=Decimal("18961.97"), currency="USD"),
    )


@pytest.mark.parametrize("unit", ["168", ""])
def test_a_mass_in_another_unit_is_remarked_and_left_as_it_was_written(unit: str) -> None:
    document = one(fixture("auto_preliminary.xml").replace(b"Code>166<", f"Code>{unit}<".encode()))
    assert document.totals.conveyance_kg is None
    assert [(remark.kind, remark.where) for remark in document.remarks] == [("unit", "line 44: MeasuredAmount")]
    assert "MeasuredAmount" in unread_paths(document)


def test_places_say_where_it_enters_and_how_it_goes_on(preliminary: Document) -> None:
    assert preliminary.places == (
        Place(role="entry", code="41700001", name="Торугарт", checkpoint="KG-TRU"),
        Place(role="itinerary", name="Нарын", country="KG", dated_at="2026-11-03"),
        Place(role="itinerary", code="41700002", name="Бишкек", country="KG", dated_at="2026-11-04"),
        Place(role="destination", code="41700002", name="Бишкек", country="KG"),
        Place(role="reloading", code="41700001", name="Терминал Пробный", country="KG"),
    )


def test_who_brings_the_goods_is_told_from_who_carries_on(preliminary: Document) -> None:
    assert preliminary.parties == (
        Party(role="declarant", same_as="carrier"),
        Party(role="carrier", name="Trial Haulage", country="KG"),
        Party(role="driver", name="Водителев Проба"),
        Party(
            role="successive_carrier",
            name="Trial Onward",
            identifiers=(Identifier(register="RegistrationNumberId", value="0077"),),
        ),
        Party(role="principal", name="ОсОО «Пробный декларант»"),
        Party(role="representative", identifiers=(Identifier(register="RegistrationNumberId", value="0088"),)),
        Party(role="signatory", name="Пробный Декларант"),
    )


def test_permits_the_carnet_and_what_was_sent_before_are_named(preliminary: Document) -> None:
    assert preliminary.references == (
        Reference(
            kind="02999",
            name="Разрешение на проезд",
            number="P-0077",
            issued_on="2026-01-10",
            valid_until="2027-01-09",
        ),
        Reference(kind="TIRCarnetIdDetails", number="XX90000001"),
        Reference(kind="RefRegNumber", number="KG/311026/000000122", issued_on="2026-10-31", preceding=True),
    )
    assert preliminary.guarantees == (
        Guarantee(
            kind="06",
            amount=Money(amount=Decimal("500000.00"), currency="KGS"),
            reference=Reference(
                kind="10011", number="41700002/281026/00000007", issued_on="2026-10-28", office="41700002"
            ),
        ),
        Guarantee(reference=Reference(name="Поручительство", number="G-0006", issued_on="2026-10-27")),
    )
    assert preliminary.seals == tuple(Seal(number=f"CN000011{last}", kind="02", method="01") for last in "12")


def test_a_carnet_whose_number_has_not_its_shape_is_remarked() -> None:
    document = one(fixture("auto_preliminary.xml").replace(b"<TIRID>90000001", b"<TIRID>9000001"))
    assert [(remark.kind, remark.detail) for remark in document.remarks] == [
        ("number", "'XX9000001' is no number of a TIR carnet")
    ]


def test_consignments_keep_their_parties_apart(preliminary: Document) -> None:
    first, second = preliminary.consignments
    assert [(party.role, party.country, party.address, party.same_as) for party in first.parties] == [
        ("consignor", "CN", "Kashgar, Trial Road, 1", None),
        ("consignee", None, "Бишкек, Пробная улица, 2", "buyer"),
        ("seller", None, None, None),
        ("buyer", None, None, None),
    ]
    assert first.parties[1].identifiers == (
        Identifier(register="UITNCode", value="KG/0000001"),
        Identifier(register="KGINN", value="00000000000001"),
    )
    assert first.equipment == (Equipment(number="MSCU0000018"),)
    assert first.references[1].number == "41700001/301026/0000042"
    assert (first.dispatch_country, first.destination_country, first.containerised) == ("CN", "KG", True)
    assert first.places == (
        Place(role="taking_over", code="CNKHG", name="Kashgar", country="CN", dated_at="2026-10-31"),
        Place(role="unloading", name="Бишкек", country="KG"),
        Place(role="destination", code="41700002", name="Бишкек", country="KG"),
        Place(role="goods_location", name="СВХ Пробный", expected_at="2026-11-05"),
    )
    assert first.totals == Totals(
        items=1,
        packages=400,
        gross_kg=Decimal("18200.500"),
        invoiced=Money(amount=Decimal("18000.97"), currency="USD"),
    )
    assert (second.number, second.parties, second.totals.gross_kg) == ("2", (), Decimal(100))


@pytest.mark.parametrize(
    ("who", "other"), [("Consignor", "seller"), ("Seller", "consignor"), ("Consignee", "buyer"), ("Buyer", "consignee")]
)
def test_the_sign_of_equality_means_the_other_side_of_the_sale(who: str, other: str) -> None:
    sign = "<EqualIndicator>1</EqualIndicator>"
    inside = f"<ConsignmentDetails><{who}Details>{sign}</{who}Details></ConsignmentDetails>"
    document = one(
        f"<AutoPreliminary><MainConsignmentDetails>{inside}</MainConsignmentDetails></AutoPreliminary>".encode()
    )
    (party,) = document.consignments[0].parties
    assert (party.role, party.same_as) == (who.lower(), other)


def test_an_item_is_read_with_all_that_hangs_on_it(preliminary: Document) -> None:
    item = preliminary.consignments[0].items[0]
    assert (item.code, item.origin) == ("6907210009", "CN")
    assert item.description == "Плитка керамическая, неглазурованная"
    assert (item.gross_kg, item.net_kg) == (Decimal("18200.500"), Decimal(17900))
    assert item.invoiced == Money(amount=Decimal("18000.97"), currency="USD")
    assert item.quantities == (
        Quantity(amount=Decimal("1250.5"), unit="055"),
        Quantity(amount=Decimal(2501), unit="796"),
    )
    assert item.equipment == (Equipment(number="MSCU0000018"),)
    assert [(reference.number, reference.preceding) for reference in item.references] == [
        ("EX-0005", True),
        ("INV-0009", False),
    ]


def test_pallets_do_not_count_the_same_packages_twice(preliminary: Document) -> None:
    first, second = (consignment.items[0] for consignment in preliminary.consignments)
    assert first.packages == (Package(quantity=400, kind="CT", marks="TRIAL 1-400"),)
    assert second.packages == (Package(quantity=5, kind="ящик"),)
    assert "PalleteQuantity" in unread_paths(preliminary)


def test_an_empty_lorry_has_a_vehicle_and_no_consignment() -> None:
    blob = fixture("auto_preliminary.xml")
    begin, end = blob.index(b"<MainConsignmentDetails>"), blob.index(b"<CarrierDetails>")
    document = one(blob[:begin] + blob[end:])
    assert (document.consignments, document.totals.conveyance_kg) == ((), Decimal("36480.5"))
    assert len(document.means) == 3


def test_lines_of_goods_are_bounded_over_all_consignments() -> None:
    consignment = b"<ConsignmentDetails>%s</ConsignmentDetails>" % (b"<GoodsItem/>" * (ITEMS_MAX // 2 + 1))
    inside = b"<MainConsignmentDetails>%s</MainConsignmentDetails>" % (consignment * 2)
    found = read_documents(b"<AutoPreliminary>%s</AutoPreliminary>" % inside)
    assert isinstance(found, Refusal)
    assert (found.kind, found.where) == ("items", "GoodsItem")


def test_the_older_form_knows_a_lorry_from_its_trailers(arrival: Document) -> None:
    assert arrival.means == (
        Means(stage="border", mode="32", plate="01777ABC", country="KG", vin="LZZ00000000000001", make="077"),
        Means(stage="border", mode="32", plate="0123AB", trailer=True),
        Means(stage="border", mode="32", plate="0124AB", trailer=True),
    )
    assert arrival.places == (Place(role="entry", code="41700001", name="Торугарт", expected_at="2026-11-03T09:30:00"),)
    assert arrival.references == (Reference(kind="ForeignDoc", number="P-0077", issued_on="2026-01-10"),)


def test_the_older_form_has_one_consignment(arrival: Document) -> None:
    (consignment,) = arrival.consignments
    assert (arrival.kind, [party.role for party in arrival.parties]) == ("advance_information", ["carrier"])
    assert [party.role for party in consignment.parties] == ["consignor", "consignee"]
    assert consignment.places == (
        Place(role="departure", name="Kashgar", country="CN"),
        Place(role="destination", country="KG"),
    )
    assert consignment.references[1].kind == "Exp_DTNumber"
    assert (consignment.number, consignment.containerised) == ("URN:TRIAL:0001", False)
    assert (consignment.dispatch_country, consignment.destination_country) == ("CN", "KG")
    assert consignment.totals.items == len(consignment.items) == 2
    assert consignment.seals == (Seal(number="CN0000211"),)
    assert [(reference.number, reference.preceding) for reference in consignment.references] == [
        ("41700001/301026/0000042", False),
        ("CN-EXP-0003", True),
    ]
    apples, pallets = consignment.items
    assert apples.packages == (Package(quantity=900, kind="CT", marks="TRIAL FRUIT"),)
    assert apples.invoiced == Money(amount=Decimal("11500.50"), currency="CNY")
    assert apples.references == (
        Reference(kind="FitoSanitaryDoc", name="Фитосанитарный сертификат", number="FS-0008", valid_until="2026-12-01"),
    )
    assert (pallets.gross_kg, pallets.packages) == (None, (Package(quantity=20),))


@pytest.mark.parametrize("permit", ["ForeignDoc", "DangerDoc", "OversizedDoc", "HeavyweightDoc", "RusPermitDoc"])
def test_a_permit_is_known_by_the_element_that_names_it(permit: str) -> None:
    document = one(fixture("pi_auto_arrive.xml").replace(b"p:ForeignDoc", f"p:{permit}".encode()))
    assert [(reference.kind, reference.number) for reference in document.references] == [(permit, "P-0077")]


@pytest.mark.parametrize(
    ("control", "paper"),
    [("SanitaryQuarantine", "DocPermit"), ("Veterinary", "DocPermit"), ("Veterinary", "VeterinaryAdd")],
)
def test_papers_of_other_controls_hang_on_their_goods(control: str, paper: str) -> None:
    blob = fixture("pi_auto_arrive.xml").replace(b"p:FitoSanitaryDoc", f"p:{paper}".encode())
    document = one(blob.replace(b"p:FitoSanitary>", f"p:{control}>".encode()))
    (reference,) = document.consignments[0].items[0].references
    assert (reference.kind, reference.number) == (paper, "FS-0008")


def test_what_has_no_place_in_the_neutral_form_is_counted(preliminary: Document, arrival: Document) -> None:
    assert {"Model", "RoleCode", "TIRCarnetIndicator"} <= unread_paths(preliminary)
    assert unread_paths(arrival) == {
        "Exp_CountryCode",
        "CurrencyRate",
        "CargoCode",
        "FitoCountryCode",
        "CustomsCountryCode",
        "CountryName",
        "ForeignKind",
    }


@pytest.mark.parametrize("name", MESSAGES)
def test_an_unknown_version_is_a_remark_and_no_refusal(name: str) -> None:
    document = one(fixture(name).replace(b":5.23.0", b":9.99.0"))
    assert (document.version, len(document.means) >= 3) == ("9.99.0", True)
    assert [remark.kind for remark in document.remarks] == ["version"]
