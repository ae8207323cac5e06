"""The content of an act of overload: what was found, told once more, with the fee that a table has for it."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import pytest
from msgspec.structs import replace

from beket.words.documents import Party
from beket.words.facts import Fact, FindingRaised
from beket.words.fees import NO_FEES, Fees, put_together, read_fees
from beket.words.gist import gist_of
from beket.words.ids import EntryRef
from beket.words.limits import LIMITS_CHARS_MAX, ROWS_MAX, Wrong
from beket.words.overload import OverloadAct, overload_act
from tests.core.tape import PLACE
from tests.core.test_documents import Scene, cmr

FEES: Final = """
title = "Trial fees"
fee = [
  {id = "small", limits = "gross", above_kg_from = 0, above_kg_below = 3440, amount = 1000.50, currency = "KGS", ROW},
  {id = "large", limits = "gross", above_kg_from = 3440, amount = 5000, currency = "KGS", ROW},
  {id = "past", limits = "axle", above_kg_from = 0, amount = 1, currency = "KGS", valid_until = "2026-11-17", ROW},
]
""".replace("ROW", 'valid_from = "2026-01-01", source = "trial"')


def fees(text: str = FEES) -> Fees:
    """A table that is sound."""
    found = read_fees(text)
    assert isinstance(found, Fees), found
    return found


def heavy(*, plate: str = "01111AAA", kg: int = 52_000) -> Scene:
    """A lorry that was weighed."""
    scene = Scene()
    scene.says(f"0 front {plate} country=KG")
    scene.says(f"100 scale {kg}")
    return scene


def act(scene: Scene, table: Fees = NO_FEES, facts: list[Fact] | None = None) -> OverloadAct | None:
    """The act of the first lorry, with a note that names its carrier."""
    note = gist_of(cmr("CMR-100200", parties=(Party(role="carrier", name="ОсОО «Жол»"),)))
    told = scene.player.facts if facts is None else facts
    return overload_act(PLACE, scene.opened[0], told, (note, note), table)


def test_an_act_says_who_was_how_much_above_what_and_that_there_is_no_table_of_fees() -> None:
    made = act(heavy())
    assert made is not None
    assert [(one.role, one.value, one.country) for one in made.vehicle] == [("front", "01111AAA", "KG")]
    assert (made.carriers, made.fees) == (("ОсОО «Жол»",), None)
    (excess,) = made.excesses
    assert (excess.limits, excess.weighed_kg, excess.error_kg, excess.limit_kg) == (
        "gross", Decimal(52_000), Decimal(60), Decimal(48_500),
    )  # fmt: skip
    assert (excess.above_kg, excess.weighing, excess.device) == (Decimal(3_440), EntryRef("3.0"), "scale@1")
    assert (excess.row, excess.law_from, excess.confirmed, excess.level) == (
        "KG-454-gross", "2012-01-01", False, "medium",
    )  # fmt: skip
    assert round(excess.above_percent, 2) == Decimal("7.09")
    assert (excess.run_out, excess.permits, excess.fee) == (False, "", None)


@pytest.mark.parametrize(("kg", "row", "amount"), [(51_999, "small", "1000.50"), (52_000, "large", "5000")])
def test_a_fee_is_what_the_table_has_for_so_much(kg: int, row: str, amount: str) -> None:
    made = act(heavy(kg=kg), fees())
    assert made is not None
    assert made.fees == "Trial fees"
    fee = made.excesses[0].fee
    assert fee is not None
    assert (fee.id, fee.amount) == (row, Decimal(amount))


def test_axles_stand_each_by_itself_and_a_fee_that_is_over_is_none() -> None:
    scene = Scene()
    scene.says("0 front 01111AAA")
    scene.says("2 strip 30000")
    made = act(scene, fees())
    assert made is not None
    assert [(one.limits, one.axles) for one in made.excesses] == [("gross", ""), ("axle", "1"), ("axle", "2")]
    assert [one.fee is None for one in made.excesses] == [False, True, True]


def test_a_permit_is_named() -> None:
    scene = heavy()
    scene.brought(200, cmr("SP-100200", kind="permit", gross=None))
    made = act(scene)
    assert made is not None
    assert [one.permits for one in made.excesses] == ["SP-100200"]


def test_nothing_above_a_limit_is_no_act() -> None:
    assert act(heavy(kg=40_000)) is None


def test_a_finding_that_does_not_tell_all_is_no_act() -> None:
    scene = heavy()
    facts = [
        replace(fact, values={"weighed_kg": "52000"}) if isinstance(fact, FindingRaised) else fact
        for fact in scene.player.facts
    ]
    assert act(scene, facts=facts) is None


def test_what_was_taken_back_is_no_act_and_nobody_elses_is() -> None:
    scene = Scene()
    scene.says("0 front 01111AAA")
    scene.says("2 strip 20100")
    assert act(scene) is not None
    scene.says("100 scale 18000")
    assert act(scene) is None
    other = heavy()
    assert overload_act(PLACE, scene.opened[0], [], ()) is None
    assert overload_act(PLACE, type(other.opened[0])("KG-TST-A:99.0"), other.player.facts) is None


REFUSED: Final = {
    "no TOML": ("title", "not TOML"),
    "brackets too deep": ("a = " + "[" * 30_000, "not TOML"),
    "more than any number": (FEES.replace("1000.50", "1e99999999999999999999"), "not TOML"),
    "an unknown key": ("wage = 1", "wage"),
    "no money": (FEES.replace('"KGS"', '"som"'), "currency"),
    "below nought": (FEES.replace("1000.50", "-1"), "amount"),
    "more than any fee": (FEES.replace("1000.50", "1e30"), "amount is above"),
    "more than any lorry": (FEES.replace("above_kg_below = 3440", "above_kg_below = " + "9" * 40), "at most"),
    "backwards": (FEES.replace("above_kg_below = 3440", "above_kg_below = 0"), "from and below"),
    "no day": (FEES.replace("2026-11-17", "soon"), "days"),
    "no source": (FEES.replace("trial", " "), "source"),
    "two for one excess": (FEES.replace("above_kg_below = 3440", "above_kg_below = 3441"), "like small"),
    "too long": ("#" * (LIMITS_CHARS_MAX + 1), "longer"),
}


@pytest.mark.parametrize(("text", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_a_doubtful_table_of_fees_is_refused(text: str, reason: str) -> None:
    wrong = read_fees(text)
    assert isinstance(wrong, Wrong)
    assert reason in wrong.reason


HEADED: Final = (
    FEES.replace("fee = [", "").replace("]\n", "").replace("  {", "[[fee]]\n").replace("},", "").replace(", ", "\n")
)
"""The same rows, each under a header of its own."""


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (FEES.replace('"KGS"', '"som"', 1), 4),
        (FEES.replace("amount = 5000", 'amount = "much"'), 5),
        (FEES.replace("2026-11-17", "soon"), 6),
        (FEES.replace('"Trial fees"', '"Trial', 1), 2),
        (FEES.replace("above_kg_below = 3440", "above_kg_below = 3441"), 5),
        ("# id = 1\n" + FEES.replace("amount = 1,", "amount = -1,"), 7),
        (HEADED.replace("amount = 5000", "amount = -1"), 13),
        ("title = 1", None),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, line: int | None) -> None:
    wrong = read_fees(text)
    assert isinstance(wrong, Wrong)
    assert wrong.line == line


def test_a_row_under_a_header_is_a_row() -> None:
    assert fees(HEADED) == fees()


def test_tables_of_several_files_are_one_and_who_contradict_each_other_are_both_left_out() -> None:
    axles = fees(FEES.replace("gross", "tandem").replace("axle", "tridem").replace("Trial", "Axle"))
    bad = Wrong(where="x", reason="why")
    together, wrong = put_together({"b": axles, "a": fees(), "c": bad})
    assert (together.title, [row.limits for row in together.fee], wrong) == (
        "Trial fees; Axle fees", ["gross", "gross", "axle", "tandem", "tandem", "tridem"], {"c": bad},
    )  # fmt: skip
    together, wrong = put_together({"a": fees(), "b": fees(FEES.replace("small", "other")), "c": axles})
    assert together == axles
    assert {name: (one.where, one.reason) for name, one in wrong.items()} == {
        "a": ("past", "like past of b"), "b": ("past", "like past of a"),
    }  # fmt: skip
    assert put_together({}) == (NO_FEES, {})


def test_so_many_rows_of_all_files_and_no_more() -> None:
    row = fees().fee[0]
    many = {
        f"{n}": Fees(fee=(replace(row, id=str(n), above_kg_from=n, above_kg_below=n + 1),)) for n in range(ROWS_MAX)
    }
    assert len(put_together(many)[0].fee) == ROWS_MAX
    assert put_together({**many, "x": fees()})[0] == NO_FEES


def test_so_many_rows_and_no_more() -> None:
    row = (
        '{{id="{n}",limits="gross",above_kg_from={n},above_kg_below={m},amount=1,currency="KGS",'
        'valid_from="2026-01-01",source="t"}},'
    )
    text = "fee = [" + "\n".join(row.format(n=n, m=n + 1) for n in range(ROWS_MAX + 1)) + "]"
    wrong = read_fees(text)
    assert isinstance(wrong, Wrong)
    assert "rows" in wrong.reason
