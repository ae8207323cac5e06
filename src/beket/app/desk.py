"""Makes the desk's part of a node ready: its key, its tables, and in a demonstration its accounts."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import Struct

from beket.app.figures import found, leave
from beket.app.folders import evidence_folder, papers_folder, photos_folder
from beket.settings import Settings, environment_of

if TYPE_CHECKING:
    from beket.web.accounts.roster import DemoAccount

_LOGINS: Final = "logins"

CARRIER_KEY: Final = "BEKET_CARRIER_TOKEN"
"""The environment's name for the token that the rehearsal's papers are brought with; it is printed nowhere."""

CARRIER: Final = "carrier"
"""The account of whoever brings papers in a demonstration."""


class DemoLogin(Struct, frozen=True):
    """A demonstration account, as it is printed."""

    login: str
    password: str
    what: str


def key_file(settings: Settings) -> Path:
    """Give the file with the desk's signing key; it is made once and only its owner may read it."""
    path = Path(settings.data_dir).absolute() / "desk.key"
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
        fresh.replace(path)
    return path


def desk_environment(settings: Settings, dsn: str) -> dict[str, str]:
    """Give what the desk reads from its environment."""
    return {
        **environment_of(settings),
        "BEKET_DSN": dsn,
        "BEKET_SECRET_KEY_FILE": str(key_file(settings)),
        "BEKET_EVIDENCE_DIR": str(evidence_folder(settings)),
        "BEKET_PAPERS_DIR": str(papers_folder(settings)),
        "BEKET_PHOTOS_DIR": str(photos_folder(settings)),
    }


def warmed_desk(settings: Settings, dsn: str) -> None:
    """Set Django up in this process; nobody is asked for anything yet, so the engine need not stand."""
    os.environ.update(desk_environment(settings, dsn))
    from beket.web.prepare import open_desk

    open_desk(dsn)


def prepared_desk(settings: Settings, dsn: str) -> None:
    """Set Django up in this process and bring the desk's tables to this version."""
    warmed_desk(settings, dsn)
    from beket.web.prepare import prepare

    prepare(dsn)


def demo_logins(settings: Settings) -> list[DemoAccount]:
    """Think of the demonstration's accounts, once for each start of the house; none where they are there already."""
    from beket.web.accounts.roster import demo_accounts

    return demo_accounts() if found(settings, _LOGINS) is None else []


def leave_logins(settings: Settings, accounts: Sequence[DemoAccount]) -> None:
    """Make the accounts that were thought of, and leave them for the parent to print."""
    from beket.web.accounts.roster import keep_demo_accounts

    if accounts:
        keep_demo_accounts(accounts)
        leave(settings, _LOGINS, [msgspec.to_builtins(_as_printed(account)) for account in accounts])


def carrier_token() -> str:
    """Think of the token of the demonstration's carrier, anew at each start."""
    from beket.web.accounts.fresh import fresh_token

    return fresh_token()


def let_carrier_in() -> None:
    """Have the token be in force that the parent handed down, if it did."""
    from beket.web.accounts.tokens import keep_demo_token

    token = os.environ.get(CARRIER_KEY)
    if token:
        keep_demo_token(CARRIER, "document_sender", token)


def found_logins(settings: Settings) -> list[DemoLogin]:
    """Give the accounts that the desk made; none where there is no demonstration."""
    return msgspec.convert(found(settings, _LOGINS) or [], list[DemoLogin])


def _as_printed(account: DemoAccount) -> DemoLogin:
    what = f"{account.role.replace('_', ' ')}, {account.place or 'every post'}"
    return DemoLogin(account.login, account.password, what)
