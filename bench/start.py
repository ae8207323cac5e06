"""Measures a demonstration's start and rest: `python bench/start.py [--seconds S]`; prints JSON.

Figures: seconds from nothing (no data directory) to the first page answered, seconds of a second start on the same
data, and the memory of all processes (proportional set size) after a while of an ordinary day. Limits of the same
run: a Python process that only imports the desk, and the engine's own initdb and start with nobody using it.
Goals: first page in 3 s, 600 MiB in all.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Final

from _house import environment, folder, say

from beket.app.figures import resident_mib
from beket.log.server import Server

PATIENCE_S: Final = 90.0


def started(path: str, port: int) -> tuple[subprocess.Popen[bytes], float]:
    """Start a demonstration; gives its process and the seconds until the first page was answered."""
    began = time.monotonic()
    command = [sys.executable, "-m", "beket", "run", "--demo", "--data", path, "--rate", "1", "--port", str(port)]
    command += ["--field-port", str(port + 1), "--device-port", str(port % 1000 + 5000)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    while time.monotonic() - began < PATIENCE_S:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in", timeout=5) as page:
                page.read()
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.02)
        else:
            return process, time.monotonic() - began
    process.kill()
    raise TimeoutError("the desk did not answer")


def stopped(process: subprocess.Popen[bytes]) -> float:
    """Ask a demonstration to stop; gives the seconds it took."""
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.wait(60)
    return time.monotonic() - began


def engine_s() -> float:
    """The limit: the engine alone, from nothing to ready."""
    with folder() as path:
        began = time.monotonic()
        with Server(Path(path) / "data"):
            return time.monotonic() - began


def desk_import_s() -> float:
    """The limit: one process that imports the desk and ends."""
    code = "import django.core.handlers.asgi, starlette.applications, uvicorn, uvloop, psycopg_pool"
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603
    return time.monotonic() - began


def measure(seconds: float, port: int) -> dict[str, Any]:
    """Start, rest, stop, start again."""
    with folder() as path:
        data = str(Path(path) / "data")
        process, first_s = started(data, port)
        time.sleep(seconds)
        memory = resident_mib([process.pid])
        stop_s = stopped(process)
        process, again_s = started(data, port)
        stopped(process)
    limit = {"engine_from_nothing_s": engine_s(), "import_of_the_desk_s": desk_import_s()}
    return {
        "measurement": "start and rest of the demonstration",
        "first_page_s": {"from_nothing": round(first_s, 2), "again": round(again_s, 2)},
        "stop_s": round(stop_s, 2),
        "memory_mib": memory,
        "limits": {name: round(value, 2) for name, value in limit.items()},
        "ratio_to_limits": round(first_s / sum(limit.values()), 2),
        "goals": {"first_page_s": 3, "memory_mib": 600},
        "environment": environment(),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--port", type=int, default=18500)
    given = parser.parse_args()
    say(measure(given.seconds, given.port))


if __name__ == "__main__":
    main()
