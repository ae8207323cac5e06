"""Tables of limits of mass: every one that was proposed, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec
from msgspec import Struct, field

from beket.words.facts import Fact, WeightLimitsProposed, WeightLimitsRejected, WeightLimitsSet
from beket.words.ids import PlaceId

LIMITS: Final = (WeightLimitsProposed, WeightLimitsSet, WeightLimitsRejected)
"""The facts that are gathered here."""

_ENCODER: Final = msgspec.json.Encoder()


class ProposedRow(Struct):
    """A table as it was proposed; the text as a JSON string."""

    place: str
    of: str
    text: str
    sha256: str
    by_whom: str
    at: int


class SettledRow(Struct):
    """What became of a proposed table."""

    place: str
    of: str
    status: str
    version: int | None
    second: str
    settled_at: int
    why: str | None


class WeightLimits(Struct):
    """The rows of one batch."""

    proposed: list[ProposedRow] = field(default_factory=list)
    settled: list[SettledRow] = field(default_factory=list)


def gather_limits(rows: WeightLimits, place: PlaceId, fact: Fact) -> None:
    """Add one fact to the batch."""
    match fact:
        case WeightLimitsProposed():
            text = _ENCODER.encode(fact.text).decode()  # an array of the engine's has no place for ends of lines
            rows.proposed.append(ProposedRow(place, fact.because[0], text, fact.sha256, fact.by, fact.at))
        case WeightLimitsSet():
            rows.settled.append(SettledRow(place, fact.of, "set", fact.version, fact.second, fact.at, None))
        case WeightLimitsRejected():
            rows.settled.append(SettledRow(place, fact.of, "rejected", None, fact.by, fact.at, fact.why))
        case _:
            raise AssertionError(f"{type(fact).__name__} is not in LIMITS")


def written(rows: WeightLimits) -> Iterator[tuple[str, Sequence[Struct]]]:
    """Give the statements with their rows."""
    yield PROPOSED, rows.proposed
    yield SETTLED, rows.settled


PROPOSED: Final = """
INSERT INTO BOARD.weight_limits (place, of, text, sha256, by_whom, at)
SELECT * FROM SPREAD AS e ON CONFLICT (place, of) DO NOTHING
"""

SETTLED: Final = """
UPDATE BOARD.weight_limits AS w SET status = e.status, version = e.version, second = e.second,
  settled_at = e.settled_at, why = e.why
FROM SPREAD AS e WHERE w.place = e.place AND w.of = e.of
"""
