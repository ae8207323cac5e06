"""What the log commands do: verify chains, show heads and entries, export, and check the law of replay."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

from beket.app.engine import EngineTrouble, opened_engine
from beket.app.folders import evidence_folder, papers_folder, photos_folder
from beket.log import fsck, heads, portable
from beket.log.book import Broken, Trouble
from beket.log.connect import Engine as Connection
from beket.log.connect import open_connection
from beket.log.evidence import Kept, Shelf, Shelves
from beket.log.postgres import PostgresBook
from beket.loop.replay import check
from beket.settings import Settings
from beket.words.ids import EntryRef, PlaceId


class _NotedHead(msgspec.Struct, frozen=True):
    """One line of `log heads`, as far as it is needed to find a chain that was cut off."""

    place: PlaceId
    seq: int
    hash: str


def handle(settings: Settings, given: argparse.Namespace) -> int:
    """Do one verb of `beket log`; exit status 1 when the log is not what it should be, 2 when there is none."""
    try:
        with opened_engine(settings) as engine, closing(open_connection(engine.dsn)) as connection:
            match given.verb:
                case "verify":
                    return _verify(connection, settings, given)
                case "heads":
                    return _heads(connection)
                case "export":
                    return _export(connection, settings, given)
                case _:
                    return _show(connection, PlaceId(given.place), given.ref)
    except EngineTrouble as error:
        sys.stderr.write(f"beket: {error}\n")
        return 2
    except (Trouble, Broken) as error:
        sys.stderr.write(f"beket: {error}\n")
        return 1


def check_replay(settings: Settings) -> int:
    """Re-derive all facts and compare; exit status 1 on any difference."""
    try:
        with opened_engine(settings) as engine, closing(PostgresBook(engine.dsn)) as book:
            replayed = check(book)
    except EngineTrouble as error:
        sys.stderr.write(f"beket: {error}\n")
        return 2
    except (Trouble, Broken) as error:
        sys.stderr.write(f"beket: {error}\n")
        return 1
    _say({**msgspec.to_builtins(replayed), "holds": replayed.holds})
    return 0 if replayed.holds else 1


def _verify(connection: Connection, settings: Settings, given: argparse.Namespace) -> int:
    try:
        trusted = _noted(given.heads) if given.heads else ()
    except (OSError, ValueError) as error:
        sys.stderr.write(f"beket: {given.heads} cannot be used as noted heads: {error}\n")
        return 2
    report = fsck.verify(connection, PlaceId(given.place) if given.place else None, trusted)
    for chain in report.chains:
        _say(chain)
    pictures = None
    if given.pictures:
        pictures = fsck.verify_pictures(connection, _kept(settings))
    bad_pictures = pictures is not None and bool(pictures.missing or pictures.altered)
    _say(
        {
            "whole": report.bad is None and not bad_pictures,
            "chains": len(report.chains),
            "frames": report.frames,
            "entries": report.entries,
            "first_bad": report.bad,
            "noted_heads": len(trusted),
            "pictures": pictures,
        }
    )
    return 1 if report.bad is not None or bad_pictures else 0


def _kept(settings: Settings) -> Kept:
    """Where kept bytes lie: pictures, papers that are too large for the log, and photographs of inspectors."""
    folders = (evidence_folder, papers_folder, photos_folder)
    return Shelves(*(Shelf(folder(settings), read_only=True) for folder in folders))


def _noted(file: Path) -> list[fsck.Trusted]:
    """Read heads as `log heads` printed them, one JSON line each; ValueError says which line is none."""
    noted = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        try:
            head = msgspec.json.decode(line, type=_NotedHead)
            noted.append(fsck.Trusted(head.place, head.seq, bytes.fromhex(head.hash)))
        except (msgspec.MsgspecError, ValueError) as error:
            raise ValueError(f"line {number}: {error}") from error
    return noted


def _heads(connection: Connection) -> int:
    for head in heads.heads(connection):
        _say({**msgspec.structs.asdict(head), "hash": head.hash.hex()})
    return 0


def _export(connection: Connection, settings: Settings, given: argparse.Namespace) -> int:
    shelf = _kept(settings) if given.evidence else None
    places = [PlaceId(given.place)] if given.place else None
    manifest = portable.export(connection, given.folder, places=places, shelf=shelf)
    _say(manifest)
    sys.stderr.write(f"written; check it anywhere with: python3 {given.folder / 'verify.py'}\n")
    return 0


def _show(connection: Connection, place: PlaceId, ref: str) -> int:
    try:
        found = heads.located(connection, place, EntryRef(ref))
    except ValueError as error:
        sys.stderr.write(f"beket: {error}\n")
        return 2
    if found is None:
        sys.stderr.write(f"beket: there is no entry {ref} in the chain of {place}\n")
        return 1
    _say({**msgspec.to_builtins(found), "frame_hash": found.frame_hash.hex()})
    return 0


def _say(line: Any) -> None:  # noqa: ANN401 - whatever msgspec can write
    sys.stdout.write(msgspec.json.encode(line).decode() + "\n")
