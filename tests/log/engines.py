"""Engines to test on: the carried one, and Debian's oldest supported one where it is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Final

import pytest

from beket.log.connect import open_connection
from beket.log.migrate import migrate

DEBIAN_15: Final = Path(os.environ.get("BEKET_TEST_POSTGRES_15", "/usr/lib/postgresql/15/bin"))
"""Where the programs of PostgreSQL 15 lie; the variable names another folder."""

UNSYNCED: Final = {"fsync": "off"}
"""For an engine under which processes are killed but never the machine: waiting for its disk would prove nothing."""

NO_DEBIAN_15: Final = f"no PostgreSQL 15 in {DEBIAN_15}: install postgresql-15 or name its bin folder"

AS_ROOT: Final = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk or change users")

_numbers: Final = count(1)


@contextmanager
def short_dir() -> Iterator[Path]:
    """A temporary folder whose name leaves room for a socket's, and which others may enter."""
    folder = Path(tempfile.mkdtemp(prefix="beket-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def database(server_dsn: str) -> Iterator[str]:
    """A new database with the log's tables, dropped at the end."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    with open_connection(server_dsn) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    dsn = server_dsn.replace("dbname=beket", f"dbname={name}")
    migrate(dsn)
    try:
        yield dsn
    finally:
        with open_connection(server_dsn) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def small_disk(folder: Path, mib: int) -> Iterator[Path]:
    """A disk of its own that can be filled; skips where none can be mounted."""
    mount = folder / "disk"
    mount.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={mib}m", "beket-test", str(mount)]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"a small disk cannot be mounted here: {done.stderr.decode().strip()}")
    try:
        yield mount
    finally:
        subprocess.run(["umount", "-l", str(mount)], check=True)


def wait_until(true: Callable[[], bool], seconds: float = 10) -> bool:
    """Whether something becomes true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.02)
    return False
