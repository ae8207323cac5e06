"""Commands about the log: verify, heads, export, and the law of replay."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from beket.cli.commands import where_kept
from beket.settings import Settings

if TYPE_CHECKING:
    from beket.cli.commands import Commands


def add(commands: Commands) -> None:
    """Add this group's commands to the parser."""
    log = commands.add_parser("log", help="the durable log")
    verbs = log.add_subparsers(required=True, metavar="VERB")

    verify = verbs.add_parser("verify", parents=[where_kept()], help="re-derive chains; exit 1 at a fault")
    verify.add_argument("--place", help="only this checkpoint's chain")
    verify.add_argument("--pictures", action="store_true", help="hash every kept picture too")
    verify.add_argument(
        "--heads",
        type=Path,
        metavar="FILE",
        help="what `log heads` said earlier: each chain must still pass through it",
    )
    verify.set_defaults(verb="verify")

    verbs.add_parser("heads", parents=[where_kept()], help="how far each chain reaches").set_defaults(verb="heads")

    export = verbs.add_parser("export", parents=[where_kept()], help="a portable copy that verifies without Beket")
    export.add_argument("folder", type=Path, help="a folder that does not exist yet")
    export.add_argument("--place", help="only this checkpoint's chain")
    export.add_argument("--evidence", action="store_true", help="with the kept pictures")
    export.set_defaults(verb="export")

    show = verbs.add_parser("show", parents=[where_kept()], help="one entry and its bytes")
    show.add_argument("place")
    show.add_argument("ref", help="seq.index, e.g. 90412.0")
    show.set_defaults(verb="show")
    log.set_defaults(command=_log)

    replay = commands.add_parser("replay", parents=[where_kept()], help="the law of replay")
    replay.add_argument("--check", action="store_true", required=True, help="re-derive all facts and compare")
    replay.set_defaults(command=_replay)


def _log(settings: Settings, given: argparse.Namespace) -> int:
    from beket.app.logs import handle

    return handle(settings, given)


def _replay(settings: Settings, _given: argparse.Namespace) -> int:
    from beket.app.logs import check_replay

    return check_replay(settings)
