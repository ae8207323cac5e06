"""Commands about drivers and their messages: device list, decode, check."""

from __future__ import annotations

import argparse
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from beket.cli.commands import bytes_of, say
from beket.settings import Settings
from beket.words.ids import Instant

MESSAGE_BYTES_MAX = 64 * 1024 * 1024
"""Most bytes read from a file or standard input for one decode."""

if TYPE_CHECKING:
    from beket.cli.commands import Commands


def add(commands: Commands) -> None:
    """Add this group's commands to the parser."""
    device = commands.add_parser("device", help="drivers of devices")
    verbs = device.add_subparsers(required=True, metavar="VERB")

    listing = verbs.add_parser("list", help="drivers and their quality rung")
    listing.set_defaults(command=_list)

    decode = verbs.add_parser("decode", help="decode one message: JSON lines of readings, replies, identity, problems")
    decode.add_argument("driver")
    decode.add_argument("file", nargs="?", default="-", help="a file, or - for standard input")
    decode.add_argument("--encoding", choices=("hex", "text", "base64", "http"), default="hex")
    decode.add_argument("--now", help="what our clock says: ISO 8601 or milliseconds since 1970")
    decode.set_defaults(command=_decode)

    check = verbs.add_parser("check", help="run case files; one JSON line per case, exit 1 if any fails")
    check.add_argument("files", nargs="+", type=Path, metavar="FILE")
    check.add_argument("--now", help="what our clock says: ISO 8601 or milliseconds since 1970")
    check.set_defaults(command=_check)


def _list(_settings: Settings, _given: argparse.Namespace) -> int:
    from beket.devices.kit.cases import list_drivers
    from beket.devices.kit.registry import troubles

    for manifest in list_drivers():
        say(msgspec.to_builtins(manifest))
    for trouble in troubles():
        sys.stderr.write(f"beket: driver {trouble.name} cannot be used: {trouble.why}\n")
    return 1 if troubles() else 0


def _decode(_settings: Settings, given: argparse.Namespace) -> int:
    from beket.devices.kit.cases import InputRefused, decode_message

    try:
        for line in decode_message(
            given.driver, bytes_of(given.file, MESSAGE_BYTES_MAX), given.encoding, _now(given.now)
        ):
            say(line)
    except (OSError, ValueError, InputRefused) as error:
        sys.stderr.write(f"beket: {error}\n")
        return 2
    return 0


def _check(_settings: Settings, given: argparse.Namespace) -> int:
    from beket.devices.kit.cases import InputRefused, check_files

    failed = False
    try:
        for verdict in check_files(given.files, _now(given.now)):
            say(verdict)
            failed = failed or not verdict["ok"]
    except (OSError, ValueError, InputRefused) as error:
        sys.stderr.write(f"beket: {error}\n")
        return 2
    return 1 if failed else 0


def _now(given: str | None) -> Instant:
    """Read ISO 8601 or milliseconds since 1970; ValueError says what was wrong."""
    if given is None:
        return Instant(time.time_ns() // 1_000_000)
    if given.isascii() and given.isdigit():
        return Instant(int(given))
    moment = datetime.fromisoformat(given)
    if moment.tzinfo is None:
        raise ValueError(f"--now {given} names no time zone: write 2026-11-21T08:00:00Z")
    return Instant(round(moment.timestamp() * 1000))
