"""What is held of the layout and the devices of one place."""

from __future__ import annotations

from msgspec import Struct, field

from beket.words.facts import Aspect, Doubt
from beket.words.ids import CrossingId, DeviceId, EntryRef, Instant, LaneId, Sha256
from beket.words.site import Post


class Window(Struct, frozen=True):
    """A time in which a device may be silent."""

    from_at: Instant
    until_at: Instant


class Lately(Struct):
    """A crossing of late and the devices that said something of it."""

    opened_at: Instant
    departed: bool = False
    served: list[DeviceId] = field(default_factory=list)


class ProposedPost(Struct, frozen=True, kw_only=True):
    """A layout that waits for a second person, or for its day."""

    post: Post
    sha256: Sha256
    replaces: Sha256 | None
    from_at: Instant
    by: str


class Equipment(Struct, kw_only=True):
    """The equipment slice of one place: the layout in force, and what is known and doubted of each device.

    A device has one thing wrong with it at a time, the gravest it said; what is held is bounded by the layout's devices
    and, for `lately`, by LATELY_MAX crossings a lane. `post_coming` names the proposed layout that was approved and
    waits for its day, `post_version` counts those approved. `met` says when a device last met a conveyance,
    `known_since` since when it is laid out.
    """

    post: Post | None = None
    posts_proposed: dict[EntryRef, ProposedPost] = field(default_factory=dict)
    post_coming: EntryRef | None = None
    post_version: int = 0
    failures: dict[DeviceId, str] = field(default_factory=dict)
    wrong_clocks: dict[DeviceId, int] = field(default_factory=dict)
    aspects: dict[DeviceId, dict[Aspect, tuple[bool | None, str | None]]] = field(default_factory=dict)
    doubts: dict[DeviceId, dict[Doubt, float]] = field(default_factory=dict)
    usual: dict[DeviceId, dict[Doubt, float]] = field(default_factory=dict)
    windows: dict[DeviceId, Window] = field(default_factory=dict)
    met: dict[DeviceId, Instant] = field(default_factory=dict)
    known_since: dict[DeviceId, Instant] = field(default_factory=dict)
    lately: dict[LaneId, dict[CrossingId, Lately]] = field(default_factory=dict)
