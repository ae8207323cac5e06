"""Conclude which table of limits of mass is gone by: one person proposes it, another approves."""

from __future__ import annotations

from beket.core.documents.limits import LIMITS_PROPOSED_MAX
from beket.core.documents.state import Documents, ProposedLimits
from beket.core.refused import refused
from beket.words.decisions import (
    REMARK_MAX,
    ApproveWeightLimits,
    OfLimits,
    ProposeWeightLimits,
    RejectWeightLimits,
)
from beket.words.facts import (
    Fact,
    WeightLimitsProposed,
    WeightLimitsRejected,
    WeightLimitsSet,
)
from beket.words.ids import EntryRef, sha256
from beket.words.limits import Wrong, read_limits
from beket.words.roles import may


def of_limits(held: Documents, ref: EntryRef, order: OfLimits) -> Fact:
    """Take what was ordered, or say in one word why it cannot be so."""
    match order:
        case ProposeWeightLimits():
            why = _why_not_proposed(held, order)
        case ApproveWeightLimits():
            why = _why_not_approved(held, order)
        case RejectWeightLimits():
            why = _why_not_rejected(held, order)
    if why is not None or not may(order.role, "write_limits"):
        why = why if may(order.role, "write_limits") else "not_allowed"
        return refused(ref, order, why or "not_allowed")
    return _taken(held, ref, order)


def fold_limits(held: Documents, fact: WeightLimitsProposed | WeightLimitsSet | WeightLimitsRejected) -> None:
    """Hold what waits, and what is gone by."""
    match fact:
        case WeightLimitsProposed():
            held.limits_proposed[fact.because[0]] = ProposedLimits(text=fact.text, sha256=fact.sha256, by=fact.by)
        case WeightLimitsSet():
            held.limits_proposed.pop(fact.of, None)
            held.limits, held.limits_version = fact.text, fact.version
        case WeightLimitsRejected():
            held.limits_proposed.pop(fact.of, None)


def _taken(held: Documents, ref: EntryRef, order: OfLimits) -> Fact:
    match order:
        case ProposeWeightLimits():
            return WeightLimitsProposed(at=order.at, because=(ref,), text=order.text, sha256=order.sha256, by=order.by)
        case ApproveWeightLimits():
            proposed = held.limits_proposed[order.of]
            return WeightLimitsSet(
                at=order.at, because=(ref, order.of), of=order.of, text=proposed.text, sha256=proposed.sha256,
                by=proposed.by, second=order.by, version=held.limits_version + 1,
            )  # fmt: skip
        case RejectWeightLimits():
            return WeightLimitsRejected(
                at=order.at, because=(ref, order.of), of=order.of, by=order.by, why=order.why.strip()
            )


def _why_not_proposed(held: Documents, order: ProposeWeightLimits) -> str | None:
    if sha256(order.text.encode(errors="replace")) != order.sha256:
        return "limits_torn"
    if isinstance(read_limits(order.text), Wrong):
        return "limits_unusable"
    if held.limits == order.text:
        return "limits_are_the_same"
    return "too_many_limits" if len(held.limits_proposed) >= LIMITS_PROPOSED_MAX else None


def _why_not_approved(held: Documents, order: ApproveWeightLimits) -> str | None:
    proposed = held.limits_proposed.get(order.of)
    if proposed is None:
        return "no_such_limits"
    if proposed.sha256 != order.sha256:
        return "limits_changed_meanwhile"
    return "second_person" if proposed.by == order.by else None


def _why_not_rejected(held: Documents, order: RejectWeightLimits) -> str | None:
    if order.of not in held.limits_proposed:
        return "no_such_limits"
    return None if 0 < len(order.why.strip()) <= REMARK_MAX else "no_reason"
