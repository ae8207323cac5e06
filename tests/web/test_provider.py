"""Signing in through a provider of identities: the way there and back, what of it is believed, and whom it lets in."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

from tests.web.conftest import HERE, PASSWORD, Stage

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the mock's own libraries are about to move
    from oidc_provider_mock import run_server_in_thread

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the same, at each of its answers

SignIn = Callable[[str], "Client"]
WHO = "inspector"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A provider on loopback, written by others."""
    with run_server_in_thread() as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture(autouse=True)
def set_up(stage: Stage, address: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The desk knows the provider; nobody is bound to it yet."""
    from django.test import override_settings

    from beket.web.accounts import passkeys
    from beket.web.accounts.models import Bond

    passkeys.PACE._left.clear()
    monkeypatch.setenv("TEST_OIDC_SECRET", "a secret of the client")
    named = {
        "OIDC_ISSUER": address,
        "OIDC_CLIENT": "beket",
        "OIDC_SECRET_ENV": "TEST_OIDC_SECRET",
        "OIDC_NAME": "Tunduk",
    }
    with override_settings(**named):
        yield
    Bond.objects.all().delete()


def there(client: Client, subject: str, path: str = "/sign-in/provider?next=/account") -> str:
    """Go to the provider, say there who one is, and give where it sends the browser back to."""
    out = client.get(path)
    assert out.status_code == 302, out.content.decode()
    back = httpx.post(out.headers["Location"], data={"sub": subject})
    assert back.status_code in {302, 303}, back.text
    parts = urlsplit(back.headers["Location"])
    assert parts.path == "/sign-in/returned"
    return f"{parts.path}?{parts.query}"


def bind(sign_in: SignIn, subject: str = "12345") -> None:
    client = sign_in(WHO)
    assert client.get(there(client, subject, "/account/bind")).headers["Location"] == "/account"


def words(answer: Any) -> str:  # noqa: ANN401
    assert answer.status_code == 403
    return str(answer.content.decode())


def test_who_is_bound_is_let_in_as_their_account_with_its_duties(stage: Stage, sign_in: SignIn) -> None:
    bind(sign_in)
    client = sign_in("?")
    assert "Sign in through Tunduk" in client.get("/sign-in").content.decode()
    assert client.get(there(client, "12345")).headers["Location"] == "/account"
    page = client.get("/account").content.decode()
    assert "identity provider" in page
    assert "12345" in page
    assert client.get(f"/places/{HERE}").status_code == 200


def test_who_is_not_bound_is_nobody_and_no_account_is_made(stage: Stage, sign_in: SignIn) -> None:
    from beket.web.accounts.models import Account

    before, client = Account.objects.count(), sign_in("?")
    assert "No account here knows" in words(client.get(there(client, "stranger")))
    assert Account.objects.count() == before
    assert client.get("/account").status_code == 302


def test_one_identity_is_one_account(stage: Stage, sign_in: SignIn) -> None:
    bind(sign_in)
    other = sign_in("auditor")
    assert "belongs to another account" in words(other.get(there(other, "12345", "/account/bind")))


def test_a_locked_account_is_not_let_in(stage: Stage, sign_in: SignIn) -> None:
    from beket.web.accounts.models import Account

    bind(sign_in)
    client = sign_in("?")
    Account.objects.filter(login=WHO).update(is_active=False)
    try:
        assert "No account here knows" in words(client.get(there(client, "12345")))
    finally:
        Account.objects.filter(login=WHO).update(is_active=True)


def test_a_way_back_serves_once_and_in_its_own_session(stage: Stage, sign_in: SignIn) -> None:
    bind(sign_in)
    client, other = sign_in("?"), sign_in("?")
    back = there(client, "12345")
    assert "sent twice" in words(other.get(back))
    assert client.get(back).status_code == 302
    client.post("/sign-out")
    assert "sent twice" in words(client.get(back))
    back = there(client, "12345")
    assert "sent twice" in words(client.get(back.replace("state=", "state=x")))
    assert "let nobody in" in words(client.get(there(client, "12345").replace("code=", "no_code=")))


def test_the_way_out_carries_a_challenge_and_nothing_that_lasts(stage: Stage, sign_in: SignIn) -> None:
    client = sign_in("?")
    first, second = (parse_qs(urlsplit(client.get("/sign-in/provider").headers["Location"]).query) for _ in range(2))
    assert first["code_challenge_method"] == ["S256"]
    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != second[name]


def test_a_provider_that_is_away_hinders_nobody_else(stage: Stage, sign_in: SignIn) -> None:
    from django.test import override_settings

    client = sign_in("?")
    with override_settings(OIDC_ISSUER="http://localhost:9"):
        assert client.get("/sign-in").status_code == 200
        assert "cannot be reached" in words(client.get("/sign-in/provider"))
        assert client.post("/sign-in", {"username": "administrator", "password": PASSWORD}).status_code == 302


@pytest.mark.parametrize("issuer", ["http://provider.example", "http://localhost:{port}/"])
def test_a_provider_that_is_not_guarded_or_calls_itself_otherwise_is_refused(
    stage: Stage, sign_in: SignIn, address: str, issuer: str
) -> None:
    from django.test import override_settings

    with override_settings(OIDC_ISSUER=issuer.format(port=urlsplit(address).port)):
        assert "is not accepted" in words(sign_in("?").get("/sign-in/provider"))


def test_without_a_provider_there_is_no_button(stage: Stage, sign_in: SignIn) -> None:
    from django.test import override_settings

    with override_settings(OIDC_ISSUER="", OIDC_CLIENT=""):
        client = sign_in("?")
        assert "/sign-in/provider" not in client.get("/sign-in").content.decode()
        assert "No identity provider" in words(client.get("/sign-in/provider"))


def test_coming_from_the_provider_registers_a_first_passkey_and_decides_nothing(stage: Stage, sign_in: SignIn) -> None:
    from beket.web.accounts.models import Passkey
    from tests.web.authenticator import Authenticator
    from tests.web.test_passkeys import judge, judged, register

    bind(sign_in)
    client, before = sign_in("?"), len(judged(stage))
    client.get(there(client, "12345"))
    assert "Show that it is you" in judge(stage, client).content.decode()
    assert len(judged(stage)) == before
    try:
        assert register(client, Authenticator()).status_code == 302
        assert "Show that it is you" in register(client, Authenticator()).content.decode()
    finally:
        Passkey.objects.all().delete()


KEY = RSAKey.generate_key(2048, {"kid": "k"})
GOOD: dict[str, Any] = {
    "iss": "https://provider.example",
    "aud": "beket",
    "sub": "12345",
    "nonce": "n",
    "iat": -5,
    "exp": 300,
}


def token(key: Any = KEY, algorithm: str = "RS256", **bent: Any) -> str:  # noqa: ANN401
    now = int(time.time())
    claims = {name: value for name, value in (GOOD | bent).items() if value is not None}
    for name in ("iat", "exp"):
        if name in claims:
            claims[name] += now
    return jwt.encode({"alg": algorithm, "kid": "k"}, claims, key, algorithms=[algorithm])


def believed(said: str) -> str:
    from beket.web.accounts.provider import believed

    return believed(said, KeySet([KEY]), "https://provider.example", "n").subject


@pytest.mark.parametrize("good", [{}, {"aud": ["beket"]}, {"aud": ["beket", "x"], "azp": "beket"}, {"exp": -30}])
def test_a_sound_token_is_believed(stage: Stage, good: dict[str, Any]) -> None:
    assert believed(token(**good)) == "12345"


@pytest.mark.parametrize(
    "bent",
    [
        {"iss": "https://elsewhere.example"},
        {"aud": "other"},
        {"aud": ["beket", "x"]},
        {"azp": "other"},
        {"nonce": "m"},
        {"nonce": None},
        {"exp": -120},
        {"exp": None},
        {"iat": 600},
        {"sub": None},
        {"sub": ""},
    ],
)
def test_a_bent_token_is_not(stage: Stage, bent: dict[str, Any]) -> None:
    from beket.web.accounts.provider import ProviderRefusal

    with pytest.raises(ProviderRefusal, match="token"):
        believed(token(**bent))


def test_a_token_of_another_key_or_of_a_shared_secret_is_not(stage: Stage) -> None:
    from beket.web.accounts.provider import ProviderRefusal

    other = RSAKey.generate_key(2048, {"kid": "k"})
    shared = token(OctKey.import_key("a secret of the client that is long enough"), "HS256")
    for said in (token(other), shared, token()[:-8], "x", ".."):
        with pytest.raises(ProviderRefusal, match="token"):
            believed(said)
