"""The transit declaration that is written: valid by the schema, read back unchanged, or refused in plain words."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from lxml import etree
from msgspec.structs import replace

from beket.exchange.kit.eec_writing import SHAPES
from beket.exchange.kit.refusal import Refusal
from beket.exchange.writing.eec_transit import TransitWritten, write
from beket.exchange.writing.eec_transit_form import FORM
from beket.words.documents import (
    Address,
    Consignment,
    Document,
    Equipment,
    GoodsItem,
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
    Unread,
    address_line,
)
from tests.exchange.given import album_faults, fixture, one, otherwise

SCHEMA = "EEC_TransitDeclaration.xsd"
NARYN = Address(
    country="KG", postcode="720000", region="Нарынская", district="Ат-Башинский", city="Нарын", settlement="Пробное",
    street="ул. Пробная", building="1", room="2", post_box="17",
)  # fmt: skip

ITEM = GoodsItem(number=1, references=(Reference(kind="04021", number="INV-1"),))
BARE = Document(
    kind="transit_declaration",
    format="eec_declaration",
    version="R.048 1.0.0",
    id="6f2b0000-0000-4000-8000-00000000c009",
    issued_at="2026-11-02T09:00:00",
    declaration_type="ТТ",
    procedure="ТР",
    containerised=False,
    guarantee_given="0",
    parties=(Party(role="declarant", name="Trial Forwarding"), Party(role="carrier", name="Trial Haulage")),
    consignments=(
        Consignment(
            number="1",
            dispatch_country="CN",
            destination_country="RU",
            parties=(
                Party(role="consignor", name="Kashgar Trial Trading"),
                Party(role="consignee", same_as="declarant"),
            ),
            places=(Place(role="destination", code="64300001"),),
            items=(ITEM,),
        ),
    ),
)
"""No more than the schema asks for."""

RICH_ITEM = GoodsItem(
    number=1,
    code="6109100000",
    description=" ".join(["футболки", "хлопковые", "трикотажные"] * 25),
    gross_kg=Decimal("8400.250"),
    net_kg=Decimal("8000.000001"),
    packages=(Package(quantity=20, kind="CT", marks="KSH 1-20"), Package(kind="PX")),
    quantities=(Quantity(amount=Decimal(4000), unit="796"),),
    equipment=(Equipment(number="CSQU3054383", kind="CN"),),
    invoiced=Money(amount=Decimal("11000.50"), currency="USD"),
    references=(
        Reference(
            kind="04021", name="Инвойс", number="INV-1", issued_on="2026-11-01", valid_until="2027-11-01", item=2
        ),
        Reference(
            kind="09013", number="41700001/011126/0000417", issued_on="2026-11-01", office="41700001", preceding=True
        ),
        Reference(kind="09024", number="XT00000416", issued_on="2026-11-01", item=3, preceding=True),
        Reference(kind="09999", number="P-5", preceding=True),
    ),
)
WHOLE = replace(
    BARE,
    tir_carnet="XT00000417",
    issued_at="2026-11-02T09:00:00+06:00",
    signed_on="2026-11-02",
    guarantee_given="1",
    parties=(
        Party(
            role="declarant",
            name="Trial Forwarding",
            country="KG",
            address=address_line(NARYN),
            address_parts=NARYN,
            identifiers=(
                Identifier(register="TaxpayerId", value="00000000000001"),
                Identifier(register="CAUniqueCustomsNumberId", value="KG/00000001"),
                Identifier(register="PersonId", value="00000000000002"),
                Identifier(register="RegistrationNumberId", value="KG/0001/TEST"),
            ),
        ),
        Party(role="carrier", name="Trial Haulage", country="KZ"),
        Party(role="driver", name="Пробный Водитель Пробович", role_code="1"),
        Party(role="driver", name="Второй", role_code="2"),
        Party(role="successive_carrier", name="Second Trial Haulage"),
        Party(role="principal", identifiers=(Identifier(register="TIRHolderId", value="KGZ/000/0001"),)),
        Party(role="representative", identifiers=(Identifier(register="RegistrationNumberId", value="KG/0002"),)),
        Party(role="signatory", name="Пробный Декларант"),
    ),
    means=(
        Means(
            stage="departure",
            mode="31",
            plate="000TST02",
            country="KZ",
            vin="LZZ00000000000002",
            kind="310",
            make="001",
        ),
        Means(stage="departure", plate="01 T TST", country="KZ"),
        Means(stage="reloaded", mode="31", plate="T000TT00", country="RU"),
    ),
    seals=(
        Seal(number="KG0000111", kind="02", method="01"),
        Seal(number="KG0000112", kind="02", method="01"),
        Seal(number="7", method="03"),
    ),
    places=(Place(role="reloading", code="39800001", name="Пробное", country="KZ", repacked=True),),
    references=(
        Reference(kind="11002", number="D-17", issued_on="2026-01-01"),
        Reference(kind="11004", number="P-5", valid_from="2026-01-01", valid_until="2027-01-01"),
    ),
    guarantees=(
        Guarantee(
            kind="02",
            amount=Money(amount=Decimal("750000.00"), currency="KGS"),
            reference=Reference(number="41700001/151026/00000009", issued_on="2026-10-15", office="41700001"),
        ),
        Guarantee(reference=Reference(number="41700001/161026/0000010", issued_on="2026-10-16", office="41700001")),
        Guarantee(reference=Reference(kind="11009", name="Поручительство", number="Z-1", issued_on="2026-10-17")),
    ),
    totals=Totals(
        items=3, packages=21, gross_kg=Decimal("20400.250"), invoiced=Money(amount=Decimal("31000.50"), currency="USD")
    ),
    consignments=(
        Consignment(
            number="1",
            dispatch_country="CN",
            destination_country="RU",
            parties=(
                Party(
                    role="consignor",
                    name="Kashgar Trial Trading",
                    country="CN",
                    address="Kashgar",
                    address_parts=Address(country="CN", city="Kashgar"),
                ),
                Party(role="consignee", name="ООО «Проба»", country="RU"),
            ),
            places=(Place(role="destination", code="64300001", name="Пробный пост", country="RU", zone="ЗТК-0002"),),
            references=(Reference(kind="02015", number="TR-0002", issued_on="2026-11-01"),),
            totals=Totals(items=2, packages=20, gross_kg=Decimal("8400.250")),
            items=(RICH_ITEM, replace(ITEM, number=2, packages=(Package(quantity=1, kind="навалом"),))),
        ),
        replace(BARE.consignments[0], number="2", items=(replace(ITEM, number=3, packages=(Package(quantity=4),)),)),
    ),
)
"""Everything that is written."""


def written(document: Document) -> TransitWritten:
    found = write(document)
    assert isinstance(found, TransitWritten), found
    return found


def refused(document: Document) -> Refusal:
    found = write(document)
    assert isinstance(found, Refusal)
    return found


def reread(document: Document) -> Document:
    return replace(one(written(document).blob), unread=())


@pytest.mark.shared
@pytest.mark.parametrize("document", [BARE, WHOLE], ids=["bare", "whole"])
def test_what_is_written_is_valid_by_the_schema(document: Document) -> None:
    assert album_faults(written(document).blob, SCHEMA) == []


@pytest.mark.parametrize("document", [BARE, WHOLE], ids=["bare", "whole"])
def test_what_is_written_is_read_back_unchanged(document: Document) -> None:
    assert reread(document) == document
    assert written(document).left_out == ()


def test_what_another_program_wrote_is_written_again_as_it_was() -> None:
    said = replace(one(fixture("eec_transit.xml")), unread=())
    shown = (said.consignments[0], replace(said.consignments[1], items=(replace(ITEM, number=2),)))
    assert reread(replace(said, consignments=shown)) == replace(said, consignments=shown)


def test_every_text_that_is_written_has_a_shape_and_a_name() -> None:
    root = etree.fromstring(written(WHOLE).blob)
    names = {etree.QName(element).localname for element in root.iter() if not len(element) and element.text}
    assert names <= SHAPES.keys()
    assert names - FORM.names.keys() == {"EDocCode", "EDocIndicatorCode", "LineId"}
    assert {str(name) for element in root.iter() for name in dict(element.attrib)} <= {name[1:] for name in SHAPES}


def test_a_document_that_says_nothing_is_told_everything_that_it_lacks() -> None:
    refusal = refused(
        Document(kind="transit_declaration", format="", consignments=(Consignment(items=(GoodsItem(number=1),)),))
    )
    assert refusal.kind == "missing"
    assert set(refusal.reason.split("; ")) == {
        "identifier of the declaration: missing",
        "day and time of the declaration: missing",
        "type of declaration: missing",
        "transit procedure: missing",
        "whether goods are in containers: missing",
        "declarant: missing",
        "carrier: missing",
        "guarantee, whether payment is secured (code): missing",
        "consignment, country of departure: missing",
        "consignment, country of destination: missing",
        "consignment, consignor: missing",
        "consignment, consignee: missing",
        "consignment, destination: missing",
        "consignment, line, document presented: missing",
    }


def in_goods(**changes: object) -> Document:
    """The bare declaration with something else said of its one line of goods."""
    (consignment,) = BARE.consignments
    return replace(BARE, consignments=(replace(consignment, items=(replace(ITEM, **changes),)),))


REFUSED: dict[str, tuple[Document, str, str]] = {
    "another kind": (replace(BARE, kind="invoice"), "value", "the document: is no transit declaration (invoice)"),
    "no carnet": (replace(BARE, tir_carnet="417"), "missing", "TIR carnet, number: missing"),
    "no seconds": (replace(BARE, issued_at="2026-11-02T09:00"), "value", "is not a day and a time with seconds"),
    "a seal of no method": (
        replace(BARE, seals=(Seal(number="1"),)),
        "missing",
        "seals, how the seals identify (code)",
    ),
    "a driver of no role": (
        replace(BARE, parties=(*BARE.parties, Party(role="driver", name="Пробный"))),
        "missing",
        "carrier, driver, role (code): missing",
    ),
    "nobody knows where": (
        replace(BARE, parties=(*BARE.parties, Party(role="successive_carrier", name="Second"))),
        "missing",
        "places of reloading: 0 told, and 1 carriers take over on the way",
    ),
    "into what, and where": (
        replace(BARE, means=(Means(stage="reloaded", plate="1"),)),
        "missing",
        "places of reloading: none told, and a vehicle takes over on the way",
    ),
    "at which of two": (
        replace(WHOLE, places=WHOLE.places * 2),
        "missing",
        "places of reloading: 2 told, and not at which of them each vehicle takes over",
    ),
    "signed on no day": (replace(WHOLE, signed_on=None), "missing", "who signs, signature, day of signing: missing"),
    "a short code": (
        in_goods(code="123"),
        "value",
        "consignment, line, code of goods: '123' is not a code of goods of",
    ),
    "no number": (in_goods(number=0), "value", "number of the line: '0' is not a number from 1 to 999"),
    "a long word": (in_goods(description="x" * 251), "value", "description of goods: 'xxx"),
    "a long story": (
        in_goods(description="десять букв " * 100),
        "value",
        "is there 5 times, and the form has room for 4",
    ),
    "money of no currency": (in_goods(invoiced=Money(amount=Decimal(1))), "missing", "value, currency: missing"),
    "a measure of no unit": (in_goods(quantities=(Quantity(amount=Decimal(1)),)), "missing", "amount, unit: missing"),
    "packages in words": (
        in_goods(packages=(Package(quantity=1, kind="CT"), Package(quantity=2, kind="навалом"))),
        "value",
        "kind 2, kind of packages: 'навалом' is not a kind of package in two letters or digits",
    ),
    "two transport documents": (
        replace(BARE, consignments=(replace(BARE.consignments[0], references=(Reference(kind="1"),) * 2),)),
        "value",
        "transport document: is there 2 times, and the form has room for 1",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_form_cannot_hold_is_refused_with_its_place(name: str) -> None:
    document, kind, told = REFUSED[name]
    refusal = refused(document)
    assert refusal.kind == kind
    assert told in refusal.reason


@pytest.mark.parametrize(
    ("document", "path", "value"),
    [
        (in_goods(origin="CN"), "consignments/items/origin", "CN"),
        (replace(BARE, language="ru"), "language", "ru"),
        (replace(BARE, places=(Place(role="entry", code="41700001"),)), "places/code", "41700001"),
        (replace(BARE, national={"InternalDocId": "T-1"}), "national/InternalDocId", "T-1"),
    ],
)
def test_what_the_form_has_no_place_for_is_told(document: Document, path: str, value: str) -> None:
    assert Unread(path=path, count=1, values=(value,)) in written(document).left_out


def test_an_address_in_one_piece_stands_where_the_street_does() -> None:
    told = replace(BARE, parties=(replace(BARE.parties[0], address="Trial Yard, Naryn"), BARE.parties[1]))
    assert reread(told).parties[0].address == "Trial Yard, Naryn"
    assert written(told).left_out == ()


def test_a_consignment_without_a_number_is_counted() -> None:
    assert reread(replace(BARE, consignments=(replace(BARE.consignments[0], number=None),))) == BARE


MASSES = st.decimals(min_value=0, max_value=10**9, places=6)
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=120)


@drawn(st.lists(st.tuples(MASSES, NAMES, NAMES), min_size=1, max_size=5), NAMES, NAMES)
def test_whatever_is_said_in_a_complete_declaration_is_read_back(
    goods: list[tuple[Decimal, str, str]], name: str, city: str
) -> None:
    items = tuple(
        replace(RICH_ITEM, number=at, gross_kg=mass, description=f"{said} {more}")
        for at, (mass, said, more) in enumerate(goods, 1)
    )
    where = Address(country="CN", city=city)
    consignor = Party(role="consignor", name=name, country="CN", address=city, address_parts=where)
    first = replace(
        WHOLE.consignments[0], parties=(consignor, WHOLE.consignments[0].parties[1]), items=items, totals=Totals()
    )
    document = replace(WHOLE, consignments=(first,), totals=Totals(items=len(items)))
    assert reread(document) == document


@pytest.mark.shared
@drawn(otherwise(WHOLE))
def test_whatever_is_said_it_is_valid_or_refused(document: Document) -> None:
    found = write(document)
    if isinstance(found, TransitWritten):
        assert album_faults(found.blob, SCHEMA) == []
    else:
        assert found.reason
