"""Fold printed slips that were shown into what is held: each with its conveyance, or waiting for it."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from beket.core.documents.state import Documents, ShownSlip, Visit, slip_key
from beket.words.facts import SlipClaimed
from beket.words.ids import split_ref

SLIPS_MAX: Final = 1000
"""Most slips that wait for their conveyance at one place: three days of an outage at the busiest."""

SLIPS_OF_MAX: Final = 20_000
"""Most slips of which it is held what they were taken in for: the fourteen days for which one may be shown."""

SLIPS_OF_VISIT_MAX: Final = 10
"""Most slips held of one crossing: a driver who was stopped at every window of a day has fewer."""


def fold_slip(held: Documents, fact: SlipClaimed) -> None:
    """Fold a slip in: with its conveyance, or among those that wait for theirs."""
    kept = ShownSlip(of=fact.of, slip=fact.slip, signer=fact.signer, by=fact.by, other=fact.other)
    if fact.crossing is None:
        held.slips[fact.of] = kept
        for old in [ref for ref, one in held.slips.items() if one.slip.until_at < fact.at]:
            del held.slips[old]
        if len(held.slips) > SLIPS_MAX:
            del held.slips[next(iter(held.slips))]
        return
    held.slips.pop(fact.of, None)
    held.slips_of.setdefault(slip_key(fact.slip), fact.crossing)
    if len(held.slips_of) > SLIPS_OF_MAX:
        del held.slips_of[next(iter(held.slips_of))]
    visit = held.visits.get(fact.crossing)
    if visit is not None:
        visit.slips[fact.of] = kept
        if len(visit.slips) > SLIPS_OF_VISIT_MAX:
            del visit.slips[next(iter(visit.slips))]


def join_slips(held: Documents, gone: Visit, kept: Visit) -> None:
    """What was taken in for a crossing was for the one that it turned out to be; neither is another any more."""
    together = sorted((kept.slips | gone.slips).items(), key=lambda one: split_ref(one[0]))
    both = dict(together[-SLIPS_OF_VISIT_MAX:])
    kept.slips = {
        ref: replace(one, other=None) if one.other in {gone.id, kept.id} else one for ref, one in both.items()
    }
    for one in gone.slips.values():
        if held.slips_of.get(slip_key(one.slip)) == gone.id:
            held.slips_of[slip_key(one.slip)] = kept.id
