"""The table of limits in force: proposed by one, approved by another, and gone by from then on."""

from __future__ import annotations

from typing import Any, Final

import msgspec
import pytest

from beket.core.documents import weight_limits
from beket.core.state import decode, encode
from beket.words.decisions import ApproveWeightLimits, ProposeWeightLimits, RejectWeightLimits
from beket.words.facts import DecisionRefused, Fact, WeightLimitsProposed, WeightLimitsRejected, WeightLimitsSet
from beket.words.ids import EntryRef, sha256
from tests.core.tape import BEGIN, Player, reading
from tests.core.test_documents import of
from tests.core.test_findings import told

STRICT: Final = """title = "Trial"
[[limit]]
id = "trial"
country = "KG"
limits = "gross"
kg = 20_000
valid_from = "2011-08-08"
source = "law"
confirmed = true
"""


def say(player: Player, kind: Any, by: str = "a.asanov", role: str = "duty_officer", **named: object) -> Fact:  # noqa: ANN401
    """Have somebody order something of limits; gives the one fact that follows."""
    order = {"decision_id": "d", "by": by, "role": role, "at": BEGIN, **named}
    (fact,) = player.say(msgspec.convert(order, kind))
    return fact


def proposed(player: Player, text: str = STRICT, **more: str) -> EntryRef:
    """Propose a table; gives the entry."""
    fact = say(player, ProposeWeightLimits, **({"text": text, "sha256": sha256(text.encode())} | more))
    assert isinstance(fact, WeightLimitsProposed), fact
    return fact.because[0]


def approved(player: Player, entry: EntryRef, by: str = "b.bekov", text: str = STRICT) -> Fact:
    return say(player, ApproveWeightLimits, by=by, of=entry, sha256=sha256(text.encode()))


def weigh(player: Player, kg: int) -> list[tuple[str, str]]:
    player.say(reading(player.seq + 1, "0 front 01111AAA"))
    return told(player.say(reading(player.seq + 1, f"100 scale {kg}")))


def test_a_table_is_gone_by_once_a_second_person_approves() -> None:
    player = Player()
    entry = proposed(player)
    fact = approved(player, entry)
    assert isinstance(fact, WeightLimitsSet)
    assert (fact.by, fact.second, fact.version, fact.because[1]) == ("a.asanov", "b.bekov", 1, entry)
    player.state = decode(encode(player.state))
    assert weigh(player, 20_061) == [("W10", "medium")]


def test_what_is_proposed_counts_for_nothing_yet() -> None:
    player = Player()
    proposed(player)
    assert weigh(player, 30_000) == []


def test_a_later_table_takes_its_place_and_the_versions_are_counted() -> None:
    player = Player()
    approved(player, proposed(player))
    later = STRICT.replace("20_000", "30_000")
    fact = approved(player, proposed(player, later), text=later)
    assert isinstance(fact, WeightLimitsSet)
    assert fact.version == 2
    assert weigh(player, 30_060) == []


def test_a_rejected_one_cannot_be_approved() -> None:
    player = Player()
    entry = proposed(player)
    assert isinstance(say(player, RejectWeightLimits, of=entry, why="the axles are missing"), WeightLimitsRejected)
    assert refused(approved(player, entry)) == "no_such_limits"


def refused(fact: Fact) -> str:
    """The one word why."""
    assert isinstance(fact, DecisionRefused), fact
    return fact.why


@pytest.mark.parametrize(
    ("named", "why"),
    [
        ({"role": "inspector"}, "not_allowed"), ({"role": "administrator"}, "not_allowed"),
        ({"sha256": "0" * 64}, "limits_torn"),
        ({"text": "title = 1", "sha256": sha256(b"title = 1")}, "limits_unusable"),
    ],
)  # fmt: skip
def test_what_cannot_be_proposed(named: dict[str, str], why: str) -> None:
    order = {"text": STRICT, "sha256": sha256(STRICT.encode())} | named
    assert refused(say(Player(), ProposeWeightLimits, **order)) == why


def test_nobody_approves_ones_own_nor_another_text_nor_what_is_in_force() -> None:
    player = Player()
    entry = proposed(player)
    assert refused(approved(player, entry, by="a.asanov")) == "second_person"
    assert refused(approved(player, entry, text="other")) == "limits_changed_meanwhile"
    assert refused(say(player, RejectWeightLimits, of=entry, why=" ")) == "no_reason"
    assert refused(say(player, RejectWeightLimits, of=EntryRef("99.0"), why="why")) == "no_such_limits"
    approved(player, entry)
    again = {"text": STRICT, "sha256": sha256(STRICT.encode())}
    assert refused(say(player, ProposeWeightLimits, **again)) == "limits_are_the_same"


def test_so_many_wait_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weight_limits, "LIMITS_PROPOSED_MAX", 1)
    player = Player()
    entry = proposed(player)
    again = {"text": STRICT, "sha256": sha256(STRICT.encode())}
    assert refused(say(player, ProposeWeightLimits, **again)) == "too_many_limits"
    say(player, RejectWeightLimits, of=entry, why="twice")
    assert len(player.state.documents.limits_proposed) == 0
    assert of(tuple(player.facts), WeightLimitsProposed)
