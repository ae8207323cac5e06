"""Common transit: the given messages of an earlier phase, a carnet's declaration of our own, its release, and JSON."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest
from lxml import etree
from msgspec.structs import replace

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
    Remark,
    Seal,
    Totals,
)
from tests.exchange.given import faults, fixture, given, one, refusal

HOUSES = b'<CC015C PhaseID="NCTS6"><Consignment>%s</Consignment></CC015C>'


@pytest.fixture(scope="module")
def carnet() -> Document:
    return one(fixture("ncts_cc015c.xml"))


def released() -> bytes:
    """Make of the declaration what an office of departure answers with when it lets the goods go."""
    blob = fixture("ncts_cc015c.xml").replace(b"CC015C", b"CC029C")
    blob = blob.replace(b"<supplementaryUnits>1250.5</supplementaryUnits>", b"")
    blob = blob.replace(b"</LRN>", b"</LRN><MRN>26TR000000000042J1</MRN>")
    days = b"<declarationAcceptanceDate>2026-11-02</declarationAcceptanceDate><releaseDate>2026-11-03</releaseDate>"
    return blob.replace(b"</TIRCarnetNumber>", b"</TIRCarnetNumber>" + days)


def as_object(element: etree._Element) -> object:
    """Write an element as the JSON form does: what may be repeated is a list, an attribute has an @."""
    if not len(element):
        return element.text
    said: dict[str, list[object]] = {}
    for below in element:
        said.setdefault(str(below.tag), []).append(as_object(below))
    return {f"@{name}": value for name, value in element.attrib.items()} | said


def test_the_declaration_of_our_own_is_read(carnet: Document) -> None:
    assert (carnet.kind, carnet.format, carnet.version) == ("transit_declaration", "ncts", "NCTS6")
    assert (carnet.id, carnet.number, carnet.declaration_type) == ("TRIAL20260042", None, "TIR")
    assert (carnet.tir_carnet, carnet.issued_at) == ("XA99000042", "2026-11-02T08:15:00")
    assert carnet.containerised is True
    assert carnet.totals == Totals(gross_kg=Decimal("18260.5"))
    assert carnet.remarks == ()


@pytest.mark.shared
def test_the_messages_of_our_own_are_valid() -> None:
    assert faults(fixture("ncts_cc015c.xml"), given("ncts", "xsd-60.4.16", "cc015c.xsd")) == []
    assert faults(released(), given("ncts", "xsd-60.4.16", "cc029c.xsd")) == []


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "named", "number", "gross"),
    [
        ("cc015c-valid.xml", "DHbrfgDQJRm", None, "4380979244.527545"),
        ("cc015c-valid.json", "qvRcL", None, "6430669292.48125"),
        ("cc029c-valid.xml", "MDTP-18", "27WF9X1FQ9RCKN0TM3", "1000.000000000000"),
    ],
)
def test_a_given_message_of_an_earlier_phase_is_read_with_a_remark(
    name: str, named: str, number: str | None, gross: str
) -> None:
    document = one(given("ncts", "samples", name).read_bytes())
    assert (document.id, document.number, document.version) == (named, number, "NCTS5.0")
    assert str(document.totals.gross_kg) == gross
    assert [str(house.totals.gross_kg) for house in document.consignments] == [gross]
    assert document.remarks[0].kind == "version"


@pytest.mark.shared
@pytest.mark.parametrize("name", ["cc007c-valid.xml", "cc007c-valid.json", "cc013c-valid.xml", "cc025c-valid.xml"])
def test_other_messages_of_the_system_are_no_documents(name: str) -> None:
    assert refusal(given("ncts", "samples", name).read_bytes()).kind == "unknown_format"


@pytest.mark.shared
def test_a_given_release_that_miscounts_its_seals_is_remarked() -> None:
    document = one(given("ncts", "samples", "cc029c-valid.xml").read_bytes())
    assert (document.accepted_at, document.released_on, document.tir_carnet) == ("2014-06-09", "2008-11-15", "123456")
    assert document.remarks[1:] == (
        Remark(kind="count", detail="'100' is not the 1 seals that are listed", where="line 178: numberOfSeals"),
    )


def test_a_release_has_its_number_and_its_days(carnet: Document) -> None:
    release = one(released())
    assert (release.id, release.number) == (carnet.id, "26TR000000000042J1")
    assert (release.accepted_at, release.released_on) == ("2026-11-02", "2026-11-03")
    assert (release.means, release.parties, release.places) == (carnet.means, carnet.parties, carnet.places)


def test_the_same_names_in_json_give_the_same_document(carnet: Document) -> None:
    root = etree.fromstring(fixture("ncts_cc015c.xml"))
    document = one(msgspec.json.encode({"n1:CC015C": as_object(root)}))
    assert replace(document, unread=()) == replace(carnet, unread=())


def test_parties_have_their_numbers_and_the_register_that_gave_them(carnet: Document) -> None:
    holder, agent, carrier, consignee = carnet.parties
    assert holder == Party(
        role="principal",
        name="Trial Holder",
        country="TR",
        address="00001, Kars, 1 Trial Road",
        address_parts=Address(country="TR", postcode="00001", city="Kars", street="1 Trial Road"),
        identifiers=(
            Identifier(register="identificationNumber", value="TR0000000000001"),
            Identifier(register="TIRHolderIdentificationNumber", value="TUR/001/0000042"),
        ),
    )
    assert (agent.role, carrier.role) == ("representative", "carrier")
    assert (consignee.role, consignee.address) == ("consignee", "Naryn, 2 Trial Road")


def test_the_tractor_the_trailer_and_the_border_are_told_apart(carnet: Document) -> None:
    tractor = Means(stage="departure", mode="3", plate="36TRL042", identified_by="30", country="TR")
    assert carnet.means == (
        tractor,
        Means(stage="departure", mode="3", plate="36DOR043", identified_by="31", country="TR", trailer=True),
        replace(tractor, stage="border"),
    )


def test_seals_hang_on_their_container_or_on_the_vehicle(carnet: Document) -> None:
    assert carnet.equipment == (
        Equipment(number="MSCU0000018", seals=(Seal(number="TR0000111"), Seal(number="TR0000112"))),
    )
    assert carnet.seals == (Seal(number="TR0000113"),)


def test_offices_route_and_places_are_read(carnet: Document) -> None:
    assert carnet.places == (
        Place(role="departure", code="TR000001"),
        Place(role="transit", code="GE000002", expected_at="2026-11-04T09:00:00"),
        Place(role="exit", code="TR000003"),
        Place(role="destination", code="GE000009"),
        Place(role="border", code="TR000003"),
        Place(role="itinerary", country="GE"),
        Place(role="itinerary", country="KZ"),
        Place(role="goods_location", code="TR000001"),
        Place(role="loading", name="Kars", country="TR"),
        Place(role="unloading", code="KGNRN"),
    )


def test_each_number_of_a_guarantee_secures_its_amount(carnet: Document) -> None:
    assert carnet.guarantees == (
        Guarantee(
            kind="1",
            amount=Money(amount=Decimal("1000.50"), currency="EUR"),
            reference=Reference(number="26TR0000010000070"),
        ),
        Guarantee(
            kind="1",
            amount=Money(amount=Decimal(200), currency="EUR"),
            reference=Reference(number="26TR0000010000071"),
        ),
        Guarantee(kind="8", reference=Reference(number="TRIAL PLEDGE 7")),
    )


def test_documents_of_the_whole_stand_with_the_document(carnet: Document) -> None:
    assert carnet.references == (
        Reference(kind="referenceNumberUCR", number="TRIAL-UCR-0"),
        Reference(kind="N830", number="26TR00000000000041", preceding=True),
        Reference(kind="N730", number="TR-0001"),
    )


def test_a_house_has_what_is_said_of_it_or_of_all(carnet: Document) -> None:
    first, second = carnet.consignments
    assert (first.number, first.totals.gross_kg) == ("TRIAL-UCR-1", Decimal("18200.5"))
    assert [(house.dispatch_country, house.destination_country) for house in carnet.consignments] == [
        ("TR", "KG"),
        ("GE", "KG"),
    ]
    assert first.parties == (Party(role="consignor", name="Trial Consignor"),)
    assert second.means == (Means(stage="departure", mode="3", plate="TRL777GE", identified_by="30", country="GE"),)


def test_items_keep_their_number_in_the_declaration(carnet: Document) -> None:
    items = [item for house in carnet.consignments for item in house.items]
    assert [(item.number, item.code) for item in items] == [(1, "69072100"), (2, "350691"), (3, None)]
    assert [len(item.equipment) for item in items] == [1, 1, 0]
    first = items[0]
    assert (first.gross_kg, first.net_kg) == (Decimal("18200.5"), Decimal(17900))
    assert first.quantities == (Quantity(amount=Decimal("1250.5")),)
    assert first.packages == (Package(quantity=400, kind="CT", marks="TRIAL 1/400"),)
    assert first.equipment == (Equipment(number="MSCU0000018"),)
    assert first.references == (
        Reference(kind="N355", number="26TR00000000000040", item=3, preceding=True),
        Reference(kind="N380", number="INV-0007", item=5),
    )


def test_what_has_no_place_in_the_neutral_form_is_counted_and_kept(carnet: Document) -> None:
    unread = {one.path: one.values for one in carnet.unread}
    assert unread["TransitOperation/additionalDeclarationType"] == ("A",)
    assert unread["Representative/status"] == ("2",)
    assert unread["Consignment/TransportEquipment/GoodsReference/declarationGoodsItemNumber"] == ("3",)


@pytest.mark.parametrize(("phase", "remarks"), [("NCTS6", []), ("NCTS7", ["version"])])
def test_an_unknown_phase_is_a_remark_and_no_refusal(phase: str, remarks: list[str]) -> None:
    document = one(fixture("ncts_cc015c.xml").replace(b"NCTS6", phase.encode()))
    assert (document.version, [remark.kind for remark in document.remarks]) == (phase, remarks)
    assert len(document.consignments) == 2


def test_a_mode_without_a_vehicle_is_kept() -> None:
    document = one(HOUSES % b"<modeOfTransportAtTheBorder>3</modeOfTransportAtTheBorder>")
    assert document.means == (Means(stage="border", mode="3"),)


def test_what_is_repeated_for_many_must_be_short() -> None:
    long = b"<countryOfDispatch>%s</countryOfDispatch><HouseConsignment/><HouseConsignment/>" % (b"K" * 1000)
    document = one(HOUSES % long)
    assert [house.dispatch_country for house in document.consignments] == [None, None]
    assert [left.path for left in document.unread] == ["Consignment/countryOfDispatch"]


def test_a_container_is_loaded_with_the_first_of_two_items_of_one_number() -> None:
    held = (
        b"<TransportEquipment><containerIdentificationNumber>MSCU0000018</containerIdentificationNumber>"
        b"<GoodsReference><declarationGoodsItemNumber>1</declarationGoodsItemNumber></GoodsReference>"
        b"</TransportEquipment>"
    )
    item = b"<ConsignmentItem><declarationGoodsItemNumber>1</declarationGoodsItemNumber></ConsignmentItem>"
    (house,) = one(HOUSES % (held + b"<HouseConsignment>" + item * 2 + b"</HouseConsignment>")).consignments
    assert [len(item.equipment) for item in house.items] == [1, 0]


def test_more_lines_than_any_declaration_has_are_refused_over_all_houses() -> None:
    house = b"<HouseConsignment>" + b"<ConsignmentItem/>" * (ITEMS_MAX // 2 + 1) + b"</HouseConsignment>"
    assert refusal(HOUSES % (house * 2)).kind == "items"
