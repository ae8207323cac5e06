"""Finds the files that are our own writing, so that every test of the sources reads the same ones."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
PACKAGE: Final = ROOT / "src" / "beket"

WRITTEN: Final = {".py", ".html", ".css", ".ts", ".js", ".mjs", ".sql", ".sh", ".md", ".toml"}
"""Kinds of files that a person writes and reads."""

NOT_OURS: Final = ("src/beket/web/static/vendor/", "src/beket/web/static/islands/", "tests/web/vendor/")
"""Copies and build products; islands/build.mjs answers for them."""


@cache
def tracked() -> tuple[Path, ...]:
    """Give every file of the working tree that Git keeps or would keep."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout.decode().split("\0")
    return tuple(path for name in names if name and (path := ROOT / name).is_file())


def relative(path: Path) -> str:
    """Name a file as a reader of the repository does."""
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name


def own() -> list[Path]:
    """Give the files that are neither copies nor build products."""
    return [path for path in tracked() if not relative(path).startswith(NOT_OURS)]


def own_text() -> list[Path]:
    """Give the files of our own that people read as code or prose."""
    return [path for path in own() if path.suffix in WRITTEN]


def own_python(below: Path = ROOT) -> list[Path]:
    """Give our own Python below a folder."""
    return [path for path in own() if path.suffix == ".py" and path.is_relative_to(below)]
