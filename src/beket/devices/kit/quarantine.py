"""Puts refused messages aside where an engineer sees them, without letting a flood fill the disk."""

from __future__ import annotations

from typing import Final

from beket.devices.kit.driver import Problem
from beket.devices.kit.ports import Refused, Sink
from beket.words.ids import DeviceId, Instant, PlaceId

RAW_MAX: Final = 256 * 1024
"""Most bytes of one refused message that are put aside: a camera's post fits."""

PER_MINUTE_MAX: Final = 20
"""Most messages a minute that one address puts aside; the others are counted only."""

ADDRESSES_MAX: Final = 1024
"""Most addresses whose rate is remembered; the oldest is forgotten first."""

_MINUTE_MS: Final = 60_000


class Quarantine:
    """The way aside for one listener or one device."""

    def __init__(self, sink: Sink, place: PlaceId | None, listener: str, device: DeviceId | None = None) -> None:
        self._sink = sink
        self._place = place
        self._listener = listener
        self._device = device
        self._recent: dict[str, tuple[Instant, int]] = {}
        self.dropped = 0

    async def refuse(self, problem: Problem, address: str, at: Instant, declared_id: str | None = None) -> bool:
        """Put a refused message aside; False when its address has put too many aside. Raises SinkTrouble."""
        if not self._has_room(address, at):
            self.dropped += 1
            return False
        await self._sink.set_aside(
            Refused(
                place=self._place,
                listener=self._listener,
                address=address,
                declared_id=declared_id,
                device=self._device,
                reason=f"{problem.kind}: {problem.detail}",
                raw=problem.raw[:RAW_MAX],
                at=at,
            )
        )
        return True

    def _has_room(self, address: str, at: Instant) -> bool:
        since, count = self._recent.pop(address, (at, 0))
        if not 0 <= at - since < _MINUTE_MS:
            since, count = at, 0
        while len(self._recent) >= ADDRESSES_MAX:
            self._recent.pop(next(iter(self._recent)))
        self._recent[address] = (since, count + 1)
        return count < PER_MINUTE_MAX
