"""Where a crossing stands is worked out of steps and proof; what is said without proof is claimed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from beket.core.procedures.limits import TICK_COURSES_MAX
from beket.core.state import decode, encode
from beket.words.decisions import BeginStep, ClaimState, DetachDocument
from beket.words.documents import Consignment, Document, GoodsItem
from beket.words.facts import (
    DocumentAttached,
    DocumentFiled,
    Fact,
    FindingRaised,
    FindingWithdrawn,
    StandingFound,
    StepDecided,
)
from beket.words.ids import CrossingId, Instant
from tests.core.procedures.desk import SHORT, Desk, found, why
from tests.core.tape import BEGIN
from tests.core.test_documents import cmr, of

APPLES, ONIONS = "0808108000", "0703101900"


def declaration(code: str = APPLES, number: str = "DT-100200") -> Document:
    """A goods declaration that names the lorry."""
    line = GoodsItem(number=1, code=code, gross_kg=Decimal(18200))
    return cmr(number, kind="goods_declaration", consignments=(Consignment(items=(line,)),))


def arrived(code: str = APPLES, text: str = SHORT) -> Desk:
    """A lorry that was read, weighed and declared."""
    desk = Desk(text)
    desk.says("0 front 01111AAA")
    desk.says("30 scale 33000")
    desk.brought(60, declaration(code))
    return desk


def released(code: str = APPLES, text: str = SHORT) -> Desk:
    """A lorry for which all is done."""
    desk = arrived(code, text)
    desk.decides(120, "weighing", agency="transport")
    desk.decides(130, "release")
    return desk


def told(facts: tuple[Fact, ...]) -> list[tuple[str, str]]:
    return [(fact.rule, fact.level) for fact in of(facts, FindingRaised) if fact.rule.startswith("G")]


def test_without_a_procedure_nothing_is_said_of_steps() -> None:
    desk = Desk(SHORT.replace('direction = "in"', 'direction = "out"'))
    assert of(desk.says("0 front 01111AAA"), StandingFound) == []


def test_a_lorry_is_released_when_all_is_done_and_proven() -> None:
    desk = Desk()
    assert found(desk.says("0 front 01111AAA")).state == "identified"
    desk.says("30 scale 33000")
    assert desk.step("phyto") == "undecided"
    desk.brought(60, declaration())
    assert (desk.step("phyto"), desk.step("weighing")) == ("not_required", "pending")
    assert found(desk.decides(120, "weighing", agency="transport")).state == "in_control"
    standing = found(desk.decides(130, "release"))
    assert (standing.state, standing.proven, standing.lacks) == ("released", True, ())
    gone = found(desk.says("600 exit 01111AAA"))
    assert (gone.state, gone.proven) == ("departed", True)
    assert told(tuple(desk.player.facts)) == []


@pytest.mark.parametrize(
    ("missing", "lacks"),
    [
        ("weighing", ("weighing", "weighing:weighing")),
        ("declaration", ("phyto", "phyto:certificate", "release:declaration")),
    ],
)
def test_what_is_said_to_be_released_without_proof_is_claimed_until_the_proof_comes(
    missing: str, lacks: tuple[str, ...]
) -> None:
    desk = Desk()
    desk.says("0 front 01111AAA")
    if missing == "weighing":
        desk.brought(60, declaration())
    else:
        desk.says("30 scale 33000")
        desk.decides(120, "weighing", agency="transport")
    assert missing == "weighing" or why(desk.decides(130, "release")) == ["proof_missing"]
    facts = desk.decides(140, "release", override="device_failed")
    standing = found(facts)
    assert (standing.state, standing.proven, standing.lacks) == ("released", False, lacks)
    assert told(facts) == [("G02", "high")]
    if missing == "weighing":
        desk.says("30 scale 33000 late=120")
        facts = desk.decides(160, "weighing", agency="transport")
    else:
        facts = desk.brought(160, declaration())
    assert desk.stands() == ("released", True)
    assert [fact.rule for fact in of(facts, FindingWithdrawn)] == ["G02"]


def test_a_look_at_papers_takes_no_standing_back() -> None:
    desk = arrived()
    assert told(desk.decides(140, "release", override="device_failed")) == [("G02", "high")]
    facts = desk.brought(160, declaration(ONIONS))
    assert of(facts, DocumentAttached)
    assert of(facts, FindingWithdrawn) == []


def test_a_lorry_that_leaves_without_release_is_found_at_once() -> None:
    desk = arrived()
    facts = desk.says("600 exit 01111AAA")
    assert told(facts) == [("G01", "critical")]
    assert desk.stands() == ("departed", False)
    assert desk.step("weighing") == "not_performed"


def test_a_lorry_that_leaves_on_a_claimed_release_is_found_too() -> None:
    desk = arrived(ONIONS)
    desk.decides(120, "weighing", agency="transport")
    desk.decides(130, "release")
    assert desk.stands() == ("released", False)  # plant quarantine was not asked
    assert told(desk.says("600 exit 01111AAA")) == [("G01", "high")]


def test_proof_that_is_taken_away_takes_the_release_with_it() -> None:
    desk = released()
    (filed,) = of(tuple(desk.player.facts), DocumentFiled)
    facts = desk.ordered(200, DetachDocument, document=filed.document, crossing=desk.opened[0], why="another's")
    assert (found(facts).state, found(facts).proven) == ("released", False)


def test_goods_that_are_declared_later_make_a_step_needed() -> None:
    desk = released()
    assert desk.stands() == ("released", True)
    desk.brought(200, declaration(ONIONS, "DT-100300"))
    assert (desk.stands(), desk.step("phyto")) == (("released", False), "pending")


def test_a_refusal_of_one_agency_stops_the_release_and_not_the_others_work() -> None:
    desk = arrived()
    standing = found(desk.decides(120, "weighing", "deny", "transport", remark="48 t"))
    assert standing.state == "refused"
    desk.decides(130, "release")
    assert desk.stands()[0] == "refused"
    assert desk.step("release") == "cleared"


def test_an_alarm_after_the_release_holds_it_until_it_is_judged() -> None:
    desk = released()
    desk.says("5 portal gamma late=135")
    assert (desk.stands(), desk.step("alarm")) == (("released", False), "pending")
    desk.decides(150, "alarm")
    assert desk.stands() == ("released", True)


def test_silence_means_what_the_procedure_says_when_the_clock_has_run_out() -> None:
    desk = arrived(ONIONS)
    assert of(desk.says("10799 tick"), StepDecided) == []
    (silent,) = of(desk.says("10861 tick"), StepDecided)
    assert (silent.step, silent.outcome, silent.by) == ("phyto", "pass", None)
    assert desk.step("phyto") == "waived_by_rule"
    desk.decides(10900, "weighing", agency="transport")
    desk.decides(10910, "release")
    assert desk.stands() == ("released", False)  # silence is consent, and no certificate


def test_silence_says_nothing_of_a_step_that_turned_out_not_to_be_needed() -> None:
    desk = released()
    assert of(desk.says("20000 tick"), StepDecided) == []
    assert desk.stands() == ("released", True)


def test_clocks_run_however_many_crossings_are_over() -> None:
    desk = arrived()
    courses = desk.state.procedures.courses
    (here,) = courses.values()
    over = replace(here, closed="departed", closed_at=Instant(BEGIN), asked_at={})
    gone = {CrossingId(f"KG-TST-A:{n}.9"): over for n in range(TICK_COURSES_MAX)}
    desk.state.procedures.courses = {**gone, **courses}
    assert told(desk.says("601 tick")) == [("G03", "low")]


def test_a_step_over_its_norm_is_said_once() -> None:
    desk = arrived()
    assert told(desk.says("600 tick")) == []
    assert told(desk.says("601 tick")) == [("G03", "low")]
    assert told(desk.says("700 tick")) == []
    facts = desk.decides(710, "weighing", agency="transport")
    assert [fact.rule for fact in of(facts, FindingWithdrawn)] == ["G03"]


def test_what_a_partner_claims_is_shown_as_claimed() -> None:
    """Transit closed for lorries that never crossed (reference 01 §4, case 2)."""
    desk = Desk()
    desk.says("0 front 01111AAA")
    facts = desk.takes(60, ClaimState, crossing=desk.opened[0], state="discharged", agency="transport")
    assert found(facts).claims == ("discharged",)
    assert told(facts) == [("G02", "high")]
    assert why(desk.takes(61, ClaimState, crossing=desk.opened[0], state="discharged")) == ["already_claimed"]
    gone = found(desk.says("600 exit 01111AAA"))
    assert gone.claims == ()


@pytest.mark.parametrize(
    ("decided", "refused"),
    [
        ({"step": "weighing"}, "other_agency"),
        ({"step": "nothing"}, "no_such_step"),
        ({"step": "identification"}, "no_such_step"),
        ({"step": "release", "outcome": "nothing"}, "no_such_outcome"),
        ({"step": "phyto", "agency": "phytosanitary"}, "step_not_needed"),
        ({"step": "release", "outcome": "deny"}, "no_reason"),
        ({"step": "release", "remark": "r" * 1001}, "too_long"),
        ({"step": "release", "replaces": "1.0"}, "decided_meanwhile"),
        ({"step": "release", "role": "auditor"}, "not_allowed"),
        ({"step": "release", "crossing": "KG-TST-A:1.0"}, "no_such_course"),
    ],
)
def test_what_cannot_be_decided_so_is_refused_by_name(decided: dict[str, str], refused: str) -> None:
    desk = arrived()
    assert why(desk.decides(120, **decided)) == [refused]
    assert desk.stands()[0] == "identified"


def test_a_decision_is_mended_by_a_later_one_that_has_seen_it() -> None:
    desk = arrived()
    desk.decides(120, "weighing", "wait", "transport", remark="again")
    assert (desk.stands()[0], why(desk.decides(130, "weighing", agency="transport"))) == ("held", ["decided_meanwhile"])
    before = desk.state.procedures.courses[desk.opened[0]].done["weighing"].ref
    desk.decides(140, "weighing", agency="transport", replaces=before)
    assert desk.stands()[0] == "in_control"


def test_a_step_that_is_being_done_is_shown_so() -> None:
    desk = arrived()
    assert found(desk.takes(100, BeginStep, crossing=desk.opened[0], step="release")).state == "in_control"
    assert desk.step("release") == "in_progress"
    assert why(desk.takes(101, BeginStep, crossing=desk.opened[0], step="release")) == ["step_is_begun"]


def test_goods_that_go_on_to_a_store_are_diverted() -> None:
    desk = arrived()
    desk.decides(120, "weighing", agency="transport")
    desk.decides(130, "release", "store")
    assert desk.stands() == ("diverted", True)


def test_on_trial_states_are_shown_and_nobody_is_alarmed() -> None:
    desk = arrived(text=SHORT.replace('source = "a trial"', 'source = "a trial"\ntrial = true'))
    facts = desk.says("600 exit 01111AAA")
    assert (desk.stands(), told(facts)) == (("departed", False), [])


def test_a_snapshot_holds_it_all() -> None:
    desk = released(ONIONS)
    assert decode(encode(desk.state)) == desk.state
