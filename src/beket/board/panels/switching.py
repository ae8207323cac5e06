"""Equipment that can be told what to do: how it stands, and the last orders with what became of them."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from beket.board.panels.asking import Cursor, all_of
from beket.words.ids import CrossingId, DeviceId, EntryRef, Instant, PlaceId


class OrderSeen(Struct, frozen=True, kw_only=True):
    """One order; `result` is None while nothing is known of it, and "begun" while it is carried out."""

    place: PlaceId
    decision: str
    device: DeviceId
    what: str
    why: str
    crossing: CrossingId | None
    plate: str | None
    by_whom: str
    role: str
    at: Instant
    until_at: Instant
    ref: EntryRef
    result: str | None
    result_why: str | None
    result_at: Instant | None
    result_ref: EntryRef | None


class Standing(Struct, frozen=True, kw_only=True):
    """How one thing of a device last said that it stands."""

    what: str
    state: str
    at: Instant
    ref: EntryRef


_ORDERS: Final = """
SELECT o.place, o.decision, o.device, o.what, o.why, o.crossing, c.plate, o.by_whom, o.role, o.at, o.until_at,
  o.seq || '.' || o.idx AS ref, o.result, o.result_why, o.result_at, o.result_seq || '.' || o.result_idx AS result_ref
FROM switch_order o LEFT JOIN crossing c ON c.id = o.crossing AND c.place = o.place
WHERE o.place = %(place)s AND o.device = %(device)s ORDER BY o.seq DESC, o.idx DESC LIMIT %(limit)s
"""

_STANDINGS: Final = """
SELECT what, state, at, seq || '.' || idx AS ref FROM standing
WHERE place = %(place)s AND device = %(device)s ORDER BY what
"""


def orders(cursor: Cursor, place: PlaceId, device: DeviceId, limit: int) -> tuple[OrderSeen, ...]:
    """Read the last orders to a device, newest first."""
    return all_of(cursor, OrderSeen, _ORDERS, {"place": place, "device": device, "limit": limit})


def standings(cursor: Cursor, place: PlaceId, device: DeviceId) -> tuple[Standing, ...]:
    """Read how the things of a device stand."""
    return all_of(cursor, Standing, _STANDINGS, {"place": place, "device": device})
