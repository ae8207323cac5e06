"""Commands about the log: verify, heads, export, and the law of replay."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from beket.settings import Settings

if TYPE_CHECKING:
    from beket.cli.commands import Commands


def add(commands: Commands) -> None:
    """Add this group's commands to the parser."""
    log = commands.add_parser("log", help="the durable log")
    log.add_argument("--data", dest="data_dir", metavar="DIR", help="data directory, of a running Beket or not")
    log.add_argument("--dsn", help="PostgreSQL that holds the log")
    verbs = log.add_subparsers(required=True, metavar="VERB")

    verify = verbs.add_parser("verify", help="re-derive every chain; exit 1 and name the first bad entry if any")
    verify.add_argument("--place", help="only this checkpoint's chain")
    verify.add_argument("--pictures", action="store_true", help="hash every kept picture too")
    verify.set_defaults(verb="verify")

    verbs.add_parser("heads", help="how far each chain reaches").set_defaults(verb="heads")

    export = verbs.add_parser("export", help="write a portable copy that verifies with no Beket running")
    export.add_argument("folder", type=Path, help="a folder that does not exist yet")
    export.add_argument("--place", help="only this checkpoint's chain")
    export.add_argument("--evidence", action="store_true", help="with the kept pictures")
    export.set_defaults(verb="export")

    show = verbs.add_parser("show", help="one entry: what was said, and the bytes it came in")
    show.add_argument("place")
    show.add_argument("ref", help="seq.index, e.g. 90412.0")
    show.set_defaults(verb="show")
    log.set_defaults(command=_log)

    replay = commands.add_parser("replay", help="the law of replay")
    replay.add_argument("--check", action="store_true", required=True, help="re-derive all facts and compare")
    replay.add_argument("--data", dest="data_dir", metavar="DIR", help="data directory, of a running Beket or not")
    replay.add_argument("--dsn", help="PostgreSQL that holds the log")
    replay.set_defaults(command=_replay)


def _log(settings: Settings, given: argparse.Namespace) -> int:
    from beket.app.logs import handle

    return handle(settings, given)


def _replay(settings: Settings, _given: argparse.Namespace) -> int:
    from beket.app.logs import check_replay

    return check_replay(settings)
