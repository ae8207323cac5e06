"""Measures a demonstration's start and rest: `python bench/start.py [--seconds S]`; prints JSON.

Figures: seconds from nothing (no data directory) to the first page answered and to the wall of an officer who signed
in with a password the start printed, the same of a second start on the same data, and the memory of all processes
(proportional set size) after a while of an ordinary day. Limits of the same run: a Python process that only imports
the desk, and the engine's own initdb and start with nobody using it. Goals: first page in 3 s, 600 MiB in all.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import time
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import httpx
from _house import environment, folder, say
from msgspec import Struct

from beket.app.figures import resident_mib
from beket.log.server import Server

PATIENCE_S: Final = 90.0


class Started(Struct, frozen=True):
    """A demonstration that was started, and how long its first pages took."""

    process: subprocess.Popen[bytes]
    sign_in_s: float
    wall_s: float


def started(path: str, port: int) -> Started:
    """Start a demonstration and sign in to it as soon as it says how."""
    began = time.monotonic()
    command = [sys.executable, "-m", "beket", "run", "--demo", "--data", path, "--rate", "1", "--port", str(port)]
    command += ["--field-port", str(port + 1), "--device-port", str(port % 1000 + 5000)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)  # noqa: S603
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE_S, trust_env=False) as desk:
            first_page(desk, began + PATIENCE_S)
            sign_in_s = time.monotonic() - began
            sign_in(desk, password_of(process, "duty"))
            return Started(process, sign_in_s, time.monotonic() - began)
    except BaseException:
        process.kill()
        raise


def first_page(desk: httpx.Client, deadline: float) -> None:
    """Ask for the page where one signs in until it is there."""
    while time.monotonic() < deadline:
        with suppress(httpx.TransportError):
            if desk.get("/sign-in").raise_for_status().status_code == HTTPStatus.OK:
                return
        time.sleep(0.02)
    raise TimeoutError("the desk did not answer")


def password_of(process: subprocess.Popen[bytes], login: str) -> str:
    """Read the password of a demonstration account from what the start prints."""
    assert process.stdout is not None
    for line in process.stdout:
        said = line.decode().split()
        if said[:1] == [login]:
            return said[1]
    raise RuntimeError("the start printed no accounts")


def sign_in(desk: httpx.Client, password: str) -> None:
    """Sign in as the duty officer and see the wall."""
    form = {"username": "duty", "password": password, "csrfmiddlewaretoken": desk.cookies["form"]}
    entered = desk.post("/sign-in", data=form)
    assert entered.status_code == HTTPStatus.FOUND, entered.text
    assert "KG-TOR-A" in desk.get("/wall").raise_for_status().text


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
        first = started(data, port)
        time.sleep(seconds)
        memory = resident_mib([first.process.pid])
        stop_s = stopped(first.process)
        again = started(data, port)
        stopped(again.process)
    limit = {"engine_from_nothing_s": engine_s(), "import_of_the_desk_s": desk_import_s()}
    return {
        "measurement": "start and rest of the demonstration",
        "first_page_s": {"from_nothing": round(first.sign_in_s, 2), "again": round(again.sign_in_s, 2)},
        "signed_in_wall_s": {"from_nothing": round(first.wall_s, 2), "again": round(again.wall_s, 2)},
        "stop_s": round(stop_s, 2),
        "memory_mib": memory,
        "limits": {name: round(value, 2) for name, value in limit.items()},
        "ratio_to_limits": round(first.sign_in_s / sum(limit.values()), 2),
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
