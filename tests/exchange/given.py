"""Where the given standards lie: beside the repository, read there and never copied."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final, TypeVar

import msgspec
import pytest
from hypothesis import strategies as st
from lxml import etree

from beket.exchange.kit.refusal import Refusal
from beket.exchange.reading import read_documents
from beket.words.documents import ControlResult, Document

FIXTURES: Final = Path(__file__).parent / "fixtures"
_GIVEN: Final = Path(__file__).parents[2] / ".." / "shared" / "data" / "standards"


def given(*parts: str) -> Path:
    """Give a file or folder of the standards; skips where they are absent."""
    found = _GIVEN.joinpath(*parts)
    if not found.exists():
        pytest.skip("the standards are not beside this repository (../shared)")
    return found


def fixture(name: str) -> bytes:
    """Read a message of our own."""
    return (FIXTURES / name).read_bytes()


def one(blob: bytes) -> Document:
    """Read a message that holds one document."""
    found = read_documents(blob)
    assert isinstance(found, tuple), found
    assert len(found) == 1
    return found[0]


def refusal(blob: bytes) -> Refusal:
    """Read a message that is not taken."""
    found = read_documents(blob)
    assert isinstance(found, Refusal), found
    return found


def unread_paths(document: Document) -> set[str]:
    """Tell the last names of what was left unread."""
    return {left.path.rpartition("/")[2] for left in document.unread}


T = TypeVar("T", Document, ControlResult)

_ODD: Final = ["", " ", "0", "KG", "2026-11-02", "\x00", "ü" * 41, "1" * 9]
_ANYTHING: Final = st.none() | st.text(max_size=300) | st.sampled_from(_ODD)
_CHANGES_MAX: Final = 3


@st.composite
def otherwise(draw: st.DrawFn, whole: T) -> T:
    """Say something else at some places of what is to be written; as it was where no such word can be."""
    said = msgspec.json.decode(msgspec.json.encode(whole))
    for path in draw(st.lists(st.sampled_from(_places(said, ())), min_size=1, max_size=_CHANGES_MAX)):
        holder = said
        for name in path[:-1]:
            holder = holder[name]
        holder[path[-1]] = draw(_ANYTHING)
    try:
        return msgspec.convert(said, type(whole), strict=False)
    except msgspec.ValidationError:
        return whole


def _places(said: object, path: tuple[str | int, ...]) -> list[tuple[str | int, ...]]:
    """Tell every place where something is said."""
    if isinstance(said, dict | list):
        below = said.items() if isinstance(said, dict) else enumerate(said)
        return [found for name, one in below for found in _places(one, (*path, name))]
    return [path]


def album_faults(blob: bytes, schema: str) -> list[str]:
    """Say what a schema of the Union's album of formats finds wrong with a message of our own."""
    return faults(blob, given("eaeu", "xsd-album-5.23.0", schema))


@cache
def _opened(schema: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(schema))


def faults(blob: bytes, schema: Path) -> list[str]:
    """Say what a schema finds wrong with a message; this is how our own messages prove their names."""
    checked = _opened(schema)
    checked.validate(etree.fromstring(blob))
    return [f"line {fault.line}: {fault.message}" for fault in checked.error_log]
