"""What must not be with the standing of a crossing needs people at once: it is a situation."""

from __future__ import annotations

from beket.words.facts import FindingRaised, SituationClosed, SituationOpened
from tests.core.procedures.test_standing import ONIONS, arrived
from tests.core.test_documents import of


def test_who_leaves_without_release_is_a_situation_of_its_visit() -> None:
    desk = arrived()
    facts = desk.says("600 exit 01111AAA")
    (opened,) = of(facts, SituationOpened)
    assert opened.sort == "standing"
    assert (opened.level, [(one.kind, one.name) for one in opened.signals]) == ("critical", [("finding", "G01")])


def test_what_is_claimed_is_a_situation_until_it_is_proven() -> None:
    desk = arrived(ONIONS)
    desk.decides(120, "weighing", agency="transport")
    facts = desk.decides(130, "release")
    assert [fact.rule for fact in of(facts, FindingRaised)] == ["G02"]
    assert len(of(facts, SituationOpened)) == 1
    assert of(facts, SituationClosed) == []
