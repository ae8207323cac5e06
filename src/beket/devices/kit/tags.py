"""Looks over XML before it is parsed: a parser reads a tag whole, and one tag may be as long as the document."""

from __future__ import annotations

import re
from typing import Final

TAG_MAX: Final = 64 * 1024
"""Most bytes of one tag, its attributes included; devices' longest have under 1 KiB. Eight megabytes of attributes took
a parser two seconds, in which nobody else was heard."""

MARKUP_MAX: Final = 80_000
"""Most tags, comments and the like of one document: four for each element that is read at most."""

_TAG: Final = re.compile(rb"<(?:[^\"'>]|\"[^\"]*+\"|'[^']*+')*+>")
_OTHERS: Final = ((b"<!--", b"-->"), (b"<![CDATA[", b"]]>"), (b"<?", b"?>"))


def excess(content: bytes) -> str:
    """Say what of a document no device writes; empty when nothing. What is malformed is the parser's to say."""
    at = content.find(b"<")
    for _ in range(MARKUP_MAX):
        if at < 0 or (end := _end(content, at)) == 0:
            return ""
        if end < 0:
            return f"a tag of more than {TAG_MAX} bytes"
        at = content.find(b"<", end)
    return f"more than {MARKUP_MAX} tags"


def _end(content: bytes, at: int) -> int:
    """Where the markup that begins here ends; zero where it never does, below zero where it is too long."""
    for begins, ends in _OTHERS:
        if content.startswith(begins, at):
            return content.find(ends, at + len(begins)) + 1
    found = _TAG.match(content, at, at + TAG_MAX)
    if found is not None:
        return found.end()
    return -1 if len(content) - at >= TAG_MAX else 0
