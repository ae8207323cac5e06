"""Papers of one crossing against each other: at the edge, the other sign, and where one of them says nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import pytest

from beket.core.documents.state import Paper
from beket.core.risk.picture import TOLD_MAX, Picture
from beket.words.documents import PartyRole
from beket.words.gist import Sum, Vin, Worth
from tests.core.rules.tables import Found, Row, Tables, finds, goods, kg, money, paper, parties, picture, plates, rows


def declaration(name: str = "DT-100200", **held: object) -> Paper:
    """A goods declaration."""
    return paper("goods_declaration", name, **held)


def transit(name: str = "TD-100200", **held: object) -> Paper:
    """A transit declaration."""
    return paper("transit_declaration", name, **held)


def note(name: str = "CMR-100200", **held: object) -> Paper:
    """A consignment note."""
    return paper("consignment_note", name, **held)


def invoice(name: str = "INV-100200", **held: object) -> Paper:
    """An invoice."""
    return paper("invoice", name, **held)


def masses(declared: str | None, *carried: str | None) -> Picture:
    """A declaration and notes that tell gross masses, or none."""
    told = [Sum() if one is None else kg(one) for one in (declared, *carried)]
    return picture(declaration(told=told[0]), *(note(f"CMR-10020{n}", told=one) for n, one in enumerate(told[1:])))


def mass_apart(declared: str, carried: str, off: str) -> Found:
    """What is found of masses that differ."""
    return ({"declared_kg": declared, "carried_kg": carried, "off_kg": off},)


def packages(declared: int | None, carried: int | None) -> Picture:
    """A declaration and a note that tell numbers of packages."""
    return picture(declaration(told=Sum(packages=declared)), note(told=Sum(packages=carried)))


def values_apart(declared: str, invoiced: str, off: str) -> Found:
    """What is found of values that differ."""
    return ({"declared_value": declared, "invoiced_value": invoiced, "off_value": off, "currency": "USD"},)


DOLLAR = Worth(currency="USD", som=Decimal("90"), day="2026-11-02")


def exchanged(euros_worth: str) -> Picture:
    """A declaration of 9,000 som in dollars, and an invoice in euros that are worth as many dollars as told."""
    euro = Worth(currency="EUR", som=Decimal("45"), day="2026-10-30")
    return picture(
        declaration(told_invoiced=money("100"), rates=(DOLLAR,)),
        invoice(told_invoiced=money(str(Decimal(euros_worth) * 2), "EUR"), rates=(euro,)),
    )


def exchanged_apart(invoiced: str, off: str) -> Found:
    """What is found of values in two currencies."""
    rates = "EUR 45 (2026-10-30), USD 90 (2026-11-02)"
    values = {"declared_value": "9000", "invoiced_value": invoiced, "off_value": off, "currency": "KGS", "rates": rates}
    return (values,)


def named(role: PartyRole, declared: str, carried: str) -> Picture:
    """A declaration and a note that name somebody."""
    return picture(declaration(parties=parties(role, declared)), note(parties=parties(role, carried)))


def people(role: PartyRole) -> tuple[Row, ...]:
    """The rows of a rule about people in one role: only the role differs."""
    differ = ({"declared_name": "Ак-Жол Импорт", "carried_name": "Дордой Трейд"},)
    cut = ({"declared_name": "Ак-Жол Импорт", "carried_name": "Ак-Жол Имп"},)
    linked, other = parties(role, "Дордой Трейд"), parties(role, "Ак-Жол Импорт")
    return (
        ("the same, written otherwise", named(role, "ОсОО «Ак-Жол Импорт»", "Ак Жол Импорт, ОсОО"), ()),
        ("another", named(role, "Ак-Жол Импорт", "Дордой Трейд"), differ),
        ("cut off between words", named(role, "Ак-Жол Импорт Экспорт", "Ак-Жол Импорт"), ()),
        ("cut off, the other way", named(role, "Ак-Жол Импорт", "Ак-Жол Импорт Экспорт"), ()),
        ("cut off inside a word", named(role, "Ак-Жол Импорт", "Ак-Жол Имп"), cut),
        ("in another alphabet", named(role, "Восток", "Vostok"), ()),
        ("nobody on the note", picture(declaration(parties=other), note()), ()),
        ("in another role", picture(declaration(parties=other), note(parties=parties("carrier", "Дордой Трейд"))), ()),
        (
            "of two notes, the one that the declaration names",
            picture(
                declaration(parties=other, named=("CMR100201",)),
                note("CMR-1", own=("CMR100200",), parties=other),
                note("CMR-2", own=("CMR100201",), parties=linked),
            ),
            differ,
        ),
        (
            "of two notes, one that names the declaration",
            picture(
                declaration(parties=other, own=("DT100200",)),
                note("CMR-1", named=("DT100200",), parties=linked),
                note("CMR-2", parties=linked),
            ),
            differ,
        ),
        (
            "two notes that nothing joins",
            picture(declaration(parties=other), note("CMR-1", parties=linked), note("CMR-2", parties=linked)),
            (),
        ),
    )  # fmt: skip


def sealed(*seals: tuple[str, ...]) -> Picture:
    """A declaration and notes with seals."""
    return picture(declaration(seals=seals[0]), *(note(f"CMR-10020{n}", seals=one) for n, one in enumerate(seals[1:])))


def twice(datum: str, first: str, second: str) -> Found:
    """What is found of one thing entered in two ways."""
    return ({"datum": datum, "first": first, "second": second},)


def vins(first: str, second: str, plate: str | None = "01111AAA") -> Picture:
    """Two papers that name the maker's number of a vehicle."""
    return picture(declaration(vins=(Vin(vin=first, plate="01111AAA"),)), note(vins=(Vin(vin=second, plate=plate),)))


ONIONS, APPLES = "070310", "080810"
MANY: Final = tuple(f"0102{n:02d}" for n in range(TOLD_MAX + 1))
VIN, OTHER_VIN = "XTA21099T12345678", "XTA21099T12345679"

TABLES: Final[Tables] = {
    "D01": (
        ("alike", masses("18200", "18200"), ()),
        ("less than a kilogram", masses("18200", "18200.999"), ()),
        ("one kilogram more", masses("18200", "18201"), mass_apart("18200", "18201", "1")),
        ("one kilogram less", masses("18200", "18199"), mass_apart("18200", "18199", "-1")),
        ("two notes together", masses("18200", "9000", "9200"), ()),
        ("one of two notes is silent", masses("18200", "9000", None), ()),
        ("the declaration is silent", masses(None, "9000"), ()),
        ("lines alone", picture(declaration(summed=kg("5")), note(told=kg("7"))), mass_apart("5", "7", "2")),
        ("a transit declaration alone", picture(transit(told=kg("5")), note(told=kg("7"))), mass_apart("5", "7", "2")),
        (
            "a transit declaration beside",
            picture(declaration(told=kg("5")), transit(told=kg("7"))),
            mass_apart("5", "7", "2"),
        ),
        ("no declaration", picture(note(told=kg("5")), paper("tir_carnet", "T1", told=kg("7"))), ()),
        ("a note that cancels", picture(declaration(told=kg("5")), note(told=kg("7"), cancels=True)), ()),
        (
            "a note and its electronic twin are one consignment",
            picture(
                declaration(told=kg("5")),
                note("n1", own=("CMR100200",), told=kg("5")),
                note("n2", own=("CMR100200",), told=kg("5")),
            ),
            (),
        ),
    ),
    "D02": (
        ("alike", packages(40, 40), ()),
        ("one more", packages(40, 41), ({"declared_packages": "40", "carried_packages": "41"},)),
        ("one less", packages(40, 39), ({"declared_packages": "40", "carried_packages": "39"},)),
        ("one is silent", packages(40, None), ()),
        ("the other is silent", packages(None, 40), ()),
    ),
    "D03": (
        ("alike", picture(declaration(told_invoiced=money("100.00")), invoice(told_invoiced=money("100.00"))), ()),
        (
            "at a cent of rounding",
            picture(declaration(told_invoiced=money("100.00")), invoice(told_invoiced=money("100.01"))),
            (),
        ),
        (
            "past it",
            picture(declaration(told_invoiced=money("100.00")), invoice(told_invoiced=money("100.02"))),
            values_apart("100", "100.02", "0.02"),
        ),
        (
            "the other sign",
            picture(declaration(told_invoiced=money("100.00")), invoice(told_invoiced=money("99.98"))),
            values_apart("100", "99.98", "-0.02"),
        ),
        (
            "several invoices together",
            picture(
                declaration(invoiced=(money("100"),)),
                invoice("i1", invoiced=(money("60"),)),
                invoice("i2", told_invoiced=money("40")),
            ),
            (),
        ),
        (
            "one of several is silent",
            picture(declaration(invoiced=(money("100"),)), invoice("i1", invoiced=(money("60"),)), invoice("i2")),
            (),
        ),
        (
            "each currency by itself",
            picture(
                declaration(invoiced=(money("100"), money("5", "EUR"))),
                invoice("i1", told_invoiced=money("7", "EUR")),
                invoice("i2", told_invoiced=money("100")),
            ),
            ({"declared_value": "5", "invoiced_value": "7", "off_value": "2", "currency": "EUR"},),
        ),
        (
            "another currency without rates",
            picture(declaration(told_invoiced=money("100")), invoice(told_invoiced=money("7", "EUR"))),
            (),
        ),
        ("another currency, at two hundredths", exchanged("98.00"), ()),
        ("another currency, past it", exchanged("97.99"), exchanged_apart("8819.1", "-180.9")),
        ("another currency, above, at two hundredths", exchanged("102.04"), ()),
        ("another currency, above, past it", exchanged("102.05"), exchanged_apart("9184.5", "184.5")),
        ("a number that no money ever was", exchanged("9e99"), ()),
        (
            "som need no rate",
            picture(
                declaration(told_invoiced=money("100"), rates=(DOLLAR,)), invoice(told_invoiced=money("9000", "KGS"))
            ),
            (),
        ),
        (
            "one currency of two has no rate: what both are in is compared",
            picture(
                declaration(invoiced=(money("100"), money("5", "EUR")), rates=(DOLLAR,)),
                invoice(told_invoiced=money("90"), rates=(DOLLAR,)),
            ),
            values_apart("100", "90", "-10"),
        ),
        ("no declaration", picture(note(told_invoiced=money("100")), invoice(told_invoiced=money("7"))), ()),
    ),
    "D04": people("consignee"),
    "D05": people("consignor"),
    "D06": (
        ("all is declared", picture(declaration(**goods(ONIONS, APPLES)), note(**goods(APPLES))), ()),
        (
            "apples are not, on a note",
            picture(declaration(**goods(ONIONS)), note(**goods(ONIONS, APPLES))),
            ({"undeclared_codes": APPLES},),
        ),
        (
            "apples are not, on an invoice",
            picture(declaration(**goods(ONIONS)), invoice(**goods(APPLES, uncoded=2))),
            ({"undeclared_codes": APPLES},),
        ),
        (
            "two declarations together",
            picture(
                declaration("d1", **goods(ONIONS)), declaration("d2", **goods(APPLES)), note(**goods(ONIONS, APPLES))
            ),
            (),
        ),
        ("a declared line has no code", picture(declaration(**goods(ONIONS, uncoded=1)), note(**goods(APPLES))), ()),
        ("a declared code is too rough", picture(declaration(**goods(ONIONS, "0808")), note(**goods(APPLES))), ()),
        ("a carried code is too rough", picture(declaration(**goods(ONIONS)), note(**goods("0808"))), ()),
        ("no declaration", picture(note(**goods(ONIONS)), invoice(**goods(APPLES))), ()),
        ("declared without carrying", picture(declaration(**goods(ONIONS, APPLES)), note(**goods(ONIONS))), ()),
        (
            "more than are told",
            picture(declaration(**goods(ONIONS)), note(**goods(*MANY))),
            ({"undeclared_codes": ", ".join(MANY[:TOLD_MAX]) + ", …"},),
        ),
    ),
    "D07": (
        ("alike, in another order", sealed(("KG1", "KG2"), ("KG2", "KG1")), ()),
        ("one more", sealed(("KG1",), ("KG1", "KG2")), ({"declared_seals": "KG1", "carried_seals": "KG1, KG2"},)),
        ("one less", sealed(("KG1", "KG2"), ("KG1",)), ({"declared_seals": "KG1, KG2", "carried_seals": "KG1"},)),
        ("two notes together", sealed(("KG1", "KG2"), ("KG1",), ("KG2",)), ()),
        ("one is silent", sealed(("KG1",), ()), ()),
        (
            "a carnet and a note, without a declaration",
            picture(note(seals=("KG1",)), paper("tir_carnet", "T1", seals=("KG9",))),
            ({"declared_seals": "KG1", "carried_seals": "KG9"},),
        ),
    ),
    "D08": (
        ("nothing twice", picture(declaration(), note()), ()),
        (
            "a net mass within rounding",
            picture(declaration(told=Sum(net_kg=Decimal(10))), note(told=Sum(net_kg=Decimal("10.9")))),
            (),
        ),
        (
            "a net mass",
            picture(declaration(told=Sum(net_kg=Decimal(10))), note(told=Sum(net_kg=Decimal(11)))),
            twice("net_kg", "10", "11"),
        ),
        (
            "the mass of the vehicle within rounding",
            picture(
                paper("advance_information", "PI1", conveyance_kg=Decimal(38000)),
                note(conveyance_kg=Decimal("37999.5")),
            ),
            (),
        ),
        (
            "the mass of the vehicle",
            picture(
                paper("advance_information", "PI1", conveyance_kg=Decimal(38000)), note(conveyance_kg=Decimal(37999))
            ),
            twice("conveyance_kg", "38000", "37999"),
        ),
        ("one VIN", vins(VIN, VIN), ()),
        ("two VINs of one plate", vins(VIN, OTHER_VIN), twice("vin", VIN, OTHER_VIN)),
        ("a VIN of another plate", vins(VIN, OTHER_VIN, "02222BB"), ()),
        ("a VIN without a plate", vins(VIN, OTHER_VIN, None), ()),
        (
            "one country of a plate",
            picture(declaration(plates=plates("01111AAA KG")), note(plates=plates("01111AAA kg"))),
            (),
        ),
        (
            "two countries of a plate",
            picture(declaration(plates=plates("01111AAA KG")), note(plates=plates("01111AAA KZ"))),
            twice("country", "KG", "KZ"),
        ),
        (
            "a country in words",
            picture(declaration(plates=plates("01111AAA KG")), note(plates=plates("01111AAA Kyrgyzstan"))),
            (),
        ),
        (
            "one journey",
            picture(declaration(dispatch="CN", destination="KG"), note(dispatch="CN", destination="KG")),
            (),
        ),
        (
            "two countries of destination",
            picture(declaration(dispatch="CN", destination="KG"), note(dispatch="CN", destination="KZ")),
            twice("destination", "KG", "KZ"),
        ),
        (
            "journeys of two notes that nothing joins",
            picture(declaration(destination="KG"), note("CMR-1", destination="KZ"), note("CMR-2", destination="KZ")),
            (),
        ),
        (
            "two countries of dispatch",
            picture(declaration(dispatch="CN"), note(dispatch="KZ")),
            twice("dispatch", "CN", "KZ"),
        ),
        (
            "packages of one note entered twice",
            picture(
                note("n1", own=("CMR100200",), told=Sum(packages=4)),
                note("n2", own=("CMR100200",), told=Sum(packages=5)),
            ),
            twice("packages", "4", "5"),
        ),
        (
            "one note entered twice",
            picture(note("n1", own=("CMR100200",), told=kg("5")), note("n2", own=("CMR100200",), told=kg("5.5"))),
            twice("gross_kg", "5", "5.5"),
        ),
        (
            "two notes of short numbers",
            picture(note("n1", own=("12",), told=kg("5")), note("n2", own=("12",), told=kg("7"))),
            (),
        ),
    ),
}


@pytest.mark.parametrize(("code", "seen", "found"), rows(TABLES))
def test_rule(code: str, seen: Picture, found: Found) -> None:
    assert finds(code, seen) == found
