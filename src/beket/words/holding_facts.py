"""What holds because people of a post said so of the neighbour and of the trade; facts.py has the rest."""

from __future__ import annotations

from beket.words.concluded import Concluded
from beket.words.holding import Awaited, Ended
from beket.words.ids import CrossingId, EntryRef, Instant
from beket.words.site import Direction


class NeighbourStopped(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="neighbour_stopped"):
    """Somebody says that the neighbour takes nobody (`out`) or sends nobody (`in`); it holds until then at most.

    `of` is the entry that said so first; said again, it holds longer.
    """

    of: EntryRef
    direction: Direction
    since_at: Instant
    until_at: Instant
    by: str
    agency: str
    remark: str = ""


class NeighbourResumed(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="neighbour_resumed"):
    """It holds no longer that the neighbour stopped: `by` said so, or nobody said it again in time."""

    of: EntryRef
    direction: Direction
    why: Ended
    by: str | None = None


class TradeAwaited(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="trade_awaited"):
    """An agency says that it waits for the driver or the papers of a conveyance; it holds until then at most.

    `of` is the entry that said so first; said again, it holds longer.
    """

    of: EntryRef
    crossing: CrossingId
    what: Awaited
    by: str
    agency: str
    until_at: Instant
    remark: str = ""


class AwaitingEnded(Concluded, frozen=True, kw_only=True, omit_defaults=True, tag="awaiting_ended"):
    """An agency waits for the trade no longer."""

    of: EntryRef
    crossing: CrossingId
    agency: str
    why: Ended
    by: str | None = None


OfHolding = NeighbourStopped | NeighbourResumed | TradeAwaited | AwaitingEnded
"""All of them."""
