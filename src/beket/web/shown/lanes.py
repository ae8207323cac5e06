"""A checkpoint's lanes as a drawing: each a track with its zones, and the devices where they stand on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from msgspec import Struct

from beket.board.panels.place import LaneRow
from beket.web.phrases import ZONES, word
from beket.web.shown.equipment import ShownPiece
from beket.words.site import Zone

ALONG: Final[tuple[Zone, ...]] = ("arrival", "control", "departure")
"""Zones in the order in which a conveyance meets them."""

ON_ROAD: Final = frozenset({"scale", "wim", "loop", "barrier"})
"""What lies in the track or across it; the rest stands beside."""

QUEUE_MAX: Final = 8
"""Conveyances drawn in one zone; the figures above say all."""


class ShownZone(Struct, frozen=True, kw_only=True):
    """One zone of a lane: what stands beside the track there, what lies in it, and who is there now."""

    zone: Zone
    word: str
    beside: tuple[ShownPiece, ...]
    on_road: tuple[ShownPiece, ...]
    lorries: range


class ShownLane(Struct, frozen=True, kw_only=True):
    """One lane; its zones stand as on a plan with abroad on the left, so that a lane out of the country runs back."""

    id: str
    direction: Literal["in", "out"]
    inside: int
    waiting: int
    zones: tuple[ShownZone, ...]
    wrong: int


class ShownLanes(Struct, frozen=True, kw_only=True):
    """All lanes of a checkpoint, and the devices that belong to none."""

    lanes: tuple[ShownLane, ...]
    carried: tuple[ShownPiece, ...]
    pieces: int


def show_lanes(lanes: Sequence[LaneRow], pieces: Sequence[ShownPiece]) -> ShownLanes:
    """Put every device where it stands; one whose lane nobody knows is drawn with those that have none."""
    known = {lane.id for lane in lanes}
    return ShownLanes(
        lanes=tuple(_lane(lane, [piece for piece in pieces if piece.row.lane == lane.id]) for lane in lanes),
        carried=tuple(piece for piece in pieces if piece.row.lane not in known),
        pieces=len(pieces),
    )


def _lane(lane: LaneRow, pieces: Sequence[ShownPiece]) -> ShownLane:
    order = ALONG if lane.direction == "in" else ALONG[::-1]
    return ShownLane(
        id=lane.id,
        direction=lane.direction,
        inside=lane.inside,
        waiting=lane.waiting,
        zones=tuple(
            _zone(zone, [piece for piece in pieces if piece.row.zone == zone], _standing(lane, zone)) for zone in order
        ),
        wrong=sum(piece.level != "normal" for piece in pieces),
    )


def _standing(lane: LaneRow, zone: Zone) -> int:
    """Who waits is at the arrival gate, who was met in the control area is there until seen at the exit."""
    return {"arrival": lane.waiting, "control": lane.inside - lane.waiting}.get(zone, 0)


def _zone(zone: Zone, pieces: Sequence[ShownPiece], standing: int) -> ShownZone:
    return ShownZone(
        zone=zone,
        word=word(ZONES, zone),
        beside=tuple(piece for piece in pieces if piece.row.klass not in ON_ROAD),
        on_road=tuple(piece for piece in pieces if piece.row.klass in ON_ROAD),
        lorries=range(min(standing, QUEUE_MAX)),
    )
