"""Administration of accounts: a power takes two, everything else is written down, and nothing is rewritten."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.web.conftest import HERE, PASSWORD, Stage

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client

SignIn = Callable[[str], "Client"]
ADMIN, SECOND, OFFICER = "administrator", "second.administrator", "new.officer"
DUTY = {"do": "propose", "role": "inspector", "place": HERE, "agency": "customs", "why": "moved here"}


@pytest.fixture(autouse=True)
def people(stage: Stage) -> Iterator[None]:
    """A second administrator, and an officer who is new."""
    from beket.web.accounts import deeds, roster
    from beket.web.accounts.models import Account, Duty

    for login in (SECOND, OFFICER):
        if not Account.objects.filter(login=login).exists():
            roster.add(login, PASSWORD)
    roster.grant(SECOND, "administrator")
    yield
    for deed in deeds.waiting():
        deeds.answer(deeds.Hand("test"), deed.pk, confirm=False, why="over")
    Duty.objects.filter(account__login__in=[OFFICER, SECOND]).delete()
    Account.objects.update(is_active=True)


def number(login: str) -> int:
    from beket.web.accounts.models import Account

    return Account.objects.get(login=login).pk


def act(client: Client, login: str = OFFICER, **form: str) -> HttpResponse:
    return client.post(f"/accounts/{number(login)}", form)  # type: ignore[return-value]


def held(login: str = OFFICER) -> list[tuple[str, str, str]]:
    from beket.web.accounts.models import Duty

    return [(one.role, one.place, one.agency) for one in Duty.objects.filter(account__login=login)]


def done(login: str = OFFICER) -> list[tuple[str, str, str]]:
    """What was done to an account: by whom, what, and why, the newest first."""
    from beket.web.accounts.models import Deed

    return [(one.by, one.what, one.why) for one in Deed.objects.filter(account__login=login).order_by("-pk")]


def answer(client: Client, do: str, **more: str) -> HttpResponse:
    from beket.web.accounts.deeds import waiting

    return client.post("/accounts", {"do": do, "number": str(waiting().last().pk), **more})  # type: ignore[union-attr, return-value]


def test_a_duty_counts_when_a_second_administrator_confirmed_it(stage: Stage, sign_in: SignIn) -> None:
    first = sign_in(ADMIN)
    assert act(first, **DUTY).status_code == 302
    assert held() == []
    assert "neither who proposed it" in answer(first, "confirm").content.decode()
    assert held() == []
    assert answer(sign_in(SECOND), "confirm").status_code == 302
    assert held() == [("inspector", HERE, "customs")]
    assert done()[:2] == [(SECOND, "confirm", ""), (ADMIN, "propose", "moved here")]
    page = first.get(f"/accounts/{number(OFFICER)}").content.decode()
    assert "Confirmed" in page
    assert "moved here" in page


def test_a_proposal_is_refused_with_the_reason_and_answered_once(stage: Stage, sign_in: SignIn) -> None:
    from beket.web.accounts.deeds import waiting

    act(sign_in(ADMIN), **DUTY)
    second, which = sign_in(SECOND), waiting().last()
    assert "say why" in answer(second, "refuse").content.decode()
    assert answer(second, "refuse", why="wrong post").status_code == 302
    assert which is not None
    late = second.post("/accounts", {"do": "confirm", "number": str(which.pk)})
    assert "does not wait any more" in late.content.decode()
    assert (held(), done()[0]) == ([], (SECOND, "refuse", "wrong post"))


def test_nobody_confirms_what_they_receive(stage: Stage, sign_in: SignIn) -> None:
    act(sign_in(ADMIN), SECOND, **{**DUTY, "role": "auditor"})
    second = sign_in(SECOND)
    assert 'value="confirm"' not in second.get("/accounts").content.decode()
    assert "nor who receives it" in answer(second, "confirm").content.decode()


def test_a_proposal_falls_with_the_power_of_who_made_it(stage: Stage, sign_in: SignIn) -> None:
    from beket.web.accounts import roster

    act(sign_in(SECOND), **DUTY)
    roster.revoke(SECOND, "administrator")
    assert "no administrator any more" in answer(sign_in(ADMIN), "confirm").content.decode()
    assert held() == []


def test_a_proposal_that_waited_too_long_does_not_count(
    stage: Stage, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    from beket.web.accounts import deeds

    act(sign_in(ADMIN), **DUTY)
    which = deeds.waiting().last()
    assert which is not None
    monkeypatch.setattr(deeds, "PROPOSAL_DAYS", 0)
    late = sign_in(SECOND).post("/accounts", {"do": "confirm", "number": str(which.pk)})
    assert "does not wait any more" in late.content.decode()
    assert held() == []


@pytest.mark.parametrize(
    "bent",
    [
        {"role": "king"},
        {"place": ""},
        {"place": "KG-NOT-A"},
        {"agency": "post_office"},
        {"role": "partner_officer"},
        {"why": " "},
        {"from": "soon"},
        {"from": "2026-12-02T10:00", "until": "2026-12-01T10:00"},
    ],
)
def test_what_cannot_be_proposed_is_refused_and_what_was_typed_stays(
    stage: Stage, sign_in: SignIn, bent: dict[str, str]
) -> None:
    before = done()
    answer = act(sign_in(ADMIN), **{**DUTY, **bent})
    assert answer.status_code == 200
    assert 'role="alert"' in answer.content.decode()
    assert (held(), done()) == ([], before)


def test_a_duty_for_a_time_keeps_its_time_and_agency(stage: Stage, sign_in: SignIn) -> None:
    from beket.web.accounts.models import Duty

    times = {"from": "2026-12-01T08:00", "until": "2026-12-01T20:00"}
    act(sign_in(ADMIN), **{**DUTY, **times, "role": "partner_officer", "agency": "veterinary"})
    answer(sign_in(SECOND), "confirm")
    duty = Duty.objects.get(account__login=OFFICER)
    assert duty.agency == "veterinary"
    assert duty.until_at is not None
    assert duty.from_at is not None
    assert (duty.from_at.hour, (duty.until_at - duty.from_at).seconds) == (2, 12 * 3600), "Bishkek is six hours ahead"


def test_taking_and_locking_take_one_hand_and_letting_in_again_two(stage: Stage, sign_in: SignIn) -> None:
    from beket.web.accounts import roster
    from beket.web.accounts.models import Account

    roster.grant(OFFICER, "auditor")
    officer, first = sign_in(OFFICER), sign_in(ADMIN)
    act(first, do="take", role="auditor", why="left")
    assert (held(), officer.get("/log").status_code) == ([], 403)
    act(first, do="lock", why="left")
    assert officer.get("/account").status_code == 302
    act(first, do="unlock", why="came back")
    assert not Account.objects.get(login=OFFICER).is_active
    answer(sign_in(SECOND), "confirm")
    assert Account.objects.get(login=OFFICER).is_active
    assert [what for _, what, _ in done()[:4]] == ["confirm", "propose", "lock", "take"]


@pytest.fixture
def alone(people: None) -> Iterator[None]:
    """No other administrator, whoever an earlier test left in the house."""
    from beket.web.accounts.models import Duty

    others = Duty.objects.filter(role="administrator").exclude(account__login=ADMIN)
    sent_away = list(others)
    others.delete()
    yield
    Duty.objects.bulk_create(sent_away)


def test_the_last_administrator_stays(stage: Stage, sign_in: SignIn, alone: None) -> None:
    from beket.web.accounts.models import Account

    client = sign_in(ADMIN)
    for form in ({"do": "lock"}, {"do": "take", "role": "administrator", "place": ""}):
        assert "the last administrator" in act(client, ADMIN, **form, why="x").content.decode()
    assert Account.objects.get(login=ADMIN).is_active
    assert ("administrator", "", "customs") in held(ADMIN)


@pytest.mark.parametrize("do", ["lock", "forget_passkeys"])
def test_who_ends_their_own_session_is_led_to_the_sign_in_page(stage: Stage, sign_in: SignIn, do: str) -> None:
    client = sign_in(SECOND)
    answered = act(client, SECOND, do=do, why="lost my telephone", proof_password=PASSWORD)
    assert (answered.status_code, answered.headers["Location"]) == (302, "/sign-in")
    assert done(SECOND)[0] == (SECOND, do, "lost my telephone")
    assert client.get("/accounts").status_code == 302


def test_a_script_whose_session_ended_meanwhile_is_told_to_sign_in(stage: Stage, sign_in: SignIn) -> None:
    client = sign_in(SECOND)
    form = {"do": "lock", "why": "left", "proof_password": PASSWORD}
    answered = client.post(f"/accounts/{number(SECOND)}", form, headers={"accept": "application/json"})
    assert (answered.status_code, answered.json()["ask"]) == (401, "sign_in")


def test_a_new_account_has_a_password_that_is_shown_once_and_no_duties(stage: Stage, sign_in: SignIn) -> None:
    from django.test import Client

    from beket.web.accounts.models import Account

    client = sign_in(ADMIN)
    page = client.post("/accounts", {"do": "make", "login": "made.here", "name": "A. Asanova", "why": "new"})
    password = page.content.decode().partition("<code>")[2].partition("</code>")[0]
    assert password not in client.get("/accounts").content.decode()
    entered = Client(SERVER_NAME="localhost").post("/sign-in", {"username": "made.here", "password": password})
    assert entered.status_code == 302
    assert Account.objects.get(login="made.here").duties.count() == 0
    again = client.post("/accounts", {"do": "make", "login": "Made.Here"}).content.decode()
    assert "there is an account" in again


def test_what_was_done_is_not_rewritten(stage: Stage, sign_in: SignIn) -> None:
    from django.db import ProgrammingError, connection

    act(sign_in(ADMIN), do="lock", why="to see")
    for rewriting in ("UPDATE accounts_deed SET by = 'x'", "DELETE FROM accounts_deed", "TRUNCATE accounts_deed"):
        with connection.cursor() as cursor, pytest.raises(ProgrammingError, match="not rewritten"):
            cursor.execute(rewriting)


def test_what_is_done_at_the_machine_is_written_down_too(stage: Stage) -> None:
    import argparse

    from beket.app.accounts import _do

    named = {"name": OFFICER, "role": "auditor", "place": None, "agency": "customs", "token": None}
    assert _do(argparse.Namespace(verb="grant", **named)) == 0
    assert _do(argparse.Namespace(verb="revoke", **named)) == 0
    assert _do(argparse.Namespace(verb="forget-passkeys", **named)) == 0
    assert {by for by, _, _ in done()[:3]} == {"(command line)"}
    assert [what for _, what, _ in done()[:3]] == ["forget_passkeys", "take", "grant"]


def test_administering_asks_who_is_there(stage: Stage, sign_in: SignIn) -> None:
    client = sign_in(ADMIN)
    session = client.session
    session["proved"] = {"how": "password", "at": 0}
    session.save()
    before = done()
    assert 'name="proof_password"' in act(client, **DUTY).content.decode()
    assert done() == before
    act(client, **DUTY, proof_password=PASSWORD)
    assert len(done()) == len(before) + 1
