"""What is held of the conveyances at one place: crossings by id and sign, passages and sightings by gate.

Everything hangs on ids, never on shared objects, so a snapshot read back is the same state.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from msgspec import Struct, field

from beket.core.crossings.layout import Station
from beket.core.crossings.limits import USUAL_FEW, USUAL_OFF_MS_MIN, USUAL_REACH, USUAL_SLACK_MS
from beket.words.facts import CloseReason, IdentityRole, Unexplained
from beket.words.ids import CrossingId, DeviceId, EntryRef, Instant, LaneId, PlaceId
from beket.words.site import Direction, Zone


class Sign(Struct, kw_only=True):
    """A plate or number a crossing is known by, and the entry that said so."""

    value: str
    key: str
    country: str | None
    confidence: float | None
    ref: EntryRef


class Crossing(Struct, kw_only=True):
    """One conveyance at the checkpoint in one direction; `gates` are those it was seen to pass."""

    id: CrossingId
    lane: LaneId
    direction: Direction
    zone: Zone
    opened_at: Instant
    opened_by: EntryRef
    signs: dict[IdentityRole, Sign] = field(default_factory=dict)
    gates: list[str] = field(default_factory=list)
    vehicle_type: str | None = None
    against: bool = False
    unexplained: Unexplained | None = None
    departed_at: Instant | None = None
    closed_at: Instant | None = None
    closed: CloseReason | None = None
    due: Instant = Instant(0)

    @property
    def ended_at(self) -> Instant | None:
        """When the conveyance was gone, as far as is known."""
        return self.closed_at if self.departed_at is None else self.departed_at


class Passage(Struct, kw_only=True):
    """One conveyance passing one gate, at some instant from `earliest` to `at`.

    A front sighting makes both the same; until then what other devices saw bounds them. `served` counts sightings per
    station.
    """

    crossing: CrossingId
    earliest: int
    at: int
    anchored: bool = False
    served: dict[str, int] = field(default_factory=dict)


class Beside(Struct, frozen=True, kw_only=True):
    """One more entry that was read together with another: it belongs wherever that one does."""

    at: Instant
    ref: EntryRef
    evidence: str


class Sight(Struct, kw_only=True):
    """One entry that was attached to a passage; a pinned one by what it read, any other by its turn in the lane.

    `beside` is what the same reader read together with it, in the order in which it happened.
    """

    at: Instant
    ref: EntryRef
    crossing: CrossingId
    pinned: bool
    sign: str | None = None
    event_id: str | None = None
    evidence: str
    gross_kg: float | None = None
    gamma_alarm: bool | None = None
    neutron_alarm: bool | None = None
    beside: tuple[Beside, ...] = ()

    def apart_ms(self, at: int) -> int:
        """Say how far an instant is from the nearest of what was read together."""
        return min(abs(then - at) for then in (self.at, *(one.at for one in self.beside)))


class Usual(Struct, kw_only=True):
    """How long after the gate a station usually meets a conveyance: a running mean and mean deviation."""

    seen: int = 0
    after_ms: float = 0.0
    off_ms: float = 0.0

    def spread_ms(self, like: Usual | None = None) -> float:
        """Say by how much times usually differ from the mean; few passages do not show it, others like it may."""
        if like is None or like.seen < USUAL_FEW:
            return max(self.off_ms * (1 + USUAL_FEW / max(self.seen, 1)), USUAL_OFF_MS_MIN)
        shown = min(self.seen / USUAL_FEW, 1.0)
        return max(shown * self.off_ms + (1 - shown) * like.spread_ms(), USUAL_OFF_MS_MIN)

    def reach_ms(self) -> float:
        """Say how far from the mean a passage still teaches what is usual."""
        return USUAL_REACH * self.off_ms + USUAL_SLACK_MS


class Track(Struct, kw_only=True):
    """What passed one gate of one lane: passages in their order, and sightings per station in theirs.

    `usual` is how long after the gate a station meets a conveyance, `steps` how long after the one before it serves one
    that waits; both are learnt from what was attached, so a missing sighting does not shift all that follow by one.
    """

    passages: dict[CrossingId, Passage] = field(default_factory=dict)
    order: list[CrossingId] = field(default_factory=list)
    sights: dict[str, list[Sight]] = field(default_factory=dict)
    usual: dict[str, Usual] = field(default_factory=dict)
    steps: dict[str, Usual] = field(default_factory=dict)

    def position(self, at: int) -> int:
        """Say where in the order the first passage at or after an instant stands."""
        passages, order = self.passages, self.order
        if not order or passages[order[-1]].at < at:
            return len(order)
        return bisect_left(order, at, key=lambda crossing: passages[crossing].at)

    def place_of(self, crossing: CrossingId) -> int:
        """Say where in the order a passage stands."""
        return self.order.index(crossing, self.position(self.passages[crossing].at))


def after(sights: list[Sight], at: int) -> int:
    """Say how many of a station's sightings are not later than an instant."""
    if not sights or sights[-1].at <= at:
        return len(sights)
    return bisect_right(sights, at, key=lambda sight: sight.at)


class Crossings(Struct, kw_only=True):
    """The crossings slice of one place.

    `keys` finds crossings by a sign; `inside` those that have not left, `strays` departures nobody saw arriving;
    `due` is a heap of what a tick must look at; `closed` is the order of closing, so that the oldest is let go first.
    `usual` and `steps` are what all stations of one kind showed together: a lane begins with what its neighbours know.
    """

    place: PlaceId
    stations: dict[DeviceId, Station] = field(default_factory=dict)
    crossings: dict[CrossingId, Crossing] = field(default_factory=dict)
    keys: dict[str, list[CrossingId]] = field(default_factory=dict)
    tracks: dict[str, Track] = field(default_factory=dict)
    inside: dict[CrossingId, Direction] = field(default_factory=dict)
    strays: dict[CrossingId, Direction] = field(default_factory=dict)
    due: list[tuple[Instant, CrossingId]] = field(default_factory=list)
    closed: list[tuple[Instant, CrossingId]] = field(default_factory=list)
    usual: dict[str, Usual] = field(default_factory=dict)
    steps: dict[str, Usual] = field(default_factory=dict)
