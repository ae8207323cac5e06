"""Commands about printed slips: say what one is worth, with no engine and no network, and hand out the key for that."""

from __future__ import annotations

import argparse
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec

from beket.cli.commands import bytes_of, say, where_kept
from beket.settings import Settings

if TYPE_CHECKING:
    from beket.cli.commands import Commands
    from beket.words.slips import Slip

REFUSED: Final = 1
"""Exit status of a slip that is not gone by."""

BAD_INPUT: Final = 2

TEXT_BYTES_MAX: Final = 8 * 1024
"""Most bytes that are read of a slip; the longest has one thousand."""


def add(commands: Commands) -> None:
    """Add this group's commands to the parser."""
    slip = commands.add_parser("slip", help="printed slips for a total outage: check one, hand out the key")
    verbs = slip.add_subparsers(required=True, metavar="VERB")

    verify = verbs.add_parser(
        "verify", parents=[where_kept()], help="what a slip says and what it is worth; exit 1 if it is not gone by"
    )
    verify.add_argument("text", help="the text of its code, or - for standard input")
    verify.set_defaults(command=_verify)

    keys = verbs.add_parser("keys", parents=[where_kept()], help="the keys that slips are checked with")
    keys.set_defaults(command=_keys)

    key = verbs.add_parser("key", parents=[where_kept()], help="the certificate by which neighbours check our slips")
    key.set_defaults(command=_key)


def _verify(settings: Settings, given: argparse.Namespace) -> int:
    from beket.app.slips import checked_slip
    from beket.words.ids import Instant

    text = bytes_of("-", TEXT_BYTES_MAX).decode(errors="replace") if given.text == "-" else given.text
    found = checked_slip(settings, text, Instant(int(time.time() * 1000)))
    line: dict[str, Any] = {"verdict": found.verdict, "signer": found.signer, "ours": found.ours, "key": found.key}
    say(line if found.slip is None else line | {"slip": _told(found.slip)})
    return 0 if found.verdict == "good" else REFUSED


def _keys(settings: Settings, _given: argparse.Namespace) -> int:
    from beket.app.folders import slip_keys_folder
    from beket.exchange.slips.keys import faults, known_keys

    folder = slip_keys_folder(settings)
    for one in known_keys(folder).values():
        say({"key": one.id.hex(), "name": one.name, "ours": one.ours})
    wrong = faults(folder)
    sys.stderr.writelines(f"beket: {folder}: {fault}\n" for fault in wrong)
    return REFUSED if wrong else 0


def _key(settings: Settings, _given: argparse.Namespace) -> int:
    from beket.app.slips import own_certificate
    from beket.exchange.slips.keys import KeyTrouble

    try:
        sys.stdout.write(own_certificate(settings).read_text("ascii"))
    except (KeyTrouble, OSError) as error:
        sys.stderr.write(f"beket: {error}\n")
        return BAD_INPUT
    return 0


def _told(slip: Slip) -> dict[str, Any]:
    """A slip as data, its moments as people read them."""
    told: dict[str, Any] = msgspec.to_builtins(slip)
    moments = {name: _moment(told[name]) for name in ("opened_at", "at", "until_at")}
    weighings = [one | {"at": _moment(one["at"])} for one in told.get("weighings", ())]
    return told | moments | {"weighings": weighings}


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat().replace("+00:00", "Z")
