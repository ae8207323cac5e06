"""A disk that fills under load: nothing is acknowledged that is not kept, and with room again work goes on."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from beket.log.appender import Appender
from beket.log.book import Trouble
from beket.log.connect import open_connection
from beket.log.evidence import Shelf
from beket.log.fsck import verify
from beket.log.migrate import migrate
from beket.log.server import Server
from tests.log.engines import AS_ROOT, small_disk, wait_until
from tests.log.entries import TORUGART, saying, tick
from tests.log.test_evidence import picture

ROOM_KB = 700


@AS_ROOT
def test_the_log_on_a_full_disk_refuses_and_recovers(folder: Path) -> None:
    acknowledged: list[str] = []
    with small_disk(folder, 200) as disk, Server(disk / "data", settings={"max_wal_size": "64MB"}) as server:
        migrate(server.dsn)
        ballast = disk / "ballast"

        async def fill() -> None:
            async with Appender(server.dsn, patience_s=0.1) as appender:
                acknowledged.append((await appender.append(TORUGART, [tick(0)])).refs[0])
                take_room(disk, ballast)
                for number in range(1, 2000):
                    entry = saying(number, plate_raw=noise(number))
                    acknowledged.append((await appender.append(TORUGART, [entry])).refs[0])

        with pytest.raises(Trouble, match="No space left on device"):
            asyncio.run(fill())
        ballast.unlink()
        assert wait_until(lambda: _up(server), 30)

        async def go_on() -> None:
            async with Appender(server.dsn) as appender:
                acknowledged.append((await appender.append(TORUGART, [tick(999_999)])).refs[0])

        asyncio.run(go_on())
        with open_connection(server.dsn) as connection:
            report = verify(connection)
        assert report.bad is None
        assert len(set(acknowledged)) == len(acknowledged) <= report.entries


def noise(number: int) -> str:
    """Text that no compression makes small."""
    state, parts = number, []
    for _ in range(200):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        parts.append(f"{state:016x}")
    return "".join(parts) * 10


def take_room(disk: Path, ballast: Path) -> None:
    """Take most of what is free, so that little is left to fill."""
    ballast.write_bytes(bytes(shutil.disk_usage(disk).free - ROOM_KB * 1024))


def _up(server: Server) -> bool:
    server.revive()
    try:
        open_connection(server.dsn).close()
    except Exception:  # noqa: BLE001 - whatever it is, it is not up yet
        return False
    return True


@AS_ROOT
def test_pictures_on_a_full_disk_are_refused_and_leave_nothing(folder: Path) -> None:
    with small_disk(folder, 1) as disk:
        shelf = Shelf(disk / "evidence")
        small, large = picture("small"), picture("large", 2_000_000)
        assert shelf.keep([small]) == [None]
        answers = shelf.keep([large, picture("another")])
        assert all(isinstance(answer, Trouble) and "No space left" in str(answer) for answer in answers)
        assert list(shelf.names()) == [small.sha256]
        assert shelf.keep([picture("another")]) == [None]
