"""The national nomenclature with its periods, from the files that an administrator supplies.

Two forms. The archive of the tax service: TNVED1 to TNVED4, columns apart by a pipe, a code cut up over the first of
them (reference 02 §8; levels 1 to 3 as a public copy has them, level 4 as a public program reads it: the layout is not
confirmed). And a plain CSV of our own, whose first line names its columns. A table is taken whole or not at all: codes
from half a nomenclature would be found missing that are not.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import Final, Literal

from msgspec import Struct

from beket.exchange.kit.refusal import Refused
from beket.exchange.reference.tables import Encoding, day_of, lines_of, place

Language = Literal["ky", "ru", "en"]

Level = Literal[1, 2, 3, 4]
"""Files of the archive: sections, chapters, headings, full codes."""

FULL_LENGTH: Final = 10
"""Digits of a full code of the Union's nomenclature."""

NAME_LENGTH_MAX: Final = 4_000
"""Characters of a name that are kept: the archive's own column has no more."""

_CODE: Final = re.compile(r"\d{2}|\d{4}|\d{6}|\d{8,10}", re.ASCII)
_DIGITS: Final = re.compile(r"\d+", re.ASCII)
_COLUMNS: Final[Mapping[Level, tuple[str, ...]]] = {
    1: ("section", "name", "note", "from", "to"),
    2: ("section", "group", "name", "note", "from", "to"),
    3: ("group", "heading", "name", "from", "to"),
    4: ("group", "heading", "code", "name", "from", "to"),
}
_CSV_COLUMNS: Final = ("code", "name_ky", "name_ru", "name_en", "valid_from", "valid_to")
_VERSION_COLUMNS: Final = 3
"""Fewer columns than this has only the line that some archives begin with: the edition and its day."""


class Row(Struct, frozen=True, kw_only=True):
    """One code in one period: the days are the first and the last on which it may be used, None where it is open."""

    code: str
    names: Mapping[Language, str]
    valid_from: date | None = None
    valid_until: date | None = None
    where: str = ""

    def valid_on(self, day: date) -> bool:
        """Say whether the code may be used on a day."""
        return (self.valid_from or day) <= day <= (self.valid_until or day)


def archive_rows(blob: bytes, level: Level, file: str, encoding: Encoding | None = None) -> list[Row]:
    """Read one file of the tax service's archive; raises Refused.

    Sections are read to find faults and give no row: their numbers are no beginning of a code.
    """
    found: list[Row] = []
    for number, line in enumerate(lines_of(blob, file, encoding), 1):
        cells = [cell.strip() for cell in line.split("|")]
        if not line.strip() or (number == 1 and len(cells) - (not cells[-1]) < _VERSION_COLUMNS):
            continue
        row = _archive_row(cells, level, place(file, number))
        if level > 1:
            found.append(row)
    return found


def _archive_row(cells: list[str], level: Level, where: str) -> Row:
    columns = _COLUMNS[level]
    if len(cells) == len(columns) + 1 and not cells[-1]:  # every line may end with a pipe
        cells = cells[:-1]
    if len(cells) != len(columns):
        raise Refused("malformed", f"{len(cells)} columns where there are {len(columns)}", where)
    said = dict(zip(columns, cells, strict=True))
    code = said["section"] if level == 1 else _joined(said, where)
    return _checked(code, {"ru": said["name"]}, (said["from"], said["to"]), where)


def _joined(said: Mapping[str, str], where: str) -> str:
    """Put a code together from its columns; the last may have the digits before it once more."""
    before = said["group"] + said.get("heading", "")
    last = said.get("code", "")
    if len(last) == FULL_LENGTH and not last.startswith(before):
        raise Refused("malformed", f"{last} stands under {before}", where)
    whole = last if len(last) == FULL_LENGTH else before + last
    expected = FULL_LENGTH if "code" in said else 4 if "heading" in said else 2
    if len(whole) != expected:
        raise Refused("malformed", f"{whole!r} has not {expected} digits", where)
    return whole


def csv_rows(blob: bytes, file: str, encoding: Encoding | None = None) -> list[Row]:
    """Read a table in our own form, apart by commas or semicolons; raises Refused."""
    lines = lines_of(blob, file, encoding)
    delimiter = ";" if lines[0].count(";") > lines[0].count(",") else ","
    rows = _cells(lines, delimiter, file)
    columns = [name.strip().lower() for name in next(rows, (1, []))[1]]
    missing = [name for name in ("code", "valid_from", "valid_to") if name not in columns]
    unknown = [name for name in columns if name not in _CSV_COLUMNS]
    if missing or unknown or len(set(columns)) != len(columns):
        wrong = f"missing {missing}, unknown {unknown}" if missing or unknown else "one is there twice"
        raise Refused("malformed", f"the columns are {', '.join(_CSV_COLUMNS)}; {wrong}", place(file, 1))
    return [_csv_row(columns, cells, place(file, number)) for number, cells in rows if any(cells)]


def _cells(lines: list[str], delimiter: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """Give the cells of each row, and the line that it begins on: a name in quotation marks may go over several."""
    reader = csv.reader((f"{line}\n" for line in lines), delimiter=delimiter, strict=True)
    began = 1
    try:
        for cells in reader:
            yield began, [cell.strip() for cell in cells]
            began = reader.line_num + 1
    except csv.Error as error:
        raise Refused("malformed", str(error), place(file, began)) from error


def _csv_row(columns: list[str], cells: list[str], where: str) -> Row:
    if len(cells) != len(columns):
        raise Refused("malformed", f"{len(cells)} columns where there are {len(columns)}", where)
    said = dict(zip(columns, cells, strict=True))
    languages: tuple[Language, ...] = ("ky", "ru", "en")
    names = {language: said.get(f"name_{language}", "") for language in languages}
    return _checked(said["code"].replace(" ", ""), names, (said["valid_from"], said["valid_to"]), where)


def _checked(code: str, names: Mapping[Language, str], days: tuple[str, str], where: str) -> Row:
    if _CODE.fullmatch(code) is None:
        what = "has a length that no code has" if _DIGITS.fullmatch(code) else "is no code"
        raise Refused("malformed", f"{code[:40]!r} {what}", where)
    kept = {language: " ".join(name.split())[:NAME_LENGTH_MAX] for language, name in names.items() if name}
    if not kept:
        raise Refused("malformed", f"{code} has no name", where)
    first, last = (day_of(day, where) for day in days)
    if first is not None and last is not None and last < first:
        raise Refused("malformed", f"{code} ends on {last}, before it begins", where)
    return Row(code=code, names=kept, valid_from=first, valid_until=last, where=where)


def in_periods(rows: Iterable[Row]) -> dict[str, tuple[Row, ...]]:
    """Put the rows of each code in the order of their days; raises Refused where two are valid on one day."""
    by_code: dict[str, list[Row]] = {}
    for row in rows:
        by_code.setdefault(row.code, []).append(row)
    return {code: _in_order(found) for code, found in sorted(by_code.items())}


def _in_order(rows: list[Row]) -> tuple[Row, ...]:
    ordered = sorted(rows, key=lambda row: row.valid_from or date.min)
    for before, after in pairwise(ordered):
        if before.valid_until is None or after.valid_from is None or before.valid_until >= after.valid_from:
            raise Refused("counts", f"{after.code} is valid twice on one day, also by {before.where}", after.where)
    return tuple(ordered)
