"""Conclude what is over because nothing more was said."""

from __future__ import annotations

from beket.core.crossings.limits import TICK_CLOSES_MAX
from beket.core.crossings.state import Crossing, Crossings
from beket.words.facts import CloseReason, CrossingClosed, Fact
from beket.words.ids import CrossingId, EntryRef, Instant


def expire(held: Crossings, ref: EntryRef, now: Instant) -> tuple[Fact, ...]:
    """Close what has run out of time by a tick, each at the instant its time ran out."""
    facts = []
    for due, name in _run_out(held, now):
        crossing = held.crossings[name]
        facts.append(CrossingClosed(at=due, because=(ref, crossing.opened_by), crossing=name, reason=_reason(crossing)))
    return tuple(facts)


def _reason(crossing: Crossing) -> CloseReason:
    if crossing.departed_at is not None:
        return "departed"
    if crossing.unexplained is not None and not crossing.signs:
        return "expired_unexplained"
    return "expired_no_departure"


def _run_out(held: Crossings, now: Instant) -> list[tuple[Instant, CrossingId]]:
    """Walk down the heap as far as it is due, without touching it: thinking only reads."""
    found: dict[CrossingId, Instant] = {}
    todo = [0]
    while todo and len(found) < TICK_CLOSES_MAX:
        index = todo.pop()
        if index >= len(held.due) or held.due[index][0] > now:
            continue
        due, name = held.due[index]
        crossing = held.crossings.get(name)
        if crossing is not None and crossing.due == due and crossing.closed_at is None:
            found[name] = due
        todo += (2 * index + 2, 2 * index + 1)
    return sorted((due, name) for name, due in found.items())
