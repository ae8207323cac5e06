"""A running Beket for the journeys: the demo country in a folder of its own, on free ports, stopped at the end."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from tests.house.house import outside
from tests.ports import free_ports

READY_S_MAX: Final = 120
"""A loaded machine starts PostgreSQL, the loop, the field, the desk and the country in half of this."""

STOP_S_MAX: Final = 60
RATE: Final = 40
"""Times an ordinary day: a vehicle about every second somewhere, so that every journey meets some."""

GREETED: Final = "Ctrl-C stops everything."
LOGIN: Final = re.compile(r"^ {4}(\w+) +(\S+) ", re.MULTILINE)


class Demo(NamedTuple):
    """Where the desk is, the passwords of its demo accounts by login, and the port that devices post to."""

    url: str
    passwords: Mapping[str, str]
    devices: int = 0


@contextmanager
def running(data: Path, rate: int = RATE) -> Iterator[Demo]:
    """Start `beket run --demo`, wait for its greeting, and stop it as a person would."""
    ports = dict(zip(("--port", "--field-port", "--device-port"), free_ports(3), strict=True))
    told, log = data / "told.txt", data / "log.txt"
    command = [sys.executable, "-m", "beket", "run", "--demo", "--data", str(data / "data"), "--rate", str(rate)]
    with told.open("wb") as out, log.open("wb") as err:
        process = subprocess.Popen(
            [*command, *(str(part) for pair in ports.items() for part in pair)], stdout=out, stderr=err, env=outside()
        )
        try:
            yield Demo(f"http://127.0.0.1:{ports['--port']}", _greeting(process, told, log), ports["--field-port"])
        finally:
            _stop(process)


def _greeting(process: subprocess.Popen[bytes], told: Path, log: Path) -> dict[str, str]:
    deadline = time.monotonic() + READY_S_MAX
    while GREETED not in (said := told.read_text("utf-8")):
        tail = log.read_text("utf-8", errors="replace")[-2000:]
        assert process.poll() is None, f"beket run ended by itself with {process.returncode}:\n{said}\n{tail}"
        assert time.monotonic() < deadline, f"beket run did not greet within {READY_S_MAX} s:\n{said}\n{tail}"
        time.sleep(0.2)
    return dict(LOGIN.findall(said))


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.wait(STOP_S_MAX)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise
