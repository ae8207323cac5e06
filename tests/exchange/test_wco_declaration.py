"""The WCO's declaration: the given samples, an export of our own, and messages that only look like one."""

from __future__ import annotations

from decimal import Decimal

import pytest
from lxml import etree

from beket.exchange.kit.format import ITEMS_MAX
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
from tests.exchange.given import faults, fixture, given, one, refusal

SAMPLES: dict[str, tuple[str, list[str], int, str]] = {
    "Step1_TT_IM017a": ("IMA", ["8510900000", "8510100000", "8510200000"], 80, "180"),
    "Step1_TT_IM184a": ("IMZ", ["1804000000", "8510100000", "8510900000", "0101900000"], 80, "3280"),
    "TT_EX004a": ("EXY", ["93019000", "93059100"], 2, "35"),
    "TT_EX013b": ("EXY", ["93019000", "93059100"], 2, "115"),
    "TT_EX039a": ("EXD", ["46021910", "83059000"], 20, "20"),
    "TT_IM001d": ("IMA", ["8510900000", "8510100000", "8510200000"], 80, "180"),
}
"""Of each: its type, the codes of its goods, all packages, and the sum of its gross masses."""

BARE = '<Declaration xmlns="urn:wco:datamodel:WCO:DEC-DMS:2">%s</Declaration>'


@pytest.fixture(scope="module")
def export() -> Document:
    return one(fixture("wco_declaration.xml"))


@pytest.mark.shared
@pytest.mark.parametrize("name", SAMPLES)
def test_a_given_declaration_is_read_whole(name: str) -> None:
    document = one(given("wco-dec", "samples", f"{name}.xml").read_bytes())
    declared, codes, packages, gross = SAMPLES[name]
    (consignment,) = document.consignments
    assert (document.kind, document.version, document.function) == ("goods_declaration", "3.6", "9")
    assert document.declaration_type == declared
    assert [item.code for item in consignment.items] == codes
    assert consignment.totals.items == len(codes)
    assert consignment.totals.packages == packages
    assert sum(packed.quantity or 0 for item in consignment.items for packed in item.packages) == packages
    assert sum(item.gross_kg or 0 for item in consignment.items) == Decimal(gross)
    assert document.remarks == ()


@pytest.mark.shared
def test_a_given_export_has_its_seal_its_ship_and_its_route() -> None:
    document = one(given("wco-dec", "samples", "TT_EX039a.xml").read_bytes())
    (consignment,) = document.consignments
    assert consignment.equipment == (Equipment(number="Container123", seals=(Seal(number="12345"),)),)
    assert [means.plate for means in consignment.means if means.identified_by == "11"] == ["CSCLGLOBE"]
    assert [place.country for place in document.places if place.role == "itinerary"] == ["GB", "JP"]


@pytest.mark.shared
def test_the_export_of_our_own_is_valid() -> None:
    declaration = etree.fromstring(fixture("wco_declaration.xml")).find("{*}Declaration")
    assert declaration is not None
    assert faults(etree.tostring(declaration), given("wco-dec", "xsd", "WCO_DEC_2_DMS.xsd")) == []


@pytest.mark.shared
@pytest.mark.parametrize("name", ["TT_EX026a_CST", "TT_EX038a_EAL", "TT_EX038a_EDL", "TT_IM189a_01_DMSACC"])
def test_a_notice_of_movement_or_a_reply_is_no_document(name: str) -> None:
    found = refusal(given("wco-dec", "movement", f"{name}.xml").read_bytes())
    assert (found.kind, found.where[:5]) == ("unknown_format", "line ")


def test_a_head_names_itself_its_number_and_its_days(export: Document) -> None:
    assert (export.kind, export.format, export.version) == ("goods_declaration", "wco_declaration", "3.6")
    assert (export.id, export.number) == ("TRIAL-2026-0042", "26KG00000000000042")
    assert (export.function, export.declaration_type) == ("9", "EXA")
    assert (export.issued_at, export.accepted_at) == ("2026-11-01", "2026-11-02T08:15:30+06:00")
    assert export.references == (Reference(kind="1DAN", number="0000001"),)


def test_parties_stand_in_their_roles_and_an_unnamed_agent_is_none(export: Document) -> None:
    assert export.parties == (
        Party(
            role="exporter",
            name="Trial Exporter",
            country="KG",
            address="000001, Naryn, 1 Trial Road",
            address_parts=Address(country="KG", postcode="000001", city="Naryn", street="1 Trial Road"),
        ),
        Party(role="declarant", identifiers=(Identifier(register="ID", value="KG00000000000002"),)),
        Party(role="signatory", name="Trial Signatory"),
        Party(role="carrier", name="Trial Carrier"),
    )
    assert [(party.role, party.name) for party in export.consignments[0].parties] == [
        ("consignee", "Trial Consignee"),
        ("importer", None),
        ("buyer", "Trial Buyer"),
    ]


def test_a_lorry_and_its_trailer_are_told_apart_by_what_names_them(export: Document) -> None:
    assert export.consignments[0].means == (
        Means(stage="border", mode="3", plate="01777ABC", identified_by="30", country="KG"),
        Means(stage="departure", plate="0123AB", identified_by="31", trailer=True),
    )


def test_seals_hang_on_their_container_or_on_the_vehicle(export: Document) -> None:
    (consignment,) = export.consignments
    assert consignment.containerised is True
    assert consignment.equipment == (Equipment(number="MSCU0000018", seals=(Seal(number="KG0000111"),)),)
    assert consignment.seals == (Seal(number="KG0000112"),)


def test_offices_route_and_places_are_read(export: Document) -> None:
    assert export.places == (
        Place(role="declaration", code="KG000001"),
        Place(role="exit", code="KG000002"),
        Place(role="itinerary", country="KG"),
        Place(role="itinerary", country="KZ"),
    )
    assert export.consignments[0].places == (
        Place(role="goods_location", code="KGYARD1", name="Trial yard", country="KG"),
        Place(role="loading", code="KGNRN", name="Trial ramp"),
        Place(role="delivery", name="Naryn"),
    )


def test_a_shipment_has_its_reference_countries_and_totals(export: Document) -> None:
    (consignment,) = export.consignments
    assert consignment.number == "6KG00000000000002-UCR"
    assert (consignment.dispatch_country, consignment.destination_country) == ("KG", "DE")
    assert consignment.delivery_terms == "FCA"
    assert consignment.totals == Totals(
        items=2,
        packages=402,
        gross_kg=Decimal("18260.5"),
        invoiced=Money(amount=Decimal("18000.97"), currency="USD"),
    )
    assert consignment.references == (
        Reference(kind="ZDCR", number="6KG00000000000002-42", preceding=True),
        Reference(kind="Invoice", number="INV-0007", issued_on="2026-10-30"),
    )


def test_a_guarantee_has_its_amount_and_its_office(export: Document) -> None:
    assert export.guarantees == (
        Guarantee(
            kind="1",
            amount=Money(amount=Decimal("1000.00"), currency="EUR"),
            reference=Reference(number="26KG0000010000070", office="KG000003"),
        ),
    )


def test_an_item_is_read_with_all_that_hangs_on_it(export: Document) -> None:
    item = export.consignments[0].items[0]
    assert (item.number, item.code, item.national_code) == (1, "6907210010", "VATZ")
    assert (item.gross_kg, item.net_kg) == (Decimal("18200.500"), Decimal(17900))
    assert item.quantities == (Quantity(amount=Decimal("1250.5"), unit="MTK"),)
    assert item.packages == (Package(quantity=400, kind="CT", marks="TRIAL 1/400"),)
    assert item.invoiced == Money(amount=Decimal("18000.97"), currency="USD")
    assert item.customs_value == Money(amount=Decimal(17900), currency="USD")
    assert item.statistical_value == Money(amount=Decimal("17950.5"), currency="USD")
    assert (item.procedure, item.previous_procedure) == ("10", "00")
    assert item.equipment == (Equipment(number="MSCU0000018"),)
    assert item.references == (
        Reference(kind="N730", name="Consignment note", number="TR-0001"),
        Reference(kind="Z355", number="26KG00000000000041", item=3, preceding=True),
    )


def test_of_two_origins_the_one_without_preference_counts(export: Document) -> None:
    assert [item.origin for item in export.consignments[0].items] == ["KG", "KG"]


def test_what_has_no_place_in_the_neutral_form_is_counted_and_kept(export: Document) -> None:
    unread = {one.path.rpartition("GoodsItem/")[2]: one.values for one in export.unread}
    assert unread["Commodity/Classification/ID"] == ("B999",)
    assert unread["GovernmentProcedure/CurrentCode"] == ("1RD",)
    assert unread["Declaration/Agent/FunctionCode"] == ("2",)


def test_a_mass_in_tonnes_is_not_taken_for_kilograms(export: Document) -> None:
    assert export.consignments[0].items[1].gross_kg is None
    assert [one.values for one in export.unread if one.path.endswith("GrossMassMeasure")] == [("0.06",)]


def test_a_bare_declaration_is_read_and_its_version_remarked() -> None:
    document = one((BARE % "<TypeCode>T1</TypeCode><GoodsShipment/>").encode())
    assert (document.kind, document.version) == ("transit_declaration", None)
    assert [remark.kind for remark in document.remarks] == ["version"]


def test_an_unknown_version_is_a_remark_and_no_refusal() -> None:
    blob = fixture("wco_declaration.xml").replace(b">3.6<", b">4.1<").replace(b"DEC-DMS:2", b"DEC:3")
    document = one(blob)
    assert document.version == "4.1"
    assert [remark.kind for remark in document.remarks] == ["version"]
    assert len(document.consignments[0].items) == 2


def test_an_indicator_of_another_list_is_not_guessed_at() -> None:
    shipment = "<GoodsShipment><Consignment><ContainerCode>68</ContainerCode></Consignment></GoodsShipment>"
    document = one((BARE % shipment).encode())
    assert document.consignments[0].containerised is None
    assert [one.values for one in document.unread] == [("68",)]


def test_a_moment_that_is_none_is_remarked() -> None:
    blob = fixture("wco_declaration.xml").replace(b"20261102081530+06", b"2 November")
    document = one(blob)
    assert document.accepted_at is None
    (remark,) = document.remarks
    assert (remark.kind, remark.detail) == ("date", "'2 November' is no date")


def test_two_hyphens_in_a_comment_are_refused_with_their_line() -> None:
    blob = fixture("wco_declaration.xml").replace(b"<GoodsShipment>", b"<!-- DE 1/1 -- a type -->\n<GoodsShipment>")
    found = refusal(blob)
    assert (found.kind, found.where.partition(",")[0]) == ("malformed", "line 47")


def test_more_lines_than_any_declaration_has_are_refused() -> None:
    lines = "<GovernmentAgencyGoodsItem/>" * (ITEMS_MAX + 1)
    assert refusal((BARE % f"<GoodsShipment>{lines}</GoodsShipment>").encode()).kind == "items"


def test_a_declaration_in_another_house_of_names_is_not_taken() -> None:
    assert refusal(b'<Declaration xmlns="urn:trial:other"/>').kind == "unknown_format"
