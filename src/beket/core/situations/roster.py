"""Who is on shift, whom that makes a situation ask for, and what becomes of what somebody had who goes home."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from beket.core.refused import refused
from beket.core.situations.limits import ACKNOWLEDGED_MS, SHIFT_MS_MAX, SHIFTS_MAX
from beket.core.situations.state import Situation, Situations
from beket.words.decisions import ConfirmHandover, EndShift, StartShift
from beket.words.facts import Fact, HandoverConfirmed, ShiftEnded, ShiftStarted, SituationTaken
from beket.words.ids import EntryRef, Instant, SituationId
from beket.words.roles import Role, may
from beket.words.situations import RUNGS, Rung

ROLE_OF: Final[dict[Rung, Role]] = {"post": "inspector", "duty": "duty_officer"}
"""Who must be on shift for a rung to be anybody; the last is everybody who could be."""


def first_rung(held: Situations) -> Rung:
    """Give the lowest rung on which somebody is on shift."""
    return next(rung for rung in RUNGS if _anybody(held, rung))


def next_rung(held: Situations, rung: Rung) -> Rung | None:
    """Give the next rung up on which somebody is on shift; None from the last."""
    above = RUNGS[RUNGS.index(rung) + 1 :]
    return next((one for one in above if _anybody(held, one)), None)


def _anybody(held: Situations, rung: Rung) -> bool:
    role = ROLE_OF.get(rung)
    return role is None or any(shift.role == role for shift in held.shifts.values())


def acknowledged_until(situation: Situation, at: Instant) -> Instant | None:
    """Say until when a situation is quiet that somebody takes now; what asks for nobody is quiet for ever."""
    length = ACKNOWLEDGED_MS.get(situation.level)
    return None if length is None else Instant(at + length)


def on_shift(held: Situations, ref: EntryRef, ordered: StartShift | EndShift | ConfirmHandover) -> Iterator[Fact]:
    """Conclude what follows from a decision about a shift."""
    why = _why_not(held, ordered)
    if why is not None:
        yield refused(ref, ordered, why)
        return
    match ordered:
        case StartShift():
            yield ShiftStarted(at=ordered.at, because=(ref,), account=ordered.by, role=ordered.role)
        case EndShift():
            handed = taken_by(held, ordered.by)
            yield ShiftEnded(at=ordered.at, because=(ref,), account=ordered.by, handed=handed)
        case ConfirmHandover():
            yield from _confirmed(held, ref, ordered)


def _why_not(held: Situations, ordered: StartShift | EndShift | ConfirmHandover) -> str | None:
    if not may(ordered.role, "take_shift"):
        return "not_allowed"
    match ordered:
        case StartShift():
            return (
                "on_shift" if ordered.by in held.shifts else "too_many" if len(held.shifts) >= SHIFTS_MAX else None
            )  # fmt: skip
        case EndShift():
            return None if ordered.by in held.shifts else "not_on_shift"
        case ConfirmHandover():
            if ordered.by == ordered.account:
                return "own_handover"
            if ordered.by not in held.shifts:
                return "not_on_shift"
            return None if _handed(held, ordered.account) else "nothing_handed"


def _confirmed(held: Situations, ref: EntryRef, ordered: ConfirmHandover) -> Iterator[Fact]:
    handed = _handed(held, ordered.account)
    for situation in handed:
        yield SituationTaken(
            at=ordered.at, because=(ref,), situation=situation.id, version=situation.version + 1, by=ordered.by,
            until_at=acknowledged_until(situation, ordered.at), out_of=ordered.account,
        )  # fmt: skip
    names = tuple(situation.id for situation in handed)
    yield HandoverConfirmed(
        at=ordered.at, because=(ref,), account=ordered.account, by=ordered.by, situations=names
    )  # fmt: skip


def taken_by(held: Situations, account: str) -> tuple[SituationId, ...]:
    """Give the situations that somebody has."""
    return tuple(one.id for one in held.situations.values() if one.holder == account)


def _handed(held: Situations, account: str) -> tuple[Situation, ...]:
    return tuple(one for one in held.situations.values() if one.holder == account and one.handing)


def forgotten(held: Situations, ref: EntryRef, now: Instant) -> Iterator[Fact]:
    """End shifts that nobody ended, each when its time ran out."""
    for account, shift in held.shifts.items():
        if shift.since + SHIFT_MS_MAX <= now:
            yield ShiftEnded(
                at=Instant(shift.since + SHIFT_MS_MAX), because=(ref,), account=account,
                handed=taken_by(held, account), forgotten=True,
            )  # fmt: skip
