"""Times in which a device may be silent: agreed by an engineer, ended by the clock or by hand, always on record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from beket.core.equipment.state import Equipment
from beket.core.refused import refused
from beket.words.decisions import AgreeMaintenance, EndMaintenance
from beket.words.facts import Fact, MaintenanceAgreed, MaintenanceEnded
from beket.words.ids import EntryRef, Instant
from beket.words.roles import may

LONGEST_MS: Final = 7 * 24 * 3_600_000
"""Longest window: what takes longer is not maintenance but a device that is missing."""


def on_ordered(held: Equipment, ref: EntryRef, ordered: AgreeMaintenance | EndMaintenance) -> Fact:
    """Open or close a window, or say why it cannot be."""
    return _agreed(held, ref, ordered) if isinstance(ordered, AgreeMaintenance) else _ended(held, ref, ordered)


def _agreed(held: Equipment, ref: EntryRef, ordered: AgreeMaintenance) -> Fact:
    why = _why_not(held, ordered)
    if why is not None:
        return refused(ref, ordered, why)
    return MaintenanceAgreed(
        at=ordered.at, because=(ref,), device=ordered.device, from_at=ordered.from_at, until_at=ordered.until_at,
        reason=ordered.reason.strip(), by=ordered.by,
    )  # fmt: skip


def _ended(held: Equipment, ref: EntryRef, ordered: EndMaintenance) -> Fact:
    why = "not_allowed" if not may(ordered.role, "plan_maintenance") else None
    if why is None and ordered.device not in held.windows:
        why = "no_window"
    if why is not None:
        return refused(ref, ordered, why)
    return MaintenanceEnded(at=ordered.at, because=(ref,), device=ordered.device, by=ordered.by)


def of_time(held: Equipment, ref: EntryRef, now: Instant) -> Iterator[Fact]:
    """Close the windows whose time has run out."""
    for device, window in held.windows.items():
        if now >= window.until_at:
            yield MaintenanceEnded(at=now, because=(ref,), device=device)


def _why_not(held: Equipment, ordered: AgreeMaintenance) -> str | None:
    if not may(ordered.role, "plan_maintenance"):
        return "not_allowed"
    if held.post is None or ordered.device not in {device.id for device in held.post.devices}:
        return "unknown_device"
    if not ordered.reason.strip():
        return "no_reason"
    if ordered.until_at <= max(ordered.from_at, ordered.at):
        return "ends_before_it_begins"
    return "too_long" if ordered.until_at - ordered.from_at > LONGEST_MS else None
