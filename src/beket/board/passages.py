"""Passages at the lane: who records each, and what was signed of it, with its photographs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec
from msgspec import Struct, field

from beket.board.pictures import PICTURES, PictureRow
from beket.words.facts import Fact, PassageRecorded, PassageTaken
from beket.words.ids import PlaceId, split_ref

PASSAGES: Final = (PassageTaken, PassageRecorded)
"""The facts that are gathered here."""

TOLD: Final = (PassageRecorded,)
"""Those that the story of a crossing tells."""

_ENCODER: Final = msgspec.json.Encoder()


class TakenRow(Struct):
    """Who has a passage now."""

    place: str
    crossing: str
    by_whom: str
    agency: str
    at: int


class RecordRow(Struct):
    """What was signed of a passage: notes and photographs as JSON, `of` is the entry that says so."""

    place: str
    crossing: str
    of: str
    record: str
    by_whom: str
    agency: str
    at: int
    began_at: int
    signed_at: int
    offline: bool
    notes: str
    photos: str


class Passages(Struct):
    """The rows of one batch; of several about one thing they hold what is so in the end."""

    taken: dict[str, TakenRow] = field(default_factory=dict)
    records: list[RecordRow] = field(default_factory=list)
    photos: list[PictureRow] = field(default_factory=list)


def gather_passage(rows: Passages, place: PlaceId, fact: Fact) -> None:
    """Add one fact to the batch."""
    match fact:
        case PassageTaken():
            rows.taken[fact.crossing] = TakenRow(place, fact.crossing, fact.by, fact.agency, fact.at)
        case PassageRecorded():
            rows.taken[fact.crossing] = TakenRow(place, fact.crossing, fact.by, fact.agency, fact.at)
            notes, photos = (_ENCODER.encode(part).decode() for part in (fact.notes, fact.photos))
            rows.records.append(
                RecordRow(
                    place, fact.crossing, fact.because[0], fact.record, fact.by, fact.agency, fact.at, fact.began_at,
                    fact.signed_at, fact.offline, notes, photos,
                )
            )  # fmt: skip
            rows.photos.extend(
                PictureRow(
                    place, *split_ref(fact.because[0]), photo.of, ordinal, photo.sha256, photo.size, photo.media_type
                )
                for ordinal, photo in enumerate(fact.photos)
            )
        case _:
            raise AssertionError(f"{type(fact).__name__} is not in PASSAGES")


def written(rows: Passages) -> Iterator[tuple[str, Sequence[Struct]]]:
    """Give the statements with their rows."""
    yield TAKEN, list(rows.taken.values())
    yield RECORDS, rows.records
    yield PICTURES, rows.photos


TAKEN: Final = """
INSERT INTO BOARD.passage (place, crossing, by_whom, agency, at)
SELECT * FROM SPREAD AS e
ON CONFLICT (crossing) DO UPDATE SET by_whom = excluded.by_whom, agency = excluded.agency, at = excluded.at
"""  # whoever the log names last has it, as the core has it: a desk's clock may go back

RECORDS: Final = """
INSERT INTO BOARD.passage_record (place, crossing, of, record, by_whom, agency, at, began_at, signed_at, offline, notes,
  photos)
SELECT * FROM SPREAD AS e ON CONFLICT (place, of) DO NOTHING
"""

JOIN: Final = (
    "INSERT INTO BOARD.passage (place, crossing, by_whom, agency, at) SELECT place, %(into)s, by_whom, agency, at"
    " FROM BOARD.passage WHERE crossing = %(crossing)s ON CONFLICT (crossing) DO NOTHING",
    "UPDATE BOARD.passage_record SET crossing = %(into)s WHERE crossing = %(crossing)s",
    "DELETE FROM BOARD.passage WHERE crossing = %(crossing)s",
)
"""What was recorded of a crossing that turned out to be another was recorded of that one."""
