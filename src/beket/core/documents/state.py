"""What is held of the documents of one place, and of the crossings that they may belong to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec import Struct, field

from beket.core.documents.limits import LINKING_SIGNS_MIN
from beket.words.facts import FitsBy, IdentityRole, Level
from beket.words.gist import Gist
from beket.words.ids import CrossingId, DeviceId, DocumentId, EntryRef, Instant, LaneId, PlaceId, Sha256
from beket.words.limits import Limits, read_limits
from beket.words.passages import NoteField
from beket.words.readings import Answered, Axle, Compared
from beket.words.shipped_limits import shipped_limits
from beket.words.site import Direction
from beket.words.slips import Slip


class Held(Struct, frozen=True, kw_only=True):
    """A finding as it stands: by what it would be told anew."""

    level: Level
    values: dict[str, str]
    documents: tuple[DocumentId, ...]


class Paper(Struct, kw_only=True):
    """A document on file, its newest version; `crossings` are those it belongs to, `offered` those it may belong to.

    `barred` are crossings that somebody took it away from: no sign brings it back there by itself.
    """

    id: DocumentId
    ref: EntryRef
    identity: str
    content: Sha256
    gist: Gist
    filed_at: Instant
    version: int = 1
    unannounced: bool = False
    answered: Answered | None = None
    differences: tuple[Compared, ...] = ()
    crossings: dict[CrossingId, Fitted] = field(default_factory=dict)
    offered: tuple[CrossingId, ...] = ()
    barred: tuple[CrossingId, ...] = ()
    findings: dict[str, Held] = field(default_factory=dict)


class Fitted(Struct, frozen=True, kw_only=True):
    """Why a document is a crossing's, and which way that one went."""

    by: FitsBy
    sign: str | None = None
    direction: Direction | None = None


class Sign(Struct, frozen=True, kw_only=True):
    """A plate or number that a conveyance is known by, and the entry that said so."""

    value: str
    key: str
    country: str | None
    ref: EntryRef


class Weighed(Struct, frozen=True, kw_only=True):
    """What a scale showed of a conveyance; its axles where it was weighed axle by axle, from the front."""

    gross_kg: float
    at: Instant
    device: DeviceId
    evidence: str
    axles: tuple[Axle, ...] = ()
    temperature_c: float | None = None


class Noted(Struct, frozen=True, kw_only=True):
    """What an inspector noted of a conveyance last, and the entry that says so."""

    value: str
    ref: EntryRef


class Past(Struct, frozen=True, array_like=True):
    """What a vehicle weighed at an earlier crossing, and whether papers of goods, or of a transit, were with it."""

    crossing: CrossingId
    direction: Direction
    ref: EntryRef
    weighed: Weighed
    trailer: str | None
    goods: bool
    transit: bool


class ShownSlip(Struct, frozen=True, kw_only=True):
    """A printed slip as it was shown (`of`): by whose key it is signed, and who scanned it.

    `other` is another crossing here that the same slip is of, or was taken in for before.
    """

    of: EntryRef
    slip: Slip
    signer: str
    by: str
    other: CrossingId | None = None


class Visit(Struct, kw_only=True):
    """A crossing as documents see it: its signs, what it weighed, and the papers that belong to it.

    `radiated` are the entries in which a portal had an alarm of it. `slips` claim what was so of it before an outage,
    by the entries that showed them.
    """

    id: CrossingId
    lane: LaneId
    direction: Direction
    opened_at: Instant
    opened_by: EntryRef
    signs: dict[IdentityRole, Sign] = field(default_factory=dict)
    containers: dict[EntryRef, str] = field(default_factory=dict)
    weighings: dict[EntryRef, Weighed] = field(default_factory=dict)
    radiated: list[EntryRef] = field(default_factory=list)
    noted: dict[NoteField, Noted] = field(default_factory=dict)
    ended_at: Instant | None = None
    papers: list[DocumentId] = field(default_factory=list)
    findings: dict[str, Held] = field(default_factory=dict)
    slips: dict[EntryRef, ShownSlip] = field(default_factory=dict)

    def known_by(self) -> dict[str, str | None]:
        """Give every plate and container it is known by, each with its country where one was read."""
        seen: dict[str, str | None] = dict.fromkeys(self.containers.values())
        return seen | {sign.key: sign.country for sign in self.signs.values()}

    @property
    def vehicle(self) -> str | None:
        """The key of what pulls, by which it is known again; a plate seen from behind may be a trailer's."""
        sign = self.signs.get("front") or self.signs.get("exit_front")
        return None if sign is None else sign.key

    @property
    def trailer(self) -> str | None:
        """The key of its trailer, where one was read."""
        sign = self.signs.get("trailer")
        return None if sign is None else sign.key


class Scale(Struct, frozen=True, kw_only=True):
    """What the register says of a scale."""

    error_kg: float | None = None
    wim: bool = False
    verified_on: str | None = None
    verified_until: str | None = None
    accuracy_class: str | None = None


class HeldMap(Struct, frozen=True, kw_only=True):
    """The newest version of a map that was saved at this place; without a hash it is in force no longer."""

    sha256: Sha256 | None
    version: int
    at: Instant


class ProposedLimits(Struct, frozen=True, kw_only=True):
    """A table of limits that waits for a second person."""

    text: str
    sha256: Sha256
    by: str


class Documents(Struct, kw_only=True):
    """The documents slice of one place.

    `versions` finds the newest version of a document by what its senders call it (`names_of`); `by_sign` papers by a
    plate or container that they name, `visits_by_sign` crossings by theirs; `by_number` papers by the numbers they are
    known by, `by_named` by those that they name. `limits` is the table of masses that people put in force here (TOML);
    without one that of the house counts. `pasts` is what each vehicle weighed at crossings that were let go, by the key
    of its plate, the oldest first; the vehicle that was let go last stands last. `slips` wait for their conveyance;
    `slips_of` has of each that was taken in the crossing that it was taken in for first.
    """

    place: PlaceId
    papers: dict[DocumentId, Paper] = field(default_factory=dict)
    versions: dict[str, DocumentId] = field(default_factory=dict)
    visits: dict[CrossingId, Visit] = field(default_factory=dict)
    by_sign: dict[str, list[DocumentId]] = field(default_factory=dict)
    by_number: dict[str, list[DocumentId]] = field(default_factory=dict)
    by_named: dict[str, list[DocumentId]] = field(default_factory=dict)
    visits_by_sign: dict[str, list[CrossingId]] = field(default_factory=dict)
    scales: dict[DeviceId, Scale] = field(default_factory=dict)
    maps: dict[str, HeldMap] = field(default_factory=dict)
    limits: str | None = None
    limits_version: int = 0
    limits_proposed: dict[EntryRef, ProposedLimits] = field(default_factory=dict)
    pasts: dict[str, tuple[Past, ...]] = field(default_factory=dict)
    slips: dict[EntryRef, ShownSlip] = field(default_factory=dict)
    slips_of: dict[str, CrossingId] = field(default_factory=dict)


def limits_of(held: Documents) -> Limits:
    """Give the table of masses that is gone by at a place."""
    found = None if held.limits is None else read_limits(held.limits)
    return found if isinstance(found, Limits) else SHIPPED


SHIPPED: Final = shipped_limits()
"""The table that comes with the house."""


def signs_of(gist: Gist) -> tuple[str, ...]:
    """Give the keys by which a document may be a conveyance's: its plates and containers."""
    return tuple(dict.fromkeys((*(plate.key for plate in gist.plates), *gist.containers)))


def finding_key(rule: str, subject: str) -> str:
    """Name a finding of one crossing or document."""
    return f"{rule} {subject}" if subject else rule


def names_of(identity: str, gist: Gist) -> tuple[str, ...]:
    """Give what a document on file is found by: what makes it the same in a resend, and what its versions share."""
    found = [identity]
    if gist.lineage is not None:
        found.append(f"lineage {gist.lineage}")
    if gist.id is not None:
        found.append(f"id {gist.kind} {gist.id}")
    return tuple(found)


def slip_key(slip: Slip) -> str:
    """Name a slip: one is printed of a crossing in a second."""
    return f"{slip.crossing} {slip.at}"


def linking(numbers: Iterable[str]) -> tuple[str, ...]:
    """Give the numbers by which papers may find each other: a short one is too many documents' number."""
    return tuple(number for number in numbers if len(number) >= LINKING_SIGNS_MIN)
