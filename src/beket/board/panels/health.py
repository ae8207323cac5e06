"""The health curve of one device: lines of the kit, one every five minutes and at each change."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from beket.board.panels.asking import Cursor, all_of
from beket.words.ids import DeviceId, Instant, PlaceId

POINTS_MAX: Final = 4096
"""Most points of one curve: a week of five minutes is 2016."""


class HealthPoint(Struct, frozen=True, kw_only=True):
    """One line: counters are since the line before, plates of the hour before."""

    at: Instant
    alive: bool
    messages: int
    resent: int
    refused: int
    drift_ms: int | None
    plates: int
    unread: int
    zero_kg: float | None
    gamma_background: float | None
    neutron_background: float | None


_HEALTH: Final = """
SELECT at, alive, messages, resent, refused, drift_ms, plates, unread, zero_kg, gamma_background, neutron_background
FROM health WHERE place = %(place)s AND device = %(device)s AND at >= %(since)s ORDER BY at DESC LIMIT %(limit)s
"""


def health(cursor: Cursor, place: PlaceId, device: DeviceId, since: Instant) -> tuple[HealthPoint, ...]:
    """Read a device's lines since an instant, oldest first."""
    named = {"place": place, "device": device, "since": since, "limit": POINTS_MAX}
    return all_of(cursor, HealthPoint, _HEALTH, named)[::-1]
