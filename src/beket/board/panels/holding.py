"""What people said of the neighbour and of the trade, as the desk asks for it."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from beket.board.panels.asking import Cursor, Scope, all_of, places_named, scoped
from beket.words.holding import Awaited, Ended
from beket.words.ids import CrossingId, EntryRef, Instant, PlaceId

SAID_MAX: Final = 100
"""Most statements of one list: of the neighbour three a day in a month, of one conveyance more than anybody makes."""


class Stop(Struct, frozen=True, kw_only=True):
    """What somebody said of the neighbour; `passed` counts those that left in its direction meanwhile all the same."""

    place: PlaceId
    of: EntryRef
    direction: str
    since_at: Instant
    until_at: Instant
    by_whom: str
    agency: str
    remark: str
    said_at: Instant
    ended_at: Instant | None
    ended_why: Ended | None
    ended_by: str | None
    passed: int


class Wait(Struct, frozen=True, kw_only=True):
    """What an agency said of a conveyance that it waits for."""

    place: PlaceId
    of: EntryRef
    crossing: CrossingId
    agency: str
    what: Awaited
    by_whom: str
    remark: str
    began_at: Instant
    until_at: Instant
    ended_at: Instant | None
    ended_why: Ended | None
    ended_by: str | None


_STOPS: Final = """
SELECT c.place, c.of, c.direction, c.since_at, c.until_at, c.by_whom, c.agency, c.remark, c.said_at, c.ended_at,
  c.ended_why, c.ended_by, (SELECT count(*) FROM crossing o WHERE o.place = c.place AND o.direction = c.direction
    AND o.departed_at > c.since_at AND o.departed_at < least(coalesce(c.ended_at, c.until_at), %(until)s)
    AND o.joined_into IS NULL)::integer AS passed
FROM neighbour_stop c WHERE SCOPE AND c.since_at <= %(until)s AND coalesce(c.ended_at, c.until_at) > %(since)s
ORDER BY c.since_at DESC, c.of LIMIT %(limit)s
"""

_WAITS: Final = """
SELECT c.place, c.of, c.crossing, c.agency, c.what, c.by_whom, c.remark, c.began_at, c.until_at, c.ended_at,
  c.ended_why, c.ended_by
FROM trade_wait c WHERE c.crossing = %(crossing)s AND SCOPE ORDER BY c.began_at DESC, c.of LIMIT %(limit)s
"""


def stops(cursor: Cursor, since: Instant, until: Instant, places: Scope = None) -> tuple[Stop, ...]:
    """Tell what was said of the neighbour that held at some moment of a time, the newest first."""
    named = {"since": since, "until": until, "limit": SAID_MAX, **places_named(places)}
    return all_of(cursor, Stop, scoped(_STOPS, places), named)


def waits(cursor: Cursor, crossing: CrossingId, places: Scope = None) -> tuple[Wait, ...]:
    """Tell what agencies said of a crossing that they wait for, the newest first."""
    named = {"crossing": crossing, "limit": SAID_MAX, **places_named(places)}
    return all_of(cursor, Wait, scoped(_WAITS, places), named)
