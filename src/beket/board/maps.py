"""Maps that people saved, every version with who and when: rows that facts bring, and none that a fact takes away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec
from msgspec import Struct, field

from beket.words.facts import Fact, MapRetired, MapSaved
from beket.words.ids import PlaceId

MAPS: Final = (MapSaved, MapRetired)
"""The facts that are gathered here."""

_ENCODER: Final = msgspec.json.Encoder()


class MapRow(Struct):
    """A map as it was saved, or (`active` is false, without a text) put out of force; the text as a JSON string."""

    place: str
    seq: int
    idx: int
    name: str
    version: int
    active: bool
    title: str | None
    text: str | None
    sha256: str
    replaces: str | None
    made_from: str | None
    by_whom: str
    why: str | None
    at: int


class Maps(Struct):
    """The rows of one batch."""

    rows: list[MapRow] = field(default_factory=list)


def gather_map(maps: Maps, place: PlaceId, ref: tuple[int, int], fact: Fact) -> None:
    """Add one fact to the batch."""
    seq, idx = ref
    match fact:
        case MapSaved():
            text = _ENCODER.encode(fact.text).decode()  # an array of the engine's has no place for ends of lines
            row = MapRow(
                place, seq, idx, fact.name, fact.version, True, fact.title, text, fact.sha256, fact.replaces,  # noqa: FBT003
                fact.made_from, fact.by, None, fact.at,
            )  # fmt: skip
        case MapRetired():
            row = MapRow(
                place, seq, idx, fact.name, fact.version, False, None, None, fact.sha256, None, None, fact.by,  # noqa: FBT003
                fact.why, fact.at,
            )  # fmt: skip
        case _:
            raise AssertionError(f"{type(fact).__name__} is not in MAPS")
    maps.rows.append(row)


def number_maps(maps: Maps, refs: Sequence[tuple[int, int]]) -> None:
    """Give the rows the references of their facts, by which so far they only had their order."""
    for row in maps.rows:
        row.seq, row.idx = refs[row.idx]


def written(maps: Maps) -> Iterator[tuple[str, Sequence[Struct]]]:
    """Give the statement with its rows."""
    yield MAP_VERSIONS, maps.rows


MAP_VERSIONS: Final = """
INSERT INTO BOARD.document_map (place, seq, idx, name, version, active, title, text, sha256, replaces, made_from,
  by_whom, why, at)
SELECT * FROM SPREAD AS e ON CONFLICT (place, seq, idx) DO NOTHING
"""
