"""Keeps pictures by what they are: one file per SHA-256, never overwritten, bounded in size and in sum."""

from __future__ import annotations

import ctypes
import hashlib
import os
import re
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Protocol, Self

from msgspec import Struct

from beket.log.book import Broken, Trouble
from beket.log.draft import Unwritable
from beket.log.gather import Gathering
from beket.words.ids import Sha256

MIB: Final = 1024 * 1024

PICTURE_BYTES_MAX: Final = 8 * MIB
"""Largest single picture, unless the settings say otherwise; a camera's JPEG is about 170 kB."""

TOTAL_BYTES_MAX: Final = 20_480 * MIB
"""Most disk all pictures may take, unless the settings say otherwise."""

BATCH_BYTES_MAX: Final = 16 * MIB
"""Most picture bytes made durable by one sync: about a hundred pictures."""

WAITING_BYTES_MAX: Final = 64 * MIB
"""Most picture bytes waiting for the disk; beyond it devices are not answered and come again."""

SYNC_TOGETHER_FROM: Final = 4
"""From this many new pictures on, syncing the file system once is cheaper than each file by itself."""

YOUNG_S: Final = 60.0
"""A file younger than this may have been put there by another process and not be durable yet."""

_NAME: Final = re.compile(r"[0-9a-f]{64}")
_FILE_MODE: Final = 0o600
_LIBC: Final = ctypes.CDLL(None, use_errno=True)


class StoreFull(Trouble):
    """The pictures take as much disk as they may: no picture is kept until someone makes room, readings are."""


class Picture(Struct, frozen=True):
    """Bytes and the name they claim; the name is checked before anything is written."""

    sha256: Sha256
    blob: bytes


class DiskUse(Struct, frozen=True):
    """How much the kept pictures take, and how much they may."""

    pictures: int
    used_bytes: int
    bytes_max: int


class Kept(Protocol):
    """Where kept bytes are read by their name."""

    def read(self, name: Sha256) -> bytes | None:
        """The bytes, None when they are not here; Broken when they are no longer what their name says."""
        ...


class Shelves:
    """Several stores that are read as one, each with a writer of its own: pictures, and papers beside them."""

    def __init__(self, *shelves: Kept) -> None:
        self._shelves = shelves

    def read(self, name: Sha256) -> bytes | None:
        """The bytes from the first store that has them, None when none has."""
        return next((blob for shelf in self._shelves if (blob := shelf.read(name)) is not None), None)


class Shelf:
    """The evidence store of one folder. One thread of one process writes; any may read, opened `read_only`."""

    def __init__(
        self,
        root: str | Path,
        *,
        picture_bytes_max: int = PICTURE_BYTES_MAX,
        bytes_max: int = TOTAL_BYTES_MAX,
        read_only: bool = False,
    ) -> None:
        self._root = Path(root).absolute()
        self._picture_bytes_max = picture_bytes_max
        self._bytes_max = bytes_max
        self._read_only = read_only
        self._arriving = self._root / "arriving"
        self._pictures = self._used_bytes = 0
        if not read_only:
            self._take_over()

    def _take_over(self) -> None:
        """Begin to write: what an earlier writer left half done goes, what it named becomes durable."""
        try:
            self._arriving.mkdir(mode=0o700, parents=True, exist_ok=True)
            for torn in self._arriving.iterdir():
                torn.unlink()
        except OSError as error:
            raise Trouble(f"the evidence folder {self._root} cannot be written: {error.strerror}") from error
        self._pictures, self._used_bytes = _measure(self._root)
        _sync_file_system(self._root)

    @property
    def use(self) -> DiskUse:
        """How full the store is."""
        return DiskUse(self._pictures, self._used_bytes, self._bytes_max)

    def keep(self, pictures: Sequence[Picture]) -> list[Exception | None]:
        """Make pictures durable together; None for each that is, else why it is not.

        Unwritable: its name is not its hash, or it is too large. Trouble: the store or its disk is full.
        """
        assert not self._read_only, "this store was opened for reading"
        troubles: list[Exception | None] = [self._objection(picture) for picture in pictures]
        wanted = {
            picture.sha256: picture.blob for picture, trouble in zip(pictures, troubles, strict=True) if trouble is None
        }
        refused = self._store(wanted)
        return [trouble or refused.get(picture.sha256) for picture, trouble in zip(pictures, troubles, strict=True)]

    def read(self, name: Sha256) -> bytes | None:
        """The bytes of a picture, None when it is not here; Broken when the file is no longer what its name says."""
        try:
            blob = self._path(name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Trouble(f"the picture {name} cannot be read: {error.strerror}") from error
        if hashlib.sha256(blob).hexdigest() != name:
            raise Broken(f"the kept picture {name} is no longer what its name says")
        return blob

    def holds(self, name: Sha256) -> bool:
        """Tell whether a picture is here, without reading it."""
        return self._path(name).exists()

    def size_of(self, name: Sha256) -> int | None:
        """How many bytes a picture has, None when it is not here."""
        status = _status(self._path(name))
        return None if status is None else status.st_size

    def names(self) -> Iterable[Sha256]:
        """Every picture kept, in the order of the names."""
        for first in sorted(_folders(self._root)):
            for second in sorted(_folders(first)):
                yield from (Sha256(path.name) for path in sorted(second.iterdir()) if _NAME.fullmatch(path.name))

    def _path(self, name: Sha256) -> Path:
        if _NAME.fullmatch(name) is None:
            raise Unwritable(f"{name!r} does not name a picture: 64 lower-case hexadecimal digits do")
        return self._root / name[:2] / name[2:4] / name

    def _objection(self, picture: Picture) -> Unwritable | None:
        if len(picture.blob) > self._picture_bytes_max:
            return Unwritable(f"a picture of {len(picture.blob)} bytes; {self._picture_bytes_max} are allowed")
        if hashlib.sha256(picture.blob).hexdigest() != picture.sha256:
            return Unwritable(f"the picture's bytes are not {picture.sha256!r}")
        return None

    def _store(self, wanted: dict[Sha256, bytes]) -> dict[Sha256, Exception]:
        """Write what is new, sync, name it, sync: a name never stands before its bytes are durable."""
        refused: dict[Sha256, Exception] = {}
        fresh: dict[Sha256, bytes] = {}
        young = False
        room = self._bytes_max - self._used_bytes
        for name, blob in wanted.items():
            status = _status(self._path(name))
            if status is not None and status.st_size == len(blob):
                young = young or time.time() - status.st_ctime < YOUNG_S
            elif status is not None:
                refused[name] = Broken(
                    f"the kept picture {name} has {status.st_size} bytes; it should have {len(blob)}"
                )
            elif len(blob) > room:
                refused[name] = StoreFull(f"the evidence store is full: {self._bytes_max // MIB} MiB are allowed")
            else:
                fresh[name] = blob
                room -= len(blob)
        try:
            self._write(fresh)
            if young:
                _sync_file_system(self._root)
        except OSError as error:
            trouble = Trouble(f"pictures cannot be written: {error.strerror}")
            return {**refused, **dict.fromkeys(wanted, trouble)}
        return refused

    def _write(self, fresh: dict[Sha256, bytes]) -> None:
        together = len(fresh) >= SYNC_TOGETHER_FROM and hasattr(_LIBC, "syncfs")
        try:
            for name, blob in fresh.items():
                _write_file(self._arriving / name, blob, sync=not together)
            if together:
                _sync_file_system(self._root)
            changed = [folder for name in fresh for folder in self._name(name)]
            if together:
                _sync_file_system(self._root)
            else:
                for folder in dict.fromkeys(changed):
                    _sync(folder)
        except OSError:
            for name in fresh:  # after a failed sync the kernel may forget what it could not write: none may stay
                (self._arriving / name).unlink(missing_ok=True)
                self._path(name).unlink(missing_ok=True)
            raise
        self._pictures += len(fresh)
        self._used_bytes += sum(map(len, fresh.values()))

    def _name(self, name: Sha256) -> list[Path]:
        """Give an arrived file its name; gives the folders that changed."""
        final = self._path(name)
        folder = final.parent
        changed = [folder]
        if not folder.exists():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            changed += [folder.parent, self._root]
        (self._arriving / name).rename(final)
        return changed


class Intake:
    """The evidence store of one event loop: pictures that come at once are made durable together."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self._gathering: Gathering[tuple[Picture, ...], None] = Gathering(
            self._keep, weigh=_weight, batch_max=BATCH_BYTES_MAX, waiting_max=WAITING_BYTES_MAX
        )

    async def __aenter__(self) -> Self:
        """Begin to take pictures, on the running event loop."""
        self._gathering.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Keep what waits, then end."""
        await self._gathering.close()

    async def keep(self, pictures: Sequence[Picture]) -> None:
        """Return when all these pictures survive a power cut. Raises Trouble or Unwritable, as `Shelf.keep`."""
        if pictures:
            await self._gathering.give(tuple(pictures))

    def _keep(self, batch: list[tuple[Picture, ...]]) -> Sequence[Exception | None]:
        troubles = iter(self.shelf.keep([picture for pictures in batch for picture in pictures]))
        return [_first([next(troubles) for _ in pictures]) for pictures in batch]


def _weight(pictures: tuple[Picture, ...]) -> int:
    return sum(len(picture.blob) for picture in pictures)


def _first(troubles: Iterable[Exception | None]) -> Exception | None:
    return next((trouble for trouble in troubles if trouble is not None), None)


def _folders(folder: Path) -> list[Path]:
    with os.scandir(folder) as found:
        return [Path(item.path) for item in found if len(item.name) == 2 and item.is_dir(follow_symlinks=False)]


def _measure(root: Path) -> tuple[int, int]:
    """Count pictures and their bytes."""
    pictures = used = 0
    for first in _folders(root):
        for second in _folders(first):
            with os.scandir(second) as found:
                sizes = [item.stat(follow_symlinks=False).st_size for item in found]
            pictures += len(sizes)
            used += sum(sizes)
    return pictures, used


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _write_file(path: Path, blob: bytes, *, sync: bool) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _FILE_MODE)
    try:
        rest = memoryview(blob)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        if sync:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_file_system(folder: Path) -> None:
    """Make all that was written to the folder's file system durable; everything, where that call is missing."""
    if not hasattr(_LIBC, "syncfs"):
        os.sync()
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        if _LIBC.syncfs(descriptor) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    finally:
        os.close(descriptor)
