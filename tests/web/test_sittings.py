"""One desk for a person at a time: what the desk left behind shows, says and may, and how screens are signed out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.web.conftest import HERE, PASSWORD, Stage

if TYPE_CHECKING:
    from django.test import Client

SignIn = Callable[[str], "Client"]


def test_the_desk_left_behind_shows_the_wall_and_says_why(stage: Stage, sign_in: SignIn) -> None:
    first = sign_in("duty_officer")
    assert first.get("/crossings").status_code == 200
    second = sign_in("duty_officer")
    assert first.get("/wall").status_code == 200
    answer = first.get("/crossings")
    assert answer.headers["Location"] == "/sign-in?next=/crossings"
    assert "You signed in at another desk at " in first.get("/sign-in").content.decode()
    assert first.post(f"/alarms/{HERE}/{stage.alarm[HERE]}", {"code": "6"}).status_code == 302
    assert second.get("/crossings").status_code == 200
    assert "another desk" not in second.get("/sign-in").content.decode()


def test_its_streams_end_but_those_of_the_wall(stage: Stage, sign_in: SignIn) -> None:
    from beket.web.accounts.limits import stands

    first = sign_in("duty_officer")
    first.get("/wall")
    key = first.session.session_key
    assert stands(key, resting=False)
    sign_in("duty_officer")
    assert not stands(key, resting=False)
    assert stands(key, resting=True)


def test_another_persons_desk_stays_a_desk(stage: Stage, sign_in: SignIn) -> None:
    inspector = sign_in("inspector")
    sign_in("duty_officer")
    assert inspector.get("/crossings").status_code == 200


def test_signing_in_again_makes_a_screen_the_desk(stage: Stage, sign_in: SignIn) -> None:
    from beket.web.accounts.models import Account

    first, second = sign_in("auditor"), sign_in("auditor")
    first.force_login(Account.objects.get(login="auditor"), backend="django.contrib.auth.backends.ModelBackend")
    assert first.get("/log").status_code == 200
    assert second.get("/log").status_code == 302


def test_a_screen_is_signed_out_from_another(stage: Stage, sign_in: SignIn) -> None:
    from beket.web.accounts.models import Sitting

    left, now, other = sign_in("auditor"), sign_in("auditor"), sign_in("inspector")
    row, theirs = (Sitting.objects.get(session_key=one.session.session_key) for one in (left, other))
    assert now.get("/account").content.decode().count("the wall only") >= 1
    for number in (row.pk, theirs.pk, "x"):
        now.post("/account", {"do": "end", "number": str(number)})
    assert left.get("/wall").status_code == 302
    assert other.get("/crossings").status_code == 200, "nobody ends another person's"


def test_signing_out_forgets_the_screen(stage: Stage, sign_in: SignIn) -> None:
    from beket.web.accounts.models import Sitting

    client = sign_in("auditor")
    key = client.session.session_key
    client.post("/sign-out")
    assert not Sitting.objects.filter(session_key=key).exists()


def test_an_account_has_so_many_screens_at_most(stage: Stage, sign_in: SignIn) -> None:
    from beket.web.accounts.models import Sitting
    from beket.web.accounts.sittings import SITTINGS_MAX

    first = sign_in("nobody")
    for _ in range(SITTINGS_MAX):
        last = sign_in("nobody")
    assert Sitting.objects.filter(account__login="nobody").count() == SITTINGS_MAX
    assert first.session.session_key is not None
    assert not Sitting.objects.filter(session_key=first.session.session_key).exists()
    assert last.get("/account").status_code == 200


def test_a_password_is_changed_by_who_knows_the_old_one_and_ends_every_screen(stage: Stage, sign_in: SignIn) -> None:
    from beket.web.accounts import roster
    from beket.web.accounts.models import Account

    roster.add("changes", PASSWORD)
    client = sign_in("changes")
    wrong = client.post("/account", {"do": "password", "old": "wrong", "new": "another long password"})
    assert "The old password is not right." in wrong.content.decode()
    weak = client.post("/account", {"do": "password", "old": PASSWORD, "new": "short"})
    assert "too short" in weak.content.decode()
    client.post("/account", {"do": "password", "old": PASSWORD, "new": "another long password"})
    assert Account.objects.get(login="changes").check_password("another long password")
    assert client.get("/account").status_code == 302
