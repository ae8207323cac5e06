"""What people order: it is appended with name and role, nothing else changes, and what follows is told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from beket.log.book import Seq
from beket.web import judging
from beket.words import facts
from beket.words.decisions import ADJUDICATION, AdjudicateAlarm, AgreeMaintenance, Decision, EndMaintenance
from beket.words.ids import DeviceId, EntryRef, Instant, PlaceId
from tests.web.conftest import HERE, THERE, Stage

if TYPE_CHECKING:
    from django.test import Client

SignIn = Callable[[str], "Client"]
SCALE = DeviceId(f"{HERE}/in-1/scale")


@pytest.fixture(autouse=True)
def hurried(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """No loop runs here: what is awaited is awaited shortly."""
    monkeypatch.setattr("beket.web.orders.CONCLUDED_S_MAX", 0.2)


def decisions(stage: Stage, place: str = HERE) -> list[Decision]:
    """All decisions of people in a place's chain."""
    frames = stage.country.book.read(PlaceId(place), Seq(0), 1000)
    bodies = [entry.body for frame in frames for entry in frame.entries]
    return [body for body in bodies if isinstance(body, AdjudicateAlarm | AgreeMaintenance | EndMaintenance)]


def concluding(stage: Stage, fact: Callable[[Decision], facts.Fact]) -> threading.Thread:
    """Conclude something from the next decision, as the loop would."""
    before = len(decisions(stage))

    def conclude() -> None:
        until = time.monotonic() + 10
        while len(said := decisions(stage)) == before and time.monotonic() < until:
            time.sleep(0.02)
        stage.country.write(HERE, [fact(said[-1])])

    thread = threading.Thread(target=conclude)
    thread.start()
    return thread


def test_a_judgement_is_appended_with_name_role_and_all_that_was_said(stage: Stage, sign_in: SignIn) -> None:
    form = {"code": "4", "secondary": "completed", "isotopes": "K-40, , Ra-226", "remark": " fertiliser "}
    answer = sign_in("duty_officer").post(f"/alarms/{HERE}/{stage.alarm[HERE]}", form)
    assert answer.status_code == 200
    assert "still awaited" in answer.content.decode()
    said = decisions(stage)[-1]
    assert isinstance(said, AdjudicateAlarm)
    assert (said.by, said.role, said.of, said.code) == ("duty_officer", "duty_officer", stage.alarm[HERE], 4)
    assert (said.secondary, said.isotopes, said.remark) == ("completed", ("K-40", "Ra-226"), "fertiliser")


def test_what_follows_leads_back_to_the_alarm(stage: Stage, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("beket.web.orders.CONCLUDED_S_MAX", 15.0)
    of = EntryRef(stage.alarm[HERE])
    judged = concluding(
        stage,
        lambda _: facts.AlarmAdjudicated(
            at=Instant(stage.country.now), because=(of,), of=of, code=1, by="inspector", settled=False
        ),
    )
    answer = sign_in("inspector").post(f"/alarms/{HERE}/{of}", {"code": "1"})
    judged.join()
    assert answer.status_code == 302
    page = sign_in("inspector").get("/alarms").content.decode()
    assert str(judging.ADJUDICATIONS[1]) in page
    assert "a second person is needed" in page


def test_a_refusal_is_told_with_its_reason(stage: Stage, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("beket.web.orders.CONCLUDED_S_MAX", 15.0)

    def refusal(said: Decision) -> facts.Fact:
        of = EntryRef(stage.alarm[HERE])
        at = Instant(stage.country.now)
        return facts.DecisionRefused(
            at=at, because=(of,), decision_id=said.decision_id, by=said.by, why="second_person"
        )

    refused = concluding(stage, refusal)
    answer = sign_in("inspector").post(f"/alarms/{HERE}/{stage.alarm[HERE]}", {"code": "1"})
    refused.join()
    assert "the second judgement is another person" in answer.content.decode()


@pytest.mark.parametrize("login", ["auditor", "device_engineer", "nobody"])
def test_who_may_not_judge_appends_nothing(stage: Stage, sign_in: SignIn, login: str) -> None:
    before = len(decisions(stage))
    answer = sign_in(login).post(f"/alarms/{HERE}/{stage.alarm[HERE]}", {"code": "6"})
    assert answer.status_code in (302, 403, 404)
    assert len(decisions(stage)) == before


def test_an_inspector_judges_at_his_post_only(stage: Stage, sign_in: SignIn) -> None:
    answer = sign_in("inspector").post(f"/alarms/{THERE}/{stage.alarm[THERE]}", {"code": "6"})
    assert answer.status_code == 404
    assert decisions(stage, THERE) == []


def test_a_code_that_is_none_goes_to_the_log_as_nought(stage: Stage, sign_in: SignIn) -> None:
    sign_in("duty_officer").post(f"/alarms/{HERE}/{stage.alarm[HERE]}", {"code": "4; drop"})
    said = decisions(stage)[-1]
    assert isinstance(said, AdjudicateAlarm)
    assert said.code == 0


def test_a_window_is_agreed_in_the_checkpoints_own_time(stage: Stage, sign_in: SignIn) -> None:
    form = {"from": "2026-11-22T10:00", "until": "2026-11-22T12:30", "reason": "new cell"}
    sign_in("device_engineer").post(f"/maintenance/{SCALE}", form)
    said = decisions(stage)[-1]
    assert isinstance(said, AgreeMaintenance)
    assert (said.device, said.reason, said.by, said.role) == (SCALE, "new cell", "device_engineer", "device_engineer")
    assert said.until_at - said.from_at == 9_000_000
    assert said.from_at == 1_795_320_000_000, "ten o'clock in Bishkek is four in UTC"


def test_a_window_is_ended_by_hand(stage: Stage, sign_in: SignIn) -> None:
    sign_in("device_engineer").post(f"/maintenance/{SCALE}", {"end": "yes"})
    assert isinstance(decisions(stage)[-1], EndMaintenance)


def test_a_time_that_is_none_is_asked_for_again(stage: Stage, sign_in: SignIn) -> None:
    before = len(decisions(stage))
    answer = sign_in("device_engineer").post(f"/maintenance/{SCALE}", {"from": "soon", "until": "", "reason": "x"})
    assert "Write both times" in answer.content.decode()
    assert len(decisions(stage)) == before


def test_every_code_and_outcome_has_words() -> None:
    assert judging.ADJUDICATIONS.keys() == ADJUDICATION.keys()
    known = {"not_allowed", "no_such_alarm", "no_such_code", "neutron_needs_inspection", "second_person"}
    known |= {"unknown_device", "no_reason", "ends_before_it_begins", "too_long", "no_window"}
    assert known <= judging.OUTCOMES.keys()


def test_a_decision_carries_the_agency_of_the_duty_it_was_taken_under(stage: Stage, sign_in: SignIn) -> None:
    from beket.web.accounts.models import Account
    from beket.web.accounts.roster import Asked, give, revoke

    give("nobody", Asked(role="inspector", place=HERE, agency="border"))
    try:
        assert Account.objects.get(login="nobody").duties.count() == 1
        sign_in("nobody").post(f"/alarms/{HERE}/{stage.alarm[HERE]}", {"code": "6"})
    finally:
        revoke("nobody", "inspector", HERE)
    said = decisions(stage)[-1]
    assert (said.by, said.role, said.agency) == ("nobody", "inspector", "border")
    sign_in("inspector").post(f"/alarms/{HERE}/{stage.alarm[HERE]}", {"code": "6"})
    assert decisions(stage)[-1].agency == "customs"
