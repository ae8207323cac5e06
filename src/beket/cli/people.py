"""Commands about accounts: account add, list, grant, revoke, disable, password, token, tokens."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, get_args

from beket.cli.commands import where_kept
from beket.settings import Settings
from beket.words.roles import AGENCIES, Role

if TYPE_CHECKING:
    from beket.cli.commands import Commands


def add(commands: Commands) -> None:
    """Add this group's commands to the parser."""
    account = commands.add_parser("account", help="accounts and roles")
    verbs = account.add_subparsers(required=True, metavar="VERB")
    verbs.add_parser("list", parents=[where_kept()], help="accounts with their roles").set_defaults(verb="list")
    for verb, said in (
        ("add", "a new account; the password is asked for, or read from standard input"),
        ("password", "a new password; asked for, or read from standard input"),
        ("disable", "this account may not sign in any more"),
        ("forget-passkeys", "its passkeys are lost: forget them, and sign it out everywhere"),
    ):
        parser = verbs.add_parser(verb, parents=[where_kept()], help=said)
        parser.add_argument("name")
        parser.set_defaults(verb=verb)
    grant = verbs.add_parser("grant", parents=[where_kept()], help="give a role, for a place or the whole country")
    revoke = verbs.add_parser("revoke", parents=[where_kept()], help="take a role back, or a token")
    for parser, verb, number in ((grant, "grant", None), (revoke, "revoke", "?")):
        parser.add_argument("name")
        parser.add_argument("role", choices=get_args(Role), nargs=number)
        parser.add_argument("--place", help="only at this checkpoint")
        if verb == "grant":
            parser.add_argument("--agency", choices=AGENCIES, default="customs", help="whose officer this is")
        parser.set_defaults(verb=verb, token=None)
    revoke.add_argument("--token", metavar="NAME", help="the token of this name, instead of a role")
    token = verbs.add_parser("token", parents=[where_kept()], help="a new token for a program; it is printed this once")
    token.add_argument("name")
    token.add_argument("--name", dest="token", metavar="NAME", required=True, help="what to call it, e.g. the program")
    token.set_defaults(verb="token")
    verbs.add_parser("tokens", parents=[where_kept()], help="all tokens, by name").set_defaults(verb="tokens")
    account.set_defaults(command=_account)


def _account(settings: Settings, given: argparse.Namespace) -> int:
    from beket.app.accounts import handle

    return handle(settings, given)
