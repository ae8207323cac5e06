"""What a group of commands is added to."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    Commands: TypeAlias = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - it has no public name


def where_kept() -> argparse.ArgumentParser:
    """Give the options that say which Beket's data a command is about; a verb takes them as its parent."""
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument("--data", dest="data_dir", metavar="DIR", help="data directory, of a running Beket or not")
    options.add_argument("--dsn", help="PostgreSQL that holds the data")
    return options


def bytes_of(file: str, most: int) -> bytes:
    """Read a file, or standard input for "-", up to so many bytes; raises OSError."""
    if file == "-":
        return sys.stdin.buffer.read(most)
    with Path(file).open("rb") as opened:
        return opened.read(most)


def say(line: object) -> None:
    """Print one line of JSON."""
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
