"""What the account command does: the desk's own roster, reached from the command line."""

from __future__ import annotations

import argparse
import getpass
import sys

from beket.app.desk import prepared_desk
from beket.app.engine import EngineTrouble, opened_engine
from beket.settings import Settings


def handle(settings: Settings, given: argparse.Namespace) -> int:
    """Do one verb of `beket account`; exit status 2 when it is refused, with the reason."""
    try:
        with opened_engine(settings) as engine:
            prepared_desk(settings, engine.dsn)
            return _do(given)
    except EngineTrouble as error:
        sys.stderr.write(f"beket: {error}\n")
        return 1


def _do(given: argparse.Namespace) -> int:
    from beket.web.accounts.roster import RosterRefusal

    try:
        if given.verb in ("token", "tokens") or getattr(given, "token", None) is not None:
            _do_with_tokens(given)
        else:
            _do_with_accounts(given)
    except RosterRefusal as refusal:
        sys.stderr.write(f"beket: {refusal}\n")
        return 2
    return 0


def _do_with_accounts(given: argparse.Namespace) -> None:
    from beket.web.accounts import deeds, roster

    match given.verb:
        case "list":
            for account in roster.roster():
                duties = ", ".join(f"{role} at {place or 'every post'}" for role, place in account.duties)
                sys.stdout.write(f"{account.login}\t{'' if account.active else '(disabled) '}{duties}\n")
        case "add":
            roster.add(given.name, _password())
            deeds.by_hand("make", given.name)
        case "password":
            roster.set_password(given.name, _password())
        case "disable":
            roster.disable(given.name)
            deeds.by_hand("lock", given.name)
        case "forget-passkeys":
            deeds.forget_passkeys(deeds.Hand(deeds.BY_HAND), roster.find(given.name), "lost")
        case "grant":
            roster.grant(given.name, given.role, given.place or "", given.agency)
            asked = roster.Asked(role=given.role, place=given.place or "", agency=given.agency)
            deeds.by_hand("grant", given.name, asked)
        case "revoke" if given.role is None:
            raise roster.RosterRefusal("name the role to take back, or a token with --token")
        case "revoke":
            roster.revoke(given.name, given.role, given.place or "")
            deeds.by_hand("take", given.name, roster.Asked(role=given.role, place=given.place or ""))


def _do_with_tokens(given: argparse.Namespace) -> None:
    from beket.web.accounts import roster, tokens

    match given.verb:
        case "token":
            sys.stdout.write(tokens.issue(given.name, given.token) + "\n")
        case "tokens":
            for token in tokens.tokens():
                used = f"used {token.used_at:%Y-%m-%d}" if token.used_at else "never used"
                state = f"revoked {token.revoked_at:%Y-%m-%d}" if token.revoked_at else used
                sys.stdout.write(f"{token.login}\t{token.name}\tmade {token.created_at:%Y-%m-%d}\t{state}\n")
        case "revoke" if given.role is not None or given.place is not None:
            raise roster.RosterRefusal("take back a role or a token, not both at once")
        case "revoke":
            tokens.revoke(given.name, given.token)


def _password() -> str:
    """Ask twice at a terminal; else take the first line of standard input, for scripts."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    while True:
        first = getpass.getpass("New password: ")
        if first == getpass.getpass("The same again: "):
            return first
        sys.stderr.write("They differ; once more.\n")
