"""The embedded engine: it starts, says what is wrong, dies with its parent, and comes back after anything."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from beket.log import confine
from beket.log import folder as folder_module
from beket.log.connect import open_connection
from beket.log.engine import GivenServer, open_engine
from beket.log.folder import Hold
from beket.log.migrate import migrate
from beket.log.postgres import PostgresBook
from beket.log.server import Server, ServerTrouble
from tests.log.engines import AS_ROOT, DEBIAN_15, NO_DEBIAN_15, small_disk, wait_until
from tests.log.entries import TORUGART, ticks


def gone(pid: int) -> bool:
    """Whether a process has ended; one that waits to be reaped has."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_it_starts_stops_and_keeps_what_it_was_told(folder: Path) -> None:
    with Server(folder) as server:
        migrate(server.dsn)
        book = PostgresBook(server.dsn)
        book.append(TORUGART, ticks(0, 3))
        book.close()
        pid = server.pid
    assert pid is not None
    assert gone(pid)
    with Server(folder) as server:
        book = PostgresBook(server.dsn)
        assert book.heads()[0].entries == 3
        book.close()


def test_durability_is_never_traded(server: Server) -> None:
    with open_connection(server.dsn) as connection:
        for name in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums"):
            assert connection.execute(f"SHOW {name}").fetchone() == ("on",)
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


def test_only_we_reach_the_socket(server: Server) -> None:
    socket_folder = Path(server.dsn.split()[0].removeprefix("host="))
    assert socket_folder.stat().st_mode & 0o077 == 0


def test_a_second_start_hears_who_runs(folder: Path) -> None:
    with Server(folder):
        for _ in range(2):
            with pytest.raises(ServerTrouble, match=f"process {os.getpid()}.*is running on"):
                Server(folder).start()


def test_it_comes_back_after_its_postmaster_was_killed(folder: Path) -> None:
    with Server(folder) as server:
        migrate(server.dsn)
        book = PostgresBook(server.dsn)
        book.append(TORUGART, ticks(0, 3))
        book.close()
        assert server.pid is not None
        assert server.revive() is False
        os.kill(server.pid, signal.SIGKILL)
        assert wait_until(lambda: server.pid is None)
        assert server.revive() is True
        assert book.heads()[0].entries == 3
        book.close()


ORPHANING = """
import sys, time
from beket.log.server import Server
server = Server(sys.argv[1]).start()
print(server.pid, flush=True)
time.sleep(60)
"""


def test_it_dies_with_its_parent_and_the_next_start_is_clean(folder: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", ORPHANING, str(folder)], stdout=subprocess.PIPE, text=True)
    with parent:
        assert parent.stdout is not None
        engine = int(parent.stdout.readline())
        parent.kill()
        parent.wait()
    with Server(folder) as server:
        assert server.pid != engine
    assert wait_until(lambda: gone(engine))


def test_a_note_left_by_a_dead_engine_is_no_hindrance(folder: Path) -> None:
    with Server(folder) as server:
        note = (folder / "postgres" / "postmaster.pid").read_text()
    lines = note.split("\n")
    stranger = subprocess.Popen(["sleep", "60"])
    (folder / "postgres" / "postmaster.pid").write_text("\n".join([str(stranger.pid), *lines[1:]]))
    with Server(folder) as server:
        assert server.pid is not None
    assert stranger.poll() is None, "a process that is no engine must be left alone"
    stranger.kill()
    stranger.wait()


def test_a_start_cut_short_in_the_making_leaves_nothing_half_made(folder: Path) -> None:
    (folder / "postgres.new").mkdir()
    (folder / "postgres.new" / "PG_VERSION").write_text("18")
    with Server(folder) as server:
        assert server.pid is not None
    assert not (folder / "postgres.new").exists()


def test_a_long_path_gets_its_socket_elsewhere(folder: Path) -> None:
    with Server(folder / ("long" * 30)) as server:
        socket_folder = Path(server.dsn.split()[0].removeprefix("host="))
        assert not socket_folder.is_relative_to(folder)
        with open_connection(server.dsn) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    shutil.rmtree(socket_folder)


def test_a_socket_folder_someone_else_made_is_not_used(folder: Path) -> None:
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir(mode=0o755)
    (folder / "data").mkdir()
    (folder / "data" / "run").symlink_to(elsewhere)
    with pytest.raises(ServerTrouble, match="belongs to someone else"):
        Server(folder / "data").start()
    assert elsewhere.stat().st_mode & 0o777 == 0o755


def test_a_folder_that_cannot_be_written_is_named(folder: Path) -> None:
    (folder / "file").write_text("")
    with pytest.raises(ServerTrouble, match="file/data cannot be written: Not a directory"):
        Server(folder / "file" / "data").start()


@AS_ROOT
def test_a_full_disk_is_named(folder: Path) -> None:
    with small_disk(folder, 20) as disk, pytest.raises(ServerTrouble, match="is full"):
        Server(disk).start()


@AS_ROOT
def test_a_disk_that_fills_while_the_folder_is_made_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_module, "FREE_BYTES_MIN", 1)
    with small_disk(folder, 20) as disk:
        with pytest.raises(ServerTrouble, match=r"could not be made \(initdb\): the disk is full"):
            Server(disk).start()
        assert not (disk / "postgres").exists()


@AS_ROOT
def test_without_namespaces_it_runs_as_someone_else(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confine, "_namespace_works", lambda: False)
    for _ in range(2):
        with Server(folder / "data") as server:
            assert Path(f"/proc/{server.pid}").stat().st_uid != 0
            with open_connection(server.dsn) as connection:
                assert connection.execute("SELECT 1").fetchone() == (1,)


@AS_ROOT
def test_without_anyone_to_run_as_it_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confine, "_namespace_works", lambda: False)
    monkeypatch.setattr(confine, "FALLBACK_USERS", ("no-such-user",))
    with pytest.raises(ServerTrouble, match="refuses to run as root"):
        Server(folder).start()


def test_a_folder_of_another_version_is_left_alone(folder: Path) -> None:
    with Server(folder):
        pass
    (folder / "postgres" / "PG_VERSION").write_text("14\n")
    with pytest.raises(ServerTrouble, match="was made by PostgreSQL 14 and this Beket carries"):
        Server(folder).start()


def test_a_broken_cluster_says_why_it_does_not_start(folder: Path) -> None:
    with Server(folder):
        pass
    (folder / "postgres" / "global" / "pg_control").write_bytes(b"")
    with pytest.raises(ServerTrouble, match=r"the engine did not start: .*pg_control"):
        Server(folder).start()
    (folder / "postgres" / "global" / "pg_control").unlink()
    with pytest.raises(ServerTrouble, match="did not start"):
        Server(folder).start()


def test_a_given_server_is_used_and_left_running(server: Server, folder: Path) -> None:
    with open_engine(server.dsn, folder / "unused") as engine:
        assert (engine.dsn, engine.pid, engine.revive()) == (server.dsn, None, False)
    assert server.pid is not None
    assert not (folder / "unused").exists()


def test_one_beket_serves_a_database_whatever_folders_they_have(folder: Path) -> None:
    with Server(folder / "engine") as server, Hold(folder / "one") as one, Hold(folder / "two") as two:
        with open_engine(server.dsn, folder / "one", one) as engine:
            with pytest.raises(ServerTrouble, match="another Beket serves the database"):
                open_engine(server.dsn, folder / "two", two).__enter__()
            with open_engine(server.dsn, folder / "two") as looking:  # who only looks is not refused
                assert looking.dsn == server.dsn
            with psycopg.connect(server.dsn, autocommit=True) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'beket serves'"
                )
            assert isinstance(engine, GivenServer)
            for _ in range(2):  # the first look finds the line cut, the second takes the lock again
                vars(engine)["_look_due"] = 0.0
                assert engine.revive() is False
            with pytest.raises(ServerTrouble, match="another Beket serves the database"):
                open_engine(server.dsn, folder / "two", two).__enter__()
        with open_engine(server.dsn, folder / "two", two):
            pass


def test_a_given_server_that_is_away_is_named(folder: Path) -> None:
    with pytest.raises(ServerTrouble, match="named in dsn cannot be reached"), open_engine(f"host={folder}", folder):
        pass


def test_a_given_server_that_would_lose_entries_is_refused(folder: Path) -> None:
    careless = Server(folder, settings={"fsync": "off"})
    with careless, pytest.raises(ServerTrouble, match="fsync off"), open_engine(careless.dsn, folder):
        pass


@pytest.mark.skipif(not (DEBIAN_15 / "postgres").exists(), reason=NO_DEBIAN_15)
def test_the_oldest_supported_version_runs_too(folder: Path) -> None:
    with Server(folder, binaries=DEBIAN_15) as server:
        assert migrate(server.dsn) == migrate(server.dsn) > 0
