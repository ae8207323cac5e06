"""A process of its own that reads one paper by one map that somebody is writing, and ends.

What it reads anybody may have sent: it is bounded in time and memory, and knows neither the database nor the settings.
"""

from __future__ import annotations

import resource
import sys
from typing import Final

import msgspec
from msgspec import Struct

from beket.exchange.kit.refusal import Refusal, Refused
from beket.exchange.kit.shape import shape_of
from beket.exchange.kit.tables import opened_table
from beket.exchange.mapped.checking import checked_map
from beket.exchange.mapped.document import format_of
from beket.exchange.mapped.form import Map
from beket.exchange.mapped.frame import begun_map
from beket.exchange.reading import coded_formats, read_documents
from beket.web.mapping import Begun, Fault, Tried

CPU_S_MAX: Final = 15
MEMORY_BYTES_MAX: Final = 2 * 1024 * 1024 * 1024
"""Most that reading one paper may take: the intake needs a tenth of both for the largest that it takes."""

DOCUMENTS_MAX: Final = 3
"""Most documents of one paper that are shown while a map is being made."""

NAME: Final = "our_register"
"""What a map is called before somebody names it."""


class Asked(Struct, frozen=True, kw_only=True):
    """A paper, and the map to read it by; without one a map is to be begun."""

    blob: bytes
    text: str | None = None


def begun(blob: bytes) -> Begun:
    """Begin a map for a paper."""
    try:
        return Begun(text=begun_map(blob, NAME))
    except Refused as refused:
        return Begun(reason=refused.refusal.reason)


def faults(name: str, text: str) -> tuple[Fault, ...]:
    """Tell what is wrong with a map of a name; a name that is read by code cannot be a map's."""
    found = checked_map(text)
    if not isinstance(found, Map):
        return tuple(Fault(one.key, one.reason) for one in found)
    if found.name != name:
        return (Fault("name", f"{found.name!r} is not {name!r}"),)
    return (Fault("name", f"{name} is read by code; choose another name"),) if name in coded_formats() else ()


def tried(blob: bytes, text: str) -> Tried:
    """Read a paper by a map and by nothing else."""
    found = checked_map(text)
    if not isinstance(found, Map):
        return Tried(faults=tuple(Fault(one.key, one.reason) for one in found))
    wrong = faults(found.name, text)
    if wrong:
        return Tried(faults=wrong)
    read = read_documents(blob, found.name, maps={found.name: format_of(found)})
    if isinstance(read, Refusal):
        reason = read.reason + (_headers(blob) if read.kind == "not_this_format" else "")
        return Tried(name=found.name, title=found.title, refused=read.kind, reason=reason, where=read.where)
    more = max(0, len(read) - DOCUMENTS_MAX)
    return Tried(name=found.name, title=found.title, documents=read[:DOCUMENTS_MAX], more=more)


def _headers(blob: bytes) -> str:
    """Say what a table's columns are headed by, where a map does not fit it."""
    try:
        found = opened_table(blob).headers() if shape_of(blob) == "table" else []
    except Refused:
        return ""
    return f"; its headers are {', '.join(map(repr, found))}" if found else ""


def main() -> None:
    """Answer what stands on the standard input."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S_MAX, CPU_S_MAX))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    asked = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Asked)
    answer = begun(asked.blob) if asked.text is None else tried(asked.blob, asked.text)
    sys.stdout.buffer.write(msgspec.msgpack.encode(answer))


if __name__ == "__main__":
    main()
