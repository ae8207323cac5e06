"""Printed slips that were shown after an outage: whose each is, or that it waits for its conveyance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec
from msgspec import Struct, field

from beket.words.facts import Fact, SlipClaimed
from beket.words.ids import PlaceId

SLIPS: Final = (SlipClaimed,)
"""The facts that are gathered here."""

_ENCODER: Final = msgspec.json.Encoder()


class SlipRow(Struct):
    """A slip as data, by the entry that showed it; (seq, idx) is the fact that says whose it is."""

    place: str
    of: str
    crossing: str | None
    slip: str
    signer: str
    by_whom: str
    fits: str | None
    shown_at: int
    until_at: int
    seq: int
    idx: int


class Slips(Struct):
    """The rows of one batch: of several facts about one slip the last counts."""

    slips: dict[tuple[str, str], SlipRow] = field(default_factory=dict)


def gather_slip(rows: Slips, place: PlaceId, ref: tuple[int, int], fact: Fact) -> None:
    """Add one fact to the batch."""
    assert isinstance(fact, SlipClaimed), f"{type(fact).__name__} is not in SLIPS"
    before = rows.slips.get((place, fact.of))
    shown_at = fact.at if before is None else before.shown_at
    text = _ENCODER.encode(fact.slip).decode()
    rows.slips[place, fact.of] = SlipRow(
        place, fact.of, fact.crossing, text, fact.signer, fact.by, fact.fits, shown_at, fact.slip.until_at, *ref
    )


def number_slips(rows: Slips, refs: Sequence[tuple[int, int]]) -> None:
    """Give the rows the references of their facts, by which so far they only had their order."""
    for row in rows.slips.values():
        row.seq, row.idx = refs[row.idx]


def written(rows: Slips) -> Iterator[tuple[str, Sequence[Struct]]]:
    """Give the statement with its rows."""
    yield CLAIMED, list(rows.slips.values())


CLAIMED: Final = """
INSERT INTO BOARD.slip AS s (place, of, crossing, slip, signer, by_whom, fits, shown_at, until_at, seq, idx)
SELECT * FROM SPREAD AS e
ON CONFLICT (place, of) DO UPDATE SET crossing = excluded.crossing, fits = excluded.fits, seq = excluded.seq,
  idx = excluded.idx
WHERE (s.seq, s.idx) < (excluded.seq, excluded.idx)
"""

JOIN: Final = ("UPDATE BOARD.slip SET crossing = %(into)s WHERE crossing = %(crossing)s",)
"""A slip of a crossing that turned out to be another is that one's."""
