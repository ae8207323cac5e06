"""A real Beket in a process of its own: started, watched through /proc, asked over its sockets, and stopped."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from beket.log.book import Seq
from beket.log.postgres import PostgresBook
from beket.log.server import Server
from beket.words.ids import PlaceId
from beket.words.readings import PlateRead, Said
from tests.ports import free_ports

READY_S_MAX: Final = 90.0
"""A loaded machine starts everything in a tenth of this."""

STOP_S_MAX: Final = 30.0
"""When a stop takes longer the test says so and kills what is left."""

LEFT: Final = (
    "BEKET_DSN", "BEKET_EVIDENCE_DIR", "BEKET_PAPERS_DIR", "BEKET_PHOTOS_DIR", "BEKET_SECRET_KEY_FILE",
)  # fmt: skip
FRAMES: Final = 200
GREETED: Final = "Ctrl-C stops everything."
LOGIN: Final = re.compile(r"^ {4}(\w+) +(\S+) ", re.MULTILINE)
SMALL: Final = ("--posts", "3", "--rate", "60")
"""Three posts, sixty times as busy as an ordinary day: something is said every second."""


def outside() -> dict[str, str]:
    """This environment without what the desk's tests leave in it: their database is not this house's."""
    return {name: value for name, value in os.environ.items() if name not in LEFT}


def beket(*arguments: str | Path, stdin: str = "", timeout: float = 90) -> subprocess.CompletedProcess[str]:
    """Run one command of Beket to its end, as an operator at a shell would."""
    command = [sys.executable, "-m", "beket", *map(str, arguments)]
    return subprocess.run(
        command, input=stdin, capture_output=True, text=True, timeout=timeout, check=False, env=outside()
    )


def until(true: Callable[[], object], seconds: float, what: str) -> None:
    """Wait until something is so; the test fails by name when it is not in time."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.1)


def descendants(pid: int) -> dict[int, str]:
    """Every living process below one, with its command line."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            if state != "Z":
                parents[int(folder.name)] = int(parent)
    found = {pid}
    while grown := {child for child, parent in parents.items() if parent in found} - found:
        found |= grown
    return {child: command_of(child) for child in found - {pid}}


def command_of(pid: int) -> str:
    """The command line of a process, empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""


def alive(pid: int) -> bool:
    """Whether a process runs; one that waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def takes(port: int, host: str = "127.0.0.1") -> bool:
    """Whether somebody listens there."""
    with socket.socket() as probe:
        probe.settimeout(2)
        return probe.connect_ex((host, port)) == 0


class House:
    """One data directory with its ports, and the Beket that runs on it now."""

    def __init__(self, folder: Path, *arguments: str | Path, environment: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.port, self.field_port, self.device_port = free_ports(3)
        self._arguments = [*map(str, arguments)]
        self._environment = {**outside(), **(environment or {})}
        self._process: subprocess.Popen[bytes] | None = None
        self._told, self._said = folder / "told.txt", folder / "said.txt"

    @property
    def url(self) -> str:
        """Address of the desk."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def flags(self) -> list[str]:
        """What names this house to another command."""
        ports = {"--port": self.port, "--field-port": self.field_port, "--device-port": self.device_port}
        return ["--data", str(self.data), *(str(part) for pair in ports.items() for part in pair)]

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The parent."""
        assert self._process is not None, "the house was not started"
        return self._process

    @property
    def told(self) -> str:
        """What it wrote to standard output since its last start."""
        return self._told.read_text("utf-8", errors="replace")

    @property
    def said(self) -> str:
        """Its diagnostics since its last start."""
        return self._said.read_text("utf-8", errors="replace")

    @property
    def passwords(self) -> dict[str, str]:
        """The demo accounts it greeted with."""
        return dict(LOGIN.findall(self.told))

    def start(self, *more: str) -> None:
        """Start it; returns at once."""
        command = [sys.executable, "-m", "beket", "run", *self.flags, *self._arguments, *more]
        with self._told.open("wb") as out, self._said.open("wb") as err:
            self._process = subprocess.Popen(
                command, stdout=out, stderr=err, env=self._environment, start_new_session=True
            )

    def greeted(self) -> None:
        """Wait until it says that it serves."""

        def has_greeted() -> bool:
            assert self.process.poll() is None, f"it ended with {self.process.returncode}: {self.said[-2000:]}"
            return GREETED in self.told

        until(has_greeted, READY_S_MAX, f"the greeting; it said {self.said[-2000:]}")

    def parts(self) -> dict[str, int]:
        """The processes of its parts by name, with the engine as `postgres`."""
        found: dict[str, int] = {}
        for pid, command in descendants(self.process.pid).items():
            if part := re.search(r" beket part (\w+)$", command):
                found[part[1]] = pid
            elif re.search(r"/postgres -D ", command):
                found["postgres"] = pid
        return found

    def belonging(self) -> list[str]:
        """Every process of this machine that works on this data directory, whoever its parent is now."""
        needle = os.fsencode(self.data)
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                told = (folder / "environ").read_bytes() + (folder / "cmdline").read_bytes()
                if needle in told and alive(int(folder.name)):
                    found.append(command_of(int(folder.name)))
        return found

    def interrupt(self) -> float:
        """Press Ctrl-C and wait for the end; gives how long that took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(STOP_S_MAX)
        return time.monotonic() - began

    def end(self) -> None:
        """Leave nothing behind, whatever happened."""
        if self._process is None:
            return
        if self._process.poll() is None:
            with suppress(subprocess.TimeoutExpired):
                self.interrupt()
        below = descendants(self._process.pid) if self._process.poll() is None else {}
        for pid in [*below, *([self._process.pid] if self._process.poll() is None else [])]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait(STOP_S_MAX)

    def book(self) -> closing[PostgresBook]:
        """The log of the house while it runs."""
        return closing(PostgresBook(Server(self.data).dsn))

    def readings(self, place: str) -> list[Said]:
        """Everything that was said at a place, in order, as often as it stands in the log."""
        found: list[Said] = []
        after = Seq(0)
        with self.book() as book:
            while frames := book.read(PlaceId(place), after, FRAMES):
                found += [entry.body for frame in frames for entry in frame.entries if isinstance(entry.body, Said)]
                after = frames[-1].seq
        return found

    def plates(self, place: str) -> list[str | None]:
        """Every plate that was read at a place, in order, as often as it stands in the log."""
        return [said.plate for said in self.readings(place) if isinstance(said, PlateRead)]

    def is_whole(self) -> None:
        """The chain verifies and the law of replay holds."""
        verified = beket("log", "verify", "--data", self.data)
        assert verified.returncode == 0, verified.stdout[-2000:] + verified.stderr
        assert last_line(verified.stdout)["whole"] is True
        replayed = beket("replay", "--check", "--data", self.data)
        assert replayed.returncode == 0, replayed.stdout[-2000:] + replayed.stderr
        assert last_line(replayed.stdout)["holds"] is True


@contextmanager
def running(folder: Path, *arguments: str | Path, environment: Mapping[str, str] | None = None) -> Iterator[House]:
    """A house that has greeted, stopped at the end whatever happened."""
    house = House(folder, *arguments, environment=environment)
    try:
        house.start()
        house.greeted()
        yield house
    finally:
        house.end()


def last_line(text: str) -> dict[str, Any]:
    """The last line of an output, which is JSON."""
    found: dict[str, Any] = json.loads(text.strip().splitlines()[-1])
    return found


def calm(said: str, *, but: Sequence[str] = ()) -> None:
    """The diagnostics are lines a person can read: no traceback, no line over and over."""
    assert "Traceback" not in said, said[-3000:]
    lines = [re.sub(r"^[\d\- :,.]+", "", line) for line in said.splitlines() if line.strip()]
    known = [line for line in lines if not any(expected in line for expected in but)]
    assert len(known) <= 12, "\n".join(known[:40])
