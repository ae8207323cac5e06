"""Throws hostile bytes at every codec: `python -m tools.fuzz [--seconds N] [--driver NAME] [--at-once N]`.

Each driver is fuzzed for so many seconds in a process of its own, half of them with checksums that agree with anything
(who attacks can compute them), from the messages of its `cases.json`. What breaks a promise of `tools/contract.py` is
kept under `tests/devices/<driver>/found/`, which a test tries again for ever. Exit status 1 when something was found.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from msgspec import Struct

from beket.devices.kit.registry import drivers

ROOT: Final = Path(__file__).parents[1]

START_S_MAX: Final = 60
"""Longest time a process may need beside its fuzzing, to load and to instrument everything."""

_RUNS: Final = re.compile(rb"#(\d+)\s")


class Ran(Struct, frozen=True):
    """What became of one driver."""

    driver: str
    runs: int
    found: tuple[str, ...]
    failed: str = ""


def run_one(name: str, seconds: int) -> Ran:
    """Fuzz one driver in processes of its own, half of the time with checksums that agree."""
    runs, found, failed = 0, set(), ""
    halves = [(seconds - seconds // 2, False), (seconds // 2, True)]
    for half, believed in halves:
        if not half:
            continue
        line = [sys.executable, "-m", "tools.fuzz_one", name, "--seconds", str(half)]
        line += ["--believed"] if believed else []
        try:
            done = subprocess.run(  # noqa: S603  this very program
                line, capture_output=True, timeout=half + START_S_MAX, cwd=ROOT, check=False
            )
        except subprocess.TimeoutExpired:
            failed = f"did not end {START_S_MAX} s after its time"
            continue
        runs += max(map(int, _RUNS.findall(done.stderr)), default=0)
        found |= {
            line.removeprefix("found ") for line in done.stdout.decode().splitlines() if line.startswith("found ")
        }
        if done.returncode:
            failed = done.stderr.decode(errors="replace")[-1500:]
    return Ran(name, runs, tuple(sorted(found)), failed)


def main() -> int:
    """Fuzz and say what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--driver", action="append", choices=sorted(drivers()))
    parser.add_argument("--at-once", type=int, default=2)
    given = parser.parse_args()
    began, bad = time.monotonic(), 0
    with ThreadPoolExecutor(given.at_once) as pool:
        for ran in pool.map(lambda name: run_one(name, given.seconds), given.driver or sorted(drivers())):
            bad += bool(ran.found or ran.failed)
            sys.stdout.write(f"{ran.driver:24} {ran.runs:>9} runs  {' '.join(ran.found) or 'nothing found'}\n")
            sys.stdout.write(f"    failed: {ran.failed}\n" if ran.failed else "")
            sys.stdout.flush()
    sys.stdout.write(f"{time.monotonic() - began:.0f} s\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
