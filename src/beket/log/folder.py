"""The data folder of a node: it can be written, there is room in it, and one Beket at a time holds it."""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

FREE_BYTES_MIN: Final = 64 * 1024 * 1024
"""Least free disk with which a start is tried: the engine needs room for WAL before it can tell what is wrong."""


class ServerTrouble(Exception):
    """The embedded engine cannot run; the message says why, for a person to mend."""


class GivenUp(Exception):
    """The embedded engine was on its way when whoever wanted it wanted it no more."""


class Hold:
    """The data folder, held by this process until it is let go or the process ends, however it ends."""

    def __init__(self, data_dir: Path) -> None:
        """Make the folder if it is new and hold it; ServerTrouble says why that cannot be, and who holds it."""
        _make(data_dir)
        self._lock_file: int | None = os.open(data_dir / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        noted = os.read(self._lock_file, 32).decode(errors="replace").strip()
        try:
            fcntl.flock(self._lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._lock_file)
            raise ServerTrouble(
                f"another Beket (process {noted or 'unknown'}) is running on {data_dir}:"
                " stop it or choose another data folder"
            ) from error
        self.after_a_kill = bool(noted)
        self._note(f"{os.getpid()}\n".encode())

    def let_go(self) -> None:
        """Let another have the folder; the next start sees that nobody was killed."""
        if self._lock_file is not None:
            self._note(b"")
            os.close(self._lock_file)
            self._lock_file = None

    def __enter__(self) -> Self:
        """Hold it from the moment it was made."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go."""
        self.let_go()

    def _note(self, holder: bytes) -> None:
        """Write down who holds the folder; a full disk leaves the note empty, which `check_room` says better."""
        assert self._lock_file is not None
        os.ftruncate(self._lock_file, 0)
        with suppress(OSError):
            os.pwrite(self._lock_file, holder, 0)


def check_room(data_dir: Path) -> None:
    """Refuse to start on a full disk, while it can still be said plainly."""
    free = shutil.disk_usage(data_dir).free
    if free < FREE_BYTES_MIN:
        mib = 1024 * 1024
        raise ServerTrouble(
            f"the disk of {data_dir} is full: {free // mib} MiB are free, {FREE_BYTES_MIN // mib} are needed"
        )


def _make(data_dir: Path) -> None:
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = data_dir / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ServerTrouble(f"the data folder {data_dir} cannot be written: {error.strerror}") from error
