"""Writes a copy of the log that anyone can verify with nothing of ours: plain files and a small program."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import msgspec
from msgspec import Struct

from beket.log.book import Broken, Trouble
from beket.log.connect import Engine, one_instant
from beket.log.evidence import Kept
from beket.log.frames import unpack
from beket.words.ids import PlaceId, Sha256

FORMAT: Final = "beket portable 1"

_FRAMES_FETCHED: Final = 50


class ChainCopy(Struct, frozen=True, kw_only=True):
    """One place's chain in the copy."""

    place: PlaceId
    file: str
    seq: int
    hash: str
    entries: int


class PicturesCopy(Struct, frozen=True, kw_only=True):
    """The pictures in the copy; `missing` are spoken of in the log and were not kept any more."""

    list: str
    sha256: Sha256
    count: int
    missing: int


class Manifest(Struct, frozen=True, kw_only=True):
    """What a copy holds."""

    format: str
    chains: tuple[ChainCopy, ...]
    pictures: PicturesCopy | None = None


class _Line(Struct, frozen=True, kw_only=True):
    seq: int
    n: int
    at: int
    prev: str
    hash: str
    body: str


def export(
    connection: Engine, folder: Path, *, places: Sequence[PlaceId] | None = None, shelf: Kept | None = None
) -> Manifest:
    """Copy chains as they stand at one instant into a new folder, with their pictures if a shelf is given.

    The manifest is written last: a folder without one is a copy that was cut short.
    """
    with _on_disk(folder), one_instant(connection):
        folder.mkdir(parents=True, exist_ok=False)
        wanted = places if places is not None else _places(connection)
        chains = tuple(_copy_chain(connection, folder, place) for place in wanted)
        pictures = _copy_pictures(connection, folder, wanted, shelf) if shelf is not None else None
        manifest = Manifest(format=FORMAT, chains=chains, pictures=pictures)
        verifier = files("beket.log").joinpath("portable_verify.py").read_bytes()
        _write(folder / "verify.py", verifier)
        _write(folder / "manifest.json", msgspec.json.format(msgspec.json.encode(manifest)))
    return manifest


@contextmanager
def _on_disk(folder: Path) -> Iterator[None]:
    """Turn the file system's words into Trouble."""
    try:
        yield
    except FileExistsError as error:
        raise Trouble(f"{folder} exists already: a copy is written into a new folder") from error
    except OSError as error:
        raise Trouble(f"the copy cannot be written to {folder}: {error.strerror}") from error


def _places(connection: Engine) -> list[PlaceId]:
    rows = connection.execute("SELECT place FROM beket.place_head WHERE seq > 0 ORDER BY place")
    return [PlaceId(row[0]) for row in rows]


def _copy_chain(connection: Engine, folder: Path, place: PlaceId) -> ChainCopy:
    name = f"{quote(place, safe='')}.jsonl"
    seq, link, entries = 0, bytes(32).hex(), 0
    query = "SELECT seq, n, at, prev, hash, packed, body FROM beket.frame WHERE place = %s ORDER BY seq"
    with (folder / name).open("xb") as out, connection.cursor("frames", binary=True) as cursor:
        cursor.itersize = _FRAMES_FETCHED
        for row in cursor.execute(query, (place,)):
            line = _line(row)
            out.write(msgspec.json.encode(line) + b"\n")
            seq, link, entries = line.seq, line.hash, entries + line.n
        out.flush()
        os.fsync(out.fileno())
    return ChainCopy(place=place, file=name, seq=seq, hash=link, entries=entries)


def _line(row: Sequence[Any]) -> _Line:
    seq, count, at, prev, link, packed, body = row
    try:
        plain = unpack(body, packed=packed).decode()
    except UnicodeDecodeError as error:
        raise Broken(f"frame {seq} holds bytes that are no text") from error
    return _Line(seq=seq, n=count, at=at, prev=prev.hex(), hash=link.hex(), body=plain)


def _copy_pictures(connection: Engine, folder: Path, places: Sequence[PlaceId], shelf: Kept) -> PicturesCopy:
    query = "SELECT DISTINCT encode(sha256, 'hex') FROM beket.evidence WHERE place = ANY(%s) ORDER BY 1"
    count = missing = 0
    digest = hashlib.sha256()
    with (folder / "pictures.txt").open("xb") as out, connection.cursor("pictures") as cursor:
        for row in cursor.execute(query, (list(places),)):
            name = Sha256(row[0])
            blob = shelf.read(name)
            if blob is None:
                missing += 1
                continue
            target = folder / "evidence" / name[:2] / name
            target.parent.mkdir(parents=True, exist_ok=True)
            _write(target, blob)
            digest.update(f"{name}\n".encode())
            out.write(f"{name}\n".encode())
            count += 1
        out.flush()
        os.fsync(out.fileno())
    return PicturesCopy(list="pictures.txt", sha256=Sha256(digest.hexdigest()), count=count, missing=missing)


def _write(path: Path, blob: bytes) -> None:
    with path.open("xb") as out:
        out.write(blob)
        out.flush()
        os.fsync(out.fileno())
