"""Take what people say of the neighbour and the trade, and conclude when it holds no longer: nothing runs for ever."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from beket.core.holding.state import Holding, Waiting
from beket.core.refused import refused
from beket.words.decisions import REMARK_MAX, AwaitTrade, Decision, EndAwaiting, OfHolding, ReportNeighbour
from beket.words.facts import (
    AwaitingEnded,
    CrossingClosed,
    CrossingDeparted,
    DocumentAttached,
    Fact,
    NeighbourResumed,
    NeighbourStopped,
    StepDecided,
    TradeAwaited,
)
from beket.words.holding import AWAITED_MS, NEIGHBOUR_MS, SINCE_BACK_MS, Ended
from beket.words.ids import CrossingId, EntryRef, Instant
from beket.words.procedures import deciders
from beket.words.readings import Reading, Tick
from beket.words.roles import may


class Refused(Exception):
    """Carries the one word why what somebody says is not taken."""


def react(held: Holding, ref: EntryRef, body: Reading | Decision, concluded: Iterable[Fact] = ()) -> tuple[Fact, ...]:
    """Conclude what holds because people said so, from one entry and from what others concluded of it."""
    if isinstance(body, OfHolding):
        return _ordered(held, ref, body)
    if isinstance(body, Tick):
        return tuple(_ran_out(held, ref, body.received))
    if not held.waiting:
        return ()
    ended = {(fact.crossing, fact.agency): fact for one in concluded for fact in _ends(held, ref, one)}
    return tuple(ended.values())  # one end each, though an entry may say two


def _ordered(held: Holding, ref: EntryRef, order: OfHolding) -> tuple[Fact, ...]:
    try:
        _see(may(order.role, "decide_steps"), "not_allowed")
        match order:
            case ReportNeighbour():
                return (_reported(held, ref, order),)
            case AwaitTrade():
                return (_awaited(held, ref, order),)
            case EndAwaiting():
                return (_no_longer(held, ref, order),)
    except Refused as why:
        return (refused(ref, order, str(why)),)


def _reported(held: Holding, ref: EntryRef, order: ReportNeighbour) -> Fact:
    stands = held.stopped.get(order.direction)
    if order.passes:
        if stands is None:
            raise Refused("neighbour_passes_already")
        return NeighbourResumed(
            at=order.at, because=(ref, stands.of), of=stands.of, direction=order.direction, why="said", by=order.by
        )
    _see(len(order.remark) <= REMARK_MAX, "too_long")
    since = order.at if order.since_at is None else order.since_at
    if stands is not None:
        since = stands.since_at
    else:
        _see(order.at - SINCE_BACK_MS <= since <= order.at, "not_since_then")
    of = ref if stands is None else stands.of
    return NeighbourStopped(
        at=order.at, because=tuple(dict.fromkeys((ref, of))), of=of, direction=order.direction, since_at=since,
        until_at=Instant(order.at + NEIGHBOUR_MS), by=order.by, agency=order.agency, remark=order.remark.strip(),
    )  # fmt: skip


def _awaited(held: Holding, ref: EntryRef, order: AwaitTrade) -> Fact:
    _see(order.crossing in held.here, "crossing_is_over")
    _see(len(order.remark) <= REMARK_MAX, "too_long")
    stands = held.waiting.get(order.crossing, {}).get(order.agency)
    of = ref if stands is None else stands.of
    return TradeAwaited(
        at=order.at, because=tuple(dict.fromkeys((ref, of))), of=of, crossing=order.crossing, what=order.what,
        by=order.by, agency=order.agency, until_at=Instant(order.at + AWAITED_MS), remark=order.remark.strip(),
    )  # fmt: skip


def _no_longer(held: Holding, ref: EntryRef, order: EndAwaiting) -> Fact:
    stands = held.waiting.get(order.crossing, {}).get(order.agency)
    if stands is None:
        raise Refused("nothing_awaited")
    return AwaitingEnded(
        at=order.at, because=(ref, stands.of), of=stands.of, crossing=order.crossing, agency=order.agency, why="said",
        by=order.by,
    )  # fmt: skip


def _ran_out(held: Holding, ref: EntryRef, now: Instant) -> Iterator[Fact]:
    """What nobody said again in time."""
    for direction, stands in held.stopped.items():
        if stands.until_at <= now:
            yield NeighbourResumed(
                at=stands.until_at, because=(ref, stands.of), of=stands.of, direction=direction, why="ran_out"
            )
    for crossing, by_agency in held.waiting.items():
        for agency, waiting in by_agency.items():
            if waiting.until_at <= now:
                yield _ended(waiting, crossing, agency, (waiting.until_at, ref), "ran_out")


def _ends(held: Holding, ref: EntryRef, fact: Fact) -> Iterator[AwaitingEnded]:
    """What ends by itself: the agency decided, papers came, or the conveyance has gone."""
    if not isinstance(fact, StepDecided | DocumentAttached | CrossingDeparted | CrossingClosed):
        return
    for agency, waiting in held.waiting.get(fact.crossing, {}).items():
        why = _why_over(fact, agency, waiting)
        if why is not None:
            yield _ended(waiting, fact.crossing, agency, (fact.at, ref), why)


def _why_over(
    fact: StepDecided | DocumentAttached | CrossingDeparted | CrossingClosed, agency: str, waiting: Waiting
) -> Ended | None:
    match fact:
        case StepDecided():
            decided = fact.by is not None and fact.effect != "holds"  # to put a step off is to go on waiting
            return "decided" if decided and agency in deciders(fact.agency) else None
        case DocumentAttached():
            return "papers_came" if waiting.what == "papers" else None
        case _:
            return "left"


def _ended(
    waiting: Waiting, crossing: CrossingId, agency: str, when: tuple[Instant, EntryRef], why: Ended
) -> AwaitingEnded:
    at, ref = when
    return AwaitingEnded(at=at, because=(ref, waiting.of), of=waiting.of, crossing=crossing, agency=agency, why=why)


def _see(holds: bool, why: str) -> None:  # noqa: FBT001 - reads as a sentence
    if not holds:
        raise Refused(why)
