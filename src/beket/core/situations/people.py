"""Conclude what follows from what people decide about situations: a conflict is refused, never an overwrite."""

from __future__ import annotations

from collections.abc import Iterator

from beket.core.refused import refused
from beket.core.situations.ahead import Ahead
from beket.core.situations.fold import merge
from beket.core.situations.limits import GRAVE, RANK, RENEWED_MS, SNOOZE_MS_MAX
from beket.core.situations.roster import acknowledged_until, next_rung
from beket.core.situations.state import Situation, Situations
from beket.words.decisions import (
    AboutSituation,
    CloseSituation,
    DispatchSituation,
    EscalateSituation,
    MergeSituations,
    SnoozeSituation,
    TakeSituation,
    TickCheck,
)
from beket.words.facts import (
    CheckTicked,
    ClosingProposed,
    Fact,
    SituationClosed,
    SituationDispatched,
    SituationEscalated,
    SituationSnoozed,
    SituationTaken,
)
from beket.words.ids import EntryRef
from beket.words.roles import may
from beket.words.situations import OUTCOMES, REMARK_MAX, card_of


def decided(held: Situations, ref: EntryRef, ordered: AboutSituation | TickCheck) -> Iterator[Fact]:
    """Conclude from one decision about a situation, or refuse it with the reason."""
    situation = held.situations.get(ordered.situation)
    why = _why_not(held, situation, ordered)
    if situation is None or why is not None:
        yield refused(ref, ordered, why or "no_such_situation")
    elif isinstance(ordered, MergeSituations):
        ahead = Ahead(held, ref)
        merge(ahead, situation, held.situations[ordered.into], ordered.at, ordered.by)
        yield from ahead.concluded
    else:
        yield _concluded(held, situation, ref, ordered)


def _concluded(held: Situations, situation: Situation, ref: EntryRef, ordered: AboutSituation | TickCheck) -> Fact:
    at, because, name, by = ordered.at, (ref,), situation.id, ordered.by
    version = situation.version + 1
    match ordered:
        case TickCheck():
            return CheckTicked(at=at, because=because, situation=name, check=ordered.check, by=by, done=ordered.done)
        case EscalateSituation():
            rung = next_rung(held, situation.rung)
            assert rung is not None, "there is somebody above, or it was refused"
            return SituationEscalated(
                at=at, because=because, situation=name, version=version, to=rung, by=by, why=ordered.why
            )
        case SnoozeSituation():
            return SituationSnoozed(
                at=at, because=because, situation=name, version=version, by=by, until_at=ordered.until_at,
                why=ordered.why,
            )  # fmt: skip
        case DispatchSituation():
            return SituationDispatched(
                at=at, because=because, situation=name, version=version, by=by, what=ordered.what
            )
        case CloseSituation():
            return _closed(situation, ref, ordered)
        case _:
            return SituationTaken(
                at=at, because=because, situation=name, version=version, by=by,
                until_at=acknowledged_until(situation, at), out_of=situation.holder,
            )  # fmt: skip


def _closed(situation: Situation, ref: EntryRef, ordered: CloseSituation) -> Fact:
    """Close it, or have it wait for a second person; one who says otherwise begins anew."""
    first, version = situation.proposed, situation.version + 1
    grave = situation.four_eyes or RANK[situation.gravest] <= GRAVE
    agreed = first is not None and first.outcome == ordered.outcome
    if grave and not agreed:
        return ClosingProposed(
            at=ordered.at, because=(ref,), situation=situation.id, version=version, outcome=ordered.outcome,
            by=ordered.by, remark=ordered.remark,
        )  # fmt: skip
    return SituationClosed(
        at=ordered.at, because=(ref,), situation=situation.id, version=version, outcome=ordered.outcome,
        by=first.by if first is not None and agreed else ordered.by, second=ordered.by if agreed else None,
        remark=ordered.remark,
    )  # fmt: skip


def _why_not(held: Situations, situation: Situation | None, ordered: AboutSituation | TickCheck) -> str | None:
    if not may(ordered.role, "handle_situations"):
        return "not_allowed"
    if situation is None:
        return "no_such_situation"
    if isinstance(ordered, TickCheck):
        return None if ordered.check in card_of(situation.sort) else "no_such_check"
    return _conflict(situation, ordered) or _why_not_so(held, situation, ordered)


def _conflict(situation: Situation, ordered: AboutSituation) -> str | None:
    """Somebody else has it and is not asked again, or it is not what this person saw."""
    others = situation.holder not in (None, ordered.by) and not situation.asks
    if others and not (isinstance(ordered, CloseSituation) and situation.proposed is not None):
        return "taken_by_other"
    return None if ordered.seen == situation.version else "changed_meanwhile"


def _why_not_so(held: Situations, situation: Situation, ordered: AboutSituation) -> str | None:
    why: str | None = None
    match ordered:
        case TakeSituation():
            why = "taken_already" if _has_it_still(situation, ordered) else None
        case EscalateSituation():
            why = _said(ordered.why) or (None if next_rung(held, situation.rung) else "nobody_above")
        case SnoozeSituation():
            why = _said(ordered.why) or _too_long(situation, ordered)
        case DispatchSituation():
            why = _said(ordered.what)
        case MergeSituations():
            into = held.situations.get(ordered.into)
            why = "no_such_situation" if into is None else "same_situation" if into is situation else None
        case CloseSituation():
            why = _not_closed(situation, ordered)
        case _:
            pass
    return why


def _has_it_still(situation: Situation, ordered: TakeSituation) -> bool:
    """Whether who takes it has it, and would have it hardly longer by saying so again: work that goes on is renewed."""
    if situation.holder != ordered.by or situation.asks or situation.snoozed_until is not None or situation.handing:
        return False
    until = acknowledged_until(situation, ordered.at)
    return until is None or situation.until_at is None or until - situation.until_at < RENEWED_MS


def _said(why: str) -> str | None:
    return None if 0 < len(why.strip()) <= REMARK_MAX else "no_reason"


def _too_long(situation: Situation, ordered: SnoozeSituation) -> str | None:
    longest = SNOOZE_MS_MAX.get(situation.level)
    if longest is None:
        return "never_snoozed"
    return None if ordered.at < ordered.until_at <= ordered.at + longest else "snoozed_too_long"


def _not_closed(situation: Situation, ordered: CloseSituation) -> str | None:
    """Who begins to close has it; who agrees is another; what is resolved has its card done, and all else a reason."""
    first = situation.proposed
    if ordered.outcome not in OUTCOMES:
        return "no_such_outcome"
    if first is not None and first.by == ordered.by:
        return "second_person"
    if first is None and situation.holder != ordered.by:
        return "take_first"
    if ordered.outcome != "resolved":
        return _said(ordered.remark)
    missing = [
        code for code, check in card_of(situation.sort).items() if check.mandatory and not situation.ticks.get(code)
    ]
    return "card_not_done" if missing else None
