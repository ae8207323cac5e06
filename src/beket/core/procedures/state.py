"""What is held of procedures at one place: those in force, and how far each crossing has come in its own."""

from __future__ import annotations

from msgspec import Struct, field

from beket.words.documents import DocumentKind
from beket.words.ids import CrossingId, DocumentId, EntryRef, Instant, LaneId, Sha256
from beket.words.procedures import Agency, Claim, CourseState, Effect, Procedure, Proof, StepState
from beket.words.site import Direction


class Proposed(Struct, frozen=True, kw_only=True):
    """A procedure that waits for a second person."""

    procedure: Procedure
    sha256: Sha256
    from_at: Instant
    by: str


class InForce(Struct, frozen=True, kw_only=True):
    """A procedure that two persons put in force, from an instant on."""

    procedure: Procedure
    sha256: Sha256
    version: int
    from_at: Instant


class Done(Struct, frozen=True, kw_only=True):
    """What somebody decided of a step, or silence did (`by` is None then)."""

    outcome: str
    effect: Effect
    by: str | None
    agency: Agency
    at: Instant
    ref: EntryRef
    override: str | None = None


class Claimed(Struct, frozen=True, kw_only=True):
    """What somebody says of a crossing, with nothing that proves it."""

    by: str
    at: Instant
    ref: EntryRef


class Known(Struct, frozen=True, kw_only=True):
    """What a need may ask of a document: its kind, and the codes of its goods (none where a line has no code)."""

    kind: DocumentKind
    codes: tuple[str, ...]
    coded: bool


class Standing(Struct, frozen=True, kw_only=True):
    """What is worked out of a crossing: its state, whether all that this asks for is there, and each step.

    `lacks` names what is missing for a release: steps by their codes, and with a colon the proof that a step misses.
    `claims` are what was said of it without proof.
    """

    state: CourseState
    proven: bool
    steps: dict[str, StepState]
    lacks: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()


class Course(Struct, kw_only=True):
    """How far one crossing has come; `procedure` is the one that was in force when it began, and stays its own.

    Without one it is held all the same, and nothing but what people record of it: who has it, their records, its end.
    `proofs` are the entries of each kind of evidence, the first few; `alarms` say whether one still stands, `findings`
    whether one makes an examination needed; `asked_at` is when a step's turn came, `raised` the findings that its
    standing gave rise to. `records` are what was signed of it, by the names that tablets gave, the last one last.
    `overtaken`: since when somebody who came later has been where a step is done, or with the step that releases has
    driven off.
    """

    id: CrossingId
    direction: Direction
    procedure: Sha256 | None
    opened_at: Instant
    opened_by: EntryRef
    lane: LaneId = LaneId("")
    proofs: dict[Proof, tuple[EntryRef, ...]] = field(default_factory=dict)
    papers: dict[DocumentId, Known] = field(default_factory=dict)
    alarms: dict[EntryRef, bool] = field(default_factory=dict)
    findings: dict[str, bool] = field(default_factory=dict)
    begun: dict[str, Instant] = field(default_factory=dict)
    done: dict[str, Done] = field(default_factory=dict)
    claims: dict[Claim, Claimed] = field(default_factory=dict)
    asked_at: dict[str, Instant] = field(default_factory=dict)
    overdue: dict[str, Instant] = field(default_factory=dict)
    departed_at: Instant | None = None
    closed: str | None = None
    closed_at: Instant | None = None
    standing: Standing | None = None
    raised: dict[str, dict[str, str]] = field(default_factory=dict)
    taken_by: str | None = None
    records: dict[str, EntryRef] = field(default_factory=dict)
    overtaken: dict[str, Instant] = field(default_factory=dict)


class Procedures(Struct, kw_only=True):
    """The procedures slice of one place; `texts` are those that some course goes by, by their hash."""

    proposed: dict[EntryRef, Proposed] = field(default_factory=dict)
    in_force: list[InForce] = field(default_factory=list)
    courses: dict[CrossingId, Course] = field(default_factory=dict)
    papers: dict[DocumentId, Known] = field(default_factory=dict)
    alarms: dict[EntryRef, CrossingId] = field(default_factory=dict)

    def of(self, sha256: Sha256 | None) -> Procedure | None:
        """Give a procedure by its hash; none of what goes by none."""
        return next((one.procedure for one in self.in_force if one.sha256 == sha256), None)

    def at(self, direction: Direction, at: Instant) -> InForce | None:
        """Give the procedure that was in force for a direction at an instant: the one that began last."""
        found = [one for one in self.in_force if one.procedure.direction == direction and one.from_at <= at]
        return max(found, key=lambda one: (one.from_at, one.version), default=None)
