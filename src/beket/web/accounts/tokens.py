"""Tokens of programs: issued once and shown once, found by their digest, revoked by name."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Final, Literal

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone
from msgspec import Struct

from beket.web.accounts.fresh import PREFIX, fresh_token
from beket.web.accounts.keys import read_key
from beket.web.accounts.models import Account, Duty, Token
from beket.web.accounts.roster import RosterRefusal, find
from beket.words.procedures import CODE, STEPS_MAX
from beket.words.roles import SYSTEMS, Role

TOKENS_MAX: Final = 20
"""Most tokens of one account that are not revoked."""

NAME_LENGTH_MAX: Final = 64

SYSTEM_TERM_MAX: Final = timedelta(days=400)
"""Longest time that a system's token serves: two administrators look at it anew each year."""

DEMO_NAME: Final = "demonstration"
"""What the token of a demonstration is called."""

USED_EVERY: Final = timedelta(hours=1)
"""How often use is written down: more often would be a database write for each request."""


class Bearer(Struct, frozen=True, kw_only=True):
    """Who shows a token that is in force; a system's has a key, and may be for some steps only (none: all)."""

    token: int
    name: str
    account: int
    login: str
    key: str = ""
    key_sha256: str = ""
    steps: frozenset[str] = frozenset()


Fault = Literal["no_token", "token_expired", "token_withdrawn"]
"""Why a token that is shown opens nothing."""


class Given(Struct, frozen=True, kw_only=True):
    """What a system's token is for: its name, until when it serves, for which steps, and the public key (PEM)."""

    name: str
    until_at: datetime | None
    steps: str
    key: str


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
    _can_be(account, name)
    token = fresh_token()
    Token.objects.create(account=account, name=name, sha256=_digest(token))
    return token


def issue_to_system(login: str, given: Given) -> str:
    """Make the token of an agency's system and give it, this once; raises RosterRefusal."""
    account, given = find(login), look_at(login, given)
    token, key = fresh_token(), read_key(given.key)
    Token.objects.create(
        account=account, name=given.name, sha256=_digest(token), expires_at=given.until_at, steps=given.steps,
        key=key.pem, key_sha256=key.sha256,
    )  # fmt: skip
    return token


def look_at(login: str, given: Given) -> Given:
    """See that there can be such a token, and give it as it is kept; raises RosterRefusal."""
    account, name, steps = find(login), given.name.strip(), given.steps.split()
    _can_be(account, name)
    if not account.duties.filter(role__in=SYSTEMS).exists():
        raise RosterRefusal(f"{account.login} is no system of an agency: give it that duty first")
    now = timezone.now()
    if given.until_at is None or not now < given.until_at <= now + SYSTEM_TERM_MAX:
        raise RosterRefusal(f"a system's token ends, at most {SYSTEM_TERM_MAX.days} days from now")
    if len(steps) > STEPS_MAX or not all(map(CODE.fullmatch, steps)):
        raise RosterRefusal(f"steps are named by their codes, at most {STEPS_MAX}, with spaces between")
    return Given(name=name, until_at=given.until_at, steps=" ".join(steps), key=read_key(given.key).pem)


def _can_be(account: Account, name: str) -> None:
    if not name or len(name) > NAME_LENGTH_MAX or not name.isprintable():
        raise RosterRefusal(f"a token's name has 1 to {NAME_LENGTH_MAX} signs, got {name!r}")
    if Token.objects.filter(account=account, name=name).exists():
        raise RosterRefusal(f"{account.login} has or had a token {name!r}; choose another name")
    if Token.objects.filter(account=account, revoked_at=None).count() >= TOKENS_MAX:
        raise RosterRefusal(f"{account.login} has {TOKENS_MAX} tokens; revoke one")


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


def shown_by(header: str | None) -> Bearer | Fault:
    """Find who shows a token in an Authorization header, or say why it opens nothing."""
    scheme, _, token = (header or "").partition(" ")
    if scheme.lower() != "bearer" or not token.startswith(PREFIX):
        return "no_token"
    found = Token.objects.filter(sha256=_digest(token.strip())).select_related("account").first()
    if found is None:
        return "no_token"
    if found.revoked_at is not None or not found.account.is_active:
        return "token_withdrawn"
    if found.expires_at is not None and found.expires_at <= timezone.now():
        return "token_expired"
    _note_use(found)
    return Bearer(
        token=found.pk, name=found.name, account=found.account.pk, login=found.account.login, key=found.key,
        key_sha256=found.key_sha256, steps=frozenset(found.steps.split()),
    )  # fmt: skip


def _note_use(token: Token) -> None:
    now = timezone.now()
    if token.used_at is None or now - token.used_at > USED_EVERY:
        Token.objects.filter(pk=token.pk).update(used_at=now)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
