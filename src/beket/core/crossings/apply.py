"""Fold facts about crossings into what is held: it has already happened, so nothing is refused here."""

from __future__ import annotations

from heapq import heappop, heappush

from beket.core.crossings.layout import stations
from beket.core.crossings.limits import (
    CLOSED_KEPT_MAX,
    CLOSED_KEPT_MS,
    DEPARTED_SETTLES_MS,
    KEY_CROSSINGS_MAX,
    OPEN_MAX,
    OPEN_MS_MAX,
    UNEXPLAINED_MS_MAX,
)
from beket.core.crossings.state import Crossing, Crossings, Sign
from beket.core.crossings.tracks import attach, forget, join, move
from beket.words.facts import (
    ClockFoundRight,
    ClockFoundWrong,
    CrossingClosed,
    CrossingDeparted,
    CrossingExplained,
    CrossingIdentified,
    CrossingOpened,
    CrossingsJoined,
    CrossingUnexplained,
    DeviceFailed,
    DeviceRecovered,
    EvidenceAttached,
    EvidenceMoved,
    Fact,
    PostDescribed,
)
from beket.words.ids import CrossingId, Instant
from beket.words.plates import plate_key


def apply(held: Crossings, fact: Fact) -> Crossings:  # noqa: C901 - one line per kind of fact
    """Fold one fact in and give the slice back."""
    match fact:
        case EvidenceAttached():
            attach(held, fact)
        case CrossingOpened():
            _open(held, fact)
        case CrossingIdentified():
            _identify(held, fact)
        case CrossingDeparted():
            _depart(held, fact)
        case CrossingClosed():
            _close(held, fact)
        case EvidenceMoved():
            _move(held, fact)
        case CrossingUnexplained():
            _puzzle(held, fact)
        case CrossingExplained():
            _explain(held, fact)
        case CrossingsJoined():
            _join(held, fact)
        case PostDescribed():
            held.stations = stations(fact.post)
        case DeviceFailed() | DeviceRecovered() | ClockFoundWrong() | ClockFoundRight():
            pass
    return held


def _open(held: Crossings, fact: CrossingOpened) -> None:
    crossing = Crossing(
        id=fact.crossing,
        lane=fact.lane,
        direction=fact.direction,
        zone=fact.zone,
        opened_at=fact.at,
        opened_by=fact.because[0],
    )
    held.crossings[fact.crossing] = crossing
    held.inside[fact.crossing] = fact.direction
    _schedule(held, crossing, fact.at + OPEN_MS_MAX)
    if len(held.crossings) > OPEN_MAX:
        _let_go(held, next(iter(held.crossings)))


def _schedule(held: Crossings, crossing: Crossing, due: int) -> None:
    crossing.due = Instant(due)
    heappush(held.due, (crossing.due, crossing.id))


def _identify(held: Crossings, fact: CrossingIdentified) -> None:
    """Hold a sign; one entry says one sign, so what it was taken for before no longer holds."""
    crossing = held.crossings.get(fact.crossing)
    if crossing is None:
        return
    said = fact.because[0]
    outdated = [role for role, sign in crossing.signs.items() if role == fact.role or sign.ref == said]
    before = [crossing.signs.pop(role).key for role in outdated]
    key = plate_key(fact.value, fact.country)
    crossing.signs[fact.role] = Sign(
        value=fact.value, key=key, country=fact.country, confidence=fact.confidence, ref=said
    )
    _list(held, key, crossing.id)
    for old in before:
        _unlist(held, old, crossing)


def _list(held: Crossings, key: str, crossing: CrossingId) -> None:
    known = held.keys.setdefault(key, [])
    if crossing not in known:
        known.append(crossing)
        if len(known) > KEY_CROSSINGS_MAX:
            del known[0]


def _unlist(held: Crossings, key: str, crossing: Crossing) -> None:
    """Take a crossing off a key, unless another of its signs still has that key."""
    if any(sign.key == key for sign in crossing.signs.values()):
        return
    known = held.keys.get(key, [])
    if crossing.id in known:
        known.remove(crossing.id)
    if not known:
        held.keys.pop(key, None)


def _depart(held: Crossings, fact: CrossingDeparted) -> None:
    crossing = held.crossings.get(fact.crossing)
    if crossing is None:
        return
    crossing.departed_at = fact.at
    held.inside.pop(fact.crossing, None)
    if crossing.closed_at is None:
        _schedule(held, crossing, fact.at + DEPARTED_SETTLES_MS)


def _close(held: Crossings, fact: CrossingClosed) -> None:
    crossing = held.crossings.get(fact.crossing)
    if crossing is None:
        return
    crossing.closed_at = fact.at
    crossing.closed = fact.reason
    held.inside.pop(fact.crossing, None)
    held.closed.append((fact.at, fact.crossing))
    _drop_stale(held)
    while held.closed and (len(held.closed) > CLOSED_KEPT_MAX or held.closed[0][0] < fact.at - CLOSED_KEPT_MS):
        _, oldest = held.closed.pop(0)
        known = held.crossings.get(oldest)
        if known is not None and known.closed_at is not None:
            _let_go(held, oldest)


def _drop_stale(held: Crossings) -> None:
    """Take off the top of the heap what no tick needs to look at any more."""
    while held.due:
        due, top = held.due[0]
        crossing = held.crossings.get(top)
        if crossing is not None and crossing.closed_at is None and crossing.due == due:
            return
        heappop(held.due)


def _let_go(held: Crossings, oldest: CrossingId) -> None:
    crossing = held.crossings.pop(oldest)
    held.inside.pop(oldest, None)
    held.strays.pop(oldest, None)
    signs, crossing.signs = crossing.signs, {}
    for sign in signs.values():
        _unlist(held, sign.key, crossing)
    forget(held, crossing)


def _move(held: Crossings, fact: EvidenceMoved) -> None:
    """A sign that rested on the moved entry goes from the crossing it was wrongly given to."""
    left = held.crossings.get(fact.out_of)
    if left is None:
        return
    move(held, fact, left)
    for role in [role for role, sign in left.signs.items() if sign.ref == fact.of]:
        sign = left.signs.pop(role)
        _unlist(held, sign.key, left)


def _puzzle(held: Crossings, fact: CrossingUnexplained) -> None:
    crossing = held.crossings.get(fact.crossing)
    if crossing is None:
        return
    crossing.unexplained = fact.why
    if fact.why == "departure_without_arrival":
        held.strays[fact.crossing] = crossing.direction
    if not crossing.signs:
        _schedule(held, crossing, fact.at + UNEXPLAINED_MS_MAX)


def _explain(held: Crossings, fact: CrossingExplained) -> None:
    """What is known now is awaited at the exit again, even if it was given up meanwhile."""
    crossing = held.crossings.get(fact.crossing)
    if crossing is None:
        return
    crossing.unexplained = None
    held.strays.pop(fact.crossing, None)
    if crossing.closed == "expired_unexplained":
        crossing.closed = crossing.closed_at = None
    if crossing.departed_at is None and crossing.closed_at is None:
        held.inside[fact.crossing] = crossing.direction
        _schedule(held, crossing, crossing.opened_at + OPEN_MS_MAX)


def _join(held: Crossings, fact: CrossingsJoined) -> None:
    gone = held.crossings.pop(fact.crossing, None)
    kept = held.crossings.get(fact.into)
    held.inside.pop(fact.crossing, None)
    held.strays.pop(fact.crossing, None)
    if gone is None or kept is None:
        return
    signs, gone.signs = gone.signs, {}
    for role, sign in signs.items():
        _unlist(held, sign.key, gone)
        if role not in kept.signs:
            kept.signs[role] = sign
            _list(held, sign.key, kept.id)
    kept.vehicle_type = kept.vehicle_type or gone.vehicle_type
    join(held, gone, kept)
