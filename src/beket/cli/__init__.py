"""The commands of the house: a stable vocabulary that tests and operators rely on."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from beket import __version__
from beket.app.folders import drivers_folder, look_for_drivers
from beket.cli import benches, devices, documents, logs, nodes, people, slips, weights
from beket.settings import Settings, SettingsTrouble, load

_GROUPS = (nodes, devices, documents, logs, people, benches, weights, slips)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0 when it did what was asked, 1 when it found a fault, 2 for bad input."""
    given = _parser().parse_args(arguments)
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.DEBUG if given.verbose else logging.INFO,
        format=f"%(asctime)s {_part(given)} %(levelname)s %(name)s: %(message)s",
    )
    logging.getLogger("httpx").setLevel(logging.WARNING)
    # Its warnings tell of a lost connection once more, in the driver's words; ours have told it already.
    logging.getLogger("psycopg").setLevel(logging.ERROR)
    try:
        settings = _settings(given)
        look_for_drivers(drivers_folder(settings))
        status: int = given.command(settings, given)
    except SettingsTrouble as error:
        sys.stderr.write(f"beket: {error}\n")
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of our output went away; say nothing more, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="beket", description="A customs situation centre: no state without proof.")
    parser.add_argument("--version", action="version", version=f"beket {__version__}")
    parser.add_argument("--verbose", action="store_true", help="say more on standard error")
    parser.add_argument("--settings-file", type=Path, help="a TOML file of settings")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for group in _GROUPS:
        group.add(commands)
    return parser


def _part(given: argparse.Namespace) -> str:
    return str(getattr(given, "part", None) or "beket")


def _settings(given: argparse.Namespace) -> Settings:
    flags = {name: getattr(given, name, None) for name in Settings.__struct_fields__}
    if flags.get("data_dir") is not None:
        flags["data_dir"] = str(flags["data_dir"])
    settings, sourced = load(flags, os.environ, given.settings_file)
    given.sourced = sourced
    return settings
