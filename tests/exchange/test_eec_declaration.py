"""Declarations in the structures of the Eurasian Economic Commission: fixtures of our own, valid by its schemas."""

from __future__ import annotations

from decimal import Decimal

import pytest

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
from tests.exchange.given import album_faults, fixture, one

GOODS, TRANSIT = "eec_goods.xml", "eec_transit.xml"
SCHEMAS = {GOODS: "EEC_GoodsDeclaration.xsd", TRANSIT: "EEC_TransitDeclaration.xsd"}

ELDER = {
    b"R:055:GoodsDeclaration:v1.0.0": b"R:036:GoodsDeclaration:v1.1.0",
    b"GDGoodsShipmentDetails": b"DeclarationGoodsShipmentDetails",
    b"GDConsignmentDetails": b"DeclarationConsignmentDetails",
    b"GDGoodsItemDetails": b"DeclarationGoodsItemDetails",
    b"TransportMeansItemDetails": b"TransportMeansRegistrationIdDetails",
}
"""What R.036 calls otherwise."""

SECOND = (
    "<a:GDCSignatoryPersonDetails><a:SigningDetails><c:FullNameDetails><s:LastName>Второй</s:LastName>"
    "</c:FullNameDetails><b:SigningDate>2026-11-05</b:SigningDate></a:SigningDetails></a:GDCSignatoryPersonDetails>"
)
"""Who signs a correction."""


def changed(name: str, *changes: tuple[str, str]) -> bytes:
    """A fixture with some things said differently."""
    text = fixture(name).decode()
    for was, now in changes:
        assert text.count(was) == 1
        text = text.replace(was, now)
    return text.encode()


def correction() -> bytes:
    """The second correction of the declaration, of one of its goods, signed by somebody else."""
    return changed(
        GOODS,
        ("<a:CustomsDeclarationIdDetails>", "<s:ObjectOrdinal>2</s:ObjectOrdinal><a:CustomsDeclarationIdDetails>"),
        ("<b:GDCGoodsQuantity>2<", "<b:GDCGoodsQuantity>1<"),
        ("<b:InternalDocId>", f"{SECOND}<b:InternalDocId>"),
    )


@pytest.fixture(scope="module")
def goods() -> Document:
    return one(fixture(GOODS))


@pytest.fixture(scope="module")
def transit() -> Document:
    return one(fixture(TRANSIT))


@pytest.mark.shared
@pytest.mark.parametrize("name", SCHEMAS)
def test_what_is_read_here_is_valid_by_the_schema(name: str) -> None:
    assert album_faults(fixture(name), SCHEMAS[name]) == []


@pytest.mark.shared
def test_a_correction_is_valid_too() -> None:
    assert album_faults(correction(), SCHEMAS[GOODS]) == []


def test_a_declaration_says_what_it_is_and_its_number(goods: Document) -> None:
    assert (goods.kind, goods.version, goods.layout_confirmed) == ("goods_declaration", "R.055 1.0.0", True)
    assert (goods.number, goods.issued_at) == ("41700001/021126/0000417", "2026-11-02T08:15:00+06:00")
    assert (goods.id, goods.replaces, goods.correction) == ("6f2b0000-0000-4000-8000-00000000b001", None, None)
    assert (goods.declaration_type, goods.procedure) == ("ИМ", "40")
    assert goods.national == {"InternalDocId": "TEST-0001"}


def test_a_correction_names_what_it_corrects() -> None:
    document = one(correction())
    assert (document.correction, document.number) == (2, "41700001/021126/0000417")
    assert document.replaces == "6f2b0000-0000-4000-8000-00000000b000"
    assert [party.name for party in document.parties if party.role == "signatory"] == ["Пробный Декларант", "Второй"]


def test_a_correction_counts_the_goods_that_it_corrects() -> None:
    document = one(correction())
    assert document.totals.items == 1
    assert [(remark.kind, remark.where.partition(": ")[2]) for remark in document.remarks] == [
        ("count", "GDCGoodsQuantity"),
        ("unit", "UnifiedGrossMassMeasure"),
    ]


def test_parties_keep_their_numbers_and_what_is_said_to_be_the_declarant(goods: Document) -> None:
    declarant, representative, signatory = goods.parties
    assert declarant == Party(
        role="declarant",
        name="ОсОО «Пробный декларант»",
        country="KG",
        address="Бишкек, ул. Пробная, 1",
        address_parts=Address(country="KG", city="Бишкек", street="ул. Пробная", building="1"),
        identifiers=(
            Identifier(register="TaxpayerId", value="00000000000001"),
            Identifier(register="CAUniqueCustomsNumberId", value="KG/00000001"),
            Identifier(register="RegistrationNumberId", value="KG/0001/TEST"),
        ),
    )
    assert representative.identifiers == (Identifier(register="RegistrationNumberId", value="KG/0002/TEST"),)
    assert signatory == Party(role="signatory", name="Пробный Декларант")
    assert goods.consignments[0].parties == (
        Party(
            role="consignor",
            name="Kashgar Trial Trading",
            country="CN",
            address="Kashgar",
            address_parts=Address(country="CN", city="Kashgar"),
        ),
        Party(role="consignee", same_as="declarant"),
        Party(role="payer", same_as="declarant"),
    )
    assert goods.references == (Reference(kind="11002", number="D-17"), Reference(kind="11004", number="P-5"))


def test_goods_come_by_vehicles_over_an_office_to_a_place(goods: Document) -> None:
    (consignment,) = goods.consignments
    assert (consignment.dispatch_country, consignment.destination_country) == ("CN", "KG")
    assert (consignment.containerised, consignment.delivery_terms) == (True, "DAP")
    assert consignment.means == (
        Means(
            stage="border", mode="31", plate="01777ABC", country="KG", vin="LZZ00000000000001", kind="201", make="042"
        ),
        Means(stage="border", mode="31", plate="0123AB", country="CN"),
        Means(stage="arrival", mode="31"),
    )
    assert consignment.places == (
        Place(role="entry", code="41700001", name="Торугарт"),
        Place(role="goods_location", code="41700002", country="KG", zone="ЗТК-0001"),
    )


def test_what_leaves_departs_over_an_exit() -> None:
    (consignment,) = one(changed(GOODS, (">ИМ<", ">ЭК<"))).consignments
    assert [means.stage for means in consignment.means] == ["border", "border", "departure"]
    assert consignment.places[0].role == "exit"


def test_totals_are_those_of_the_declaration_and_of_the_contract(goods: Document) -> None:
    assert goods.totals == Totals(items=2, packages=412)
    assert goods.consignments[0].totals == Totals(
        invoiced=Money(amount=Decimal("18961.97"), currency="USD"),
        customs_value=Money(amount=Decimal("1658222.28"), currency="KGS"),
    )
    assert goods.guarantees == (
        Guarantee(
            kind="06",
            amount=Money(amount=Decimal("500000.00"), currency="KGS"),
            reference=Reference(number="BG-0001", issued_on="2026-10-01"),
        ),
    )


def test_an_item_is_read_with_all_that_hangs_on_it(goods: Document) -> None:
    item = goods.consignments[0].items[0]
    assert (item.number, item.code, item.national_code, item.origin) == (1, "6907210009", "0001", "CN")
    assert item.description == "Плитка керамическая, неглазурованная"
    assert (str(item.gross_kg), str(item.net_kg)) == ("18200.500", "17900")
    assert item.quantities == (
        Quantity(amount=Decimal("1250.5"), unit="055"),
        Quantity(amount=Decimal(400), unit="796"),
    )
    assert item.packages == (Package(quantity=400, kind="CT", marks="TRIAL 1-400"),)
    assert item.equipment == (Equipment(number="MSCU0000018", kind="CN"), Equipment(number="MSCU0000023", kind="CN"))
    assert item.invoiced == Money(amount=Decimal("18000.97"), currency="USD")
    assert item.customs_value == Money(amount=Decimal("1574000.00"), currency="KGS")
    assert item.statistical_value == Money(amount=Decimal("18100.00"), currency="USD")
    assert (item.procedure, item.previous_procedure) == ("40", "80")


def test_documents_presented_and_preceding_are_told_apart(goods: Document) -> None:
    assert goods.consignments[0].items[0].references == (
        Reference(kind="02015", name="CMR", number="TR-0001", issued_on="2026-11-01"),
        Reference(
            kind="01191",
            number="KG417/026.CN.00.00001",
            valid_from="2026-01-01",
            valid_until="2027-01-01",
            office="41700001",
        ),
        Reference(
            kind="09013",
            number="41700003/301026/0000042",
            issued_on="2026-10-30",
            office="41700003",
            item=3,
            preceding=True,
        ),
        Reference(kind="09035", number="KG/291026/000000007", issued_on="2026-10-29", preceding=True),
    )
    assert goods.consignments[0].items[1].references == (
        Reference(number="41700001/011126/0000008", issued_on="2026-11-01", office="41700001", preceding=True),
    )


def test_a_mass_in_another_unit_is_remarked_and_not_converted(goods: Document) -> None:
    item = goods.consignments[0].items[1]
    assert (item.gross_kg, item.net_kg) == (None, Decimal("1100.000001"))
    assert goods.remarks == (
        Remark(kind="unit", detail="'168' is not the kilogram (166)", where="line 176: UnifiedGrossMassMeasure"),
    )
    assert item.packages == (Package(quantity=12, kind="БОЧКА"),)


def test_an_eleventh_digit_is_the_country_s_own() -> None:
    item = one(changed(GOODS, (">6907210009<", ">69072100094<"))).consignments[0].items[0]
    assert (item.code, item.national_code) == ("6907210009", "4")


def test_a_transit_says_of_all_consignments_what_it_does_not_say_of_each(transit: Document) -> None:
    assert (transit.kind, transit.version, transit.procedure) == ("transit_declaration", "R.048 1.0.0", "ТР")
    assert (transit.tir_carnet, transit.containerised) == ("XT00000417", False)
    assert transit.means == (
        Means(stage="departure", mode="31", plate="000TST02", country="KZ", vin="LZZ00000000000002"),
        Means(stage="reloaded", mode="31", plate="Т000ТТ00", country="RU"),
    )
    assert transit.places == (Place(role="reloading", code="39800001", name="Пробное", country="KZ", repacked=False),)
    assert transit.seals == tuple(Seal(number=f"KG000011{last}", kind="02", method="01") for last in "12")
    assert (transit.guarantee_given, transit.signed_on) == ("1", None)
    assert transit.totals == Totals(
        items=2,
        packages=60,
        gross_kg=Decimal("20400.250"),
        invoiced=Money(amount=Decimal("31000.50"), currency="USD"),
    )
    assert transit.remarks == ()


def test_who_carries_who_drives_and_who_takes_over(transit: Document) -> None:
    assert [(party.role, party.name) for party in transit.parties] == [
        ("declarant", "Trial Forwarding"),
        ("carrier", "Trial Haulage"),
        ("driver", "Пробный Водитель"),
        ("successive_carrier", "Second Trial Haulage"),
        ("principal", None),
    ]
    assert [party.role_code for party in transit.parties] == [None, None, "1", None, None]
    assert transit.parties[-1].identifiers == (Identifier(register="TIRHolderId", value="KGZ/000/0001"),)


def test_each_consignment_of_a_transit_has_its_goal_and_its_goods(transit: Document) -> None:
    first, second = transit.consignments
    assert (first.number, first.dispatch_country, first.destination_country) == ("1", "CN", "RU")
    assert first.places == (
        Place(role="destination", code="64300001", name="Пробный пост", country="RU", zone="ЗТК-0002"),
    )
    assert first.references == (Reference(kind="02015", number="TR-0002", issued_on="2026-11-01"),)
    assert first.totals == Totals(
        items=1, packages=20, gross_kg=Decimal("8400.250"), invoiced=Money(amount=Decimal("11000.50"), currency="USD")
    )
    assert first.items[0].references == (
        Reference(kind="04021", number="INV-1"),
        Reference(kind="09024", number="XT00000416", preceding=True),
    )
    assert [(party.role, party.name, party.same_as) for party in second.parties] == [
        ("consignor", None, "declarant"),
        ("consignee", "ИП Пробный", None),
    ]
    assert (second.items[0].number, second.items[0].gross_kg, second.items[0].references) == (2, Decimal(12000), ())


def test_a_guarantee_is_known_by_what_it_is_registered_under(transit: Document) -> None:
    assert transit.guarantees == (
        Guarantee(
            kind="02",
            amount=Money(amount=Decimal("750000.00"), currency="KGS"),
            reference=Reference(number="41700001/151026/00000009", issued_on="2026-10-15", office="41700001"),
        ),
        Guarantee(reference=Reference(number="41700001/161026/0000010", issued_on="2026-10-16", office="41700001")),
    )


@pytest.mark.parametrize(
    ("was", "now", "detail", "where"),
    [
        (
            "<b:GoodsQuantity>2</b:GoodsQuantity>",
            "<b:GoodsQuantity>3</b:GoodsQuantity>",
            "'3' is not the number listed (2)",
            "GoodsQuantity",
        ),
        (
            "<b:SealQuantity>2</b:SealQuantity>",
            "<b:SealQuantity>4</b:SealQuantity>",
            "'4' is not the number listed (2)",
            "SealQuantity",
        ),
    ],
)
def test_a_count_that_is_not_that_of_the_list_is_remarked(was: str, now: str, detail: str, where: str) -> None:
    document = one(changed(TRANSIT, (was, now)))
    (remark,) = document.remarks
    assert (remark.kind, remark.detail, remark.where.partition(": ")[2]) == ("count", detail, where)
    assert len(document.consignments) == len(document.seals) == 2


def test_what_has_no_place_in_the_neutral_form_is_counted_and_kept(goods: Document, transit: Document) -> None:
    left = {one.path.rpartition("/")[2]: one.values for one in (*goods.unread, *transit.unread)}
    assert left["UnifiedGrossMassMeasure"] == ("1.2",)
    assert left["TotalAmount"] == ("99999.00",)
    assert left["EDocRefId"] == ("6f2b0000-0000-4000-8000-00000000b000",)
    assert left["SealQuantity"] == ("1",)
    assert left["LineId"] == ("2", "3")
    assert "CommodityCode" not in left


def test_the_elder_structure_is_read_by_its_own_names_and_not_vouched_for(goods: Document) -> None:
    blob = fixture(GOODS)
    for now, elder in ELDER.items():
        assert now in blob
        blob = blob.replace(now, elder)
    document = one(blob)
    assert (document.version, document.layout_confirmed) == ("R.036 1.1.0", False)
    assert [remark.kind for remark in document.remarks] == ["version", "unit"]
    assert document.consignments == goods.consignments


@pytest.mark.parametrize(
    ("namespace", "version", "remarked"),
    [
        ("urn:EEC:R:055:GoodsDeclaration:v1.1.0", "R.055 1.1.0", True),
        ("urn:EEC:R:055:GoodsDeclaration:v1.0.0", "R.055 1.0.0", False),
        ("urn:somebody:else", "else", True),
    ],
)
def test_an_unknown_version_is_a_remark_and_no_refusal(namespace: str, version: str, remarked: bool) -> None:
    document = one(changed(GOODS, ("urn:EEC:R:055:GoodsDeclaration:v1.0.0", namespace)))
    assert (document.version, len(document.consignments[0].items)) == (version, 2)
    assert ("version" in [remark.kind for remark in document.remarks]) is remarked
