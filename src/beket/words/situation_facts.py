"""What the house concluded of situations and shifts; facts.py has the rest, and all of them in one union."""

from __future__ import annotations

from msgspec import Struct

from beket.words.concluded import Concluded, Level
from beket.words.gravity import EXAMINED, Harm
from beket.words.ids import Instant, SituationId
from beket.words.roles import Role
from beket.words.situations import Again, Ended, Outcome, Rung, SignalKind, Sort, Subject


class Signal(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that a situation rests on: `name` is the rule, the reason, or what is doubted, about one subject.

    `subject` tells several of one rule apart, as in a finding. `harm` is what it threatens; `left`: the conveyance went
    while nobody saw to it, so that there is no time any more.
    """

    kind: SignalKind
    about: str
    name: str
    level: Level
    subject: str = ""
    harm: Harm | None = None
    left: bool = False

    @property
    def four_eyes(self) -> bool:
        """Whether two people close what rests on it: it is grave, or a finding or alarm about a load or a vehicle.

        That has nothing to do with how soon somebody must come (DESIGN §7, reference 08 §C5: weights and radiation).
        """
        grave = self.level in ("critical", "high")
        return grave or (self.kind in ("finding", "radiation") and self.harm in EXAMINED)

    @property
    def key(self) -> str:
        """Name it among all that stand at a place; a device that fails otherwise is the same signal."""
        named = (self.name, self.subject) if self.kind in {"finding", "doubted"} else ()
        return " ".join(filter(None, (self.kind, self.about, *named)))


class OfSituation(Concluded, frozen=True, kw_only=True, omit_defaults=True):
    """What every fact about a situation carries; `version` is what whoever decides has to have seen."""

    situation: SituationId
    version: int


class SituationOpened(OfSituation, frozen=True, kw_only=True, omit_defaults=True, tag="situation_opened"):
    """Something needs people: all signals of one visit, document or device are one situation.

    One of level low is a message: it is there to be known, and asks for nobody.
    """

    about: str
    subject: Subject
    sort: Sort
    level: Level
    rung: Rung
    signals: tuple[Signal, ...]


class SituationChanged(OfSituation, frozen=True, kw_only=True, omit_defaults=True, tag="situation_changed"):
    """Signals came, changed their level, or hold no longer; level and sort are of those that stand.

    `about` is there where it turned out to be about something else: the visit that a document came with.
    """

    sort: Sort
    level: Level
    raised: tuple[Signal, ...] = ()
    gone: tuple[Signal, ...] = ()
    about: str | None = None
    subject: Subject | None = None


class SituationRaisedAgain(OfSituation, frozen=True, kw_only=True, omit_defaults=True, tag="situation_raised_again"):
    """A situation asks for somebody again, whoever has it."""

    why: Again


class SituationTaken(OfSituation, frozen=True, kw_only=True, omit_defaults=True, tag="situation_taken"):
    """Somebody has a situation; if nothing is done until `until_at`, it asks again. `out_of` had it before."""

    by: str
    until_at: Instant | None = None
    out_of: str | None = None


class SituationEscalated(OfSituation, frozen=True, kw_only=True, omit_defaults=True, tag="situation_escalated"):
    """A situation goes up to those who come next; `by` nobody where nobody took it in time."""

    to: Rung
    by: str | None = None
    why: str = ""


class SituationSnoozed(OfSituation, frozen=True, kw_only=True, omit_defaults=True, tag="situation_snoozed"):
    """Somebody has a situation and needs to do nothing about it until then."""

    by: str
    until_at: Instant
    why: str


class SituationsMerged(OfSituation, frozen=True, kw_only=True, omit_defaults=True, tag="situations_merged"):
    """Two situations are one: all that stands in `situation` stands in `into`, whose version and level these are."""

    into: SituationId
    into_version: int
    sort: Sort
    level: Level
    by: str | None = None


class CheckTicked(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="check_ticked"):
    """Somebody did a step of the card, or says that it is not done after all."""

    situation: SituationId
    check: str
    by: str
    done: bool = True


class SituationDispatched(OfSituation, frozen=True, kw_only=True, omit_defaults=True, tag="situation_dispatched"):
    """The post of a situation was asked to do something about it."""

    by: str
    what: str


class ClosingProposed(OfSituation, frozen=True, kw_only=True, omit_defaults=True, tag="closing_proposed"):
    """Somebody would close a grave situation; it is closed when another person says the same."""

    outcome: Outcome
    by: str
    remark: str = ""


class SituationClosed(OfSituation, frozen=True, kw_only=True, omit_defaults=True, tag="situation_closed"):
    """Nothing more is to be done about a situation: people say so, or (`by` nobody) it ended by itself."""

    outcome: Outcome | Ended
    by: str | None = None
    second: str | None = None
    remark: str = ""


class ShiftStarted(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="shift_started"):
    """Somebody is on shift at this place, in this role."""

    account: str
    role: Role


class ShiftEnded(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="shift_ended"):
    """Somebody is on shift no longer: what was taken waits for whoever confirms it. `forgotten`: the shift ran out."""

    account: str
    handed: tuple[SituationId, ...] = ()
    forgotten: bool = False


class HandoverConfirmed(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="handover_confirmed"):
    """The relief took over what somebody had taken whose shift is over; each is said to be taken as well."""

    account: str
    by: str
    situations: tuple[SituationId, ...]
