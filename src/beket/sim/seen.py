"""What the house could know of a conveyance: what its devices read rightly, and whether anything went wrong there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec.structs import replace

from beket.sim.documents.reckoning import Seen
from beket.sim.happenings import Happening, Roll, Sight, Weigh
from beket.sim.truth import Told, Witnessed
from beket.words.ids import Instant
from beket.words.limits import Load
from beket.words.loads import loads_of
from beket.words.plates import canonical
from beket.words.shipped_limits import shipped_limits

SURE_FROM: Final = 0.8
"""How sure a camera must be of a plate before anybody has to go by it."""


def seen_of(held: Witnessed, began: Instant) -> Seen:
    """Gather what was told of one conveyance and taken, in a world that began then."""
    sights = [one.telling.met for one in held.told if one.reached and isinstance(one.telling.met, Sight)]
    return Seen(
        read=frozenset(sign for met in sights for sign in _read(met)),
        front=frozenset(sign for met in sights if met.view == "front" for sign in _read(met)),
        weighed=any(one.reached and isinstance(one.telling.met, Weigh) for one in held.told),
        askew=any(_askew(one) for one in held.told),
        heavy=_heavy([one.telling.met for one in held.told if one.reached], began),
    )


def _heavy(told: Sequence[Happening], began: Instant) -> frozenset[str]:
    """Name the rules of limits (W10 the whole, W11 axles) that what scales told of a conveyance is above."""
    counted = max((len(met.axles) for met in told if isinstance(met, Roll)), default=0)
    limits = shipped_limits()
    found = set()
    for load in (load for met in told for load in _loads(met, began)):
        row = limits.over(replace(load, axles=counted or None))
        if row is not None and load.kg > row.kg:
            found.add("W10" if load.limits == "gross" else "W11")
    return frozenset(found)


def _loads(met: Happening, began: Instant) -> tuple[Load, ...]:
    if not isinstance(met, Weigh | Roll):
        return ()
    return loads_of(met.gross_kg, met.axles if isinstance(met, Roll) else (), Instant(began + met.at_ms))


def _read(met: Sight) -> Iterator[str]:
    """Give what a camera read as it is, and surely."""
    if met.sign is not None and met.shown == met.sign.value and met.confidence >= SURE_FROM:
        yield canonical(met.shown)
    if met.container is not None:
        yield met.container


def _askew(told: Told) -> bool:
    """Tell whether something went wrong with a telling, or a camera took one sign for another."""
    met = told.telling.met
    misread = isinstance(met, Sight) and met.shown is not None and met.sign is not None and met.shown != met.sign.value
    return misread or bool(told.telling.faults) or told.lost is not None
