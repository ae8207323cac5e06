"""A system of another agency says how a step ended, signed: the same decision as an officer's, held to the same law."""

from __future__ import annotations

import pytest

from beket.words.decisions import REFERENCE_MAX, BeginStep, ClaimState, DecideStep
from beket.words.facts import StepDecided
from beket.words.ids import sha256
from tests.core.procedures.desk import SHORT, Desk, why
from tests.core.procedures.test_standing import ONIONS, arrived
from tests.core.test_documents import of

SYSTEM = {"by": "scales", "role": "agency_system", "proof": "signature", "key": sha256(b"key"), "document": "TK-17"}


def answers(desk: Desk, at_s: float, step: str = "weighing", agency: str = "transport", **named: object) -> list[str]:
    """A system answers a step of the first crossing; gives why it was refused."""
    given = {"crossing": desk.opened[0], "step": step, "outcome": "pass", "agency": agency, **SYSTEM, **named}
    return why(desk.takes(at_s, DecideStep, **given))


def test_its_answer_is_a_decision_with_its_own_document() -> None:
    desk = arrived()
    facts = desk.takes(
        120, DecideStep, crossing=desk.opened[0], step="weighing", outcome="pass", agency="transport", **SYSTEM
    )
    (decided,) = of(facts, StepDecided)
    assert (decided.by, decided.agency, decided.document) == ("scales", "transport", "TK-17")
    assert desk.step("weighing") == "cleared"


def test_without_the_proof_it_is_claimed_and_not_proven_as_anybodys() -> None:
    desk = arrived(ONIONS)
    desk.decides(120, "weighing", agency="transport")
    assert answers(desk, 130, "phyto", "phytosanitary") == ["proof_missing"]
    assert answers(desk, 140, "phyto", "phytosanitary", override="paper_elsewhere") == []
    desk.decides(150, "release")
    assert (desk.step("phyto"), desk.stands()) == ("cleared", ("released", False))


REFUSED = [
    ({"agency": "veterinary"}, "other_agency"),
    ({"agency": "customs"}, "other_agency"),
    ({"proof": None}, "not_signed"),
    ({"proof": "password"}, "not_signed"),
    ({"key": None}, "not_signed"),
    ({"document": " "}, "no_document"),
    ({"document": "x" * (REFERENCE_MAX + 1)}, "too_long"),
    ({"step": "nothing"}, "no_such_step"),
    ({"step": "identification", "agency": "operator"}, "no_such_step"),
    ({"outcome": "nothing"}, "no_such_outcome"),
    ({"outcome": "wait"}, "no_reason"),
    ({"step": "alarm", "agency": "customs"}, "step_not_needed"),
    ({"crossing": "KG-TOR-A:999.0"}, "no_such_course"),
    ({"replaces": "1.0"}, "decided_meanwhile"),
    ({"role": "document_sender"}, "not_allowed"),
]


@pytest.mark.parametrize(("named", "refused"), REFUSED)
def test_what_cannot_be_answered_says_why_and_decides_nothing(named: dict[str, object], refused: str) -> None:
    desk = arrived()
    assert answers(desk, 120, **named) == [refused]  # type: ignore[arg-type]
    assert desk.step("weighing") == "pending"
    assert answers(desk, 130, document="x" * REFERENCE_MAX) == []


def test_it_answers_and_does_nothing_else() -> None:
    desk = arrived()
    only = {key: value for key, value in SYSTEM.items() if key not in ("key", "document")}
    crossing = desk.opened[0]
    assert why(desk.takes(120, BeginStep, crossing=crossing, step="weighing", agency="transport", **only)) == [
        "not_allowed"
    ]
    assert why(desk.takes(121, ClaimState, crossing=crossing, state="departed", agency="transport", **only)) == [
        "not_allowed"
    ]


def test_it_answers_once_and_takes_back_only_what_it_has_seen() -> None:
    desk = arrived()
    assert answers(desk, 120) == []
    first = desk.last
    assert answers(desk, 130) == ["decided_meanwhile"]
    assert answers(desk, 140, replaces=first, outcome="wait", remark="axle table is torn") == []
    assert desk.step("weighing") == "held"


def test_not_before_its_turn_nor_after_the_conveyance_left() -> None:
    later = 'agency = "phytosanitary"\nafter = ["weighing"]'
    early = arrived(ONIONS, SHORT.replace('agency = "phytosanitary"\nafter = ["identification"]', later))
    assert answers(early, 120, "phyto", "phytosanitary", override="emergency") == ["not_its_turn"]
    assert answers(early, 130) == []
    assert answers(early, 140, "phyto", "phytosanitary", override="emergency") == []
    gone = arrived()
    gone.says("600 exit 01111AAA")
    assert answers(gone, 700) == ["crossing_is_over"]
