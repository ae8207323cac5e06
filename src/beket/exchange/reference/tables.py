"""Opens the files of tables that an administrator supplies: in whatever encoding, of bounded size, line by line."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Final, Literal

from beket.exchange.kit.refusal import Refused

Encoding = Literal["utf-8", "cp866", "windows-1251"]

TABLE_BYTES_MAX: Final = 64 * 1024 * 1024
"""Most bytes of one file; the national nomenclature with all its past periods has under 10 MB."""

ROWS_MAX: Final = 200_000
"""Most rows of one file; 13,000 codes with a dozen periods each."""

SNIFFED: Final = 256 * 1024
"""Bytes that the encoding is told from."""

_CYRILLIC: Final = re.compile("[а-яё]{3,}|[А-ЯЁ]{3,}")
"""Words as people write them: in a wrong encoding Russian becomes capitals, small letters and lines in turn."""

_DAYS: Final = (
    (re.compile(r"\d{4}-\d\d-\d\d", re.ASCII), "%Y-%m-%d"),
    (re.compile(r"\d\d\.\d\d\.\d{4}", re.ASCII), "%d.%m.%Y"),
)


def lines_of(blob: bytes, file: str, encoding: Encoding | None = None) -> list[str]:
    """Give the lines of a table; the encoding is told by its content where nobody named it; raises Refused."""
    if len(blob) > TABLE_BYTES_MAX:
        raise Refused("size", f"{len(blob)} bytes; at most {TABLE_BYTES_MAX} are read", file)
    if not blob.strip():
        raise Refused("empty", "there is nothing in it", file)
    chosen = encoding or encoding_of(blob)
    try:
        text = blob.decode("utf-8-sig" if chosen == "utf-8" else chosen)
    except UnicodeDecodeError as error:
        line = blob.count(b"\n", 0, error.start) + 1
        raise Refused("encoding", f"this is not {chosen}", place(file, line)) from error
    lines = text.replace("\r\n", "\n").replace("\x1a", "").split("\n")
    if len(lines) > ROWS_MAX:
        raise Refused("items", f"{len(lines)} lines; at most {ROWS_MAX} are read", file)
    return lines


def encoding_of(blob: bytes) -> Encoding:
    """Tell in which of three encodings a table is: UTF-8 where it can be, else what gives more Russian words."""
    head = blob[:SNIFFED]
    try:
        # The cut may go through a letter, so only what stands before the last line's end is tried.
        head[: head.rfind(b"\n") + 1 or len(head)].decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return "utf-8"
    words = {name: _russian(head, name) for name in ("windows-1251", "cp866")}
    return "cp866" if words["cp866"] > words["windows-1251"] else "windows-1251"


def _russian(head: bytes, encoding: str) -> int:
    return sum(len(word) for word in _CYRILLIC.findall(head.decode(encoding, "replace")))


def place(file: str, line: int) -> str:
    """Name a line of a file, as a refusal says where."""
    return f"{file}, line {line}"


def day_of(said: str, where: str) -> date | None:
    """Read a day, written from its year on or from its day on; None where nothing is written; raises Refused."""
    if not said:
        return None
    for shape, order in _DAYS:
        if shape.fullmatch(said):
            try:
                return datetime.strptime(said, order).date()  # noqa: DTZ007 - a day has no zone
            except ValueError:
                break
    raise Refused("malformed", f"{said[:40]!r} is no day", where)
