"""Passkeys: a key pair in somebody's device answers a challenge of ours; only the public half is kept here."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import json
import time
from typing import Any, Final, Literal

import webauthn
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from msgspec import Struct
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from beket.web.accounts.models import Account, Passkey
from beket.web.accounts.pace import Pace

Purpose = Literal["sign_in", "prove", "register"]
"""What a challenge is for; an answer to one for another purpose is none."""

CHALLENGE_S_MAX: Final = 180
"""How long a challenge waits for its answer: somebody may have to find the key in a pocket."""

PASSKEYS_MAX: Final = 10
"""Most passkeys of one account: a telephone, a key at the desk, one in the safe, and room."""

NAME_LENGTH_MAX: Final = 64
ANSWER_CHARS_MAX: Final = 16 * 1024
"""Longest answer: without attestation a device says some hundreds of characters."""

PACE: Final = Pace(at_once=20, per_s=0.5)
"""Challenges and answers of one account, or of one address that has not signed in."""


class PasskeyRefusal(Exception):
    """A passkey was not taken; the one word says why."""


class Relying(Struct, frozen=True):
    """Who asks for a passkey, as a browser sees it: the domain, and where the page came from."""

    domain: str
    origin: str


def relying(request: HttpRequest) -> Relying | None:
    """The desk as this browser reaches it; None where no browser gives a passkey: at a bare address, or unprotected."""
    host = request.get_host()  # one of the settings' names, or Django has refused the request
    domain = host.rsplit(":", 1)[0].lower()
    if _is_address(domain):
        return None
    for origin in settings.CSRF_TRUSTED_ORIGINS:
        if origin.split("://")[-1].rsplit(":", 1)[0].lower() == domain:
            return Relying(domain, origin)
    if settings.HTTPS:
        return Relying(domain, f"https://{host}")
    return Relying(domain, f"http://{host}") if domain == "localhost" or domain.endswith(".localhost") else None


def way_to(request: HttpRequest) -> str:
    """Where on this machine the desk can be opened so that passkeys work; empty where somebody must see to it."""
    domain, _, port = request.get_host().rpartition(":")
    here = _is_address(domain) and ipaddress.ip_address(domain.strip("[]")).is_loopback
    return f"http://localhost:{port}/account" if here and "localhost" in settings.ALLOWED_HOSTS else ""


def challenge(request: HttpRequest, purpose: Purpose, typed: str = "") -> dict[str, Any]:
    """Think of a challenge, bind it to this session, and give what the browser is to ask; raises PasskeyRefusal."""
    asks = relying(request)
    if asks is None:
        raise PasskeyRefusal("address")
    options = _to_register(request, asks) if purpose == "register" else _to_show(request, asks, purpose, typed)
    kept = {"challenge": bytes_to_base64url(options.challenge), "at": int(time.time())}
    request.session[f"passkey:{purpose}"] = kept
    said: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return said


def register(request: HttpRequest, answer: str, name: str) -> Passkey:
    """Keep the public half of a new passkey for whoever is signed in; raises PasskeyRefusal."""
    account, asks = _account(request), relying(request)
    expected = _taken(request, "register")
    if asks is None or len(answer) > ANSWER_CHARS_MAX:
        raise PasskeyRefusal("answer")
    try:
        made = webauthn.verify_registration_response(
            credential=answer, expected_challenge=expected, expected_rp_id=asks.domain, expected_origin=asks.origin,
            require_user_verification=True,
        )  # fmt: skip
    except WebAuthnException as error:
        raise PasskeyRefusal("answer") from error
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=account.pk)
        if account.passkeys.count() >= PASSKEYS_MAX:
            raise PasskeyRefusal("too_many")
        if Passkey.objects.filter(credential=made.credential_id).exists():
            raise PasskeyRefusal("known")
        return Passkey.objects.create(
            account=account, name=_named(name), domain=asks.domain, credential=made.credential_id,
            public_key=made.credential_public_key, sign_count=made.sign_count,
        )  # fmt: skip


def shown(request: HttpRequest, purpose: Purpose, answer: str) -> Account:
    """Find whose passkey answered this session's challenge; raises PasskeyRefusal."""
    asks, expected = relying(request), _taken(request, purpose)
    if asks is None or len(answer) > ANSWER_CHARS_MAX:
        raise PasskeyRefusal("answer")
    with transaction.atomic():
        key = _claimed(answer)
        try:
            seen = webauthn.verify_authentication_response(
                credential=answer, expected_challenge=expected, expected_rp_id=asks.domain,
                expected_origin=asks.origin, credential_public_key=bytes(key.public_key),
                credential_current_sign_count=key.sign_count, require_user_verification=True,
            )  # fmt: skip
        except WebAuthnException as error:
            raise PasskeyRefusal("answer") from error
        key.sign_count, key.used_at = seen.new_sign_count, timezone.now()
        key.save(update_fields=["sign_count", "used_at"])
    return key.account


def remove(account: Account, number: int, *, last: bool = False) -> None:
    """Forget a passkey; the last one only where `last` says that an administrator does it. Raises PasskeyRefusal."""
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=account.pk)
        if not last and account.passkeys.count() < 2:
            raise PasskeyRefusal("last")
        gone, _ = account.passkeys.filter(pk=number).delete()
    if not gone:
        raise PasskeyRefusal("unknown")


def _to_register(request: HttpRequest, asks: Relying) -> Any:  # noqa: ANN401  the library's own struct
    account = _account(request)
    return webauthn.generate_registration_options(
        rp_id=asks.domain,
        rp_name="Beket",
        user_name=account.login,
        user_id=account.pk.to_bytes(8, "big"),
        user_display_name=account.name or account.login,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=each) for each in _credentials(account, asks)],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
    )


def _to_show(request: HttpRequest, asks: Relying, purpose: Purpose, typed: str) -> Any:  # noqa: ANN401
    """Ask who is known already for their own keys, after a typed name for its keys, else for any there is."""
    if purpose == "prove":
        allowed = _credentials(_account(request), asks)
    else:
        allowed = _credentials_of_name(typed.strip(), asks) if typed.strip() else []
    return webauthn.generate_authentication_options(
        rp_id=asks.domain,
        allow_credentials=[PublicKeyCredentialDescriptor(id=each) for each in allowed],
        user_verification=UserVerificationRequirement.REQUIRED,
    )


def _credentials(account: Account, asks: Relying) -> list[bytes]:
    return [bytes(each) for each in account.passkeys.filter(domain=asks.domain).values_list("credential", flat=True)]


def _credentials_of_name(login: str, asks: Relying) -> list[bytes]:
    """The keys of a typed name; of one that has none a key that nobody has, so that names cannot be tried out."""
    account = Account.objects.filter(login__iexact=login, is_active=True).first()
    decoy = hmac.digest(settings.SECRET_KEY.encode(), login.lower().encode(), hashlib.sha256)
    return (_credentials(account, asks) if account is not None else []) or [decoy]


def _claimed(answer: str) -> Passkey:
    """The passkey that an answer says it is of, held until it is judged."""
    try:
        credential = base64url_to_bytes(json.loads(answer)["id"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PasskeyRefusal("answer") from error
    key = Passkey.objects.select_for_update().select_related("account").filter(credential=credential).first()
    if key is None or not key.account.is_active:
        raise PasskeyRefusal("unknown")
    return key


def _taken(request: HttpRequest, purpose: Purpose) -> bytes:
    """Take this session's challenge out, whatever becomes of the answer."""
    kept = request.session.pop(f"passkey:{purpose}", None)
    if kept is None or time.time() - kept["at"] > CHALLENGE_S_MAX:
        raise PasskeyRefusal("challenge")
    return base64url_to_bytes(kept["challenge"])


def _account(request: HttpRequest) -> Account:
    if not isinstance(request.user, Account):
        raise PasskeyRefusal("nobody")
    return request.user


def _named(name: str) -> str:
    said = "".join(sign for sign in name.strip() if sign.isprintable())[:NAME_LENGTH_MAX]
    return said or f"{timezone.now():%Y-%m-%d}"


def _is_address(domain: str) -> bool:
    try:
        ipaddress.ip_address(domain.strip("[]"))
    except ValueError:
        return False
    return True
