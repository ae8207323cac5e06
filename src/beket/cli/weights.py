"""Commands about legal limits of mass and fees: the table that comes with the house, whether a site's own are sound."""

from __future__ import annotations

import argparse
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from beket.app.fees import fees_of
from beket.cli.commands import bytes_of, say
from beket.settings import Settings
from beket.words.limits import LIMITS_CHARS_MAX, Limits, Wrong, read_limits
from beket.words.moments import BISHKEK
from beket.words.shipped_limits import SHIPPED

if TYPE_CHECKING:
    from beket.cli.commands import Commands

REFUSED = 2
"""Exit status of a table that is not taken."""

BYTES_A_CHARACTER = 4
"""Most bytes that one character takes (UTF-8)."""


def add(commands: Commands) -> None:
    """Add this group's commands to the parser."""
    limits = commands.add_parser("limits", help="legal limits of mass: the table that is gone by, and one's own")
    verbs = limits.add_subparsers(required=True, metavar="VERB")

    check = verbs.add_parser("check", help="say whether a table can be gone by; one that is refused exits with 2")
    check.add_argument("file", help="a file (TOML), or - for standard input")
    check.set_defaults(command=_check)

    fees = verbs.add_parser("fees", help="the rows of a table of fees, one line of JSON each; one refused exits with 2")
    fees.add_argument("file", type=Path, help="a file (TOML), as they lie in the folder reference/fees")
    fees.set_defaults(command=_fees)

    show = verbs.add_parser("show", help="the rows of a table, one line of JSON each")
    show.add_argument("file", nargs="?", help="a file (TOML); the table that comes with the house when absent")
    show.add_argument("--on", type=_day, metavar="DAY", help="only what is law on this day, as 2026-11-01")
    show.add_argument("--text", action="store_true", help="as it is written, to begin a table of one's own with")
    show.set_defaults(command=_show)


def _day(said: str) -> str:
    return (datetime.now(BISHKEK).date() if said == "today" else date.fromisoformat(said)).isoformat()


def _check(_settings: Settings, given: argparse.Namespace) -> int:
    text = _text_of(given.file)
    if text is None:
        return REFUSED
    found = _read(text)
    if found is None:
        return REFUSED
    unconfirmed = [row.id for row in found.rows if not row.confirmed]
    say({"title": found.title, "rows": len(found.rows), "unconfirmed": unconfirmed})
    return 0


def _show(_settings: Settings, given: argparse.Namespace) -> int:
    text = SHIPPED if given.file is None else _text_of(given.file)
    if text is None:
        return REFUSED
    if given.text:
        sys.stdout.write(text)
        return 0
    found = _read(text)
    if found is None:
        return REFUSED
    for row in found.rows:
        if given.on is None or row.holds_on(given.on):
            say(msgspec.to_builtins(row) | {"confirmed": row.confirmed})
    return 0


def _fees(_settings: Settings, given: argparse.Namespace) -> int:
    found = fees_of(given.file)
    if isinstance(found, Wrong):
        say({"refused": found.reason, "where": found.where, "line": found.line})
        return REFUSED
    for row in found.fee:
        say(msgspec.to_builtins(row) | {"confirmed": row.confirmed})
    return 0


def _text_of(file: str) -> str | None:
    try:
        return bytes_of(file, BYTES_A_CHARACTER * LIMITS_CHARS_MAX + 1).decode()
    except OSError as error:
        sys.stderr.write(f"beket: {file}: {error.strerror or error}\n")
    except UnicodeDecodeError:
        sys.stderr.write(f"beket: {file}: not UTF-8\n")
    return None


def _read(text: str) -> Limits | None:
    found = read_limits(text)
    if isinstance(found, Wrong):
        say({"refused": found.reason, "where": found.where})
        return None
    return found
