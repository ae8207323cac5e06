"""Fold facts about acts, and about the crossings they may be about, into what is held."""

from __future__ import annotations

from typing import Final

from beket.core.acts.state import Acts, HeldAct, finding_key, standing_key
from beket.words.facts import (
    ActIssued,
    ActSigned,
    CrossingOpened,
    CrossingsJoined,
    Fact,
    FindingRaised,
    FindingWithdrawn,
)
from beket.words.ids import CrossingId
from beket.words.overload import ABOVE, excess_of, is_whole

ACTS_MAX: Final = 5000
"""Most acts held of one place: months of them. An older one stands in the log; no other can take its place any more."""

CROSSINGS_MAX: Final = 10_000
"""Most crossings held: a week of a busy checkpoint, after which nobody draws up an act about one."""

_OURS: Final = frozenset({ActIssued, ActSigned, CrossingOpened, CrossingsJoined, FindingRaised, FindingWithdrawn})


def apply(held: Acts, fact: Fact) -> Acts:
    """Fold one fact in; never refuses."""
    if type(fact) not in _OURS:
        return held
    match fact:
        case CrossingOpened():
            held.crossings[fact.crossing] = None
            if len(held.crossings) > CROSSINGS_MAX:
                oldest = next(iter(held.crossings))
                del held.crossings[oldest]
                held.above.pop(oldest, None)
        case FindingRaised() | FindingWithdrawn() if fact.rule in ABOVE:
            _find(held, fact)
        case CrossingsJoined():
            _join(held, fact.crossing, fact.into)
        case ActIssued():
            _issue(held, fact)
        case ActSigned():
            act = held.acts.get(fact.number)
            if act is not None:
                act.signed = True
        case _:
            pass
    return held


def _find(held: Acts, fact: FindingRaised | FindingWithdrawn) -> None:
    """Hold what is above a limit, of crossings that acts may be about."""
    if fact.crossing is None or fact.crossing not in held.crossings:
        return
    found = held.above.setdefault(fact.crossing, {})
    if isinstance(fact, FindingRaised) and is_whole(fact):
        found[finding_key(fact.rule, fact.subject)] = excess_of(fact)
    else:
        found.pop(finding_key(fact.rule, fact.subject), None)
    if not found:
        del held.above[fact.crossing]


def _issue(held: Acts, fact: ActIssued) -> None:
    act, year = fact.act, fact.act.content.drawn_on[:4]
    held.last[year] = held.last.get(year, 0) + 1
    held.acts[act.number] = HeldAct(sort=act.sort, crossing=fact.crossing, sha256=fact.sha256, by=act.by)
    held.standing[standing_key(fact.crossing, act.sort)] = act.number
    before = held.acts.get(act.replaces) if act.replaces is not None else None
    if before is not None:
        before.replaced_by = act.number
    if len(held.acts) > ACTS_MAX:
        _let_go(held, next(iter(held.acts)))


def _let_go(held: Acts, number: str) -> None:
    gone = held.acts.pop(number)
    key = standing_key(gone.crossing, gone.sort)
    if held.standing.get(key) == number:
        del held.standing[key]


def _join(held: Acts, gone: CrossingId, into: CrossingId) -> None:
    """What was issued about one crossing is about the one that it turned out to be."""
    held.crossings.pop(gone, None)
    held.above.pop(gone, None)
    for number, act in held.acts.items():
        if act.crossing == gone:
            act.crossing = into
            if held.standing.get(standing_key(gone, act.sort)) == number:
                del held.standing[standing_key(gone, act.sort)]
                held.standing.setdefault(standing_key(into, act.sort), number)
