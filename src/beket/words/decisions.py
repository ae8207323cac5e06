"""What authorised people and agencies order: always with a name, a role and a power."""

from __future__ import annotations

import re
from typing import Final, Literal

from msgspec import Struct

from beket.words.acts import ActContent, ActKind
from beket.words.holding import Awaited
from beket.words.ids import CrossingId, DeviceId, DocumentId, EntryRef, Instant, Sha256, SituationId
from beket.words.passages import Note, Photo, StepTaken
from beket.words.procedures import Claim, Override
from beket.words.roles import Role
from beket.words.site import Direction, Post
from beket.words.situations import Outcome

Proof = Literal["passkey", "password", "signature"]
"""How who decides showed, at most some minutes before, that it is really them at the desk; a system signs instead."""


class Ordered(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind"):
    """What every decision carries: `by` is the account, `power` the law or order it rests on.

    `agency` is whose duty it was taken under; `proof` is None where none was asked for.
    """

    decision_id: str
    by: str
    role: Role
    agency: str = "customs"
    power: str | None = None
    at: Instant
    proof: Proof | None = None


class DescribePost(Ordered, frozen=True, kw_only=True, omit_defaults=True, tag="describe_post"):
    """Put this layout of lanes and devices in force at a place, from now on."""

    post: Post


class AgreeMaintenance(Ordered, frozen=True, kw_only=True, omit_defaults=True, tag="agree_maintenance"):
    """Let a device be silent for a while without an alarm: it is being worked on."""

    device: DeviceId
    from_at: Instant
    until_at: Instant
    reason: str


class EndMaintenance(Ordered, frozen=True, kw_only=True, omit_defaults=True, tag="end_maintenance"):
    """Watch a device again before its maintenance window has run out."""

    device: DeviceId


class AdjudicateAlarm(Ordered, frozen=True, kw_only=True, omit_defaults=True, tag="adjudicate_alarm"):
    """Say what a radiation alarm was: `code` is one of the eleven of ADJUDICATION, `of` the reading that raised it."""

    of: EntryRef
    code: int
    isotopes: tuple[str, ...] = ()
    secondary: Literal["none", "requested", "completed"] = "none"
    remark: str = ""


EquipmentOrder = Literal["open_barrier", "close_barrier", "light_red", "light_green", "light_dark", "unlock"]
"""What a lane's equipment can be told to do."""


class OrderEquipment(Ordered, frozen=True, kw_only=True, omit_defaults=True, tag="order_equipment"):
    """Have a piece of a lane's equipment do something, once and before `until_at`; `crossing` is whom it is for."""

    device: DeviceId
    order: EquipmentOrder
    why: str
    crossing: CrossingId | None = None
    until_at: Instant


class AttachDocument(Ordered, frozen=True, kw_only=True, omit_defaults=True, tag="attach_document"):
    """Put a document on file into a crossing's dossier."""

    document: DocumentId
    crossing: CrossingId


class DetachDocument(Ordered, frozen=True, kw_only=True, omit_defaults=True, tag="detach_document"):
    """Take a document out of a crossing's dossier: it is another's; it stays on file."""

    document: DocumentId
    crossing: CrossingId
    why: str


class SaveMap(Ordered, frozen=True, kw_only=True, omit_defaults=True, tag="save_map"):
    """Have papers read by a map that a person wrote, in the place of the version whose hash `replaces` is, if any.

    `text` is the map as written (TOML) and `sha256` the hash of its UTF-8; `made_from` is the paper it was made for.
    """

    name: str
    title: str
    text: str
    sha256: Sha256
    replaces: Sha256 | None = None
    made_from: Sha256 | None = None


class RetireMap(Ordered, frozen=True, kw_only=True, omit_defaults=True, tag="retire_map"):
    """Have no more papers read by a saved map; `sha256` is the version that whoever says so has seen."""

    name: str
    sha256: Sha256
    why: str


class AboutSituation(Ordered, frozen=True, kw_only=True, omit_defaults=True):
    """What every decision about a situation names; `seen` is the version that its taker has seen: no other is meant."""

    situation: SituationId
    seen: int


class TakeSituation(AboutSituation, frozen=True, kw_only=True, omit_defaults=True, tag="take_situation"):
    """Have a situation: see to it."""


class EscalateSituation(AboutSituation, frozen=True, kw_only=True, omit_defaults=True, tag="escalate_situation"):
    """Give a situation up to those who come next."""

    why: str


class SnoozeSituation(AboutSituation, frozen=True, kw_only=True, omit_defaults=True, tag="snooze_situation"):
    """Have a situation ask for nobody until then."""

    until_at: Instant
    why: str


class MergeSituations(AboutSituation, frozen=True, kw_only=True, omit_defaults=True, tag="merge_situations"):
    """Have a situation be a part of another of the same place."""

    into: SituationId


class DispatchSituation(AboutSituation, frozen=True, kw_only=True, omit_defaults=True, tag="dispatch_situation"):
    """Ask the post of a situation to do something about it."""

    what: str


class TickCheck(Ordered, frozen=True, kw_only=True, omit_defaults=True, tag="tick_check"):
    """Say that a step of the card is done, or not after all. Two people may tick different steps at once."""

    situation: SituationId
    check: str
    done: bool = True


class CloseSituation(AboutSituation, frozen=True, kw_only=True, omit_defaults=True, tag="close_situation"):
    """Close a situation, or say the same as who would close it."""

    outcome: Outcome
    remark: str = ""


class StartShift(Ordered, frozen=True, kw_only=True, omit_defaults=True, tag="start_shift"):
    """Be on shift at a place."""


class EndShift(Ordered, frozen=True, kw_only=True, omit_defaults=True, tag="end_shift"):
    """Be on shift no longer, and hand over what was taken."""


class ConfirmHandover(Ordered, frozen=True, kw_only=True, omit_defaults=True, tag="confirm_handover"):
    """Have what `account` had taken, whose shift is over."""

    account: str


class ProposeProcedure(Ordered, frozen=True, kw_only=True, omit_defaults=True, tag="propose_procedure"):
    """Have a procedure (words/procedures, as TOML) in force at this place from an instant on; another person approves.

    `sha256` is the hash of the text's UTF-8.
    """

    text: str
    sha256: Sha256
    from_at: Instant


class ApproveProcedure(Ordered, frozen=True, kw_only=True, omit_defaults=True, tag="approve_procedure"):
    """Put in force what somebody else proposed; `sha256` is the text that whoever says so has read."""

    of: EntryRef
    sha256: Sha256


class RejectProcedure(Ordered, frozen=True, kw_only=True, omit_defaults=True, tag="reject_procedure"):
    """Let a proposed procedure fall."""

    of: EntryRef
    why: str


class BeginStep(Ordered, frozen=True, kw_only=True, omit_defaults=True, tag="begin_step"):
    """Say that a step of a crossing's procedure is being done."""

    crossing: CrossingId
    step: str


class DecideStep(Ordered, frozen=True, kw_only=True, omit_defaults=True, tag="decide_step"):
    """Say how a step of a crossing's procedure ended; `replaces` is the decision about it that its author has seen.

    With `override` it is decided though its proof is missing, for a reason from a list: it is claimed, not proven.
    `document` is what its agency calls its own paper about this. A system's answer stands in the entry's raw bytes as
    it was signed (JWS), by the key with the hash `key`.
    """

    crossing: CrossingId
    step: str
    outcome: str
    remark: str = ""
    override: Override | None = None
    replaces: EntryRef | None = None
    document: str = ""
    key: Sha256 | None = None


class ClaimState(Ordered, frozen=True, kw_only=True, omit_defaults=True, tag="claim_state"):
    """Say of a crossing what its proof does not show (yet): a partner's message, an officer's word."""

    crossing: CrossingId
    state: Claim
    remark: str = ""


class TakePassage(Ordered, frozen=True, kw_only=True, omit_defaults=True, tag="take_passage"):
    """Have a conveyance at the lane: record it. `seen` is who had it, as far as whoever takes it knows."""

    crossing: CrossingId
    seen: str | None = None


class RecordPassage(Ordered, frozen=True, kw_only=True, omit_defaults=True, tag="record_passage"):
    """Sign what was noted of a conveyance and how its steps ended: all of it or nothing of it.

    `decision_id` is made by the tablet: sent twice, it is recorded once. `after` is the last record of this crossing
    that its author has seen. `began_at` and `signed_at` are the tablet's clock; `offline`: it had no line then.
    """

    crossing: CrossingId
    notes: tuple[Note, ...] = ()
    photos: tuple[Photo, ...] = ()
    steps: tuple[StepTaken, ...] = ()
    after: EntryRef | None = None
    began_at: Instant
    signed_at: Instant
    offline: bool = False


class ReportNeighbour(Ordered, frozen=True, kw_only=True, omit_defaults=True, tag="report_neighbour"):
    """Say that the neighbour takes (`out`) or sends (`in`) nobody since then, or that it does again.

    Said again while it holds, it holds longer, since when it was said first.
    """

    direction: Direction
    passes: bool
    since_at: Instant | None = None
    remark: str = ""


class AwaitTrade(Ordered, frozen=True, kw_only=True, omit_defaults=True, tag="await_trade"):
    """Say that one's agency waits for the driver or the papers of a conveyance."""

    crossing: CrossingId
    what: Awaited
    remark: str = ""


class EndAwaiting(Ordered, frozen=True, kw_only=True, omit_defaults=True, tag="end_awaiting"):
    """Say that one's agency does not wait for the trade any more."""

    crossing: CrossingId


class ProposeWeightLimits(Ordered, frozen=True, kw_only=True, omit_defaults=True, tag="propose_weight_limits"):
    """Have weighings here held to this table of limits (words/limits, as TOML); another person approves.

    `sha256` is the hash of the text's UTF-8. Its rows say themselves from when they are law.
    """

    text: str
    sha256: Sha256


class ApproveWeightLimits(Ordered, frozen=True, kw_only=True, omit_defaults=True, tag="approve_weight_limits"):
    """Put in force the table that somebody else proposed; `sha256` is the text that whoever says so has read."""

    of: EntryRef
    sha256: Sha256


class RejectWeightLimits(Ordered, frozen=True, kw_only=True, omit_defaults=True, tag="reject_weight_limits"):
    """Let a proposed table of limits fall."""

    of: EntryRef
    why: str


class ProposePost(Ordered, frozen=True, kw_only=True, omit_defaults=True, tag="propose_post"):
    """Have a checkpoint laid out so from an instant on; another person approves.

    `sha256` is the layout's fingerprint (words/site), `replaces` that of the layout in force which it was made from:
    None where the checkpoint is new.
    """

    post: Post
    sha256: Sha256
    replaces: Sha256 | None = None
    from_at: Instant


class ApprovePost(Ordered, frozen=True, kw_only=True, omit_defaults=True, tag="approve_post"):
    """Put in force the layout that somebody else proposed; `sha256` is what whoever says so has seen."""

    of: EntryRef
    sha256: Sha256


class RejectPost(Ordered, frozen=True, kw_only=True, omit_defaults=True, tag="reject_post"):
    """Let a layout fall that waits for approval, or for its day."""

    of: EntryRef
    why: str


REMARK_MAX: Final = 1000
"""Most characters of a remark or a reason."""

REFERENCE_MAX: Final = 200
"""Most characters of what another agency calls its own paper."""


class IssueAct(Ordered, frozen=True, kw_only=True, omit_defaults=True, tag="issue_act"):
    """Draw up an act of the house about a crossing; `seen` is the digest of the content that whoever says so has seen.

    `replaces` is the number of the act of the same sort whose place it takes.
    """

    sort: ActKind
    content: ActContent
    seen: Sha256
    replaces: str | None = None


class SignAct(Ordered, frozen=True, kw_only=True, omit_defaults=True, tag="sign_act"):
    """Give an act its signed paper: the entry's raw bytes are the PDF, `pdf` its hash, `act` the digest of the act.

    `signer` and `certificate` (its hash) say by which key; `demo`: by one that stands for nobody.
    """

    number: str
    act: Sha256
    pdf: Sha256
    size: int
    signer: str
    certificate: Sha256
    demo: bool


MAP_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)
"""What a map may be called."""

MAP_TITLE_MAX: Final = 200
MAP_CHARS_MAX: Final = 64 * 1024
"""Most characters of a saved map and of its title; the longest map that comes with the house has some thousands."""

ADJUDICATION: Final[dict[int, str]] = {
    1: "contraband_found",
    2: "other_real",
    3: "medical_isotope",
    4: "norm",
    5: "declared_shipment",
    6: "inspection_negative",
    7: "background_only",
    8: "other_false",
    9: "authorised_test",
    10: "unauthorised_activity",
    11: "other",
}
"""What a radiation alarm can be found to be (codes of the open central alarm station OSCAR, reference 03 §3.4)."""

SECOND_PERSON: Final[frozenset[int]] = frozenset({1, 2, 3, 4, 5})
"""Codes that ask for a second person: real alarms, and those taken for innocent."""

INNOCENT: Final[frozenset[int]] = frozenset({3, 4, 5})
"""Codes that call the source innocent; a neutron alarm is never innocent by default."""

OfProcedures = ProposeProcedure | ApproveProcedure | RejectProcedure | BeginStep | DecideStep | ClaimState
"""What is ordered of procedures, and of the steps of a crossing."""

OfPassages = TakePassage | RecordPassage
"""What an inspector orders of a whole passage."""

OfHolding = ReportNeighbour | AwaitTrade | EndAwaiting
"""What people say of who has a conveyance where evidence cannot tell."""

OfLimits = ProposeWeightLimits | ApproveWeightLimits | RejectWeightLimits
"""What is ordered of the table of limits of mass."""

OfPosts = ProposePost | ApprovePost | RejectPost
"""What is ordered of how a checkpoint is laid out."""

Decision = (
    DescribePost
    | AgreeMaintenance
    | EndMaintenance
    | AdjudicateAlarm
    | OrderEquipment
    | AttachDocument
    | DetachDocument
    | SaveMap
    | RetireMap
    | TakeSituation
    | EscalateSituation
    | SnoozeSituation
    | MergeSituations
    | DispatchSituation
    | TickCheck
    | CloseSituation
    | StartShift
    | EndShift
    | ConfirmHandover
    | OfProcedures
    | OfPassages
    | OfHolding
    | IssueAct
    | SignAct
    | OfLimits
    | OfPosts
)
