"""What people said of the neighbour and of the trade, each with when it began and how it ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct, field

from beket.words.facts import AwaitingEnded, NeighbourResumed, NeighbourStopped, OfHolding, TradeAwaited
from beket.words.ids import PlaceId

TOLD: Final = (TradeAwaited, AwaitingEnded)
"""Those that the story of a crossing tells."""


class StopRow(Struct):
    """Somebody says that the neighbour takes or sends nobody; said again, it holds longer."""

    place: str
    of: str
    direction: str
    since_at: int
    until_at: int
    by_whom: str
    agency: str
    remark: str
    said_at: int


class WaitRow(Struct):
    """An agency says that it waits for the trade; said again, it holds longer."""

    place: str
    of: str
    crossing: str
    agency: str
    what: str
    by_whom: str
    remark: str
    began_at: int
    until_at: int


class EndRow(Struct):
    """How one of the two ended; `ended_ref` is the entry that ended it."""

    place: str
    of: str
    ended_at: int
    ended_why: str
    ended_by: str | None
    ended_ref: str


class Holding(Struct):
    """The rows of one batch; what is said again in it is one row. A batch writes what began before what ended."""

    stops: dict[str, StopRow] = field(default_factory=dict)
    waits: dict[str, WaitRow] = field(default_factory=dict)
    stops_ended: list[EndRow] = field(default_factory=list)
    waits_ended: list[EndRow] = field(default_factory=list)


def gather_holding(rows: Holding, place: PlaceId, fact: OfHolding) -> None:
    """Add one fact to the batch."""
    key = f"{place}:{fact.of}"
    match fact:
        case NeighbourStopped():
            rows.stops[key] = StopRow(
                place, fact.of, fact.direction, fact.since_at, fact.until_at, fact.by, fact.agency, fact.remark, fact.at
            )
        case TradeAwaited():
            before = rows.waits.get(key)
            rows.waits[key] = WaitRow(
                place, fact.of, fact.crossing, fact.agency, fact.what, fact.by, fact.remark,
                fact.at if before is None else before.began_at, fact.until_at,
            )  # fmt: skip
        case NeighbourResumed():
            rows.stops_ended.append(EndRow(place, fact.of, fact.at, fact.why, fact.by, fact.because[0]))
        case AwaitingEnded():
            rows.waits_ended.append(EndRow(place, fact.of, fact.at, fact.why, fact.by, fact.because[0]))


def written(rows: Holding) -> Iterator[tuple[str, Sequence[Struct]]]:
    """Give the statements with their rows."""
    yield STOPS, list(rows.stops.values())
    yield WAITS, list(rows.waits.values())
    yield STOPS_ENDED, rows.stops_ended
    yield WAITS_ENDED, rows.waits_ended


STOPS: Final = """
INSERT INTO BOARD.neighbour_stop (place, of, direction, since_at, until_at, by_whom, agency, remark, said_at)
SELECT * FROM SPREAD AS e
ON CONFLICT (place, of) DO UPDATE SET until_at = excluded.until_at, by_whom = excluded.by_whom,
  agency = excluded.agency, remark = excluded.remark, said_at = excluded.said_at
"""

WAITS: Final = """
INSERT INTO BOARD.trade_wait (place, of, crossing, agency, what, by_whom, remark, began_at, until_at)
SELECT * FROM SPREAD AS e
ON CONFLICT (place, of) DO UPDATE SET until_at = excluded.until_at, by_whom = excluded.by_whom, what = excluded.what,
  remark = excluded.remark
"""

_ENDED: Final = """
UPDATE BOARD.TABLE AS s SET ended_at = e.ended_at, ended_why = e.ended_why, ended_by = e.ended_by,
  ended_ref = e.ended_ref
FROM SPREAD AS e WHERE s.place = e.place AND s.of = e.of
"""
STOPS_ENDED: Final = _ENDED.replace("TABLE", "neighbour_stop")
WAITS_ENDED: Final = _ENDED.replace("TABLE", "trade_wait")

JOIN: Final = ("UPDATE BOARD.trade_wait SET crossing = %(into)s WHERE crossing = %(crossing)s",)
"""Who waited for a crossing that turned out to be another waited for that one."""
