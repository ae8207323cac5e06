"""The law of the house as a whole: every rule stands in it once, says one sentence, and has a table with both ends."""

from __future__ import annotations

import importlib
import pkgutil
import re
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Final, get_args

import pytest

from beket.core.risk import rules
from beket.core.risk.in_force import OF_CROSSINGS, OF_DOCUMENTS
from beket.core.risk.picture import Picture, plain, told
from beket.core.risk.rule import Rule, rule
from beket.words.documents import DocumentKind
from beket.words.facts import Level
from beket.words.gist import Line, Sum
from tests.core.rules import (
    test_agreement,
    test_certificates,
    test_history,
    test_limits,
    test_masses,
    test_noted,
    test_numbers,
    test_radiation,
    test_signs,
    test_sums,
)
from tests.core.rules.tables import LAW, Tables, kg, paper, parties, picture, plates
from tools.alarm_levels import PAGE, table

SENTENCE_SIGNS_MAX: Final = 200
CODE: Final = re.compile(r"[A-Z]\d\d")
TABLES: Final[Tables] = {
    code: table
    for module in (
        test_agreement,
        test_certificates,
        test_history,
        test_limits,
        test_masses,
        test_noted,
        test_numbers,
        test_radiation,
        test_signs,
        test_sums,
    )
    for code, table in module.TABLES.items()
}


def test_every_rule_that_is_written_is_in_force_once() -> None:
    names = [f"{rules.__name__}.{module.name}" for module in pkgutil.iter_modules(rules.__path__)]
    written = [one for name in names for one in vars(importlib.import_module(name)).values() if isinstance(one, Rule)]
    assert sorted(one.code for one in written) == sorted(one.code for one in LAW)
    assert len({one.code for one in LAW}) == len(LAW)


@pytest.mark.parametrize("one", LAW, ids=lambda one: str(one.code))
def test_a_rule_is_one_sentence_of_law(one: Rule[Picture]) -> None:
    assert CODE.fullmatch(one.code)
    assert one.level(one.harm) in get_args(Level)
    assert one.basis.strip() == one.basis != ""
    assert len(one.sentence) <= SENTENCE_SIGNS_MAX
    assert one.sentence.endswith(".")
    assert "\n" not in one.sentence
    assert len({other.sentence for other in LAW if other.code != one.code} | {one.sentence}) == len(LAW)


def test_every_rule_has_a_table_with_both_ends() -> None:
    assert set(TABLES) == {one.code for one in LAW}
    assert [code for code, table in TABLES.items() if all(found for _, _, found in table)] == []
    assert [code for code, table in TABLES.items() if not any(found for _, _, found in table)] == []


def test_the_page_of_alarms_says_what_is_so() -> None:
    assert PAGE.read_text("utf-8") == table(), "python -m tools.alarm_levels"


def test_a_rule_without_a_sentence_is_a_bug() -> None:
    with pytest.raises(AssertionError, match="X01"):
        rule("X01", harm="record", basis="none")(_silent)


def _silent(_seen: Picture) -> tuple[()]:
    return ()


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Decimal("18200.500"), "18200.5"), (Decimal("1E+3"), "1000"), (Decimal("1E+999999"), "1E+999999"),
        (18200.0, "18200"), (7, "7"), ("x" * 300, "x" * 200),
    ],
)  # fmt: skip
def test_a_value_is_written_short_and_exact(value: object, written: str) -> None:
    assert plain(value) == written


@pytest.mark.parametrize(
    ("many", "written"), [((), ""), (("a", "b", "a"), "a, b"), (range(11), "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, …")]
)
def test_values_are_told_together(many: tuple[str, ...], written: str) -> None:
    assert told(many) == written


def large() -> Picture:
    """A lorry with five papers of a hundred lines each, seen by front, rear and trailer, that disagree everywhere."""
    kinds: tuple[DocumentKind, ...] = (
        "goods_declaration", "consignment_note", "tir_carnet", "invoice", "certificate",
    )  # fmt: skip
    papers = [
        paper(
            kind, f"{kind}-100200", told=kg(str(20_000 + at)), told_items=99,
            summed=Sum(items=100, gross_kg=Decimal(19_000 + at), net_kg=Decimal(18_000 + at), packages=100 + at),
            lines=tuple(Line(code=f"{at}{n:05d}", sum=Sum(items=1)) for n in range(100)),
            parties=parties("consignee", f"Жол {at} Импорт", f"Тоо {at}") + parties("consignor", f"Дарыя {at}"),
            plates=plates(f"0199{at}ZZZ KZ"), seals=tuple(f"KG{at}{n}" for n in range(4)), containers=("CSQU3054383",),
            dispatch=f"C{at}", own=(f"{at}00200",),
        )
        for at, kind in enumerate(kinds)
    ]  # fmt: skip
    return picture(
        *papers, signs={"front": "01111AAA KG", "trailer": "02222BB KG"}, boxes=("MSKU9070323",),
        weighed=(("a", 50_000.0), ("b", 30_000.0)),
    )  # fmt: skip


def looked_through(seen: Picture) -> int:
    """Let every rule look at a crossing and at each of its papers."""
    of_crossing = sum(len(tuple(one.check(seen))) for one in OF_CROSSINGS)
    return of_crossing + sum(len(tuple(one.check(each))) for one in OF_DOCUMENTS for each in seen.papers)


def fastest_ms(work: Callable[[], object]) -> float:
    """The least of some runs: what else the machine does only adds."""
    runs = []
    for _ in range(20):
        begun = time.perf_counter()
        work()
        runs.append((time.perf_counter() - begun) * 1000)
    return min(runs)


def test_all_rules_look_through_five_papers_of_a_hundred_lines_without_going_over_them_again_and_again() -> None:
    seen = large()
    assert looked_through(seen) > 20
    assert fastest_ms(lambda: looked_through(seen)) < 10.0, "it takes less than one"
