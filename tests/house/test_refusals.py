"""A start that cannot be says in one line why and what to do, and exits with 2; a house that runs is not disturbed."""

from __future__ import annotations

import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from beket.log.postgres import PostgresBook
from beket.log.server import Server
from beket.words.ids import Instant, PlaceId
from beket.words.wire import Entry
from tests.house.camera import PLACE, Camera, site_file
from tests.house.house import House, beket, calm
from tests.log.engines import AS_ROOT
from tests.log.entries import tick

HOUR_MS = 3_600_000


def refused(*arguments: str | Path, within_s: float = 30.0) -> str:
    """What `beket run` says when it cannot; one line, exit status 2."""
    began = time.monotonic()
    done = beket("run", *arguments)
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stdout == ""
    assert time.monotonic() - began < within_s
    assert re.fullmatch(r"beket: [^\n]+\n", done.stderr), done.stderr
    return done.stderr


@contextmanager
def listening(host: str, port: int) -> Iterator[None]:
    """Somebody else's program on a port."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind((host, port))
        other.listen()
        yield


def test_a_second_start_on_the_same_data_names_the_first(standing: House) -> None:
    site = standing.folder / "site.toml"
    before = standing.parts()
    other_ports = House(standing.folder, "--site", site)
    for flags in (standing.flags, other_ports.flags, [*other_ports.flags, "--dsn", Server(standing.data).dsn]):
        said = refused("--site", site, *flags)
        assert f"process {standing.process.pid}" in said
        assert str(standing.data) in said
    assert standing.parts() == before
    with Camera(standing.field_port) as camera:
        camera.more(1, 20)


@pytest.mark.parametrize("which", ["--port", "--field-port", "--device-port"])
def test_a_taken_port_is_named_with_the_flag_that_moves_it(folder: Path, which: str) -> None:
    house = House(folder)
    flags = dict(zip(house.flags[::2], house.flags[1::2], strict=True))
    host = "127.0.0.1" if which != "--device-port" else _first_device_host()
    with listening(host, int(flags[which])):
        said = refused("--demo", "--posts", "3", *house.flags)
    assert f"{host}:{flags[which]}: Address already in use" in said
    assert said.rstrip().endswith(f"{which}.")


def _first_device_host() -> str:
    from beket.sim.country import demo_posts

    return next(str(device.host) for device in demo_posts(3)[0].devices if device.host)


def test_a_taken_port_of_a_device_that_dials_us_ends_the_start(folder: Path) -> None:
    with listening("127.0.0.1", 0), socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        more = f"""
[[post.device]]
id = "KG-TST-A/in-1/scale"
driver = "yaohua_a9"
transport = "tcp-server"
host = "127.0.0.1"
port = {port}
lane = "in-1"
zone = "control"
allow = ["127.0.0.1"]
"""
        done = beket("run", "--site", site_file(folder, more), *House(folder).flags)
    assert done.returncode == 2, done.stderr
    calm(done.stderr)
    assert str(port) in done.stderr
    assert "address already in use" in done.stderr
    assert "part field cannot serve" in done.stderr


def test_data_that_cannot_be_written_is_named(folder: Path) -> None:
    in_the_way = folder / "file"
    in_the_way.write_text("not a folder", "utf-8")
    said = refused("--demo", "--data", in_the_way / "data")
    assert f"{in_the_way / 'data'} cannot be written: Not a directory" in said


@AS_ROOT
def test_data_on_a_file_system_for_reading_only_is_named(folder: Path) -> None:
    mount = folder / "readonly"
    mount.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "ro,size=1m", "beket-test", str(mount)], capture_output=True, check=False
    )
    if done.returncode != 0:
        pytest.skip(f"nothing can be mounted here: {done.stderr.decode().strip()}")
    try:
        for data in (mount, mount / "data"):
            assert f"{data} cannot be written: Read-only file system" in refused("--demo", "--data", data)
    finally:
        subprocess.run(["umount", str(mount)], check=True)


@pytest.mark.parametrize(
    ("dsn", "reason"),
    [
        ("host=/nowhere dbname=beket", "cannot be reached"),
        ("host=127.0.0.1 port=1 dbname=beket", "cannot be reached"),
        ("this is no dsn", "cannot be reached"),
    ],
)
def test_a_dsn_that_leads_nowhere_is_said(folder: Path, dsn: str, reason: str) -> None:
    said = refused("--site", site_file(folder), "--dsn", dsn, *House(folder).flags)
    assert "PostgreSQL named in dsn" in said
    assert reason in said


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "No such file"),
        ("[[post", "site file"),
        ("", "post"),
        ('[[post]]\nid = "KG-X"\ncolour = "red"\n', "unknown key colour"),
    ],
)
def test_a_site_file_that_cannot_be_used_is_said(folder: Path, content: str | None, reason: str) -> None:
    site = folder / "site.toml"
    if content is not None:
        site.write_text(content, "utf-8")
    said = refused("--site", site, *House(folder).flags)
    assert str(site) in said
    assert reason in said
    assert not (folder / "data").exists()
    checked = beket("site", "check", site)
    assert (checked.returncode, reason in checked.stderr) == (2, True)


def test_nothing_to_serve_and_a_mistyped_fault_are_said(folder: Path) -> None:
    assert "--site" in refused(*House(folder).flags)
    done = beket("run", "--demo", "--posts", "1", "--faults", "hiccup", *House(folder).flags)
    assert done.returncode == 2, done.stderr
    assert "'hiccup' is not a fault; known are" in done.stderr
    calm(done.stderr)


def test_a_clock_that_went_back_is_said_and_stops_nothing(folder: Path) -> None:
    house = House(folder, "--site", site_file(folder))
    _append_in_the_future(house)
    try:
        house.start()
        house.greeted()
        with Camera(house.field_port) as camera:
            camera.more(5, 20)
        behind = [line for line in house.said.splitlines() if "clock went back" in line]
        assert len(behind) == 1
        assert "has caught up with" not in house.said
        assert "s behind the log" in behind[0]
        examined = beket("doctor", "--data", house.data)
        assert examined.returncode == 1
        assert re.search(r"^BAD  clock: .* behind the newest entry", examined.stdout, re.MULTILINE)
        assert house.interrupt() <= 20
        calm(house.said)
        house.is_whole()
    finally:
        house.end()


def _append_in_the_future(house: House) -> None:
    """What the log looks like on a machine whose clock was an hour ahead until somebody set it right."""
    house.start()
    try:
        house.greeted()
        ahead = Instant(time.time_ns() // 1_000_000 + HOUR_MS)
        with closing(PostgresBook(Server(house.data).dsn, lambda: ahead)) as book:
            book.append(PlaceId(PLACE), [Entry(body=tick(ahead).body)])
    finally:
        house.end()
