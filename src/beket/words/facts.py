"""What the house concluded, each with the entries it rests on; written once, mended only by a later fact."""

from __future__ import annotations

from typing import Literal

from msgspec import field

from beket.words.acts import Act
from beket.words.concluded import Concluded, IdentityRole, Level
from beket.words.gist import Gist
from beket.words.gravity import Harm
from beket.words.holding_facts import AwaitingEnded, NeighbourResumed, NeighbourStopped, OfHolding, TradeAwaited
from beket.words.ids import CrossingId, DeviceId, DocumentId, EntryRef, Instant, LaneId, Sha256
from beket.words.procedure_facts import (
    OfProcedure,
    PassageRecorded,
    PassageTaken,
    ProcedureApproved,
    ProcedureProposed,
    ProcedureRejected,
    StandingFound,
    StateClaimed,
    StepBegun,
    StepDecided,
)
from beket.words.readings import Answered, Axle, Compared
from beket.words.site import Direction, Post, Zone
from beket.words.situation_facts import (
    CheckTicked,
    ClosingProposed,
    HandoverConfirmed,
    OfSituation,
    ShiftEnded,
    ShiftStarted,
    Signal,
    SituationChanged,
    SituationClosed,
    SituationDispatched,
    SituationEscalated,
    SituationOpened,
    SituationRaisedAgain,
    SituationsMerged,
    SituationSnoozed,
    SituationTaken,
)
from beket.words.slips import Slip

__all__ = [
    "AwaitingEnded",
    "CheckTicked",
    "ClosingProposed",
    "Concluded",
    "HandoverConfirmed",
    "IdentityRole",
    "Level",
    "NeighbourResumed",
    "NeighbourStopped",
    "OfHolding",
    "OfProcedure",
    "OfSituation",
    "PassageRecorded",
    "PassageTaken",
    "ProcedureApproved",
    "ProcedureProposed",
    "ProcedureRejected",
    "ShiftEnded",
    "ShiftStarted",
    "Signal",
    "SituationChanged",
    "SituationClosed",
    "SituationDispatched",
    "SituationEscalated",
    "SituationOpened",
    "SituationRaisedAgain",
    "SituationSnoozed",
    "SituationTaken",
    "SituationsMerged",
    "StandingFound",
    "StateClaimed",
    "StepBegun",
    "StepDecided",
    "TradeAwaited",
]
"""What is a fact, or of one, though it is said in a module of its own."""

Unexplained = Literal[
    "no_plate",
    "weighing_without_plate",
    "portal_without_plate",
    "container_without_plate",
    "passage_without_plate",
    "departure_without_arrival",
]
AttachedBy = Literal["opening", "plate", "companion", "window", "order"]
"""Why an entry was taken for this crossing's: it began it, its sign says so, it came with another reading of the
same device, only this conveyance was about, or several were and it was this one's turn in the lane."""

Aspect = Literal["installed", "powered", "calibrated", "sending", "used"]
"""What is known of a piece of equipment, each by itself: none of these follows from another."""

Doubt = Literal["zero_drift", "gamma_background", "neutron_background", "unread_plates", "bad_frames"]
"""Why what a device says is to be believed with care."""

CloseReason = Literal[
    "departed",
    "backed_out",
    "seen_again_without_departure",
    "seen_leaving_elsewhere",
    "expired_no_departure",
    "expired_unexplained",
]


FitsBy = Literal["plate", "trailer", "container", "number", "reference", "order"]
"""Why a document is taken for a crossing's: a sign of the conveyance, its own number or one that it names stands in
a document that is there already, or somebody said so."""

LeavesBy = Literal["order", "sign_gone", "replaced"]
"""Why a document is no longer a crossing's: somebody said so, the sign that spoke for it turned out to be misread, or a
later version of it took its place."""


class PostDescribed(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="post_described"):
    """A layout of lanes and devices is in force; `of` is the proposal, None where the site file brought it."""

    post: Post
    of: EntryRef | None = None


class PostProposed(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="post_proposed"):
    """A layout waits for a second person; the entry it rests on first is the proposal."""

    post: Post
    sha256: Sha256
    replaces: Sha256 | None = None
    from_at: Instant
    by: str


class PostApproved(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="post_approved"):
    """A proposed layout (`of`) is to be in force from an instant on: `by` proposed it, `second` approved."""

    of: EntryRef
    sha256: Sha256
    version: int
    from_at: Instant
    by: str
    second: str


class PostRejected(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="post_rejected"):
    """A layout fell; `superseded`: a changed site file came before its day."""

    of: EntryRef
    by: str
    why: str = ""
    superseded: bool = False


class CrossingOpened(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="crossing_opened"):
    """A conveyance is at the checkpoint: one dossier begins."""

    crossing: CrossingId
    lane: LaneId
    direction: Direction
    zone: Zone
    opened_by: str


class CrossingIdentified(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="crossing_identified"):
    """A sign of the conveyance is known, or known better than before (`corrects` names what it was taken for)."""

    crossing: CrossingId
    role: IdentityRole
    value: str
    country: str | None = None
    confidence: float | None = None
    corrects: str | None = None


class EvidenceAttached(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="evidence_attached"):
    """An entry belongs to a crossing; `of` names it, `evidence` is its kind, `at` when it happened.

    `sign` is the plate or number this entry read, as a key; `movement` says whether it was seen going against its lane.
    `axles` and `temperature_c` are what a scale in the road said besides the whole.
    """

    crossing: CrossingId
    of: EntryRef
    evidence: str
    device: DeviceId
    lane: LaneId
    zone: Zone
    gross_kg: float | None = None
    gamma_alarm: bool | None = None
    neutron_alarm: bool | None = None
    by: AttachedBy = "order"
    sign: str | None = None
    event_id: str | None = None
    vehicle_type: str | None = None
    movement: Literal["along", "against"] = "along"
    axles: tuple[Axle, ...] = ()
    temperature_c: float | None = None


class EvidenceMoved(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="evidence_moved"):
    """An entry was taken for another conveyance's; it belongs to this crossing after all.

    `at` is when the entry happened. A sign that `out_of` had from this entry alone holds no longer.
    """

    of: EntryRef
    evidence: str
    out_of: CrossingId
    crossing: CrossingId
    gross_kg: float | None = None
    gamma_alarm: bool | None = None
    neutron_alarm: bool | None = None


class CrossingUnexplained(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="crossing_unexplained"):
    """Something passed and the house does not know what: evidence without a dossier."""

    crossing: CrossingId
    why: Unexplained


class CrossingExplained(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="crossing_explained"):
    """A later reading says what an unexplained crossing was."""

    crossing: CrossingId


class CrossingsJoined(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="crossings_joined"):
    """Two dossiers turned out to be one conveyance: all of `crossing` belongs to `into`."""

    crossing: CrossingId
    into: CrossingId


class CrossingDeparted(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="crossing_departed"):
    """The conveyance was sighted at the exit."""

    crossing: CrossingId
    lane: LaneId


class CrossingClosed(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="crossing_closed"):
    """Nothing more is awaited of this crossing."""

    crossing: CrossingId
    reason: CloseReason


class DeviceFailed(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="device_failed"):
    """A device that should speak does not, or says that it is broken."""

    device: DeviceId
    reason: str


class DeviceRecovered(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="device_recovered"):
    """A device that had failed is well again."""

    device: DeviceId


class ClockFoundWrong(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="clock_found_wrong"):
    """A device's clock is further from ours than evidence may bear."""

    device: DeviceId
    drift_ms: int


class ClockFoundRight(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="clock_found_right"):
    """A device's clock that had been wrong agrees with ours again."""

    device: DeviceId
    drift_ms: int


class AspectFound(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="aspect_found"):
    """One thing is known of a device that was not so before: it holds, it does not, or (None) nobody can tell now."""

    device: DeviceId
    aspect: Aspect
    holds: bool | None
    why: str | None = None


class DeviceDoubted(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="device_doubted"):
    """What a device measured of itself is out of bounds: `measured` and `usual` are more than `bound` apart."""

    device: DeviceId
    doubt: Doubt
    measured: float
    usual: float
    bound: float


class DoubtWithdrawn(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="doubt_withdrawn"):
    """What had been out of bounds is inside again."""

    device: DeviceId
    doubt: Doubt


class UsualFound(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="usual_found"):
    """What is usual for a device where it stands is known, or known anew: later measures are compared with it."""

    device: DeviceId
    doubt: Doubt
    usual: float


class MaintenanceAgreed(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="maintenance_agreed"):
    """A device may be silent in this time without an alarm; what it says is recorded all the same."""

    device: DeviceId
    from_at: Instant
    until_at: Instant
    reason: str
    by: str


class MaintenanceEnded(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="maintenance_ended"):
    """A maintenance window is over: its time has run out, or somebody ended it (`by`)."""

    device: DeviceId
    by: str | None = None


class AlarmRaised(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="alarm_raised"):
    """A radiation alarm waits for somebody to judge it; `of` is the reading that raised it.

    `natural`: it is no stronger than, or of the nuclides of, what radiates by nature (core/radiation).
    """

    of: EntryRef
    device: DeviceId
    lane: LaneId
    gamma: bool
    neutron: bool
    natural: bool = False


class AlarmAdjudicated(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="alarm_adjudicated"):
    """Somebody judged a radiation alarm; it is `settled` only when all who must agree do: some codes ask for two."""

    of: EntryRef
    code: int
    by: str
    second: str | None = None
    settled: bool


class DecisionRefused(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="decision_refused"):
    """Somebody decided what could not be decided so: it changes nothing, and everyone can see that it was tried."""

    decision_id: str
    by: str
    why: str


class DocumentFiled(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="document_filed"):
    """A document is on file, or a later `version` of one: `replaces` names the one whose place it takes.

    `gist` is what is compared of it. `unannounced`: it says other things than the one before under the same number,
    and does not say that it corrects it.
    """

    document: DocumentId
    identity: str
    content: Sha256
    gist: Gist
    version: int = 1
    replaces: DocumentId | None = None
    unannounced: bool = False


class DocumentResent(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="document_resent"):
    """A document came that is on file already, word for word: it is the same one."""

    document: DocumentId


class SourceCompared(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="source_compared"):
    """What the source of a certificate says of it is known, or known anew."""

    document: DocumentId
    source: str
    answered: Answered
    why: str | None = None
    differences: tuple[Compared, ...] = ()


class DocumentAttached(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="document_attached"):
    """A document belongs to a crossing: `by` says why, `sign` is the plate, container or number that says so."""

    document: DocumentId
    crossing: CrossingId
    by: FitsBy
    sign: str | None = None
    ordered_by: str | None = None


class DocumentOffered(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="document_offered"):
    """A document fits several crossings: nobody guesses, a person chooses. With none named, the offer is withdrawn."""

    document: DocumentId
    crossings: tuple[CrossingId, ...] = ()


class DocumentDetached(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="document_detached"):
    """A document does not belong to a crossing after all."""

    document: DocumentId
    crossing: CrossingId
    why: LeavesBy
    ordered_by: str | None = None


class SlipClaimed(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="slip_claimed"):
    """A slip that was shown (`of`) claims something of a crossing: it is kept beside what was seen, and proves nothing.

    Without a crossing it waits for the conveyance that it names. `other` is another crossing here that the same slip is
    of, or was taken in for before.
    """

    of: EntryRef
    slip: Slip
    signer: str
    by: str
    crossing: CrossingId | None = None
    fits: FitsBy | None = None
    other: CrossingId | None = None


class FindingRaised(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="finding_raised"):
    """A rule found that things do not agree, or finds it otherwise than before: the same rule about the same subject.

    `crossing` is the one it is about, or `document` where a document contradicts itself. `subject` tells several
    findings of one rule apart: a container, an item. `values` are the measured and declared things by name, numbers
    exact as written; `documents` those it rests on. `harm` is what it threatens, from which, with the time that there
    is, the level follows; older facts do not say it.
    """

    rule: str
    level: Level
    crossing: CrossingId | None = None
    document: DocumentId | None = None
    subject: str = ""
    values: dict[str, str] = field(default_factory=dict)
    documents: tuple[DocumentId, ...] = ()
    harm: Harm | None = None


class FindingWithdrawn(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="finding_withdrawn"):
    """What a rule had found does not hold any more: something else is known now."""

    rule: str
    crossing: CrossingId | None = None
    document: DocumentId | None = None
    subject: str = ""


class MapSaved(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="map_saved"):
    """A map that a person wrote is in force for the whole house, in the place of the version that it `replaces`."""

    name: str
    title: str
    text: str
    sha256: Sha256
    by: str
    version: int = 1
    replaces: Sha256 | None = None
    made_from: Sha256 | None = None


class MapRetired(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="map_retired"):
    """A saved map is in force no longer: what it replaced, if anything, is not either."""

    name: str
    sha256: Sha256
    by: str
    why: str
    version: int = 1


class ActIssued(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="act_issued"):
    """An act of the house has its number and its digest; its paper follows, and can be drawn as often as it takes."""

    crossing: CrossingId
    decision_id: str
    act: Act
    sha256: Sha256


class ActSigned(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="act_signed"):
    """An act has its one signed paper, which came with the entry that this rests on; there is never another."""

    crossing: CrossingId
    number: str
    pdf: Sha256
    size: int
    by: str
    signer: str
    certificate: Sha256
    demo: bool


class WeightLimitsProposed(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="weight_limits_proposed"):
    """A table of limits of mass waits for a second person; the entry it rests on first is the proposal."""

    text: str
    sha256: Sha256
    by: str


class WeightLimitsSet(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="weight_limits_set"):
    """A proposed table (`of`) is gone by from here on: `by` proposed it, `second` approved."""

    of: EntryRef
    text: str
    sha256: Sha256
    by: str
    second: str
    version: int = 1


class WeightLimitsRejected(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="weight_limits_rejected"):
    """A proposed table of limits fell."""

    of: EntryRef
    by: str
    why: str


Fact = (
    PostDescribed
    | CrossingOpened
    | CrossingIdentified
    | EvidenceAttached
    | EvidenceMoved
    | CrossingUnexplained
    | CrossingExplained
    | CrossingsJoined
    | CrossingDeparted
    | CrossingClosed
    | DeviceFailed
    | DeviceRecovered
    | ClockFoundWrong
    | ClockFoundRight
    | AspectFound
    | DeviceDoubted
    | DoubtWithdrawn
    | UsualFound
    | MaintenanceAgreed
    | MaintenanceEnded
    | AlarmRaised
    | AlarmAdjudicated
    | DecisionRefused
    | DocumentFiled
    | DocumentResent
    | SourceCompared
    | DocumentAttached
    | DocumentOffered
    | DocumentDetached
    | SlipClaimed
    | FindingRaised
    | FindingWithdrawn
    | MapSaved
    | MapRetired
    | SituationOpened
    | SituationChanged
    | SituationRaisedAgain
    | SituationTaken
    | SituationEscalated
    | SituationSnoozed
    | SituationsMerged
    | CheckTicked
    | SituationDispatched
    | ClosingProposed
    | SituationClosed
    | ShiftStarted
    | ShiftEnded
    | HandoverConfirmed
    | OfProcedure
    | OfHolding
    | ActIssued
    | ActSigned
    | WeightLimitsProposed
    | WeightLimitsSet
    | WeightLimitsRejected
    | PostProposed
    | PostApproved
    | PostRejected
)
