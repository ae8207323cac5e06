"""Conclude situations from what was just concluded of visits, papers and devices, from people and from the clock."""

from __future__ import annotations

from beket.core.situations.ahead import Ahead
from beket.core.situations.fold import fold
from beket.core.situations.people import decided
from beket.core.situations.roster import forgotten, on_shift
from beket.core.situations.signals import CONCERNS, EVIDENCE, heard
from beket.core.situations.state import Situations
from beket.core.situations.timeouts import of_time
from beket.words.decisions import AboutSituation, ConfirmHandover, Decision, EndShift, StartShift, TickCheck
from beket.words.facts import CrossingDeparted, Fact
from beket.words.ids import EntryRef
from beket.words.readings import Reading, Tick


def react(held: Situations, ref: EntryRef, body: Reading | Decision, concluded: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """Conclude facts about situations from one entry and from what the other slices concluded of it."""
    match body:
        case AboutSituation() | TickCheck():
            return tuple(decided(held, ref, body))
        case StartShift() | EndShift() | ConfirmHandover():
            return tuple(on_shift(held, ref, body))
        case _:
            pass
    if not any(_concerns(held, fact) for fact in concluded):
        return _timed(held, ref, body)
    ahead = Ahead(held, ref)
    fold(ahead, heard(ahead, concluded))
    return (*ahead.concluded, *_timed(ahead.near, ref, body))


def _concerns(held: Situations, fact: Fact) -> bool:
    """Say whether a fact may change a situation; most are evidence, of which only that of a standing alarm does.

    Most conveyances leave, and nothing is the matter with them.
    """
    if isinstance(fact, EVIDENCE):
        return bool(held.standing) and f"radiation {fact.of}" in held.standing
    if isinstance(fact, CrossingDeparted):
        return fact.crossing in held.by_about
    return type(fact) in CONCERNS


def _timed(held: Situations, ref: EntryRef, body: Reading | Decision) -> tuple[Fact, ...]:
    if not isinstance(body, Tick):
        return ()
    return (*forgotten(held, ref, body.received), *of_time(held, ref, body.received))
