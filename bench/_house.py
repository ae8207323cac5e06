"""What measurements of a whole house share: a house that runs, the CPU its parts used, the words about the machine."""

from __future__ import annotations

import json
import os
import platform
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from beket.app.children import Child, take_open_files
from beket.app.desk import desk_environment, key_file
from beket.app.engine import held, opened_engine
from beket.app.posts import describe, rehearsed_posts
from beket.app.probe import signed_in
from beket.board.rebuild import prepare
from beket.log.engine import Engine
from beket.log.postgres import PostgresBook
from beket.settings import Settings, environment_of
from beket.words.site import Post

TICKS: Final = os.sysconf("SC_CLK_TCK")


class House(Struct):
    """A running house and its parts."""

    settings: Settings
    engine: Engine
    children: dict[str, Child]

    def add(self, part: str, more: Mapping[str, str]) -> None:
        """Start one more part."""
        environment = {**environment_of(self.settings), "BEKET_DSN": self.engine.dsn, **more}
        self.children[part] = Child(part, environment)
        self.children[part].start()

    def cpu_s(self, part: str) -> float:
        """CPU seconds a part has used, the engine with all its backends, those that ended too."""
        return _cpu_s(self.engine.pid if part == "engine" else self.children[part].pid, family=part == "engine")


@contextmanager
def house(settings: Settings, posts: Sequence[Post], parts: Sequence[str], more: Mapping[str, str]) -> Iterator[House]:
    """Start a house with some of its parts in an empty folder; all of it is gone afterwards."""
    with held(settings) as hold, opened_engine(settings, hold) as engine:
        with closing(PostgresBook(engine.dsn)) as book:
            describe(book, posts)
        prepare(engine.dsn)
        key_file(settings)
        running = House(settings, engine, {})
        try:
            for part in parts:
                running.add(part, more)
            yield running
        finally:
            for child in reversed(running.children.values()):
                child.stop()


@contextmanager
def folder() -> Iterator[str]:
    """Give a folder for a house, on the disk that temporary files are on."""
    with tempfile.TemporaryDirectory(prefix="beket-bench-") as path:
        yield path


def environment() -> dict[str, Any]:
    """Describe the machine: figures mean little without it."""
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return {
        "cpus": os.cpu_count(),
        "cpu": model[1] if model else platform.machine(),
        "python": platform.python_version(),
        "kernel": platform.release(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def say(result: Mapping[str, Any]) -> None:
    """Print a measurement's result."""
    sys.stdout.write(json.dumps(result, indent=2) + "\n")


def wait_for_port(host: str, port: int, seconds: float = 30.0) -> None:
    """Wait until somebody listens."""
    import socket  # noqa: PLC0415 - only here

    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex((host, port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"nobody listens on {host}:{port}")


def _cpu_s(pid: int | None, *, family: bool) -> float:
    stats = [line.rpartition(")")[2].split() for line in _stats()] if family else []
    own = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = sum(map(int, own[11:15])) if family else sum(map(int, own[11:13]))
    ticks += sum(int(stat[11]) + int(stat[12]) for stat in stats if int(stat[1]) == pid)
    return ticks / TICKS


def _stats() -> Iterator[str]:
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            yield file.read_text()
        except OSError:
            continue


WARM_S: Final = 20.0
"""Time for connections and the first conveyances before screens are opened."""


class Watched(Struct):
    """A whole house with the simulated country and a desk, and the cookie of somebody who has signed in there."""

    house: House
    posts: Sequence[Post]
    cookie: str

    @property
    def settings(self) -> Settings:
        """What it was started with."""
        return self.house.settings


@contextmanager
def watched(port: int, rate: float) -> Iterator[Watched]:
    """Start a house that may be watched by many screens, and let the country come to life."""
    take_open_files()
    with folder() as path, ExitStack() as stack:
        settings = Settings(
            data_dir=path, port=port, field_port=port + 1, device_port=port % 1000 + 5000, rate=rate
        )  # fmt: skip
        posts = rehearsed_posts(settings)
        running = stack.enter_context(house(settings, posts, ["loop", "field"], {"BEKET_DEMO": "1"}))
        cookies = stack.enter_context(signed_in(settings, running.engine.dsn))
        running.add("web", desk_environment(settings, running.engine.dsn))
        running.add("sim", {"BEKET_DEMO": "1"})
        wait_for_port(settings.host, settings.port, 60)
        time.sleep(WARM_S)
        yield Watched(running, posts, "; ".join(f"{name}={value}" for name, value in cookies.items()))
