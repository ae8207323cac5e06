"""Printed slips that were shown: those of a crossing, and those that wait for their conveyance."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct

from beket.board.panels.asking import Cursor, Scope, all_of, places_named, scoped
from beket.words.facts import FitsBy
from beket.words.ids import CrossingId, EntryRef, Instant, PlaceId
from beket.words.slips import Slip

SLIPS_MAX: Final = 100
"""Most slips that one page lists; of one crossing there are one or two."""


class SlipSeen(Struct, frozen=True, kw_only=True):
    """A slip that was shown by the entry `of`; without a crossing it waits."""

    slip: Slip
    place: PlaceId
    of: EntryRef
    fact: EntryRef
    crossing: CrossingId | None
    signer: str
    by: str
    fits: FitsBy | None
    shown_at: Instant


class _Row(Struct, frozen=True, kw_only=True):
    slip: str
    place: PlaceId
    of: EntryRef
    fact: EntryRef
    crossing: CrossingId | None
    signer: str
    by: str
    fits: FitsBy | None
    shown_at: Instant


class _Position(Struct, frozen=True):
    seq: int


_POSITION: Final = "SELECT greatest(seq, fact_seq) AS seq FROM position WHERE place = %(place)s"
_SLIPS: Final = (
    "SELECT c.slip, c.place, c.of, c.seq || '.' || c.idx AS fact, c.crossing, c.signer, c.by_whom AS by, c.fits,"
    " c.shown_at FROM slip c WHERE MATCH AND SCOPE ORDER BY c.shown_at DESC, c.of LIMIT %(limit)s"
)
_SLIP: Final = msgspec.json.Decoder(Slip)


def slips_of(cursor: Cursor, crossings: tuple[CrossingId, ...]) -> tuple[SlipSeen, ...]:
    """Read the slips that were shown for a crossing, also by the names that it had before, newest first."""
    return _read(cursor, "c.crossing = ANY(%(crossings)s)", {"crossings": list(crossings)})


def waiting(cursor: Cursor, now: Instant, places: Scope = None) -> tuple[SlipSeen, ...]:
    """Read the slips whose conveyance was not seen since, and that may still be gone by."""
    return _read(cursor, "c.crossing IS NULL AND c.until_at >= %(now)s", {"now": now}, places)


def folded_to(cursor: Cursor, place: PlaceId) -> int:
    """The last frame of a place's chain that the tables stand on."""
    rows = all_of(cursor, _Position, _POSITION, {"place": place})
    return rows[0].seq if rows else 0


def _read(cursor: Cursor, match: str, named: dict[str, object], places: Scope = None) -> tuple[SlipSeen, ...]:
    statement = scoped(_SLIPS, places).replace("MATCH", match)
    rows = all_of(cursor, _Row, statement, {"limit": SLIPS_MAX, **named, **places_named(places)})
    return tuple(SlipSeen(**{**msgspec.structs.asdict(row), "slip": _SLIP.decode(row.slip)}) for row in rows)
