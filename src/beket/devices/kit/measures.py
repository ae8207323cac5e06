"""What a device measures of itself while it works: plates it cannot read, a scale's zero, a portal's background.

The kit only measures; whether a measure is out of bounds is concluded by the core, where everyone can read why.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from statistics import median
from typing import Final

from msgspec import Struct

from beket.devices.kit.weighing import kilograms
from beket.words.ids import Instant
from beket.words.readings import PlateRead, Reading, RpmBackground, RpmSample, Weighing, Weight

PLATES_MS: Final = 3_600_000
"""Plates are counted over the last hour (reference 03 §8: unread plates by lane and hour)."""

PLATES_MAX: Final = 4096
"""Most vehicles of that hour that are remembered: more than one a second."""

RESTING_KG: Final = 200.0
"""A scale that shows less has nothing on it: a person, snow, a drifted zero, never a vehicle."""

RESTS_MAX: Final = 61
"""Most resting weights whose median is the zero: an odd number, a minute or more of frames."""

BACKGROUNDS_MAX: Final = 600
"""Most background counts whose mean is told: an hour of one in six seconds."""

OURS: Final = frozenset({"plate_read", "weight", "weighing", "rpm_background", "rpm_sample"})
"""The kinds of readings that are measured; a driver that says none of them costs nothing here."""


class Measured(Struct, frozen=True, kw_only=True):
    """The measures as they stand; None where there is nothing to tell."""

    plates: int = 0
    unread: int = 0
    zero_kg: float | None = None
    gamma_background: float | None = None
    neutron_background: float | None = None


class Measures:
    """The measures of one device."""

    def __init__(self) -> None:
        self._plates: deque[tuple[Instant, bool]] = deque(maxlen=PLATES_MAX)
        self._rests: deque[float] = deque(maxlen=RESTS_MAX)
        self._backgrounds: dict[str, deque[float]] = {}

    def heard(self, said: Reading) -> None:
        """Take one reading, whether it is kept in the log or not."""
        match said:
            case PlateRead() if not said.buffered and not said.retransmitted:
                self._plates.append((said.received, said.plate is None and said.unread_reason != "no_plate"))
            case Weight(value=float() | int() as shown) if said.stable is not False and not said.held:
                kg = kilograms(shown, said.unit) if said.mode in (None, "gross") else None
                if kg is not None and abs(kg) < RESTING_KG:
                    self._rests.append(float(kg))
            case Weighing(zero_kg=float() as kg) if abs(kg) < RESTING_KG:
                self._rests.append(kg)  # all that a scale which shows net weights says of its zero
            case RpmBackground():
                self._background(said.channel, float(sum(said.counts)))
            case RpmSample(occupied=False):
                if said.gamma_background is not None:
                    self._background("gamma", said.gamma_background)
                if said.neutron_background is not None:
                    self._background("neutron", said.neutron_background)
            case _:
                pass

    def told(self, now: Instant) -> Measured:
        """Give the measures as they stand; what was summed since the last time begins anew."""
        while self._plates and now - self._plates[0][0] > PLATES_MS:
            self._plates.popleft()
        zero = median(self._rests) if self._rests else None
        backgrounds = {channel: _mean(counts) for channel, counts in self._backgrounds.items()}
        self._rests.clear()
        self._backgrounds.clear()
        return Measured(
            plates=len(self._plates),
            unread=sum(unread for _, unread in self._plates),
            zero_kg=zero,
            gamma_background=backgrounds.get("gamma"),
            neutron_background=backgrounds.get("neutron"),
        )

    def _background(self, channel: str, counts: float) -> None:
        self._backgrounds.setdefault(channel, deque(maxlen=BACKGROUNDS_MAX)).append(counts)


def _mean(counts: Sequence[float]) -> float:
    return round(sum(counts) / len(counts), 3)
