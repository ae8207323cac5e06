"""Loads tables from the folders where an administrator puts them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from msgspec import Struct

from beket.exchange.kit.refusal import Refusal, Refused
from beket.exchange.reference.national import Level, Row, archive_rows, csv_rows
from beket.exchange.reference.nomenclature import Nomenclature
from beket.exchange.reference.rates import BULLETIN_BYTES_MAX, Bulletin, Rates, read_bulletin
from beket.exchange.reference.tables import TABLE_BYTES_MAX, Encoding

FILES_MAX: Final = 10_000
"""Most files of a folder: a daily bulletin for twenty years, and the weekly ones."""

NATIONAL_ROWS_MAX: Final = 400_000
"""Most rows of all files of a national table together."""

_ARCHIVE: Final = re.compile(r"tnved([1-4])\b.*\.(?:txt|csv)", re.IGNORECASE)
_LEVELS: Final[dict[str, Level]] = {"1": 1, "2": 2, "3": 3, "4": 4}


class Loaded(Struct, frozen=True):
    """The rates of a folder, and the files of it that are refused."""

    rates: Rates
    refused: tuple[Refusal, ...]


def nomenclature_in(folder: Path, encoding: Encoding | None = None) -> Nomenclature | Refusal:
    """Load a national table: files named TNVED1 to TNVED4 as the archive has them, all other CSV as our own form."""
    try:
        return Nomenclature(_rows(folder, encoding))
    except Refused as refused:
        return refused.refusal


def _rows(folder: Path, encoding: Encoding | None) -> list[Row]:
    rows: list[Row] = []
    for file in _files(folder, (".txt", ".csv")):
        blob = _bytes(file, TABLE_BYTES_MAX)
        archive = _ARCHIVE.fullmatch(file.name)
        if archive is not None:
            rows += archive_rows(blob, _LEVELS[archive[1]], file.name, encoding)
        elif file.suffix.lower() == ".csv":
            rows += csv_rows(blob, file.name, encoding)
        else:
            raise Refused("unknown_format", "a text file of a nomenclature is named TNVED1 to TNVED4", file.name)
        if len(rows) > NATIONAL_ROWS_MAX:
            raise Refused("items", f"more than {NATIONAL_ROWS_MAX} rows in all files together", file.name)
    if not rows:
        raise Refused("empty", "no file of a nomenclature is there", str(folder))
    return rows


def rates_in(folder: Path) -> Loaded | Refusal:
    """Load all bulletins of a folder; one that is refused stops none of the others."""
    bulletins: list[Bulletin] = []
    refused: list[Refusal] = []
    try:
        for file in _files(folder, (".xml",)):
            found = read_bulletin(_bytes(file, BULLETIN_BYTES_MAX), file.name)
            if isinstance(found, Refusal):
                refused.append(found)
            else:
                bulletins.append(found)
        return Loaded(Rates(bulletins), tuple(refused))
    except Refused as stopped:
        return stopped.refusal


def _files(folder: Path, suffixes: tuple[str, ...]) -> Iterator[Path]:
    try:
        found = sorted(path for path in folder.iterdir() if path.suffix.lower() in suffixes and path.is_file())
    except OSError as error:
        raise Refused("empty", f"no folder that can be read: {error.strerror}", str(folder)) from error
    if len(found) > FILES_MAX:
        raise Refused("items", f"{len(found)} files; at most {FILES_MAX} are read", str(folder))
    yield from found


def _bytes(file: Path, most: int) -> bytes:
    """Read a file, and one byte more than it may have, so that who reads it sees that it is too long."""
    try:
        with file.open("rb") as opened:
            return opened.read(most + 1)
    except OSError as error:
        raise Refused("empty", f"it cannot be read: {error.strerror}", file.name) from error
