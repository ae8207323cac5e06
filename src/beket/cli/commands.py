"""What a group of commands is added to."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    Commands: TypeAlias = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - it has no public name


def where_kept() -> argparse.ArgumentParser:
    """Give the options that say which Beket's data a command is about; a verb takes them as its parent."""
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument("--data", dest="data_dir", metavar="DIR", help="data directory, of a running Beket or not")
    options.add_argument("--dsn", help="PostgreSQL that holds the data")
    return options
