"""Fold printed slips that were shown into what is held: each with its conveyance, or waiting for it."""

from __future__ import annotations

from typing import Final

from beket.core.documents.state import Documents, ShownSlip
from beket.words.facts import SlipClaimed

SLIPS_MAX: Final = 1000
"""Most slips that wait for their conveyance at one place: three days of an outage at the busiest."""

SLIPS_OF_VISIT_MAX: Final = 10
"""Most slips held of one crossing: a driver who was stopped at every window of a day has fewer."""


def fold_slip(held: Documents, fact: SlipClaimed) -> None:
    """Fold a slip in: with its conveyance, or among those that wait for theirs."""
    if fact.crossing is None:
        held.slips[fact.of] = ShownSlip(of=fact.of, slip=fact.slip, signer=fact.signer, by=fact.by)
        for old in [ref for ref, one in held.slips.items() if one.slip.until_at < fact.at]:
            del held.slips[old]
        if len(held.slips) > SLIPS_MAX:
            del held.slips[next(iter(held.slips))]
        return
    held.slips.pop(fact.of, None)
    visit = held.visits.get(fact.crossing)
    if visit is not None:
        visit.slips[fact.of] = fact.slip
        if len(visit.slips) > SLIPS_OF_VISIT_MAX:
            del visit.slips[next(iter(visit.slips))]
