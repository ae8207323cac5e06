"""Conclude that an act is issued, with its number, and which paper is its: the first that its issuer signed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final

import msgspec
from msgspec.structs import replace

from beket.core.acts.state import Acts, HeldAct, standing_key
from beket.core.refused import refused
from beket.words.acts import (
    ACT_BYTES_MAX,
    LINES_MAX,
    OUTCOMES,
    UNREASONED,
    WORDS_MAX,
    Act,
    ActContent,
    ActKind,
    act_digest,
    content_digest,
)
from beket.words.decisions import IssueAct, SignAct
from beket.words.excess import Excess
from beket.words.facts import ActIssued, ActSigned, Fact
from beket.words.fees import Fees
from beket.words.ids import EntryRef, Instant, PlaceId
from beket.words.roles import may

DAY_OFF_MAX: Final = timedelta(days=1)
"""How far the day on an act may be from the day in Greenwich: no place is further from it than that."""


def react(held: Acts, place: PlaceId, ref: EntryRef, ordered: IssueAct | SignAct) -> tuple[Fact, ...]:
    """Conclude facts about acts from one decision."""
    if isinstance(ordered, IssueAct):
        return (_issued(held, place, ref, ordered),)
    return (_signed(held, ref, ordered),)


def _issued(held: Acts, place: PlaceId, ref: EntryRef, ordered: IssueAct) -> Fact:
    why = _why_not_issued(held, place, ordered)
    if why is not None:
        return refused(ref, ordered, why)
    content = ordered.content
    year = content.drawn_on[:4]
    act = Act(
        number=f"{place}-{year}-{held.last.get(year, 0) + 1:06d}",
        sort=ordered.sort,
        content=content,
        by=ordered.by,
        role=ordered.role,
        at=ordered.at,
        replaces=ordered.replaces,
    )
    return ActIssued(
        at=ordered.at, because=(ref,), crossing=content.crossing, decision_id=ordered.decision_id, act=act,
        sha256=act_digest(act),
    )  # fmt: skip


def _why_not_issued(held: Acts, place: PlaceId, ordered: IssueAct) -> str | None:
    content = ordered.content
    if not may(ordered.role, "issue_acts"):
        return "not_allowed"
    if content.place != place or content.crossing not in held.crossings:
        return "no_such_crossing"
    if content_digest(content) != ordered.seen:
        return "act_torn"
    return (
        _why_not_written(ordered.sort, content, ordered.at)
        or _why_not_as_found(held, ordered)
        or _why_not_next(held, ordered)
    )


def _why_not_written(sort: ActKind, content: ActContent, at: Instant) -> str | None:
    """Why what the act says cannot be."""
    if not _is_today(content.drawn_on, at):
        return "act_of_another_day"
    if content.outcome not in OUTCOMES[sort]:
        return "no_outcome"
    if content.outcome not in UNREASONED and not content.reasons.strip():
        return "no_reason"
    return "act_too_long" if _is_long(content) else None


def _is_today(day: str, at: Instant) -> bool:
    try:
        drawn = date.fromisoformat(day)
    except ValueError:
        return False
    return day == drawn.isoformat() and abs(drawn - datetime.fromtimestamp(at / 1000, UTC).date()) <= DAY_OFF_MAX


def _why_not_as_found(held: Acts, ordered: IssueAct) -> str | None:
    """Why what the act says of loads is not what was found: an overload has all of it and no more, others none."""
    content = ordered.content
    if ordered.sort != "overload":
        return "not_as_found" if content.excesses else None
    found = held.above.get(content.crossing)
    if found is None:
        return "not_over"
    told = tuple(replace(one, fee=None) for one in content.excesses)
    right = told == tuple(one for _, one in sorted(found.items())) and all(map(_is_fee_of, content.excesses))
    return None if right and content.limit is None else "not_as_found"


def _is_fee_of(one: Excess) -> bool:
    """Whether the row that a fee is taken from is for such an excess on that day."""
    return one.fee is None or Fees(fee=(one.fee,)).of(one.limits, one.above_kg, one.weighed_on) == one.fee


def _is_long(content: ActContent) -> bool:
    lists = (content.signs, content.papers, content.weighings, content.findings, content.excesses)
    return (
        max(map(len, lists)) > LINES_MAX
        or max(len(content.reasons), len(content.remarks)) > WORDS_MAX
        or len(msgspec.json.encode(content)) > ACT_BYTES_MAX
    )


def _why_not_next(held: Acts, ordered: IssueAct) -> str | None:
    """Why it cannot follow what was issued: one act of a sort stands about a crossing, and a later one replaces it."""
    stands = held.standing.get(standing_key(ordered.content.crossing, ordered.sort))
    if stands == ordered.replaces:
        return None
    return "act_is_there" if ordered.replaces is None else "no_such_act"


def _signed(held: Acts, ref: EntryRef, ordered: SignAct) -> Fact:
    act = held.acts.get(ordered.number)
    why = _why_not_signed(act, ordered)
    if act is None or why is not None:
        return refused(ref, ordered, why or "no_such_act")
    return ActSigned(
        at=ordered.at, because=(ref,), crossing=act.crossing, number=ordered.number, pdf=ordered.pdf,
        size=ordered.size, by=ordered.by, signer=ordered.signer, certificate=ordered.certificate, demo=ordered.demo,
    )  # fmt: skip


def _why_not_signed(act: HeldAct | None, ordered: SignAct) -> str | None:
    if not may(ordered.role, "issue_acts"):
        return "not_allowed"
    if act is None:
        return "no_such_act"
    if act.by != ordered.by:
        return "act_of_another_officer"
    if act.sha256 != ordered.act:
        return "act_torn"
    return "act_signed_already" if act.signed else None
