"""Identity from outside (OpenID Connect): somebody else says who this is; what they may is still ours to say."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import time
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlencode, urlsplit

import httpx
import msgspec
from django.conf import settings
from django.http import HttpRequest
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from msgspec import Struct

Purpose = Literal["sign_in", "bind"]

AWAY_S_MAX: Final = 5.0
"""Longest wait for one answer of the provider: somebody stands before the page, and the password works without it."""

ANSWER_BYTES_MAX: Final = 256 * 1024
"""Largest answer of the provider: a set of keys is some thousands of bytes."""

ATTEMPT_S_MAX: Final = 600
"""How long somebody may take at the provider's pages."""

LEEWAY_S: Final = 60
"""How far the provider's clock may be from ours."""

ALGORITHMS: Final = ["RS256", "ES256", "PS256", "EdDSA"]
"""Signatures by a key that the provider alone has; none that a shared secret, or nothing, could make."""


class ProviderRefusal(Exception):
    """Nobody was let in through the provider; the one word says why."""


class Provider(Struct, frozen=True):
    """What a provider says of itself (OpenID Connect Discovery 1.0)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class Identity(Struct, frozen=True):
    """Who the provider says this is."""

    issuer: str
    subject: str


class Attempt(Struct, frozen=True):
    """One way to the provider and back, kept in the session meanwhile."""

    state: str
    nonce: str
    verifier: str
    at: int
    purpose: Purpose
    next: str


class _Answer(Struct, frozen=True):
    """The part that counts of what a token endpoint answers."""

    id_token: str


def configured() -> bool:
    """Tell whether the settings name a provider; nobody is asked for that."""
    return bool(settings.OIDC_ISSUER and settings.OIDC_CLIENT)


def way_out(request: HttpRequest, purpose: Purpose, next_page: str) -> str:
    """Begin an attempt: where to send the browser. Raises ProviderRefusal."""
    provider = _discovered()
    attempt = Attempt(
        state=secrets.token_urlsafe(32), nonce=secrets.token_urlsafe(32), verifier=secrets.token_urlsafe(48),
        at=int(time.time()), purpose=purpose, next=next_page,
    )  # fmt: skip
    request.session["provider"] = msgspec.to_builtins(attempt)
    asked = {
        "response_type": "code",
        "client_id": settings.OIDC_CLIENT,
        "redirect_uri": _way_back(request),
        "scope": "openid",
        "state": attempt.state,
        "nonce": attempt.nonce,
        "prompt": "login",
        "code_challenge": _challenge(attempt.verifier),
        "code_challenge_method": "S256",
    }
    return f"{provider.authorization_endpoint}?{urlencode(asked)}"


def returned(request: HttpRequest) -> tuple[Attempt, Identity]:
    """End this session's attempt with who the provider says it is. Raises ProviderRefusal."""
    kept = request.session.pop("provider", None)
    if kept is None:
        raise ProviderRefusal("attempt")
    attempt = msgspec.convert(kept, Attempt)
    same = secrets.compare_digest(request.GET.get("state", "").encode(), attempt.state.encode())
    if not same or time.time() - attempt.at > ATTEMPT_S_MAX:
        raise ProviderRefusal("attempt")
    code = request.GET.get("code", "")
    if not code:
        raise ProviderRefusal("declined")
    provider = _discovered()
    asked = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": _way_back(request),
        "code_verifier": attempt.verifier,
    }
    answer = _asked(provider.token_endpoint, asked)
    try:
        token = msgspec.json.decode(answer, type=_Answer).id_token
        keys = KeySet.import_key_set(msgspec.json.decode(_asked(provider.jwks_uri)))
    except (msgspec.DecodeError, JoseError, ValueError, KeyError, TypeError) as error:
        raise ProviderRefusal("answer") from error
    return attempt, believed(token, keys, provider.issuer, attempt.nonce)


def believed(token: str, keys: KeySet, issuer: str, nonce: str) -> Identity:
    """Judge an ID token (OpenID Connect Core 1.0, 3.1.3.7). Raises ProviderRefusal."""
    client = settings.OIDC_CLIENT
    registry = jwt.JWTClaimsRegistry(
        leeway=LEEWAY_S,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": client},
        sub={"essential": True, "allow_blank": False},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    try:
        claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
        registry.validate(claims)
    except (JoseError, ValueError, TypeError) as error:
        raise ProviderRefusal("token") from error
    others = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if others else client) != client:
        raise ProviderRefusal("token")
    return Identity(issuer, str(claims["sub"]))


def _discovered() -> Provider:
    """What the provider says of itself today; it is asked at each attempt, which are few."""
    issuer = settings.OIDC_ISSUER
    try:
        said = msgspec.json.decode(_asked(issuer.rstrip("/") + "/.well-known/openid-configuration"), type=Provider)
    except msgspec.DecodeError as error:
        raise ProviderRefusal("answer") from error
    ours = (said.authorization_endpoint, said.token_endpoint, said.jwks_uri)
    if said.issuer != issuer or not all(map(_guarded, ours)):
        raise ProviderRefusal("answer")
    return said


def _asked(url: str, form: dict[str, str] | None = None) -> bytes:
    """Ask the provider; with a form as the client that we are to it."""
    if not _guarded(url):
        raise ProviderRefusal("answer")
    secret = _secret()
    named = {} if form is None or secret else {"client_id": settings.OIDC_CLIENT}
    auth = (settings.OIDC_CLIENT, secret) if form is not None and secret else None
    method, data = ("GET", None) if form is None else ("POST", {**form, **named})
    read = b""
    try:
        with httpx.stream(method, url, data=data, auth=auth, timeout=AWAY_S_MAX, follow_redirects=False) as answer:
            answer.raise_for_status()
            for piece in answer.iter_bytes():
                read += piece
                if len(read) > ANSWER_BYTES_MAX:
                    raise ProviderRefusal("answer")
    except httpx.HTTPStatusError as error:
        raise ProviderRefusal("answer") from error
    except httpx.HTTPError as error:
        raise ProviderRefusal("away") from error
    return read


def _secret() -> str:
    """What proves us to the provider: from a file, else from the environment; empty for a client without one."""
    if settings.OIDC_SECRET_FILE:
        return Path(settings.OIDC_SECRET_FILE).read_text("utf-8").strip()
    return os.environ.get(settings.OIDC_SECRET_ENV, "") if settings.OIDC_SECRET_ENV else ""


def _guarded(url: str) -> bool:
    """Tell whether nobody on the way can read along: HTTPS, or this machine itself."""
    parts: Any = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in {"localhost", "127.0.0.1", "::1"})


def _way_back(request: HttpRequest) -> str:
    return f"{'https' if settings.HTTPS else 'http'}://{request.get_host()}/sign-in/returned"


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
