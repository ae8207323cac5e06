"""The plug is pulled: only what had reached the disk is there afterwards, and every acknowledged entry is.

The engine and the pictures lie on a file system of their own in a file. At the cut everything stops and the file,
which holds exactly what was synced through to that disk (what only stood in memory is not in it), is copied and
mounted again, as in the engines' study. A disk that lies about syncing is beyond this test.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from beket.log.appender import Appender
from beket.log.connect import open_connection
from beket.log.evidence import Picture, Shelf
from beket.log.fsck import verify
from beket.log.migrate import migrate
from beket.log.postgres import PostgresBook
from beket.log.server import Server
from beket.words.ids import EntryRef
from tests.log.engines import AS_ROOT
from tests.log.entries import TORUGART, tick
from tests.log.test_evidence import picture

DISK_MIB = 320
SECONDS = 2.0
SENDERS = 8
PICTURES = 40


def call(*command: str | Path) -> None:
    done = subprocess.run(list(map(str, command)), capture_output=True, check=False, text=True)
    if done.returncode != 0:
        pytest.skip(f"{command[0]} cannot be used here: {done.stderr.strip()}")


@contextmanager
def mounted(image: Path, on: Path) -> Iterator[Path]:
    on.mkdir()
    call("mount", "-o", "loop", image, on)
    try:
        yield on
    finally:
        subprocess.run(["umount", "-l", str(on)], check=True)


def stop_all(pid: int) -> None:
    """Freeze the engine as it stands: parent first, so that nobody is told."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    for one in (pid, *map(int, children)):
        os.kill(one, signal.SIGSTOP)


def kill_all(pid: int) -> None:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    for one in (pid, *map(int, children)):
        os.kill(one, signal.SIGKILL)


@contextmanager
def disk_in_a_file(folder: Path) -> Iterator[tuple[Path, Path]]:
    """A mounted disk, and the file it really is."""
    image = folder / "disk.img"
    with image.open("wb") as file:
        file.truncate(DISK_MIB * 1024 * 1024)
    call("mkfs.ext4", "-q", "-F", image)
    with mounted(image, folder / "before") as disk:
        yield disk, image


@AS_ROOT
def test_acknowledged_entries_survive_a_power_cut(folder: Path) -> None:
    copy = folder / "after.img"
    with disk_in_a_file(folder) as (disk, image), Server(disk / "data") as server:
        migrate(server.dsn)
        acknowledged = asyncio.run(_append_until_cut(server, image, copy))
    assert len(acknowledged) > 20
    with mounted(copy, folder / "after") as disk, Server(disk / "data") as server:
        book = PostgresBook(server.dsn)
        for ref, number in acknowledged:
            assert book.entry(TORUGART, ref) == tick(number)
        book.close()
        with open_connection(server.dsn) as connection:
            assert verify(connection).bad is None


async def _append_until_cut(server: Server, image: Path, copy: Path) -> list[tuple[EntryRef, int]]:
    """Append until the cut; give what was acknowledged before it."""
    acknowledged: list[tuple[EntryRef, int]] = []

    async def send(appender: Appender, sender: int) -> None:
        for number in range(sender * 1_000_000, (sender + 1) * 1_000_000):
            appended = await appender.append(TORUGART, [tick(number)])
            acknowledged.append((appended.refs[0], number))

    async with Appender(server.dsn, patience_s=0.0) as appender:
        senders = [asyncio.create_task(send(appender, sender)) for sender in range(SENDERS)]
        await asyncio.sleep(SECONDS)
        assert server.pid is not None
        stop_all(server.pid)
        before = list(acknowledged)
        shutil.copyfile(image, copy)
        for task in senders:
            task.cancel()
        kill_all(server.pid)
        await asyncio.gather(*senders, return_exceptions=True)
    return before


@AS_ROOT
@pytest.mark.parametrize("together", [1, 8])
def test_kept_pictures_survive_a_power_cut(folder: Path, together: int) -> None:
    copy = folder / "after.img"
    kept: list[Picture] = []
    with disk_in_a_file(folder) as (disk, image):
        shelf = Shelf(disk / "evidence")
        for number in range(PICTURES):
            shots = [picture(f"{number} {shot}", 20_000) for shot in range(together)]
            assert shelf.keep(shots) == [None] * together
            kept += shots
        shutil.copyfile(image, copy)
    with mounted(copy, folder / "after") as disk:
        shelf = Shelf(disk / "evidence")
        assert [shelf.read(shot.sha256) for shot in kept] == [shot.blob for shot in kept]
        assert shelf.use.pictures == len(kept)
