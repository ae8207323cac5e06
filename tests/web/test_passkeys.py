"""Passkeys and presence: who registers one, who is let in by it, and what a decision asks for before it is taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from beket.log.book import Seq
from beket.words.decisions import AdjudicateAlarm
from beket.words.ids import PlaceId
from tests.web.authenticator import PRESENT, Authenticator
from tests.web.conftest import HERE, PASSWORD, Stage

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client

SignIn = Callable[[str], "Client"]
WHO = "inspector"


@pytest.fixture(autouse=True)
def apart(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nobody has a passkey before and after, and nobody asked for one yet; no loop runs here."""
    from beket.web.accounts import passkeys
    from beket.web.accounts.models import Passkey

    monkeypatch.setattr("beket.web.orders.CONCLUDED_S_MAX", 0.0)
    passkeys.PACE._left.clear()
    yield
    Passkey.objects.all().delete()


def asked(client: Client, purpose: str, **more: str) -> dict[str, Any]:
    """What the browser is told to ask for."""
    answer = client.post("/passkeys/challenge", {"purpose": purpose, **more})
    assert answer.status_code == 200, answer.content
    said: dict[str, Any] = answer.json()
    return said


def register(client: Client, key: Authenticator, name: str = "at the desk") -> HttpResponse:
    """Register a passkey as the page's script does."""
    answer = key.made(asked(client, "register"))
    return client.post("/account", {"do": "register", "name": name, "passkey": answer})  # type: ignore[return-value]


def enter(client: Client, key: Authenticator, answer: str | None = None, **more: str) -> HttpResponse:
    """Sign in by a passkey."""
    answer = answer or key.shown(asked(client, "sign_in", **more))
    return client.post("/sign-in", {"passkey": answer, "next": "/log"})  # type: ignore[return-value]


def judged(stage: Stage) -> list[AdjudicateAlarm]:
    frames = stage.country.book.read(PlaceId(HERE), Seq(0), 1000)
    return [entry.body for frame in frames for entry in frame.entries if isinstance(entry.body, AdjudicateAlarm)]


def judge(stage: Stage, client: Client, **more: str) -> HttpResponse:
    form = {"code": "6", "isotopes": "K-40", "remark": "a <b>\nand c", **more}
    return client.post(f"/alarms/{HERE}/{stage.alarm[HERE]}", form)  # type: ignore[return-value]


def aged(client: Client, by_s: int = 11 * 60) -> None:
    """Let time go by since this person was last seen."""
    session = client.session
    session["proved"] = {**session["proved"], "at": session["proved"]["at"] - by_s}
    session.save()


@pytest.mark.parametrize("more", [{}, {"username": WHO}, {"username": WHO.upper()}])
def test_a_registered_passkey_lets_in_with_and_without_a_name(
    stage: Stage, sign_in: SignIn, more: dict[str, str]
) -> None:
    key = Authenticator()
    assert register(sign_in(WHO), key).status_code == 302
    client = sign_in("?")
    assert enter(client, key, **more).headers["Location"] == "/log"
    assert f">{WHO}<" in client.get("/account").content.decode()
    assert "at the desk" in client.get("/account").content.decode()


def test_an_answer_lets_in_once(stage: Stage, sign_in: SignIn) -> None:
    key, client = Authenticator(), sign_in("?")
    register(sign_in(WHO), key)
    answer = key.shown(asked(client, "sign_in"))
    assert enter(client, key, answer).status_code == 302
    client.post("/sign-out")
    assert "was not accepted" in enter(client, key, answer).content.decode()
    assert "was not accepted" in enter(sign_in("?"), key, key.shown(asked(client, "sign_in"))).content.decode()


def test_an_answer_that_comes_late_is_none(stage: Stage, sign_in: SignIn) -> None:
    from beket.web.accounts.passkeys import CHALLENGE_S_MAX

    key, client = Authenticator(), sign_in("?")
    register(sign_in(WHO), key)
    answer = key.shown(asked(client, "sign_in"))
    session = client.session
    session["passkey:sign_in"] = {
        **session["passkey:sign_in"],
        "at": session["passkey:sign_in"]["at"] - CHALLENGE_S_MAX - 1,
    }
    session.save()
    assert "was not accepted" in enter(client, key, answer).content.decode()


def bend_origin(key: Authenticator) -> None:
    key.origin = "http://localhost.elsewhere.example"


def bend_domain(key: Authenticator) -> None:
    key.domain = "elsewhere.example"


def bend_verified(key: Authenticator) -> None:
    key.flags = PRESENT


def bend_key(key: Authenticator) -> None:
    key.key = Authenticator().key


def bend_count(key: Authenticator) -> None:
    key.count = 0


def bend_id(key: Authenticator) -> None:
    key.id = bytes(32)


@pytest.mark.parametrize("bend", [bend_origin, bend_domain, bend_verified, bend_key, bend_count, bend_id])
def test_a_bent_answer_lets_nobody_in(stage: Stage, sign_in: SignIn, bend: Callable[[Authenticator], None]) -> None:
    key, client = Authenticator(), sign_in("?")
    register(sign_in(WHO), key)
    assert enter(client, key).status_code == 302
    client.post("/sign-out")
    bend(key)
    assert "was not accepted" in enter(client, key).content.decode()
    assert "_auth_user_id" not in client.session


def test_who_is_shut_out_is_not_let_in_by_a_passkey(stage: Stage, sign_in: SignIn) -> None:
    from beket.web.accounts import roster
    from beket.web.accounts.models import Account

    key = Authenticator()
    register(sign_in("nobody"), key)
    roster.disable("nobody")
    try:
        assert "was not accepted" in enter(sign_in("?"), key).content.decode()
    finally:
        Account.objects.filter(login="nobody").update(is_active=True)


def test_a_name_without_passkeys_is_asked_for_one_that_nobody_has(stage: Stage, sign_in: SignIn) -> None:
    first = asked(sign_in("?"), "sign_in", username="auditor")["allowCredentials"]
    again = asked(sign_in("?"), "sign_in", username="Auditor")["allowCredentials"]
    stranger = asked(sign_in("?"), "sign_in", username="stranger")["allowCredentials"]
    assert first == again != stranger
    assert len(stranger) == 1


def test_the_last_passkey_is_not_removed_by_its_owner(stage: Stage, sign_in: SignIn) -> None:
    from beket.web.accounts.models import Passkey

    client, first, second = sign_in(WHO), Authenticator(), Authenticator()
    register(client, first)
    number = Passkey.objects.get().pk
    client.post(
        "/account", {"do": "remove", "number": str(number), "proof_passkey": first.shown(asked(client, "prove"))}
    )
    assert Passkey.objects.count() == 1
    register(client, second, "in the safe")
    assert client.post("/account", {"do": "remove", "number": str(number)}).status_code == 302
    assert Passkey.objects.get().name == "in the safe"


def test_attempts_are_paced(stage: Stage, sign_in: SignIn) -> None:
    client = sign_in("?")
    answers = [client.post("/passkeys/challenge", {"purpose": "sign_in"}).status_code for _ in range(22)]
    assert answers[:20] == [200] * 20
    assert answers[-1] == 429


def test_a_bare_address_says_where_passkeys_work(stage: Stage, sign_in: SignIn) -> None:
    client = sign_in(WHO)
    page = client.get("/account", headers={"host": "127.0.0.1:8080"}).content.decode()
    assert 'href="http://localhost:8080/account"' in page
    assert "data-ask" not in page
    refused = client.post("/passkeys/challenge", {"purpose": "register"}, headers={"host": "127.0.0.1:8080"})
    assert (refused.status_code, refused.json()) == (403, {"why": "address"})


def test_a_decision_says_how_its_author_proved_presence(stage: Stage, sign_in: SignIn) -> None:
    client, key = sign_in(WHO), Authenticator()
    judge(stage, client)
    assert judged(stage)[-1].proof == "password"
    register(client, key)
    before = len(judged(stage))
    asks = judge(stage, client)
    assert asks.status_code == 403
    assert len(judged(stage)) == before, "a password is not enough for who has a passkey"
    page = asks.content.decode()
    assert 'name="remark" value="a &lt;b&gt;\nand c"' in page
    assert "data-ask" in page
    assert "proof_password" not in page
    judge(stage, client, proof_passkey=key.shown(asked(client, "prove")))
    said = judged(stage)[-1]
    assert (said.proof, said.remark, said.code) == ("passkey", "a <b>\nand c", 6)
    judge(stage, client)
    assert len(judged(stage)) == before + 2, "for some minutes the tap serves"


def test_who_was_not_seen_for_a_while_is_asked_and_goes_on(stage: Stage, sign_in: SignIn) -> None:
    client, before = sign_in(WHO), len(judged(stage))
    aged(client)
    page = judge(stage, client).content.decode()
    assert 'name="proof_password"' in page
    assert 'name="isotopes" value="K-40"' in page
    assert "is not right" in judge(stage, client, proof_password="wrong").content.decode()
    assert len(judged(stage)) == before
    judge(stage, client, proof_password=PASSWORD)
    assert judged(stage)[-1].proof == "password"


def test_another_persons_passkey_proves_nothing(stage: Stage, sign_in: SignIn) -> None:
    mine, theirs, client = Authenticator(), Authenticator(), sign_in(WHO)
    register(sign_in("duty_officer"), theirs)
    register(client, mine)
    before = len(judged(stage))
    answer = judge(stage, client, proof_passkey=theirs.shown(asked(client, "prove")))
    assert "of this account" in answer.content.decode()
    assert len(judged(stage)) == before


def test_where_passkeys_are_required_a_password_registers_the_first_and_decides_nothing(
    stage: Stage, sign_in: SignIn, settings_required: None
) -> None:
    client, key, before = sign_in(WHO), Authenticator(), len(judged(stage))
    assert "decisions take a passkey here" in client.get("/account").content.decode()
    assert "proof_password" not in judge(stage, client).content.decode()
    judge(stage, client, proof_password=PASSWORD)
    assert len(judged(stage)) == before
    register(client, key)
    judge(stage, client, proof_passkey=key.shown(asked(client, "prove")))
    assert judged(stage)[-1].proof == "passkey"


@pytest.fixture
def settings_required(stage: Stage) -> Iterator[None]:
    """Decisions take a passkey."""
    from django.test import override_settings

    with override_settings(REQUIRE_PASSKEYS=True):
        yield


def test_what_decides_nothing_asks_for_no_proof(stage: Stage, sign_in: SignIn) -> None:
    client = sign_in("device_engineer")
    aged(client)
    assert client.post(f"/maintenance/{HERE}/in-1/scale", {"end": "yes"}).status_code == 200
