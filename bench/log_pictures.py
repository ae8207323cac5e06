"""Measures how many pictures a second become durable: `python bench/log_pictures.py [--pictures N]`; prints JSON.

A camera's post carries 169 kB; the limit is writing the same bytes to one file with a sync per 16 MiB, on the same
disk in the same run. Goal: 400 posts/s per core.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import os
import platform
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from beket.log.evidence import BATCH_BYTES_MAX, Intake, Picture, Shelf
from beket.words.ids import Sha256

PICTURE_BYTES: Final = 169_000
SENDERS: Final = 32
GOAL_PER_CORE_S: Final = 400


def raw_pictures_per_s(folder: Path, pictures: list[Picture]) -> float:
    """The limit: the same bytes, one after another, into one file."""
    began = time.perf_counter()
    with (folder / "raw").open("wb", buffering=0) as file:
        unsynced = 0
        for picture in pictures:
            unsynced += file.write(picture.blob)
            if unsynced >= BATCH_BYTES_MAX:
                os.fdatasync(file.fileno())
                unsynced = 0
        os.fdatasync(file.fileno())
    return len(pictures) / (time.perf_counter() - began)


async def kept_per_s(shelf: Shelf, pictures: list[Picture]) -> dict[str, float]:
    """Pictures per second of time and of processor time, handed in by many senders one at a time."""

    async def send(intake: Intake, sender: int) -> None:
        for number in range(sender, len(pictures), SENDERS):
            await intake.keep([pictures[number]])

    async with Intake(shelf) as intake:
        began, worked = time.perf_counter(), time.process_time()
        await asyncio.gather(*(send(intake, sender) for sender in range(SENDERS)))
        return {
            "per_s": len(pictures) / (time.perf_counter() - began),
            "per_core_s": len(pictures) / (time.process_time() - worked),
        }


def measure(count: int) -> dict[str, Any]:
    """Take the figure with its limit, then see that every picture is there."""
    blobs = [os.urandom(PICTURE_BYTES) for _ in range(count)]
    pictures = [Picture(Sha256(hashlib.sha256(blob).hexdigest()), blob) for blob in blobs]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        limit = raw_pictures_per_s(folder, pictures)
        shelf = Shelf(folder / "evidence")
        kept = asyncio.run(kept_per_s(shelf, pictures))
        whole = sum(shelf.read(picture.sha256) == picture.blob for picture in pictures)
    return {
        "figure": round(kept["per_s"]),
        "per_core": round(kept["per_core_s"]),
        "goal_per_core": GOAL_PER_CORE_S,
        "limit": round(limit),
        "limit_is": "the same bytes into one file, pictures/s",
        "ratio": round(kept["per_s"] / limit, 3),
        "read_back": whole,
        "pictures": count,
        "picture_bytes": PICTURE_BYTES,
        "environment": {"cores": os.cpu_count(), "python": platform.python_version(), "machine": platform.machine()},
    }


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--pictures", type=int, default=1000)
    print(json.dumps(measure(arguments.parse_args().pictures), indent=2))
