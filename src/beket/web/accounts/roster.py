"""What the command line does to accounts: add, list, grant, revoke, disable, set a password."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Final

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from msgspec import Struct

from beket.web.accounts.models import Account, Duty
from beket.web.accounts.sittings import end
from beket.words.roles import AGENCIES, MAY, PARTNERS, SCOPED, SYSTEMS, Role

LOGIN_LENGTH_MAX: Final = 64
DEMO_PLACE: Final = "KG-TOR-A"
"""The post whose inspector the demonstration shows."""

DEMO_LOGINS: Final[Mapping[str, Role]] = {
    "duty": "duty_officer",
    "inspector": "inspector",
    "engineer": "device_engineer",
    "admin": "administrator",
    "auditor": "auditor",
}
"""Who signs in to a demonstration: each costs a slow hash at the start; accounts of other roles are made by hand."""


class RosterRefusal(Exception):
    """What was asked of an account is not acceptable; the words say why."""


class Listed(Struct, frozen=True):
    """One line of the roster."""

    login: str
    name: str
    active: bool
    duties: tuple[tuple[str, str], ...]


class DemoAccount(Struct, frozen=True):
    """A demonstration account with the password that is printed once."""

    login: str
    password: str
    role: Role
    place: str
    hashed: str


def add(login: str, password: str, *, name: str = "") -> None:
    """Create an account without duties: it can sign in and see nothing."""
    login = login.strip()
    if not login or len(login) > LOGIN_LENGTH_MAX or not login.isprintable() or " " in login:
        raise RosterRefusal(f"a login has 1 to {LOGIN_LENGTH_MAX} signs without spaces, got {login!r}")
    if Account.objects.filter(login__iexact=login).exists():
        raise RosterRefusal(f"there is an account {login!r} already")
    account = Account(login=login, name=name)
    _set_password(account, password)
    account.save()


def roster() -> list[Listed]:
    """Everyone, with duties as (role, place or "" for the country)."""
    rows = Account.objects.prefetch_related("duties").order_by("login")
    return [
        Listed(row.login, row.name, row.is_active, tuple((duty.role, duty.place) for duty in row.duties.all()))
        for row in rows
    ]


class Asked(Struct, frozen=True, kw_only=True):
    """A duty as it is asked for: in which role and where, for whom, and from when to when."""

    role: str
    place: str = ""
    agency: str = "customs"
    from_at: datetime | None = None
    until_at: datetime | None = None


def grant(login: str, role: str, place: str = "", agency: str = "") -> None:
    """Give a role, without an end; roles of a post need the place, roles of the centre take none."""
    give(login, Asked(role=role, place=place, agency=agency or "customs"))


def give(login: str, asked: Asked) -> None:
    """Give a duty, or hold one that is held already for another agency or time."""
    look_at(asked)
    account = find(login)
    others = account.duties.filter(role=asked.role).exclude(agency=asked.agency)
    if asked.role in SYSTEMS and others.exists():
        raise RosterRefusal("a system answers for one agency; make an account for each")
    held = {"agency": asked.agency, "from_at": asked.from_at, "until_at": asked.until_at}
    Duty.objects.update_or_create(account=account, role=asked.role, place=asked.place, defaults=held)


def look_at(asked: Asked) -> None:
    """See that there can be such a duty; raises RosterRefusal."""
    role, place = asked.role, asked.place
    if role not in MAY:
        raise RosterRefusal(f"there is no role {role!r}; known: {', '.join(MAY)}")
    scoped = role in SCOPED
    if scoped and not place:
        raise RosterRefusal(f"{role} is granted for a named place")
    if place and not scoped:
        raise RosterRefusal(f"{role} is granted for the whole country")
    if asked.agency not in AGENCIES:
        raise RosterRefusal(f"there is no agency {asked.agency!r}; known: {', '.join(AGENCIES)}")
    if role in PARTNERS and asked.agency == "customs":
        raise RosterRefusal(f"{role} is granted for an agency other than customs: name it")
    if asked.from_at is not None and asked.until_at is not None and asked.until_at <= asked.from_at:
        raise RosterRefusal("a duty ends after it begins")


def revoke(login: str, role: str, place: str = "") -> None:
    """Take a role away."""
    gone, _ = Duty.objects.filter(account=find(login), role=role, place=place).delete()
    if not gone:
        raise RosterRefusal(f"{login} does not hold {role} {place}".rstrip())


def disable(login: str) -> None:
    """Shut an account and end its sessions; its name stays for the log."""
    account = find(login)
    account.is_active = False
    account.save(update_fields=["is_active"])
    end(account.sittings.all())


def set_password(login: str, password: str) -> None:
    """Set a new password and end all sessions of the account."""
    account = find(login)
    _set_password(account, password)
    account.save(update_fields=["password"])
    end(account.sittings.all())


def demo_accounts() -> list[DemoAccount]:
    """Think of an account for each role, each with a fresh password. Hashing is slow on purpose; it needs no engine."""
    with ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="hash") as pool:
        return list(pool.map(_demo_account, DEMO_LOGINS, DEMO_LOGINS.values()))


@transaction.atomic
def keep_demo_accounts(accounts: Sequence[DemoAccount]) -> None:
    """Make the accounts of a demonstration, or give those that are there the new passwords; nobody else calls this."""
    for demo in accounts:
        account, _ = Account.objects.update_or_create(
            login=demo.login,
            defaults={"password": demo.hashed, "is_active": True},
            create_defaults={"password": demo.hashed, "name": f"Demo {demo.login}"},
        )
        Duty.objects.get_or_create(account=account, role=demo.role, place=demo.place)


def _demo_account(login: str, role: Role) -> DemoAccount:
    password = f"{login}-{secrets.token_hex(5)}"
    place = DEMO_PLACE if role == "inspector" else ""
    return DemoAccount(login, password, role, place, make_password(password))


def find(login: str) -> Account:
    """Find an account by its login, however it is typed; raises RosterRefusal."""
    account = Account.objects.filter(login__iexact=login).first()
    if account is None:
        raise RosterRefusal(f"there is no account {login!r}")
    return account


def _set_password(account: Account, password: str) -> None:
    try:
        validate_password(password, account)
    except ValidationError as refused:
        raise RosterRefusal(" ".join(refused.messages)) from refused
    account.set_password(password)
