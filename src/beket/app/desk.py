"""Makes the desk's part of a node ready: its key, its tables, and in a demonstration its accounts."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from beket.app.figures import found, leave
from beket.app.logs import evidence_folder
from beket.settings import Settings, environment_of

_LOGINS: Final = "logins"


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
    }


def prepared_desk(settings: Settings, dsn: str) -> None:
    """Set Django up in this process and bring the desk's tables to this version."""
    os.environ.update(desk_environment(settings, dsn))
    from beket.web.prepare import prepare

    prepare(dsn)


def leave_logins(settings: Settings) -> None:
    """Make the demonstration's accounts, once for each start of the house, and leave them for the parent to print."""
    if found(settings, _LOGINS) is None:
        leave(settings, _LOGINS, msgspec.to_builtins(_demo_logins()))


def found_logins(settings: Settings) -> list[DemoLogin]:
    """Give the accounts that the desk made; none where there is no demonstration."""
    return msgspec.convert(found(settings, _LOGINS) or [], list[DemoLogin])


def _demo_logins() -> list[DemoLogin]:
    from beket.web.accounts.roster import demo_accounts

    return [
        DemoLogin(account.login, account.password, f"{account.role.replace('_', ' ')}, {account.place or 'every post'}")
        for account in demo_accounts()
    ]
