"""Opens tables written as text: commas, semicolons, tabs or bars between the cells, in the encodings that are met."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from functools import partial
from typing import Final

from msgspec import Struct, field

from beket.exchange.kit.refusal import Refused
from beket.exchange.kit.table import Line, Page, Table, cleaned, within_limits

DELIMITERS: Final = (",", ";", "\t", "|")
ENCODINGS: Final = ("utf-8", "utf-8-sig", "windows-1251", "utf-16")

ROW_CHARS_MAX: Final = 1024 * 1024
"""Most characters of one row; a quote that is never closed would make a row of all that follows."""

_SAMPLE: Final = 4096
"""Bytes that tell whether something is text with delimiters in it."""

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_WIDE_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")

_CYRILLIC_UTF8: Final = re.compile(rb"[\xd0-\xd3][\x80-\xbf]")
_HIGH: Final = re.compile(rb"[\x80-\xff]")
_BROKEN_SHARE: Final = 4
"""Cyrillic in UTF-8 is pairs of such bytes; in windows-1251 those pairs are rare. Where a quarter of the high bytes
make such pairs, a text is UTF-8 with damage and must not be read as windows-1251."""


class DelimitedText(Table, kw_only=True):
    """A table as text; how it is split is found when somebody knows its headers."""

    blob: bytes = b""
    texts: dict[str, _Text] = field(default_factory=dict)
    """As each encoding has it; at most one for each of them."""

    def pages(self, encoding: str = "", delimiter: str = "") -> Iterator[Page]:
        """Give each way to split the text; none where it is not written as is said."""
        if encoding not in self.texts:
            self.texts[encoding] = _decoded(self.blob, encoding) if encoding else _text(self.blob)
        read = self.texts[encoding]
        if encoding and read.fault:
            return
        for one in (delimiter,) if delimiter else DELIMITERS:
            if one in read.text:
                yield Page("", partial(_lines, read.text, one), read.fault)


class _Text(Struct, frozen=True):
    """Bytes as text; `fault` is why they are none, where something stands in the place of what cannot be read."""

    text: str
    fault: Refused | None = None


def looks_delimited(blob: bytes) -> bool:
    """Tell whether bytes begin as text with a delimiter in it."""
    sample = blob[:_SAMPLE]
    text = sample.decode("utf-16", "ignore") if sample.startswith(_WIDE_MARKS) else sample.decode("latin-1")
    return _CONTROL.search(text) is None and any(one in text for one in DELIMITERS)


def _text(blob: bytes) -> _Text:
    """Read bytes as UTF-8, or as UTF-16 that says so, or as windows-1251."""
    if blob.startswith(_WIDE_MARKS):
        return _decoded(blob, "utf-16")
    try:
        blob.decode()
    except UnicodeDecodeError:
        pairs = len(_CYRILLIC_UTF8.findall(blob))
        if pairs * 2 * _BROKEN_SHARE <= len(_HIGH.findall(blob)):
            return _decoded(blob, "windows-1251")
    return _decoded(blob, "utf-8")


def _decoded(blob: bytes, encoding: str) -> _Text:
    codec = "utf-8-sig" if encoding == "utf-8" else encoding
    try:
        text = blob.decode(codec)
    except UnicodeDecodeError as error:
        fault = Refused("encoding", f"not {encoding}: {error.reason}", f"byte {error.start}")
        return _Text(blob.decode(codec, "replace"), fault)
    control = _CONTROL.search(text)
    if control is None:
        return _Text(text)
    line = text.count("\n", 0, control.start()) + 1
    return _Text(text, Refused("encoding", f"{control[0]!r} stands where only text may", f"line {line}"))


def _lines(text: str, delimiter: str) -> Iterator[Line]:
    return within_limits(_split(text, delimiter))


class _Feed:
    """Gives a text line by line, and refuses a row that takes more of it than any row does."""

    def __init__(self, text: str) -> None:
        self._lines = io.StringIO(text, newline="")
        self.row_chars = 0

    def __iter__(self) -> Iterator[str]:
        while line := self._lines.readline(ROW_CHARS_MAX + 1):
            self.row_chars += len(line)
            if self.row_chars > ROW_CHARS_MAX:
                raise Refused("size", f"a row of more than {ROW_CHARS_MAX} characters")
            yield line


def _split(text: str, delimiter: str) -> Iterator[Line]:
    feed = _Feed(text)
    reader = csv.reader(feed, delimiter=delimiter, strict=True)
    while True:
        number = reader.line_num + 1
        feed.row_chars = 0
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise Refused("malformed", str(error), f"line {number}") from error
        if row is None:
            return
        yield number, [cleaned(cell, number) for cell in row]
