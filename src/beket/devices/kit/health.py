"""Turns a device's pulse into Health readings: when it changes, and a summary every five minutes."""

from __future__ import annotations

from typing import Final

from msgspec import structs

from beket.devices.kit.measures import Measured, Measures
from beket.devices.kit.state import Count, DeviceState
from beket.words.ids import Instant, reading_id
from beket.words.readings import Health
from beket.words.site import PERIODS_MISSED_MAX

SUMMARY_EVERY_MS: Final = 5 * 60 * 1000
"""How often a device that has not changed is said to be as it was."""

LINKED: Final = ("tcp-client", "tcp-server", "http-stream", "http-ask", "mqtt")
"""Transports with a link that stands or does not; in the others each message comes by itself."""

NOTHING: Final = Measured()


class Pulse:
    """Watches one device: what was last said of it, and whether something must be said again."""

    def __init__(
        self, state: DeviceState, expected_period_s: int, opened: Instant, measures: Measures | None = None
    ) -> None:
        self._state = state
        self._measures = measures
        self._silence_ms_max = PERIODS_MISSED_MAX * max(expected_period_s, 1) * 1000
        self._opened = opened
        self._said: tuple[bool, str | None] | None = None
        self._said_at = opened
        self._counted = Count()

    def due(self, now: Instant) -> Health | None:
        """The reading that should be said now, or None; it counts as said only after `said`."""
        alive, fault = self._how(now)
        self._state.alive = alive
        if alive is None:
            return None
        # A dead device is said to be dead once, however the reason wavers while its link is tried again.
        changed = self._said is None or alive != self._said[0] or (alive and fault != self._said[1])
        if not changed and now - self._said_at < SUMMARY_EVERY_MS:
            return None
        count = self._state.count
        measured = self._measures.told(now) if self._measures is not None else NOTHING
        return Health(
            device_id=self._state.device,
            received=now,
            reading_id=reading_id(self._state.device, "health", None, b"%d" % now),
            drift_ms=self._state.drift_ms,
            alive=alive,
            fault=fault,
            messages=count.messages - self._counted.messages,
            resent=count.resent - self._counted.resent,
            refused=count.refused - self._counted.refused,
            last_at=self._state.last_at,
            connected=self._state.connected if self._state.transport in LINKED else None,
            span_s=max(0, now - self._said_at) // 1000,
            plates=measured.plates,
            unread=measured.unread,
            zero_kg=measured.zero_kg,
            gamma_background=measured.gamma_background,
            neutron_background=measured.neutron_background,
        )

    def said(self, health: Health) -> None:
        """This reading is durable: count from here on."""
        self._said = (health.alive, health.fault)
        self._said_at = health.received
        count = structs.replace(self._counted)
        count.messages += health.messages
        count.resent += health.resent
        count.refused += health.refused
        self._counted = count

    def _how(self, now: Instant) -> tuple[bool | None, str | None]:
        last = self._state.last_at
        if last is not None and now - last <= self._silence_ms_max:
            return True, self._state.fault
        if last is None and now - self._opened <= self._silence_ms_max:
            return None, None
        return False, "unreachable" if self._state.link_trouble and not self._state.connected else "silent"
