"""Procedures and steps at the desk: who writes, who approves, who decides, and what is said when it cannot be so."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar, get_args

import pytest

from beket.log.book import Seq
from beket.web import courses
from beket.web.procedures import shipped_procedures
from beket.words import procedures as words
from beket.words.decisions import ApproveProcedure, BeginStep, DecideStep, ProposeProcedure, RejectProcedure
from beket.words.ids import PlaceId, sha256
from tests.web.conftest import HERE, THERE, Stage

if TYPE_CHECKING:
    from django.test import Client

SignIn = Callable[[str], "Client"]
Kind = TypeVar("Kind")
TEXT = shipped_procedures()["external_road_out"]


@pytest.fixture(autouse=True)
def no_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody concludes anything here: what is decided is in the log, and awaited."""
    monkeypatch.setattr("beket.web.orders.CONCLUDED_S_MAX", 0.1)


def said(stage: Stage, kind: type[Kind], place: str = HERE) -> list[Kind]:
    """All decisions of a kind in a place's chain."""
    frames = stage.country.book.read(PlaceId(place), Seq(0), 1000)
    return [entry.body for frame in frames for entry in frame.entries if isinstance(entry.body, kind)]


def test_the_words_are_those_of_the_law_of_thought() -> None:
    assert set(courses.STATES) == set(get_args(words.CourseState)) | set(get_args(words.Claim))
    assert set(courses.STEP_STATES) == set(get_args(words.StepState))
    assert set(courses.AGENCIES) == set(get_args(words.Agency))
    assert set(courses.PROOFS) == set(get_args(words.Proof))
    assert set(courses.EFFECTS) == set(get_args(words.Effect))
    assert set(courses.OVERRIDES) == set(get_args(words.Override))
    assert set(courses.CONDITIONS) == set(get_args(words.Condition))
    assert set(courses.TEMPLATES) == set(get_args(words.Template))


def test_the_list_says_what_is_in_force(stage: Stage, sign_in: SignIn) -> None:
    page = sign_in("auditor").get("/procedures").content.decode()
    assert page.count("External border, road, entry") == 2
    assert "in force now" in page
    assert "Propose one" not in page
    assert "Propose one" in sign_in("administrator").get("/procedures").content.decode()


def test_the_list_is_two_questions_however_long_it_is(stage: Stage, sign_in: SignIn) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = sign_in("auditor")
    with CaptureQueriesContext(connection) as asked:
        client.get("/procedures")
    assert len([one for one in asked if "FROM procedure " in one["sql"]]) == 2


def test_one_is_compared_before_it_is_proposed(stage: Stage, sign_in: SignIn) -> None:
    changed = shipped_procedures()["external_road_in"].replace("norm_s = 120", "norm_s = 90")
    client, before = sign_in("administrator"), len(said(stage, ProposeProcedure))
    page = client.post("/procedures/new", {"place": HERE, "text": changed, "do": "compare"}).content.decode()
    assert "<ins>+ norm_s = 90</ins>" in page
    assert "<del>− norm_s = 120</del>" in page
    assert len(said(stage, ProposeProcedure)) == before


def test_what_is_no_procedure_is_said_and_nothing_is_lost(stage: Stage, sign_in: SignIn) -> None:
    wrong = TEXT.replace("releases = true\n", "")
    page = sign_in("duty_officer").post("/procedures/new", {"place": HERE, "text": wrong, "do": "propose"})
    assert "steps: exactly one releases" in page.content.decode()
    assert "external_road_out" in page.content.decode()
    assert wrong not in [one.text for one in said(stage, ProposeProcedure)]


def test_no_chain_begins_by_a_name_that_was_typed(stage: Stage, sign_in: SignIn) -> None:
    given = {"place": "KG-NONE-A", "text": TEXT, "do": "propose"}
    assert sign_in("duty_officer").post("/procedures/new", given).status_code == 404
    assert said(stage, ProposeProcedure, "KG-NONE-A") == []


def test_one_is_proposed_for_a_day(stage: Stage, sign_in: SignIn) -> None:
    given = {"place": HERE, "text": TEXT, "do": "propose", "from": "2099-01-01"}
    sign_in("duty_officer").post("/procedures/new", given)
    proposal = said(stage, ProposeProcedure)[-1]
    assert (proposal.by, proposal.role, proposal.text) == ("duty_officer", "duty_officer", TEXT)
    assert proposal.from_at == 4_070_887_200_000  # midnight in Bishkek
    page = sign_in("duty_officer").post("/procedures/new", {**given, "from": "soon"}).content.decode()
    assert "at most 400 days ahead" in page


def test_the_second_person_approves_what_was_read_or_rejects_it_with_a_reason(stage: Stage, sign_in: SignIn) -> None:
    of = stage.country.procedure(HERE, stage.country.now, approved=False)
    path, seen = f"/procedures/{HERE}/{of}", sha256(shipped_procedures()["external_road_in"].encode())
    assert "As the second person" in sign_in("duty_officer").get(path).content.decode()
    assert "As the second person" not in sign_in("auditor").get(path).content.decode()
    sign_in("duty_officer").post(path, {"do": "approve", "seen": seen})
    sign_in("administrator").post(path, {"do": "reject", "why": " too short "})
    approval, rejection = said(stage, ApproveProcedure)[-1], said(stage, RejectProcedure)[-1]
    assert (approval.of, approval.sha256, approval.by) == (of, seen, "duty_officer")
    assert (rejection.of, rejection.why, rejection.by) == (of, "too short", "administrator")


@pytest.mark.parametrize("login", ["inspector", "auditor", "device_engineer", "nobody", "?"])
def test_who_may_not_approve_appends_nothing(stage: Stage, sign_in: SignIn, login: str) -> None:
    before = len(said(stage, ApproveProcedure))
    path = f"/procedures/{HERE}/{stage.procedure[HERE]}"
    assert sign_in(login).post(path, {"do": "approve", "seen": "0" * 64}).status_code in {302, 403, 404}
    assert len(said(stage, ApproveProcedure)) == before


def test_a_dossier_tells_its_steps(stage: Stage, sign_in: SignIn) -> None:
    path = f"/crossings/{stage.crossing[HERE]}"
    page = sign_in("inspector").get(path).content.decode()
    assert "External border, road, entry" in page
    assert f'href="{path}/steps/registration"' in page
    assert f'href="{path}/steps/identification"' not in page
    assert "over its norm" in page
    assert "missing:</span>" in page or "missing: transport document" in " ".join(page.split())
    assert f'href="{path}/steps/registration"' not in sign_in("auditor").get(path).content.decode()


def test_a_step_is_decided_with_a_name_an_outcome_and_what_was_seen(stage: Stage, sign_in: SignIn) -> None:
    crossing = stage.crossing[HERE]
    path = f"/crossings/{crossing}/steps/registration"
    assert "missing: transport document" in " ".join(sign_in("inspector").get(path).content.decode().split())
    given = {"outcome": "registered", "override": "paper_elsewhere", "remark": " shown on paper ", "do": "decide"}
    page = sign_in("inspector").post(path, given).content.decode()
    decided = said(stage, DecideStep)[-1]
    assert (decided.crossing, decided.step, decided.outcome) == (crossing, "registration", "registered")
    assert (decided.override, decided.remark, decided.replaces) == ("paper_elsewhere", "shown on paper", None)
    assert (decided.by, decided.role, decided.agency) == ("inspector", "inspector", "customs")
    assert "still awaited" in page
    assert "shown on paper" in page
    sign_in("inspector").post(path, {"do": "begin"})
    assert said(stage, BeginStep)[-1].step == "registration"


def test_an_unknown_step_and_one_of_another_post_are_not_there(stage: Stage, sign_in: SignIn) -> None:
    assert sign_in("inspector").get(f"/crossings/{stage.crossing[HERE]}/steps/nothing").status_code == 404
    path = f"/crossings/{stage.crossing[THERE]}/steps/registration"
    assert sign_in("inspector").post(path, {"outcome": "registered"}).status_code == 404
    assert said(stage, DecideStep, THERE) == []
    assert sign_in("auditor").post(f"/crossings/{stage.crossing[HERE]}/steps/registration", {}).status_code == 403
