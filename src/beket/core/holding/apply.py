"""Fold facts about what people said of the neighbour and the trade, and about who is here, into what is held."""

from __future__ import annotations

from typing import Final

from beket.core.holding.state import Holding, Stopped, Waiting
from beket.words.facts import (
    AwaitingEnded,
    CrossingClosed,
    CrossingDeparted,
    CrossingOpened,
    CrossingsJoined,
    Fact,
    NeighbourResumed,
    NeighbourStopped,
    TradeAwaited,
)
from beket.words.ids import CrossingId

HERE_MAX: Final = 5_000
"""Most conveyances of which it is known that they are here, as many as have steps; of the oldest nothing is said."""

_OURS: Final = frozenset(
    {
        CrossingOpened, CrossingDeparted, CrossingClosed, CrossingsJoined, NeighbourStopped, NeighbourResumed,
        TradeAwaited, AwaitingEnded,
    }
)  # fmt: skip


def apply(held: Holding, fact: Fact) -> Holding:
    """Fold one fact in; never refuses."""
    if type(fact) not in _OURS:
        return held
    match fact:
        case CrossingOpened():
            held.here[fact.crossing] = None
            if len(held.here) > HERE_MAX:
                _gone(held, next(iter(held.here)))
        case CrossingDeparted() | CrossingClosed():
            _gone(held, fact.crossing)
        case CrossingsJoined():
            _join(held, fact)
        case NeighbourStopped():
            held.stopped[fact.direction] = Stopped(of=fact.of, since_at=fact.since_at, until_at=fact.until_at)
        case NeighbourResumed():
            held.stopped.pop(fact.direction, None)
        case TradeAwaited():
            waiting = Waiting(of=fact.of, what=fact.what, until_at=fact.until_at)
            held.waiting.setdefault(fact.crossing, {})[fact.agency] = waiting
        case AwaitingEnded():
            _end(held, fact)
        case _:
            pass
    return held


def _gone(held: Holding, crossing: CrossingId) -> None:
    held.here.pop(crossing, None)
    held.waiting.pop(crossing, None)


def _join(held: Holding, fact: CrossingsJoined) -> None:
    """Who waited for the one waits for the conveyance that it turned out to be."""
    moved = held.waiting.pop(fact.crossing, {})
    held.here.pop(fact.crossing, None)
    if moved and fact.into in held.here:
        held.waiting[fact.into] = {**moved, **held.waiting.get(fact.into, {})}


def _end(held: Holding, fact: AwaitingEnded) -> None:
    of_crossing = held.waiting.get(fact.crossing, {})
    of_crossing.pop(fact.agency, None)
    if not of_crossing:
        held.waiting.pop(fact.crossing, None)
