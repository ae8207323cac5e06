"""What was once written to the log decodes for ever and means the same."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import msgspec
import pytest

from beket.words.decisions import Decision
from beket.words.facts import Fact
from beket.words.readings import Reading
from beket.words.wire import Entry, Piece, Raw, decode_entry, decode_frame, encode_entry, encode_frame

CORPUS = Path(__file__).parent / "corpus"
LINES = [line for file in sorted(CORPUS.glob("v*.jsonl")) for line in file.read_bytes().splitlines()]


def kinds() -> set[str]:
    """Name every kind of body there is."""
    bodies = [body for union in (Reading, Decision, Fact) for body in (get_args(union) or (union,))]
    return {str(msgspec.structs.asdict(msgspec.inspect.type_info(body))["tag"]) for body in bodies}


def kind_of(line: bytes) -> str:
    """Name the kind a line of the corpus is."""
    kind = msgspec.json.decode(line)["body"]["kind"]
    assert isinstance(kind, str)
    return kind


@pytest.mark.parametrize("line", LINES, ids=kind_of)
def test_an_old_entry_decodes_and_is_written_the_same(line: bytes) -> None:
    assert encode_entry(decode_entry(line)) == line


def test_every_kind_there_is_stands_in_the_corpus() -> None:
    assert {kind_of(line) for line in LINES} == kinds()


def test_a_frame_is_its_entries() -> None:
    entries = tuple(decode_entry(line) for line in LINES)
    assert decode_frame(encode_frame(entries)) == entries


def test_raw_bytes_of_any_kind_come_back() -> None:
    raw = Raw(sha256=decode_entry(LINES[0]).body.raw_sha256, pieces=(Piece(inline=bytes(range(256))),))  # type: ignore[union-attr, arg-type]
    entry = Entry(body=decode_entry(LINES[0]).body, raw=raw)
    assert decode_entry(encode_entry(entry)) == entry


@pytest.mark.parametrize(
    "bad", [b"", b"{}", b'{"body":{}}', b'{"body":{"kind":"no_such_kind"}}', b'{"body":{"kind":"tick"}}']
)
def test_what_is_no_entry_is_refused_with_the_reason(bad: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_entry(bad)
