"""A printed certificate beside its source: what is meant alike, what differs, and what nobody confirms."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from beket.exchange.certificates.compare import DIFFERENCES_MAX, LINES_MAX, Comparison, Difference, compared
from beket.words.documents import Consignment, Document, GoodsItem, Means, Party, Totals

APPLES = GoodsItem(
    number=1,
    code="0808108006",
    description="Яблоки свежие",
    origin="CN",
    net_kg=Decimal(12000),
    gross_kg=Decimal(12300),
)
PEARS = GoodsItem(number=2, code="080830", description="Груши", net_kg=Decimal(6000), gross_kg=Decimal(6200))

PRINTED = Document(
    kind="certificate",
    format="entered",
    number="KG-156/0001",
    certificate_type="phytosanitary",
    issued_at="2026-11-01",
    valid_from="2026-11-01",
    valid_until="2026-11-30",
    consignments=(
        Consignment(
            parties=(
                Party(role="consignor", name="Trial Fruit Co., Ltd"),
                Party(role="consignee", name="ОсОО «Пробный товар»"),
                Party(role="issuer", name="Пробная инспекция"),
            ),
            means=(Means(plate="01KG777ABC / 01 0123 AB"),),
            items=(APPLES, PEARS),
        ),
    ),
)


def consigned(**changes: object) -> Document:
    return replace(PRINTED, consignments=(replace(PRINTED.consignments[0], **changes),))


def party(role: str, name: str) -> Document:
    parties = tuple(replace(one, name=name) if one.role == role else one for one in PRINTED.consignments[0].parties)
    return consigned(parties=parties)


def test_a_paper_agrees_with_itself() -> None:
    assert compared(PRINTED, PRINTED) == Comparison(another=(), differences=(), unconfirmed=())


ALIKE = {
    "the number's signs": replace(PRINTED, number="№ кg 156 0001".replace("к", "К")),
    "an hour behind a day": replace(PRINTED, issued_at="2026-11-01T10:15:00"),
    "the form of a company": party("consignee", "Пробный Товар, ООО"),
    "the writing of a name": party("consignor", "TRIAL FRUIT"),
    "vehicles apart": consigned(means=(Means(plate="01-0123-АВ"), Means(plate="01 KG 777 ABC"))),
    "a mass with a fraction of nought": consigned(items=(replace(APPLES, net_kg=Decimal("12000.000")), PEARS)),
    "the order of goods": consigned(items=(replace(PEARS, number=1), replace(APPLES, number=2))),
    "a code of six digits": consigned(items=(replace(APPLES, code="0808.10"), PEARS)),
    "a description's case and points": consigned(items=(replace(APPLES, description="яблоки, СВЕЖИЕ."), PEARS)),
    "parties of the whole document": replace(
        PRINTED, parties=PRINTED.consignments[0].parties, consignments=consigned(parties=()).consignments
    ),
}


@pytest.mark.parametrize("at_source", ALIKE.values(), ids=ALIKE)
def test_what_is_written_otherwise_and_meant_alike_does_not_differ(at_source: Document) -> None:
    assert compared(PRINTED, at_source) == Comparison(another=(), differences=(), unconfirmed=())
    assert compared(at_source, PRINTED) == Comparison(another=(), differences=(), unconfirmed=())


DIFFERENT: dict[str, tuple[Document, tuple[str, str | None, str | None]]] = {
    "issued": (replace(PRINTED, issued_at="2025-11-01"), ("issued_at", "2026-11-01", "2025-11-01")),
    "begins": (replace(PRINTED, valid_from="2026-11-02"), ("valid_from", "2026-11-01", "2026-11-02")),
    "expired": (replace(PRINTED, valid_until="2025-11-30"), ("valid_until", "2026-11-30", "2025-11-30")),
    "consignor": (party("consignor", "Kashgar Trial"), ("consignor", "Trial Fruit Co., Ltd", "Kashgar Trial")),
    "consignee": (party("consignee", "ОсОО Проба"), ("consignee", "ОсОО «Пробный товар»", "ОсОО Проба")),
    "issuer": (party("issuer", "Другая"), ("issuer", "Пробная инспекция", "Другая")),
    "a trailer less": (
        consigned(means=(Means(plate="01KG777ABC"),)),
        ("vehicle", "01777ABC, 010123AB", "01777ABC"),
    ),
    "goods": (
        consigned(items=(replace(APPLES, description="Сливы"), PEARS)),
        ("goods 1 description", "Яблоки свежие", "Сливы"),
    ),
    "code": (consigned(items=(replace(APPLES, code="080940"), PEARS)), ("goods 1 code", "0808108006", "080940")),
    "origin": (consigned(items=(replace(APPLES, origin="UZ"), PEARS)), ("goods 1 origin", "CN", "UZ")),
    "a line less": (
        consigned(items=(APPLES,), totals=Totals(net_kg=Decimal(18000), gross_kg=Decimal(18500))),
        ("goods 2", "080830 Груши", None),
    ),
    "a line more": (
        consigned(
            items=(APPLES, PEARS, GoodsItem(number=3, code="0809")),
            totals=Totals(net_kg=Decimal(18000), gross_kg=Decimal(18500)),
        ),
        ("goods", None, "0809"),
    ),
    "total": (consigned(totals=Totals(net_kg=Decimal("17999.9"))), ("net_kg", "18000", "17999.9")),
    "the document's own total": (replace(PRINTED, totals=Totals(gross_kg=Decimal(1))), ("gross_kg", "18500", "1")),
}


@pytest.mark.parametrize(("at_source", "told"), DIFFERENT.values(), ids=DIFFERENT)
def test_what_differs_is_told_with_both_sides(at_source: Document, told: tuple[str, str | None, str | None]) -> None:
    field, printed, source = told
    assert compared(PRINTED, at_source) == Comparison(
        another=(), differences=(Difference(field=field, printed=printed, at_source=source),), unconfirmed=()
    )


def test_the_mass_of_a_line_differs_and_so_does_the_sum() -> None:
    found = compared(PRINTED, consigned(items=(replace(APPLES, net_kg=Decimal(11000)), PEARS)))
    assert [one.field for one in found.differences] == ["net_kg", "goods 1 net_kg"]


@pytest.mark.parametrize(
    ("at_source", "field"),
    [
        (replace(PRINTED, number="KG-156/0002"), "number"),
        (replace(PRINTED, certificate_type="veterinary"), "certificate_type"),
    ],
)
def test_a_code_that_leads_to_another_certificate_is_a_finding_of_its_own(at_source: Document, field: str) -> None:
    found = compared(PRINTED, at_source)
    assert [one.field for one in found.another] == [field]
    assert found.differences == ()


def test_what_the_source_does_not_say_is_not_confirmed_and_no_difference() -> None:
    found = compared(PRINTED, Document(kind="certificate", format="trial", number="KG-156/0001"))
    assert (found.another, found.differences) == ((), ())
    assert found.unconfirmed == (
        "certificate_type", "issued_at", "valid_from", "valid_until", "consignor", "consignee", "issuer", "vehicle",
        "gross_kg", "net_kg", "goods",
    )  # fmt: skip
    assert compared(Document(kind="certificate", format="entered", number="KG-156/0001"), PRINTED) == Comparison(
        another=(), differences=(), unconfirmed=()
    )


def test_lines_without_codes_find_each_other_by_what_they_are() -> None:
    plain = (GoodsItem(number=1, description="Груши"), GoodsItem(number=2, description="Яблоки свежие"))
    masses = Totals(net_kg=Decimal(18000), gross_kg=Decimal(18500))
    found = compared(consigned(items=plain, totals=masses), consigned(totals=masses))
    assert found.differences == ()


def test_lines_and_differences_are_bounded() -> None:
    many = tuple(GoodsItem(number=number, description=f"товар {number}") for number in range(1, LINES_MAX + 2))
    other = tuple(
        GoodsItem(number=number, code="0808", description="иное", origin="CN") for number in range(1, LINES_MAX + 2)
    )
    found = compared(consigned(items=many), consigned(items=other))
    assert len(found.differences) == LINES_MAX <= DIFFERENCES_MAX
    assert f"goods beyond {LINES_MAX}" in found.unconfirmed
