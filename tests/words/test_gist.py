"""What is held of a document: bounded, and only what the document says."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from beket.words.documents import (
    Consignment,
    ControlResult,
    Document,
    GoodsItem,
    Means,
    Remark,
    RemarkKind,
    Seal,
    SealChange,
    SealGroup,
    SealsChecked,
    SealsPlaced,
)
from beket.words.folding import one_alphabet, same_name
from beket.words.gist import ODD_CHARS_MAX, ODD_MAX, Masses, Odd, Sealed, Vin, gist_of
from beket.words.moments import day_said

BARE = Document(kind="consignment_note", format="trial")


def item(number: int, gross: str | None, net: str | None, code: str | None = None) -> GoodsItem:
    """One line of goods by its masses."""
    return GoodsItem(
        number=number, code=code, gross_kg=None if gross is None else Decimal(gross),
        net_kg=None if net is None else Decimal(net),
    )  # fmt: skip


def test_lines_with_more_net_than_gross_are_held() -> None:
    lines = (item(1, "10", "10"), item(2, "10", "10.001"), item(3, None, "5"), item(4, "5", None))
    held = gist_of(replace(BARE, consignments=(Consignment(items=lines),))).heavier_net
    assert held == (Masses(item=2, gross_kg=Decimal(10), net_kg=Decimal("10.001")),)


@pytest.mark.parametrize("kind", ["code", "source"])
def test_odd_things_are_held_up_to_their_number_and_length(kind: RemarkKind) -> None:
    told = tuple(Remark(kind=kind, detail="x" * 300, where=str(n)) for n in range(ODD_MAX + 1))
    unit = Remark(kind="code", detail="a unit", where="line 7: GrossMass")
    gist = gist_of(replace(BARE, remarks=(Remark(kind="version", detail="9"), unit, *told)))
    held, other = (gist.codes_odd, gist.source_says) if kind == "code" else (gist.source_says, gist.codes_odd)
    assert (len(held), held[0], other) == (ODD_MAX, Odd(where="0", said="x" * ODD_CHARS_MAX), ())


def test_a_maker_number_stands_beside_its_plate() -> None:
    means = (
        Means(plate="01 KG 111 AAA", vin="xta-2109 0123456789"), Means(plate="01111AAA/02222BB", vin="Z9M000"),
        Means(plate="01111AAA", vin="отсутствует"),
    )  # fmt: skip
    held = gist_of(replace(BARE, means=means)).vins
    assert held == (Vin(vin="XTA21090123456789", plate="01111AAA"), Vin(vin="Z9M000"))


def test_what_a_control_recorded_of_seals_is_held_folded() -> None:
    group = SealGroup(method="06", numbers=("№ KG-001", "kg 002"))
    checked = SealsChecked(
        present=True,
        found=(group, SealGroup(method="06", numbers=("KG001",))),
        changed=(SealChange(action="1", seals=SealGroup(method="06", numbers=("KG 003",))),),
        placed=(SealsPlaced(placed_on="2026-11-20", seals=SealGroup(method="06", numbers=("Пломба KG-004",))),),
    )
    control = ControlResult(
        id="1", made_at="2026-11-20", office="41700000", kind="1", number="1", registered_on="2026-11-20",
        completed_on="2026-11-20", seals=checked,
    )  # fmt: skip
    sealed = gist_of(replace(BARE, control=control)).sealed
    assert sealed == Sealed(present=True, found=("KG001", "KG002"), changed=("KG003",), placed=("KG004",))
    assert gist_of(replace(BARE, control=replace(control, seals=None))).sealed is None


def test_seals_are_folded_and_told_once() -> None:
    assert gist_of(replace(BARE, seals=(Seal(number="пломба 12-3"), Seal(number="123")))).seals == ("123",)


@pytest.mark.parametrize(
    ("countries", "held"), [(("CN", "CN"), "CN"), (("CN", "KZ"), None), (("CN", None), None), ((), None)]
)
def test_a_country_is_held_where_all_consignments_name_the_same(
    countries: tuple[str | None, ...], held: str | None
) -> None:
    parts = tuple(Consignment(dispatch_country=one, destination_country=one) for one in countries)
    gist = gist_of(replace(BARE, consignments=parts))
    assert (gist.dispatch, gist.destination) == (held, held)


@pytest.mark.parametrize(("codes", "whole"), [(("070310", "080810"), True), (("070310", None), False), ((), False)])
def test_goods_are_coded_where_every_line_is(codes: tuple[str | None, ...], whole: bool) -> None:
    lines = tuple(item(n, "1", "1", code) for n, code in enumerate(codes, 1))
    assert gist_of(replace(BARE, consignments=(Consignment(items=lines),))).coded is whole


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("ОсОО «Ак-Тилек Сооda»", "AK TILEK COOda", False),
        ("ОсОО «Восток Импорт»", "Восток импорт ОсОО", True),
        ("Восток Импорт Экспорт", "Восток Импорт", True),
        ("Восток Импорт Экспорт", "Восток Имп", False),
        ("Восток", "Запад", False),
        ("ООО", "ООО", True),
        ("...", "Восток", False),
    ],
)
def test_a_name_may_be_cut_off_between_words_only(one: str, other: str, same: bool) -> None:
    assert same_name(one, other) is same
    assert same_name(other, one) is same


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ("Восток", "Vostok", False),
        ("ОсОО Vostok", "Восток", True),
        ("Востoк", "Vostok", True),
        ("乌鲁木齐", "Urumqi", False),
    ],
)
def test_names_are_alike_in_one_alphabet_only(one: str, other: str, shared: bool) -> None:
    assert one_alphabet(one, other) is shared


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("2026-11-20", "2026-11-20"),
        ("2026-11-20T23:59:00", "2026-11-20"),
        ("2026-11-20T18:00:00+00:00", "2026-11-21"),
        ("0001-01-01T00:00:00+14:00", None),
        ("2026-02-30", None),
        ("soon", None),
        (None, None),
    ],
)
def test_a_day_is_told_in_the_time_of_the_country(said: str | None, day: str | None) -> None:
    assert day_said(said) == day
