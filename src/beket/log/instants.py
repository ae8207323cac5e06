"""Where in each chain an instant stands: what had been written down before it, and when the last of it was."""

from __future__ import annotations

from typing import Any, Final, Protocol

from msgspec import Struct

from beket.log.book import Seq
from beket.words.ids import Instant, PlaceId


class Stood(Struct, frozen=True):
    """The last frame that a place's chain had before an instant."""

    place: PlaceId
    seq: Seq
    at: Instant


class Asked(Protocol):
    """What is needed of a cursor."""

    def execute(self, query: Any, params: Any = ..., /) -> object:  # noqa: ANN401 - drivers type it in their own ways
        """Run a statement with `%(name)s` parameters."""
        ...

    def fetchall(self) -> Any:  # noqa: ANN401 - as above
        """All rows of the answer."""
        ...


_STOOD: Final = """
WITH RECURSIVE halving AS (
  SELECT h.place, 0::bigint AS low, h.seq AS high FROM beket.place_head h WHERE h.seq > 0
  UNION ALL
  SELECT s.place, CASE WHEN f.at < %(at)s THEN f.seq ELSE s.low END,
    CASE WHEN f.at < %(at)s THEN s.high ELSE f.seq - 1 END
  FROM halving s JOIN beket.frame f ON f.place = s.place AND f.seq = (s.low + s.high + 1) / 2 WHERE s.low < s.high
)
SELECT s.place, f.seq, f.at FROM halving s JOIN beket.frame f ON f.place = s.place AND f.seq = s.low
WHERE s.low = s.high ORDER BY s.place
"""
"""Frames of a chain have no holes and their time never goes back: halving finds the place without an index."""


def stood(cursor: Asked, at: Instant) -> tuple[Stood, ...]:
    """Find how far each chain reached just before an instant; a chain that began later is not among them."""
    cursor.execute(_STOOD, {"at": at})
    return tuple(Stood(*row) for row in cursor.fetchall())
