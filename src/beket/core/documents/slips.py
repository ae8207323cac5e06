"""Conclude whose a printed slip is that was shown after an outage: a claim beside what was seen, and never a proof."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from beket.core.documents.ahead import Ahead
from beket.core.documents.state import ShownSlip, Visit, slip_key
from beket.words.facts import Fact, FitsBy, SlipClaimed, StateClaimed
from beket.words.ids import CrossingId, EntryRef, Instant
from beket.words.procedures import Claim
from beket.words.readings import SlipShown
from beket.words.slips import Slip, plates_of

_CLAIMS: Final[dict[str | None, Claim]] = {"released": "released", "diverted": "released", "departed": "departed"}
"""What is claimed of a crossing by how its slip says that it stood."""


class Why(Struct, frozen=True, kw_only=True):
    """What a claim rests on, when it came, and why it is taken for this crossing's."""

    because: tuple[EntryRef, ...]
    at: Instant
    fits: FitsBy


def shown(ahead: Ahead, ref: EntryRef, said: SlipShown) -> Iterator[Fact]:
    """A slip was shown: of the crossing it was shown for, else of the one here that it names; or it waits.

    One that waits already is what is taken in, and waits no more. A crossing that is over for too long to be held has
    the slip beside it, and nothing is claimed of it.
    """
    waits = next((one for one in ahead.held.slips.values() if one.slip == said.slip), None)
    kept = waits or ShownSlip(of=ref, slip=said.slip, signer=said.signer, by=said.by)
    because = tuple(dict.fromkeys((ref, kept.of)))
    visit = _here(ahead, said)
    if visit is not None:
        fits: FitsBy = "order" if said.crossing is not None else "plate"
        yield from _claimed(ahead, kept, visit, Why(because=because, at=said.received, fits=fits))
    elif said.crossing is not None:
        before = ahead.held.slips_of.get(slip_key(said.slip))
        yield SlipClaimed(
            at=said.received, because=because, of=kept.of, slip=said.slip, signer=kept.signer, by=kept.by,
            crossing=said.crossing, fits="order", other=None if before == said.crossing else before,
        )  # fmt: skip
    elif waits is None:
        yield SlipClaimed(at=said.received, because=(ref,), of=ref, slip=said.slip, signer=said.signer, by=said.by)


def _here(ahead: Ahead, said: SlipShown) -> Visit | None:
    if said.crossing is not None:
        return ahead.visit(said.crossing)
    own = _own(ahead, said.slip)
    if own is not None:
        return own
    found = {visit.id: visit for key in plates_of(said.slip) for visit in ahead.visits_of(key) if _is_open(visit)}
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
            why = Why(because=tuple(dict.fromkeys((*because, kept.of))), at=at, fits="plate")
            yield from _claimed(ahead, kept, visit, why)


def _claimed(ahead: Ahead, kept: ShownSlip, visit: Visit, why: Why) -> Iterator[Fact]:
    """Say so once; of a slip that names another vehicle nothing is claimed but what is on it."""
    slip = kept.slip
    if any(one.slip == slip for one in visit.slips.values()):
        return
    yield SlipClaimed(
        at=why.at, because=why.because, of=kept.of, slip=slip, signer=kept.signer, by=kept.by, crossing=visit.id,
        fits=why.fits, other=_other(ahead, slip, visit),
    )  # fmt: skip
    claim = _CLAIMS.get(slip.state)
    if claim is not None and _names(visit, slip):
        yield StateClaimed(
            at=why.at, because=why.because, crossing=visit.id, state=claim, by=kept.by, agency="customs",
            remark=slip.crossing,
        )  # fmt: skip


def _other(ahead: Ahead, slip: Slip, visit: Visit) -> CrossingId | None:
    """Another crossing that this slip was taken in for before, or that it is of."""
    before = ahead.held.slips_of.get(slip_key(slip))
    if before is not None and before != visit.id:
        return before
    own = _own(ahead, slip)
    return None if own is None or own.id == visit.id else own.id


def _own(ahead: Ahead, slip: Slip) -> Visit | None:
    """The crossing of which a slip says that it is; a log that begins anew may give its name to another lorry."""
    own = ahead.visit(slip.crossing)
    return own if own is not None and _names(own, slip) else None


def _names(visit: Visit, slip: Slip) -> bool:
    return not visit.known_by().keys().isdisjoint(plates_of(slip))
