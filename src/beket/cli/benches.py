"""The command that measures: bench NAME prints a figure, the limit measured in the same run, and their ratio."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from beket.settings import Settings

FOLDER = Path(__file__).resolve().parents[3] / "bench"

if TYPE_CHECKING:
    from beket.cli.commands import Commands


def add(commands: Commands) -> None:
    """Add this group's commands to the parser."""
    bench = commands.add_parser("bench", help="measure: figure, limit of the same run, ratio, environment")
    bench.add_argument("name", help="one of: " + ", ".join(names()) if names() else "a script of the folder bench/")
    bench.add_argument("rest", nargs=argparse.REMAINDER, help="passed on to the measurement")
    bench.set_defaults(command=_bench)


def names() -> list[str]:
    """Name the measurements of this checkout."""
    return sorted(file.stem for file in FOLDER.glob("[a-z]*.py"))


def _bench(_settings: Settings, given: argparse.Namespace) -> int:
    if given.name not in names():
        known = ", ".join(names()) or "none: benchmarks come with the source checkout, in bench/"
        sys.stderr.write(f"beket: there is no measurement {given.name!r}; there are {known}\n")
        return 2
    return subprocess.run([sys.executable, FOLDER / f"{given.name}.py", *given.rest], check=False).returncode  # noqa: S603
