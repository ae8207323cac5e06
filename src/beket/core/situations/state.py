"""What is held of the situations of one place that are open, and of who is on shift there."""

from __future__ import annotations

from msgspec import Struct, field

from beket.words.facts import Level, Signal
from beket.words.ids import CrossingId, DeviceId, DocumentId, Instant, PlaceId, SituationId
from beket.words.roles import Role
from beket.words.situations import Outcome, Rung, Sort, Subject


class Proposed(Struct, frozen=True):
    """How a first person would close a situation that needs two."""

    outcome: Outcome
    by: str


class Situation(Struct, kw_only=True):
    """One situation that is open.

    `signals` are those that stand, `known` all that ever did, with their gravest level; `four_eyes`: two
    people close it. It `asks` for somebody since `asked_at`; `holder` has it, and is silent about it no longer than
    until `until_at`. `handing`: the holder's shift is over.
    """

    id: SituationId
    about: str
    subject: Subject
    sort: Sort
    level: Level
    gravest: Level
    four_eyes: bool = False
    opened_at: Instant
    rung: Rung
    asks: bool
    asked_at: Instant
    version: int = 1
    signals: dict[str, Signal] = field(default_factory=dict)
    known: dict[str, Level] = field(default_factory=dict)
    abouts: list[str] = field(default_factory=list)
    holder: str | None = None
    until_at: Instant | None = None
    snoozed_until: Instant | None = None
    handing: bool = False
    proposed: Proposed | None = None
    ticks: dict[str, bool] = field(default_factory=dict)
    quiet_since: Instant | None = None


class Shift(Struct, frozen=True):
    """Somebody is on shift."""

    role: Role
    since: Instant


class Agreed(Struct, frozen=True):
    """A time in which a device may be silent."""

    from_at: Instant
    until_at: Instant


class Situations(Struct, kw_only=True):
    """The situations slice of one place.

    `by_about` finds the open situation of a visit, document, device or alarm, `standing` that of a signal that holds;
    `papers` says whose visit a document came with. `counted` are the devices that are to be heard often, with how long
    one may say nothing, `silent` those of them of which nothing is heard, with since when.
    """

    place: PlaceId
    situations: dict[SituationId, Situation] = field(default_factory=dict)
    by_about: dict[str, SituationId] = field(default_factory=dict)
    standing: dict[str, SituationId] = field(default_factory=dict)
    papers: dict[DocumentId, CrossingId] = field(default_factory=dict)
    windows: dict[DeviceId, Agreed] = field(default_factory=dict)
    shifts: dict[str, Shift] = field(default_factory=dict)
    counted: dict[DeviceId, int] = field(default_factory=dict)
    silent: dict[DeviceId, Instant] = field(default_factory=dict)

    def of(self, about: str) -> Situation | None:
        """The open situation about something."""
        name = self.by_about.get(about)
        return None if name is None else self.situations[name]

    def is_agreed(self, device: DeviceId, at: Instant) -> bool:
        """Tell whether it is agreed that a device may be silent then."""
        window = self.windows.get(device)
        return window is not None and window.from_at <= at < window.until_at
