"""What keeps lanes closed: radiation alarms that nobody has judged, as far as the board has folded the log."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from beket.board.panels.asking import Cursor
from beket.words.ids import EntryRef, LaneId, PlaceId


class Blocks(Struct, frozen=True, kw_only=True):
    """How far a place is folded, and the lane of each alarm that waits there."""

    seq: int
    alarms: dict[EntryRef, LaneId]


def blocks(cursor: Cursor, places: Sequence[PlaceId]) -> dict[PlaceId, Blocks]:
    """Read the alarms that wait at each of these places; nought is folded of a place the board does not know."""
    cursor.execute("SELECT place, seq FROM position WHERE place = ANY(%(places)s)", {"places": list(places)})
    folded = {row[0]: row[1] for row in cursor.fetchall()}
    cursor.execute(
        "SELECT place, of, lane FROM alarm WHERE NOT settled AND place = ANY(%(places)s) ORDER BY raised_at",
        {"places": list(places)},
    )
    found: dict[PlaceId, Blocks] = {place: Blocks(seq=folded.get(place, 0), alarms={}) for place in places}
    for place, of, lane in cursor.fetchall():
        found[place].alarms[of] = lane
    return found
