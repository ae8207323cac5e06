"""The way from a page to maps of documents: the wiring installs a workbench here, for the desk reads no paper."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from beket.web.lent import Lent
from beket.words.documents import Document

MAPPED: Final = frozenset({"unknown_format", "ambiguous", "not_this_format"})
"""Why a paper is refused that a map may help."""

NAME_CHARS_MAX: Final = 64

_NAMED: Final = re.compile(r"^[ \t]*name[ \t]*=.*$", re.MULTILINE)
_TABLE: Final = re.compile(r"^[ \t]*\[", re.MULTILINE)


class CannotTry(Exception):
    """A map cannot be tried now; the message says why."""


class Fault(Struct, frozen=True):
    """What is wrong with a map: under which key, and why."""

    key: str
    reason: str


class Begun(Struct, frozen=True, kw_only=True):
    """The beginning of a map for a paper, or why there is none."""

    text: str = ""
    reason: str = ""


class Tried(Struct, frozen=True, kw_only=True):
    """What a map makes of a paper: the first documents and how many more, else its faults, else why it is refused."""

    name: str = ""
    title: str = ""
    faults: tuple[Fault, ...] = ()
    refused: str = ""
    reason: str = ""
    where: str = ""
    documents: tuple[Document, ...] = ()
    more: int = 0

    @property
    def reads(self) -> bool:
        """Whether the paper is read by it."""
        return bool(self.documents)


class Workbench(Struct, frozen=True, kw_only=True):
    """What is done with maps and papers, out of the desk's process; the first two raise CannotTry."""

    begin: Callable[[bytes], Begun]
    """Begin a map for a paper."""

    attempt: Callable[[bytes, str], Tried]
    """Read a paper by a map."""

    faults: Callable[[str, str], tuple[Fault, ...]]
    """What is wrong with a map of a name, whatever paper it is for."""


_lent: Final[Lent[Workbench]] = Lent()
install, forget = _lent.install, _lent.forget


def workbench() -> Workbench:
    """The workbench of this process; raises CannotTry where there is none."""
    bench = _lent.now()
    if bench is None:
        raise CannotTry("nothing that reads papers is installed in this process")
    return bench


def renamed(text: str, name: str) -> str:
    """Give a map with another name: in the line that names it, above its tables, or in one of its own."""
    line = f"name = {json.dumps(name[:NAME_CHARS_MAX], ensure_ascii=False)}"
    table = _TABLE.search(text)
    found = _NAMED.search(text, 0, table.start() if table else len(text))
    return f"{line}\n{text}" if found is None else text[: found.start()] + line + text[found.end() :]


def named(text: str) -> str:
    """Give what a map calls itself, as far as that can be seen without reading it."""
    table = _TABLE.search(text)
    found = _NAMED.search(text, 0, table.start() if table else len(text))
    return "" if found is None else found[0].partition("=")[2].partition("#")[0].strip(" \t\"'")[:NAME_CHARS_MAX]
