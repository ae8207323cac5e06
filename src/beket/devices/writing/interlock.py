"""What may not be done, whoever orders it: pure rules, each with a name that the record carries.

Not knowing is always a reason not to. An order that is refused writes nothing, and equipment that nothing is written to
stays as it is: closed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from beket.devices.writing.wiring import Doing
from beket.words.decisions import EquipmentOrder, OrderEquipment
from beket.words.ids import Instant
from beket.words.roles import may

LETS_THROUGH: Final[frozenset[EquipmentOrder]] = frozenset({"open_barrier", "light_green", "unlock"})
"""Orders that let a conveyance go on: none of them while its lane is blocked."""

ORDER_MS_MAX: Final = 10 * 60_000
"""Longest that an order may wait to be carried out: an older one was meant for another conveyance."""

AHEAD_MS_MAX: Final = 5_000
"""How far the clock of who ordered may be ahead of ours."""

Signals = Mapping[str, bool | None]


class Lane(Struct, frozen=True, kw_only=True):
    """What the house knows of the lane that a piece of equipment stands in; None is that it cannot tell.

    `blocked_by`: alarms that nobody has judged yet, and whatever else keeps the lane closed. `occupied`: whether
    another device sees something under the barrier.
    """

    blocked_by: tuple[str, ...] | None = None
    occupied: bool | None = None


def why_not(ordered: OrderEquipment, doing: Doing | None, lane: Lane | None, now: Instant) -> str | None:
    """Why an order is not carried out, whatever stands in the lane; None when it may be tried."""
    if not may(ordered.role, "order_equipment"):
        return "not_allowed"
    if not ordered.by.strip() or not ordered.why.strip():
        return "no_name_or_reason"
    if not ordered.at - AHEAD_MS_MAX <= now <= ordered.until_at or now - ordered.at > ORDER_MS_MAX:
        return "too_late"
    if doing is None:
        return "not_wired"
    if ordered.order in LETS_THROUGH:
        return _closed(lane)
    return None


def _closed(lane: Lane | None) -> str | None:
    if lane is None or lane.blocked_by is None:
        return "blocks_unknown"
    return f"lane_blocked: {', '.join(lane.blocked_by)}" if lane.blocked_by else None


def why_not_here(ordered: OrderEquipment, doing: Doing, lane: Lane | None, signals: Signals) -> str | None:
    """Why an order is not carried out with the equipment as it is now."""
    unknown = [name for name in doing.watch if signals.get(name) is None]
    if unknown:
        return f"unknown: {', '.join(unknown)}"
    under = in_the_way(doing, signals)
    if under is not None:
        return under
    if ordered.order != "close_barrier":
        return None
    seen = lane.occupied if lane is not None else None
    if seen:
        return "occupied: another device sees something"
    return "unknown: nothing watches what it closes on" if seen is None and not doing.watch else None


def in_the_way(doing: Doing, signals: Signals) -> str | None:
    """What is under it: a signal that is on, or that cannot be read any more."""
    there = [name for name in doing.watch if signals.get(name) is not False]
    return f"occupied: {', '.join(there)}" if there else None
