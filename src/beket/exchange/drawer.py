"""One post's folder, held open: lists, reads and moves the files in it, and follows no link out of it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Final

from msgspec import Struct

from beket.words.ids import Instant, PlaceId, Sha256

TAKEN: Final = "taken"
REFUSED: Final = "refused"

NAMES_MAX: Final = 10_000
"""Most names of one folder that one look reads."""

NAME_BYTES_MAX: Final = 180
"""Longest name of a file that was put away: a digest before it and an ending after it still fit in 255."""

ENDING_SIGNS_MAX: Final = 10
"""Longest ending that is kept when a name is cut."""

REASON: Final = ".reason.txt"

_LEFT_ENDINGS: Final = (".part", ".tmp")
"""How programs call a file that they are still writing."""

_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_MODE: Final = 0o770


class Sight(Struct, frozen=True):
    """How a file looked: when this is the same at two looks, nobody writes to it any more."""

    inode: int
    size: int
    changed_ns: int


class Drawer:
    """The folder of one post with its `taken` and `refused`, by descriptors: a link in their place leads nowhere."""

    def __init__(self, place: PlaceId, folder: int, taken: int, refused: int) -> None:
        self.place = place
        self._folder = folder
        self._below = {TAKEN: taken, REFUSED: refused}

    def files(self) -> dict[str, Sight]:
        """Name the files that may be taken, each as it looks; links, pipes and half-written ones are left."""
        with os.scandir(self._folder) as items:
            names = [item.name for item in islice(items, NAMES_MAX) if _may_be_taken(item)]
        sights = ((name, self.sight(name)) for name in names)
        return {name: sight for name, sight in sights if sight is not None}

    def sight(self, name: str) -> Sight | None:
        """How a file looks now; None when it is none any more."""
        with suppress(OSError):
            return _sight(os.stat(name, dir_fd=self._folder, follow_symlinks=False))
        return None

    def read(self, name: str, seen: Sight) -> bytes | None:
        """The whole of a file; None when it is not as it was seen. Raises OSError when it may not be read."""
        descriptor = os.open(name, _FILE, dir_fd=self._folder)
        with os.fdopen(descriptor, "rb") as file:
            if _sight(os.fstat(descriptor)) != seen:
                return None
            blob = file.read(seen.size + 1)
            return blob if len(blob) == seen.size and _sight(os.fstat(descriptor)) == seen else None

    def put_away(self, name: str, digest: Sha256, why_refused: str | None) -> None:
        """Move a file to `taken`, or with the reason beside it to `refused`; raises OSError.

        The reason is written first: a file without one would be a riddle, a reason is only written once more.
        """
        below = TAKEN if why_refused is None else REFUSED
        new = self._free_name(below, safe_name(name), digest)
        if why_refused is not None:
            self._write(below, new + REASON, why_refused)
        os.rename(name, new, src_dir_fd=self._folder, dst_dir_fd=self._below[below])

    def tidy(self, below: str, before: Instant, limit: int) -> int:
        """Remove what was put away before an instant, at most so many files; gives how many went."""
        folder, gone = self._below[below], 0
        with os.scandir(folder) as items:
            for item in islice(items, NAMES_MAX):
                status = item.stat(follow_symlinks=False)
                if gone < limit and stat.S_ISREG(status.st_mode) and status.st_ctime * 1000 < before:
                    os.unlink(item.name, dir_fd=folder)
                    gone += 1
        return gone

    def _free_name(self, below: str, name: str, digest: Sha256) -> str:
        """Keep a name that is free; else tell it apart by its bytes, so that only the same file is replaced."""
        try:
            os.stat(name, dir_fd=self._below[below], follow_symlinks=False)
        except FileNotFoundError:
            return name
        return f"{digest[:16]}-{name}"

    def _write(self, below: str, name: str, text: str) -> None:
        folder = self._below[below]
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=folder)
        descriptor = os.open(
            name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o660, dir_fd=folder
        )
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)


@contextmanager
def opened_drawer(root: Path, place: PlaceId) -> Iterator[Drawer]:
    """Open a post's folder, made where it is missing; raises OSError where something else stands in its place."""
    descriptors = []
    try:
        root.mkdir(mode=_MODE, parents=True, exist_ok=True)
        descriptors.append(os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))
        for within, name in ((0, place), (1, TAKEN), (1, REFUSED)):
            with suppress(FileExistsError):
                os.mkdir(name, _MODE, dir_fd=descriptors[within])
            descriptors.append(os.open(name, _FOLDER, dir_fd=descriptors[within]))
        yield Drawer(place, *descriptors[1:])
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def safe_name(name: str) -> str:
    """Give a name that any system can show and keep: the ending stays, what is odd becomes a line."""
    plain = "".join(sign if sign.isprintable() and sign not in '/\\:*?"<>|' else "_" for sign in name)
    stem, dot, ending = plain.rpartition(".")
    tail = dot + ending if stem and 0 < len(ending) <= ENDING_SIGNS_MAX else ""
    head = plain.removesuffix(tail).encode()[: NAME_BYTES_MAX - len(tail.encode())].decode(errors="ignore")
    return (head.lstrip(".-") or "_") + tail


def _may_be_taken(item: os.DirEntry[str]) -> bool:
    try:
        regular = item.is_file(follow_symlinks=False)
    except OSError:
        return False
    return regular and not item.name.startswith(".") and not item.name.lower().endswith(_LEFT_ENDINGS)


def _sight(status: os.stat_result) -> Sight | None:
    return Sight(status.st_ino, status.st_size, status.st_mtime_ns) if stat.S_ISREG(status.st_mode) else None
