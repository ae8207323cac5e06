"""What the house concluded of procedures and of the steps of crossings; facts.py has the rest, and all in one union."""

from __future__ import annotations

from beket.words.concluded import Concluded
from beket.words.ids import CrossingId, EntryRef, Instant, Sha256
from beket.words.passages import Note, Photo
from beket.words.procedures import Agency, Claim, CourseState, Effect, Override, Procedure, StepState


class ProcedureProposed(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="procedure_proposed"):
    """A procedure waits for a second person; `because` begins with the entry that proposed it, which names it."""

    procedure: Procedure
    text: str
    sha256: Sha256
    from_at: Instant
    by: str


class ProcedureApproved(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="procedure_approved"):
    """A procedure is in force from an instant on: `by` proposed it and `second` approved it."""

    of: EntryRef
    code: str
    sha256: Sha256
    version: int
    from_at: Instant
    by: str
    second: str


class ProcedureRejected(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="procedure_rejected"):
    """A proposed procedure is let fall."""

    of: EntryRef
    by: str
    why: str


class StepBegun(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="step_begun"):
    """A step of a crossing's procedure is being done."""

    crossing: CrossingId
    step: str
    by: str
    agency: str


class StepDecided(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="step_decided"):
    """A step of a crossing's procedure ended; without `by` nobody answered in time, and the procedure says what then.

    With `override` its proof was missing and somebody decided all the same. `document` is what the agency calls its own
    paper about this.
    """

    crossing: CrossingId
    step: str
    outcome: str
    effect: Effect
    agency: Agency
    by: str | None = None
    remark: str = ""
    override: Override | None = None
    document: str = ""


class StateClaimed(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="state_claimed"):
    """Somebody says of a crossing what nothing proves (yet)."""

    crossing: CrossingId
    state: Claim
    by: str
    agency: str
    remark: str = ""


class PassageTaken(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="passage_taken"):
    """Somebody records this conveyance now; who had it before has it no longer."""

    crossing: CrossingId
    by: str
    agency: str


class PassageRecorded(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="passage_recorded"):
    """An inspector signed what was noted of a conveyance; how its steps ended is said of each by itself.

    `record` is the name that the tablet gave it; `began_at` and `signed_at` are its clock, `offline`: it had no line
    then.
    """

    crossing: CrossingId
    record: str
    by: str
    agency: str
    notes: tuple[Note, ...] = ()
    photos: tuple[Photo, ...] = ()
    began_at: Instant
    signed_at: Instant
    offline: bool = False


class StandingFound(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="standing_found"):
    """Where a crossing stands is known anew: worked out of its steps and its evidence, never set.

    `proven` is whether all that the state asks for is there, `lacks` what is missing for a release: steps by their
    codes, behind a colon the proof that one misses. `due` are steps whose turn has come with this, `overdue` those that
    take longer than their norm. `overtaken`: at the place of these steps, or at the exit where the step is the one that
    releases, one whose turn came later has been first, from now on.
    """

    crossing: CrossingId
    procedure: Sha256
    state: CourseState
    proven: bool
    steps: dict[str, StepState]
    lacks: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
    due: tuple[str, ...] = ()
    overdue: tuple[str, ...] = ()
    overtaken: tuple[str, ...] = ()


OfProcedure = (
    ProcedureProposed
    | ProcedureApproved
    | ProcedureRejected
    | StepBegun
    | StepDecided
    | StateClaimed
    | PassageTaken
    | PassageRecorded
    | StandingFound
)
"""All of them."""
