"""What the house could know of a conveyance: what its devices read rightly, and whether anything went wrong there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from beket.sim.documents.reckoning import Seen
from beket.sim.happenings import Sight, Weigh
from beket.sim.truth import Told, Witnessed
from beket.words.plates import canonical

SURE_FROM: Final = 0.8
"""How sure a camera must be of a plate before anybody has to go by it."""


def seen_of(held: Witnessed) -> Seen:
    """Gather what was told of one conveyance and taken."""
    sights = [one.telling.met for one in held.told if one.reached and isinstance(one.telling.met, Sight)]
    return Seen(
        read=frozenset(sign for met in sights for sign in _read(met)),
        front=frozenset(sign for met in sights if met.view == "front" for sign in _read(met)),
        weighed=any(one.reached and isinstance(one.telling.met, Weigh) for one in held.told),
        askew=any(_askew(one) for one in held.told),
    )


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
