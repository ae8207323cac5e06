"""The desk has the words of every rule in force, exactly, and of every value that one of them tells."""

from __future__ import annotations

from django.utils import translation

from beket.core.procedures.apply import OWN_RULES
from beket.web.rules import DATUM_WORDS, SENTENCES, VALUE_WORDS
from tests.core.rules.tables import LAW
from tests.core.rules.test_in_force import TABLES


def told() -> list[dict[str, str]]:
    """The values of every finding in the tables of the rules."""
    return [values for table in TABLES.values() for _, _, found in table for values in found]


def test_the_sentences_are_those_of_the_rules_in_force() -> None:
    with translation.override(None):
        shown = {code: str(sentence) for code, sentence in SENTENCES.items()}
    assert {code: shown[code] for code in shown.keys() - OWN_RULES} == {rule.code: rule.sentence for rule in LAW}
    assert shown.keys() >= OWN_RULES


def test_every_value_that_a_rule_tells_has_a_word() -> None:
    of_standings = {"lacking", "claimed_by", "step", "norm_min"}
    assert set(VALUE_WORDS) == of_standings | {name for values in told() for name in values}


def test_everything_that_may_be_entered_differently_has_a_word() -> None:
    assert set(DATUM_WORDS) == {values["datum"] for values in told() if "datum" in values}
