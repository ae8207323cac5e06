"""Accounts from the command line: what is accepted, what is refused and why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.web.conftest import HERE, PASSWORD, Stage

if TYPE_CHECKING:
    from django.test import Client


@pytest.mark.parametrize("login", ["", " ", "two words", "a" * 65, "auditor", "AUDITOR", "a\nb"])
def test_a_login_that_cannot_be_is_refused(stage: Stage, login: str) -> None:
    from beket.web.accounts.roster import RosterRefusal, add

    with pytest.raises(RosterRefusal):
        add(login, PASSWORD)


@pytest.mark.parametrize("password", ["", "short", "password1234", "weak.person"])
def test_a_weak_password_is_refused(stage: Stage, password: str) -> None:
    from beket.web.accounts.models import Account
    from beket.web.accounts.roster import RosterRefusal, add

    with pytest.raises(RosterRefusal):
        add("weak.person", password)
    assert not Account.objects.filter(login="weak.person").exists()


@pytest.mark.parametrize(
    ("role", "place"),
    [("king", ""), ("inspector", ""), ("device_engineer", ""), ("auditor", "KG-TOR-A"), ("duty_officer", "KG-TOR-A")],
)
def test_a_duty_that_cannot_be_is_refused(stage: Stage, role: str, place: str) -> None:
    from beket.web.accounts.roster import RosterRefusal, grant

    with pytest.raises(RosterRefusal):
        grant("nobody", role, place)


def test_who_is_unknown_is_refused(stage: Stage) -> None:
    from beket.web.accounts import roster

    acts: tuple[Callable[[], Any], ...] = (
        lambda: roster.grant("stranger", "auditor"),
        lambda: roster.disable("stranger"),
        lambda: roster.set_password("stranger", PASSWORD),
        lambda: roster.revoke("nobody", "auditor"),
    )
    for act in acts:
        with pytest.raises(roster.RosterRefusal):
            act()


def test_the_roster_lists_everyone_with_duties(stage: Stage) -> None:
    from beket.web.accounts.roster import roster

    listed = {line.login: line for line in roster()}
    assert listed["inspector"].duties == (("inspector", "KG-TOR-A"),)
    assert listed["auditor"].duties == (("auditor", ""),)
    assert listed["nobody"].duties == ()


def test_a_new_password_ends_the_sessions_of_the_old_one(stage: Stage, sign_in: Callable[[str], Client]) -> None:
    from beket.web.accounts import roster

    roster.add("forgetful", PASSWORD)
    roster.grant("forgetful", "auditor")
    client = sign_in("forgetful")
    assert client.get("/log").status_code == 200
    roster.set_password("forgetful", "another long password")
    assert client.get("/log").status_code == 302


def test_the_demonstration_gets_accounts_whose_passwords_are_new_at_each_start(
    stage: Stage,
) -> None:
    from django.contrib.auth import authenticate
    from django.http import HttpRequest

    from beket.web.accounts.roster import demo_accounts, keep_demo_accounts

    made, again = demo_accounts(), demo_accounts()
    at_a_desk = ["duty_officer", "inspector", "device_engineer", "administrator", "auditor"]
    assert [account.role for account in made] == at_a_desk
    for accounts in (made, again):
        keep_demo_accounts(accounts)
    request = HttpRequest()
    request.META["REMOTE_ADDR"] = "127.0.0.1"
    for old, new in zip(made, again, strict=True):
        assert old.password != new.password
        assert authenticate(request, username=new.login, password=old.password) is None
        assert authenticate(request, username=new.login, password=new.password) is not None


def test_hashing_for_the_demonstration_is_as_slow_as_any(stage: Stage) -> None:
    from django.contrib.auth.hashers import get_hasher

    from beket.web.accounts.roster import demo_accounts

    for account in demo_accounts():
        assert not get_hasher().must_update(account.hashed)


def test_preparing_twice_changes_nothing(stage: Stage) -> None:
    from beket.web.accounts.models import Account
    from beket.web.prepare import prepare

    before = Account.objects.count()
    prepare(stage.dsn)
    assert Account.objects.count() == before


def test_the_command_line_issues_lists_and_revokes_tokens(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    import argparse

    from beket.app.accounts import _do
    from beket.web.accounts.tokens import Bearer, shown_by

    def do(verb: str, **given: str | None) -> tuple[int, str]:
        named = {"name": "nobody", "role": None, "place": None, "token": None, **given}
        status = _do(argparse.Namespace(verb=verb, **named))
        return status, capsys.readouterr().out

    status, printed = do("token", token="reader")
    assert status == 0
    assert isinstance(shown_by(f"Bearer {printed.strip()}"), Bearer)
    assert "nobody\treader\tmade" in do("tokens")[1]
    assert do("revoke", token="reader", role="auditor")[0] == 2
    assert do("revoke")[0] == 2
    assert do("revoke", token="reader")[0] == 0
    assert shown_by(f"Bearer {printed.strip()}") == "token_withdrawn"
    assert "revoked" in do("tokens")[1]


def test_the_demonstration_lets_its_carrier_in_by_the_token_of_this_start_only(stage: Stage) -> None:
    from beket.web.access import eyes_for
    from beket.web.accounts.fresh import fresh_token
    from beket.web.accounts.models import Account
    from beket.web.accounts.tokens import Bearer, keep_demo_token, shown_by

    before, now = fresh_token(), fresh_token()
    keep_demo_token("demo-carrier", "document_sender", before)
    keep_demo_token("demo-carrier", "document_sender", now)
    assert shown_by(f"Bearer {before}") == "no_token"
    bearer = shown_by(f"Bearer {now}")
    assert isinstance(bearer, Bearer)
    assert bearer.login == "demo-carrier"
    eyes = eyes_for(bearer.account)
    assert eyes.sees("lodge_documents", "KG-TOR-A")
    assert eyes.sees("lodge_documents", "KG-IRK-A")
    assert not eyes.can("see_documents")
    assert not Account.objects.get(login="demo-carrier").has_usable_password()


@pytest.mark.parametrize("agency", ["", "customs", "post_office"])
def test_a_partner_officer_is_one_of_another_agency(stage: Stage, agency: str) -> None:
    from beket.web.accounts.roster import RosterRefusal, grant

    with pytest.raises(RosterRefusal):
        grant("nobody", "partner_officer", HERE, agency)


@pytest.mark.parametrize(
    ("from_min", "until_min", "in_force"),
    [(None, None, True), (-1, None, True), (1, None, False), (None, 1, True), (None, -1, False), (-5, 5, True)],
)
def test_a_duty_is_in_force_from_its_beginning_to_its_end(
    stage: Stage, from_min: int | None, until_min: int | None, *, in_force: bool
) -> None:
    from django.utils import timezone

    from beket.web.access import eyes_for
    from beket.web.accounts.models import Account
    from beket.web.accounts.roster import Asked, give, revoke

    def at(minutes: int | None) -> datetime | None:
        return None if minutes is None else timezone.now() + timedelta(minutes=minutes)

    give("nobody", Asked(role="inspector", place=HERE, from_at=at(from_min), until_at=at(until_min)))
    eyes = eyes_for(Account.objects.get(login="nobody").pk)
    revoke("nobody", "inspector", HERE)
    assert eyes.sees("adjudicate", HERE) == in_force


def test_a_duty_that_ends_before_it_begins_is_refused(stage: Stage) -> None:
    from django.utils import timezone

    from beket.web.accounts.roster import Asked, RosterRefusal, give

    now = timezone.now()
    with pytest.raises(RosterRefusal):
        give("nobody", Asked(role="auditor", from_at=now, until_at=now))


def test_every_role_and_agency_has_a_name(stage: Stage) -> None:
    from beket.web.accounts.models import AGENCY_NAMES, ROLES
    from beket.words.roles import AGENCIES, MAY

    assert [name for name, _ in ROLES] == list(MAY)
    assert [name for name, _ in AGENCY_NAMES] == list(AGENCIES)
