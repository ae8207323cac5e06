"""Tokens of programs: issued once and shown once, found by their digest, revoked by name."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Final

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone
from msgspec import Struct

from beket.web.accounts.fresh import PREFIX, fresh_token
from beket.web.accounts.models import Account, Duty, Token
from beket.web.accounts.roster import RosterRefusal, find
from beket.words.roles import Role

TOKENS_MAX: Final = 20
"""Most tokens of one account that are not revoked."""

NAME_LENGTH_MAX: Final = 64

DEMO_NAME: Final = "demonstration"
"""What the token of a demonstration is called."""

USED_EVERY: Final = timedelta(hours=1)
"""How often use is written down: more often would be a database write for each request."""


class Bearer(Struct, frozen=True, kw_only=True):
    """Who shows a token that is in force."""

    token: int
    account: int
    login: str


class Listed(Struct, frozen=True, kw_only=True):
    """One line of the list of tokens."""

    login: str
    name: str
    created_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


def issue(login: str, name: str) -> str:
    """Make a token for an account and give it, this once; raises RosterRefusal."""
    account, name = find(login), name.strip()
    if not name or len(name) > NAME_LENGTH_MAX or not name.isprintable():
        raise RosterRefusal(f"a token's name has 1 to {NAME_LENGTH_MAX} signs, got {name!r}")
    if Token.objects.filter(account=account, name=name).exists():
        raise RosterRefusal(f"{account.login} has or had a token {name!r}; choose another name")
    if Token.objects.filter(account=account, revoked_at=None).count() >= TOKENS_MAX:
        raise RosterRefusal(f"{account.login} has {TOKENS_MAX} tokens; revoke one")
    token = fresh_token()
    Token.objects.create(account=account, name=name, sha256=_digest(token))
    return token


@transaction.atomic
def keep_demo_token(login: str, role: Role, token: str) -> None:
    """Let a program of the demonstration in by a token that was thought of elsewhere; nobody else calls this."""
    account, _ = Account.objects.update_or_create(
        login=login,
        defaults={"is_active": True},
        create_defaults={"name": f"Demo {login}", "password": make_password(None)},
    )
    Duty.objects.get_or_create(account=account, role=role, place="")
    Token.objects.update_or_create(
        account=account, name=DEMO_NAME, defaults={"sha256": _digest(token), "revoked_at": None}
    )


def tokens() -> list[Listed]:
    """Every token there is or was, without what would let anybody use it."""
    rows = Token.objects.select_related("account").order_by("account__login", "name")
    return [
        Listed(
            login=row.account.login, name=row.name, created_at=row.created_at, used_at=row.used_at,
            revoked_at=row.revoked_at,
        )
        for row in rows
    ]  # fmt: skip


def revoke(login: str, name: str) -> None:
    """Put a token out of force; raises RosterRefusal."""
    changed = Token.objects.filter(account=find(login), name=name, revoked_at=None).update(revoked_at=timezone.now())
    if not changed:
        raise RosterRefusal(f"{login} has no token {name!r} in force")


def bearer_of(header: str | None) -> Bearer | None:
    """Find who shows a token in an Authorization header; None where it shows none that is in force."""
    scheme, _, token = (header or "").partition(" ")
    if scheme.lower() != "bearer" or not token.startswith(PREFIX):
        return None
    found = (
        Token.objects.filter(sha256=_digest(token.strip()), revoked_at=None, account__is_active=True)
        .select_related("account")
        .first()
    )
    if found is None:
        return None
    _note_use(found)
    return Bearer(token=found.pk, account=found.account.pk, login=found.account.login)


def _note_use(token: Token) -> None:
    now = timezone.now()
    if token.used_at is None or now - token.used_at > USED_EVERY:
        Token.objects.filter(pk=token.pk).update(used_at=now)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
