"""What a vehicle weighed at earlier crossings here: of those still held, and of those let go as it was noted then."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from beket.core.documents.limits import PASTS_MAX, VEHICLES_MAX
from beket.core.documents.state import Documents, Past, Visit
from beket.words.documents import DocumentKind

OF_GOODS: Final[frozenset[DocumentKind]] = frozenset(
    {"goods_declaration", "transit_declaration", "consignment_note", "tir_carnet", "waybill"}
)
OF_TRANSIT: Final[frozenset[DocumentKind]] = frozenset({"transit_declaration", "tir_carnet"})
"""Documents under which goods are to leave the country as they came."""


def remember(held: Documents, visit: Visit) -> None:
    """Note what the vehicle of a crossing weighed last, before the crossing is let go."""
    key, past = visit.vehicle, _past_of(held, visit)
    if key is None or past is None:
        return
    held.pasts[key] = (*held.pasts.pop(key, ()), past)[-PASTS_MAX:]
    if len(held.pasts) > VEHICLES_MAX:
        del held.pasts[next(iter(held.pasts))]


def been_here(held: Documents, visit: Visit) -> bool:
    """Tell whether anything may be known of a vehicle from before; most are new here."""
    key = visit.vehicle
    if key is None:
        return False
    return key in held.pasts or any(name != visit.id for name in held.visits_by_sign.get(key, ()))


def pasts_of(held: Documents, visit: Visit) -> tuple[Past, ...]:
    """Give what the vehicle of a crossing weighed before it, the oldest first."""
    key = visit.vehicle
    if key is None:
        return ()
    known = (*held.pasts.get(key, ()), *_still_held(held, visit, key))
    before = [past for past in known if past.weighed.at < visit.opened_at]
    return tuple(sorted(before, key=lambda past: past.weighed.at)[-PASTS_MAX:])


def _still_held(held: Documents, visit: Visit, key: str) -> Iterator[Past]:
    for name in held.visits_by_sign.get(key, ()):
        other = held.visits.get(name)
        if other is not None and name != visit.id and other.vehicle == key:
            past = _past_of(held, other)
            if past is not None:
                yield past


def _past_of(held: Documents, visit: Visit) -> Past | None:
    """The last weighing of a crossing, and which papers were with it."""
    if not visit.weighings:
        return None
    ref, weighed = max(visit.weighings.items(), key=lambda one: (one[1].at, one[0]))
    papers = (held.papers.get(name) for name in visit.papers)
    kinds = {paper.gist.kind for paper in papers if paper is not None and not paper.gist.cancels}
    return Past(
        visit.id, visit.direction, ref, replace(weighed, axles=(), temperature_c=None), visit.trailer,
        not kinds.isdisjoint(OF_GOODS), not kinds.isdisjoint(OF_TRANSIT),
    )  # fmt: skip
