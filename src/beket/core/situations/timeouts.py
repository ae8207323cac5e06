"""Conclude what the clock alone changes: an acknowledgement runs out, a sleep ends, nobody came, or nothing is left."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from beket.core.situations.limits import MESSAGE_MS, NORM_MS, RANK, SETTLES_MS
from beket.core.situations.roster import next_rung
from beket.core.situations.state import Situation, Situations
from beket.words.facts import Fact, SituationClosed, SituationEscalated, SituationRaisedAgain
from beket.words.ids import EntryRef, Instant
from beket.words.situations import Again, Ended

QUIET_FROM: Final = RANK["medium"]
"""From this level down a situation ends by itself when nothing of it stands; a graver one is closed by people."""


def of_time(held: Situations, ref: EntryRef, now: Instant) -> Iterator[Fact]:
    """Conclude from a tick, each at the instant at which it became so."""
    for situation in held.situations.values():
        fact = _of(held, situation, ref, now)
        if fact is not None:
            yield fact


def _of(held: Situations, situation: Situation, ref: EntryRef, now: Instant) -> Fact | None:
    over = _over(situation)
    if over is not None and over[0] <= now:
        at, ended = over
        return SituationClosed(
            at=at, because=(ref,), situation=situation.id, version=situation.version + 1, outcome=ended
        )
    again = _again(situation)
    if again is not None and again[0] <= now:
        at, why = again
        return SituationRaisedAgain(
            at=at, because=(ref,), situation=situation.id, version=situation.version + 1, why=why
        )
    return _up(held, situation, ref, now)


def _over(situation: Situation) -> tuple[Instant, Ended] | None:
    """When a situation ends by itself, if it does: one that somebody has, or that two people close, does not."""
    if situation.holder is not None or situation.four_eyes or RANK[situation.gravest] < QUIET_FROM:
        return None
    if situation.quiet_since is not None:
        return Instant(situation.quiet_since + SETTLES_MS), "cleared"
    if situation.gravest == "low":
        return Instant(situation.opened_at + MESSAGE_MS), "message_over"
    return None


def _again(situation: Situation) -> tuple[Instant, Again] | None:
    if situation.snoozed_until is not None:
        return situation.snoozed_until, "woke"
    if situation.until_at is not None and situation.signals and situation.level != "low":
        return situation.until_at, "expired"
    return None


def _up(held: Situations, situation: Situation, ref: EntryRef, now: Instant) -> Fact | None:
    """Nobody took it in time: it goes up, if there is anybody above."""
    norm = NORM_MS.get(situation.level)
    if not situation.asks or norm is None or situation.asked_at + norm > now:
        return None
    rung = next_rung(held, situation.rung)
    if rung is None:
        return None
    return SituationEscalated(
        at=Instant(situation.asked_at + norm), because=(ref,), situation=situation.id, version=situation.version + 1,
        to=rung,
    )  # fmt: skip
