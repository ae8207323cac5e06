"""Room runs out: on the disk, in the evidence store. Nothing answered is lost, and with room it goes on by itself."""

from __future__ import annotations

import shutil
from collections import Counter
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from beket.log.server import Server
from tests.house.camera import PLACE, Camera, site_file
from tests.house.house import House, alive, beket, calm, descendants, until
from tests.log.engines import AS_ROOT, small_disk

DISK_MIB = 220
"""Room for the engine's folder and its WAL, and little more."""

LEFT_KIB = 1500
"""What the ballast leaves: a few dozen fat pictures."""

FULL_S = 60.0


@AS_ROOT
@pytest.mark.timeout(240)
def test_a_full_disk_refuses_calmly_and_goes_on_when_there_is_room(folder: Path) -> None:
    with small_disk(folder, DISK_MIB) as disk:
        house = House(folder, "--site", site_file(folder))
        house.data = disk / "data"
        ballast = disk / "ballast"
        try:
            house.start()
            house.greeted()
            with Camera(house.field_port, pause_s=0.01, fat_bytes=30_000) as camera:
                camera.more(5, 20)
                for fills in (_no_room_for_pictures, _no_room_for_the_engine):
                    fills(house, disk, ballast)
                    until(lambda: camera.statuses[-3:] == [503] * 3, FULL_S, f"503 for devices: {house.said}")
                    assert {"field", "loop", "web"} <= set(house.parts()), house.said
                    ballast.unlink()
                    camera.more(10, FULL_S)
            assert None not in camera.statuses
            held = Counter(house.plates(PLACE))
            assert [plate for plate in camera.answered if held[plate] != 1] == []
            calm(house.said)
            assert "No space left on device" in house.said
            assert "kept again" in house.said
            assert house.interrupt() <= 30
            house.is_whole()
            _a_start_on_a_full_disk_is_refused(house, disk, ballast)
        finally:
            house.end()


def _no_room_for_pictures(_house: House, disk: Path, ballast: Path) -> None:
    _fill(disk, ballast, LEFT_KIB * 1024)


def _fill(disk: Path, ballast: Path, left: int) -> None:
    """Take what is free, but for so many bytes; the camera takes some meanwhile."""
    with suppress(OSError):
        ballast.write_bytes(bytes(shutil.disk_usage(disk).free - left))


def _no_room_for_the_engine(house: House, disk: Path, ballast: Path) -> None:
    """Leave nothing, and make the engine want a new file: it ends itself, and cannot come back as long as it is so."""
    _fill(disk, ballast, 0)
    before = house.parts()["postgres"]

    def died() -> bool:
        with suppress(psycopg.Error), psycopg.connect(Server(house.data).dsn, autocommit=True) as connection:
            connection.execute("SELECT pg_switch_wal()")
        return not alive(before)

    until(died, FULL_S, "the engine died of the full disk")
    until(lambda: "the engine has died and does not come back; trying again" in house.said, FULL_S, "that is said")


def _a_start_on_a_full_disk_is_refused(house: House, disk: Path, ballast: Path) -> None:
    _no_room_for_pictures(house, disk, ballast)
    done = beket("run", "--site", house.folder / "site.toml", *house.flags)
    assert done.returncode == 2
    assert "is full" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.timeout(120)
def test_a_full_evidence_store_costs_pictures_and_no_reading(folder: Path) -> None:
    house = House(folder, "--site", site_file(folder), environment={"BEKET_EVIDENCE_MAX_MIB": "1"})
    try:
        house.start()
        house.greeted()
        with Camera(house.field_port, pause_s=0.01, fat_bytes=200_000) as camera:
            camera.more(20, 60)
        assert set(camera.statuses) == {200}
        assert Counter(house.plates(PLACE)) == Counter(camera.answered)
        kept = sum(file.stat().st_size for file in (house.data / "evidence").rglob("*") if file.is_file())
        assert 0 < kept <= 1024 * 1024
        assert house.said.count("the evidence store is full: 1 MiB are allowed") == 1
        calm(house.said)
        below = descendants(house.process.pid)
        assert any("part field" in command for command in below.values())
    finally:
        house.end()
