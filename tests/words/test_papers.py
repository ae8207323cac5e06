"""What a document says in all: of the whole, of a consignment, or of a line of goods, asked in one way."""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Final

import pytest
from msgspec.structs import replace

from beket.words import papers
from beket.words.documents import (
    Consignment,
    ControlResult,
    Document,
    Equipment,
    GoodsItem,
    Identifier,
    Means,
    MeansChecked,
    Package,
    Party,
    PartyRole,
    Reference,
    Seal,
    Totals,
)
from tests.exchange.given import fixture, given, one

BARE: Final = Document(kind="consignment_note", format="cmr_album")

WHOLE: Final = replace(
    BARE,
    means=(Means(plate="01 KG 777 ABC", country="KG"), Means(plate="9074729", identified_by="10")),
    equipment=(Equipment(number="CSQU 305438-3", seals=(Seal(number="KG-111"),)),),
    seals=(Seal(number="kg 112", kind="02"),),
    parties=(Party(role="declarant", name="Trial Broker", identifiers=(Identifier(register="ITN", value="1"),)),),
    references=(Reference(number="INV-1"), Reference(number="б/н"), Reference(name="a letter")),
    consignments=(
        Consignment(
            means=(Means(plate="01777авс/KG 4141 AB"), Means(plate="01 KG 777 ABC", country="KG"), Means(vin="L1")),
            seals=(Seal(number="KG0113"), Seal(number="KG111")),
            parties=(Party(role="consignee", same_as="declarant"), Party(role="seller", same_as="consignor")),
            references=(Reference(number="inv 1"),),
            items=(
                GoodsItem(
                    number=1,
                    gross_kg=Decimal("10.125"),
                    packages=(Package(quantity=3), Package(quantity=4)),
                    equipment=(Equipment(number="CSQU3054383"), Equipment(number="TRLU4141417")),
                    references=(Reference(number="C-7", preceding=True),),
                ),
                GoodsItem(number=2, gross_kg=Decimal("0.1")),
            ),
        ),
        Consignment(items=(GoodsItem(number=3, gross_kg=Decimal(5), packages=(Package(quantity=1),)),)),
    ),
)
"""Something at every place where a document may say it."""


def parted(*masses: str | None) -> tuple[Consignment, ...]:
    """Consignments that each tell a total of their own, or none."""
    return tuple(
        Consignment(
            totals=Totals(gross_kg=None if mass is None else Decimal(mass), packages=None if mass is None else 1),
            items=(GoodsItem(number=1, gross_kg=Decimal(2), packages=(Package(quantity=2),)),),
        )
        for mass in masses
    )


def test_vehicles_are_those_of_the_whole_and_of_each_consignment_once() -> None:
    assert [means.plate for means in papers.means_of(WHOLE)] == [
        "01 KG 777 ABC",
        "9074729",
        "01777авс/KG 4141 AB",
        None,
    ]


def test_plates_are_keys_and_a_trailer_behind_a_slash_is_one_of_its_own() -> None:
    assert papers.plates_of(WHOLE) == ("01777ABC", "KG4141AB")


def test_what_was_looked_at_under_control_is_named_too() -> None:
    control = ControlResult(
        id="", made_at="", office="", kind="", number="", registered_on="", completed_on="",
        means=(MeansChecked(arrival="1", plate="01KG777ABC", country="KG"),), basis=(Reference(number="D-1"),),
    )  # fmt: skip
    document = replace(BARE, kind="control_result", control=control)
    assert papers.plates_of(document) == ("01777ABC",)
    assert papers.named_numbers_of(document) == ("D1",)


def test_containers_and_seals_are_named_once_however_they_are_written() -> None:
    assert papers.containers_of(WHOLE) == ("CSQU3054383", "TRLU4141417")
    assert papers.seals_of(WHOLE) == (Seal(number="kg 112", kind="02"), Seal(number="KG0113"), Seal(number="KG111"))


def test_two_long_descriptions_of_seals_stay_two() -> None:
    told = [f"seals of the sender, put on in the warehouse, number {number}" for number in (1, 2)]
    document = replace(BARE, seals=tuple(Seal(number=text) for text in (*told, "—", "-")))
    assert len(papers.seals_of(document)) == 4


@pytest.mark.parametrize(
    ("role", "names"),
    [("consignee", ["Trial Broker"]), ("declarant", ["Trial Broker"]), ("seller", [None]), ("carrier", [])],
)
def test_who_is_the_same_as_another_has_the_others_name(role: PartyRole, names: list[str | None]) -> None:
    found = papers.parties_of(WHOLE, role)
    assert [party.name for party in found] == names
    assert {party.role for party in found} <= {role}


def test_who_is_the_same_as_another_keeps_the_numbers_of_its_own() -> None:
    held = Identifier(register="TIRHolderID", value="KGZ/001/1")
    carrier = Party(role="carrier", name="Trial Haulage", address="Naryn")
    holder = Party(role="principal", same_as="carrier", identifiers=(held,))
    (found,) = papers.parties_of(replace(BARE, parties=(carrier, holder)), "principal")
    assert (found.name, found.address, found.identifiers, found.same_as) == (
        "Trial Haulage",
        "Naryn",
        (held,),
        "carrier",
    )


def test_the_lines_of_all_consignments_are_one_list() -> None:
    assert [item.number for item in papers.items_of(WHOLE)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("totals", "consignments", "declared", "summed"),
    [
        (Totals(), (), None, None),
        (Totals(gross_kg=Decimal("7.50"), packages=9), parted("1", "2"), "7.50", "4"),
        (Totals(), parted("1.5", "2.25"), "3.75", "4"),
        (Totals(), parted("1.5", None), None, "4"),
        (Totals(gross_kg=Decimal(0)), parted(None), "0", "2"),
        (Totals(), (*parted("1"), Consignment(items=(GoodsItem(number=9),))), None, None),
    ],
)
def test_a_mass_is_the_declared_total_or_else_the_whole_sum(
    totals: Totals, consignments: tuple[Consignment, ...], declared: str | None, summed: str | None
) -> None:
    document = replace(BARE, totals=totals, consignments=consignments)
    found = [papers.declared_gross_kg_of(document), papers.summed_gross_kg_of(document), papers.gross_kg_of(document)]
    assert [None if mass is None else str(mass) for mass in found] == [
        declared,
        summed,
        summed if declared is None else declared,
    ]


def test_packages_are_counted_like_masses() -> None:
    assert (papers.declared_packages_of(WHOLE), papers.summed_packages_of(WHOLE), papers.packages_of(WHOLE)) == (
        None,
        8,
        8,
    )
    told = replace(WHOLE, totals=Totals(packages=9))
    assert (papers.declared_packages_of(told), papers.summed_packages_of(told), papers.packages_of(told)) == (9, 8, 9)
    unsaid = replace(BARE, consignments=(Consignment(items=(GoodsItem(number=1, packages=(Package(kind="CT"),)),)),))
    assert papers.packages_of(unsaid) is None


def test_documents_that_are_named_are_known_by_numbers_that_have_a_digit() -> None:
    assert len(papers.references_of(WHOLE)) == 5
    assert papers.named_numbers_of(WHOLE) == ("INV1", "C7")


def test_a_document_is_known_by_its_number_and_its_carnet() -> None:
    document = replace(BARE, number="41700001/021126/0000417", tir_carnet="XT00000417")
    assert papers.numbers_of(document) == ("417000010211260000417", "XT00000417")
    assert papers.numbers_of(replace(BARE, number="без номера")) == ()


NAMED: Final = replace(
    BARE, number="17", issued_at="2026-11-02T10:00:00", parties=(Party(role="consignor", name="Trial Trading"),)
)


@pytest.mark.parametrize(
    "other",
    [
        replace(NAMED, id="1"),
        replace(NAMED, number="18"),
        replace(NAMED, issued_at="2026-11-03"),
        replace(NAMED, kind="invoice"),
        replace(NAMED, correction=1),
        replace(NAMED, function="1"),
        replace(NAMED, released_on="2026-11-03"),
        replace(NAMED, parties=(Party(role="consignor", name="Another"),)),
    ],
)
def test_what_differs_is_another_document(other: Document) -> None:
    assert papers.identity_of(other) not in {None, papers.identity_of(NAMED)}


def test_a_resend_is_the_same_document_whatever_the_hour_and_the_format() -> None:
    again = replace(NAMED, issued_at="2026-11-02T23:00:00", number=" 17 ", format="ecmr_json")
    assert papers.identity_of(again) == papers.identity_of(NAMED)
    sent = replace(NAMED, id="0f0e")
    assert papers.identity_of(replace(sent, issued_at="2026-11-05")) == papers.identity_of(sent)


@pytest.mark.parametrize("missing", ["number", "issued_at", "parties"])
def test_what_does_not_say_enough_of_itself_has_no_identity(missing: str) -> None:
    assert papers.identity_of(replace(NAMED, **{missing: () if missing == "parties" else None})) is None


def test_a_transit_declaration_is_asked_like_any_other() -> None:
    transit = one(fixture("eec_transit.xml"))
    assert papers.plates_of(transit)
    assert papers.numbers_of(transit)
    assert papers.gross_kg_of(transit) == transit.totals.gross_kg
    assert {seal.number for seal in transit.seals} == {seal.number for seal in papers.seals_of(transit)}


ASKED_MS_MAX: Final = 20
"""The bound of a test on a machine with other work; a question takes well under a millisecond."""

LARGEST: Final = replace(
    BARE,
    consignments=(
        Consignment(
            items=tuple(
                GoodsItem(
                    number=number,
                    gross_kg=Decimal("12.345"),
                    packages=(Package(quantity=4, kind="CT"),),
                    equipment=(Equipment(number=f"CSQU305{number % 7}383", seals=(Seal(number="KG-0000111"),)),),
                    references=tuple(Reference(kind="04021", number=f"INV-{kind}/2026") for kind in range(5)),
                )
                for number in range(1, 555)
            )
        ),
    ),
)
"""As many lines as the largest declaration that anybody gave us, each with its papers and its container."""


@pytest.mark.parametrize(
    "ask",
    [
        papers.plates_of,
        papers.containers_of,
        papers.seals_of,
        papers.items_of,
        papers.gross_kg_of,
        papers.packages_of,
        papers.references_of,
        papers.named_numbers_of,
        papers.identity_of,
    ],
)
def test_the_largest_declaration_is_asked_quickly(ask: Callable[[Document], object]) -> None:
    began = time.process_time()
    ask(LARGEST)
    assert (time.process_time() - began) * 1000 < ASKED_MS_MAX


@pytest.mark.shared
def test_given_declarations_come_to_the_sums_of_their_lines() -> None:
    for path in sorted(given("eaeu", "samples-am-esadout-5.10.0").glob("*.xml")):
        document = one(path.read_bytes())
        items = papers.items_of(document)
        assert len(items) == document.consignments[0].totals.items
        assert papers.gross_kg_of(document) == sum(item.gross_kg or 0 for item in items)
        assert papers.packages_of(document) == document.consignments[0].totals.packages
        assert (papers.plates_of(document), papers.identity_of(document)) == ((), None)
