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
from beket.log.book import Appended
from beket.log.connect import open_connection
from beket.log.evidence import Intake, Picture, Shelf
from beket.log.fsck import verify, verify_pictures
from beket.log.migrate import migrate
from beket.log.postgres import PostgresBook
from beket.log.server import Server
from beket.words.wire import Entry
from tests.log.engines import AS_ROOT
from tests.log.entries import TORUGART, sighting
from tests.log.test_evidence import picture

DISK_MIB = 320
SECONDS = 2.0
SENDERS = 8


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


@AS_ROOT
def test_what_was_acknowledged_survives_a_power_cut(folder: Path) -> None:
    image, copy = folder / "disk.img", folder / "after.img"
    with image.open("wb") as file:
        file.truncate(DISK_MIB * 1024 * 1024)
    call("mkfs.ext4", "-q", "-F", image)
    with mounted(image, folder / "before") as disk, Server(disk / "data") as server:
        migrate(server.dsn)
        acknowledged = asyncio.run(_load_until_cut(server, Shelf(disk / "evidence"), image, copy))
    assert len(acknowledged) > 20
    with mounted(copy, folder / "after") as disk, Server(disk / "data") as server:
        book = PostgresBook(server.dsn)
        for appended, entry in acknowledged:
            assert book.entry(TORUGART, appended.refs[0]) == entry
        book.close()
        with open_connection(server.dsn) as connection:
            assert verify(connection).bad is None
            pictures = verify_pictures(connection, Shelf(disk / "evidence"))
        assert pictures.whole >= len(acknowledged)
        assert (pictures.missing, pictures.altered) == ((), ())


async def _load_until_cut(server: Server, shelf: Shelf, image: Path, copy: Path) -> list[tuple[Appended, Entry]]:
    """Send until the cut; give what was acknowledged before it."""
    acknowledged: list[tuple[Appended, Entry]] = []

    async def send(intake: Intake, appender: Appender, sender: int) -> None:
        for number in range(sender * 1_000_000, (sender + 1) * 1_000_000):
            shot: Picture = picture(f"{number}", 20_000)
            await intake.keep([shot])
            entry = sighting(number, ((shot.sha256, len(shot.blob)),))
            appended = await appender.append(TORUGART, [entry])
            acknowledged.append((appended, entry))

    async with Intake(shelf) as intake, Appender(server.dsn, patience_s=0.0) as appender:
        senders = [asyncio.create_task(send(intake, appender, sender)) for sender in range(SENDERS)]
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
