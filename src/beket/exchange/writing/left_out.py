"""Tells what a document said that is not there when what was written of it is read again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from beket.exchange.kit.branch import UNREAD_VALUES, VALUE_CHARS_MAX
from beket.words.documents import Document, Unread


def left_out(said: Document, again: Document) -> tuple[Unread, ...]:
    """Give what was said and is not said again, by path; what is only said of the reading itself counts for nothing."""
    lost = Counter(_leaves(_bare(said), "")) - Counter(_leaves(_bare(again), ""))
    paths: dict[str, list[str]] = {}
    for (path, value), times in lost.items():
        paths.setdefault(path, []).extend([value] * times)
    return tuple(
        Unread(path=path, count=len(values), values=tuple(value[:VALUE_CHARS_MAX] for value in values[:UNREAD_VALUES]))
        for path, values in paths.items()
    )


def _bare(document: Document) -> object:
    bare = replace(document, format="", version=None, layout_confirmed=True, unread=(), remarks=(), rates=())
    return msgspec.to_builtins(bare)


def _leaves(said: object, path: str) -> Iterator[tuple[str, str]]:
    """Give every value with the names that lead to it; which of several it is of does not matter."""
    if isinstance(said, dict):
        for name, below in said.items():
            yield from _leaves(below, f"{path}/{name}" if path else str(name))
    elif isinstance(said, list | tuple):
        for below in said:
            yield from _leaves(below, path)
    else:
        yield path, str(said)
