"""Conclude whose a printed slip is that was shown after an outage: a claim beside what was seen, and never a proof."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from beket.core.documents.ahead import Ahead
from beket.core.documents.state import ShownSlip, Visit
from beket.words.facts import Fact, FitsBy, SlipClaimed, StateClaimed
from beket.words.ids import CrossingId, EntryRef, Instant
from beket.words.procedures import Claim
from beket.words.readings import SlipShown
from beket.words.slips import plates_of

_CLAIMS: Final[dict[str | None, Claim]] = {"released": "released", "diverted": "released", "departed": "departed"}
"""What is claimed of a crossing by how its slip says that it stood."""


def shown(ahead: Ahead, ref: EntryRef, said: SlipShown) -> Iterator[Fact]:
    """A slip was shown: of the crossing it was shown for, else of the one here that it names; or it waits."""
    kept = ShownSlip(of=ref, slip=said.slip, signer=said.signer, by=said.by)
    visit = _here(ahead, said)
    if visit is not None:
        yield from _claimed(kept, visit, (ref,), said.received, "order" if said.crossing is not None else "plate")
    elif all(one.slip != said.slip for one in ahead.held.slips.values()):
        yield SlipClaimed(at=said.received, because=(ref,), of=ref, slip=said.slip, signer=said.signer, by=said.by)


def _here(ahead: Ahead, said: SlipShown) -> Visit | None:
    if said.crossing is not None:
        return ahead.visit(said.crossing)
    keys = plates_of(said.slip)
    own = ahead.visit(said.slip.crossing)  # a log that begins anew may give the same name to another lorry
    if own is not None and not own.known_by().keys().isdisjoint(keys):
        return own
    found = {visit.id: visit for key in keys for visit in ahead.visits_of(key) if _is_open(visit)}
    return next(iter(found.values())) if len(found) == 1 else None


def _is_open(visit: Visit) -> bool:
    return visit.ended_at is None


def found_now(
    ahead: Ahead, crossing: CrossingId, keys: set[str], because: tuple[EntryRef, ...], at: Instant
) -> Iterator[Fact]:
    """A conveyance is known by new signs: slips that waited for it are its."""
    visit = ahead.visit(crossing)
    for kept in tuple(ahead.held.slips.values()) if visit is not None and _is_open(visit) else ():
        if at <= kept.slip.until_at and not keys.isdisjoint(plates_of(kept.slip)):
            assert visit is not None
            yield from _claimed(kept, visit, tuple(dict.fromkeys((*because, kept.of))), at, "plate")


def _claimed(kept: ShownSlip, visit: Visit, because: tuple[EntryRef, ...], at: Instant, fits: FitsBy) -> Iterator[Fact]:
    """Say so once; of a slip that names another vehicle nothing is claimed but what is on it."""
    if kept.slip in visit.slips.values():
        return
    yield SlipClaimed(
        at=at, because=because, of=kept.of, slip=kept.slip, signer=kept.signer, by=kept.by, crossing=visit.id, fits=fits
    )
    claim = _CLAIMS.get(kept.slip.state)
    if claim is not None and not visit.known_by().keys().isdisjoint(plates_of(kept.slip)):
        yield StateClaimed(
            at=at, because=because, crossing=visit.id, state=claim, by=kept.by, agency="customs",
            remark=kept.slip.crossing,
        )  # fmt: skip
