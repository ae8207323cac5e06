"""A procedure as it is written: a wrong one is refused by name."""

from __future__ import annotations

import pytest

from beket.words.procedures import TEXT_MAX, Unusable, read_procedure
from tests.core.procedures.desk import SHORT


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('template = "external_road"', 'template = "sea"', "template"),
        ('source = "a trial"', 'source = " "', "source: say which"),
        ('code = "short"', 'code = "Short"', "is no name"),
        ('code = "weighing"\n', 'code = "phyto"\n', "'phyto' is there 2 times"),
        ('after = ["release"]', 'after = ["exit"]', "step 'exit': after: 'exit' is no step above it"),
        ("releases = true", "", "exactly one releases"),
        ("norm_s = 600", "norm_s = 0", "more than nought"),
        ('proof = ["exit"]\n', "", "a machine's step has proof"),
        ('proof = ["exit"]', 'proof = ["word"]', "proof"),
        ('condition = "goods", codes = ["07"]', 'condition = "goods"', "goods lacks codes"),
        ('condition = "goods", codes = ["07"]', 'condition = "transit", codes = ["07"]', "transit has no codes"),
        ('codes = ["07"]', 'codes = ["7"]', "2 to 10 digits"),
        ('outcome = "pass" }', 'outcome = "none" }', "one of its outcomes"),
        ('effect = "diverts"', 'effect = "kills"', "effect"),
        ('code = "store"', 'code = "wait"', "a code of its own"),
        ("releases = true", "releases = true\nwhy = 1", "why"),
        ("norm_s = 600", "norm_s = ", "Invalid value"),
    ],
)
def test_a_wrong_one_is_refused_by_name(old: str, new: str, said: str) -> None:
    assert old in SHORT
    with pytest.raises(Unusable, match=said):
        read_procedure(SHORT.replace(old, new, 1))


@pytest.mark.parametrize("text", ["a = " + "[" * 5_000, "a = 9999-99-99", "a = " + "9" * 5_000, "\x00", "a = 1e999999"])
def test_hostile_text_is_refused_and_breaks_nothing(text: str) -> None:
    with pytest.raises(Unusable):
        read_procedure(text)


def test_one_without_a_way_on_or_without_an_end_is_refused() -> None:
    with pytest.raises(Unusable, match="none of them clears"):
        read_procedure(SHORT.replace('effect = "clears"', 'effect = "holds"').replace('"diverts"', '"holds"'))
    with pytest.raises(Unusable, match="longer than"):
        read_procedure(SHORT + " " * TEXT_MAX)
